"""The requirement that the company fulfils best."""

from __future__ import annotations

import numpy as np

from matching.signals.context import Context, Signal, emphasise


def measure(context: Context) -> Signal:
    """Strength of the best `must` requirement, times how specific that requirement is: 0 to 1.

    One product made for sure is worth more than many that are nearly right. Specific words count more than
    words that many companies use (轴承, 助剂), and a requirement that a curator weighs below 1 counts less.
    """
    musts = context.by_level("must")
    if not len(musts):
        return Signal(np.zeros(len(context.companies)), ~context.none_missing())
    share = context.shares(musts) * context.query.specificity[musts]
    return Signal((emphasise(context.best[:, musts]) * share).max(axis=1), context.none_missing())
