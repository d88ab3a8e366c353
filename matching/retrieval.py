"""Which companies are worth scoring exactly: the union of what vectors, characters and words bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.index.release import Release
from matching.query import Query

# Passages taken from each side for each requirement. Measured on the development half: a deeper search
# brings no further suitable company into the first fifty.
DEPTH = 400


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Ordinals of companies, ascending, with their place on each side (1 is best, 0 for none)."""

    companies: NDArray[np.int64]
    lexical_rank: NDArray[np.int64]
    dense_rank: NDArray[np.int64]


def retrieve(query: Query, release: Release, allowed: NDArray[np.bool_], depth: int = DEPTH) -> Retrieved:
    """The companies that any requirement, or the need as a whole, brings up among those `allowed`."""
    wanted = [i for i, requirement in enumerate(query.requirements) if requirement.level != "must_not"]
    n_texts = len(release.relation)
    # Only what allowed companies say: the nearest passages of a country are hardly those of one province.
    speaks = np.repeat(allowed, np.diff(release.mentions.starts))
    sayable = np.zeros(n_texts, dtype=np.bool_)
    sayable[release.mentions.text[speaks]] = True

    dense_by_text = np.full(n_texts, -np.inf, dtype=np.float32)
    scores, texts = release.store.search(query.vectors[wanted], depth, sayable & release.embedded)
    for row, requirement in enumerate(wanted):
        found = texts[row][texts[row] >= 0]
        z = (scores[row][: len(found)] - query.cosine_mean[requirement]) / query.cosine_spread[requirement]
        dense_by_text[found] = np.maximum(dense_by_text[found], z)
    lexical_by_text = np.zeros(n_texts, dtype=np.float32)
    for requirement in wanted:
        lexical_by_text[_top(np.where(sayable, query.coverage[requirement], 0.0), depth)] = 1.0
        lexical_by_text[_top(np.where(sayable, query.occurrences[requirement].strength, 0.0), depth)] = 1.0
    for topic in query.topic_occurrences:
        lexical_by_text[_top(np.where(sayable, topic.strength, 0.0), depth)] = 1.0

    dense = by_company(dense_by_text, release)
    by_words = np.zeros(len(release.companies), dtype=np.bool_)
    by_words[_top(np.where(allowed, query.word_scores, 0.0), depth)] = True
    found_any = np.isfinite(dense) | (by_company(lexical_by_text, release) > 0) | by_words
    chosen = np.flatnonzero(allowed & found_any & release.has_text)
    return Retrieved(
        companies=chosen,
        lexical_rank=_ranks(query.word_scores, allowed & (query.word_scores > 0))[chosen],
        dense_rank=_ranks(dense, allowed & np.isfinite(dense))[chosen],
    )


def by_company(values: NDArray[np.float32], release: Release) -> NDArray[np.float32]:
    """The largest of `values` (n_texts,) among the texts of each company, −inf without: (n_companies,)."""
    result = np.full(len(release.companies), -np.inf, dtype=np.float32)
    if len(release.mentions.text):
        starts = release.mentions.starts[:-1][release.has_text]
        result[release.has_text] = np.maximum.reduceat(values[release.mentions.text], starts)
    return result


def _top(values: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Ordinals of the largest positive values, at most `count`; ties go to the lower ordinal."""
    positive = np.flatnonzero(values > 0)
    order = np.argsort(-values[positive], kind="stable")[:count]
    return positive[order]


def _ranks(values: NDArray[np.float32], ranked: NDArray[np.bool_]) -> NDArray[np.int64]:
    ranks = np.zeros(len(values), dtype=np.int64)
    members = np.flatnonzero(ranked)
    ranks[members[np.argsort(-values[members], kind="stable")]] = np.arange(1, len(members) + 1)
    return ranks
