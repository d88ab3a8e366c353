"""Whether the company is what the gap says it must not be."""

from __future__ import annotations

import numpy as np

from matching.signals.context import Context, Signal, emphasise


def measure(context: Context) -> Signal:
    """How far the best `must_not` requirement stands above the best `must`, 0 to 1; its weight is negative.

    Both letter by letter. Who makes 聚丙烯 and 聚丙烯酰胺 is no stranger to a gap for 聚丙烯. 0 when the gap
    excludes nothing.
    """
    excluded = context.by_level("must_not")
    if not len(excluded):
        return Signal(np.zeros(len(context.companies)), context.none_missing())
    texts = context.release.mentions.text[context.mentions]
    wanted = np.zeros(len(context.companies))
    for must in context.by_level("must"):
        strength = context.query.occurrences[must].strength[texts].astype(float)
        wanted = np.maximum(wanted, context.largest(strength))
    beyond = emphasise(context.best[:, excluded]).max(axis=1) - emphasise(wanted)
    return Signal(np.maximum(beyond, 0.0), context.none_missing())
