"""A gap made ready for one release: what to look for, where it stands, how specific each requirement is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.dictionary import Dictionary, Expansion
from matching.embedding.protocol import Embedder, Vectors
from matching.index.lexical import Scores, WordIndex, cut_words, whole_words
from matching.index.release import Release
from matching.need import core_term, requirements_of, topics_of
from matching.occurrences import Occurrences, find_occurrences
from matching.records import Gap, Requirement
from matching.relation import relation_of

# A synonym counts nearly as much as the word itself: the difference only settles ties.
SYNONYM_SHARE = 0.95
# A text "has" a requirement when this much of it stands there: used to count how common the requirement is.
COMMON_COVERAGE = 0.75
# A topic of the title has no vector: characters alone.
TOPIC_LIKENESS = 0.6
# Words that say how good a thing is, not what it is: they find everybody who praises himself.
MODIFIER_SHARE = 0.3
# What the nearest of the base have is the mean of so many; where nobody has much of it (these parts of all
# there could be) the nearest are not near.
NEAREST = 10
NEAREST_WORDS_LEAST = 0.3
NEAREST_TOPIC_LEAST = 0.6


@dataclass(frozen=True, slots=True)
class Query:
    """What scoring needs to know of a gap. R requirements, T topics of its title; arrays in their order."""

    gap: Gap
    requirements: tuple[Requirement, ...]
    topics: tuple[str, ...]  # what the title names
    vectors: Vectors  # (R, dim)
    need_vector: Vectors  # (dim,)
    coverage: tuple[Scores, ...]  # R arrays (n_texts,), 0 to 1
    occurrences: tuple[Occurrences, ...]  # R
    topic_coverage: tuple[Scores, ...]  # T
    topic_occurrences: tuple[Occurrences, ...]  # T
    cosine_mean: NDArray[np.float32]  # (R,): of each requirement against the release's sample
    cosine_spread: NDArray[np.float32]  # (R,)
    common: NDArray[np.int64]  # (R,): how many texts name each requirement
    specificity: NDArray[np.float32]  # (R,): 1 for what nobody names, near 0 for what all name
    makes: NDArray[np.bool_]  # (R,): whether the requirement itself names a thing to be made
    words: Mapping[str, float]  # the words that a good company's text would hold, with what each counts
    word_scores: Scores  # (n_companies,): BM25
    word_mass: float  # the most that any company could have
    all_word_scores: Scores  # (n_companies,): BM25 of all words of the need alike
    all_word_level: float  # what the nearest companies of the base have of it
    topic_strength: Scores  # (n_texts,): how strongly each speaks of a topic, wherever it stands
    topic_level: float  # how strongly the nearest passages of the base speak of a topic
    said: Scores  # (n_texts,): how much of a `must` or a topic stands in each
    heard: float  # how much of a `must` or of the title stands in one place of the base: 0 to 1


def prepare_query(
    gap: Gap, release: Release, embedder: Embedder, dictionary: Dictionary | None = None
) -> Query:
    """`gap` made ready for `release`. Raises EmptyNeed when there is nothing to match."""
    dictionary = dictionary or Dictionary()
    requirements = requirements_of(gap)
    # A need without a title is its own title, so that the same company is as likely with and without one.
    topics = topics_of(gap.title) or tuple(r.text for r in requirements if r.level == "must")
    vectors = embedder.embed_queries(asked_texts(gap))
    cosines = release.sample @ vectors[1:].T  # (n_sample, R)
    if not len(cosines):
        cosines = np.zeros((1, len(requirements)), dtype=np.float32)
    names = [(r.text, *r.synonyms, core_term(r.text)) for r in requirements]
    expansions = _apart(requirements, [dictionary.expand(some) for some in names])
    topic_names = [(topic, core_term(topic)) for topic in topics]
    topic_expansions = [dictionary.expand(some) for some in topic_names]
    coverage = tuple(_coverage(some, release) for some in names)
    relations = [relation_of(requirement.text) for requirement in requirements]
    occurrences = tuple(
        find_occurrences(expansion, relation, release, requirement.text)
        for expansion, relation, requirement in zip(expansions, relations, requirements, strict=True)
    )
    common = np.array(
        [naming(*some).sum() for some in zip(coverage, occurrences, strict=True)], dtype=np.int64
    )
    topic_coverage = tuple(_coverage(some, release) for some in topic_names)
    topic_occurrences = tuple(
        find_occurrences(expansion, relation_of(topic), release)
        for expansion, topic in zip(topic_expansions, topics, strict=True)
    )
    words = _words(gap, requirements, topics)
    word_scores, word_mass = release.words.weighted(words)
    all_words, all_word_mass = release.words.weighted(Counter(cut_words(_whole(gap, requirements))))
    topic_strength = _topic_strength(topic_coverage, topic_occurrences, len(release.relation))
    musts = [i for i, r in enumerate(requirements) if r.level == "must"]
    said = _said(
        [*(coverage[i] for i in musts), *topic_coverage],
        [*(occurrences[i] for i in musts), *topic_occurrences],
        len(release.relation),
    )
    return Query(
        gap=gap,
        requirements=requirements,
        topics=topics,
        vectors=vectors[1:],
        need_vector=vectors[0],
        coverage=coverage,
        occurrences=occurrences,
        topic_coverage=topic_coverage,
        topic_occurrences=topic_occurrences,
        cosine_mean=cosines.mean(axis=0),
        cosine_spread=np.maximum(cosines.std(axis=0), 1e-3),
        common=common,
        specificity=specificity(len(release.relation), common),
        makes=np.array([relation == "makes" for relation in relations]),
        words=words,
        word_scores=word_scores,
        word_mass=word_mass,
        all_word_scores=all_words,
        all_word_level=max(_nearest(all_words), NEAREST_WORDS_LEAST * all_word_mass),
        topic_strength=topic_strength,
        topic_level=topic_level_of(topic_strength),
        said=said,
        heard=heard_of(said, requirements, release.words),
    )


def _apart(requirements: Sequence[Requirement], expansions: Sequence[Expansion]) -> list[Expansion]:
    """`expansions` where an excluded name inside a wanted one (过氧化氢 in 叔丁基过氧化氢) is not meant."""
    wanted = [
        term.text
        for requirement, expansion in zip(requirements, expansions, strict=True)
        for term in expansion.terms
        if requirement.level != "must_not" and term.kind not in ("part", "wider")
    ]
    return [
        replace(
            expansion,
            terms=tuple(term for term in expansion.terms if term.text not in wanted),
            unlike=(
                *expansion.unlike,
                *(name for name in wanted if any(term.text in name for term in expansion.terms)),
            ),
        )
        if requirement.level == "must_not"
        else expansion
        for requirement, expansion in zip(requirements, expansions, strict=True)
    ]


def _words(gap: Gap, requirements: Sequence[Requirement], topics: Sequence[str]) -> dict[str, float]:
    """The words that a good company's text would hold, with what each counts; nothing excluded."""
    asked = [r for r in requirements if r.level != "must_not"]
    cores = {
        w for name in (*(core_term(r.text) for r in asked), *map(core_term, topics)) for w in cut_words(name)
    }
    return {w: 1.0 if w in cores else MODIFIER_SHARE for w in cut_words(_whole(gap, requirements))}


