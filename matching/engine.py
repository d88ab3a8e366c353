"""The engine: a gap in, ranked and explained candidates out."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.dictionary import Dictionary
from matching.embedding.protocol import Embedder
from matching.explanation import bands_of, explain
from matching.fame import groups_of, without_fame
from matching.index.facets import FACETS
from matching.index.release import Release, load_release
from matching.query import Query, prepare_query
from matching.records import Band, Candidate, Filters, Gap, MatchResult
from matching.retrieval import DEPTH, Retrieved, retrieve
from matching.scoring import Scored, probability, score
from matching.weights import Weights

ENGINE_VERSION = "3"
SUITABLE: tuple[Band, ...] = ("A", "B", "C")
BANDS: tuple[Band, ...] = (*SUITABLE, "待核")


@dataclass(frozen=True, slots=True)
class Ranking:
    """All companies that were retrieved for a gap, scored; `order` holds their positions, best first."""

    query: Query
    retrieved: Retrieved
    scored: Scored
    order: NDArray[np.int64]
    weights: Weights
    usual: NDArray[np.int64] | None = None  # where fame is taken away: the order without that
    folded: Mapping[int, tuple[int, ...]] = field(default_factory=dict)  # position → others of its group


class Engine:
    """Matches gaps against one index release. Safe to share between threads: nothing in it changes."""

    def __init__(
        self, release: Release, embedder: Embedder, weights: Weights, dictionary: Dictionary | None = None
    ) -> None:
        self.release = release
        self.weights = weights
        self.dictionary = dictionary or Dictionary()
        self.embedder = embedder

    @classmethod
    def open(
        cls, folder: Path, embedder: Embedder, weights: Weights, dictionary: Dictionary | None = None
    ) -> Engine:
        """The engine over the release in `folder`. Raises IndexMissing, IndexDamaged or IndexMismatch."""
        return cls(load_release(folder, embedder), embedder, weights, dictionary)

    def with_dictionary(self, dictionary: Dictionary) -> Engine:
        """An engine over the same release that knows other words."""
        return Engine(self.release, self.embedder, self.weights, dictionary)

    def match(
        self,
        gap: Gap,
        *,
        today: date,
        limit: int = 20,
        offset: int = 0,
        filters: Filters | None = None,
        depth: int = DEPTH,
        count_facets: bool = False,
    ) -> MatchResult:
        """The best `limit` candidates of `gap` after the first `offset`, explained.

        Ties are broken by the company's id, so that the same receipt gives the same ranks. `count_facets`
        also counts what the list could be narrowed to. Raises EmptyNeed when the need holds nothing to match.
        """
        filters = filters or Filters()
        ranking = self.rank(gap, filters, depth=depth)
        scored, order = ranking.scored, ranking.order
        best = self.weights.band(probability(float(scored.scores[order[0]]))) if len(order) else None
        if filters.bands:
            bands = bands_of(scored, self.weights)
            order = order[[bands[position] in filters.bands for position in order]]
        counted = self._count(ranking.query, (scored, filters), depth) if count_facets else (None, None)
        candidates = tuple(
            self.explained(ranking, int(order[place]), place + 1, today)
            for place in range(offset, min(offset + limit, len(order)))
        )
        return MatchResult(
            gap=gap,
            requirements=ranking.query.requirements,
            candidates=candidates,
            considered=len(order),
            company_count=len(self.release.companies),
            receipt=self.receipt(gap, ranking.query, filters, today, depth=depth),
            best_band=best,
            bands=counted[0],
            facets=counted[1],
        )

    def rank_all(
        self, gap: Gap, *, limit: int, depth: int = DEPTH, filters: Filters | None = None
    ) -> list[tuple[str, float]]:
        """Company ids with their log-odds, best first, at most `limit`; no reasons.

        Without `filters` nobody is left out.
        """
        ranking = self.rank(gap, filters or Filters(include_delisted=True), depth=depth)
        scored, order = ranking.scored, ranking.order
        ids = self.release.companies.ids
        return [(ids[scored.context.companies[i]], float(scored.scores[i])) for i in order[:limit]]

    def prepare(self, gap: Gap) -> Query:
        """`gap` as this engine asks it. Raises EmptyNeed."""
        return prepare_query(gap, self.release, self.embedder, self.dictionary)

    def _count(
        self, query: Query, ranked: tuple[Scored, Filters], depth: int
    ) -> tuple[Mapping[Band, int], Mapping[str, Mapping[str, int]]]:
        """Companies of each band, and of each value of each facet.

        A facet counts what the list would hold if only it were chosen anew: the other choices hold. It
        counts companies in band C or above, unless bands are chosen or nobody is: the rest is a long tail
        that no one would narrow a list to.
        """
        scored, filters = ranked
        widest = filters.without_facets()
        if filters != widest:
            scored = self._rank(query, widest, depth).scored
        table = self.release.companies
        of_company = bands_of(scored, self.weights)
        counts = Counter(
            of_company[i] for i in np.flatnonzero(table.allowed(filters)[scored.context.companies])
        )
        wanted = filters.bands or (SUITABLE if any(b in SUITABLE for b in of_company) else BANDS)
        found = np.zeros(len(table), dtype=np.bool_)
        found[scored.context.companies[[band in wanted for band in of_company]]] = True
        plain = replace(widest, listed_only=filters.listed_only, min_employees=filters.min_employees)
        found &= table.allowed(plain)
        chosen = {name: table.chosen(name, filters) for name in FACETS}
        facets = {
            name: table.facets[name].count(
                np.logical_and.reduce([found, *(mask for other, mask in chosen.items() if other != name)])
            )
            for name in FACETS
        }
        return {band: counts[band] for band in BANDS}, facets

    def rank(self, gap: Gap, filters: Filters, *, depth: int = DEPTH) -> Ranking:
        """The companies that pass `filters` and are retrieved for `gap`, scored. Raises EmptyNeed."""
        return self._rank(self.prepare(gap), filters, depth)

    def _rank(self, query: Query, filters: Filters, depth: int) -> Ranking:
        retrieved = retrieve(query, self.release, self.release.companies.allowed(filters), depth)
        scored = score(query, self.release, retrieved.companies, self.weights)
        order = self._order(scored)
        if not filters.hidden_suppliers:
            return Ranking(query, retrieved, scored, order, self.weights)
        scored, weights = without_fame(scored, self.weights)
        heads, folded = self._folded(scored, self._order(scored))
        return Ranking(query, retrieved, scored, heads, weights, order, folded)

    def _order(self, scored: Scored) -> NDArray[np.int64]:
        """Positions best first; rounded, so that the last bits of a sum do not decide between equals."""
        ids = np.array([self.release.companies.ids[i] for i in scored.context.companies], dtype=object)
        if not len(ids):
            return np.zeros(0, np.int64)
        return np.lexsort((ids.astype(str), -np.round(scored.scores, 9))).astype(np.int64)

    def _folded(
        self, scored: Scored, order: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], dict[int, tuple[int, ...]]]:
        """The first of each group in `order`, and the positions of those that stand with it."""
        heads: dict[int, list[int]] = {}
        for position in order.tolist():
            heads.setdefault(int(self._groups[scored.context.companies[position]]), []).append(position)
        folded = {first: tuple(others) for first, *others in heads.values() if others}
        return np.array([first for first, *_ in heads.values()], dtype=np.int64), folded

    @cached_property
    def _groups(self) -> NDArray[np.int64]:
        return groups_of(self.release)

    def explained(self, ranking: Ranking, position: int, rank: int, today: date) -> Candidate:
        """The company at `position` of `ranking` with all its rows."""
        retrieved = ranking.retrieved
        ranks = (int(retrieved.lexical_rank[position]), int(retrieved.dense_rank[position]))
        candidate = explain(ranking.scored, ranking.weights, position, rank, today, ranks)
        if ranking.usual is None:
            return candidate
        companies = ranking.scored.context.companies
        return replace(
            candidate,
            usual_rank=int(np.flatnonzero(ranking.usual == position)[0]) + 1,
            group=tuple(
                self.release.companies.get(int(companies[other]))
                for other in ranking.folded.get(position, ())
            ),
        )

    def receipt(
        self, gap: Gap, query: Query, filters: Filters, today: date, *, depth: int = DEPTH
    ) -> dict[str, Any]:
        """All that is needed to compute the same again."""
        manifest = self.release.manifest
        asked = json.dumps(
            [asdict(gap), [asdict(r) for r in query.requirements], asdict(filters)], ensure_ascii=False
        )
        return {
            "gap": gap.id or None,
            "gap_version": gap.version,
            "asked_sha256": hashlib.sha256(asked.encode("utf-8")).hexdigest(),
            "index_release": manifest["name"],
            "company_snapshot": manifest["snapshot"],
            "embedder": manifest["embedder"],
            "weights": self.weights.version,
            "dictionary": self.dictionary.version,
            "engine": ENGINE_VERSION,
            "code_version": manifest["code_version"],
            "depth": depth,
            "as_of": today.isoformat(),
        }
