"""What holds of every selection, on problems small enough to try everything."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.selection import Lock, Option, Problem, Quota, Rule, Selection, greedy, solve
from tests.matching.selection.small import best_worth, keeps_rules, worth

COMPANIES, GAPS = "abcde", ("G1", "G2")
EXAMPLES = settings(max_examples=60)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    values = st.sampled_from(["x", "y", None])
    options = []
    for company in COMPANIES[: draw(st.integers(1, 5))]:
        known = {name: (v,) if (v := draw(values)) else None for name in ("place", "owner")}
        for gap in draw(st.lists(st.sampled_from(GAPS), min_size=1, max_size=2, unique=True)):
            # Few values, so that there are equals; the ends, because there the cuts change their form.
            chance = draw(st.sampled_from([0.0, 0.2, 0.5, 0.5, 0.9, 1.0]) | st.floats(0, 1))
            options.append(Option(company, gap, chance, known))
    quotas = tuple(
        Quota(
            f"q{number}",
            draw(st.sampled_from(["place", "owner"])),
            draw(st.sampled_from([("x",), ("y",), ("x", "y")])),
            draw(st.sampled_from(["at_least", "at_most"])),
            **draw(
                st.sampled_from(
                    [{"count": n} for n in range(4)] + [{"share_0_1": s} for s in (0.0, 0.5, 0.6)]
                )
            ),
            unknowns=draw(st.sampled_from(["careful", "count", "ignore", "leave_out"])),
        )
        for number in range(draw(st.integers(0, 3)))
    )
    free = list(dict.fromkeys(option.company for option in options))
    out = frozenset(draw(st.lists(st.sampled_from(free), max_size=1)))
    locked = draw(st.lists(st.sampled_from(free), max_size=2, unique=True))
    return Problem(
        tuple(options),
        draw(st.integers(0, 5)),
        draw(st.sampled_from([1.0, 0.3])),
        {"G1": draw(st.sampled_from([0.0, 1.0, 2.5]))},
        quotas,
        tuple(Lock(company) for company in locked if company not in out),
        out,
    )


def without(problem: Problem, rules: set[Rule]) -> Problem:
    """`problem` without `rules`."""
    return replace(
        problem,
        quotas=tuple(q for q in problem.quotas if Rule("quota", q.id) not in rules),
        locked_in=tuple(k for k in problem.locked_in if Rule("locked_in", k.company) not in rules),
        seats=len(problem.options) if Rule("seats") in rules else problem.seats,
    )


def as_seen(selection: Selection) -> tuple[object, ...]:
    return selection.status, selection.picks, selection.value, selection.coverage, selection.conflict


@EXAMPLES
@given(problems())
def test_selection_is_the_best_that_keeps_every_rule(problem: Problem) -> None:
    found, best = solve(problem), best_worth(problem)

    if best is None:
        assert found.status == "infeasible"
        return
    assert found.status == "optimal"
    assert keeps_rules(problem, found.chosen)
    assert found.value == pytest.approx(worth(problem, found.chosen), abs=1e-7)
    assert found.value == pytest.approx(best, abs=1e-5)
    assert found.bound >= best - 1e-5


@EXAMPLES
@given(problems())
def test_one_more_seat_never_lowers_the_value(problem: Problem) -> None:
    found, roomier = solve(problem), solve(replace(problem, seats=problem.seats + 1))
    if found.status != "infeasible":
        assert roomier.value >= found.value - 1e-5


@EXAMPLES
@given(problems())
def test_companies_locked_in_stay_and_companies_locked_out_stay_out(problem: Problem) -> None:
    found = solve(problem)
    if found.status != "infeasible":
        assert {lock.company for lock in problem.locked_in} <= found.companies
        assert not problem.locked_out & found.companies


@settings(max_examples=150)
@given(problems())
def test_conflict_is_minimal(problem: Problem) -> None:
    found = solve(problem)
    if found.status != "infeasible":
        return
    all_rules, conflict = set(problem.rules()), set(found.conflict)
    assert conflict
    assert found.is_conflict_minimal
    assert best_worth(without(problem, all_rules - conflict)) is None
    for rule in conflict:
        assert best_worth(without(problem, all_rules - conflict | {rule})) is not None


@EXAMPLES
@given(problems(), st.randoms(use_true_random=False))
def test_order_of_input_does_not_matter(problem: Problem, random: object) -> None:
    def shuffled(rows: tuple[object, ...]) -> tuple[object, ...]:
        mixed = list(rows)
        random.shuffle(mixed)  # type: ignore[attr-defined]
        return tuple(mixed)

    other = replace(
        problem,
        options=shuffled(problem.options),
        quotas=shuffled(problem.quotas),
        locked_in=shuffled(problem.locked_in),
    )
    assert as_seen(solve(other)) == as_seen(solve(problem))
    assert greedy(other) == greedy(problem)


@EXAMPLES
@given(problems())
def test_selection_is_worth_at_least_the_greedy_one(problem: Problem) -> None:
    found, simple = solve(problem), greedy(problem)
    if not simple.broken:
        assert found.value >= simple.value - 1e-9


def test_examples_hold_problems_without_a_selection() -> None:
    # Else the property of conflicts would say nothing.
    two = (Option("a", "G1", 0.5, {"place": ("x",)}), Option("b", "G1", 0.5, {"place": ("y",)}))
    for quotas in combinations(
        (
            Quota("q0", "place", ("x",), "at_least", count=1),
            Quota("q1", "place", ("y",), "at_least", count=1),
        ),
        2,
    ):
        found = solve(Problem(two, 1, quotas=quotas))
        assert found.conflict == (Rule("quota", "q0"), Rule("quota", "q1"), Rule("seats"))
