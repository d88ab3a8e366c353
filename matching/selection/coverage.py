"""What a selection is worth: gaps that are expected to be covered.

A gap with the invited companies S is covered when at least one of them accepts and fits:
`1 - Π(1 - acceptance · probability)` over S, times the weight of the gap. So the second company for a gap
adds less than the first: the chance that the first does not do it, times its own. A company counts for the
one gap that it is invited for, though it may fit others: it sits at one table and brings one project.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from matching.selection.problem import Option, Problem


def coverage_of(problem: Problem, chosen: Iterable[Option]) -> dict[str, float]:
    """gap → probability that it is covered, for each gap of `chosen`, in the order of the gaps."""
    open_0_1 = survival_of(problem, chosen)
    return {gap: 1.0 - open_0_1[gap] for gap in sorted(open_0_1)}


def total_value(problem: Problem, chosen: Iterable[Option]) -> float:
    """What is maximised: expected gaps covered, each times its weight."""
    covered = coverage_of(problem, chosen)
    return math.fsum(problem.weight(gap) * chance for gap, chance in covered.items())


def marginal_value(problem: Problem, chosen: Iterable[Option], option: Option) -> float:
    """What `option` adds to `chosen`; `option` itself is not counted when it stands among them."""
    others = [some for some in chosen if some.gap == option.gap and some.company != option.company]
    return (
        problem.weight(option.gap)
        * survival_of(problem, others).get(option.gap, 1.0)
        * problem.chance(option)
    )


def survival_of(problem: Problem, chosen: Iterable[Option]) -> dict[str, float]:
    """gap → probability that nobody of `chosen` covers it."""
    open_0_1: dict[str, float] = defaultdict(lambda: 1.0)
    # In one order, so that the product does not depend on the order of input.
    for option in sorted(chosen, key=lambda some: (some.gap, some.company)):
        open_0_1[option.gap] *= 1.0 - problem.chance(option)
    return dict(open_0_1)
