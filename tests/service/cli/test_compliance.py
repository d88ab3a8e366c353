"""`lianzhao check-compliance`: what it prints and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli.commands import cli

SEED = "各地可根据产业链发展需要，对重点领域和骨干企业实行税收返还政策"


def run(*arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["check-compliance", *arguments], input=given)


def test_json_has_the_fields_of_the_contract() -> None:
    done = run("--text", SEED, "--json", "--lang", "en")
    assert done.exit_code == 0
    (row,) = json.loads(done.stdout)
    assert {key: row[key] for key in ("start", "end", "quote", "rule", "clause", "severity")} == {
        "start": 13,
        "end": 31,
        "quote": "对重点领域和骨干企业实行税收返还政策",
        "rule": "tax-rebate",
        "clause": "《公平竞争审查条例》第十条第一项",
        "severity": "blocked",
    }
    assert row["advice"].startswith("Take the rebate out.")
    assert "税收返还" in row["reason"]
    assert "a prohibition" in row["reason"]


def test_advice_is_chinese_unless_asked_otherwise() -> None:
    (row,) = json.loads(run("--text", SEED, "--json").stdout)
    assert row["advice"].startswith("删去税收返还的内容")


def test_clean_text_gives_an_empty_list() -> None:
    assert json.loads(run("--text", "各地不得实行税收返还。", "--json").stdout) == []


@pytest.mark.parametrize(
    ("text", "weight", "code"),
    [
        (SEED, "blocked", 3),
        (SEED, "warning", 3),
        ("以资源换产业", "blocked", 0),
        ("以资源换产业", "warning", 3),
        ("各地不得实行税收返还。", "warning", 0),
    ],
)
def test_exit_code_says_what_was_asked_of_it(text: str, weight: str, code: int) -> None:
    assert run("--text", text, "--fail-on", weight, "--lang", "en").exit_code == code


def test_file_is_read_and_lines_are_named(tmp_path: Path) -> None:
    file = tmp_path / "意见.md"
    file.write_text(f"# 意见\n\n{SEED}。\n", encoding="utf-8")
    done = run(str(file), "--lang", "en")
    assert done.exit_code == 0
    assert "Blocked until reviewed  《公平竞争审查条例》第十条第一项  line 3" in done.stdout
    assert "Findings: 1, of which 1 block." in done.stdout


def test_standard_input_is_read() -> None:
    done = run("-", "--json", given=SEED.encode("gb18030"))
    assert [row["rule"] for row in json.loads(done.stdout)] == ["tax-rebate"]


def test_nothing_found_is_said_with_its_limit() -> None:
    assert run("--text", "发展电解铜箔", "--lang", "en").stdout == (
        "Nothing found. That is no proof that the text is lawful.\n"
    )


def test_unverified_clause_says_so() -> None:
    (row,) = json.loads(run("--text", "引导水泥企业协同限产。", "--json", "--lang", "en").stdout)
    assert row["reason"].endswith("has not been compared with the official text.")


@pytest.mark.parametrize("arguments", [(), ("--text", SEED, "a.txt")])
def test_either_file_or_text_is_wanted(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert "give either FILE or --text TEXT" in done.stderr


def test_own_rules_are_used(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("format: 1\n", encoding="utf-8")
    done = run("--text", SEED, "--rules", str(file))
    assert done.exit_code == 1
    assert "own.yaml: law" in str(done.exception)
