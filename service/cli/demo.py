"""`lianzhao demo`: the main job from nothing, in one command."""

from __future__ import annotations

from datetime import date

import click

from service.actors import COMMAND_LINE
from service.cli.companies import import_and_report
from service.cli.context import Opened, pass_opened
from service.cli.index import build_and_use
from service.cli.serve import run_server
from service.cli.text import print_shortly
from service.config import read_config
from service.db import upgrade_schema
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
@pass_opened
def demo(opened: Opened, no_serve: bool, host: str | None, port: int | None) -> None:
    """Set up a database, the ten chains, the shipped companies and the index; print candidates; serve.

    May be stopped and started again: what is done is not done twice.
    """
    config = read_config(host=host, port=port)
    upgrade_schema(opened.bare_database)
    with opened.database.session() as session:
        reports = seed_chains(
            session, COMMAND_LINE, [read_chain_profile(path) for path in chain_profile_paths()]
        )
    gaps = sum(len(r.gaps_added) + len(r.gaps_changed) + r.gaps_unchanged for r in reports)
    click.echo(f"{len(reports)} chains, {gaps} gaps")
    import_and_report(opened, companies_path(), source=SHIPPED_SOURCE, kind="press")
    with opened.database.reading() as session:
        state = get_index_state(session)
    embedder = opened.engines.embedder.fingerprint
    if state.release is None or state.is_stale or state.release.manifest["embedder"] != embedder:
        build_and_use(opened)
    _print_one_gap_of_each_chain(opened)
    if not no_serve:
        run_server(config)


def _print_one_gap_of_each_chain(opened: Opened) -> None:
    config = opened.config
    with opened.database.reading() as session:
        engine = opened.engines.engine(session)
        for chain in list_chains(session):
            click.echo()
            click.echo(f"{chain.code} {chain.name}")
            for gap in published_gaps(chain):
                result = match_gap(
                    session,
                    COMMAND_LINE,
                    engine,
                    gap.code,
                    today=date.today(),  # noqa: DTZ011  the day of the place where the command runs
                    limit=_SHOWN,
                    filters=filters_from({}, config.home_province),
                    home_province=config.home_province,
                )
                known = match_as_json(result, config.language)
                if not known["none_suitable"]:
                    print_shortly(known, _SHOWN)
                    break
