"""Whether others of the company's industry are what is sought."""

from __future__ import annotations

import numpy as np

from matching.signals.context import Context, Signal
from matching.signals.overall_similarity import likeness

# So many of the likest companies of the whole base are looked at.
PEERS = 30
# How much words and meaning count among them; set before the weights were learned, on the same judged pairs.
WORDS = 4.0
MEANING = 3.0


def measure(context: Context) -> Signal:
    """The share of the base's likest companies that are of the same industry, itself left out: 0 to 1.

    Relevance feedback over classes instead of words: a company that says little of itself is known by its
    trade. Companies are taken from the whole base, so a filter changes nothing. Missing without an industry.
    """
    release, query = context.release, context.query
    leaves = release.companies.industry_leaf
    missing = np.asarray(leaves[context.companies] == 0, dtype=np.bool_)
    top_words = float(query.word_scores.max(initial=0.0))
    if not len(context.companies) or top_words <= 0:
        return Signal(np.zeros(len(context.companies)), missing)
    everyone = np.arange(len(leaves))
    liking = WORDS * query.word_scores / top_words + MEANING * likeness(context, everyone)[0]
    likest = np.argsort(-liking, kind="stable")[:PEERS]
    weights = np.exp(liking[likest] - liking[likest[0]])
    weights /= weights.sum()
    own = np.zeros(len(leaves))
    own[likest] = weights
    of_leaf = np.bincount(leaves[likest], weights, minlength=int(leaves.max(initial=0)) + 1)
    values = np.clip(of_leaf[leaves[context.companies]] - own[context.companies], 0.0, 1.0)
    return Signal(np.where(missing, 0.0, values), missing)
