from __future__ import annotations

import pytest

from matching.errors import SelectionInvalid
from matching.selection import (
    Lock,
    Option,
    Problem,
    Quota,
    Rule,
    changes_between,
    displaced_by,
    gain_of_relaxing,
    greedy,
    solve,
    top_by_probability,
    waiting_list,
)
from tests.matching.selection.small import option

# Two gaps; the first has three likely companies, the second one that is half as likely.
FOUR = (
    option("a", "G1", 0.9, province="广东"),
    option("b", "G1", 0.8, province="广东"),
    option("c", "G1", 0.7, province="江苏"),
    option("d", "G2", 0.4, province=None),
)


def seats_of(selection: object) -> list[tuple[str, str]]:
    return sorted((o.company, o.gap) for o in selection.chosen)  # type: ignore[attr-defined]


def test_first_company_for_a_gap_is_worth_more_than_the_second_for_another() -> None:
    found = solve(Problem(FOUR, seats=2))

    # 0.9 + 0.4, where both for G1 would be 1 - 0.1 * 0.2 = 0.98.
    assert seats_of(found) == [("a", "G1"), ("d", "G2")]
    assert found.status == "optimal"
    assert found.value == pytest.approx(1.3)
    assert found.bound == pytest.approx(1.3)
    assert found.coverage == pytest.approx({"G1": 0.9, "G2": 0.4})


def test_acceptance_rate_makes_second_companies_worth_more() -> None:
    found = solve(Problem((option("a", "G1", 1.0), option("b", "G1", 1.0), option("c", "G2", 0.5)), 2, 0.3))

    # a and b: 0.3 + 0.7 * 0.3 = 0.51; a and c: 0.3 + 0.15 = 0.45.
    assert seats_of(found) == [("a", "G1"), ("b", "G1")]
    assert found.value == pytest.approx(0.51)
    assert [pick.adds for pick in found.picks] == pytest.approx([0.21, 0.21])


def test_weight_of_a_gap_multiplies_what_covering_it_is_worth() -> None:
    found = solve(Problem(FOUR, seats=1, weights={"G2": 3.0}))

    assert seats_of(found) == [("d", "G2")]
    assert (found.value, found.coverage) == (pytest.approx(1.2), pytest.approx({"G2": 0.4}))


def test_company_is_invited_once_for_the_gap_where_it_serves_the_whole_best() -> None:
    options = (option("a", "G1", 0.9), option("a", "G2", 0.8), option("b", "G1", 0.85))
    found = solve(Problem(options, seats=2))

    # a for its second-best gap: 0.8 + 0.85 beats 0.9 + nothing for G2.
    assert seats_of(found) == [("a", "G2"), ("b", "G1")]


def test_program_is_corrected_where_chosen_companies_are_no_neighbours() -> None:
    # The second of G1 may not come: a and c stand apart, and the program alone would overrate the pair.
    options = (*FOUR, option("e", "G2", 0.04))
    found = solve(Problem(options, seats=3, locked_out=frozenset({"d"}), locked_in=(Lock("a"), Lock("c"))))

    assert seats_of(found) == [("a", "G1"), ("c", "G1"), ("e", "G2")]
    assert found.status == "optimal"
    assert found.value == pytest.approx(1 - 0.1 * 0.3 + 0.04)


@pytest.mark.parametrize(
    ("unknowns", "bound", "expected"),
    [
        ("careful", "at_least", "infeasible"),  # only c is surely from 江苏
        ("count", "at_least", "optimal"),
        ("ignore", "at_least", "infeasible"),
        ("leave_out", "at_least", "infeasible"),
    ],
)
def test_unknown_fact_counts_for_at_least_only_when_told(unknowns: str, bound: str, expected: str) -> None:
    quota = Quota("q", "province", ("江苏",), bound, count=2, unknowns=unknowns)  # type: ignore[arg-type]
    assert solve(Problem(FOUR, seats=3, quotas=(quota,))).status == expected


