from __future__ import annotations

import numpy as np
import pytest

from matching.signals.best_requirement import measure
from tests.matching.bases import must
from tests.matching.signals.conftest import ContextMaker

FULL, HALF = 0.95, 0.65  # 1 and 0.353553 when emphasised
SPECIFIC = {"specificity": np.ones(2, dtype=np.float32)}


def test_one_product_made_for_sure_counts_whole(context_of: ContextMaker) -> None:
    context = context_of(
        [must("铜箔"), must("铜管")], [[FULL, 0], [0, HALF], [0, 0], [HALF, 0], [0, 0]], **SPECIFIC
    )
    assert measure(context).values == pytest.approx([1.0, 0.353553], abs=1e-6)


def test_a_word_that_many_use_counts_less(context_of: ContextMaker) -> None:
    specificity = {"specificity": np.array([0.5, 1.0], dtype=np.float32)}
    context = context_of([must("铜箔"), must("铜管")], [[FULL, 0]] * 5, **specificity)
    assert measure(context).values == pytest.approx([0.5, 0.5])


def test_a_curators_low_weight_counts_less_and_a_high_one_no_more(context_of: ContextMaker) -> None:
    light = context_of(
        [must("铜箔", weight=0.5), must("铜管", weight=3.0)],
        [[FULL, 0], [0, 0], [0, 0], [0, FULL], [0, 0]],
        **SPECIFIC,
    )
    assert measure(light).values == pytest.approx([0.8, 1.0])


def test_requirements_that_are_no_must_do_not_count(context_of: ContextMaker) -> None:
    context = context_of([must("铜箔", level="should"), must("铜管", level="must_not")], [[FULL, FULL]] * 5)
    signal = measure(context)
    assert signal.values.tolist() == [0.0, 0.0]
    assert signal.missing.tolist() == [True, True]
