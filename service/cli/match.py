"""`lianzhao match`."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from matching.records import MatchResult
from service.actors import COMMAND_LINE
from service.cli.context import Opened, as_json, language, match_options, pass_opened, print_json, stored_text
from service.cli.text import print_match
from service.i18n import translate
from service.match_inputs import filters_from
from service.match_json import match_as_json
from service.operations.match_runs import match_gap, match_need, store_run


@click.command()
@click.argument("gap", required=False, callback=stored_text)
@click.option(
    "--need", callback=stored_text, help="A need in words instead of a gap, for example 高档电解铜箔."
)
@match_options
@click.option("--store", is_flag=True, help="Keep the answer as a run that can be computed again.")
@language
@as_json
@pass_opened
def match(
    opened: Opened,
    /,
    gap: str | None,
    need: str | None,
    limit: int,
    offset: int,
    store: bool,
    lang: str | None,
    as_json: bool,
    **conditions: Any,
) -> None:
    """Rank companies for GAP (a code such as C03-G05) or for a need in words, with reasons.

    Companies that are already in the province (LIANZHAO_HOME_PROVINCE) are left out unless asked for.
    """
    if (gap is None) == (need is None):
        raise click.UsageError("give either GAP or --need TEXT")
    config = opened.config
    filters = filters_from(conditions, config.home_province)
    common: dict[str, Any] = {
        "today": date.today(),  # noqa: DTZ011  the day of the place where the command runs
        "limit": limit,
        "offset": offset,
        "filters": filters,
        "home_province": config.home_province,
    }
    with opened.database.reading() as session:
        engine = opened.engines.engine(session)
        result: MatchResult
        if gap is not None:
            result = match_gap(session, COMMAND_LINE, engine, gap, **common)
        else:
            result = match_need(COMMAND_LINE, engine, need or "", **common)
    run_id = None
    if store:
        with opened.database.session() as session:
            run_id = store_run(session, COMMAND_LINE, result, filters).id
    known = match_as_json(result, lang or config.language)
    if as_json:
        print_json(known | {"run": run_id} if store else known)
    else:
        print_match(known)
        if run_id is not None:
            click.echo(translate(known["language"], "Kept as run {run}.", run=run_id))
