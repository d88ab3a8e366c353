"""Gaps: reading them by code."""

from __future__ import annotations

import difflib

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models import Gap, GapVersion
from service.errors import NotFound


def get_gap(session: Session, code: str) -> Gap:
    """The gap `code` (in any case) with its chain and current version. Raises NotFound, naming near codes."""
    wanted = code.strip().upper()
    version = selectinload(Gap.current_version)
    gap = session.scalar(
        select(Gap)
        .options(
            selectinload(Gap.chain),
            version.selectinload(GapVersion.requirements),
            version.selectinload(GapVersion.link),
        )
        .where(Gap.code == wanted)
    )
    if gap is None or gap.current_version is None:
        known = list(session.scalars(select(Gap.code).order_by(Gap.code)))
        near = difflib.get_close_matches(wanted, known, n=3)
        if not known:
            hint = 'there are none yet: run "lianzhao seed"'
        else:
            hint = f"near it are {', '.join(near)}" if near else 'see "lianzhao show chains" for all'
        raise NotFound(f"gap {code!r}: not found: {hint}")
    return gap


def current_wording(gap: Gap) -> GapVersion:
    """The current version of `gap`. Raises NotFound for a gap without one."""
    if gap.current_version is None:
        raise NotFound(f"gap {gap.code}: has no current version: seed its chain again")
    return gap.current_version
