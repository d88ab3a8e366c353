"""Agreement in words between the need and all a company says of itself."""

from __future__ import annotations

import numpy as np

from matching.signals.context import Context, Signal


def measure(context: Context) -> Signal:
    """BM25 of the company's words against the need's, as a share of what could be had: 0 to 1.

    What could be had is every word of the need, weighed by its rarity, so the value means the same for every
    need and base: where no company fits, nobody has much of it. Words that only praise (高性能) count less. A
    company without any text but its name has 0, not missing: its name was compared.
    """
    scores = context.query.word_scores[context.companies].astype(float)
    values = np.clip(scores / max(context.query.word_mass, 1e-9), 0.0, 1.0)
    return Signal(values, context.none_missing())
