"""`lianzhao db` and `lianzhao seed`."""

from __future__ import annotations

from pathlib import Path

import click

from service.actors import COMMAND_LINE
from service.cli.context import Opened, as_json, pass_opened, print_json
from service.db import check_schema, upgrade_schema
from service.operations.chains import SeedReport, seed_chains
from service.readers.chain_profile import read_chain_profile
from service.shipped import chain_profile_paths


@click.group()
def db() -> None:
    """Make or check the tables."""


@db.command("upgrade")
@pass_opened
def upgrade(opened: Opened) -> None:
    """Bring the tables to this release's version; makes the SQLite file where there is none."""
    upgrade_schema(opened.bare_database)
    click.echo("The tables are those of this release.")


@db.command("check")
@pass_opened
def check(opened: Opened) -> None:
    """Say whether the tables are those of this release (exit code 1 when not)."""
    check_schema(opened.bare_database)
    click.echo("The tables are those of this release.")


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@as_json
@pass_opened
def seed(opened: Opened, files: tuple[Path, ...], as_json: bool) -> None:
    """Store chain profiles: the ten shipped ones, or those in FILES.

    What is there is updated; a changed wording becomes a new version of its gap. A file with problems is
    answered with all of them, and then nothing of any file is stored.
    """
    profiles = [read_chain_profile(path) for path in files or chain_profile_paths()]
    with opened.database.session() as session:
        reports = seed_chains(session, COMMAND_LINE, profiles)
    if as_json:
        print_json([report_as_json(report) for report in reports])
        return
    for report in reports:
        click.echo(
            f"{report.chain}: {len(report.gaps_added)} gaps added, {len(report.gaps_changed)} changed, "
            f"{report.gaps_unchanged} unchanged, {len(report.gaps_archived)} archived"
        )


def report_as_json(report: SeedReport) -> dict[str, object]:
    return {
        "chain": report.chain,
        "added": report.added,
        "gaps_added": list(report.gaps_added),
        "gaps_changed": list(report.gaps_changed),
        "gaps_unchanged": report.gaps_unchanged,
        "gaps_archived": list(report.gaps_archived),
    }
