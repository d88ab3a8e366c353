from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from matching.engine import Engine
from matching.errors import EmptyNeed
from matching.records import Filters, Requirement
from service.actors import Actor
from service.errors import InvalidInput, NotFound, PermissionDenied
from service.match_inputs import filters_from
from service.operations.match_runs import (
    get_run,
    list_runs,
    match_gap,
    match_need,
    recompute_run,
    store_run,
)
from tests.factories import make_chain, make_company, make_gap
from tests.service.conftest import CURATOR, VIEWER

TODAY = date(2026, 11, 25)
OUTSIDE = Filters(exclude_provinces=("甘肃",))
OpenEngine = Callable[[], Engine]


@pytest.fixture
def engine(session: Session, open_engine: OpenEngine) -> Engine:
    make_gap(session, make_chain(session), "CU-01", requirements=["电解铜箔"])
    make_company(session, "嘉元科技", external_id="T1", products=[("电解铜箔", 0.98)], province="广东")
    make_company(session, "白银铜箔", external_id="T2", products=["电解铜箔"], province="甘肃")
    make_company(session, "青岛啤酒", external_id="T3", products=["啤酒", "饮料"], province="山东")
    return open_engine()


def ids_of(result: object) -> list[str]:
    return [candidate.company.id for candidate in result.candidates]  # type: ignore[attr-defined]


def test_gap_brings_the_maker_first_with_its_share_and_its_quote(session: Session, engine: Engine) -> None:
    result = match_gap(session, VIEWER, engine, "cu-01", today=TODAY, filters=OUTSIDE)

    best = result.candidates[0]
    assert best.company.id == "T1"
    evidence = best.requirements[0].evidence[0]
    assert (evidence.quote, evidence.revenue_share) == ("电解铜箔", pytest.approx(0.98))
    assert (result.gap.chain, result.gap.version) == ("CU", 1)


def test_companies_of_the_home_province_are_left_out_unless_asked_for(engine: Engine) -> None:
    outside = match_need(VIEWER, engine, "电解铜箔", today=TODAY, filters=filters_from({}, "甘肃"))
    everyone = match_need(
        VIEWER, engine, "电解铜箔", today=TODAY, filters=filters_from({"include_home_province": True}, "甘肃")
    )
    named = match_need(
        VIEWER, engine, "电解铜箔", today=TODAY, filters=filters_from({"provinces": ["甘肃省"]}, "甘肃")
    )

    assert "T2" not in ids_of(outside)
    assert "T2" in ids_of(everyone)
    assert ids_of(named) == ["T2"]


def test_given_requirements_replace_the_parsed_ones(engine: Engine) -> None:
    beer = (Requirement("R1", "啤酒"),)
    result = match_need(VIEWER, engine, "电解铜箔", today=TODAY, requirements=beer)

    assert [requirement.text for requirement in result.requirements] == ["啤酒"]


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (201, 0), (20, -1)])
def test_limits_out_of_range_are_refused(engine: Engine, limit: int, offset: int) -> None:
    with pytest.raises(InvalidInput, match=r"limit|offset"):
        match_need(VIEWER, engine, "铜箔", today=TODAY, limit=limit, offset=offset)


def test_need_without_a_word_and_need_as_long_as_a_document_are_refused(engine: Engine) -> None:
    with pytest.raises(EmptyNeed, match="高档电解铜箔"):
        match_need(VIEWER, engine, "，。！", today=TODAY)
    with pytest.raises(InvalidInput, match="2001 characters"):
        match_need(VIEWER, engine, "铜" * 2001, today=TODAY)


def test_unknown_role_may_not_match(engine: Engine) -> None:
    with pytest.raises(PermissionDenied):
        match_need(Actor("x", "stranger"), engine, "铜箔", today=TODAY)


def test_stored_run_computed_again_gives_the_same_ranks(session: Session, engine: Engine) -> None:
    result = match_gap(session, CURATOR, engine, "CU-01", today=TODAY, filters=OUTSIDE, home_province="甘肃")
    run_id = store_run(session, CURATOR, result, OUTSIDE).id
    session.expire_all()

    again = recompute_run(session, VIEWER, engine, run_id)

    assert again.same_ranks
    assert again.stored == again.computed == tuple(ids_of(result))
    assert again.differences == {}


def test_page_of_a_run_is_computed_again_from_its_own_offset(session: Session, engine: Engine) -> None:
    everyone = ids_of(match_need(CURATOR, engine, "电解铜箔", today=TODAY))
    second = match_need(CURATOR, engine, "电解铜箔", today=TODAY, limit=1, offset=1)
    run_id = store_run(session, CURATOR, second).id

    assert recompute_run(session, VIEWER, engine, run_id).stored == (everyone[1],)
    assert recompute_run(session, VIEWER, engine, run_id).same_ranks


def test_run_tells_what_has_changed_when_the_base_is_another(
    session: Session, engine: Engine, open_engine: OpenEngine
) -> None:
    result = match_need(CURATOR, engine, "电解铜箔", today=TODAY)
    run_id = store_run(session, CURATOR, result).id
    make_company(session, "诺德股份", external_id="T0", products=[("电解铜箔", 1.0)], province="吉林")

    again = recompute_run(session, VIEWER, open_engine(), run_id)

    assert not again.same_ranks
    assert {"index_release", "company_snapshot"} <= again.differences.keys()


def test_stored_candidates_keep_their_explanation_and_their_company(session: Session, engine: Engine) -> None:
    result = match_gap(session, CURATOR, engine, "CU-01", today=TODAY, filters=OUTSIDE)
    run = get_run(session, store_run(session, CURATOR, result, OUTSIDE).id)

    first = run.candidates[0]
    assert (first.rank, first.company_external_id, first.company_id is not None) == (1, "T1", True)
    terms = [row["contribution"] for row in first.explanation["contributions"]]
    assert first.explanation["prior"] + sum(terms) == pytest.approx(first.score, abs=1e-9)
    assert [kept.id for kept in list_runs(session)] == [run.id]


def test_viewer_may_not_store_and_unknown_runs_are_not_found(session: Session, engine: Engine) -> None:
    result = match_need(VIEWER, engine, "铜箔", today=TODAY)
    with pytest.raises(PermissionDenied):
        store_run(session, VIEWER, result)
    with pytest.raises(NotFound, match="match run 7"):
        get_run(session, 7)
