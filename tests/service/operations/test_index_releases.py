from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from matching.embedding import HashingEmbedder
from matching.errors import IndexMissing
from service.errors import InvalidInput, PermissionDenied
from service.operations.index_releases import (
    build_index,
    get_current_release,
    get_index_state,
    remove_old_releases,
    use_index,
)
from tests.factories import make_company
from tests.service.conftest import CURATOR, NOW, VIEWER


def test_release_is_in_use_only_after_it_was_put_to_use(session: Session, tmp_path: Path) -> None:
    make_company(session, "嘉元科技", products=["电解铜箔", "铜箔"])
    built = build_index(session, CURATOR, HashingEmbedder(), tmp_path, now=NOW)
    with pytest.raises(IndexMissing, match="lianzhao index build"):
        get_current_release(session)

    release = use_index(session, CURATOR, built)

    assert get_current_release(session).id == release.id
    assert release.name == "20261125-080000"
    # one company; the passages are two products and the full name, which has no vector
    assert (release.company_count, release.passage_count, release.text_count) == (1, 3, 2)


def test_index_without_companies_says_what_to_do_first(session: Session, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="lianzhao import"):
        build_index(session, CURATOR, HashingEmbedder(), tmp_path, now=NOW)


def test_viewer_may_not_build(session: Session, tmp_path: Path) -> None:
    make_company(session)
    with pytest.raises(PermissionDenied):
        build_index(session, VIEWER, HashingEmbedder(), tmp_path, now=NOW)


def test_index_is_stale_once_a_company_has_changed(session: Session, tmp_path: Path) -> None:
    company = make_company(session)
    assert get_index_state(session).release is None
    use_index(session, CURATOR, build_index(session, CURATOR, HashingEmbedder(), tmp_path, now=NOW))
    assert not get_index_state(session).is_stale

    company.content_hash = "0" * 64
    session.flush()

    assert get_index_state(session).is_stale


def test_two_builds_in_one_second_have_two_names(session: Session, tmp_path: Path) -> None:
    make_company(session)
    first = use_index(session, CURATOR, build_index(session, CURATOR, HashingEmbedder(), tmp_path, now=NOW))
    second = use_index(session, CURATOR, build_index(session, CURATOR, HashingEmbedder(), tmp_path, now=NOW))

    assert (first.name, second.name) == ("20261125-080000", "20261125-080000-2")
    assert get_current_release(session).name == second.name


def test_only_the_last_two_releases_stay_on_disk(session: Session, tmp_path: Path) -> None:
    make_company(session)
    for minutes in range(3):
        now = NOW + timedelta(minutes=minutes)
        use_index(session, CURATOR, build_index(session, CURATOR, HashingEmbedder(), tmp_path, now=now))

    assert remove_old_releases(session, tmp_path) == ["20261125-080000"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["20261125-080100", "20261125-080200"]
    assert remove_old_releases(session, tmp_path) == []
