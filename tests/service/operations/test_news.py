"""What has changed since a moment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from matching.embedding import HashingEmbedder
from models import GapCoverage
from service.operations.index_releases import build_index, use_index
from service.operations.news import list_news
from tests.factories import make_chain, make_company, make_gap
from tests.service.conftest import CURATOR, NOW

BEFORE, AFTER = NOW - timedelta(days=1), NOW + timedelta(days=1)


def test_new_and_changed_are_told_apart(session: Session, tmp_path: Path) -> None:
    chain = make_chain(session)
    gap = make_gap(session, chain, "CU-01", created_at=NOW)
    make_gap(session, chain, "CU-02", created_at=NOW - timedelta(days=9))
    make_company(session, "甲", created_at=NOW, updated_at=NOW)
    make_company(session, "乙", created_at=NOW - timedelta(days=9), updated_at=NOW)
    make_company(session, "丙", created_at=NOW - timedelta(days=9), updated_at=NOW - timedelta(days=9))
    session.add(
        GapCoverage(
            gap_id=gap.id,
            gap_version=1,
            basis="b",
            index_release="r",
            considered=3,
            count_a=1,
            count_b=0,
            count_c=0,
            top=[],
            provinces={},
            before={"a": 0, "b": 0, "c": 0},
            changed_at=NOW,
        )
    )
    use_index(session, CURATOR, build_index(session, CURATOR, HashingEmbedder(), tmp_path, now=NOW))
    session.expire_all()

    news = list_news(session, BEFORE)

    assert [version.gap.code for version in news.gaps] == ["CU-01"]
    assert (news.companies_new, news.companies_changed) == (1, 1)
    assert [row.gap.code for row in news.covered] == ["CU-01"]
    assert news.release is not None
    assert news.count_of(chain) == 1
    assert not news.is_empty
    assert list_news(session, AFTER).is_empty
