"""Weights from judged pairs: rising curves, calibrated, the same from the same input."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from matching.errors import JudgmentsInvalid
from matching.judgments import JudgedQuery
from matching.training import FIXED, LEARNED, JudgedValues, calibration_error, train
from matching.weights import read_weights


def judged(count: int, seed: int = 0) -> list[JudgedValues]:
    """Queries of forty companies where the first signal makes the grade and the second runs against it."""
    rng = np.random.default_rng(seed)
    collected = []
    for number in range(count):
        values = rng.random((40, len(LEARNED)))
        grades = np.digitize(values[:, 0], [0.5, 0.7, 0.9])
        values[:, 1] = 1 - values[:, 0]
        ids = tuple(f"c{i:02}" for i in range(40))
        query = JudgedQuery(
            f"q{number}", "chain", "title", "need", dict(zip(ids, grades.tolist(), strict=True))
        )
        grades[30:] = -1
        collected.append(JudgedValues(query, ids, values, grades))
    return collected


def test_what_makes_the_grade_is_weighed_and_what_runs_against_it_is_not(tmp_path: Path) -> None:
    trained = train(judged(14), {"set": "made up"}, "2026-01-01")
    weights = trained.weights["weights"]
    assert weights[LEARNED[0]] > 3 * max(weights[name] for name in LEARNED[1:])
    assert weights[LEARNED[1]] == 0.0
    assert {name: weights[name] for name in FIXED} == FIXED
    assert trained.weights["card"]["metrics"]["cross_validated"]["ndcg_at_10"] > 0.9
    path = tmp_path / "weights.json"
    path.write_text(json.dumps(trained.weights), "utf-8")
    read = read_weights(path)
    assert read.precision("A") is not None
    measured = np.linspace(0, 1, 21)
    for name in LEARNED:
        assert (np.diff(read.value(name, measured)) >= 0).all()
        assert read.value(name, np.zeros(1)).tolist() == [0.0]


def test_the_same_input_gives_the_same_bytes() -> None:
    first, second = (json.dumps(train(judged(12), {"set": "x"}, "2026-01-01").weights) for _ in range(2))
    assert first == second
    other = train(judged(12, seed=1), {"set": "x"}, "2026-01-01").weights
    assert other["version"] != json.loads(first)["version"]


def test_too_few_queries_to_leave_some_out_are_refused() -> None:
    with pytest.raises(JudgmentsInvalid, match="11 judged queries"):
        train(judged(11), {}, "2026-01-01")


def test_the_calibration_error_is_the_distance_of_promise_and_outcome() -> None:
    outcomes = np.array([True, False] * 50)
    assert calibration_error(np.full(100, 0.5), outcomes) == pytest.approx(0.0)
    assert calibration_error(np.full(100, 0.8), outcomes) == pytest.approx(0.3)
