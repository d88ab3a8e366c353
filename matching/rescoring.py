"""One gap scored against companies as they might be: what a change of a company's text does to its score.

The score is that of a match over an index in which the company is really changed, within 1e-6: rarities and
counts are moved by the one company. Three things stay as they are: the sample of passages that cosines are
read against, where the base has more of them than the sample; the mean length of a text as the other
companies feel it, which reaches the changed one only through the peers of its industry and the nearest by
words; and, where only `Known` is at hand, how strongly the nearest texts of the base speak of the title. A
test builds the changed base and compares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matching.edits import Span
from matching.embedding.remembering import RememberingEmbedder
from matching.engine import Engine
from matching.errors import SaysNothing
from matching.explanation import explain
from matching.index.variant import Place, Variant
from matching.query import Query, naming, prepare_query, specificity, topic_level_of
from matching.records import PASSAGE_FIELDS, Candidate, CompanyProfile, Gap
from matching.scoring import Scored, score


@dataclass(frozen=True, slots=True)
class Known:
    """What a gap's query knows of the texts of the whole base: see the fields of Query."""

    common: tuple[int, ...]
    topic_level: float
    heard: float

    @classmethod
    def of(cls, query: Query) -> Known:
        return cls(tuple(query.common.tolist()), query.topic_level, query.heard)


class Rescoring:
    """A gap, ready to be asked of changed companies. Not for several threads at once."""

    def __init__(
        self,
        engine: Engine,
        gap: Gap,
        *,
        query: Query | None = None,
        known: Known | None = None,
        embedder: RememberingEmbedder | None = None,
    ) -> None:
        """`query`: the gap made ready for the release. `known`: of it, where no more of it is at hand.

        `embedder`: one that several gaps share. Raises EmptyNeed.
        """
        self._engine = engine
        self._gap = gap
        self._ready = query
        self._embedder = embedder or RememberingEmbedder(engine.embedder)
        self._known = known or Known.of(self.query)
        self._places: dict[str, Place] = {}

    @cached_property
    def query(self) -> Query:
        """The gap made ready for the release as it is."""
        if self._ready is not None:
            return self._ready
        return prepare_query(self._gap, self._engine.release, self._embedder, self._engine.dictionary)

    def scored(self, company: CompanyProfile) -> Scored:
        """`company` scored alone (position 0) in the place of the one with its id, or as one more.

        Raises SaysNothing for a company without any text.
        """
        place = self._places.get(company.id)
        if place is None:
            place = self._places[company.id] = Place(self._engine.release, self._embedder, company.id)
        return self.over(place.variant(company))

    def over(self, variant: Variant) -> Scored:
        """The changed company of `variant` scored alone. Raises SaysNothing."""
        if not len(variant.release.relation):
            raise SaysNothing(
                f"company {variant.release.companies.ids[variant.ordinal]!r}: has no text to compare: "
                "give what it makes and does"
            )
        query = prepare_query(self._gap, variant.release, self._embedder, self._engine.dictionary)
        return score(
            self._counted(query, variant), variant.release, np.array([variant.ordinal]), self._engine.weights
        )

    def log_odds(self, company: CompanyProfile) -> float:
        """The score of `company` as it stands there, whatever the base holds of it."""
        return float(self.scored(company).scores[0])

    def explained(self, company: CompanyProfile, *, today: date, rank: int = 0) -> Candidate:
        """The same with all its rows; `rank` is the caller's to know."""
        return explain(self.scored(company), self._engine.weights, 0, rank, today)

    def _counted(self, query: Query, variant: Variant) -> Query:
        """`query` knowing the texts of the whole base after the change, not only those of the company."""
        common = np.array(self._known.common, dtype=np.int64) + _naming(query)[:, variant.new].sum(axis=1)
        if len(variant.gone):
            common -= _naming(self.query)[:, variant.gone].sum(axis=1)
        return replace(
            query,
            common=common,
            specificity=specificity(variant.text_count, common),
            topic_level=self._topic_level(query, variant),
            heard=max(self._known.heard, query.heard),
        )

    def _topic_level(self, query: Query, variant: Variant) -> float:
        """That of the base after the change; as it was, where only that is known."""
        if self._ready is None and "query" not in self.__dict__:
            return self._known.topic_level
        before, after = self.query.topic_strength, query.topic_strength
        if not len(before):
            return self._known.topic_level
        return topic_level_of(np.append(np.delete(before, variant.gone), after[variant.new]))


def _naming(query: Query) -> NDArray[np.bool_]:
    """Which texts name each requirement: (R, n_texts)."""
    return np.stack([naming(*some) for some in zip(query.coverage, query.occurrences, strict=True)])


def spans_for(scored: Scored, column: int, least: float) -> list[Span]:
    """Where the only company of `scored` speaks of the requirement at `column` with `least` strength."""
    context = scored.context
    mentions = context.release.mentions
    rows = np.flatnonzero(context.strengths[:, column] >= least)
    return [
        (PASSAGE_FIELDS[mentions.field[i]], int(mentions.start[i]), int(mentions.end[i]))
        for i in context.mentions[rows]
    ]
