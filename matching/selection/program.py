"""The selection as a mixed integer program, for HiGHS through scipy.

What is maximised is not linear, so the program sees it from above and is corrected where it stands:

* Options of a gap are ordered by probability, and the k-th chosen takes slot k of its gap. In slot k an
  option is worth its chance times what the k - 1 *least* likely options before it leave open. This is exact
  when the chosen stand next to each other in the order (as a rule they do), and never too little.
* Where the answer's true value is below that, two cuts for its gap are added and the program is solved again,
  both true of every set and exact at the set S of the answer. One says
  `value <= value(S) + Σ chance · (what S leaves open)` over the options outside S, because a company adds
  less to a larger set. The other is the tangent of `1 - exp(-mass)` at S, where the mass of an option is
  `-log(1 - chance)`.

So each bound is a bound on the true value. Slots after the last are one slot that takes any number.

The submodular cut: Nemhauser and Wolsey, Maximizing submodular set functions, 1981.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.selection.coverage import survival_of
from matching.selection.problem import Option, Problem, Rule

Values = NDArray[np.float64]

MIP_GAP = 1e-7
# Shares are held to within this much of a company, for the rounding of floats.
SHARE_TOLERANCE = 1e-7
# Above this, the tangent says nothing that slots do not say better.
MAX_TANGENT_CHANCE = 0.95
MIN_SLOTS, MAX_SLOTS = 3, 10


@dataclass(frozen=True, slots=True)
class Row:
    """`lower <= Σ coefficient · chosen <= upper` over ordinals of options; `rule` None: always holds."""

    rule: Rule | None
    coefficients: dict[int, float]
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Answer:
    """`chosen`: ordinals of options, None when none was found. `bound`: nothing is worth more than this."""

    chosen: tuple[int, ...] | None
    bound: float
    is_infeasible: bool
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """The value of `gap` is at most `base + Σ slope · chosen`."""

    gap: str
    base: float
    slopes: dict[int, float]


def rows_of(problem: Problem, options: Sequence[Option]) -> list[Row]:
    """Seats, quotas, locks, and one seat a company, over `options`."""
    of_company: dict[str, list[int]] = defaultdict(list)
    for place, option in enumerate(options):
        of_company[option.company].append(place)
    # Also where a company has one option: that one may stand in several slots.
    rows = [Row(None, dict.fromkeys(places, 1.0), 0, 1) for places in of_company.values()]
    for lock in sorted(problem.locked_in, key=lambda lock: lock.company):
        places = [p for p in of_company[lock.company] if lock.gap in (None, options[p].gap)]
        rows.append(Row(Rule("locked_in", lock.company), dict.fromkeys(places, 1.0), 1, np.inf))
    for quota in sorted(problem.quotas, key=lambda quota: quota.id):
        rule = Rule("quota", quota.id)
        counted = {place: 1.0 for place, option in enumerate(options) if quota.counts(option)}
        bound = float(quota.count or 0)
        if quota.share_0_1 is not None:
            counted = {place: counted.get(place, 0.0) - quota.share_0_1 for place in range(len(options))}
            bound = SHARE_TOLERANCE if quota.bound == "at_most" else -SHARE_TOLERANCE
        ends = (bound, np.inf) if quota.bound == "at_least" else (-np.inf, bound)
        rows.append(Row(rule, counted, *ends))
        left_out = [place for place, option in enumerate(options) if quota.leaves_out(option)]
        if left_out:
            rows.append(Row(rule, dict.fromkeys(left_out, 1.0), 0, 0))
    rows.append(Row(Rule("seats"), dict.fromkeys(range(len(options)), 1.0), 0, problem.seats))
    return rows


def some_choice(options: Sequence[Option], rows: Iterable[Row], time_limit_s: float) -> Answer:
    """Any choice that keeps `rows`, whatever it is worth."""
    return _run(np.zeros(len(options)), np.arange(len(options)), list(rows), [], time_limit_s)


def best_choice(
    problem: Problem, options: Sequence[Option], rows: Sequence[Row], cuts: Sequence[Cut], time_limit_s: float
) -> Answer:
    """The choice that is worth most as the program sees it with `cuts`."""
    worth, option_of = _slots(problem, options)
    slot_rows: dict[tuple[str, int], dict[int, float]] = defaultdict(dict)
    last = _slot_count(problem, options)
    for column, (place, slot) in enumerate(option_of):
        if slot < last:
            slot_rows[options[place].gap, slot][column] = 1.0
    capacity = [Row(None, columns, 0, 1) for columns in slot_rows.values() if len(columns) > 1]
    places = np.array([place for place, _ in option_of], dtype=np.int64)
    return _run(worth, places, rows, capacity, time_limit_s, _capped(worth, places, options, cuts))


def cut_at(problem: Problem, options: Sequence[Option], gap: str, chosen: Iterable[int]) -> Cut:
    """The cut that is exact where `chosen` are the options chosen for `gap`."""
    inside = {place for place in chosen if options[place].gap == gap}
    left_open = survival_of(problem, [options[place] for place in inside]).get(gap, 1.0)
    weight = problem.weight(gap)
    slopes = {
        place: weight * left_open * problem.chance(option)
        for place, option in enumerate(options)
        if option.gap == gap and place not in inside
    }
    return Cut(gap, weight * (1.0 - left_open), slopes)


def tangent_at(problem: Problem, options: Sequence[Option], gap: str, mass: float) -> Cut | None:
    """The cut that is exact where the options chosen for `gap` leave it open with probability exp(-mass).

    None where an option of the gap is certain to close it, or nearly: its mass has no end.
    """
    weight, left_open = problem.weight(gap), math.exp(-mass)
    slopes = {}
    for place, option in enumerate(options):
        if option.gap == gap:
            chance = problem.chance(option)
            if chance > MAX_TANGENT_CHANCE:
                return None
            slopes[place] = -weight * left_open * math.log1p(-chance)
    return Cut(gap, weight * (1.0 - left_open * (1.0 + mass)), slopes)


def value_by_gap(problem: Problem, options: Sequence[Option], chosen: Iterable[int]) -> dict[str, float]:
    """gap → what the program without cuts takes `chosen` to be worth; at least the true value."""
    last, seen = _slot_count(problem, options), defaultdict[str, list[int]](list)
    for place in sorted(chosen):
        seen[options[place].gap].append(place)
    first = _first_of_gap(options)
    return {
        gap: sum(
            _worth(problem, options, first[gap], place, min(number, last))
            for number, place in enumerate(places, start=1)
        )
        for gap, places in seen.items()
    }


def _slots(problem: Problem, options: Sequence[Option]) -> tuple[Values, list[tuple[int, int]]]:
    """Worth of each column, and the (option, slot) it stands for."""
    last, first = _slot_count(problem, options), _first_of_gap(options)
    columns = [
        (place, slot)
        for place, option in enumerate(options)
        for slot in range(1, min(place - first[option.gap] + 1, last) + 1)
    ]
    worth = [_worth(problem, options, first[options[place].gap], place, slot) for place, slot in columns]
    return np.array(worth, dtype=np.float64), columns


def _worth(problem: Problem, options: Sequence[Option], first: int, place: int, slot: int) -> float:
    left_open = 1.0
    for before in range(max(first, place - slot + 1), place):
        left_open *= 1.0 - problem.chance(options[before])
    return problem.weight(options[place].gap) * problem.chance(options[place]) * left_open


def _slot_count(problem: Problem, options: Sequence[Option]) -> int:
    gaps = len({option.gap for option in options}) or 1
    return min(max(2 * -(-problem.seats // gaps), MIN_SLOTS), MAX_SLOTS)


def _first_of_gap(options: Sequence[Option]) -> dict[str, int]:
    return {
        gap: next(iter(places))[0]
        for gap, places in groupby(enumerate(options), key=lambda pair: pair[1].gap)
    }


@dataclass(frozen=True, slots=True)
class _Capped:
    """One more column for each gap with cuts: its value, instead of the worth of its slots."""

    worth: Values
    rows: list[Row]
    count: int


def _capped(
    worth: Values, places: NDArray[np.int64], options: Sequence[Option], cuts: Sequence[Cut]
) -> _Capped:
    gaps = {gap: number for number, gap in enumerate(dict.fromkeys(cut.gap for cut in cuts))}
    left, rows = worth.copy(), []
    columns_of: dict[int, list[int]] = defaultdict(list)
    by_slots: dict[str, dict[int, float]] = {gap: {} for gap in gaps}
    for column, place in enumerate(places):
        gap = options[place].gap
        if gap in gaps:
            columns_of[int(place)].append(column)
            by_slots[gap][column] = -float(worth[column])
            left[column] = 0.0
    for gap, slopes in by_slots.items():
        rows.append(Row(None, slopes | {len(worth) + gaps[gap]: 1.0}, -np.inf, 0.0))
    for cut in cuts:
        slopes = {column: -slope for place, slope in cut.slopes.items() for column in columns_of[place]}
        rows.append(Row(None, slopes | {len(worth) + gaps[cut.gap]: 1.0}, -np.inf, cut.base))
    return _Capped(np.concatenate([left, np.ones(len(gaps))]), rows, len(gaps))


def _run(
    worth: Values,
    places: NDArray[np.int64],
    rows: Sequence[Row],
    column_rows: Sequence[Row],
    time_limit_s: float,
    capped: _Capped | None = None,
) -> Answer:
    """Solve; `rows` speak of options, `column_rows` of columns. `places`: the option of each column."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # slow to import

    if len(places) == 0:
        impossible = any(row.lower > 0 or row.upper < 0 for row in rows)
        return Answer(None if impossible else (), 0.0, impossible, True)
    values = 0 if capped is None else capped.count
    width = len(places) + values
    by_columns = _matrix(rows, int(places.max()) + 1)[:, places]
    extra = [*column_rows, *(capped.rows if capped else ())]
    matrix = _stacked(by_columns, extra, width)
    lower = np.array([row.lower for row in (*rows, *extra)])
    upper = np.array([row.upper for row in (*rows, *extra)])
    done: Any = milp(
        -(worth if capped is None else capped.worth),
        integrality=np.concatenate([np.ones(len(places)), np.zeros(values)]),
        bounds=Bounds(np.zeros(width), np.concatenate([np.ones(len(places)), np.full(values, np.inf)])),
        constraints=LinearConstraint(matrix, lower, upper),
        options={"time_limit": max(time_limit_s, 0.01), "mip_rel_gap": MIP_GAP},
    )
    bound = np.inf if done.mip_dual_bound is None else -float(done.mip_dual_bound)
    if done.x is None:
        return Answer(None, bound, done.status == 2, done.status == 2)
    taken = np.flatnonzero(done.x[: len(places)] > 0.5)
    return Answer(tuple(sorted({int(places[column]) for column in taken})), bound, False, done.status == 0)


def _matrix(rows: Sequence[Row], width: int) -> Any:
    from scipy.sparse import csc_array

    at = [number for number, row in enumerate(rows) for _ in row.coefficients]
    columns = [column for row in rows for column in row.coefficients]
    values = [value for row in rows for value in row.coefficients.values()]
    return csc_array((values, (at, columns)), shape=(len(rows), width), dtype=np.float64)


def _stacked(by_columns: Any, extra: Sequence[Row], width: int) -> Any:
    from scipy.sparse import csc_array, hstack, vstack

    padding = csc_array((by_columns.shape[0], width - by_columns.shape[1]), dtype=np.float64)
    return vstack([hstack([by_columns, padding]), _matrix(extra, width)], format="csc")