@pytest.mark.parametrize(
    ("unknowns", "expected"),
    [
        ("careful", [("a", "G1"), ("b", "G1")]),  # d might be from 江苏 too
        ("count", [("a", "G1"), ("b", "G1")]),
        ("ignore", [("a", "G1"), ("d", "G2")]),
        ("leave_out", [("a", "G1"), ("b", "G1")]),
    ],
)
def test_unknown_fact_counts_for_at_most_unless_told(unknowns: str, expected: list[tuple[str, str]]) -> None:
    quota = Quota("q", "province", ("江苏",), "at_most", count=0, unknowns=unknowns)  # type: ignore[arg-type]
    assert seats_of(solve(Problem(FOUR, seats=2, quotas=(quota,)))) == expected


def test_share_is_one_of_the_companies_selected() -> None:
    quota = Quota("q", "province", ("广东",), "at_most", share_0_1=0.5, unknowns="ignore")
    # a, c and d: one of three. With b it would be two of four, which is half as well.
    assert len(solve(Problem(FOUR, seats=3, quotas=(quota,))).picks) == 3
    assert seats_of(solve(Problem(FOUR, seats=3, quotas=(quota,)))) == [("a", "G1"), ("c", "G1"), ("d", "G2")]
    assert len(solve(Problem(FOUR, seats=4, quotas=(quota,))).picks) == 4


def test_rules_that_contradict_each_other_are_named_and_no_others() -> None:
    quotas = (
        Quota("many", "province", ("广东",), "at_least", count=2),
        Quota("few", "province", ("广东",), "at_most", count=1, unknowns="ignore"),
        Quota("harmless", "province", ("江苏",), "at_most", count=3),
    )
    found = solve(Problem(FOUR, seats=4, quotas=quotas, locked_in=(Lock("c"),)))

    assert (found.status, found.picks) == ("infeasible", ())
    assert found.conflict == (Rule("quota", "few"), Rule("quota", "many"))
    assert found.is_conflict_minimal


def test_quota_that_nobody_can_fulfil_stands_alone_in_the_conflict() -> None:
    quota = Quota("q", "province", ("青海",), "at_least", count=1)
    assert solve(Problem(FOUR, seats=4, quotas=(quota,))).conflict == (Rule("quota", "q"),)


def test_more_locks_than_seats_are_in_conflict_with_the_seats() -> None:
    options = tuple(option(f"c{number}", f"G{number}") for number in range(12))
    locks = tuple(Lock(some.company) for some in options)
    found = solve(Problem(options, seats=2, locked_in=locks))

    # Any three locks and the seats.
    assert [rule.kind for rule in found.conflict] == ["locked_in"] * 3 + ["seats"]


def test_nothing_to_choose_from_gives_an_empty_selection() -> None:
    assert solve(Problem((), seats=3)).status == "optimal"
    quota = Quota("q", "province", ("青海",), "at_least", count=1)
    assert solve(Problem((), seats=3, quotas=(quota,))).conflict == (Rule("quota", "q"),)
    assert seats_of(solve(Problem(FOUR, seats=0))) == []


def test_waiting_list_puts_those_that_a_full_quota_keeps_out_last() -> None:
    quota = Quota("q", "province", ("广东",), "at_most", count=1, unknowns="ignore")
    problem = Problem((*FOUR, option("e", "G2", 0.1, province="山东")), seats=2, quotas=(quota,))
    waiting = waiting_list(problem, solve(problem))

    # a and d are in. c: 0.1 * 0.7 = 0.07, e: 0.6 * 0.1 = 0.06, b would add 0.08 but is the second from 广东.
    assert [(some.option.company, some.blocked_by) for some in waiting] == [
        ("c", ()),
        ("e", ()),
        ("b", (Rule("quota", "q"),)),
    ]
    assert [some.adds for some in waiting] == pytest.approx([0.07, 0.06, 0.08])


