"""The contributions of a score as steps from the prior to the score; as printed they add up too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One contribution. `shown` is rounded so that prior and steps add up to the score to the last digit.

    `left_pct` and `width_pct` place its bar on the scale of the whole waterfall.
    """

    row: Mapping[str, Any]
    shown: float
    left_pct: float
    width_pct: float


@dataclass(frozen=True, slots=True)
class Waterfall:
    """`prior` and `score` are rounded as shown; `zero_pct` is where the chance is one half."""

    prior: float
    score: float
    steps: tuple[Step, ...]
    zero_pct: float
    prior_left_pct: float
    prior_width_pct: float
    score_left_pct: float
    score_width_pct: float


def waterfall(candidate: Mapping[str, Any]) -> Waterfall:
    """The waterfall of a candidate as JSON."""
    running = [float(candidate["prior"])]
    for row in candidate["contributions"]:
        running.append(running[-1] + float(row["contribution"]))
    low, high = min(*running, 0.0), max(*running, 0.0)
    span = (high - low) or 1.0

    def place(value: float) -> float:
        return round((value - low) / span * 100, 2)

    # Rounding the running sum, not each row, leaves no cent over at the end.
    rounded = [round(value, 2) for value in running]
    steps = []
    for number, row in enumerate(candidate["contributions"]):
        start, end = place(running[number]), place(running[number + 1])
        shown = round(rounded[number + 1] - rounded[number], 2)
        steps.append(Step(row, shown, min(start, end), round(abs(end - start), 2)))
    zero = place(0.0)
    first, last = place(running[0]), place(running[-1])
    return Waterfall(
        prior=rounded[0],
        score=rounded[-1],
        steps=tuple(steps),
        zero_pct=zero,
        prior_left_pct=min(first, zero),
        prior_width_pct=round(abs(first - zero), 2),
        score_left_pct=min(last, zero),
        score_width_pct=round(abs(last - zero), 2),
    )
