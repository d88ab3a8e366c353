"""Which rules contradict each other: a set that is minimal, found by leaving rules out one by one.

A rule is dropped when the others still have no selection. What is left at the end has none, and has one as
soon as any single rule is taken away (deletion filter; Chinneck, Feasibility and Infeasibility in
Optimization, 2008).
"""

from __future__ import annotations

from collections.abc import Sequence

from matching.selection.problem import Option, Problem, Rule
from matching.selection.program import Row, some_choice

CHECK_S = 10.0


def minimal_conflict(
    problem: Problem, options: Sequence[Option], rows: Sequence[Row]
) -> tuple[tuple[Rule, ...], bool]:
    """A minimal set of rules of `problem` that no selection keeps, and whether it is surely minimal.

    The problem must have no selection. Locks are dropped first, so that what is left speaks of few companies.
    """
    kept, is_sure = list(problem.rules()), True
    for some in _in_groups(kept):
        feasible, is_known = _is_feasible(options, rows, [rule for rule in kept if rule not in some])
        if not feasible and is_known:
            kept = [rule for rule in kept if rule not in some]
    for rule in tuple(kept):
        others = [other for other in kept if other != rule]
        feasible, is_known = _is_feasible(options, rows, others)
        is_sure = is_sure and is_known
        if not feasible and is_known:
            kept = others
    return tuple(kept), is_sure


def _in_groups(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Many locks are tried together first: as a rule none of them matters."""
    locks = [rule for rule in rules if rule.kind == "locked_in"]
    if len(locks) < 4:
        return []
    size = max(2, len(locks) // 8)
    return [locks[at : at + size] for at in range(0, len(locks), size)]


def _is_feasible(options: Sequence[Option], rows: Sequence[Row], rules: Sequence[Rule]) -> tuple[bool, bool]:
    """(whether a selection keeps `rules`, whether that was decided in time)."""
    wanted = set(rules)
    answer = some_choice(options, [row for row in rows if row.rule is None or row.rule in wanted], CHECK_S)
    return answer.chosen is not None, answer.chosen is not None or answer.is_infeasible
