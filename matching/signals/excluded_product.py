"""Whether the company is what the gap says it must not be."""

from __future__ import annotations

import numpy as np

from matching.signals.context import Context, Signal, emphasise


def measure(context: Context) -> Signal:
    """Strength of the best `must_not` requirement, 0 to 1; its weight is negative.

    0 when the gap excludes nothing.
    """
    excluded = context.by_level("must_not")
    if not len(excluded):
        return Signal(np.zeros(len(context.companies)), context.none_missing())
    return Signal(emphasise(context.best[:, excluded]).max(axis=1), context.none_missing())
