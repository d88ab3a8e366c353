"""Companies in columns: what each signal adds for each of them, printed so that the printed sums agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One signal: what it adds for each company, and what each but the first differs by from the first."""

    label: str
    meaning: str
    values: tuple[float, ...]
    differences: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """`candidates` as JSON; `prior` and all `lines` add up to `totals` to the last printed digit."""

    candidates: tuple[Mapping[str, Any], ...]
    prior: float
    lines: tuple[Line, ...]
    totals: tuple[float, ...]
    total_differences: tuple[float, ...]
    requirements: tuple[tuple[Mapping[str, Any], ...], ...]  # one row a requirement, one cell a company


def side_by_side(
    candidates: Sequence[Mapping[str, Any]], comparisons: Sequence[Mapping[str, Any]]
) -> SideBySide:
    """`candidates` beside the first of them, with which each of `comparisons` compares one of the others."""
    prior = round(float(candidates[0]["prior"]), 2) if candidates else 0.0
    columns = [_printed(candidate) for candidate in candidates]
    lines = []
    for place, row in enumerate(candidates[0]["contributions"] if candidates else ()):
        values = tuple(column[place] for column in columns)
        differences = tuple(round(values[0] - value, 2) + 0.0 for value in values[1 : len(comparisons) + 1])
        lines.append(Line(row["label"], row["meaning"], values, differences))
    totals = tuple(round(prior + sum(column), 2) for column in columns)
    return SideBySide(
        candidates=tuple(candidates),
        prior=prior,
        lines=tuple(lines),
        totals=totals,
        total_differences=tuple(round(totals[0] - total, 2) + 0.0 for total in totals[1:]),
        requirements=tuple(zip(*(candidate["requirements"] for candidate in candidates), strict=True)),
    )


def _printed(candidate: Mapping[str, Any]) -> list[float]:
    """Contributions rounded along the running sum, so that nothing is over at the end."""
    running = float(candidate["prior"])
    before, printed = round(running, 2), []
    for row in candidate["contributions"]:
        running += float(row["contribution"])
        printed.append(round(round(running, 2) - before, 2) + 0.0)
        before = round(running, 2)
    return printed
