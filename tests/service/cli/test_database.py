"""`lianzhao db` and `lianzhao seed`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from service.db import newest_version
from tests.service.cli.running import done, run, small_profile, write_profile


def chains() -> list[Any]:
    return [chain["code"] for chain in done("show", "chains", "--json").json]


def copper(**changes: Any) -> dict[str, Any]:
    return small_profile(3) | changes


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A profile without faults."""
    return write_profile(tmp_path / "shipped.yaml", copper())


def test_upgrade_makes_the_tables_and_may_be_repeated(tmp_path: Path) -> None:
    assert run("db", "check").code == 1
    first = done("db", "upgrade", "--json").json
    assert first == {"database": str(tmp_path / "home" / "lianzhao.sqlite3"), "version": newest_version()}
    assert done("db", "upgrade", "--json").json == done("db", "check", "--json").json == first
    assert done("db", "check").out == f"{first['database']}：数据库表结构与当前版本一致。\n"


def test_seed_stores_the_ten_chains_once(empty_home: Path) -> None:
    first = done("seed", "--json").json
    assert [report["chain"] for report in first] == [f"C{number:02}" for number in range(1, 11)]
    assert all(report["added"] and len(report["gaps_added"]) >= 15 for report in first)
    again = done("seed", "--json").json
    assert [report["gaps_unchanged"] for report in again] == [len(report["gaps_added"]) for report in first]
    assert not any(report["added"] or report["gaps_added"] or report["gaps_changed"] for report in again)
    assert len(chains()) == 10
    assert (empty_home / "lianzhao.sqlite3").exists()


@pytest.mark.usefixtures("empty_home")
def test_changed_wording_is_a_new_version_of_its_gap(shipped: Path, tmp_path: Path) -> None:
    done("seed", shipped)
    profile = copper()
    profile["gaps"][0]["need"] += "另有说明。"
    code = profile["gaps"][0]["code"]
    (report,) = done("seed", "--json", write_profile(tmp_path / "copper.yaml", profile)).json
    assert (report["gaps_changed"], report["gaps_added"], report["gaps_archived"]) == ([code], [], [])
    assert done("show", "gap", code, "--json").json["version"] == 2


@pytest.mark.usefixtures("empty_home")
def test_file_with_problems_is_answered_with_all_of_them_and_nothing_is_stored(
    shipped: Path, tmp_path: Path
) -> None:
    profile = copper(name="")
    profile["links"][0]["position"] = "up"
    profile["gaps"][1]["kind"] = "filll"
    profile["gaps"][2]["requirements"][0]["weight"] = "viel"
    broken = write_profile(tmp_path / "broken.yaml", profile)
    ended = run("seed", shipped, broken)
    assert (ended.code, ended.out) == (1, "")
    assert "Traceback" not in ended.err
    for place, value in (
        ("name", "''"),
        ("links[0].position", "'up'"),
        ("gaps[1].kind", "'filll'"),
        ("gaps[2].requirements[0].weight", "'viel'"),
    ):
        assert f"broken.yaml: {place}: {value}: " in ended.err
    assert chains() == []


@pytest.mark.usefixtures("empty_home")
def test_problems_of_several_files_are_told_together(tmp_path: Path) -> None:
    first = write_profile(tmp_path / "first.yaml", copper(name=""))
    second = tmp_path / "second.yaml"
    second.write_text("a: [1\n")
    third = tmp_path / "third.yaml"
    third.write_bytes("名称: 铜".encode("gbk"))
    ended = run("seed", first, second, third)
    assert ended.code == 1
    for problem in ("first.yaml: name: ''", "second.yaml: line 2", "third.yaml: line 1"):
        assert problem in ended.err


@pytest.mark.usefixtures("empty_home")
def test_file_that_is_not_there_is_wrong_use() -> None:
    ended = run("seed", "nowhere.yaml")
    assert ended.code == 2
    assert "nowhere.yaml" in ended.err


@pytest.mark.usefixtures("empty_home")
def test_report_is_in_the_language_of_the_setting(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert done("seed", shipped).out == "C03：新增缺口3个，修改0个，无变化0个，归档0个，保留本地修改0个\n"
    monkeypatch.setenv("LIANZHAO_LANGUAGE", "en")
    expected = "C03: 0 gaps added, 0 changed, 3 unchanged, 0 archived, 0 kept as curators changed them here\n"
    assert done("seed", shipped).out == expected
