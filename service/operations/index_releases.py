"""Index releases: building one from the companies of the database, and which one is in use."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matching.embedding import Embedder
from matching.errors import IndexMissing
from matching.index.release import StageProgress, build_release
from models import IndexRelease
from service.actors import Actor, require
from service.errors import InvalidInput
from service.match_inputs import company_marks, company_snapshot, count_companies, iterate_profiles
from service.operations.audit import record_audit
from service.version import code_version

# The one in use and the one before it: a web server may still have the latter open.
KEPT_RELEASES = 2


@dataclass(frozen=True, slots=True)
class BuiltIndex:
    """A release on disk that is not in use yet."""

    manifest: dict[str, Any]
    built_at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class IndexState:
    """What the index in use knows of the companies of the database."""

    release: IndexRelease | None
    companies: int  # in the database
    is_stale: bool  # the companies have changed since the index was built


def build_index(
    session: Session,
    actor: Actor,
    embedder: Embedder,
    folder: Path,
    *,
    now: datetime,
    progress: StageProgress | None = None,
) -> BuiltIndex:
    """Build a release from all companies of the database under `folder`; only reads the database.

    It is not in use before `use_index`, so that minutes of computing hold no lock. A build that is stopped
    leaves nothing but the vectors computed so far, which are not computed again.
    Raises PermissionDenied, InvalidInput without companies, IndexNotWritten.
    """
    require(actor, "index.build")
    if count_companies(session) == 0:
        raise InvalidInput('index: there is no company to index: run "lianzhao import FILE" first')
    started = time.monotonic()
    snapshot, marks = company_snapshot(session), company_marks(session)
    manifest = build_release(
        iterate_profiles(session),
        embedder,
        folder,
        _free_name(session, folder, now),
        snapshot=snapshot,
        code_version=code_version(),
        progress=progress,
    )
    manifest["company_marks"] = marks
    return BuiltIndex(manifest, now, time.monotonic() - started)


def use_index(session: Session, actor: Actor, built: BuiltIndex) -> IndexRelease:
    """Put a built release to use: from now on engines open it. Raises PermissionDenied."""
    require(actor, "index.build")
    manifest = built.manifest
    session.execute(update(IndexRelease).where(IndexRelease.is_current).values(is_current=False))
    release = IndexRelease(
        name=manifest["name"],
        is_current=True,
        manifest={key: value for key, value in manifest.items() if key != "files"},
        company_count=manifest["companies"],
        passage_count=manifest["mentions"],
        text_count=manifest["texts_embedded"],
        built_at=built.built_at,
        built_by=actor.login,
        build_seconds=built.seconds,
    )
    session.add(release)
    session.flush()
    record_audit(session, actor, "index.built", release, {"companies": (None, release.company_count)})
    return release


def discard_index(folder: Path, built: BuiltIndex) -> None:
    """Remove a built release that could not be put to use, so that it does not take up room for ever."""
    shutil.rmtree(folder / built.manifest["name"], ignore_errors=True)


def remove_old_releases(session: Session, folder: Path) -> list[str]:
    """Remove the folders of releases that nobody can have open any more; gives their names."""
    kept = set(
        session.scalars(
            select(IndexRelease.name)
            .order_by(IndexRelease.is_current.desc(), IndexRelease.id.desc())
            .limit(KEPT_RELEASES)
        )
    )
    known = set(session.scalars(select(IndexRelease.name)))
    removed = []
    for name in sorted(known - kept):
        if (folder / name).is_dir():
            shutil.rmtree(folder / name, ignore_errors=True)
            removed.append(name)
    return removed


def get_current_release(session: Session) -> IndexRelease:
    """The release in use. Raises IndexMissing, saying which command builds one."""
    release = session.scalar(select(IndexRelease).where(IndexRelease.is_current))
    if release is None:
        raise IndexMissing('no index has been built yet: run "lianzhao index build"')
    return release


def get_index_state(session: Session) -> IndexState:
    """Whether there is an index and whether it still agrees with the companies.

    Marks that are equal say so at once; only where they differ are all companies read.
    """
    release = session.scalar(select(IndexRelease).where(IndexRelease.is_current))
    marks = company_marks(session)
    stale = (
        release is not None
        and release.manifest.get("company_marks") != marks
        and release.manifest.get("snapshot") != company_snapshot(session)
    )
    return IndexState(release, marks["count"], stale)


def _free_name(session: Session, folder: Path, now: datetime) -> str:
    stem = now.strftime("%Y%m%d-%H%M%S")
    taken = set(session.scalars(select(IndexRelease.name)))
    name, number = stem, 2
    while name in taken or (folder / name).exists():
        name, number = f"{stem}-{number}", number + 1
    return name
