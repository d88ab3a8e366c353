"""Times, JSON, codes and constraint names, the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from models import Base, Chain, Company, CompanyProvenance, User
from tests.factories import make_chain, make_company, make_user

BEIJING = timezone(timedelta(hours=8))


def test_time_comes_back_in_utc_and_is_the_same_moment(session: Session) -> None:
    user = make_user(session, last_seen_at=datetime(2026, 3, 1, 7, 30, 15, 123456, tzinfo=BEIJING))
    session.expire(user)
    assert user.last_seen_at == datetime(2026, 2, 28, 23, 30, 15, 123456, tzinfo=UTC)
    assert user.last_seen_at.tzinfo is UTC


def test_naive_time_is_refused(session: Session) -> None:
    with pytest.raises(StatementError, match="has no time zone; pass an aware datetime"):
        make_user(session, last_seen_at=datetime(2026, 3, 1, 7, 30))  # noqa: DTZ001


def test_missing_time_stays_missing(session: Session) -> None:
    user = make_user(session, last_seen_at=None)
    session.expire(user)
    assert user.last_seen_at is None


def test_times_compare_by_moment_whatever_their_zone(session: Session) -> None:
    make_user(session, login="early", last_seen_at=datetime(2026, 3, 1, 7, 0, tzinfo=BEIJING))  # 23:00 UTC
    make_user(session, login="late", last_seen_at=datetime(2026, 3, 1, 0, 30, tzinfo=UTC))
    midnight = datetime(2026, 3, 1, 8, 0, tzinfo=BEIJING)  # 00:00 UTC
    assert list(session.scalars(select(User.login).where(User.last_seen_at < midnight))) == ["early"]


def test_change_moves_updated_at_and_not_created_at(session: Session) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    user = make_user(session, created_at=long_ago, updated_at=long_ago)
    user.display_name = "新名字"
    session.flush()
    session.expire(user)
    assert user.created_at == long_ago
    assert user.updated_at > long_ago


def test_json_comes_back_as_it_went_in(session: Session) -> None:
    ref = {"section": "二（一）", "quote": "电解铜箔", "pages": [1, 2.5, None, True], "more": {"深": {}}}
    chain = make_chain(session, target_ref=ref)
    session.expire(chain)
    assert chain.target_ref == ref


def test_json_none_is_stored_as_null(session: Session) -> None:
    company = make_company(session)
    company.provenance = [CompanyProvenance(field="name", source="s", kind="official", details=None)]
    session.flush()
    is_null = select(func.count()).where(CompanyProvenance.details.is_(None))
    assert session.scalar(is_null) == 1


def test_json_none_is_refused_where_a_value_is_needed(session: Session) -> None:
    with pytest.raises(IntegrityError, match="target_ref"):
        make_chain(session, target_ref=None)


def test_codes_are_ordered_by_their_characters_on_every_database(session: Session) -> None:
    codes = ["cu-1", "CU-10", "CU-2", "CU_1", "CU 1", "Cu-1", "CU-1", "铜-1", "铝-1", "É-1", "10", "9"]
    for code in codes:
        make_chain(session, code, links=())
        make_company(session, external_id=code)
    # By code points: space < - < digits < capitals < _ < small letters < É < 铜 (U+94DC) < 铝 (U+94DD)
    expected = ["10", "9", "CU 1", "CU-1", "CU-10", "CU-2", "CU_1", "Cu-1", "cu-1", "É-1", "铜-1", "铝-1"]
    assert list(session.scalars(select(Chain.code).order_by(Chain.code))) == expected
    assert list(session.scalars(select(Company.external_id).order_by(Company.external_id))) == expected


def test_every_constraint_and_index_has_a_name_that_postgresql_keeps_whole() -> None:
    names = [
        str(item.name)
        for table in Base.metadata.tables.values()
        for item in (*table.constraints, *table.indexes)
    ]
    assert "None" not in names
    assert [name for name in names if len(name) > 63] == []
    assert len(set(names)) == len(names)
