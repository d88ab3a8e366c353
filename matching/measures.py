"""Measures of a ranking against grades, and the paired test between two systems.

nDCG after Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, ACM TOIS 20(4), 2002,
with the exponential gain 2^grade − 1. Unjudged companies count as grade 0, except in the condensed measure
(Sakai, Alternatives to Bpref, SIGIR 2007), which drops them first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from matching.judgments import SUITABLE

MEASURES = (
    "ndcg_at_10",
    "ndcg_at_10_condensed",
    "p_at_5",
    "p_at_10",
    "recall_at_50",
    "mrr",
    "judged_at_10",
)


def measure_ranking(ranking: Sequence[str], grades: Mapping[str, int]) -> dict[str, float]:
    """All MEASURES of one query's `ranking` (company ids, best first)."""
    gains = [grades.get(company, 0) for company in ranking]
    condensed = [grades[company] for company in ranking if company in grades]
    suitable = sum(grade >= SUITABLE for grade in grades.values())
    first = next((i for i, grade in enumerate(gains, start=1) if grade >= SUITABLE), None)
    return {
        "ndcg_at_10": ndcg(gains, grades.values(), 10),
        "ndcg_at_10_condensed": ndcg(condensed, grades.values(), 10),
        "p_at_5": sum(grade >= SUITABLE for grade in gains[:5]) / 5,
        "p_at_10": sum(grade >= SUITABLE for grade in gains[:10]) / 10,
        "recall_at_50": sum(g >= SUITABLE for g in gains[:50]) / suitable if suitable else 0.0,
        "mrr": 1 / first if first else 0.0,
        "judged_at_10": sum(company in grades for company in ranking[:10]) / 10,
    }


def ndcg(ranked: Sequence[int], all_grades: Iterable[int], depth: int) -> float:
    """nDCG at `depth` of the grades in ranked order; 0 when nothing was graded above 0."""
    ideal = _dcg(sorted(all_grades, reverse=True), depth)
    return _dcg(ranked, depth) / ideal if ideal else 0.0


def _dcg(grades: Sequence[int], depth: int) -> float:
    return float(
        sum((2**grade - 1) / np.log2(rank + 1) for rank, grade in enumerate(grades[:depth], start=1))
    )


def paired_bootstrap(
    ours: Sequence[float], theirs: Sequence[float], draws: int = 10_000, seed: int = 0
) -> dict[str, float]:
    """Mean difference `ours − theirs` over queries, its 95 % interval, the share of draws not above zero."""
    differences = np.asarray(ours, dtype=float) - np.asarray(theirs, dtype=float)
    rng = np.random.default_rng(seed)
    means = differences[rng.integers(0, len(differences), (draws, len(differences)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return {
        "difference": float(differences.mean()),
        "low": float(low),
        "high": float(high),
        "share_not_above_0": float((means <= 0).mean()),
    }
