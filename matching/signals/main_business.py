"""Whether what is sought is what the company lives on."""

from __future__ import annotations

import numpy as np

from matching.signals.context import Context, Signal, emphasise


def measure(context: Context) -> Signal:
    """Revenue share of the product that agrees best with a `must` requirement, times that agreement: 0 to 1.

    Missing when no product of the company states its share. Shares of one company come from different
    breakdowns (by product, by industry), so they are not added up.
    """
    musts = context.by_level("must")
    shares = context.release.mentions.share[context.mentions].astype(float)
    if not len(musts) or not len(context.mentions):
        return Signal(np.zeros(len(context.companies)), ~context.none_missing())
    agreement = emphasise(context.strengths[:, musts]).max(axis=1)
    known = ~np.isnan(shares)
    values = np.maximum.reduceat(np.where(known, np.nan_to_num(shares) * agreement, 0.0), context.starts)
    return Signal(values, ~np.logical_or.reduceat(known, context.starts))
