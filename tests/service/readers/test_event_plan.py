"""An event plan is read whole, or answered with every problem: file, path, value, what to do."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from service.errors import InvalidEventPlan, InvalidInput
from service.readers.event_plan import EventPlan, Limit, parse_event_plan, read_event_plan
from service.shipped import event_plan_paths

PLAN: dict[str, Any] = {
    "format": 1,
    "name": "民企陇上行",
    "edition": "示例届",
    "organiser": {"hosts": ["省商务厅"]},
    "start_on": "2027-05-18",
    "place": "兰州市",
    "seats": 3,
    "in_play": [{"chain": "C01"}],
}
RULE = {"id": "q", "attribute": "province", "values": ["广东省"], "at_most": 2}


def plan(**fields: Any) -> EventPlan:
    return parse_event_plan({**copy.deepcopy(PLAN), **fields}, "event.yaml")


def problems(**fields: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidEventPlan) as caught:
        plan(**fields)
    return [(problem.path, problem.value, problem.advice) for problem in caught.value.problems]


def test_private_companies_from_outside_are_the_default_and_unknown_ones_stay() -> None:
    read = plan()
    assert (read.private_only, read.unknown_ownership, read.exclude_home_province) == (True, "keep", True)
    assert (read.unknowns, read.start_on) == ("careful", date(2027, 5, 18))


def test_limit_is_a_number_of_companies_or_a_share() -> None:
    read = plan(quota_rules=[RULE, {**RULE, "id": "s", "at_most": "37.5%"}])
    assert read.quota_rules[0].at_most == Limit(count=2)
    assert read.quota_rules[1].at_most == Limit(share_0_1=0.375)


def test_one_value_of_a_rule_needs_no_list() -> None:
    assert plan(quota_rules=[{**RULE, "values": "广东"}]).quota_rules[0].values == ["广东"]


def test_lock_may_be_the_company_alone() -> None:
    read = plan(locked_in=["002123", {"company": "嘉元科技", "gap": "C03-G05"}])
    assert [(lock.company, lock.gap) for lock in read.locked_in] == [
        ("002123", None),
        ("嘉元科技", "C03-G05"),
    ]


@pytest.mark.parametrize(
    ("fields", "path", "value", "advice"),
    [
        ({"seats": 0}, "seats", "0", "greater than or equal to 1"),
        ({"seat": 3}, "seat", "3", "this field is not known"),
        ({"acceptance_rate": 30}, "acceptance_rate", "30", "less than or equal to 1"),
        ({"in_play": [{}]}, "in_play[0]", "dict", "give either chain or gap"),
        ({"quota_rules": [{**RULE, "at_most": "many"}]}, "quota_rules[0].at_most", "'many'", "such as 30%"),
        ({"quota_rules": [{**RULE, "at_most": "130%"}]}, "quota_rules[0].at_most", "'130%'", "such as 30%"),
        ({"quota_rules": [{**RULE, "at_most": True}]}, "quota_rules[0].at_most", "True", "such as 10"),
        ({"quota_rules": [{**RULE, "at_least": 1}]}, "quota_rules[0]", "dict", "write two rules"),
        ({"quota_rules": [{**RULE, "values": ["广冬"]}]}, "quota_rules[0]", "dict", "'广冬' is no province"),
        (
            {"quota_rules": [{**RULE, "attribute": "ownership", "values": ["民营"]}]},
            "quota_rules[0]",
            "dict",
            "'民营' is no ownership: known are private, state, foreign, mixed",
        ),
        ({"quota_rules": [RULE, RULE]}, "", "dict", "quota_rules[].id: 'q' stands 2 times"),
        ({"locked_in": ["A1"], "locked_out": ["A1"]}, "", "dict", "locked_in and locked_out: 'A1'"),
        ({"end_on": "2027-05-17"}, "", "dict", "end_on: 2027-05-17 is before start_on 2027-05-18"),
        (
            {"groups": [{"code": "g", "name": "组", "chains": ["C01"], "sessions": ["s"]}]},
            "",
            "dict",
            "'s' is not in sessions[].code",
        ),
    ],
)
def test_wrong_plan_is_answered_with_place_value_and_what_to_do(
    fields: dict[str, Any], path: str, value: str, advice: str
) -> None:
    found = problems(**fields)
    assert len(found) == 1
    assert found[0][:2] == (path, value)
    assert advice in found[0][2]


def test_all_problems_are_told_at_once() -> None:
    assert [path for path, _, _ in problems(seats=0, place="", start_on="soon")] == [
        "start_on",
        "place",
        "seats",
    ]


def test_file_that_is_no_yaml_or_no_mapping_is_named(tmp_path: Path) -> None:
    file = tmp_path / "event.yaml"
    file.write_text("name: [", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"event\.yaml: line 1"):
        read_event_plan(file)
    file.write_text("- 1", encoding="utf-8")
    with pytest.raises(InvalidEventPlan, match=r"event\.yaml: file: list: write a mapping"):
        read_event_plan(file)


def test_shipped_event_has_ten_chains_a_hundred_and_twenty_seats_and_six_rules() -> None:
    (path,) = event_plan_paths()
    read = read_event_plan(path)
    assert [row.chain for row in read.in_play] == [f"C{number:02d}" for number in range(1, 11)]
    assert (read.seats, len(read.quota_rules)) == (120, 6)
    grouped = [chain for group in read.groups for chain in group.chains]
    assert sorted(grouped) == [row.chain for row in read.in_play]
