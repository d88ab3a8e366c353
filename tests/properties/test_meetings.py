"""Timetables: no clash, as much worth as fits, the same for the same requests."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.errors import SelectionInvalid
from matching.selection import Request, Timetable, timetable

COMPANIES, OWNERS = [f"c{n}" for n in range(7)], ["C01", "C02", "C03"]


@st.composite
def requests(draw: st.DrawFn) -> list[Request]:
    pairs = draw(
        st.lists(
            st.tuples(st.sampled_from(COMPANIES), st.sampled_from(OWNERS)),
            unique=True,
            min_size=1,
            max_size=21,
        )
    )
    worth = st.integers(1, 100).map(lambda n: n / 100)
    return [Request(company, owner, f"{owner}-01", draw(worth)) for company, owner in pairs]


def check(found: Timetable, slots: int, tables: int, most: int) -> None:
    for meetings in (
        Counter((m.slot, m.company) for m in found.meetings),
        Counter((m.slot, m.owner, m.table) for m in found.meetings),
        Counter((m.company, m.owner) for m in found.meetings),
    ):
        assert max(meetings.values(), default=0) <= 1
    assert max(Counter(m.company for m in found.meetings).values(), default=0) <= most
    assert all(1 <= m.slot <= slots and 1 <= m.table <= tables for m in found.meetings)


@given(requests(), st.integers(1, 5), st.integers(1, 2), st.integers(1, 3))
def test_nobody_sits_at_two_tables_at_once(wanted: list[Request], slots: int, tables: int, most: int) -> None:
    found = timetable(wanted, slots, tables=dict.fromkeys(OWNERS, tables), meetings_per_company=most)
    check(found, slots, tables, most)
    assert len(found.meetings) + len(found.unmet) == len(wanted)
    assert found.is_proven


@given(requests(), st.integers(1, 4))
def test_another_slot_is_never_worth_less(wanted: list[Request], slots: int) -> None:
    assert timetable(wanted, slots + 1).worth >= timetable(wanted, slots).worth - 1e-9


@given(requests(), st.randoms())
def test_order_of_requests_does_not_matter(wanted: list[Request], random: object) -> None:
    shuffled = list(wanted)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert timetable(shuffled, 2) == timetable(wanted, 2)


def test_the_better_of_two_gets_the_only_slot() -> None:
    found = timetable([Request("a", "C01", "C01-01", 0.4), Request("b", "C01", "C01-02", 0.6)], 1)
    assert [(m.slot, m.company) for m in found.meetings] == [(1, "b")]
    assert [request.company for request in found.unmet] == ["a"]


def test_three_companies_meet_three_offices_in_three_slots() -> None:
    wanted = [Request(c, o, f"{o}-01", 0.5) for c in "abc" for o in OWNERS]
    found = timetable(wanted, 3)
    assert len(found.meetings) == 9
    check(found, 3, 1, 3)


def test_two_tables_hold_two_meetings_at_a_time() -> None:
    wanted = [Request(c, "C01", "C01-01", 0.5) for c in "ab"]
    assert [(m.slot, m.table) for m in timetable(wanted, 1, tables={"C01": 2}).meetings] == [(1, 1), (1, 2)]


def test_a_meeting_without_worth_is_refused() -> None:
    with pytest.raises(SelectionInvalid, match="is not in"):
        timetable([Request("a", "C01", "C01-01", 0.0)], 1)


def test_no_slots_no_meetings() -> None:
    assert timetable([Request("a", "C01", "C01-01", 0.5)], 0).meetings == ()
