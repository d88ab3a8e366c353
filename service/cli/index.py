"""`lianzhao index`."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from sqlalchemy.orm import Session

from matching.errors import IndexDamaged, IndexMismatch, IndexMissing
from models import IndexRelease
from service.actors import COMMAND_LINE
from service.api.rows import state_as_json
from service.cli.context import Opened, as_json, pass_opened, print_json
from service.cli.progress import shown
from service.i18n import mark, translate
from service.operations.chains import list_chains
from service.operations.index_releases import (
    build_index,
    discard_index,
    get_index_state,
    remove_old_releases,
    use_index,
)
from service.version import code_version

_FRESH = mark("Index {name} over {companies} companies: up to date.")
_STALE = mark("Index {name} over {companies} companies: the companies have changed since; run “{command}”.")


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
        translate(
            opened.config.language,
            "Index {name}: {companies} companies, {passages} passages, {texts} distinct texts with a vector, "
            "{seconds} s",
            name=release.name,
            companies=release.company_count,
            passages=release.passage_count,
            texts=release.text_count,
            seconds=round(release.build_seconds),
        )
    )


@index.command("status")
@as_json
@pass_opened
def status(opened: Opened, as_json: bool) -> None:
    """Which index is in use, and whether it still agrees with the companies."""
    with opened.database.reading() as session:
        state = get_index_state(session)
        known = state_as_json(state, len(list_chains(session)), code_version())
        problem = index_problem(opened, session)
    if as_json:
        print_json(known | {"problem": problem})
    elif problem:
        click.echo(problem)
    elif state.release is not None:
        click.echo(
            translate(
                opened.config.language,
                _STALE if state.is_stale else _FRESH,
                name=state.release.name,
                companies=state.release.company_count,
                command="lianzhao index build",
            )
        )


def index_problem(opened: Opened, session: Session) -> str | None:
    """Why the index in use cannot be searched, or None when it can: it is opened as a match would open it."""
    try:
        opened.engines.engine(session)
    except (IndexMissing, IndexDamaged, IndexMismatch) as err:
        return str(err)
    return None


def build_and_use(opened: Opened) -> IndexRelease:
    """Build an index with its progress shown, put it to use, and clear away releases nobody uses."""
    now = datetime.now(UTC)
    embedder = opened.engines.embedder
    folder = opened.engines.index_folder
    with opened.database.reading() as session, shown(opened.config.language) as progress:
        built = build_index(session, COMMAND_LINE, embedder, folder, now=now, progress=progress)
    try:
        with opened.database.session() as session:
            release = use_index(session, COMMAND_LINE, built)
            remove_old_releases(session, folder)
    except BaseException:
        discard_index(folder, built)
        raise
    return release
