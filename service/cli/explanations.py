"""`lianzhao why-not`, `compare`, `reverse` and `similar`."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import click
from sqlalchemy.orm import Session

from matching.standing import Standings
from service.actors import COMMAND_LINE
from service.cli.context import (
    Opened,
    as_json,
    condition_options,
    language,
    pass_opened,
    print_json,
    stored_text,
)
from service.cli.explanation_text import print_comparison, print_fits, print_similar, print_why_not
from service.cli.progress import shown
from service.explanation_json import compare_as_json, fits_as_json, similar_as_json, why_not_as_json
from service.match_inputs import filters_from
from service.operations.explanations import (
    MAX_FITS,
    MAX_SIMILAR,
    ask_why_not,
    asked_gap,
    compare_companies,
    gaps_for_company,
    gaps_for_text,
    similar_companies,
    standings_of,
)


@click.command("why-not")
@click.argument("need", callback=stored_text)
@click.argument("company", callback=stored_text)
@condition_options
@language
@as_json
@pass_opened
def why_not(
    opened: Opened, /, need: str, company: str, lang: str | None, as_json: bool, **conditions: Any
) -> None:
    """Say where COMPANY stands for NEED, the rows that sank it, and what would bring it among the first 20.

    NEED is the code of a gap (C03-G05) or what is sought in words; COMPANY an id, a code or a name. Changes
    are computed by scoring the changed company again.
    """
    with opened.database.reading() as session:
        standings = _standings(opened, session, need, conditions)
        answer = ask_why_not(session, COMMAND_LINE, standings, company)
    known = why_not_as_json(standings, answer, lang or opened.config.language)
    print_json(known) if as_json else print_why_not(known)


@click.command()
@click.argument("need", callback=stored_text)
@click.argument(
    "companies", metavar="COMPANY COMPANY [COMPANY]", nargs=-1, required=True, callback=stored_text
)
@condition_options
@language
@as_json
@pass_opened
def compare(
    opened: Opened,
    /,
    need: str,
    companies: tuple[str, ...],
    lang: str | None,
    as_json: bool,
    **conditions: Any,
) -> None:
    """Set two or three companies side by side for NEED, row by row; the differences add up."""
    with opened.database.reading() as session:
        standings = _standings(opened, session, need, conditions)
        found = compare_companies(session, COMMAND_LINE, standings, companies)
    known = compare_as_json(standings, found, lang or opened.config.language)
    print_json(known) if as_json else print_comparison(known)


@click.command()
@click.argument("company", required=False, callback=stored_text)
@click.option("--text", callback=stored_text, help="What the company makes and does, instead of COMPANY.")
@click.option("--limit", type=click.IntRange(1, MAX_FITS), default=20, show_default=True)
@language
@as_json
@pass_opened
def reverse(
    opened: Opened, /, company: str | None, text: str | None, limit: int, lang: str | None, as_json: bool
) -> None:
    """Rank the published gaps that COMPANY, or a company described by --text, could fill, with reasons."""
    if (company is None) == (text is None):
        raise click.UsageError("give either COMPANY or --text TEXT")
    with opened.database.reading() as session:
        with shown(opened.config.language) as progress:
            matcher = opened.engines.gap_matcher(session, partial(progress, "count gaps"))
        how: dict[str, Any] = {"today": _today(), "limit": limit}
        if company is not None:
            fits = gaps_for_company(session, COMMAND_LINE, matcher, company, **how)
        else:
            fits = gaps_for_text(COMMAND_LINE, matcher, text or "", **how)
    known = fits_as_json(fits, len(matcher), lang or opened.config.language, text=text, company=company)
    print_json(known) if as_json else print_fits(known)


@click.command()
@click.argument("company", callback=stored_text)
@click.option("--limit", type=click.IntRange(1, MAX_SIMILAR), default=10, show_default=True)
@language
@as_json
@pass_opened
def similar(opened: Opened, /, company: str, limit: int, lang: str | None, as_json: bool) -> None:
    """Name companies like COMPANY, with what both of them say."""
    with opened.database.reading() as session:
        engine = opened.engines.engine(session)
        found = similar_companies(session, COMMAND_LINE, engine, company, today=_today(), limit=limit)
    known = similar_as_json(found, lang or opened.config.language)
    print_json(known) if as_json else print_similar(known)


def _standings(opened: Opened, session: Session, need: str, conditions: dict[str, Any]) -> Standings:
    home = opened.config.home_province
    return standings_of(
        COMMAND_LINE,
        opened.engines.engine(session),
        asked_gap(session, need, home),
        today=_today(),
        filters=filters_from(conditions, home),
    )


def _today() -> date:
    return date.today()  # noqa: DTZ011  the day of the place where the command runs
