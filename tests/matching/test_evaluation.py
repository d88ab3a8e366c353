"""A judged set run through the engine and the baselines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matching.engine import Engine
from matching.evaluation import Rankings, rank_with_baseline, rank_with_engine, report, write_trec_run
from matching.judgments import JudgedQuery
from matching.measures import MEASURES

FOIL = JudgedQuery("Q1", "铜铝", "电解铜箔", "高档电解铜箔", {"C01": 3, "C02": 2, "C06": 2, "C10": 0})
CERIUM = JudgedQuery("Q2", "稀土", "", "氧化铈", {"C15": 3, "C14": 1})
LANTHANUM = JudgedQuery("Q3", "稀土", "", "氧化镧", {"C14": 3, "C15": 1})
QUERIES = [FOIL, CERIUM, LANTHANUM]
# One right, one wrong way round, one empty.
OURS: Rankings = {
    "Q1": [("C01", 2.0), ("C02", 1.0), ("C06", 0.5)],
    "Q2": [("C15", 1.0)],
    "Q3": [("C14", 3.0)],
}
THEIRS: Rankings = {"Q1": [("C10", 2.0)], "Q2": [("C14", 1.0), ("C15", 0.5)], "Q3": []}


class TestReport:
    def test_it_has_every_measure_of_every_system_overall_and_per_chain(self) -> None:
        told = report({"lianzhao": OURS, "bm25": THEIRS, "dense": THEIRS}, QUERIES)
        assert (told["format"], told["queries"]) == (1, 3)
        assert list(told["systems"]) == ["lianzhao", "bm25", "dense"]
        for system in told["systems"].values():
            assert set(system) == {*MEASURES, "per_chain"}
            assert list(system["per_chain"]) == ["铜铝", "稀土"]
            assert all(set(chain) == set(MEASURES) for chain in system["per_chain"].values())

    def test_means_are_over_queries_and_over_those_of_a_chain(self) -> None:
        told = report({"lianzhao": OURS, "bm25": THEIRS}, QUERIES)["systems"]
        assert told["lianzhao"]["mrr"] == pytest.approx(1.0)
        # First suitable company: none, second, none.
        assert told["bm25"]["mrr"] == pytest.approx((0 + 1 / 2 + 0) / 3)
        assert told["bm25"]["per_chain"]["稀土"]["mrr"] == pytest.approx((1 / 2 + 0) / 2)
        assert told["bm25"]["per_chain"]["铜铝"]["mrr"] == 0.0

    def test_the_first_system_is_tested_against_each_other(self) -> None:
        told = report({"lianzhao": OURS, "bm25": THEIRS, "dense": OURS}, QUERIES)
        paired = told["paired_ndcg_at_10"]
        assert list(paired) == ["lianzhao - bm25", "lianzhao - dense"]
        difference = told["systems"]["lianzhao"]["ndcg_at_10"] - told["systems"]["bm25"]["ndcg_at_10"]
        assert paired["lianzhao - bm25"]["difference"] == pytest.approx(difference)
        assert paired["lianzhao - dense"]["difference"] == 0.0


class TestRankings:
    def test_the_engine_ranks_every_query(self, engine: Engine) -> None:
        told: list[tuple[int, int]] = []
        rankings = rank_with_engine(engine, QUERIES, lambda *step: told.append(step))
        assert list(rankings) == ["Q1", "Q2", "Q3"]
        assert "C01" in [company for company, _ in rankings["Q1"][:3]]
        assert rankings["Q2"][0][0] == "C15"
        assert rankings["Q3"][0][0] == "C14"
        assert told == [(1, 3), (2, 3), (3, 3)]

    def test_nobody_is_left_out_of_a_measured_ranking(self, engine: Engine) -> None:
        ranked = [company for company, _ in rank_with_engine(engine, [FOIL])["Q1"]]
        assert "C07" in ranked  # delisted
        assert "C06" in ranked  # of the province
        assert len(ranked) == len(set(ranked))

    def test_scores_fall(self, engine: Engine) -> None:
        scores = [score for _, score in rank_with_engine(engine, [FOIL])["Q1"]]
        assert scores == sorted(scores, reverse=True)

    def test_a_baseline_is_asked_by_title_and_need_and_ties_keep_the_order(self) -> None:
        asked: list[str] = []

        def ranker(need: str) -> np.ndarray:  # type: ignore[type-arg]
            asked.append(need)
            return np.array([1.0, 2.0, 1.0], dtype=np.float32)

        rankings = rank_with_baseline(ranker, ["A", "B", "C"], [FOIL])
        assert asked == ["电解铜箔：高档电解铜箔"]
        assert rankings == {"Q1": [("B", 2.0), ("A", 1.0), ("C", 1.0)]}


def test_a_trec_run_has_six_columns_a_line(tmp_path: Path) -> None:
    write_trec_run(OURS, tmp_path / "run.txt")
    lines = (tmp_path / "run.txt").read_text("utf-8").splitlines()
    assert lines[:3] == [
        "Q1 Q0 C01 1 2.000000000 lianzhao",
        "Q1 Q0 C02 2 1.000000000 lianzhao",
        "Q1 Q0 C06 3 0.500000000 lianzhao",
    ]
    assert len(lines) == 5
    assert all(len(line.split(" ")) == 6 for line in lines)


def test_a_trec_run_may_carry_another_tag(tmp_path: Path) -> None:
    write_trec_run({"Q1": [("C01", -1.5)]}, tmp_path / "run.txt", tag="bm25")
    assert (tmp_path / "run.txt").read_text("utf-8") == "Q1 Q0 C01 1 -1.500000000 bm25\n"
