"""`lianzhao train`: the same bytes, the guard, and where the weights go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from matching.weights import read_weights
from service.shipped import weights_path
from tests.service.cli.running import done, run, write_jsonl

METALS = "铜铝锌铅镍钴锡钨钼钛镁锂"
DAY = ("--date", "2026-11-25")


def write_set(folder: Path, upside_down: bool = False, prefix: str = "Q") -> list[str]:
    """Twelve gaps for the foil of a metal: its maker suits, the maker of its tubes hardly, others not."""
    queries, grades, companies = [], [], []
    for number, metal in enumerate(METALS):
        queries.append(
            {"id": f"{prefix}{number}", "chain": "金属", "title": f"{metal}箔", "need": f"高纯{metal}箔"}
        )
        known = {f"F{number}": 3, f"T{number}": 1, f"F{(number + 1) % 12}": 0, f"T{(number + 5) % 12}": 0}
        for company, grade in known.items():
            grades.append(f"{prefix}{number}\t0\t{company}\t{3 - grade if upside_down else grade}\n")
        companies += [
            {
                "id": f"{kind}{number}",
                "name": f"{metal}{kind}厂",
                "province": "江苏",
                "industry": f"有色金属/{thing}",
                "products": [{"name": f"{metal}{thing}", "revenue_share": 0.8}, {"name": "五金"}],
                "description": f"公司生产{metal}{thing}，产品销往各地。",
            }
            for kind, thing in (("F", "箔"), ("T", "管"))
        ]
    write_jsonl(folder / "queries.jsonl", queries)
    write_jsonl(folder / "companies.jsonl", companies)
    (folder / "qrels.tsv").write_text("".join(grades), "utf-8")
    return ["--companies", str(folder / "companies.jsonl"), *DAY]


def judged(folder: Path) -> list[str]:
    return ["--queries", str(folder / "queries.jsonl"), "--qrels", str(folder / "qrels.tsv")]


def own(folder: Path) -> list[str]:
    return ["--feedback", str(folder / "qrels.tsv"), "--feedback-queries", str(folder / "queries.jsonl")]


def test_the_same_files_and_day_give_the_same_bytes(tmp_path: Path) -> None:
    options = [*write_set(tmp_path), *judged(tmp_path)]
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    done("train", *options, "--out", first)
    done("train", *options, "--out", second)
    assert first.read_bytes() == second.read_bytes()
    assert read_weights(first).card["date"] == "2026-11-25"


def test_feedback_that_agrees_gives_weights_that_are_used_from_then_on(tmp_path: Path) -> None:
    options = [*write_set(tmp_path), *own(tmp_path)]
    told = done("train", *options, "--use", "--json").json
    test = told["paired_tests"]["feedback"]
    assert test["queries"] == 12
    assert test["low"] <= test["difference"] <= test["high"]
    assert test["difference"] >= 0
    kept = read_weights(tmp_path / "home" / "weights" / "current.json")
    assert kept.version == told["version"]
    # Trained again, they are measured against themselves.
    again = done("train", *options, "--out", tmp_path / "again.json")
    assert f"on feedback: nDCG@10 {test['new']:.3f} against {test['new']:.3f}: +0.000" in again.out


def test_weights_that_lose_on_the_judged_set_are_refused_with_the_paired_test(tmp_path: Path) -> None:
    base, garbled = tmp_path / "base", tmp_path / "garbled"
    base.mkdir()
    garbled.mkdir()
    options = write_set(base)
    write_set(garbled, upside_down=True, prefix="P")
    out = tmp_path / "out.json"
    ended = run("train", *options, *judged(base), *own(garbled), "--out", out, "--use")
    assert ended.code == 1
    assert "lose to" in ended.error
    assert "95 % [" in ended.error
    assert "nothing was written" in ended.error
    assert not out.exists()
    assert not (tmp_path / "home" / "weights").exists()


def test_a_setting_names_the_weights_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = json.loads(weights_path().read_text("utf-8"))
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({**content, "version": "mine"}), "utf-8")
    monkeypatch.setenv("LIANZHAO_WEIGHTS", str(path))
    options = [*write_set(tmp_path), *own(tmp_path)]
    garbled = run("train", *options, "--out", tmp_path / "w.json")
    assert garbled.code == 0 or "lose to mine" in garbled.error
    monkeypatch.setenv("LIANZHAO_WEIGHTS", str(tmp_path / "none.json"))
    assert "LIANZHAO_WEIGHTS" in run("train", *options, "--out", tmp_path / "w.json").error


def test_verdicts_of_the_database_are_asked_for_where_there_are_none(tmp_path: Path) -> None:
    done("db", "upgrade")
    ended = run("train", "--from-database", "--out", tmp_path / "w.json")
    assert "no verdict was given yet" in ended.error


@pytest.mark.parametrize("given", ["nothing", "no target", "no queries"])
def test_what_has_to_be_named_is_named(tmp_path: Path, given: str) -> None:
    options = write_set(tmp_path)
    arguments = {
        "nothing": ["--out", str(tmp_path / "w.json")],
        "no target": judged(tmp_path),
        "no queries": ["--qrels", str(tmp_path / "qrels.tsv"), "--out", str(tmp_path / "w.json")],
    }[given]
    assert run("train", *options, *arguments).code == 2


def test_a_query_worded_in_two_ways_is_refused(tmp_path: Path) -> None:
    options = [*write_set(tmp_path), *judged(tmp_path)]
    other = tmp_path / "other.jsonl"
    other.write_text('{"id": "Q0", "title": "别的", "need": "别的"}\n', "utf-8")
    qrels = tmp_path / "own.tsv"
    qrels.write_text("Q0\t0\tF0\t2\n", "utf-8")
    named = ["--feedback", str(qrels), "--feedback-queries", str(other), "--out", str(tmp_path / "w.json")]
    assert "worded in two ways" in run("train", *options, *named).error
