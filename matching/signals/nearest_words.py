"""Agreement in words beside those of the base that agree most."""

from __future__ import annotations

import numpy as np

from matching.signals.context import Context, Signal

# A company that stands out among the nearest is told from them, but not without end.
MOST = 1.2


def measure(context: Context) -> Signal:
    """BM25 of all words of the need, as a share of what the ten nearest companies of the base have: 0 to 1.

    `word_agreement` says how much of a need is spoken of at all, which is little for a long need, whoever
    fits best; this says who is near. Where nobody has much, the nearest are not near
    (`Query.all_word_level`). Companies are taken from the whole base, so a filter changes nothing.
    """
    query = context.query
    scores = query.all_word_scores[context.companies].astype(float)
    values = np.clip(scores / max(query.all_word_level, 1e-9) / MOST, 0.0, 1.0)
    return Signal(values, context.none_missing())
