"""Questions about a selection: who is next, what more room would bring, why not this one, what changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from matching.selection.coverage import survival_of
from matching.selection.problem import Lock, Option, Problem, Quota, Rule
from matching.selection.solve import TIME_LIMIT_S, Selection, solve

ChangeKind = Literal["declined", "removed", "added", "moved"]
_LEAST_GAIN = 1e-6


@dataclass(frozen=True, slots=True)
class Waiting:
    """The next on the list: `adds` is what `option` would add. `blocked_by`: quotas that are full for it."""

    option: Option
    adds: float
    blocked_by: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What one more seat, or a quota relaxed by one company, would add; `at_most`: surely not more."""

    rule: Rule
    gain: float
    at_most: float


@dataclass(frozen=True, slots=True)
class Displacement:
    """Why a company with options is not selected.

    With it, `loss` less would be covered: it would serve `option`, and the companies `instead_of` would not
    be invited. `full`: the quotas at their limit that it counts under. Where it cannot be invited at all,
    `conflict` names the rules against it.
    """

    option: Option | None
    loss: float
    instead_of: tuple[Option, ...] = ()
    full: tuple[Rule, ...] = ()
    conflict: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one company between two selections. `because`: those whose leaving brought it in."""

    kind: ChangeKind
    company: str
    gap_before: str | None
    gap_after: str | None
    because: tuple[str, ...] = ()


def waiting_list(problem: Problem, selection: Selection, *, limit: int = 30) -> tuple[Waiting, ...]:
    """Companies not selected by what they would add, those that a full quota keeps out behind the others."""
    chosen = selection.chosen
    left_open = survival_of(problem, chosen)
    full = [quota for quota in problem.quotas if _is_full(quota, selection)]
    best: dict[str, Waiting] = {}
    for option in problem.ordered():
        if option.company in selection.companies or any(q.leaves_out(option) for q in problem.quotas):
            continue
        adds = problem.weight(option.gap) * left_open.get(option.gap, 1.0) * problem.chance(option)
        blocked = tuple(sorted(Rule("quota", quota.id) for quota in full if quota.counts(option)))
        new = Waiting(option, adds, blocked)
        if option.company not in best or _place(new) < _place(best[option.company]):
            best[option.company] = new
    return tuple(sorted(best.values(), key=_place)[:limit])


def gain_of_relaxing(
    problem: Problem, selection: Selection, rule: Rule, *, time_limit_s: float = TIME_LIMIT_S
) -> Relaxation:
    """What a selection under `problem` with `rule` relaxed by one company is worth more than `selection`."""
    found = solve(_relaxed(problem, rule), time_limit_s=time_limit_s)
    gain, at_most = max(0.0, found.value - selection.value), max(0.0, found.bound - selection.value)
    return Relaxation(rule, gain if gain > _LEAST_GAIN else 0.0, at_most)


def displaced_by(
    problem: Problem, selection: Selection, company: str, *, time_limit_s: float = TIME_LIMIT_S
) -> Displacement:
    """Why `company`, with options and not locked out, is not in `selection`: by solving with it in."""
    full = tuple(
        sorted(
            Rule("quota", quota.id)
            for quota in problem.quotas
            if _is_full(quota, selection)
            and any(quota.counts(option) for option in problem.options if option.company == company)
        )
    )
    with_it = replace(problem, locked_in=(*problem.locked_in, Lock(company)))
    found = solve(with_it, time_limit_s=time_limit_s)
    if found.status in ("infeasible", "unknown"):
        return Displacement(None, 0.0, full=full, conflict=found.conflict)
    option = next(option for option in found.chosen if option.company == company)
    out = tuple(some for some in selection.chosen if some.company not in found.companies)
    return Displacement(option, max(0.0, selection.value - found.value), out, full)


def changes_between(
    before: Selection, after: Selection, declined: Collection[str] = ()
) -> tuple[Change, ...]:
    """Who left, who came and who serves another gap now, with the declined companies that made room."""
    return changes_in(
        {option.company: option.gap for option in before.chosen},
        {option.company: option.gap for option in after.chosen},
        declined,
    )


def changes_in(
    old: Mapping[str, str], new: Mapping[str, str], declined: Collection[str] = ()
) -> tuple[Change, ...]:
    """The same for two lists: company → gap that it is invited for.

    A company that came in for the gap of a declined one came because of that one; any other because of all
    whose gap nobody new came in for.
    """
    left = sorted(set(old) - set(new))
    gone = [company for company in left if company in declined]
    added = sorted(set(new) - set(old))
    matched = {company for company in gone if any(new[one] == old[company] for one in added)}
    others = tuple(company for company in gone if company not in matched) or tuple(gone)
    changes = [
        Change("declined" if company in declined else "removed", company, old[company], None)
        for company in left
    ]
    for company in added:
        same_gap = tuple(one for one in gone if old[one] == new[company])
        changes.append(Change("added", company, None, new[company], same_gap or others))
    changes += [
        Change("moved", company, old[company], new[company])
        for company in sorted(set(old) & set(new))
        if old[company] != new[company]
    ]
    return tuple(changes)


def _is_full(quota: Quota, selection: Selection) -> bool:
    """Whether one more company that counts would break an "at most" rule."""
    counted = sum(quota.counts(option) for option in selection.chosen)
    return quota.bound == "at_most" and quota.slack(counted + 1, len(selection.picks) + 1) < -1e-6


def _place(waiting: Waiting) -> tuple[bool, float, str, str]:
    option = waiting.option
    return bool(waiting.blocked_by), -round(waiting.adds, 12), option.company, option.gap


def _relaxed(problem: Problem, rule: Rule) -> Problem:
    if rule.kind == "seats":
        return replace(problem, seats=problem.seats + 1)
    quotas = tuple(
        _by_one(quota, problem.seats) if quota.id == rule.id else quota for quota in problem.quotas
    )
    return replace(problem, quotas=quotas)


def _by_one(quota: Quota, seats: int) -> Quota:
    step = 1 if quota.bound == "at_most" else -1
    if quota.count is not None:
        return replace(quota, count=max(0, quota.count + step))
    share = (quota.share_0_1 or 0.0) + step / max(seats, 1)
    return replace(quota, share_0_1=min(1.0, max(0.0, share)))
