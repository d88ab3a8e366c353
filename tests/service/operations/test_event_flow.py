"""An event from its plan to its ledger: stored, selected, edited, frozen, issued, followed up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.engine import Engine
from models import Event, EventEntry, EventRunGap
from service.actors import Actor
from service.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from service.event_list_records import entry_as_json, entry_from_json
from service.operations.event_followup import get_board, get_ledger, judged_outcomes
from service.operations.event_lists import apply_entry_changes, get_event_list
from service.operations.event_meetings import get_meetings, plan_meetings
from service.operations.event_notices import listed_elsewhere
from service.operations.event_runs import continue_run, get_run, selection_of_run, start_run
from service.operations.event_solving import finish_run, relaxations_of_run, select_companies, why_out
from service.operations.event_versions import (
    change_state,
    compare_versions,
    list_versions,
    next_states,
    save_version,
)
from service.operations.events import add_event, change_event, get_event, list_events, plan_of
from service.readers.event_plan import parse_event_plan
from tests.factories import make_chain, make_company, make_gap

TODAY = date(2026, 11, 25)
ORGANISER, CURATOR, VIEWER = Actor("王五", "organiser"), Actor("张三", "curator"), Actor("李四", "viewer", 1)
PLAN: dict[str, Any] = {
    "format": 1,
    "name": "民企陇上行",
    "edition": "示例届",
    "organiser": {"hosts": ["省商务厅"]},
    "start_on": "2027-05-18",
    "place": "兰州市",
    "seats": 2,
    "min_probability": 0,
    "in_play": [{"chain": "CU"}],
    "groups": [{"code": "metals", "name": "有色组", "chains": ["CU"]}],
    "sessions": [{"code": "open", "name": "推介会", "kind": "presentation"}],
}
Choose = Callable[..., Any]


@pytest.fixture
def engine(session: Session, open_engine: Callable[[], Engine]) -> Engine:
    chain = make_chain(session)
    make_gap(session, chain, "CU-01", requirements=["电解铜箔"])
    make_gap(session, chain, "CU-02", requirements=["铜合金管"], kind="extend")
    make_company(session, "嘉元科技", external_id="T1", products=[("电解铜箔", 0.98)], province="广东")
    make_company(
        session, "诺德股份", external_id="T2", products=[("铜箔", 0.2), ("白酒", 0.8)], province="广东"
    )
    make_company(
        session, "海亮股份", external_id="T3", products=[("铜合金管", 0.9)], province="浙江", employees=500
    )
    return open_engine()


@pytest.fixture
def choose(session: Session, engine: Engine) -> Choose:
    """Store the event as E1 with `fields` and select; again without storing when it is there."""

    def run(*, keep_others: bool = False, why: str = "", **fields: Any) -> Any:
        if session.scalar(select(Event)) is None:
            add_event(session, ORGANISER, parse_event_plan({**PLAN, **fields}, "event.yaml"), code="E1")
        return select_companies(
            session,
            ORGANISER,
            engine,
            "E1",
            today=TODAY,
            home_province="甘肃",
            keep_others=keep_others,
            why=why,
        )

    return run


def names(session: Session, status: str = "in", version: int | None = None) -> list[str]:
    return [entry.company_id for entry in get_event_list(session, VIEWER, "E1", version).with_status(status)]


def edit(session: Session, company: str, actor: Actor = ORGANISER, why: str = "", **values: Any) -> Any:
    row = session.scalars(select(EventEntry).where(EventEntry.company_external_id == company)).one()
    return apply_entry_changes(
        session, actor, "E1", {row.id: values}, {row.id: row.row_version}, today=TODAY, why=why
    )


def test_plan_comes_back_as_it_was_stored(session: Session, engine: Engine) -> None:
    rule = {"id": "coast", "attribute": "province", "values": ["广东"], "at_most": "40%"}
    plan = parse_event_plan(
        {**PLAN, "code": "e9", "quota_rules": [rule], "locked_in": [{"company": "T3", "gap": "cu-02"}]}, "x"
    )
    event = add_event(session, ORGANISER, plan)

    assert event.code == "E9"
    found = plan_of(session, event)
    assert found.quota_rules == plan.quota_rules
    assert [(lock.company, lock.gap) for lock in found.locked_in] == [("T3", "CU-02")]
    assert (found.name, found.groups, found.sessions) == (plan.name, plan.groups, plan.sessions)
    assert (found.start_on, found.seats, found.sensitivity) == (date(2027, 5, 18), 2, "内部资料")


def test_codes_are_numbered_in_the_year_and_never_given_twice(session: Session) -> None:
    plan = parse_event_plan(PLAN, "x")
    assert [add_event(session, ORGANISER, plan).code for _ in range(2)] == ["E2027-01", "E2027-02"]
    with pytest.raises(Conflict, match="E2027-01"):
        add_event(session, ORGANISER, plan, code="e2027-01")


def test_viewers_change_nothing(session: Session) -> None:
    with pytest.raises(PermissionDenied):
        add_event(session, VIEWER, parse_event_plan(PLAN, "x"))


def test_facts_changed_by_another_are_not_overwritten(session: Session) -> None:
    plan = parse_event_plan(PLAN, "x")
    add_event(session, ORGANISER, plan, code="E1")
    change_event(session, CURATOR, "E1", plan.model_copy(update={"seats": 5}), expected_version=1)
    with pytest.raises(Conflict, match="张三 changed its facts"):
        change_event(session, ORGANISER, "E1", plan.model_copy(update={"seats": 9}), expected_version=1)
    assert get_event(session, "E1").seats == 5


def test_selection_comes_on_the_list_with_its_reasons(session: Session, choose: Choose) -> None:
    run = choose(why="首轮")

    assert run.state == "optimal"
    found = get_event_list(session, VIEWER, "E1")
    assert names(session) == ["T1", "T3"]
    assert names(session, "waiting") == ["T2"]
    first = found.entries[0]
    assert (first.gap_code, first.group_name, first.chain_name, first.order) == (
        "CU-01",
        "有色组",
        "CU 产业链",
        1,
    )
    assert [reason.code for reason in first.reasons] == ["serves_gap", "evidence", "adds"]
    assert "电解铜箔" in first.reasons[1].zh
    assert "电解铜箔" in [quote.quote for quote in first.evidence]
    assert first.questions[0].code == "ownership"
    assert (found.version, found.run_number, found.data_date, found.why) == (1, 1, TODAY, "首轮")
    assert found.receipt["weights"]


def test_entry_survives_json(session: Session, choose: Choose) -> None:
    choose()
    edit(
        session, "T1", amount_signed_wan="1200.5", due_on="2027-06-01", stage="signed", stage_on="2027-05-20"
    )
    entry = get_event_list(session, VIEWER, "E1").entries[0]
    assert entry_from_json(entry_as_json(entry)) == entry
    assert (entry.amount_signed_wan, entry.stage_on) == (Decimal("1200.50"), date(2027, 5, 20))


def test_run_goes_on_where_it_stopped(session: Session, engine: Engine) -> None:
    add_event(session, ORGANISER, parse_event_plan(PLAN, "x"), code="E1")
    state = start_run(session, ORGANISER, engine, "E1", today=TODAY, home_province="甘肃")
    assert (state.matched, state.gaps) == (0, 2)
    assert continue_run(session, ORGANISER, engine, "E1", 1, seconds=0).matched == 1
    with pytest.raises(Conflict, match="not all gaps are matched"):
        finish_run(session, ORGANISER, "E1", 1)
    assert continue_run(session, ORGANISER, engine, "E1", 1).is_matched
    assert finish_run(session, ORGANISER, "E1", 1).state == "optimal"


def test_second_run_takes_candidates_that_nothing_changed_for(
    session: Session, choose: Choose, engine: Engine
) -> None:
    choose()
    state = start_run(session, ORGANISER, engine, "E1", today=TODAY, home_province="甘肃")
    assert state.is_matched
    later = start_run(session, ORGANISER, engine, "E1", today=date(2026, 11, 26), home_province="甘肃")
    assert later.matched == 0


def test_stored_selection_is_the_one_that_was_found(session: Session, choose: Choose) -> None:
    run = choose(quota_rules=[{"id": "coast", "attribute": "province", "values": ["广东"], "at_most": 1}])
    session.flush()
    again = selection_of_run(session, get_run(session, "E1"))
    assert again.selection.companies == {"T1", "T3"}
    assert again.selection.value == pytest.approx(run.result["value"])
    assert {row.rule.id for row in again.relaxations} == {"", "coast"}
    assert relaxations_of_run(session, ORGANISER, "E1", 1).relaxations == again.relaxations


def test_same_input_gives_the_same_list(session: Session, choose: Choose) -> None:
    first, second = choose(), choose()
    for run in (first, second):
        run.result.pop("seconds", None)
    assert first.result == second.result


def test_contradicting_rules_leave_the_list_as_it_was(session: Session, choose: Choose) -> None:
    choose()
    event = get_event(session, "E1")
    plan = plan_of(session, event)
    rule = {"id": "north", "attribute": "province", "values": ["黑龙江"], "at_least": 1}
    wider = parse_event_plan({**plan.model_dump(mode="json"), "quota_rules": [rule]}, "x")
    change_event(session, ORGANISER, "E1", wider, expected_version=event.row_version)
    run = choose()
    assert run.state == "infeasible"
    assert run.result["conflict"] == [["quota", "north"]]
    assert names(session) == ["T1", "T3"]
    assert len(list_versions(session, VIEWER, "E1")) == 1


def test_next_comes_in_because_another_declined(session: Session, choose: Choose) -> None:
    choose()
    edit(session, "T1", invite_status="declined")
    run = choose(keep_others=True, why="递补")

    assert run.result["kept_others"] is True
    assert names(session) == ["T3", "T2"]  # who stayed keeps its place, the new one comes behind
    version = list_versions(session, VIEWER, "E1")[0]
    assert [(row["kind"], row["company"]) for row in version.changes] == [("declined", "T1"), ("added", "T2")]
    assert version.changes[1]["because"] == [{"company": "T1", "name": "嘉元科技"}]
    t2 = session.scalars(select(EventEntry).where(EventEntry.company_external_id == "T2")).one()
    assert "嘉元科技" in t2.changes[-1].why


def test_comparison_says_who_changed_what_and_why(session: Session, choose: Choose) -> None:
    choose()
    edit(session, "T1", actor=CURATOR, status="out", why="重复邀请")
    save_version(session, ORGANISER, "E1", "人工调整")
    found = compare_versions(session, VIEWER, "E1", 1, 2)
    assert [(row.kind, row.company_id) for row in found.rows] == [("removed", "T1")]
    change = found.rows[0].changes[0]
    assert (change.field, change.old, change.new, change.by, change.why) == (
        "status",
        "in",
        "out",
        "张三",
        "重复邀请",
    )


def test_why_out_names_the_one_who_took_it_off(session: Session, choose: Choose) -> None:
    choose()
    assert why_out(session, VIEWER, "E1", "T2").explained.code == "displaced"
    edit(session, "T1", status="out", why="已落户")
    found = why_out(session, VIEWER, "E1", "T1")
    assert (found.removed_by, found.removed_why) == ("王五", "已落户")


def test_locked_companies_stay_and_locked_out_ones_go(session: Session, choose: Choose) -> None:
    choose()
    edit(session, "T2", lock="in")
    edit(session, "T1", lock="out", lock_note="另有安排")
    choose()
    assert sorted(names(session)) == ["T2", "T3"]
    assert why_out(session, VIEWER, "E1", "T1").explained.code == "locked_out"


def test_two_edits_of_different_fields_are_merged(session: Session, choose: Choose) -> None:
    choose()
    row = session.scalars(select(EventEntry).where(EventEntry.company_external_id == "T1")).one()
    seen = row.row_version
    apply_entry_changes(session, CURATOR, "E1", {row.id: {"note": "甲"}}, {row.id: seen})
    report = apply_entry_changes(
        session, ORGANISER, "E1", {row.id: {"duty_unit": "市招商局", "note": "乙"}}, {row.id: seen}
    )
    assert [(change.field, change.new) for change in report.applied] == [("duty_unit", "市招商局")]
    conflict = report.conflicts[0]
    assert (conflict.field, conflict.mine, conflict.theirs, conflict.changed_by) == (
        "note",
        "乙",
        "甲",
        "张三",
    )
    assert (row.note, row.duty_unit) == ("甲", "市招商局")


def test_what_stands_there_already_is_no_change(session: Session, choose: Choose) -> None:
    choose()
    edit(session, "T1", note="甲", amount_intended_wan="5")
    report = edit(session, "T1", note="甲 ", amount_intended_wan="5.00")
    assert report.applied == ()


def test_dry_run_changes_nothing(session: Session, choose: Choose) -> None:
    choose()
    row = session.scalars(select(EventEntry).where(EventEntry.company_external_id == "T1")).one()
    report = apply_entry_changes(
        session, ORGANISER, "E1", {row.id: {"note": "甲"}}, {row.id: row.row_version}, dry_run=True
    )
    assert len(report.applied) == 1
    assert row.note is None


def test_all_bad_values_are_told_at_once(session: Session, choose: Choose) -> None:
    choose()
    with pytest.raises(InvalidInput, match=r"(?s)due_on.*2027-13-01.*amount_signed_wan.*abc.*colour"):
        edit(session, "T1", due_on="2027-13-01", amount_signed_wan="abc", colour="red")


def test_manual_order_moves_the_others_along(session: Session, choose: Choose) -> None:
    choose()
    edit(session, "T3", order=1)
    assert names(session) == ["T3", "T1"]
    assert [entry.order for entry in get_event_list(session, VIEWER, "E1").with_status("in")] == [1, 2]


def test_states_lock_the_list_and_ask_for_the_right(session: Session, choose: Choose) -> None:
    choose()
    change_state(session, ORGANISER, "E1", "review", expected_state="draft")
    with pytest.raises(Conflict, match="locked"):
        edit(session, "T1", status="out")
    assert len(edit(session, "T1", note="可以备注").applied) == 1
    with pytest.raises(Conflict, match="locked"):
        choose()
    with pytest.raises(PermissionDenied):
        change_state(session, ORGANISER, "E1", "approved", expected_state="review")
    assert next_states(ORGANISER, "review") == ("draft",)
    change_state(session, CURATOR, "E1", "approved", expected_state="review")
    with pytest.raises(Conflict, match=r"王五|张三"):
        change_state(session, ORGANISER, "E1", "issued", expected_state="review")
    change_state(session, ORGANISER, "E1", "issued", expected_state="approved")
    with pytest.raises(InvalidInput, match="why"):
        change_state(session, CURATOR, "E1", "draft", expected_state="issued")
    assert [(v.number, v.kind, v.state) for v in list_versions(session, VIEWER, "E1")] == [
        (4, "state", "issued"),
        (3, "state", "approved"),
        (2, "state", "review"),
        (1, "solve", "draft"),
    ]


def test_frozen_version_does_not_change_any_more(session: Session, choose: Choose) -> None:
    choose()
    edit(session, "T1", note="后来")
    assert get_event_list(session, VIEWER, "E1", 1).entries[0].note is None
    with pytest.raises(NotFound, match="version 7"):
        get_event_list(session, VIEWER, "E1", 7)


def test_an_empty_list_is_not_submitted(session: Session) -> None:
    add_event(session, ORGANISER, parse_event_plan(PLAN, "x"), code="E1")
    with pytest.raises(Conflict, match="nobody"):
        change_state(session, ORGANISER, "E1", "review", expected_state="draft")


def test_company_on_anothers_list_is_told_without_its_notes(
    session: Session, choose: Choose, engine: Engine
) -> None:
    choose()
    other = parse_event_plan({**PLAN, "name": "链博会", "organiser": {"hosts": ["市招商局"]}}, "x")
    add_event(session, ORGANISER, other, code="E2")
    select_companies(session, ORGANISER, engine, "E2", today=TODAY, home_province="甘肃")
    found = listed_elsewhere(session, VIEWER, "E1")
    assert [(row.company_id, row.organisation, row.they_were_first) for row in found] == [
        ("T1", "市招商局", False),
        ("T3", "市招商局", False),
    ]
    assert not hasattr(found[0], "note")
    assert all(row.they_were_first for row in listed_elsewhere(session, VIEWER, "E2"))


def test_meetings_never_clash_and_own_gap_comes_first(session: Session, choose: Choose) -> None:
    choose()
    done = plan_meetings(session, ORGANISER, "E1", ["19日 09:00", "19日 09:30"])
    assert (done.meetings, done.unmet, done.is_proven) == (2, (), True)
    board = get_meetings(session, VIEWER, "E1")
    assert sorted(meeting.gap_code for some in board.meetings.values() for meeting in some) == [
        "CU-01",
        "CU-02",
    ]
    assert [slot.label for slot in board.slots] == ["19日 09:00", "19日 09:30"]
    assert plan_meetings(session, ORGANISER, "E1", ["一"]).meetings == 1
    with pytest.raises(InvalidInput, match="slots"):
        plan_meetings(session, ORGANISER, "E1", ["一", "一"])


def test_follow_up_shows_what_is_overdue(session: Session, choose: Choose) -> None:
    choose()
    edit(session, "T1", due_on="2026-11-24", next_action="致电", invite_status="confirmed", stage="contact")
    edit(session, "T3", due_on="2026-11-25", amount_intended_wan="300")
    board = get_board(session, VIEWER, "E1", today=TODAY)
    assert [entry.company_id for entry in board.overdue] == ["T1"]
    assert (board.invitations["confirmed"], board.stages["contact"], board.stages[""]) == (1, 1, 1)
    assert board.intended_wan == Decimal("300.00")


def test_ledger_joins_outcomes_to_the_ranks_that_were_issued(session: Session, choose: Choose) -> None:
    choose()
    change_state(session, ORGANISER, "E1", "review", expected_state="draft")
    change_state(session, CURATOR, "E1", "approved", expected_state="review")
    change_state(session, ORGANISER, "E1", "issued", expected_state="approved")
    edit(session, "T1", stage="signed", amount_signed_wan="5000", invite_status="attended")
    edit(session, "T3", stage="ended", invite_status="attended")
    found = get_ledger(session, VIEWER, "E1")
    assert found.version == 4
    assert {o.company_id: (o.label, o.stage) for o in found.outcomes} == {
        "T1": ("hit", "signed"),
        "T3": ("miss", "ended"),
    }
    assert (found.precision.hits, found.precision.judged, found.precision.value) == (1, 2, 0.5)
    # Wilson's interval of 1 of 2: 0.5 ± 0.4055 after shrinking to the middle
    assert found.precision.low == pytest.approx(0.0945, abs=1e-3)
    assert found.precision.high == pytest.approx(0.9055, abs=1e-3)
    assert found.signed_wan == Decimal("5000.00")
    assert len(judged_outcomes(session, VIEWER, "E1")) == 2


def test_list_of_events_counts(session: Session, choose: Choose) -> None:
    choose()
    (row,) = list_events(session, VIEWER)
    assert (row.event.code, row.selected, row.waiting, row.versions) == ("E1", 2, 1, 1)
    assert session.scalars(select(EventRunGap)).first() is not None
