"""Likeness in meaning between the need and the company as a whole."""

from __future__ import annotations

import numpy as np

from matching.signals.context import Context, Signal

# Distance above the base's mean, in spreads, that counts as full likeness; hardly any company exceeds it.
FULL_LIKENESS = 5.0
_SAMPLE_STEP_COMPANIES = 2000


def measure(context: Context) -> Signal:
    """Cosine of the need with the mean of the company's passages, above the base's mean: 0 to 1.

    Missing when the company has no text but its name.
    """
    vectors = context.release.company_vectors
    present = np.flatnonzero(vectors.any(axis=1))
    step = max(1, len(present) // _SAMPLE_STEP_COMPANIES)
    sample = vectors[present[::step]] @ context.query.need_vector
    mean, spread = (float(sample.mean()), float(sample.std())) if len(sample) else (0.0, 1.0)
    cosines = vectors[context.companies] @ context.query.need_vector
    missing = np.asarray(~vectors[context.companies].any(axis=1), dtype=np.bool_)
    values = np.clip((cosines - mean) / max(spread, 1e-3) / FULL_LIKENESS, 0.0, 1.0).astype(float)
    return Signal(np.where(missing, 0.0, values), missing)
