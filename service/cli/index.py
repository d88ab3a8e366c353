"""`lianzhao index`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import click
from sqlalchemy.orm import Session

from matching.errors import IndexDamaged, IndexMismatch, IndexMissing
from models import IndexRelease
from service.actors import COMMAND_LINE
from service.api.rows import state_as_json
from service.cli.context import Opened, as_json, pass_opened, print_json, stored_text
from service.cli.progress import shown
from service.i18n import mark, translate
from service.operations.chains import get_chain, list_chains
from service.operations.coverage import count_coverage, store_coverage
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

_COUNTED = mark("{counted} gaps counted anew, the numbers of {changed} changed.")


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
    refresh_coverage(opened)
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


@index.command("coverage")
@click.option(
    "--chain", "chains", multiple=True, callback=stored_text, help="Only this chain; may be repeated."
)
@as_json
@pass_opened
def coverage(opened: Opened, chains: tuple[str, ...], as_json: bool) -> None:
    """Count the candidates of every gap by band, for the pages of the chains.

    Runs at the end of "index build" too; needed after gaps or dictionaries changed. Counts only what is old.
    """
    counted, changed = refresh_coverage(opened, chains)
    if as_json:
        print_json({"counted": counted, "changed": changed})
        return
    click.echo(translate(opened.config.language, _COUNTED, counted=counted, changed=changed))


def refresh_coverage(
    opened: Opened, chains: Sequence[str] = (), *, is_quiet: bool = False
) -> tuple[int, int]:
    """Count anew what is old; gives how many gaps were counted and how many of their numbers changed.

    Each chain is kept when it is done, so that one may stop and go on.
    """
    counted = changed = 0
    with shown(opened.config.language, quiet=is_quiet) as progress:
        with opened.database.reading() as session:
            known = [chain.code for chain in list_chains(session)]
            wanted = [get_chain(session, code).code for code in chains] or known
        for done, code in enumerate(wanted):
            if progress:
                progress("count candidates", done, len(wanted))
            gaps, moved = _refresh_chain(opened, code)
            counted, changed = counted + gaps, changed + moved
        if progress:
            progress("count candidates", len(wanted), len(wanted))
    return counted, changed


def _refresh_chain(opened: Opened, code: str) -> tuple[int, int]:
    home = opened.config.home_province
    with opened.database.reading() as session:
        engine = opened.engines.engine(session)
        found = count_coverage(
            session,
            engine,
            today=date.today(),  # noqa: DTZ011  the day of the place where the command runs
            home_province=home,
            codes=[code],
        )
    if not found:
        return 0, 0
    with opened.database.session() as session:
        changed = store_coverage(
            session, COMMAND_LINE, engine, found, now=datetime.now(UTC), home_province=home
        )
    return len(found), changed


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
