"""New weights against those in use: who loses is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matching.guard import TOGETHER, PairedTest, WeightsLose, paired_tests, refuse_losers, scores_by
from matching.judgments import JudgedQuery
from matching.training import LEARNED, JudgedValues
from matching.weights import Weights
from tests.matching.bases import weights


def by(name: str, version: str) -> Weights:
    """Weights that look at one signal and at nothing else."""
    given = weights()
    zero = dict.fromkeys(given.weights, 0.0)
    return replace(given, version=version, weights={**zero, name: 2.0}, curves={})


RIGHT, WRONG = by(LEARNED[0], "right"), by(LEARNED[1], "wrong")


def collected(count: int, prefix: str = "q") -> list[JudgedValues]:
    """Queries of thirty companies: the first signal makes the grade, the second runs against it."""
    rng = np.random.default_rng(7)
    found = []
    for number in range(count):
        values = rng.random((30, len(LEARNED)))
        values[:, 1] = 1 - values[:, 0]
        grades = np.digitize(values[:, 0], [0.5, 0.7, 0.9])
        ids = tuple(f"c{i:02}" for i in range(30))
        query = JudgedQuery(f"{prefix}{number}", "", "", "x", dict(zip(ids, grades.tolist(), strict=True)))
        found.append(JudgedValues(query, ids, values, grades))
    return found


def test_the_score_is_prior_plus_weight_times_value() -> None:
    rows = collected(1)[0]
    assert scores_by(RIGHT, rows) == pytest.approx(RIGHT.prior + 2.0 * rows.values[:, 0])


def test_who_ranks_against_the_grades_loses_and_the_test_is_told() -> None:
    rows = collected(14)
    tests = paired_tests(WRONG, RIGHT, rows, {"judged": [some.query for some in rows]})
    found = tests["judged"]
    assert (found.queries, found.in_use) == (14, 1.0)
    assert found.low <= found.difference <= found.high < 0
    with pytest.raises(WeightsLose, match=r"wrong lose to right .*95 % \[-1\.000, -1\.000\] over 14 queries"):
        refuse_losers(tests, WRONG, RIGHT)


def test_who_wins_or_is_the_same_is_let_through() -> None:
    rows = collected(14)
    sets = {"judged": [some.query for some in rows]}
    refuse_losers(paired_tests(RIGHT, WRONG, rows, sets), RIGHT, WRONG)
    same = paired_tests(RIGHT, RIGHT, rows, sets)
    assert (same["judged"].difference, same["judged"].low, same["judged"].high) == (0.0, 0.0, 0.0)
    refuse_losers(same, RIGHT, RIGHT)


def test_who_wins_on_the_feedback_and_loses_on_the_judged_set_is_refused() -> None:
    base, own = collected(12), collected(30, "own")
    upside_down = [
        replace(some.query, grades={c: 3 - grade for c, grade in some.query.grades.items()}) for some in own
    ]
    sets = {"judged": [some.query for some in base], "feedback": upside_down}
    tests = paired_tests(WRONG, RIGHT, [*base, *own], sets)
    assert list(tests) == ["judged", "feedback", TOGETHER]
    assert tests["feedback"].difference > 0
    assert tests[TOGETHER].difference > 0
    with pytest.raises(WeightsLose, match=r"\(judged\)"):
        refuse_losers(tests, WRONG, RIGHT)


def test_a_loss_that_could_be_chance_counts_only_on_the_whole() -> None:
    small = PairedTest(9, 0.7, 0.71, -0.01, -0.05, 0.03)
    gain = PairedTest(20, 0.8, 0.7, 0.1, 0.05, 0.15)
    refuse_losers({"judged": small, "feedback": gain, TOGETHER: gain}, RIGHT, WRONG)
    with pytest.raises(WeightsLose, match="together"):
        refuse_losers({"judged": gain, "feedback": gain, TOGETHER: small}, RIGHT, WRONG)
