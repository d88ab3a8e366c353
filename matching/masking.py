"""A company scored anew with some of its passages blanked: what the score would be had it not said them.

Only what the company says changes. What is asked, how rare it is and all other companies stay as they are, so
two scores of one company differ by its passages alone. A blanked passage leaves its place empty: the others
stay where they were.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.index.lexical import cut_words
from matching.index.release import WORD_FIELDS, Release
from matching.query import Query
from matching.records import PASSAGE_FIELDS
from matching.scoring import build_context, measure_signals
from matching.signals import Context
from matching.weights import Weights

Kept = NDArray[np.bool_]

_INDUSTRY = PASSAGE_FIELDS.index("industry")
_BLANK = "。"


@dataclass(frozen=True, slots=True)
class Said:
    """The passages of one company. Arrays of shape (n_passages,), in the order of the index."""

    mentions: NDArray[np.int64]  # ordinals in the release
    text: NDArray[np.int64]  # ordinals of the distinct texts
    length: NDArray[np.int64]  # characters

    def holding(self, spans: Iterable[tuple[str, int, int]], release: Release) -> Kept:
        """Which passages have the text of one of `spans` (field, start, end), wherever it stands."""
        wanted = set(spans)
        found = release.mentions
        quoted = {
            int(found.text[m])
            for m in self.mentions
            if (PASSAGE_FIELDS[found.field[m]], int(found.start[m]), int(found.end[m])) in wanted
        }
        return np.isin(self.text, sorted(quoted))


def passages_of(release: Release, company: int) -> Said:
    """What the company at the ordinal `company` says."""
    first, last = (int(i) for i in release.mentions.starts[company : company + 2])
    mentions = np.arange(first, last)
    lengths = release.mentions.end[mentions] - release.mentions.start[mentions]
    return Said(mentions, release.mentions.text[mentions].astype(np.int64), lengths.astype(np.int64))


class MaskedCompany:
    """One company for one query, to be scored with any part of what it says."""

    def __init__(self, query: Query, release: Release, weights: Weights, company: int) -> None:
        self._query, self._release, self._weights, self._company = query, release, weights, company
        self.said = passages_of(release, company)
        whole = build_context(query, release, np.array([company], dtype=np.int64))
        self._whole = whole
        self._profile = release.companies.get(company)
        # Copies of what is the company's own in arrays over all: written to before each scoring.
        table = copy.copy(release.companies)
        table.industry_leaf = release.companies.industry_leaf.copy()
        self._leaf = int(table.industry_leaf[company])
        self._changed = replace(release, companies=table, company_vectors=release.company_vectors.copy())
        self._word_scores = query.word_scores.copy()
        self._words = release.words.document(company, self._document(self._all()), query.words)

    def score(self, kept: Kept) -> float:
        """Log-odds of the company had it said only the passages `kept`."""
        if not kept.any():
            return self._weights.prior
        own = self._company
        self._changed.companies.industry_leaf[own] = self._leaf if self._keeps_industry(kept) else 0
        self._changed.company_vectors[own] = self._vector(kept)
        self._word_scores[own] = self._words.score(self._document(kept))
        signals = measure_signals(self._context(kept), self._weights)
        return self._weights.prior + sum(
            self._weights.weights[name] * float(signal.values[0]) for name, signal in signals.items()
        )

    def _all(self) -> Kept:
        return np.ones(len(self.said.mentions), dtype=np.bool_)

    def _context(self, kept: Kept) -> Context:
        strengths = self._whole.strengths[kept]
        return replace(
            self._whole,
            query=replace(self._query, word_scores=self._word_scores),
            release=self._changed,
            mentions=self.said.mentions[kept],
            starts=np.zeros(1, dtype=np.int64),
            strengths=strengths,
            best=strengths.max(axis=0, keepdims=True),
            topics=self._whole.topics[kept],
        )

    def _keeps_industry(self, kept: Kept) -> bool:
        """Whether the narrowest class of its industry is among what is kept, or no passage at all."""
        places = np.flatnonzero(self._release.mentions.field[self.said.mentions] == _INDUSTRY)
        return not len(places) or bool(kept[places[-1]])

    def _vector(self, kept: Kept) -> NDArray[np.float32]:
        if kept.all():
            return self._release.company_vectors[self._company]
        texts = self.said.text[kept]
        texts = texts[self._release.embedded[texts]]
        if not len(texts):
            return np.zeros(self._release.company_vectors.shape[1], dtype=np.float32)
        mean = self._release.store.vectors(texts).mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)

    def _document(self, kept: Kept) -> list[str]:
        """The words of the company's text, the passages that are not kept blanked."""
        texts = {field: self._profile.texts.get(field, "") for field in WORD_FIELDS}
        mentions = self._release.mentions
        for mention in self.said.mentions[~kept][::-1].tolist():  # from behind: earlier offsets hold
            field = PASSAGE_FIELDS[mentions.field[mention]]
            if field in texts:
                text = texts[field]
                texts[field] = text[: mentions.start[mention]] + _BLANK + text[mentions.end[mention] :]
        return cut_words("。".join(texts.values()))
