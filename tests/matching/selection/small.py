"""Small problems, and the best selection found by trying every one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import product

from matching.selection import Option, Problem


def option(company: str, gap: str = "G1", probability: float = 0.5, **attributes: str | None) -> Option:
    """An option; an attribute given as None is not known."""
    known = {name: None if value is None else (value,) for name, value in attributes.items()}
    return Option(company, gap, probability, known)


def every_choice(options: Iterable[Option]) -> Iterator[tuple[Option, ...]]:
    """Each way to invite companies for one gap or not at all."""
    companies: dict[str, list[Option | None]] = {}
    for some in options:
        companies.setdefault(some.company, [None]).append(some)
    for chosen in product(*companies.values()):
        yield tuple(some for some in chosen if some is not None)


def keeps_rules(problem: Problem, chosen: tuple[Option, ...]) -> bool:
    """Whether `chosen` is allowed, said again from the words of the rules."""
    if len(chosen) > problem.seats or any(some.company in problem.locked_out for some in chosen):
        return False
    for lock in problem.locked_in:
        if not any(some.company == lock.company and lock.gap in (None, some.gap) for some in chosen):
            return False
    for quota in problem.quotas:
        known = [some for some in chosen if some.attributes.get(quota.attribute) is not None]
        unknown = len(chosen) - len(known)
        if quota.unknowns == "leave_out" and unknown:
            return False
        counted = sum(bool(set(some.attributes[quota.attribute] or ()) & set(quota.values)) for some in known)
        if quota.unknowns == "count" or (quota.unknowns == "careful" and quota.bound == "at_most"):
            counted += unknown
        limit = quota.count if quota.count is not None else (quota.share_0_1 or 0.0) * len(chosen)
        if (quota.bound == "at_least" and counted < limit - 1e-6) or (
            quota.bound == "at_most" and counted > limit + 1e-6
        ):
            return False
    return True


def worth(problem: Problem, chosen: tuple[Option, ...]) -> float:
    """Expected gaps covered, each times its weight."""
    gaps = {some.gap for some in chosen}
    return sum(
        problem.weights.get(gap, 1.0)
        * (1 - math.prod(1 - problem.acceptance_0_1 * some.probability for some in chosen if some.gap == gap))
        for gap in gaps
    )


def best_worth(problem: Problem) -> float | None:
    """What the best allowed selection is worth; None when none is allowed."""
    allowed = [worth(problem, some) for some in every_choice(problem.options) if keeps_rules(problem, some)]
    return max(allowed, default=None)
