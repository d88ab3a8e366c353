from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from matching.engine import Engine
from matching.selection import Rule
from service.actors import Actor
from service.errors import InvalidInput, NotFound, PermissionDenied
from service.event_json import change_as_json, event_as_json, out_as_json
from service.event_records import EventSelection, to_verify
from service.operations.event_selection import after_declines, compare_selections, explain_out, solve_event
from service.readers.event_plan import parse_event_plan
from tests.factories import make_chain, make_company, make_gap
from tests.service.conftest import VIEWER

TODAY = date(2026, 11, 25)
PLAN: dict[str, Any] = {
    "format": 1,
    "name": "民企陇上行",
    "edition": "示例届",
    "organiser": {"hosts": ["省商务厅"]},
    "start_on": "2027-05-18",
    "place": "兰州市",
    "seats": 2,
    "min_probability": 0,
    "in_play": [{"chain": "cu"}],
    "groups": [{"code": "metals", "name": "有色组", "chains": ["CU"]}],
}
Solve = Callable[..., EventSelection]


@pytest.fixture
def engine(session: Session, open_engine: Callable[[], Engine]) -> Engine:
    chain = make_chain(session)
    make_gap(session, chain, "CU-01", requirements=["电解铜箔"])
    make_gap(session, chain, "CU-02", requirements=["铜合金管"], kind="extend")
    facts = {"province": "广东", "ownership": "unknown"}
    make_company(session, "嘉元科技", external_id="T1", products=[("电解铜箔", 0.98)], **facts)
    half = [("铜箔", 0.2), ("白酒", 0.8)]
    make_company(session, "诺德股份", external_id="T2", products=half, **facts)
    make_company(
        session, "海亮股份", external_id="T3", products=[("铜合金管", 0.9)], province="浙江", employees=500
    )
    make_company(session, "国铜集团", external_id="T4", products=["电解铜箔"], ownership="state")
    make_company(session, "白银铜箔", external_id="T5", products=["电解铜箔"], province="甘肃")
    return open_engine()


@pytest.fixture
def solve(session: Session, engine: Engine) -> Solve:
    def run(**fields: Any) -> EventSelection:
        plan = parse_event_plan({**PLAN, **fields}, "event.yaml")
        return solve_event(session, VIEWER, engine, plan, today=TODAY, home_province="甘肃")

    return run


def seats_of(event: EventSelection) -> list[tuple[str, str]]:
    return sorted((o.company, o.gap) for o in event.selection.chosen)


def test_each_gap_gets_its_maker_before_any_gets_a_second(solve: Solve) -> None:
    event = solve()

    assert event.selection.status == "optimal"
    assert seats_of(event) == [("T1", "CU-01"), ("T3", "CU-02")]
    assert [row.option.company for row in event.waiting] == ["T2"]


def test_known_state_company_and_company_of_the_home_province_are_not_invited(
    session: Session, solve: Solve
) -> None:
    event = solve(seats=9)

    assert {"T4", "T5"}.isdisjoint(event.selection.companies)
    assert explain_out(session, event, "国铜集团").code == "not_private"
    assert explain_out(session, event, "T5").code == "home_province"
    everyone = solve(seats=9, private_only=False, exclude_home_province=False)
    assert {"T4", "T5"} <= everyone.selection.companies


def test_company_of_unknown_ownership_stays_with_a_mark_unless_left_out(
    session: Session, solve: Solve
) -> None:
    event = solve()
    assert to_verify(event.field, event.selection.chosen[0]) == ("ownership",)

    without = solve(unknown_ownership="leave_out")
    assert without.selection.picks == ()
    assert explain_out(session, without, "T1").code == "ownership_unknown"


def test_rule_says_how_many_companies_it_touches_without_knowing(solve: Solve) -> None:
    rule = {"id": "size", "attribute": "size", "values": "medium", "at_least": 1}
    (count,) = solve(quota_rules=[rule]).unknowns

    # T1, T2 and T3 could be invited; only T3 says how many people it employs.
    assert (count.eligible, count.of, count.selected) == (2, 3, 1)


