"""Rules of the fair-competition check: what a wrong file is answered with."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.readers.compliance_rules import InvalidRules, parse_compliance_rules, read_compliance_rules
from service.shipped import compliance_rules_path


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(compliance_rules_path().read_text(encoding="utf-8"))
    return content


@pytest.fixture
def content(shipped: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(shipped)


def problems_of(content: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRules) as caught:
        parse_compliance_rules(content, "rules.yaml")
    assert str(caught.value).startswith("rules.yaml: ")
    return [(problem.path, problem.value) for problem in caught.value.problems]


def test_shipped_rules_are_read_with_their_clauses() -> None:
    rules = read_compliance_rules(compliance_rules_path())
    assert rules.law == "公平竞争审查条例"
    assert rules.in_force_since.isoformat() == "2024-08-01"
    rebate = next(rule for rule in rules.rules if rule.id == "tax-rebate")
    assert rebate.clause.cite == "《公平竞争审查条例》第十条第一项"
    assert rebate.clause.verified
    assert rebate.clause.measures == "《公平竞争审查条例实施办法》第十八条"
    assert not rebate.clause.measures_verified
    assert rebate.severity == "blocked"


def test_unknown_names_are_listed_with_their_place(content: dict[str, Any]) -> None:
    content["rules"][0]["clause"] = "99.9"
    content["rules"][1]["also_unless"] = ["no-such-context"]
    content["rules"][2]["yields_to"] = ["no-such-rule"]
    assert problems_of(content) == [
        ("rules[0].clause", "'99.9'"),
        ("rules[1].also_unless", "'no-such-context'"),
        ("rules[2].yields_to", "'no-such-rule'"),
    ]


def test_broken_pattern_is_named(content: dict[str, Any]) -> None:
    content["rules"][0]["patterns"] = ["税收返还", "(未闭合"]
    assert problems_of(content) == [("rules[0].patterns[1]", "(未闭合")]


def test_pattern_that_matches_nothing_at_all_is_refused(content: dict[str, Any]) -> None:
    content["rules"][0]["patterns"] = ["(?:税)?"]
    assert problems_of(content) == [("rules[0].patterns[0]", "(?:税)?")]


def test_unknown_term_is_named(content: dict[str, Any]) -> None:
    content["contexts"][0]["pattern"] = "<NOWHERE>不得"
    assert problems_of(content) == [("contexts[0].pattern", "<NOWHERE>")]


def test_terms_in_a_circle_are_refused(content: dict[str, Any]) -> None:
    content["terms"] |= {"ONE": "<TWO>", "TWO": "<ONE>"}
    content["rules"][0]["patterns"] = ["<ONE>"]
    assert [path for path, _ in problems_of(content)] == ["rules[0].patterns[0]"]


def test_id_given_twice_is_named(content: dict[str, Any]) -> None:
    content["rules"][1]["id"] = content["rules"][0]["id"]
    assert ("rules[1].id", "'tax-rebate'") in problems_of(content)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"severity": "fatal"}, "rules[0].severity"),
        ({"patterns": []}, "rules[0].patterns"),
        ({"advise": "x"}, "rules[0].advise"),
        ({"advice": {"zh": "删去"}}, "rules[0].advice.en"),
    ],
)
def test_wrong_field_is_named(content: dict[str, Any], change: dict[str, Any], path: str) -> None:
    content["rules"][0] |= change
    assert [where for where, _ in problems_of(content)] == [path]


@pytest.mark.parametrize("content", [None, [], "税收返还", {}])
def test_file_without_rules_is_refused(content: object) -> None:
    assert problems_of(content)


def test_yaml_fault_is_answered_with_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("format: 1\nrules: [\n", encoding="utf-8")
    with pytest.raises(InvalidRules, match=r"own\.yaml: line 3, column 1"):
        read_compliance_rules(file)


def test_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_bytes("law: 条例".encode("gbk"))
    with pytest.raises(InvalidRules, match="save it as UTF-8"):
        read_compliance_rules(file)
