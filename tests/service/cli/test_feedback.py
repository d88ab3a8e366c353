"""`lianzhao feedback` and `lianzhao ab`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from matching.judgments import read_judged_queries
from models import utc_now
from service.actors import Actor
from service.config import read_config
from service.db import open_database
from service.operations.feedback import Shown, give_feedback
from service.shipped import weights_path
from tests.service.cli.running import (
    COMPANIES,
    COPPER,
    FOIL,
    GAP,
    done,
    run,
    small_profile,
    write_jsonl,
    write_profile,
)

OFFICER = Actor("王五", "officer")


@pytest.fixture
def base(tmp_path: Path) -> None:
    """An installation with one chain, the companies, and two verdicts."""
    done("db", "upgrade")
    done("seed", write_profile(tmp_path / "chain.yaml", small_profile(3)))
    done("import", write_jsonl(tmp_path / "companies.jsonl", COMPANIES), "--source", "test")
    give(FOIL, "suitable")
    give(COPPER, "unsuitable", "wrong_product")


def give(company: str, verdict: str, reason: str | None = None) -> None:
    database = open_database(read_config().database_url)
    with database.session() as session:
        shown = Shown(1, {"weights": "w"})
        give_feedback(session, OFFICER, GAP, company, verdict, shown, reason=reason, now=utc_now())
    database.close()


def test_verdicts_are_listed_newest_first(base: None) -> None:
    rows = done("feedback", "list", "--json").json["feedback"]
    assert [(row["company"], row["verdict"], row["reason"]) for row in rows] == [
        (COPPER, "unsuitable", "wrong_product"),
        (FOIL, "suitable", None),
    ]
    give(FOIL, "partly")
    assert "2 verdicts" in done("feedback", "list", "--gap", GAP).out
    assert "3 verdicts" in done("feedback", "list", "--ended").out
    assert "X1" in run("feedback", "list", "--gap", "X1").error


def test_export_is_what_train_and_evaluate_read(base: None, tmp_path: Path) -> None:
    qrels, queries = tmp_path / "qrels.tsv", tmp_path / "queries.jsonl"
    said = done("feedback", "export", "--out", qrels, "--queries-out", queries).out
    assert said.startswith("2 graded pairs written to")
    (judged,) = read_judged_queries(queries, qrels)
    assert (judged.id, judged.grades) == (f"{GAP}-v1", {FOIL: 2, COPPER: 0})
    nowhere = run("feedback", "export", "--out", tmp_path / "no" / "x", "--queries-out", queries)
    assert "there is no folder" in nowhere.error


def other_weights(tmp_path: Path) -> Path:
    content: dict[str, Any] = json.loads(weights_path().read_text("utf-8"))
    path = tmp_path / "other.json"
    path.write_text(json.dumps({**content, "version": "other", "prior": -1.0}), "utf-8")
    return path


def test_a_comparison_is_started_reported_and_ended(base: None, tmp_path: Path) -> None:
    done("ab", "start", "spring", "--weights-b", other_weights(tmp_path), "--seed", "3")
    assert "spring" in run("ab", "start", "autumn", "--no-dictionary-b").error
    report = done("ab", "report", "spring", "--json").json
    assert report["sides"]["b"] == "other"
    assert (report["lists"], report["winner"], report["p_value"]) == (0, None, 1.0)
    assert "no winner yet: it could be chance" in done("ab", "report", "spring").out
    assert done("ab", "end", "spring").out == "spring is over\n"
    assert "(over)" in done("ab", "report", "spring").out
    done("ab", "start", "autumn", "--no-dictionary-b")
    assert "without dictionaries" in done("ab", "report", "autumn").out


def test_what_is_no_file_of_weights_is_refused(base: None, tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    for content in ("[]", "{", "{}"):
        path.write_text(content, "utf-8")
        assert "weights" in run("ab", "start", "x", "--weights-a", path).error
