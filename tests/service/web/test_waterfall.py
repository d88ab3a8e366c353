from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.web.waterfall import waterfall


def candidate(prior: float, *contributions: float) -> dict[str, Any]:
    return {"prior": prior, "contributions": [{"contribution": value} for value in contributions]}


def test_bars_run_from_the_sum_before_to_the_sum_after() -> None:
    drawn = waterfall(candidate(-4.0, 3.0, 2.0, -0.5))
    # Sums −4, −1, 1, 0.5 on a scale from −4 to 1: five units, so a unit is 20 %.
    assert [(step.left_pct, step.width_pct) for step in drawn.steps] == [
        (0.0, 60.0),
        (60.0, 40.0),
        (90.0, 10.0),
    ]
    assert drawn.zero_pct == 80.0
    assert (drawn.prior_left_pct, drawn.prior_width_pct) == (0.0, 80.0)
    assert (drawn.score_left_pct, drawn.score_width_pct) == (80.0, 10.0)


def test_rounding_leaves_nothing_over() -> None:
    drawn = waterfall(candidate(-1.0, 0.004, 0.004, 0.004))
    # Each alone would print 0.00, but together they are 0.01: it stands where the sum turns.
    assert [step.shown for step in drawn.steps] == [0.0, 0.01, 0.0]
    assert drawn.score == -0.99


def test_nothing_to_show_is_drawn_without_dividing_by_zero() -> None:
    drawn = waterfall(candidate(0.0, 0.0))
    assert [step.width_pct for step in drawn.steps] == [0.0]


@given(st.lists(st.floats(-12, 12), min_size=1, max_size=9))
def test_printed_rows_always_add_up(values: list[float]) -> None:
    prior, *contributions = values
    drawn = waterfall(candidate(prior, *contributions))
    cents = [round(step.shown * 100) for step in drawn.steps]
    assert round(drawn.prior * 100) + sum(cents) == round(drawn.score * 100)
    assert all(step.left_pct >= -0.01 and step.left_pct + step.width_pct <= 100.02 for step in drawn.steps)
