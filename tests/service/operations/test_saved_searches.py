"""Searches that people keep, and what has moved since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from matching.engine import Engine
from matching.records import Filters, MatchResult, Requirement
from models import SavedSearch
from service.actors import Actor
from service.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from service.operations.match_runs import match_gap, match_need
from service.operations.saved_searches import (
    View,
    compare_search,
    delete_search,
    get_search,
    list_searches,
    match_search,
    renew_search,
    save_search,
)
from tests.factories import make_chain, make_company, make_gap
from tests.service.conftest import NOW, VIEWER

TODAY = date(2026, 11, 25)
OFFICER = Actor("王五", "officer")
OTHER = Actor("赵六", "officer")
ADDRESS = "/gaps/CU-01?sizes=large"


@pytest.fixture
def engine(session: Session, open_engine: Callable[[], Engine]) -> Engine:
    make_gap(session, make_chain(session), "CU-01", requirements=["电解铜箔"])
    for number, name in enumerate(("甲铜箔", "乙铜箔", "丙铜箔"), start=1):
        make_company(session, name, external_id=f"T{number}", products=[("电解铜箔", 1 - number / 10)])
    return open_engine()


@pytest.fixture
def result(session: Session, engine: Engine) -> MatchResult:
    return match_gap(session, OFFICER, engine, "CU-01", today=TODAY)


def save(session: Session, result: MatchResult, name: str = "铜箔", actor: Actor = OFFICER) -> SavedSearch:
    return save_search(session, actor, name, View(ADDRESS, "CU-01", (), Filters()), result, now=NOW)


def test_search_is_kept_with_its_address_top_and_receipt(session: Session, result: MatchResult) -> None:
    search = save(session, result)
    assert (search.address, search.gap_code, search.saved_at) == (ADDRESS, "CU-01", NOW)
    assert [row["rank"] for row in search.top] == [1, 2, 3]
    assert search.receipt["index_release"] == result.receipt["index_release"]
    assert list_searches(session, OFFICER) == [search]


def test_searches_are_their_owners_alone(session: Session, result: MatchResult) -> None:
    search = save(session, result)
    assert list_searches(session, OTHER) == []
    with pytest.raises(NotFound):
        get_search(session, OTHER, search.id)
    with pytest.raises(NotFound):
        delete_search(session, OTHER, search.id)
    save(session, result, actor=OTHER)  # the same name is free to others


def test_viewer_keeps_nothing(session: Session, result: MatchResult) -> None:
    with pytest.raises(PermissionDenied):
        save(session, result, actor=VIEWER)


def test_name_is_needed_and_taken_once(session: Session, result: MatchResult) -> None:
    save(session, result, " 铜箔  龙头 ")
    with pytest.raises(Conflict, match="铜箔 龙头"):
        save(session, result, "铜箔 龙头")
    for name in ("", "  ", "长" * 101):
        with pytest.raises(InvalidInput, match="name"):
            save(session, result, name)


def test_nothing_moved_where_nothing_changed(session: Session, engine: Engine, result: MatchResult) -> None:
    search = save(session, result)
    again = match_search(session, OFFICER, engine, search, today=TODAY, home_province=None)
    changes = compare_search(search, again)
    assert changes.is_same
    assert (changes.stayed, dict(changes.basis)) == (3, {})


def test_what_entered_left_and_moved_is_told(session: Session, result: MatchResult) -> None:
    search = save(session, result)
    first, second, third = result.candidates
    newcomer = replace(first, rank=1, company=replace(first.company, id="T9", name="新铜箔"))
    now = replace(
        result,
        candidates=(newcomer, replace(first, rank=2), replace(third, rank=3)),
        receipt={**result.receipt, "index_release": "later"},
    )

    changes = compare_search(search, now)

    assert [(place.id, place.before, place.now) for place in changes.entered] == [("T9", None, 1)]
    assert [(place.id, place.before, place.now) for place in changes.left] == [(second.company.id, 2, None)]
    assert [(place.id, place.before, place.now) for place in changes.moved] == [(first.company.id, 1, 2)]
    assert changes.stayed == 1
    assert set(changes.basis) == {"index_release"}


def test_edited_requirements_and_conditions_are_asked_again(session: Session, engine: Engine) -> None:
    edited = (Requirement("r1", "电解铜箔", "product", "must", 2.0, ("铜箔",)),)
    filters = Filters(provinces=("江西",), sizes=("unknown",))
    result = match_need(OFFICER, engine, "铜", today=TODAY, requirements=edited, filters=filters)
    search = save_search(
        session, OFFICER, "改过", View("/find?need=铜", None, edited, filters), result, now=NOW
    )
    session.expire_all()

    again = match_search(session, OFFICER, engine, search, today=TODAY, home_province=None)

    assert again.requirements == edited
    assert again.receipt == result.receipt


def test_renewing_counts_from_now(session: Session, result: MatchResult) -> None:
    search = save(session, result)
    fewer = replace(result, candidates=result.candidates[:2])
    renew_search(session, OFFICER, search.id, fewer, now=NOW + timedelta(days=1))
    assert compare_search(search, fewer).is_same
    assert search.saved_at == NOW + timedelta(days=1)


def test_deleted_search_is_gone(session: Session, result: MatchResult) -> None:
    search = save(session, result)
    assert delete_search(session, OFFICER, search.id) == "铜箔"
    assert list_searches(session, OFFICER) == []
