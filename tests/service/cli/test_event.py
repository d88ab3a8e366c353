"""`lianzhao event solve`, from the file to the printed answer, with the engine over a small base."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from matching.embedding import HashingEmbedder
from service.actors import COMMAND_LINE
from service.cli.commands import cli
from service.config import read_config
from service.db import open_database, upgrade_schema
from service.errors import InvalidEventPlan
from service.operations.index_releases import build_index, use_index
from tests.factories import make_chain, make_company, make_gap
from tests.service.conftest import NOW

PLAN = """\
format: 1
name: 民企陇上行
edition: 示例届
organiser: {hosts: [省商务厅]}
start_on: 2027-05-18
place: 兰州市
seats: 2
min_probability: 0
in_play: [{chain: CU}]
quota_rules:
  - {id: east, name: 广东不超过两家, attribute: province, values: 广东, at_most: 2}
"""
Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("LIANZHAO_EMBEDDER", "hashing")
    monkeypatch.setenv("LIANZHAO_LANGUAGE", "en")
    config = read_config()
    database = open_database(config.database_url)
    upgrade_schema(database)
    with database.session() as session:
        chain = make_chain(session)
        make_gap(session, chain, "CU-01", requirements=["电解铜箔"])
        make_gap(session, chain, "CU-02", requirements=["铜合金管"])
        make_company(session, "嘉元科技", external_id="T1", products=[("电解铜箔", 0.98)], province="广东")
        make_company(session, "海亮股份", external_id="T3", products=[("铜合金管", 0.9)], province="浙江")
        make_company(session, "诺德股份", external_id="T2", products=[("铜箔", 0.2), ("白酒", 0.8)])
        built = build_index(session, COMMAND_LINE, HashingEmbedder(), config.index_folder, now=NOW)
        use_index(session, COMMAND_LINE, built)
    database.close()
    plan = tmp_path / "event.yaml"

    def call(*options: str, text: str = PLAN) -> Result:
        plan.write_text(text, encoding="utf-8")
        return CliRunner().invoke(cli, ["event", "solve", str(plan), *options])

    return call


def test_answer_as_json_holds_the_contract(run: Run) -> None:
    known = json.loads(run("--json").stdout)

    assert known["status"] == "optimal"
    assert known["gap_to_bound"] == pytest.approx(0, abs=1e-6)
    assert sorted((row["company"], row["gap"]) for row in known["selected"]) == [
        ("T1", "CU-01"),
        ("T3", "CU-02"),
    ]
    assert [row["company"] for row in known["waiting"]] == ["T2"]
    assert sorted(known["coverage"]) == ["CU-01", "CU-02"]
    assert known["conflict"] == []


def test_text_says_why_each_is_in_who_waits_and_what_is_to_be_verified(run: Run) -> None:
    lines = run().stdout.splitlines()

    assert lines[0] == "民企陇上行 示例届: 2 of 2 seats, 2 gaps in play, 3 companies"
    assert lines[1] == "Proven: no selection under these rules covers more."
    text = "\n".join(lines)
    assert "嘉元科技  T1  广东  CU-01" in text
    assert "To be verified: ownership" in text
    assert "Waiting list:\n  1  诺德股份  Would add" in text


def test_why_and_declined_are_answered(run: Run) -> None:
    why = json.loads(run("--json", "--no-relaxing", "--why", "诺德股份").stdout)["out"]
    assert (why[0]["code"], [row["company"] for row in why[0]["instead_of"]]) == ("displaced", ["T1"])
    gone = run("--no-relaxing", "--declined", "T1").stdout.splitlines()
    assert gone[-2:] == [
        "嘉元科技 declined (CU-01).",
        "Added 诺德股份 for CU-01 because 嘉元科技 declined.",
    ]
    assert run("--why", "T1", "--declined", "T1").exit_code == 2


def test_rules_in_conflict_are_printed_in_words(run: Run) -> None:
    text = PLAN.replace("at_most: 2", "at_least: 2")
    result = run(text=text)

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[1:] == [
        "The rules contradict each other: no selection keeps them all.",
        "Take away or relax one of these:",
        "  广东不超过两家  At least 2 companies with province 广东; 1 could be chosen.",
    ]


def test_wrong_plan_is_a_named_error(run: Run) -> None:
    error = run(text=PLAN.replace("seats: 2", "seats: none")).exception
    assert isinstance(error, InvalidEventPlan)
    assert "event.yaml: seats: 'none'" in str(error)
