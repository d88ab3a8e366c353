"""`lianzhao evaluate` on a judged set of three queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from matching.embedding import CachedEmbedder, HashingEmbedder
from matching.embedding.protocol import Progress, Vectors
from tests.service.cli.running import COMPANIES as COMPANY_ROWS
from tests.service.cli.running import COPPER, FOIL, SMALL, done, run, write_jsonl

MEASURES = {
    "ndcg_at_10",
    "ndcg_at_10_condensed",
    "p_at_5",
    "p_at_10",
    "recall_at_50",
    "mrr",
    "judged_at_10",
}
QUERIES = (
    {"id": "Q1", "chain": "铜", "title": "覆铜板", "need": "覆铜板"},
    {"id": "Q2", "chain": "铜", "title": "铜材", "need": "铜合金棒材"},
    {"id": "Q3", "chain": "电池", "title": "锂电铜箔", "need": "锂电铜箔"},
    {"id": "Q4", "chain": "无", "title": "未评", "need": "阀门"},
)
QRELS = f"Q1\t0\t{FOIL}\t3\nQ1\t0\t{COPPER}\t0\nQ2\t0\t{COPPER}\t3\nQ3\t0\t{SMALL}\t2\n"


@pytest.fixture
def judged(tmp_path: Path) -> list[str]:
    """The options that name the judged set."""
    return named(tmp_path)


def named(folder: Path, qrels: str = QRELS, queries: Sequence[dict[str, str]] = QUERIES) -> list[str]:
    write_jsonl(folder / "queries.jsonl", queries)
    (folder / "qrels.tsv").write_text(qrels, "utf-8")
    companies = write_jsonl(folder / "companies.jsonl", COMPANY_ROWS)
    return [
        *("--queries", str(folder / "queries.jsonl")),
        *("--qrels", str(folder / "qrels.tsv")),
        *("--companies", str(companies)),
    ]


def test_report_has_the_keys_that_others_read(judged: list[str], tmp_path: Path) -> None:
    done("evaluate", *judged, "--out", tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert list(report["systems"]) == ["lianzhao", "bm25", "char_ngram", "dense"]
    for measures in report["systems"].values():
        assert measures.keys() == MEASURES | {"per_chain"}
        assert measures["per_chain"].keys() == {"铜", "电池"}  # nobody judged the fourth query
        assert all(row.keys() == MEASURES for row in measures["per_chain"].values())
        for row in (measures, *measures["per_chain"].values()):
            assert all(0 <= row[name] <= 1 for name in MEASURES)
    assert report["queries"] == 3
    assert report["judged_companies_missing"] == 0


def test_measures_are_those_of_the_ranking(judged: list[str]) -> None:
    report = done("evaluate", *judged, "--json").json
    ours = report["systems"]["lianzhao"]
    # Each query has one suitable company, and it stands first: among the first ten it is one of ten.
    assert (ours["ndcg_at_10"], ours["recall_at_50"], ours["mrr"]) == (1, 1, 1)
    assert (ours["p_at_5"], ours["p_at_10"]) == pytest.approx((0.2, 0.1))
    assert report["paired_ndcg_at_10"]["lianzhao - bm25"].keys() == {
        "difference",
        "low",
        "high",
        "share_not_above_0",
    }


def test_run_file_is_that_of_trec_tools(judged: list[str], tmp_path: Path) -> None:
    done("evaluate", *judged, "--run", tmp_path / "run.txt")
    rows = [line.split(" ") for line in (tmp_path / "run.txt").read_text("utf-8").splitlines()]
    assert {(len(row), row[1], row[5]) for row in rows} == {(6, "Q0", "lianzhao")}
    for query, best in (("Q1", FOIL), ("Q2", COPPER), ("Q3", SMALL)):
        some = [row for row in rows if row[0] == query]
        assert some[0][2] == best
        assert [int(row[3]) for row in some] == list(range(1, len(some) + 1))
        scores = [float(row[4]) for row in some]
        assert scores == sorted(scores, reverse=True)
        assert len({row[2] for row in some}) == len(some)


def test_table_stands_on_the_terminal(judged: list[str]) -> None:
    lines = done("evaluate", *judged).out.splitlines()
    assert lines[0] == "3 queries"
    assert lines[1].split() == ["nDCG@10", "condensed", "P@5", "P@10", "R@50", "MRR", "judged"]
    assert [line.split()[0] for line in lines[2:6]] == ["lianzhao", "bm25", "char_ngram", "dense"]
    assert lines[2].split()[1] == "1.000"
    assert [line.split()[0] for line in lines[7:9]] == ["铜", "电池"]


def test_database_is_neither_needed_nor_touched(judged: list[str], tmp_path: Path) -> None:
    done("evaluate", *judged)
    assert not (tmp_path / "home" / "lianzhao.sqlite3").exists()
    assert [path for path in (tmp_path / "home").iterdir() if path.name != "cache"] == []


def test_users_database_and_index_stay_as_they_are(judged: list[str], home: Path) -> None:
    def contents() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}

    before = contents()
    done("evaluate", *judged)
    assert contents() == before


class Counting(HashingEmbedder):
    """Counts the texts that were really embedded."""

    embedded = 0

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        self.embedded += len(texts)
        return super().embed_passages(texts, progress)


def test_second_run_computes_no_vector_again(judged: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    inner = Counting()

    def opened(_name: str, *, cache_folder: Path, **_: object) -> CachedEmbedder:
        return CachedEmbedder(inner, cache_folder)

    monkeypatch.setattr("service.engines.open_embedder", opened)
    first: dict[str, Any] = done("evaluate", *judged, "--json").json
    assert inner.embedded > 0
    inner.embedded = 0
    assert done("evaluate", *judged, "--json").json == first
    assert inner.embedded == 0


def test_judged_company_that_is_not_there_counts_as_not_found_and_is_said(tmp_path: Path) -> None:
    options = named(tmp_path, QRELS + "Q1\t0\tX9\t3\n")
    report = done("evaluate", *options, "--json").json
    assert report["judged_companies_missing"] == 1
    # Of two suitable companies of the first query one is found: (1/2 + 1 + 1) / 3.
    assert report["systems"]["lianzhao"]["recall_at_50"] == pytest.approx(5 / 6)
    assert "1 judged companies are not among the companies" in done("evaluate", *options).out


@pytest.mark.parametrize(
    ("qrels", "message"),
    [
        ("Q1 0 X9 3\n", "companies.jsonl: none of the 1 judged companies is in it: the ids must be"),
        ("Q1 F1 3\n", "qrels.tsv line 1: 'Q1 F1 3': write query, 0, company and grade"),
        ("Q1 0 F1 7000\n", "qrels.tsv line 1: 'Q1 0 F1 7000': write query, 0, company and grade (0 to 3)"),
        ("Q1 0 F1 -1\n", "qrels.tsv line 1: 'Q1 0 F1 -1': "),
        ("", "queries.jsonl and qrels.tsv have no query in common"),
    ],
)
def test_judgments_that_cannot_be_used_are_named(qrels: str, message: str, tmp_path: Path) -> None:
    ended = run("evaluate", *named(tmp_path, qrels))
    assert (ended.code, ended.out) == (1, "")
    assert ended.error.startswith(message)


@pytest.mark.parametrize("option", ["--out", "--run"])
def test_file_without_a_folder_is_refused_before_the_work(
    option: str, judged: list[str], tmp_path: Path
) -> None:
    ended = run("evaluate", *judged, option, tmp_path / "nowhere" / "x")
    assert ended.code == 1
    assert ended.err == f"lianzhao: {tmp_path}/nowhere/x: there is no folder {tmp_path}/nowhere: " + (
        "make it, or give another\n"
    )


def test_stopped_evaluation_leaves_no_scratch_behind(
    judged: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("service.operations.evaluations.rank_with_engine", stop)
    assert run("evaluate", *judged, "--out", tmp_path / "report.json").code == 130
    assert list((tmp_path / "home").iterdir()) == []
    assert not (tmp_path / "report.json").exists()


def test_judged_set_has_to_be_named(judged: list[str]) -> None:
    ended = run("evaluate", *judged[:4])
    assert ended.code == 2
    assert "--companies" in ended.err


def test_explanations_are_measured_and_every_statement_resolves(judged: list[str]) -> None:
    report = done("evaluate", *judged, "--explanations", "--sample", "3", "--json").json["explanations"]
    assert report.keys() >= {
        "sampled",
        "comprehensiveness",
        "sufficiency",
        "beats_random_share",
        "statements",
    }
    assert report["sampled"] == 3
    assert report["statements"]["total"] == report["statements"]["resolved"] > 30
    said = done("evaluate", *judged, "--explanations", "--sample", "0").out
    assert "resolve to a stored span or a named rule" in said
    assert "explanations" not in done("evaluate", *judged, "--json").json
