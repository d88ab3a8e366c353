"""The engine: a gap in, ranked and explained candidates out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from matching.dictionary import Dictionary
from matching.embedding.protocol import Embedder
from matching.explanation import explain
from matching.index.release import Release, load_release
from matching.query import Query, prepare_query
from matching.records import Candidate, Filters, Gap, MatchResult
from matching.retrieval import DEPTH, Retrieved, retrieve
from matching.scoring import Scored, probability, score
from matching.weights import Weights

ENGINE_VERSION = "3"


class Engine:
    """Matches gaps against one index release. Safe to share between threads: nothing in it changes."""

    def __init__(
        self, release: Release, embedder: Embedder, weights: Weights, dictionary: Dictionary | None = None
    ) -> None:
        self.release = release
        self.weights = weights
        self.dictionary = dictionary or Dictionary()
        self._embedder = embedder

    @classmethod
    def open(
        cls, folder: Path, embedder: Embedder, weights: Weights, dictionary: Dictionary | None = None
    ) -> Engine:
        """The engine over the release in `folder`. Raises IndexMissing, IndexDamaged or IndexMismatch."""
        return cls(load_release(folder, embedder), embedder, weights, dictionary)

    def match(
        self,
        gap: Gap,
        *,
        today: date,
        limit: int = 20,
        offset: int = 0,
        filters: Filters | None = None,
        depth: int = DEPTH,
    ) -> MatchResult:
        """The best `limit` candidates of `gap` after the first `offset`, explained.

        Ties are broken by the company's id, so that the same receipt gives the same ranks.
        Raises EmptyNeed when the need holds nothing to match.
        """
        filters = filters or Filters()
        query, retrieved, scored, order = self._rank(gap, filters, depth)
        candidates = tuple(
            self._explained(scored, retrieved, int(order[place]), place + 1, today)
            for place in range(offset, min(offset + limit, len(order)))
        )
        return MatchResult(
            gap=gap,
            requirements=query.requirements,
            candidates=candidates,
            considered=len(order),
            company_count=len(self.release.companies),
            receipt=self._receipt(gap, query, filters, depth, today),
            best_band=self.weights.band(probability(float(scored.scores[order[0]]))) if len(order) else None,
        )

    def rank_all(self, gap: Gap, *, limit: int, depth: int = DEPTH) -> list[tuple[str, float]]:
        """Company ids with their log-odds, best first, at most `limit`; no reasons, nobody left out."""
        _, _, scored, order = self._rank(gap, Filters(include_delisted=True), depth)
        ids = self.release.companies.ids
        return [(ids[scored.context.companies[i]], float(scored.scores[i])) for i in order[:limit]]

    def _rank(
        self, gap: Gap, filters: Filters, depth: int
    ) -> tuple[Query, Retrieved, Scored, np.ndarray[Any, np.dtype[np.int64]]]:
        query = prepare_query(gap, self.release, self._embedder, self.dictionary)
        retrieved = retrieve(query, self.release, self.release.companies.allowed(filters), depth)
        scored = score(query, self.release, retrieved.companies, self.weights)
        ids = np.array([self.release.companies.ids[i] for i in retrieved.companies], dtype=object)
        # Rounded, so that the last bits of a sum do not decide between equals.
        order = (
            np.lexsort((ids.astype(str), -np.round(scored.scores, 9))) if len(ids) else np.zeros(0, np.int64)
        )
        return query, retrieved, scored, order.astype(np.int64)

    def _explained(
        self, scored: Scored, retrieved: Retrieved, position: int, rank: int, today: date
    ) -> Candidate:
        ranks = (int(retrieved.lexical_rank[position]), int(retrieved.dense_rank[position]))
        return explain(scored, self.weights, position, rank, today, ranks)

    def _receipt(self, gap: Gap, query: Query, filters: Filters, depth: int, today: date) -> dict[str, Any]:
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
