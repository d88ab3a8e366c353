"""Agreement with what the gap's title names."""

from __future__ import annotations

import numpy as np

from matching.signals.context import Context, Signal

# As in nearest_words.
MOST = 1.2


def measure(context: Context) -> Signal:
    """Strength of the best passage for a topic of the title, beside the nearest of the base: 0 to 1.

    The need lists examples (凿岩机、潜孔钻车); the title says what they are examples of (矿山与隧道装备).
    Titles name their thing more or less as companies do, so strength is read against the ten passages of the
    base that speak of it most. Missing when the title names nothing.
    """
    if not context.topics.shape[1]:
        return Signal(np.zeros(len(context.companies)), ~context.none_missing())
    strength = context.largest(context.topics.max(axis=1))
    return Signal(np.clip(strength / context.query.topic_level / MOST, 0.0, 1.0), context.none_missing())
