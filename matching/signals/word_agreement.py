"""Agreement in words between the need and all a company says of itself."""

from __future__ import annotations

from matching.signals.context import Context, Signal


def measure(context: Context) -> Signal:
    """BM25 of the company's words against the need's, as a share of the best company of the base: 0 to 1.

    A share, because BM25 grows with the length of the need and has no scale of its own. A company without
    any text but its name has 0, not missing: its name was compared.
    """
    scores = context.query.word_scores
    top = float(scores.max(initial=0.0))
    values = (
        scores[context.companies].astype(float) / top if top > 0 else 0.0 * context.companies.astype(float)
    )
    return Signal(values, context.none_missing())
