"""Two organisers at once, each with a connection of their own: nothing is lost, and each clash is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from models import Event, EventEntry, EventEntryChange
from service.actors import Actor
from service.db import Database
from service.errors import Conflict
from service.operations.event_lists import ApplyReport, apply_entry_changes
from service.operations.event_versions import change_state
from service.operations.events import add_event, change_event, new_entry
from service.readers.event_plan import parse_event_plan
from tests.factories import make_company

PLAN: dict[str, Any] = {
    "format": 1,
    "name": "民企陇上行",
    "edition": "示例届",
    "organiser": {"hosts": ["省商务厅"]},
    "start_on": "2027-05-18",
    "place": "兰州市",
    "seats": 2,
    "in_play": [{"chain": "CU"}],
}
FIRST, SECOND = Actor("甲", "organiser"), Actor("乙", "curator")


@pytest.fixture
def entry(database: Database) -> int:
    """The id of an entry on the list of E1, at row version 1."""
    with database.session() as session:
        company = make_company(session, "嘉元科技", external_id="T1")
        event = add_event(session, FIRST, parse_event_plan(PLAN, "x"), code="E1")
        return new_entry(session, event, company.external_id, status="in").id


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each of `works` answers or raises, all begun at the same moment in threads of their own."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        start.wait(10)
        try:
            return work()
        except Conflict as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def edits(database: Database, entry: int, actor: Actor, **values: str) -> Callable[[], ApplyReport]:
    def work() -> ApplyReport:
        with database.session() as session:
            return apply_entry_changes(
                session, actor, "E1", {entry: values}, {entry: 1}, today=date(2026, 11, 25)
            )

    return work


def test_edits_of_different_fields_are_both_kept(database: Database, entry: int) -> None:
    reports = at_once(
        edits(database, entry, FIRST, note="甲的备注"), edits(database, entry, SECOND, duty_unit="市招商局")
    )
    assert [report.conflicts for report in reports] == [(), ()]
    with database.reading() as session:
        row = session.get_one(EventEntry, entry)
        assert (row.note, row.duty_unit, row.row_version) == ("甲的备注", "市招商局", 3)


def test_of_two_edits_of_one_field_one_stands_and_the_other_is_told(database: Database, entry: int) -> None:
    reports = at_once(*(edits(database, entry, actor, note=actor.login) for actor in (FIRST, SECOND)))
    won = [report for report in reports if report.applied]
    lost = [report for report in reports if report.conflicts]
    assert (len(won), len(lost)) == (1, 1)
    clash = lost[0].conflicts[0]
    with database.reading() as session:
        row = session.get_one(EventEntry, entry)
        assert (row.note, row.row_version) == (clash.theirs, 2)
        assert clash.changed_by == clash.theirs  # each wrote the own name
        assert clash.mine != clash.theirs
        assert len(session.scalars(select(EventEntryChange)).all()) == 1


def test_ten_edits_at_once_are_all_in_the_history(database: Database, entry: int) -> None:
    fields = ("note", "duty_unit", "next_action", "due_on", "stage", "invite_status", "amount_signed_wan")
    values = ("备注", "市招商局", "致电", "2027-01-05", "contact", "invited", "12.5")
    at_once(
        *(
            edits(database, entry, FIRST if place % 2 else SECOND, **{name: value})
            for place, (name, value) in enumerate(zip(fields, values, strict=True))
        )
    )
    with database.reading() as session:
        assert {row.field for row in session.scalars(select(EventEntryChange))} == set(fields)
        assert session.get_one(EventEntry, entry).row_version == 1 + len(fields)


def test_of_two_changes_of_the_rules_one_is_refused_by_name(
    database: Database,
    entry: int,
) -> None:
    def change(actor: Actor, seats: int) -> Callable[[], int]:
        def work() -> int:
            plan = parse_event_plan({**PLAN, "seats": seats}, "x")
            with database.session() as session:
                return change_event(session, actor, "E1", plan, expected_version=1).seats

        return work

    answers = at_once(change(FIRST, 5), change(SECOND, 6))
    (seats,) = [answer for answer in answers if isinstance(answer, int)]
    (refused,) = [answer for answer in answers if isinstance(answer, Conflict)]
    winner = FIRST if seats == 5 else SECOND
    assert f"{winner.login} changed its facts" in str(refused)
    with database.reading() as session:
        assert session.scalars(select(Event)).one().seats == seats


def test_a_list_that_is_submitted_takes_no_late_edit(database: Database, entry: int) -> None:
    def submit() -> str:
        with database.session() as session:
            return change_state(session, FIRST, "E1", "review", expected_state="draft").state

    answers = at_once(submit, edits(database, entry, SECOND, status="out"))
    with database.reading() as session:
        row, state = session.get_one(EventEntry, entry), session.scalars(select(Event)).one().state
    # Whoever came first: an edit before the list was submitted, or none; never one behind its back.
    if isinstance(answers[1], Conflict):
        assert (row.status, state) == ("in", "review")
    else:
        assert isinstance(answers[0], Conflict)  # nobody is on the list any more
        assert (row.status, state) == ("out", "draft")
