"""Measures against numbers worked out by hand."""

from __future__ import annotations

import math

import pytest

from matching.measures import MEASURES, measure_ranking, ndcg, paired_bootstrap

# Gains of grades 3, 2, 1 are 7, 3, 1. Discounts of ranks 1, 2, 3, 4 are 1, log2 3, 2, log2 5.
GRADES = {"a": 3, "b": 2, "c": 1, "d": 0, "e": 2}
LOG3, LOG5 = math.log2(3), math.log2(5)
IDEAL = 7 + 3 / LOG3 + 3 / 2 + 1 / LOG5


def test_all_measures_are_there() -> None:
    assert set(measure_ranking(["a"], GRADES)) == set(MEASURES)


def test_ndcg_weighs_gain_by_rank() -> None:
    # c, a, unjudged, b.
    found = 1 + 7 / LOG3 + 0 + 3 / LOG5
    assert measure_ranking(["c", "a", "x", "b"], GRADES)["ndcg_at_10"] == pytest.approx(found / IDEAL)
    assert found / IDEAL == pytest.approx(0.6198, abs=1e-4)


def test_the_condensed_measure_drops_the_unjudged_first() -> None:
    found = 1 + 7 / LOG3 + 3 / 2
    measured = measure_ranking(["c", "x", "a", "y", "b"], GRADES)
    assert measured["ndcg_at_10_condensed"] == pytest.approx(found / IDEAL)
    assert measured["ndcg_at_10"] < measured["ndcg_at_10_condensed"]


def test_the_ideal_ranking_has_ndcg_one() -> None:
    assert measure_ranking(["a", "b", "e", "c"], GRADES)["ndcg_at_10"] == pytest.approx(1.0)


def test_only_ten_ranks_count() -> None:
    unjudged = [f"x{n}" for n in range(10)]
    assert measure_ranking([*unjudged, "a"], GRADES)["ndcg_at_10"] == 0.0
    assert measure_ranking([*unjudged[:9], "a"], GRADES)["ndcg_at_10"] == pytest.approx(
        7 / math.log2(11) / IDEAL
    )


def test_the_ideal_is_cut_at_the_same_depth() -> None:
    assert ndcg([3], [3, 3, 3], 1) == pytest.approx(1.0)
    assert ndcg([3], [3, 3, 3], 2) == pytest.approx(7 / (7 + 7 / LOG3))


def test_precision_counts_suitable_companies_only() -> None:
    measured = measure_ranking(["a", "c", "b", "d", "x", "e"], GRADES)
    assert measured["p_at_5"] == pytest.approx(2 / 5)
    assert measured["p_at_10"] == pytest.approx(3 / 10)


def test_a_short_ranking_is_not_forgiven() -> None:
    assert measure_ranking(["a"], GRADES)["p_at_10"] == pytest.approx(0.1)
    assert measure_ranking(["a"], GRADES)["judged_at_10"] == pytest.approx(0.1)


def test_recall_is_of_all_that_are_suitable() -> None:
    assert measure_ranking(["a", "x", "e"], GRADES)["recall_at_50"] == pytest.approx(2 / 3)


def test_recall_looks_at_fifty_ranks() -> None:
    unjudged = [f"x{n}" for n in range(49)]
    assert measure_ranking([*unjudged, "a", "b"], GRADES)["recall_at_50"] == pytest.approx(1 / 3)


def test_mrr_is_the_rank_of_the_first_suitable_company() -> None:
    assert measure_ranking(["c", "x", "e", "a"], GRADES)["mrr"] == pytest.approx(1 / 3)
    assert measure_ranking(["c", "x"], GRADES)["mrr"] == 0.0


def test_judged_is_the_share_of_the_first_ten() -> None:
    ranking = ["a", "d", *(f"x{n}" for n in range(8)), "b"]
    assert measure_ranking(ranking, GRADES)["judged_at_10"] == pytest.approx(0.2)


def test_an_empty_ranking_measures_nothing() -> None:
    assert set(measure_ranking([], GRADES).values()) == {0.0}


def test_a_query_without_a_suitable_company_has_no_recall_and_no_ndcg() -> None:
    measured = measure_ranking(["a", "b"], {"a": 0, "b": 0})
    assert (measured["recall_at_50"], measured["ndcg_at_10"], measured["mrr"]) == (0.0, 0.0, 0.0)


class TestPairedBootstrap:
    def test_the_difference_is_that_of_the_means(self) -> None:
        tested = paired_bootstrap([0.5, 0.7, 0.9], [0.4, 0.7, 0.7])
        assert tested["difference"] == pytest.approx(0.1)
        assert tested["low"] <= tested["difference"] <= tested["high"]

    def test_the_same_gain_everywhere_has_no_spread(self) -> None:
        tested = paired_bootstrap([0.75, 0.5], [0.5, 0.25])
        assert (tested["low"], tested["high"]) == (pytest.approx(0.25), pytest.approx(0.25))
        assert tested["share_not_above_0"] == 0.0

    def test_equal_systems_differ_by_nothing(self) -> None:
        assert paired_bootstrap([0.3, 0.6], [0.3, 0.6]) == {
            "difference": 0.0,
            "low": 0.0,
            "high": 0.0,
            "share_not_above_0": 1.0,
        }

    def test_two_queries_of_opposite_sign_leave_a_quarter_at_either_end(self) -> None:
        # Draws of two from {+1, −1}: both +1 a quarter, mixed a half, both −1 a quarter: not above 0 is 3/4.
        tested = paired_bootstrap([1.0, 0.0], [0.0, 1.0])
        assert tested["share_not_above_0"] == pytest.approx(0.75, abs=0.02)
        assert (tested["low"], tested["high"]) == (-1.0, 1.0)

    def test_the_same_seed_gives_the_same_interval(self) -> None:
        ours, theirs = [0.1, 0.9, 0.4, 0.6], [0.3, 0.5, 0.2, 0.7]
        assert paired_bootstrap(ours, theirs) == paired_bootstrap(ours, theirs)
        assert paired_bootstrap(ours, theirs) != paired_bootstrap(ours, theirs, seed=1)
