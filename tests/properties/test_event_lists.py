"""What holds of every list: changes explain all that differs, what is stored comes back, who stays stays."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from matching.records import CompanyProfile
from matching.selection import Problem, changes_in
from service.event_records import Field, GapInPlay
from service.operations.event_selection import select, select_keeping
from service.readers.event_plan import parse_event_plan
from service.stored_selection import selection_from_store, selection_to_store
from tests.properties.test_selection import EXAMPLES, problems

LISTS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["G1", "G2"]), max_size=5)


def field_of(problem: Problem) -> Field:
    plan = parse_event_plan(
        {
            "format": 1,
            "name": "活动",
            "edition": "一",
            "organiser": {"hosts": ["省商务厅"]},
            "start_on": "2027-05-18",
            "place": "兰州市",
            "seats": max(problem.seats, 1),
            "private_only": False,
            "in_play": [{"chain": "CU"}],
        },
        "x",
    )
    gaps = {code: GapInPlay(code, code, "CU", "fill", problem.weight(code), None) for code in ("G1", "G2")}
    companies = {o.company: CompanyProfile(o.company, o.company) for o in problem.options}
    return Field(plan, None, gaps, problem, {}, companies, {})


@given(LISTS, LISTS, st.frozensets(st.sampled_from("abcdef")))
def test_changes_lead_from_the_old_list_to_the_new(
    old: dict[str, str], new: dict[str, str], declined: frozenset[str]
) -> None:
    found = dict(old)
    for change in changes_in(old, new, declined):
        if change.gap_after is None:
            del found[change.company]
        else:
            found[change.company] = change.gap_after
        assert set(change.because) <= declined & set(old) - set(new)
    assert found == new


@EXAMPLES
@given(problems())
def test_stored_selection_comes_back_through_json(problem: Problem) -> None:
    event = select(field_of(problem), relax=False)
    stored = json.loads(json.dumps(selection_to_store(event)))
    again = selection_from_store(event.field, stored)
    assert replace(again.selection, coverage=dict(again.selection.coverage or {})) == replace(
        event.selection, coverage=dict(event.selection.coverage or {})
    )
    assert (again.waiting, again.greedy.chosen, again.unknowns) == (
        event.waiting,
        event.greedy.chosen,
        event.unknowns,
    )


@EXAMPLES
@given(problems())
def test_who_is_on_the_list_stays_where_the_rules_allow_it(problem: Problem) -> None:
    field = field_of(problem)
    before = select(field, relax=False)
    assume(before.selection.picks)
    stay = {option.company: option.gap for option in before.selection.chosen}
    gone = min(stay)
    assume(all(lock.company != gone for lock in problem.locked_in))
    free = replace(field, problem=replace(problem, locked_out=problem.locked_out | {gone}))
    after = select_keeping(free, stay)
    chosen = {option.company: option.gap for option in after.selection.chosen}
    assert gone not in chosen
    if after.kept_others:
        assert {company: gap for company, gap in stay.items() if company != gone}.items() <= chosen.items()
