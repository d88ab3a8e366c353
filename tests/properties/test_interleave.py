"""What holds for any two rankings that are drafted into one list."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from matching.interleave import interleave, outcome

items = st.sampled_from([f"c{i}" for i in range(30)])
rankings = st.lists(items, unique=True, max_size=30)
seeds = st.integers(0, 2**31 - 1)
credits = st.lists(st.sampled_from([0.0, 0.5, 1.0]), max_size=4)


@given(a=rankings, b=rankings, seed=seeds)
def test_every_company_stands_once_and_the_same_seed_gives_the_same_list(
    a: list[str], b: list[str], seed: int
) -> None:
    rows = interleave(a, b, seed)
    assert sorted(row.item for row in rows) == sorted({*a, *b})
    assert interleave(a, b, seed) == rows


@given(a=rankings, b=rankings, seed=seeds)
def test_each_side_keeps_its_order_and_brings_only_its_own(a: list[str], b: list[str], seed: int) -> None:
    rows = interleave(a, b, seed)
    for team, ranking in (("a", a), ("b", b)):
        places = [ranking.index(row.item) for row in rows if row.team == team]
        assert places == sorted(places)


@given(a=rankings, b=rankings, seed=seeds)
def test_no_side_is_ever_more_than_one_row_ahead_while_both_have_companies(
    a: list[str], b: list[str], seed: int
) -> None:
    rows = interleave(a, b, seed)
    taken: set[str] = set()
    count = {"a": 0, "b": 0}
    for row in rows:
        left = {"a": [i for i in a if i not in taken], "b": [i for i in b if i not in taken]}
        if left["a"] and left["b"]:
            assert abs(count["a"] - count["b"]) <= 1
            # In every prefix, the best that either side has left comes within two rows.
            assert row.item in (left["a"][0], left["b"][0])
        taken.add(row.item)
        count[row.team] += 1


@given(a=rankings)
def test_over_many_seeds_both_sides_begin_about_as_often(a: list[str]) -> None:
    if a:
        first = [interleave(a, a, seed)[0].team for seed in range(200)]
        assert 60 <= first.count("a") <= 140


@given(lists=st.lists(st.tuples(credits, credits), max_size=25))
def test_sides_exchanged_give_the_outcome_exchanged(lists: list[tuple[list[float], list[float]]]) -> None:
    found, other = outcome(lists), outcome([(b, a) for a, b in lists])
    assert (found.wins_a, found.wins_b, found.ties) == (other.wins_b, other.wins_a, other.ties)
    assert found.p_value == other.p_value
    assert abs(found.difference + other.difference) < 1e-12
    assert found.low - 1e-9 <= found.difference <= found.high + 1e-9
    assert found.winner is None or {found.winner, other.winner} == {"a", "b"}
