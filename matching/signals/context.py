"""What every signal sees, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.index.release import Release
from matching.query import Query

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Signal:
    """One value for each company, shape (n_companies,); a value that is `missing` is 0 and weighs nothing."""

    values: Values
    missing: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Context:
    """The companies being scored and how their passages agree with the requirements.

    `companies`: (C,) ordinals. `mentions`: (M,) ordinals of their passages, company by company, with
    `starts` (C,) the first of each. `strengths`: (M, R), 0 to 1, one row a passage. `best`: (C, R).
    `topics`: (M, T), the same for what the gap's title names. `lacking`: (M, R), whether the passage names
    the thing without what sets the requirement apart (电磁线 for 超微细电磁线).
    """

    query: Query
    release: Release
    companies: NDArray[np.int64]
    mentions: NDArray[np.int64]
    starts: NDArray[np.int64]
    strengths: Values
    best: Values
    topics: Values
    lacking: NDArray[np.bool_]

    def met(self, at_least: float) -> NDArray[np.bool_]:
        """Whether any passage fulfils a requirement by `at_least` and lacks nothing of it: (C, R)."""
        surely = (self.strengths >= at_least) & ~self.lacking
        return np.logical_or.reduceat(surely, self.starts, axis=0) if len(surely) else surely

    def by_level(self, *levels: str) -> NDArray[np.int64]:
        """Positions of the requirements of these levels."""
        return np.array(
            [i for i, r in enumerate(self.query.requirements) if r.level in levels], dtype=np.int64
        )

    def weights(self, positions: NDArray[np.int64]) -> Values:
        """The curator's weights of the requirements at `positions`."""
        return np.array([self.query.requirements[i].weight for i in positions], dtype=np.float64)

    def shares(self, positions: NDArray[np.int64]) -> Values:
        """How far the requirements at `positions` count by their weights: whole from 0.7 on."""
        return np.minimum(1.0, self.weights(positions) + 0.3)

    def agreement(self) -> Values:
        """How far each passage speaks of what is sought, a `must` requirement or the title: (M,), 0 to 1."""
        musts = self.by_level("must")
        strengths = [self.strengths[:, musts] * self.shares(musts), self.topics]
        return np.asarray(np.concatenate(strengths, axis=1).max(axis=1, initial=0.0))

    def largest(self, values: Values) -> Values:
        """The largest of `values` (M,) for each company: (C,)."""
        return np.maximum.reduceat(values, self.starts) if len(values) else np.zeros(len(self.companies))

    def total(self, values: Values) -> Values:
        """The sum of `values` (M,) for each company: (C,)."""
        return np.add.reduceat(values, self.starts) if len(values) else np.zeros(len(self.companies))

    def asks_for_something(self) -> bool:
        """Whether there is a `must` requirement or a title to agree with."""
        return bool(len(self.by_level("must")) or self.topics.shape[1])

    def none_missing(self) -> NDArray[np.bool_]:
        return np.zeros(len(self.companies), dtype=np.bool_)


def emphasise(strength: Values) -> Values:
    """Agreement as it counts: weak likeness is nearly nothing, full agreement is 1.

    The bend was set on the development half: below 0.35 two phrases of industry are alike by chance.
    """
    return np.asarray(np.clip((strength - 0.35) / 0.6, 0.0, 1.0) ** 1.5)
