from __future__ import annotations

import numpy as np
import pytest

from matching.signals.main_business import measure
from tests.matching.bases import must
from tests.matching.signals.conftest import ContextMaker


def test_it_is_the_part_of_the_revenue_that_agrees(context_of: ContextMaker) -> None:
    # A: 0.8 of 0.9 is 铜箔. B: its one product, without a share, is all there is.
    signal = measure(context_of([must("铜箔")], [[1.0], [0.0], [0.0], [1.0], [0.0]]))
    assert signal.values == pytest.approx([0.8 / 0.9, 1.0], abs=1e-6)


def test_agreement_weighs_every_product(context_of: ContextMaker) -> None:
    signal = measure(context_of([must("铜箔")], [[0.5], [1.0], [0.0], [0.0], [0.0]]))
    assert signal.values[0] == pytest.approx((0.8 * 0.5 + 0.1) / 0.9, abs=1e-6)


def test_what_hardly_agrees_is_another_product(context_of: ContextMaker) -> None:
    assert measure(context_of([must("铜箔")], [[0.45]] * 5)).values.tolist() == [0.0, 0.0]


def test_the_name_is_no_business(context_of: ContextMaker) -> None:
    assert measure(context_of([must("铜箔")], [[0.0], [0.0], [1.0], [0.0], [1.0]])).values.tolist() == [0, 0]


def test_without_a_must_and_a_title_it_is_missing(context_of: ContextMaker) -> None:
    signal = measure(context_of([must("铜箔", level="should")], [[1.0]] * 5))
    assert signal.missing.all()
    assert not np.any(signal.values)
