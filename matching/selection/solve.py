"""The best selection, with its bound; or the rules that contradict each other."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matching.selection.baselines import greedy
from matching.selection.conflicts import minimal_conflict
from matching.selection.coverage import coverage_of, marginal_value, total_value
from matching.selection.problem import Option, Problem, Rule
from matching.selection.program import (
    Cut,
    best_choice,
    cut_at,
    rows_of,
    some_choice,
    tangent_at,
    value_by_gap,
)

Status = Literal["optimal", "feasible", "infeasible", "unknown"]

TIME_LIMIT_S = 20.0
# A selection within this part of the bound is called optimal: one ten-thousandth of a per cent.
OPTIMAL_GAP = 1e-6
MAX_ROUNDS = 60
MAX_COVERED = 1.0 - 1e-9  # where the tangent is taken when a gap is as good as closed
FIRST_CHOICE_S = 10.0


@dataclass(frozen=True, slots=True)
class Pick:
    """A selected option. `adds`: what would be lost without it, nobody taking its place."""

    option: Option
    adds: float


@dataclass(frozen=True, slots=True)
class Selection:
    """The answer. `value` is what is maximised (`total_value`), `bound` what no selection can exceed.

    `conflict`: where the rules contradict each other, a minimal set of them: without any one of them there
    would be a selection. `is_conflict_minimal` is False when time ran out while it was made smaller. The
    status `unknown` says that time ran out before a selection was found or excluded.
    """

    status: Status
    picks: tuple[Pick, ...] = ()
    value: float = 0.0
    bound: float = 0.0
    coverage: dict[str, float] | None = None
    conflict: tuple[Rule, ...] = ()
    is_conflict_minimal: bool = True
    rounds: int = 0
    seconds: float = 0.0

    @property
    def gap_to_bound(self) -> float:
        """How far from the bound, as a part of the bound; 0 when there is nothing to gain."""
        return max(0.0, (self.bound - self.value) / self.bound) if self.bound > 0 else 0.0

    @property
    def chosen(self) -> tuple[Option, ...]:
        return tuple(pick.option for pick in self.picks)

    @property
    def companies(self) -> frozenset[str]:
        return frozenset(pick.option.company for pick in self.picks)


def solve(problem: Problem, *, time_limit_s: float = TIME_LIMIT_S) -> Selection:
    """The selection of the highest `total_value` that keeps seats, quotas and locks.

    The same problem gives the same selection, whatever the order of its parts, as long as the time suffices.
    """
    started = time.monotonic()
    options = problem.ordered()
    rows = rows_of(problem, options)
    found, bound, rounds, impossible = _search(problem, options, started + time_limit_s)
    seconds = time.monotonic() - started
    if impossible:
        conflict, is_minimal = minimal_conflict(problem, options, rows)
        return Selection(
            "infeasible",
            conflict=conflict,
            is_conflict_minimal=is_minimal,
            rounds=rounds,
            seconds=time.monotonic() - started,
        )
    if found is None:
        return Selection("unknown", bound=bound, rounds=rounds, seconds=seconds)
    return selection_of(problem, [options[place] for place in found], bound, rounds, seconds)


def selection_of(
    problem: Problem, chosen: Sequence[Option], bound: float, rounds: int = 0, seconds: float = 0.0
) -> Selection:
    """`chosen` with what each adds; the most valuable first within its gap."""
    value = total_value(problem, chosen)
    ordered = sorted(chosen, key=lambda o: (o.gap, -problem.chance(o), o.company))
    return Selection(
        "optimal" if bound - value <= OPTIMAL_GAP * max(1.0, bound) else "feasible",
        tuple(Pick(option, marginal_value(problem, chosen, option)) for option in ordered),
        value,
        max(bound, value),
        coverage_of(problem, chosen),
        rounds=rounds,
        seconds=seconds,
    )


def _search(
    problem: Problem, options: Sequence[Option], until: float
) -> tuple[tuple[int, ...] | None, float, int, bool]:
    """(best choice found, bound, rounds, whether there is none)."""
    rows = rows_of(problem, options)
    best, best_value = _start(problem, options)
    bound, cuts = math.inf, _cuts_at(problem, options, best or ())
    for number in range(1, MAX_ROUNDS + 1):
        answer = best_choice(problem, options, rows, cuts, until - time.monotonic())
        if answer.is_infeasible:
            return None, 0.0, number, True
        bound = min(bound, answer.bound)
        if answer.chosen is not None:
            value = total_value(problem, [options[place] for place in answer.chosen])
            # Only if it is truly better: equal values must not depend on which was found first.
            if best is None or value > best_value + OPTIMAL_GAP / 10:
                best, best_value = answer.chosen, value
        if bound - best_value <= OPTIMAL_GAP * max(1.0, bound) or time.monotonic() >= until:
            return best, bound, number, False
        new = _cuts_at(problem, options, answer.chosen or ())
        if not answer.is_proven or not new:
            break
        cuts += new
    if best is None:
        answer = some_choice(options, rows, FIRST_CHOICE_S)
        return answer.chosen, bound, number, answer.is_infeasible
    return best, bound, number, False


def _start(problem: Problem, options: Sequence[Option]) -> tuple[tuple[int, ...] | None, float]:
    """The greedy selection where it keeps the rules: the answer is never worse than that."""
    simple = greedy(problem)
    if simple.broken:
        return None, -math.inf
    places = {option: place for place, option in enumerate((o.company, o.gap) for o in options)}
    chosen = tuple(sorted(places[option.company, option.gap] for option in simple.chosen))
    return chosen, simple.value


def _cuts_at(problem: Problem, options: Sequence[Option], chosen: Sequence[int]) -> list[Cut]:
    """Cuts for each gap that the program without any overrates at `chosen`."""
    seen = value_by_gap(problem, options, chosen)
    covered = coverage_of(problem, [options[place] for place in chosen])
    cuts: list[Cut] = []
    for gap, value in seen.items():
        if value > problem.weight(gap) * covered[gap] + OPTIMAL_GAP / 100:
            cuts.append(cut_at(problem, options, gap, chosen))
            mass = -math.log1p(-min(covered[gap], MAX_COVERED))
            tangent = tangent_at(problem, options, gap, mass)
            if tangent is not None:
                cuts.append(tangent)
    return cuts
