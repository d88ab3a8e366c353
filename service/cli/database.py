"""`lianzhao db` and `lianzhao seed`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from service.actors import COMMAND_LINE
from service.cli.context import Opened, as_json, pass_opened, print_json
from service.db import check_schema, newest_version, upgrade_schema
from service.errors import InvalidInput, InvalidProfile
from service.i18n import translate
from service.operations.chains import SeedReport, seed_chains
from service.readers.chain_profile import ChainProfile, read_chain_profile
from service.shipped import chain_profile_paths


@click.group()
def db() -> None:
    """Make or check the tables."""


@db.command("upgrade")
@as_json
@pass_opened
def upgrade(opened: Opened, as_json: bool) -> None:
    """Bring the tables to this release's version; makes the SQLite file where there is none."""
    upgrade_schema(opened.bare_database)
    _print_version(opened, as_json)


@db.command("check")
@as_json
@pass_opened
def check(opened: Opened, as_json: bool) -> None:
    """Say whether the tables are those of this release (exit code 1 when not)."""
    check_schema(opened.bare_database)
    _print_version(opened, as_json)


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@as_json
@pass_opened
def seed(opened: Opened, files: tuple[Path, ...], as_json: bool) -> None:
    """Store chain profiles: the ten shipped ones, or those in FILES.

    What is there is updated; a changed wording becomes a new version of its gap. A file with problems is
    answered with all of them, and then nothing of any file is stored.
    """
    profiles = _read_profiles(files or chain_profile_paths())
    with opened.database.session() as session:
        reports = seed_chains(session, COMMAND_LINE, profiles)
    if as_json:
        print_json([report_as_json(report) for report in reports])
        return
    for report in reports:
        click.echo(
            translate(
                opened.config.language,
                "{chain}: {added} gaps added, {changed} changed, {unchanged} unchanged, {archived} archived, "
                "{kept} kept as curators changed them here",
                chain=report.chain,
                added=len(report.gaps_added),
                changed=len(report.gaps_changed),
                unchanged=report.gaps_unchanged,
                archived=len(report.gaps_archived),
                kept=len(report.gaps_kept),
            )
        )


def _print_version(opened: Opened, as_json: bool) -> None:
    if as_json:
        print_json({"database": opened.bare_database.place, "version": newest_version()})
    else:
        click.echo(
            translate(
                opened.config.language,
                "{place}: the tables are those of this release.",
                place=opened.bare_database.place,
            )
        )


def _read_profiles(paths: Iterable[Path]) -> list[ChainProfile]:
    """The profiles of all files. Raises InvalidProfile with the problems of all of them."""
    profiles: list[ChainProfile] = []
    faulty: list[InvalidProfile] = []
    for path in paths:
        try:
            profiles.append(read_chain_profile(path))
        except InvalidProfile as err:
            faulty.append(err)
    if len(faulty) == 1:
        raise faulty[0]
    if faulty:
        raise InvalidInput("\n".join(map(str, faulty)))
    return profiles


def report_as_json(report: SeedReport) -> dict[str, object]:
    return {
        "chain": report.chain,
        "added": report.added,
        "gaps_added": list(report.gaps_added),
        "gaps_changed": list(report.gaps_changed),
        "gaps_unchanged": report.gaps_unchanged,
        "gaps_archived": list(report.gaps_archived),
        "gaps_kept": list(report.gaps_kept),
    }
