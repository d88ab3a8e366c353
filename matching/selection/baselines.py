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

    First the companies that are locked in, then what the "at least" rules lack, the rule with the fewest
    options first; a share is taken as one of all seats. Nothing is ever taken back.
    """
    options = [o for o in problem.ordered() if not any(quota.leaves_out(o) for quota in problem.quotas)]
    chosen = _locked(problem)
    lacking = [quota for quota in problem.quotas if quota.bound == "at_least"]
    for quota in sorted(lacking, key=lambda q: (sum(q.counts(o) for o in options), q.id)):
        pool = [option for option in options if quota.counts(option)]
        while quota.slack(sum(quota.counts(o) for o in chosen), problem.seats) < 0:
            if not _take_best(problem, pool, chosen):
                break
    while _take_best(problem, options, chosen):
        pass
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


def _take_best(problem: Problem, options: Sequence[Option], chosen: list[Option]) -> bool:
    """Add the option that adds most to `chosen`; False when there is no seat or nobody for it."""
    if len(chosen) >= problem.seats:
        return False
    taken = {option.company for option in chosen}
    left_open = survival_of(problem, chosen)
    full = [quota for quota in problem.quotas if _is_full(quota, problem, chosen)]
    free = [o for o in options if o.company not in taken and not any(quota.counts(o) for quota in full)]
    if not free:
        return False
    worth = {gap: problem.weight(gap) * left_open.get(gap, 1.0) for gap in {o.gap for o in free}}
    chosen.append(min(free, key=lambda o: (-round(worth[o.gap] * problem.chance(o), 12), o.company, o.gap)))
    return True


def _is_full(quota: Quota, problem: Problem, chosen: Sequence[Option]) -> bool:
    """Whether an "at most" rule allows nobody more; a share is taken as one of all seats."""
    counted = sum(quota.counts(option) for option in chosen)
    return quota.bound == "at_most" and quota.slack(counted, problem.seats) < 1 - 1e-6


def _judged(problem: Problem, chosen: tuple[Option, ...]) -> Baseline:
    return Baseline(
        chosen, total_value(problem, chosen), coverage_of(problem, chosen), broken_rules(problem, chosen)
    )
