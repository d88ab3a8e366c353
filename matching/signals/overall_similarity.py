"""Likeness in meaning between the need and the company as a whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.signals.context import Context, Signal, Values

# Distance above the base's mean, in spreads, that counts as full likeness; hardly any company exceeds it.
FULL_LIKENESS = 5.0
_SAMPLE_STEP_COMPANIES = 2000


def measure(context: Context) -> Signal:
    """Cosine of the need with the mean of the company's passages, above the base's mean: 0 to 1.

    Missing when the company has no text but its name.
    """
    values, missing = likeness(context, context.companies)
    return Signal(values, missing)


def likeness(context: Context, companies: NDArray[np.int64]) -> tuple[Values, NDArray[np.bool_]]:
    """The likeness of `companies` (ordinals) to the need, and which of them have no vector."""
    vectors = context.release.company_vectors
    cosines = vectors @ context.query.need_vector
    without = cosines == 0.0
    without[without] = ~vectors[without].any(axis=1)
    present = np.flatnonzero(~without)
    step = max(1, len(present) // _SAMPLE_STEP_COMPANIES)
    sample = cosines[present[::step]]
    mean, spread = (float(sample.mean()), float(sample.std())) if len(sample) else (0.0, 1.0)
    missing = np.asarray(without[companies], dtype=np.bool_)
    values = np.clip((cosines[companies] - mean) / max(spread, 1e-3) / FULL_LIKENESS, 0.0, 1.0).astype(float)
    return np.where(missing, 0.0, values), missing
