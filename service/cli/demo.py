"""`lianzhao demo`: the main job from nothing, in one command."""

from __future__ import annotations

from datetime import date
from typing import Any

import click
from sqlalchemy.orm import Session

from matching.engine import Engine
from service.actors import COMMAND_LINE
from service.cli.companies import import_and_report
from service.cli.context import Opened, as_json, pass_opened, print_json
from service.cli.index import build_and_use, index_problem, refresh_coverage
from service.cli.serve import check_free, run_server
from service.cli.text import print_shortly
from service.config import read_config
from service.db import upgrade_schema
from service.i18n import translate
from service.match_inputs import filters_from
from service.match_json import match_as_json
from service.operations.chains import list_chains, published_gaps, seed_chains
from service.operations.index_releases import get_index_state
from service.operations.match_runs import match_gap
from service.readers.chain_profile import read_chain_profile
from service.shipped import chain_profile_paths, companies_path

SHIPPED_SOURCE = "LianZhao data/companies 2018–2021"
_SHOWN = 3


@click.command()
@click.option("--no-serve", is_flag=True, help="Stop after printing.")
@click.option("--host", help="Address to listen on [default: LIANZHAO_HOST].")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on [default: LIANZHAO_PORT].")
@as_json
@pass_opened
def demo(opened: Opened, no_serve: bool, host: str | None, port: int | None, as_json: bool) -> None:
    """Set up a database, the ten chains, the shipped companies and the index; print candidates; serve.

    May be stopped and started again: what is done is not done twice.
    """
    config = read_config(host=host, port=port)
    if not no_serve:
        check_free(config)  # before minutes of work, not after them
    upgrade_schema(opened.bare_database)
    with opened.database.session() as session:
        reports = seed_chains(
            session, COMMAND_LINE, [read_chain_profile(path) for path in chain_profile_paths()]
        )
    gaps = sum(len(r.gaps_added) + len(r.gaps_changed) + r.gaps_unchanged for r in reports)
    if not as_json:
        click.echo(translate(config.language, "{chains} chains, {gaps} gaps", chains=len(reports), gaps=gaps))
    report = import_and_report(opened, companies_path(), source=SHIPPED_SOURCE, kind="press", quiet=as_json)
    if _needs_index(opened):
        build_and_use(opened)
    refresh_coverage(opened)
    matches = _one_match_of_each_chain(opened, is_quiet=as_json)
    if as_json:
        print_json({"chains": len(reports), "gaps": gaps, "companies": report.rows_read, "matches": matches})
    if not no_serve:
        run_server(config)


def _needs_index(opened: Opened) -> bool:
    with opened.database.reading() as session:
        state = get_index_state(session)
        return state.release is None or state.is_stale or index_problem(opened, session) is not None


def _one_match_of_each_chain(opened: Opened, *, is_quiet: bool) -> list[dict[str, Any]]:
    """The first gap of each chain that somebody can fill, or its first gap; printed as they are found."""
    matches: list[dict[str, Any]] = []
    with opened.database.reading() as session:
        engine = opened.engines.engine(session)
        for chain in list_chains(session):
            found: dict[str, Any] | None = None
            for gap in published_gaps(chain):
                known = _match(opened, session, engine, gap.code)
                found = found if found and known["none_suitable"] else known
                if not known["none_suitable"]:
                    break
            if not is_quiet:
                click.echo(f"\n{chain.code} {chain.name}")
            if found:
                matches.append(found)
                if not is_quiet:
                    print_shortly(found, _SHOWN)
    return matches


def _match(opened: Opened, session: Session, engine: Engine, code: str) -> dict[str, Any]:
    config = opened.config
    result = match_gap(
        session,
        COMMAND_LINE,
        engine,
        code,
        today=date.today(),  # noqa: DTZ011  the day of the place where the command runs
        limit=_SHOWN,
        filters=filters_from({}, config.home_province),
        home_province=config.home_province,
    )
    return match_as_json(result, config.language)
