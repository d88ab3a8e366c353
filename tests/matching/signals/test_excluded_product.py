from __future__ import annotations

import pytest

from matching.signals.excluded_product import measure
from tests.matching.bases import must
from tests.matching.signals.conftest import ContextMaker


def test_it_is_the_strength_of_what_is_excluded(context_of: ContextMaker) -> None:
    context = context_of(
        [must("铝箔"), must("铜管", level="must_not")], [[0.95, 0.65], [0, 0.2], [0, 0], [0.95, 0.3], [0, 0]]
    )
    assert measure(context).values == pytest.approx([0.353553, 0.0], abs=1e-6)


def test_who_also_makes_what_is_wanted_is_not_held_back(context_of: ContextMaker) -> None:
    context = context_of([must("铜箔"), must("铜管", level="must_not")], [[0.95, 0.95]] * 5)
    # A names 铜箔 letter by letter, B does not.
    assert measure(context).values == pytest.approx([0.0, 1.0])


def test_a_gap_that_excludes_nothing_holds_nothing_against_anybody(context_of: ContextMaker) -> None:
    signal = measure(context_of([must("铜箔")], [[0.95]] * 5))
    assert signal.values.tolist() == [0.0, 0.0]
    assert not signal.missing.any()
