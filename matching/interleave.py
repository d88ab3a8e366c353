"""Two rankings as one list that nobody can tell apart, and what verdicts on it say of the two.

Team-draft interleaving (Radlinski, Kurup and Joachims, How Does Clickthrough Data Reflect Retrieval Quality?,
CIKM 2008): as in a game of two captains, who drew the longer straw picks first in each round, always the best
that is left of the own list. Each row belongs to who picked it; a verdict on it is a credit to that side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Team = Literal["a", "b"]

# What a verdict is worth to the side that brought the company.
CREDITS = {"suitable": 1.0, "partly": 0.5, "unsuitable": 0.0}
DRAWS = 10_000


@dataclass(frozen=True, slots=True)
class Drafted:
    """One row of the list and who picked it."""

    item: str
    team: Team


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the lists that were judged say. A list is won by the side with the better mean credit on it.

    `p_value`: two-sided, exact binomial over the lists that were won. `low`, `high`: the 95 % interval of the
    mean difference of credits a − b, by bootstrap over lists. `winner` is None where it could be chance.
    """

    lists: int
    wins_a: int
    wins_b: int
    ties: int
    difference: float
    low: float
    high: float
    p_value: float
    winner: Team | None


def interleave(a: Sequence[str], b: Sequence[str], seed: int) -> list[Drafted]:
    """`a` and `b` (ids, best first, none twice) as one list in which every id stands once."""
    rng = np.random.default_rng(seed)
    rankings: dict[Team, Sequence[str]] = {"a": a, "b": b}
    place: dict[Team, int] = {"a": 0, "b": 0}
    taken: set[str] = set()
    drafted: list[Drafted] = []

    def next_of(team: Team) -> str | None:
        ranking = rankings[team]
        while place[team] < len(ranking) and ranking[place[team]] in taken:
            place[team] += 1
        return ranking[place[team]] if place[team] < len(ranking) else None

    while next_of("a") is not None or next_of("b") is not None:
        first: Team = "a" if rng.random() < 0.5 else "b"
        for team in (first, _other(first)):
            picked = next_of(team)
            if picked is not None:
                taken.add(picked)
                drafted.append(Drafted(picked, team))
    return drafted


def outcome(credits: Sequence[tuple[Sequence[float], Sequence[float]]], seed: int = 0) -> Outcome:
    """What the credits of a and of b on each list say; lists with verdicts on one side only do not count."""
    judged = [(a, b) for a, b in credits if a and b]
    differences = np.array([np.mean(a) - np.mean(b) for a, b in judged])
    wins_a, wins_b = int((differences > 1e-12).sum()), int((differences < -1e-12).sum())
    p_value = _two_sided(wins_a, wins_b)
    low = high = mean = 0.0
    if len(differences):
        rng = np.random.default_rng(seed)
        means = differences[rng.integers(0, len(differences), (DRAWS, len(differences)))].mean(axis=1)
        low, high = (float(q) for q in np.quantile(means, [0.025, 0.975]))
        mean = float(differences.mean())
    winner: Team | None = None
    if p_value < 0.05 and (low > 0 or high < 0):
        winner = "a" if mean > 0 else "b"
    return Outcome(
        len(judged), wins_a, wins_b, len(judged) - wins_a - wins_b, mean, low, high, p_value, winner
    )


def _two_sided(wins_a: int, wins_b: int) -> float:
    """The chance of a division at least as uneven, were each list won by either with equal chance."""
    count, fewer = wins_a + wins_b, min(wins_a, wins_b)
    ways: int = sum(math.comb(count, k) for k in range(fewer + 1))
    return float(min(1.0, 2 * ways / 2**count))


def _other(team: Team) -> Team:
    return "b" if team == "a" else "a"