def _whole(gap: Gap, requirements: Sequence[Requirement]) -> str:
    """All that the gap says it wants, as one text."""
    stated = [r.text for r in requirements if gap.requirements and r.level != "must_not"]
    return "，".join([gap.title, gap.need, *stated])


def _nearest(values: Scores) -> float:
    """The mean of the NEAREST largest of `values`."""
    count = min(NEAREST, len(values))
    return float(np.partition(values, len(values) - count)[len(values) - count :].mean()) if count else 0.0


def topic_level_of(topic_strength: Scores) -> float:
    """What the nearest passages of the base have of a topic."""
    return max(_nearest(topic_strength), NEAREST_TOPIC_LEAST)


def heard_of(said: Scores, requirements: Sequence[Requirement], words: WordIndex) -> float:
    """Whether the base speaks of what is asked at all: 月球采矿机器人 is more than a 机器人.

    The most that one passage says (`Query.said`), or one company has of the words of a `must`.
    """
    heard = float(said.max(initial=0.0))
    if heard < 1.0:
        cores = [core_term(r.text) for r in requirements if r.level == "must"]
        heard = max([heard, *(words.best_share(whole_words(core)) for core in cores)])
    return heard


def _topic_strength(coverage: Sequence[Scores], occurrences: Sequence[Occurrences], n_texts: int) -> Scores:
    best = np.zeros(n_texts, dtype=np.float32)
    for some, exact in zip(coverage, occurrences, strict=True):
        best = np.maximum(best, np.maximum(exact.strength, TOPIC_LIKENESS * some))
    return best


def _said(coverage: Sequence[Scores], occurrences: Sequence[Occurrences], n_texts: int) -> Scores:
    best = np.zeros(n_texts, dtype=np.float32)
    for some, exact in zip(coverage, occurrences, strict=True):
        best = np.maximum(best, np.maximum(exact.strength, some))
    return best


def _coverage(names: Iterable[str], release: Release) -> Scores:
    """How much of the best of `names` stands in each text; all but the first count as synonyms."""
    first, *others = dict.fromkeys(names)
    coverage = release.chars.coverage(first)
    for synonym in others:
        coverage = np.maximum(coverage, SYNONYM_SHARE * release.chars.coverage(synonym))
    return coverage


def naming(coverage: Scores, occurrences: Occurrences) -> NDArray[np.bool_]:
    """Which texts name a requirement, whatever they say of it: (n_texts,)."""
    return np.asarray((coverage >= COMMON_COVERAGE) | (occurrences.strength >= COMMON_COVERAGE))


def specificity(n_texts: int, common: NDArray[np.int64]) -> NDArray[np.float32]:
    """How rare it is among the texts that one names a requirement: 1 for none, 0 for all; (R,)."""
    if n_texts < 3:
        return np.ones(len(common), dtype=np.float32)
    rarity = np.log((n_texts + 1) / (common + 1)) / np.log(n_texts + 1)
    return np.asarray(np.clip(rarity, 0.0, 1.0), dtype=np.float32)


def asked_texts(gap: Gap) -> list[str]:
    """Every text of a gap that is read as a vector: the need as a whole, then its requirements.

    Raises EmptyNeed when there is nothing to match.
    """
    texts = [requirement.text for requirement in requirements_of(gap)]
    need = "：".join(part for part in (gap.title, gap.need) if part) or "、".join(texts)
    return [need, *texts]