def test_gain_of_one_more_seat_and_of_a_relaxed_quota() -> None:
    quota = Quota("q", "province", ("广东",), "at_most", count=0, unknowns="ignore")
    problem = Problem(FOUR, seats=2, quotas=(quota,))
    found = solve(problem)  # c and d: 1.1

    # One from 广东: a and d, 1.3. One more seat: nobody is left who may come.
    assert gain_of_relaxing(problem, found, Rule("quota", "q")).gain == pytest.approx(0.2)
    assert gain_of_relaxing(problem, found, Rule("seats")).gain == 0


def test_company_that_is_out_is_explained_by_the_one_that_would_have_to_go() -> None:
    problem = Problem(FOUR, seats=2)
    why = displaced_by(problem, solve(problem), "b")

    # b for a: 0.8 + 0.4 = 1.2 instead of 1.3.
    assert [some.company for some in why.instead_of] == ["a"]
    assert (why.loss, why.full, why.conflict) == (pytest.approx(0.1), (), ())
    assert why.option is not None
    assert why.option.gap == "G1"


def test_company_that_is_out_is_explained_by_the_quota_that_is_full() -> None:
    quota = Quota("q", "province", ("广东",), "at_most", count=1, unknowns="ignore")
    problem = Problem(FOUR, seats=3, quotas=(quota,))
    found = solve(problem)

    assert displaced_by(problem, found, "b").full == (Rule("quota", "q"),)
    locked = Problem(FOUR, seats=3, quotas=(quota,), locked_in=(Lock("a"),))
    assert displaced_by(locked, solve(locked), "b").conflict == (
        Rule("locked_in", "a"),
        Rule("locked_in", "b"),
        Rule("quota", "q"),
    )


def test_company_that_comes_in_is_put_down_to_the_one_that_declined() -> None:
    before = solve(Problem(FOUR, seats=2))
    after = solve(Problem(FOUR, seats=2, locked_out=frozenset({"a"})))
    changes = changes_between(before, after, {"a"})

    assert [(some.kind, some.company, some.because) for some in changes] == [
        ("declined", "a", ()),
        ("added", "b", ("a",)),
    ]


def test_baselines_say_what_they_cover_and_which_rules_they_break() -> None:
    quota = Quota("q", "province", ("广东",), "at_most", count=1, unknowns="ignore")
    problem = Problem(FOUR, seats=2, quotas=(quota,))

    top = top_by_probability(problem)
    assert [some.company for some in top.chosen] == ["a", "b"]
    assert (top.value, top.broken) == (pytest.approx(0.98), (Rule("quota", "q"),))
    assert (greedy(problem).value, greedy(problem).broken) == (pytest.approx(1.3), ())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"seats": -1}, "seats: -1"),
        ({"acceptance_0_1": 1.5}, "acceptance rate: 1.5"),
        ({"options": (option("a", "G1", 1.2),)}, "probability of a for G1: 1.2"),
        ({"options": (option("a"), option("a"))}, "a stands 2 times for G1"),
        ({"weights": {"G1": -1.0}}, "weight of G1"),
        ({"quotas": (Quota("q", "x", ("y",), "at_most"),)}, "quota q: give a count or a share"),
        ({"quotas": (Quota("q", "x", ("y",), "at_most", count=-2),)}, "quota q: -2"),
        ({"locked_in": (Lock("z"),)}, "z: locked in, but no option for any gap"),
        ({"locked_in": (Lock("a", "G2"),)}, "a: locked in, but no option for G2"),
        ({"locked_in": (Lock("a"),), "locked_out": frozenset({"a"})}, "a: locked in and locked out"),
        ({"locked_in": (Lock("a", "G1"), Lock("a"))}, "a company is invited once"),
    ],
)
def test_problem_that_makes_no_sense_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(SelectionInvalid, match=message):
        Problem(**{"options": FOUR, "seats": 2, **fields})  # type: ignore[arg-type]


def test_order_of_equals_is_that_of_their_ids() -> None:
    options = tuple(Option(name, "G1", 0.5) for name in "dbca")
    assert seats_of(solve(Problem(options, seats=2))) == seats_of(solve(Problem(options[::-1], seats=2)))
