"""Agreement with what the gap's title names."""

from __future__ import annotations

import numpy as np

from matching.signals.context import Context, Signal


def measure(context: Context) -> Signal:
    """Strength of the best passage for a topic of the title: 0 to 1; missing when the title names nothing.

    The need lists examples (凿岩机、潜孔钻车); the title says what they are examples of (矿山与隧道装备).
    """
    if not context.topics.shape[1]:
        return Signal(np.zeros(len(context.companies)), ~context.none_missing())
    return Signal(context.largest(context.topics.max(axis=1)), context.none_missing())
