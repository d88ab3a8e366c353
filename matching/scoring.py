"""Exact scores: every signal for every candidate company, added up in log-odds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.index.release import Release
from matching.occurrences import Occurrences
from matching.query import TOPIC_LIKENESS, Query
from matching.records import PASSAGE_FIELDS
from matching.relation import RELATIONS
from matching.signals import SIGNALS, Context, Signal
from matching.signals.context import Values
from matching.weights import Weights

# Cosines are read in spreads above the mean of the release's sample: below LOW nothing is shared but the
# language, HIGH is the same thing in other words.
COSINE_LOW = 2.0
COSINE_HIGH = 7.0
# Likeness without the term itself is never certain; of a look-alike that the dictionary names it is none.
LIKENESS_MOST = 0.7
LOOK_ALIKE = 0.2
# A company's name says what it was founded for, its industry what a register thinks that it does.
FIELD_SHARES = {"full_name": 0.6, "industry": 0.85}
# A passage that names machines for, trade in, or services around a thing that is to be made.
OTHER_RELATION_SHARE = 0.7

_MAKES = RELATIONS.index("makes")
_FIELD_SHARES = np.array([FIELD_SHARES.get(field, 1.0) for field in PASSAGE_FIELDS])


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of the companies in `context`, with the signals that make them up."""

    context: Context
    signals: dict[str, Signal]
    scores: Values  # (C,), log-odds


def score(query: Query, release: Release, companies: NDArray[np.int64], weights: Weights) -> Scored:
    """Log-odds of `companies` (ordinals, ascending) for `query`."""
    context = build_context(query, release, companies)
    signals = measure_signals(context, weights)
    scores = np.full(len(companies), weights.prior, dtype=np.float64)
    for name, signal in signals.items():
        scores += weights.weights[name] * signal.values
    return Scored(context, signals, scores)


def measure_signals(context: Context, weights: Weights) -> dict[str, Signal]:
    """Every signal of `context` as it is weighed."""
    measured = {name: measure(context) for name, measure in SIGNALS.items()}
    return {
        name: Signal(weights.value(name, signal.values), signal.missing) for name, signal in measured.items()
    }


def probability(score_log_odds: float) -> float:
    """The probability of log-odds."""
    if score_log_odds >= 0:
        return 1.0 / (1.0 + math.exp(-score_log_odds))
    odds = math.exp(score_log_odds)
    return odds / (1.0 + odds)


def build_context(query: Query, release: Release, companies: NDArray[np.int64]) -> Context:
    """The passages of `companies` with their strengths for every requirement.

    A company without any passage cannot be compared and must not be among `companies`.
    """
    first, last = release.mentions.starts[companies], release.mentions.starts[companies + 1]
    lengths = last - first
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
    mentions = np.repeat(first - starts, lengths) + np.arange(int(lengths.sum()))
    strengths = _strengths(query, release, mentions)
    best = np.maximum.reduceat(strengths, starts, axis=0) if len(mentions) else strengths
    topics = _topic_strengths(query, release, mentions)
    lacking = np.stack([some.lacking[release.mentions.text[mentions]] for some in query.occurrences], axis=1)
    return Context(query, release, companies, mentions, starts, strengths, best, topics, lacking)


def _strengths(query: Query, release: Release, mentions: NDArray[np.int64]) -> Values:
    """How far each passage fulfils each requirement, (M, R): the term itself, or likeness to it.

    Likeness is half by characters, half by meaning.
    """
    texts, place = np.unique(release.mentions.text[mentions], return_inverse=True)
    cosines = release.store.vectors(texts.astype(np.int64)) @ query.vectors.T
    meaning = (cosines - query.cosine_mean) / query.cosine_spread
    meaning = np.clip((meaning - COSINE_LOW) / (COSINE_HIGH - COSINE_LOW), 0.0, 1.0)
    meaning[~release.embedded[texts]] = 0.0
    coverage = np.stack([some[texts] for some in query.coverage], axis=1)
    likeness = 0.5 * coverage + 0.5 * meaning
    other = (release.relation[texts] != _MAKES)[:, None] & query.makes[None, :]
    likeness = np.where(other, OTHER_RELATION_SHARE * likeness, likeness)
    # Only the thing itself is excluded, letter by letter: 丁腈手套 and 丁腈橡胶 are alike, too.
    likeness[:, [requirement.level == "must_not" for requirement in query.requirements]] = 0.0
    strengths = _with_occurrences(likeness, query.occurrences, texts)
    return strengths[place] * _field_share(release, mentions)[:, None]


def _topic_strengths(query: Query, release: Release, mentions: NDArray[np.int64]) -> Values:
    """The same for the topics of the title, (M, T), by characters alone."""
    if not query.topics:
        return np.zeros((len(mentions), 0))
    texts, place = np.unique(release.mentions.text[mentions], return_inverse=True)
    likeness = TOPIC_LIKENESS * np.stack([some[texts] for some in query.topic_coverage], axis=1)
    strengths = _with_occurrences(likeness, query.topic_occurrences, texts)
    return strengths[place] * _field_share(release, mentions)[:, None]


def _with_occurrences(
    likeness: NDArray[Any], occurrences: Sequence[Occurrences], texts: NDArray[Any]
) -> Values:
    exact = np.stack([some.strength[texts] for some in occurrences], axis=1)
    look_alike = np.stack([some.look_alike[texts] for some in occurrences], axis=1)
    most = np.where(look_alike, LOOK_ALIKE, LIKENESS_MOST)
    return np.asarray(np.maximum(exact, np.minimum(likeness, most)), dtype=np.float64)


def _field_share(release: Release, mentions: NDArray[np.int64]) -> Values:
    return _FIELD_SHARES[release.mentions.field[mentions]]
