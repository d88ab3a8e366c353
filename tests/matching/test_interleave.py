"""Two rankings as one list, and which of them the verdicts favour."""

from __future__ import annotations

import pytest

from matching.interleave import Drafted, interleave, outcome


def test_two_equal_lists_stay_the_list() -> None:
    assert [row.item for row in interleave("xyz", "xyz", seed=1)] == ["x", "y", "z"]


def test_each_side_picks_its_best_that_is_left() -> None:
    rows = interleave(["p", "q", "r"], ["q", "s"], seed=5)
    # Two a round: p and q are picked in the first, whoever begins.
    assert {row.item for row in rows[:2]} in ({"p", "q"},)
    assert next(row.item for row in rows if row.team == "a") in ("p",)
    assert sorted(row.item for row in rows) == ["p", "q", "r", "s"]


def test_a_list_that_ends_leaves_the_rest_to_the_other() -> None:
    assert interleave([], ["x", "y"], seed=0) == [Drafted("x", "b"), Drafted("y", "b")]
    assert interleave([], [], seed=0) == []


def test_who_wins_most_lists_is_the_winner_beyond_chance() -> None:
    found = outcome([([1.0], [0.0])] * 9 + [([0.0], [1.0])])
    assert (found.lists, found.wins_a, found.wins_b, found.ties) == (10, 9, 1, 0)
    # Two-sided: 2 · (1 + 10) / 2^10.
    assert found.p_value == pytest.approx(22 / 1024)
    assert found.difference == pytest.approx(0.8)
    assert 0 < found.low < 0.8 < found.high <= 1
    assert found.winner == "a"


def test_a_few_lists_decide_nothing() -> None:
    found = outcome([([0.0], [1.0])] * 3)
    assert (found.wins_b, found.p_value, found.winner) == (3, 0.25, None)


def test_lists_without_verdicts_on_both_sides_do_not_count() -> None:
    found = outcome([([1.0], []), ([], [0.0]), ([0.5], [0.5])])
    assert (found.lists, found.ties, found.p_value, found.winner) == (1, 1, 1.0, None)
    assert outcome([]).winner is None
