"""Signals: one comparison a file. `SIGNALS` is their order in every explanation."""

from __future__ import annotations

from collections.abc import Callable

from matching.signals import (
    best_requirement,
    excluded_product,
    main_business,
    overall_similarity,
    requirement_coverage,
    word_agreement,
)
from matching.signals.context import Context, Signal

SIGNALS: dict[str, Callable[[Context], Signal]] = {
    "word_agreement": word_agreement.measure,
    "best_requirement": best_requirement.measure,
    "requirement_coverage": requirement_coverage.measure,
    "main_business": main_business.measure,
    "overall_similarity": overall_similarity.measure,
    "excluded_product": excluded_product.measure,
}

__all__ = ["SIGNALS", "Context", "Signal"]
