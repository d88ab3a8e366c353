"""New weights beside those in use, on judgments that both are asked for: who loses is refused.

An installation's own feedback is scarce and one-sided. Weights learned from it are measured on everything
that was judged, by the paired test over queries, before they may rank for anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matching.errors import MatchingError
from matching.judgments import JudgedQuery
from matching.measures import measure_ranking, paired_bootstrap
from matching.training import LEARNED, JudgedValues, Values
from matching.weights import Weights

TOGETHER = "together"


class WeightsLose(MatchingError, ValueError):
    """Weights that rank judged companies worse than those in use."""


@dataclass(frozen=True, slots=True)
class PairedTest:
    """nDCG@10 of the new weights and of those in use on one judged set, with the interval between them."""

    queries: int
    new: float
    in_use: float
    difference: float
    low: float
    high: float

    def __str__(self) -> str:
        return (
            f"nDCG@10 {self.new:.3f} against {self.in_use:.3f}: {self.difference:+.3f}, "
            f"95 % [{self.low:+.3f}, {self.high:+.3f}] over {self.queries} queries"
        )


def paired_tests(
    new: Weights,
    in_use: Weights,
    collected: Sequence[JudgedValues],
    sets: Mapping[str, Sequence[JudgedQuery]],
) -> dict[str, PairedTest]:
    """`new` against `in_use` on each of `sets` and, where there are several, on all TOGETHER.

    `collected` holds the signals of every query of the sets, by its id.
    """
    rows = {some.query.id: some for some in collected}
    pairs = {name: [_pair(new, in_use, rows[q.id], q) for q in judged] for name, judged in sets.items()}
    if len(pairs) > 1:
        pairs[TOGETHER] = [pair for some in pairs.values() for pair in some]
    return {name: _test(some) for name, some in pairs.items() if some}


def refuse_losers(tests: Mapping[str, PairedTest], new: Weights, in_use: Weights) -> None:
    """Raise WeightsLose where `new` loses: on all judgments by the mean, on any set beyond doubt."""
    whole = list(tests)[-1]
    for name, test in tests.items():
        if test.high < 0 or (name == whole and test.difference < 0):
            raise WeightsLose(
                f"weights {new.version} lose to {in_use.version} in use on the judgments ({name}): {test}: "
                "nothing was written; gather more feedback, or look for verdicts that contradict each other"
            )


def scores_by(weights: Weights, rows: JudgedValues) -> Values:
    """Log-odds of the companies of `rows`. A judged set excludes nothing: what is not learned is 0."""
    scores = np.full(len(rows.ids), weights.prior, dtype=np.float64)
    for column, name in enumerate(LEARNED):
        scores += weights.weights[name] * weights.value(name, rows.values[:, column])
    return scores


def _pair(new: Weights, in_use: Weights, rows: JudgedValues, query: JudgedQuery) -> tuple[float, float]:
    rows = replace(rows, query=query)
    return _ndcg(new, rows), _ndcg(in_use, rows)


def _ndcg(weights: Weights, rows: JudgedValues) -> float:
    order = np.lexsort((np.array(rows.ids), -np.round(scores_by(weights, rows), 9)))
    return measure_ranking([rows.ids[i] for i in order], rows.query.grades)["ndcg_at_10"]


def _test(pairs: Sequence[tuple[float, float]]) -> PairedTest:
    new, in_use = ([pair[i] for pair in pairs] for i in (0, 1))
    test = paired_bootstrap(new, in_use)
    return PairedTest(
        len(pairs),
        float(np.mean(new)),
        float(np.mean(in_use)),
        test["difference"],
        test["low"],
        test["high"],
    )
