"""What the selection is compared with: the way lists are made without a solver."""

from __future__ import annotations

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

    Companies that are locked in come first. When an "at least" rule still lacks as many as there are seats
    left, only what counts for it is taken.
    """
    options = [o for o in problem.ordered() if not any(quota.leaves_out(o) for quota in problem.quotas)]
    chosen = _locked(problem)
    taken = {option.company for option in chosen}
    while len(chosen) < problem.seats:
        urgent = _most_lacking(problem, chosen)
        left_open = survival_of(problem, chosen)
        best: tuple[float, str, str] | None = None
        pick: Option | None = None
        full = [q for q in problem.quotas if q.bound == "at_most" and _is_full(q, problem, chosen)]
        for option in options:
            if option.company in taken or any(quota.counts(option) for quota in full):
                continue
            if urgent is not None and not urgent.counts(option):
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


def _most_lacking(problem: Problem, chosen: Sequence[Option]) -> Quota | None:
    """The "at least" rule that needs all the seats that are left; a share is one of all seats."""
    left = problem.seats - len(chosen)
    for quota in sorted(problem.quotas, key=lambda quota: quota.id):
        counted = sum(quota.counts(option) for option in chosen)
        lacking = -quota.slack(counted, problem.seats)
        if quota.bound == "at_least" and lacking > 0 and lacking > left - 1:
            return quota
    return None


def _is_full(quota: Quota, problem: Problem, chosen: Sequence[Option]) -> bool:
    return quota.slack(sum(quota.counts(option) for option in chosen), problem.seats) < 1


def _judged(problem: Problem, chosen: tuple[Option, ...]) -> Baseline:
    return Baseline(
        chosen, total_value(problem, chosen), coverage_of(problem, chosen), broken_rules(problem, chosen)
    )
