"""What the selection is compared with: the way lists are made without a solver."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matching.selection.coverage import coverage_of, survival_of, total_value
from matching.selection.problem import Option, Problem, Quota, Rule


@dataclass(frozen=True, slots=True)
class Baseline:
    """A list made without a solver. `broken`: the rules that it does not keep."""

    chosen: tuple[Option, ...]
    value: float
    coverage: dict[str, float]
    broken: tuple[Rule, ...]


def top_by_probability(problem: Problem) -> Baseline:
    """The likeliest companies, each for its likeliest gap, one a seat; locks and quotas aside."""
    chosen: dict[str, Option] = {}
    for option in sorted(problem.ordered(), key=lambda o: (-problem.chance(o), o.company, o.gap)):
        if len(chosen) == problem.seats:
            break
        chosen.setdefault(option.company, option)
    return _judged(problem, tuple(chosen.values()))


def greedy(problem: Problem) -> Baseline:
    """Seat by seat the option that adds most, never one that breaks an "at most" rule.

    Companies that are locked in come first. When "at least" rules still lack as many as there are seats
    left, only what counts for one of them is taken.
    """
    options = [o for o in problem.ordered() if not any(quota.leaves_out(o) for quota in problem.quotas)]
    chosen = _locked(problem)
    taken = {option.company for option in chosen}
    while len(chosen) < problem.seats:
        urgent = _urgent(problem, chosen)
        left_open = survival_of(problem, chosen)
        best: tuple[float, str, str] | None = None
        pick: Option | None = None
        full = [q for q in problem.quotas if q.bound == "at_most" and _is_full(q, problem, chosen)]
        for option in options:
            if option.company in taken or any(quota.counts(option) for quota in full):
                continue
            if urgent and not any(quota.counts(option) for quota in urgent):
                continue
            adds = problem.weight(option.gap) * left_open.get(option.gap, 1.0) * problem.chance(option)
            key = (-round(adds, 12), option.company, option.gap)
            if best is None or key < best:
                best, pick = key, option
        if pick is None:
            break
        chosen.append(pick)
        taken.add(pick.company)
    return _judged(problem, tuple(chosen))


def broken_rules(problem: Problem, chosen: Sequence[Option]) -> tuple[Rule, ...]:
    """The rules of `problem` that `chosen` does not keep."""
    broken = []
    pairs = {(option.company, option.gap) for option in chosen}
    companies = {option.company for option in chosen}
    for lock in problem.locked_in:
        kept = (lock.company, lock.gap) in pairs if lock.gap else lock.company in companies
        if not kept:
            broken.append(Rule("locked_in", lock.company))
    for quota in problem.quotas:
        counted = sum(quota.counts(option) for option in chosen)
        if quota.slack(counted, len(chosen)) < -1e-6 or any(quota.leaves_out(option) for option in chosen):
            broken.append(Rule("quota", quota.id))
    if len(chosen) > problem.seats:
        broken.append(Rule("seats"))
    return tuple(sorted(broken))


def _locked(problem: Problem) -> list[Option]:
    chosen = []
    for lock in sorted(problem.locked_in, key=lambda lock: lock.company):
        own = [o for o in problem.options if o.company == lock.company and lock.gap in (None, o.gap)]
        chosen.append(max(own, key=lambda o: (problem.weight(o.gap) * problem.chance(o), o.gap)))
    return chosen


def _urgent(problem: Problem, chosen: Sequence[Option]) -> list[Quota]:
    """The "at least" rules not yet kept, when they need all seats left; a share is one of all seats."""
    lacking = {
        quota.id: math.ceil(-quota.slack(sum(quota.counts(o) for o in chosen), problem.seats) - 1e-6)
        for quota in problem.quotas
        if quota.bound == "at_least"
    }
    needed = sum(lack for lack in lacking.values() if lack > 0)
    if needed < problem.seats - len(chosen):
        return []
    return [quota for quota in problem.quotas if lacking.get(quota.id, 0) > 0]


def _is_full(quota: Quota, problem: Problem, chosen: Sequence[Option]) -> bool:
    return quota.slack(sum(quota.counts(option) for option in chosen), problem.seats) < 1


def _judged(problem: Problem, chosen: tuple[Option, ...]) -> Baseline:
    return Baseline(
        chosen, total_value(problem, chosen), coverage_of(problem, chosen), broken_rules(problem, chosen)
    )
