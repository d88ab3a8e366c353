"""A company scored anew with some of its passages blanked: what the score would be had it not said them.

Only what the company says changes. What is asked, how rare it is and all other companies stay as they are, so
two scores of one company differ by its passages alone. A blanked passage leaves its place empty: the others
stay where they were, and nothing is cut or embedded anew, which `rescoring` does for a company that really
says other things.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matching.embedding.protocol import Vectors
from matching.index.changed import ChangedWords, mean_length_of
from matching.index.companies import CompanyTable
from matching.index.release import Release, mean_vector, words_of
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
        self._whole = build_context(query, release, np.array([company], dtype=np.int64))
        self._profile = release.companies.get(company)
        self._before = words_of(self._profile)
        self._mean_length = mean_length_of(release.words, company, self._before)
        # Written to before each scoring: the row of this company in an array over all.
        self._vectors = release.company_vectors.copy()

    def score(self, kept: Kept) -> float:
        """Log-odds of the company had it said only the passages `kept`."""
        if not kept.any():
            return self._weights.prior
        signals = measure_signals(self._context(kept), self._weights)
        return self._weights.prior + sum(
            self._weights.weights[name] * float(signal.values[0]) for name, signal in signals.items()
        )

    def _context(self, kept: Kept) -> Context:
        self._vectors[self._company] = self._vector(kept)
        companies = self._release.companies if self._keeps_industry(kept) else self._without_industry
        strengths = self._whole.strengths[kept]
        words = ChangedWords(
            self._release.words, self._company, self._before, self._words(kept), self._mean_length
        )
        word_scores, word_mass = words.weighted(self._query.words)
        return replace(
            self._whole,
            query=replace(self._query, word_scores=word_scores, word_mass=word_mass),
            release=replace(self._release, companies=companies, company_vectors=self._vectors),
            mentions=self.said.mentions[kept],
            starts=np.zeros(1, dtype=np.int64),
            strengths=strengths,
            best=strengths.max(axis=0, keepdims=True),
            topics=self._whole.topics[kept],
        )

    @cached_property
    def _without_industry(self) -> CompanyTable:
        return self._release.companies.with_company(self._company, replace(self._profile, industry=None))

    def _keeps_industry(self, kept: Kept) -> bool:
        """Whether the narrowest class of its industry is among what is kept, or no passage at all."""
        places = np.flatnonzero(self._release.mentions.field[self.said.mentions] == _INDUSTRY)
        return not len(places) or bool(kept[places[-1]])

    def _vector(self, kept: Kept) -> Vectors:
        if kept.all():
            return np.asarray(self._release.company_vectors[self._company])
        texts = self.said.text[kept]
        texts = texts[self._release.embedded[texts]]
        if not len(texts):
            return np.zeros(self._release.company_vectors.shape[1], dtype=np.float32)
        return mean_vector(self._release.store.vectors(texts))

    def _words(self, kept: Kept) -> list[str]:
        """The words of the company's text, the passages that are not kept blanked."""
        texts, mentions = dict(self._profile.texts), self._release.mentions
        for mention in self.said.mentions[~kept][::-1].tolist():  # from behind: earlier offsets hold
            field = PASSAGE_FIELDS[mentions.field[mention]]
            text = texts[field]
            texts[field] = text[: mentions.start[mention]] + _BLANK + text[mentions.end[mention] :]
        return words_of(replace(self._profile, texts=texts))
