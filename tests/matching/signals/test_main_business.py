from __future__ import annotations

import pytest

from matching.signals.main_business import measure
from tests.matching.bases import must
from tests.matching.signals.conftest import ContextMaker

FULL, HALF = 0.95, 0.65  # 1 and 0.353553 when emphasised


def test_it_is_the_share_of_what_agrees(context_of: ContextMaker) -> None:
    signal = measure(context_of([must("铜箔")], [[FULL], [0.0], [0.0], [FULL], [0.0]]))
    assert signal.values[0] == pytest.approx(0.8)


def test_agreement_and_share_are_weighed_product_by_product(context_of: ContextMaker) -> None:
    # 0.8 · 0.353553 is more than 0.1 · 1.
    signal = measure(context_of([must("铜箔")], [[HALF], [FULL], [0.0], [0.0], [0.0]]))
    assert signal.values[0] == pytest.approx(0.8 * 0.353553, abs=1e-6)


def test_a_passage_without_a_share_adds_nothing(context_of: ContextMaker) -> None:
    assert measure(context_of([must("铜箔")], [[0.0], [0.0], [FULL], [0.0], [0.0]])).values[0] == 0.0


def test_a_company_that_states_no_share_is_missing(context_of: ContextMaker) -> None:
    signal = measure(context_of([must("铜箔")], [[FULL]] * 5))
    assert signal.missing.tolist() == [False, True]
    assert signal.values[1] == 0.0


def test_without_a_must_it_is_missing(context_of: ContextMaker) -> None:
    assert measure(context_of([must("铜箔", level="should")], [[FULL]] * 5)).missing.all()
