"""How much of the whole gap the company covers."""

from __future__ import annotations

import numpy as np

from matching.signals.context import Context, Signal


def measure(context: Context) -> Signal:
    """Mean strength over `must` and `should` requirements, weighed by the curator: 0 to 1.

    `should` requirements carry half their weight: they add, but a gap is not filled by them.
    """
    positions = context.by_level("must", "should")
    if not len(positions):
        return Signal(np.zeros(len(context.companies)), ~context.none_missing())
    halves = np.array([1.0 if context.query.requirements[i].level == "must" else 0.5 for i in positions])
    weights = context.weights(positions) * halves
    if weights.sum() <= 0:  # the curator weighs none of them: nothing is known of the whole
        return Signal(np.zeros(len(context.companies)), ~context.none_missing())
    return Signal(context.best[:, positions] @ (weights / weights.sum()), context.none_missing())
