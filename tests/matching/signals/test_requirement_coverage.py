from __future__ import annotations

import pytest

from matching.signals.requirement_coverage import measure
from tests.matching.bases import must
from tests.matching.signals.conftest import ContextMaker

ROWS = [[0.9, 0.0], [0.1, 0.6], [0.0, 0.0], [0.3, 0.0], [0.0, 0.0]]


def test_it_is_the_mean_of_the_best_passages(context_of: ContextMaker) -> None:
    context = context_of([must("铜箔"), must("铜管")], ROWS)
    assert measure(context).values == pytest.approx([(0.9 + 0.6) / 2, 0.3 / 2])


def test_the_curators_weights_count(context_of: ContextMaker) -> None:
    context = context_of([must("铜箔", weight=3.0), must("铜管", weight=1.0)], ROWS)
    assert measure(context).values == pytest.approx([(3 * 0.9 + 0.6) / 4, 3 * 0.3 / 4])


def test_a_should_carries_half_its_weight(context_of: ContextMaker) -> None:
    context = context_of([must("铜箔"), must("铜管", level="should")], ROWS)
    assert measure(context).values == pytest.approx([(0.9 + 0.5 * 0.6) / 1.5, 0.3 / 1.5])


def test_what_is_excluded_is_no_part_of_the_whole(context_of: ContextMaker) -> None:
    context = context_of([must("铜箔"), must("铜管", level="must_not")], ROWS)
    assert measure(context).values == pytest.approx([0.9, 0.3])


@pytest.mark.parametrize("level", ["must", "should"])
def test_requirements_that_all_weigh_nothing_are_missing_not_an_error(
    context_of: ContextMaker, level: str
) -> None:
    signal = measure(context_of([must("铜箔", weight=0.0, level=level)], [row[:1] for row in ROWS]))
    assert signal.values.tolist() == [0.0, 0.0]
    assert signal.missing.all()


def test_a_gap_that_only_excludes_has_no_coverage(context_of: ContextMaker) -> None:
    assert measure(context_of([must("铜箔", level="must_not")], [row[:1] for row in ROWS])).missing.all()
