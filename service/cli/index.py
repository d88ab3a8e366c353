"""`lianzhao index`."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from models import IndexRelease
from service.actors import COMMAND_LINE
from service.api.rows import state_as_json
from service.cli.context import Opened, as_json, pass_opened, print_json
from service.cli.progress import shown
from service.operations.chains import list_chains
from service.operations.index_releases import build_index, get_index_state, remove_old_releases, use_index
from service.version import code_version


@click.group()
def index() -> None:
    """Build the index that matching searches, or see what state it is in."""


@index.command("build")
@as_json
@pass_opened
def build(opened: Opened, as_json: bool) -> None:
    """Build the index from all companies and put it to use.

    May be stopped and started again: vectors that were computed are kept. Running servers change over to the
    new index with their next request.
    """
    release = build_and_use(opened)
    if as_json:
        print_json(release.manifest | {"build_seconds": release.build_seconds})
        return
    click.echo(
        f"Index {release.name}: {release.company_count} companies, {release.passage_count} passages, "
        f"{release.text_count} distinct texts with a vector, {release.build_seconds:.0f} s"
    )


@index.command("status")
@as_json
@pass_opened
def status(opened: Opened, as_json: bool) -> None:
    """Which index is in use, and whether it still agrees with the companies."""
    with opened.database.reading() as session:
        state = get_index_state(session)
        known = state_as_json(state, len(list_chains(session)), code_version())
    if as_json:
        print_json(known)
    elif state.release is None:
        click.echo('There is no index yet: run "lianzhao index build".')
    else:
        advice = (
            'companies have changed since: run "lianzhao index build"' if state.is_stale else "up to date"
        )
        click.echo(f"Index {state.release.name} over {state.release.company_count} companies: {advice}.")


def build_and_use(opened: Opened) -> IndexRelease:
    """Build an index with its progress shown, put it to use, and clear away releases nobody uses."""
    now = datetime.now(UTC)
    embedder = opened.engines.embedder
    folder = opened.engines.index_folder
    with opened.database.reading() as session, shown(opened.config.language) as progress:
        built = build_index(session, COMMAND_LINE, embedder, folder, now=now, progress=progress)
    with opened.database.session() as session:
        release = use_index(session, COMMAND_LINE, built)
        remove_old_releases(session, folder)
    return release
