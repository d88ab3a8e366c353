"""A gap made ready for one release: requirement vectors, word agreement, how specific each requirement is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.embedding.protocol import Embedder, Vectors
from matching.index.lexical import Scores, cut_words
from matching.index.release import Release
from matching.need import requirements_of
from matching.records import Gap, Requirement
from matching.relation import relation_of

# A synonym counts nearly as much as the word itself: the difference only settles ties.
SYNONYM_SHARE = 0.95
# A text "has" a requirement when this much of it stands there: used to count how common the requirement is.
COMMON_COVERAGE = 0.75


@dataclass(frozen=True, slots=True)
class Query:
    """What scoring needs to know of a gap. R requirements; arrays follow their order."""

    gap: Gap
    requirements: tuple[Requirement, ...]
    vectors: Vectors  # (R, dim)
    need_vector: Vectors  # (dim,)
    coverage: tuple[Scores, ...]  # R arrays (n_texts,), 0 to 1
    cosine_mean: NDArray[np.float32]  # (R,): of each requirement against the release's sample
    cosine_spread: NDArray[np.float32]  # (R,)
    specificity: NDArray[np.float32]  # (R,): 1 for what nobody names, near 0 for what all name
    makes: NDArray[np.bool_]  # (R,): whether the requirement itself names a thing to be made
    words: tuple[str, ...]
    word_scores: Scores  # (n_companies,): BM25


def prepare_query(gap: Gap, release: Release, embedder: Embedder) -> Query:
    """`gap` made ready for `release`. Raises EmptyNeed when there is nothing to match."""
    requirements = requirements_of(gap)
    need = "：".join(part for part in (gap.title, gap.need) if part) or "、".join(
        r.text for r in requirements
    )
    vectors = embedder.embed_queries([need, *(requirement.text for requirement in requirements)])
    cosines = release.sample @ vectors[1:].T  # (n_sample, R)
    if not len(cosines):
        cosines = np.zeros((1, len(requirements)), dtype=np.float32)
    coverage = tuple(_coverage(requirement, release) for requirement in requirements)
    words = tuple(cut_words(_wanted_words(gap, requirements)))
    return Query(
        gap=gap,
        requirements=requirements,
        vectors=vectors[1:],
        need_vector=vectors[0],
        coverage=coverage,
        cosine_mean=cosines.mean(axis=0),
        cosine_spread=np.maximum(cosines.std(axis=0), 1e-3),
        specificity=np.array([_specificity(some) for some in coverage], dtype=np.float32),
        makes=np.array([relation_of(requirement.text) == "makes" for requirement in requirements]),
        words=words,
        word_scores=release.words.scores(words),
    )


def _wanted_words(gap: Gap, requirements: tuple[Requirement, ...]) -> str:
    """The words that a good company's text would hold: title, need, requirements, nothing excluded."""
    terms = [r.text for r in requirements if r.level != "must_not"] if gap.requirements else []
    return "，".join(part for part in (gap.title, gap.need, *terms) if part)


def _coverage(requirement: Requirement, release: Release) -> Scores:
    coverage = release.chars.coverage(requirement.text)
    for synonym in requirement.synonyms:
        coverage = np.maximum(coverage, SYNONYM_SHARE * release.chars.coverage(synonym))
    return coverage


def _specificity(coverage: Scores) -> float:
    count = len(coverage)
    if count < 3:
        return 1.0
    common = int((coverage >= COMMON_COVERAGE).sum())
    return float(np.clip(np.log((count + 1) / (common + 1)) / np.log(count + 1), 0.0, 1.0))
