"""Index releases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import IndexRelease


def release(name: str, **fields: Any) -> IndexRelease:
    given = {"manifest": {"dim": 384}, "company_count": 1, "passage_count": 2, "text_count": 2}
    return IndexRelease(name=name, built_by="t", build_seconds=0.25, **{**given, **fields})


def test_folder_name_is_taken_once(session: Session) -> None:
    session.add_all([release("2026-01"), release("2026-01")])
    with pytest.raises(IntegrityError, match=r"uq_index_release_name|index_release\.name"):
        session.flush()


def test_new_release_is_not_current_by_itself(session: Session) -> None:
    row = release("2026-01")
    session.add(row)
    session.flush()
    session.expire_all()
    assert (row.is_current, row.manifest, row.build_seconds) == (False, {"dim": 384}, 0.25)
