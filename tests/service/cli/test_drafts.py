from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli.commands import cli
from service.errors import InvalidInput
from service.shipped import chain_profile_paths

TEXT = (
    "（一）发展铜产业链。依托金川公司等骨干企业，重点发展电解铜箔、铜管等产品，打造千亿元铜产业链。\r\n"
    "突破铜箔轧制、表面处理等关键技术。"
)


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("LIANZHAO_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return CliRunner()


def written(tmp_path: Path, name: str = "policy.txt", text: str = TEXT) -> str:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return str(path)


def test_drafts_come_as_json_with_literal_quotes(runner: CliRunner, tmp_path: Path) -> None:
    done = runner.invoke(cli, ["draft-gaps", written(tmp_path), "--json"], catch_exceptions=False)
    answer = json.loads(done.stdout)
    (chain,) = answer["chains"]
    text = TEXT.replace("\r\n", "\n")
    assert answer["text"] == text
    assert (chain["name"], chain["section"], chain["anchors"]) == ("铜", "（一）", ["金川公司"])
    assert (chain["target"]["output_yi"], chain["target"]["year"]) == (1000, None)
    first, second = chain["gaps"]
    assert first["title"] == "电解铜箔、铜管"
    assert first["kind"] == "fill"
    assert first["requirements"] == [
        {"text": "电解铜箔", "facet": "product"},
        {"text": "铜管", "facet": "product"},
    ]
    assert (first["anchors"], second["kind"]) == (["金川公司"], "talent")
    for source in (chain["target"]["source"], first["source"], second["source"]):
        assert text[source["start"] : source["end"]] == source["quote"]
    assert first["source"]["quote"] == "重点发展电解铜箔、铜管等产品"


def test_drafts_as_text_say_chain_gap_kind_requirements_and_source(runner: CliRunner, tmp_path: Path) -> None:
    done = runner.invoke(cli, ["draft-gaps", written(tmp_path), "--lang", "en"], catch_exceptions=False)
    assert "policy.txt: 1 chains, 2 draft gaps, 4 requirements" in done.stdout
    assert "（一） 铜" in done.stdout
    assert "target 1000亿元" in done.stdout
    assert " 1. 电解铜箔、铜管  [fill]" in done.stdout
    assert "product: 电解铜箔、铜管" in done.stdout
    assert "“突破铜箔轧制、表面处理等关键技术”" in done.stdout


def test_text_without_chains_says_what_to_give(runner: CliRunner, tmp_path: Path) -> None:
    done = runner.invoke(cli, ["draft-gaps", written(tmp_path, text="会议结束。"), "--lang", "en"])
    assert "No chain and no gap found" in done.stdout


def test_file_of_another_kind_is_a_named_error(runner: CliRunner, tmp_path: Path) -> None:
    done = runner.invoke(cli, ["draft-gaps", written(tmp_path, "a.rtf")])
    assert isinstance(done.exception, InvalidInput)


def test_shipped_profile_is_checked_without_a_database(runner: CliRunner) -> None:
    done = runner.invoke(cli, ["check-gap", str(chain_profile_paths()[2]), "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    assert {row["severity"] for row in json.loads(done.stdout)} <= {"warning"}
    assert "compared with no database" in done.stderr


def test_errors_end_with_exit_code_one_and_name_the_place(runner: CliRunner, tmp_path: Path) -> None:
    profile = chain_profile_paths()[2].read_text("utf-8").replace("quote: ", "quote: 不", 40)
    done = runner.invoke(
        cli,
        ["check-gap", written(tmp_path, "c.yaml", profile), "--policy", written(tmp_path), "--json"],
        catch_exceptions=False,
    )
    assert done.exit_code == 1
    rows = [row for row in json.loads(done.stdout) if row["code"] == "quote_not_found"]
    assert rows
    assert rows[0].keys() == {"code", "severity", "path", "value", "advice"}


def test_broken_profile_is_answered_with_its_problems(runner: CliRunner, tmp_path: Path) -> None:
    done = runner.invoke(
        cli, ["check-gap", written(tmp_path, "c.yaml", "format: 1"), "--json"], catch_exceptions=False
    )
    assert done.exit_code == 1
    assert {row["code"] for row in json.loads(done.stdout)} == {"invalid_profile"}