def test_contradicting_rules_are_named_in_words(solve: Solve) -> None:
    rules = [
        {"id": "many", "name": "铜管至少三家", "attribute": "gap", "values": "cu-02", "at_least": 3},
        {"id": "harmless", "attribute": "province", "values": "浙江省", "at_most": 2},
    ]
    known = event_as_json(solve(quota_rules=rules), "en")

    assert (known["status"], known["selected"]) == ("infeasible", [])
    assert [rule["id"] for rule in known["conflict"]] == ["many", None]
    assert known["conflict"][0]["text"].startswith("At least 3 companies with gap CU-02; 3 could be chosen")
    assert known["conflict"][1]["text"] == "There are 2 seats."


def test_company_that_declined_is_replaced_and_the_others_stay(session: Session, solve: Solve) -> None:
    before = solve()
    after = after_declines(session, before, ["嘉元科技"])

    assert seats_of(after) == [("T2", "CU-01"), ("T3", "CU-02")]
    assert after.kept_others
    changes = compare_selections(before, after)
    assert [(row.kind, row.company, row.because) for row in changes] == [
        ("declined", "T1", ()),
        ("added", "T2", ("T1",)),
    ]
    said = change_as_json(changes[1], after.field, "en")["text"]
    assert said == "Added 诺德股份 for CU-01 because 嘉元科技 declined."


def test_company_that_is_out_is_explained_by_the_better_one(session: Session, solve: Solve) -> None:
    event = solve()
    known = out_as_json(explain_out(session, event, "T2"), event, "en")

    assert known["code"] == "displaced"
    assert [row["company"] for row in known["instead_of"]] == ["T1"]
    assert known["loss"] > 0


def test_company_locked_out_is_explained_with_the_organisers_reason(session: Session, solve: Solve) -> None:
    event = solve(locked_out=[{"company": "T1", "reason": "已在谈"}])
    assert seats_of(event) == [("T2", "CU-01"), ("T3", "CU-02")]
    out = explain_out(session, event, "T1")
    assert (out.code, out.reason) == ("locked_out", "已在谈")


def test_company_locked_in_stays_even_where_it_is_no_candidate(solve: Solve) -> None:
    event = solve(candidates_per_gap=1, locked_in=[{"company": "T4", "gap": "cu-02"}])
    assert ("T4", "CU-02") in seats_of(event)
    with pytest.raises(InvalidInput, match="not among the first 1 of any gap in play"):
        solve(candidates_per_gap=1, locked_in=["诺德股份"])


def test_answer_holds_the_contract_and_its_quotes_stand_in_the_companys_text(solve: Solve) -> None:
    event = solve(quota_rules=[{"id": "gd", "attribute": "province", "values": "广东", "at_most": 1}])
    known = event_as_json(event, "en")

    assert known["status"] == "optimal"
    assert known["gap_to_bound"] == pytest.approx(0, abs=1e-6)
    assert known["conflict"] == []
    assert known["value"] == pytest.approx(sum(known["coverage"].values()))
    for row in known["selected"]:
        assert {"company", "gap", "group", "reasons"} <= row.keys()
        assert row["group"] == "metals"
        assert [reason["code"] for reason in row["reasons"]] == ["serves_gap", "evidence", "adds"]
        texts = event.field.companies[row["company"]].texts
        assert row["evidence"]
        for quote in row["evidence"]:
            assert texts[quote["field"]][quote["start"] : quote["end"]] == quote["quote"]
    assert known["baselines"]["greedy"]["value"] <= known["value"] + 1e-9
    assert {(row["kind"], row["id"]) for row in known["marginal"]} == {("seats", None), ("quota", "gd")}
    assert {row.rule for row in event.relaxations} == {Rule("seats"), Rule("quota", "gd")}


def test_gap_named_apart_takes_its_own_weight(solve: Solve) -> None:
    event = solve(seats=1, in_play=[{"gap": "CU-02", "weight": 5}, {"chain": "CU"}])
    assert seats_of(event) == [("T3", "CU-02")]
    assert event.field.gaps["CU-01"].weight == 1


def test_what_is_not_there_and_who_may_not_are_refused(
    session: Session, engine: Engine, solve: Solve
) -> None:
    with pytest.raises(NotFound, match="chain 'XX'"):
        solve(in_play=[{"chain": "XX"}])
    with pytest.raises(NotFound, match="company '某某'"):
        solve(locked_out=["某某"])
    plan = parse_event_plan(PLAN, "event.yaml")
    with pytest.raises(PermissionDenied):
        solve_event(session, Actor("x", "stranger"), engine, plan, today=TODAY, home_province=None)
