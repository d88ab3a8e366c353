"""The set of signals, and the bend they share."""

from __future__ import annotations

import numpy as np
import pytest

from matching.signals import SIGNALS
from matching.signals.context import emphasise
from tests.matching.bases import must
from tests.matching.signals.conftest import ContextMaker


def test_every_signal_has_one_value_a_company_between_0_and_1(context_of: ContextMaker) -> None:
    context = context_of([must("铜箔"), must("铜管", level="must_not")], [[1.0, 0.9]] * 5)
    for name, measure in SIGNALS.items():
        signal = measure(context)
        assert signal.values.shape == signal.missing.shape == (2,), name
        assert ((signal.values >= 0) & (signal.values <= 1)).all(), name
        assert not signal.values[signal.missing].any(), name


def test_every_signal_answers_for_no_company_at_all(context_of: ContextMaker) -> None:
    from dataclasses import replace

    from matching.scoring import build_context

    context = context_of([must("铜箔")], [[1.0]] * 5)
    nobody = build_context(context.query, context.release, np.zeros(0, dtype=np.int64))
    assert replace(nobody).companies.shape == (0,)
    for name, measure in SIGNALS.items():
        assert measure(nobody).values.shape == (0,), name


@pytest.mark.parametrize(
    ("strength", "expected"),
    [
        (0.0, 0.0),
        (0.35, 0.0),
        (0.5, 0.125),  # ((0.5 − 0.35) / 0.6) ^ 1.5 = 0.25 ^ 1.5
        (0.65, 0.353553),  # 0.5 ^ 1.5
        (0.95, 1.0),
        (1.0, 1.0),
    ],
)
def test_weak_likeness_is_nearly_nothing_and_full_agreement_is_one(strength: float, expected: float) -> None:
    assert emphasise(np.array([strength]))[0] == pytest.approx(expected, abs=1e-6)
