"""A blind comparison: one list, credits by verdicts, the winner with its interval."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from matching.engine import Engine
from matching.weights import WeightsInvalid
from models import AbTest
from service.actors import Actor
from service.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from service.operations.ab_tests import (
    Side,
    end_ab_test,
    get_ab_test,
    report_ab_test,
    running_ab_test,
    start_ab_test,
)
from service.operations.feedback import give_feedback
from service.operations.shown_lists import Look, match_shown, shown_candidate
from service.shipped import weights_path
from tests.factories import make_chain, make_company, make_gap
from tests.service.conftest import CURATOR, NOW, VIEWER

OFFICER = Actor("王五", "officer")
LOOK = Look(VIEWER, "CU-01", NOW.date())
SHIPPED: dict[str, Any] = json.loads(weights_path().read_text("utf-8"))
# Ranks by words alone.
OTHER: dict[str, Any] = {
    **SHIPPED,
    "version": "words",
    "weights": {name: float(name == "word_agreement") for name in SHIPPED["weights"]},
}
A, B = Side(SHIPPED), Side(OTHER)


@pytest.fixture
def engine(session: Session, open_engine: Callable[[], Engine]) -> Engine:
    make_gap(session, make_chain(session), "CU-01", requirements=["电解铜箔"])
    for number in range(12):
        make_company(
            session,
            f"铜箔{number}厂",
            external_id=f"T{number:02}",
            products=[("电解铜箔", 0.9 - number * 0.05), ("铜管", 0.02)],
        )
    return open_engine()


def start(session: Session, name: str = "spring", **how: Any) -> AbTest:
    return start_ab_test(session, CURATOR, name, how.pop("a", A), how.pop("b", B), seed=4, now=NOW, **how)


def listed(session: Session, engine: Engine, limit: int = 20, offset: int = 0) -> list[str]:
    return [c.company.id for c in match_shown(session, engine, LOOK, limit=limit, offset=offset).candidates]


def test_without_a_comparison_the_list_is_that_of_the_weights_in_use(
    session: Session, engine: Engine
) -> None:
    shown = match_shown(session, engine, LOOK, limit=20, offset=0)
    assert shown.receipt["weights"] == engine.weights.version
    assert shown_candidate(session, engine, LOOK, "T00").ab_test_id is None


def test_the_list_is_one_and_does_not_tell_who_brought_whom(session: Session, engine: Engine) -> None:
    start(session)
    shown = match_shown(session, engine, LOOK, limit=20, offset=0)
    ids = [candidate.company.id for candidate in shown.candidates]
    assert len(set(ids)) == len(ids) == 12
    assert [candidate.rank for candidate in shown.candidates] == list(range(1, 13))
    assert shown.receipt["weights"] == "blind comparison spring"
    assert "words" not in json.dumps(dict(shown.receipt), default=str)
    assert all(candidate.lexical_rank is None for candidate in shown.candidates)
    assert ids == listed(session, engine)
    assert listed(session, engine, limit=5, offset=5) == ids[5:10]


def test_credits_go_to_the_side_that_brought_the_company_also_after_the_list_has_changed(
    session: Session, engine: Engine
) -> None:
    test = start(session)
    shown = shown_candidate(session, engine, LOOK, "T03")
    given = give_feedback(session, OFFICER, "CU-01", "T03", "suitable", shown, now=NOW)
    assert (given.ab_test_id, given.ab_team) == (test.id, shown.teams["T03"])
    test.seed = 99  # as if the lists had been drafted in another way since
    later = shown_candidate(session, engine, LOOK, "T05")
    assert dict(later.teams) == dict(shown.teams)


def test_the_report_names_the_winner_once_it_is_beyond_chance(session: Session, engine: Engine) -> None:
    start(session)
    for number in range(8):
        judge = Actor(f"judge{number}", "officer")
        for company in listed(session, engine)[:4]:
            shown = shown_candidate(session, engine, LOOK, company)
            verdict = "suitable" if shown.teams[company] == "b" else "unsuitable"
            give_feedback(
                session,
                judge,
                "CU-01",
                company,
                verdict,
                shown,
                reason=None if verdict == "suitable" else "wrong_product",
                now=NOW,
            )
    found = report_ab_test(session, CURATOR, "spring")
    assert (found.lists, found.wins_a, found.wins_b) == (8, 0, 8)
    assert found.p_value == pytest.approx(2 / 256)
    assert (found.difference, found.high, found.winner) == (-1.0, -1.0, "b")


def test_one_comparison_at_a_time_and_every_name_once(session: Session) -> None:
    start(session)
    with pytest.raises(Conflict, match="spring"):
        start(session, "autumn")
    end_ab_test(session, CURATOR, "spring", now=NOW + timedelta(days=1))
    assert running_ab_test(session) is None
    with pytest.raises(Conflict, match="is over since 2026-11-26"):
        end_ab_test(session, CURATOR, "spring", now=NOW)
    with pytest.raises(Conflict, match="held before"):
        start(session)
    assert start(session, "autumn").name == "autumn"


def test_sides_that_rank_alike_or_not_at_all_are_refused(session: Session) -> None:
    with pytest.raises(InvalidInput, match="rank alike"):
        start(session, b=A)
    with pytest.raises(WeightsInvalid):
        start(session, b=Side({"version": "x"}))
    assert start(session, b=Side(SHIPPED, dictionary=False)).side_b["dictionary"] is False


def test_who_may_not_index_may_not_compare(session: Session) -> None:
    with pytest.raises(PermissionDenied):
        start_ab_test(session, OFFICER, "x", A, B, seed=0, now=NOW)
    start(session)
    with pytest.raises(PermissionDenied):
        report_ab_test(session, OFFICER, "spring")
    with pytest.raises(NotFound, match="spring"):
        get_ab_test(session, "summer")
