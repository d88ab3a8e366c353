"""Exact scores: every signal for every candidate company, added up in log-odds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.index.release import Release
from matching.query import Query
from matching.relation import RELATIONS
from matching.signals import SIGNALS, Context, Signal
from matching.signals.context import Values
from matching.weights import Weights

# Cosines are read in spreads above the mean of the release's sample: below LOW nothing is shared but the
# language, HIGH is the same thing in other words.
COSINE_LOW = 2.0
COSINE_HIGH = 7.0
# A passage that names machines for, trade in, or services around a thing that is to be made.
OTHER_RELATION_SHARE = 0.7

_MAKES = RELATIONS.index("makes")


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of the companies in `context`, with the signals that make them up."""

    context: Context
    signals: dict[str, Signal]
    scores: Values  # (C,), log-odds


def score(query: Query, release: Release, companies: NDArray[np.int64], weights: Weights) -> Scored:
    """Log-odds of `companies` (ordinals, ascending) for `query`."""
    context = build_context(query, release, companies)
    signals = {name: measure(context) for name, measure in SIGNALS.items()}
    scores = np.full(len(companies), weights.prior, dtype=np.float64)
    for name, signal in signals.items():
        scores += weights.weights[name] * signal.values
    return Scored(context, signals, scores)


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
    return Context(query, release, companies, mentions, starts, strengths, best)


def _strengths(query: Query, release: Release, mentions: NDArray[np.int64]) -> Values:
    """How far each passage fulfils each requirement, (M, R): half by characters, half by meaning."""
    texts, place = np.unique(release.mentions.text[mentions], return_inverse=True)
    cosines = release.store.vectors(texts.astype(np.int64)) @ query.vectors.T
    meaning = (cosines - query.cosine_mean) / query.cosine_spread
    meaning = np.clip((meaning - COSINE_LOW) / (COSINE_HIGH - COSINE_LOW), 0.0, 1.0)
    # A company's name has no vector: it says what the company was founded for, so it counts half at most.
    meaning[~release.embedded[texts]] = 0.0
    coverage = np.stack([some[texts] for some in query.coverage], axis=1)
    strengths = 0.5 * coverage + 0.5 * meaning
    other = (release.relation[texts] != _MAKES)[:, None] & query.makes[None, :]
    return np.asarray(np.where(other, OTHER_RELATION_SHARE * strengths, strengths)[place], dtype=np.float64)
