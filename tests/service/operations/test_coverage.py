"""Candidates of gaps counted by band, kept, and told from old numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from matching.engine import Engine
from service.errors import PermissionDenied
from service.operations.chains import get_chain, published_gaps
from service.operations.coverage import (
    Sum,
    basis_of_engine,
    count_coverage,
    get_coverage_state,
    list_coverage,
    provinces_of,
    store_coverage,
    sum_coverage,
)
from tests.factories import make_chain, make_company, make_gap, make_gap_version
from tests.service.conftest import CURATOR, NOW, VIEWER

TODAY = date(2026, 11, 25)
HOME = "甘肃"


@pytest.fixture
def engine(session: Session, open_engine: Callable[[], Engine]) -> Engine:
    chain = make_chain(session)
    make_gap(session, chain, "CU-01", requirements=["电解铜箔"])
    make_gap(session, chain, "CU-02", requirements=["航空发动机叶片"])
    make_company(session, "嘉元科技", external_id="T1", products=[("电解铜箔", 0.98)], province="广东")
    make_company(session, "白银铜箔", external_id="T2", products=[("电解铜箔", 0.9)], province=HOME)
    make_company(session, "青岛啤酒", external_id="T3", products=["啤酒", "饮料"], province="山东")
    return open_engine()


def refresh(session: Session, engine: Engine, minutes: int = 0) -> tuple[int, int]:
    found = count_coverage(session, engine, today=TODAY, home_province=HOME)
    now = NOW + timedelta(minutes=minutes)
    return len(found), store_coverage(session, CURATOR, engine, found, now=now, home_province=HOME)


def test_gap_is_counted_without_companies_of_the_home_province(session: Session, engine: Engine) -> None:
    assert refresh(session, engine) == (2, 0)
    rows = list_coverage(session)
    assert rows["CU-01"].suitable == 1
    assert rows["CU-01"].top[0]["id"] == "T1"
    assert rows["CU-01"].provinces == {"广东": 1}
    assert (rows["CU-02"].suitable, rows["CU-02"].provinces) == (0, {})


def test_what_is_counted_is_not_counted_again_until_it_is_old(session: Session, engine: Engine) -> None:
    refresh(session, engine)
    assert refresh(session, engine) == (0, 0)
    basis = basis_of_engine(engine, HOME)
    assert not get_coverage_state(session, basis).is_stale
    assert get_coverage_state(session, "another").is_stale
    assert get_coverage_state(session, basis).computed_at == NOW


def test_new_wording_is_counted_anew_and_its_old_numbers_are_kept(session: Session, engine: Engine) -> None:
    refresh(session, engine)
    gap = next(g for g in get_chain(session, "CU").gaps if g.code == "CU-01")
    assert gap.current_version is not None
    gap.current_version.is_current = False
    session.flush()
    make_gap_version(session, gap, version=2, requirements=["航空发动机叶片"])
    session.expire_all()
    assert get_coverage_state(session, basis_of_engine(engine, HOME)).is_stale

    assert refresh(session, engine, minutes=5) == (1, 1)

    row = list_coverage(session)["CU-01"]
    assert (row.gap_version, row.suitable) == (2, 0)
    assert sum((row.before or {}).values()) == 1
    assert row.changed_at == NOW + timedelta(minutes=5)


def test_gaps_without_numbers_are_missing(session: Session, engine: Engine) -> None:
    state = get_coverage_state(session, basis_of_engine(engine, HOME))
    assert (state.computed_at, state.missing, state.is_stale) == (None, 2, True)


def test_sums_and_grades(session: Session, engine: Engine) -> None:
    refresh(session, engine)
    coverage, gaps = list_coverage(session), published_gaps(get_chain(session, "CU"))
    whole = sum_coverage(gaps, coverage)
    assert (whole.gaps, whole.known, whole.without) == (2, 2, 1)
    assert whole.a + whole.b + whole.c == 1
    assert whole.best_a + whole.best_b + whole.best_c == 1
    assert provinces_of(gaps, coverage) == [("广东", 1)]
    assert sum_coverage(gaps[1:], coverage).grade == "none"
    assert sum_coverage([], coverage).grade == "no_gap"
    assert sum_coverage(gaps, {}).grade == "unknown"


@pytest.mark.parametrize(
    ("some", "grade"),
    [
        (Sum(gaps=2, known=2, best_a=1, best_b=1), "all"),
        (Sum(gaps=2, known=2, best_a=1, without=1), "some"),
        (Sum(gaps=2, known=2, best_b=1, best_c=1), "some"),
        (Sum(gaps=2, known=2, best_c=1, without=1), "weak"),
    ],
)
def test_only_bands_a_and_b_fill_a_gap(some: Sum, grade: str) -> None:
    assert some.grade == grade


def test_viewer_may_not_store(session: Session, engine: Engine) -> None:
    found = count_coverage(session, engine, today=TODAY, home_province=HOME)
    with pytest.raises(PermissionDenied):
        store_coverage(session, VIEWER, engine, found, now=NOW, home_province=HOME)
