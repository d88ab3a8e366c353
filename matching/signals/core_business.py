"""Whether what is sought stands at the centre of the company or at its margin."""

from __future__ import annotations

from matching.signals.context import Context, Signal


def measure(context: Context) -> Signal:
    """The best of agreement times how central the passage is to its company: 0 to 1.

    A product with much of the revenue, the main business, the first clauses of the introduction and the
    industry are central; a small line, or the tenth item of a list, is marginal.
    """
    if not context.asks_for_something():
        return Signal(context.largest(0.0 * context.agreement()), ~context.none_missing())
    central = context.release.centrality.central[context.mentions]
    return Signal(context.largest(context.agreement() * central), context.none_missing())
