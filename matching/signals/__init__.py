"""Signals: one comparison a file. `SIGNALS` is their order in every explanation."""

from __future__ import annotations

from collections.abc import Callable

from matching.signals import (
    agreeing_fields,
    core_business,
    excluded_product,
    industry_peers,
    main_business,
    nearest_words,
    overall_similarity,
    requirement_coverage,
    title_agreement,
    unheard_need,
    word_agreement,
)
from matching.signals.context import Context, Signal

SIGNALS: dict[str, Callable[[Context], Signal]] = {
    "requirement_coverage": requirement_coverage.measure,
    "core_business": core_business.measure,
    "main_business": main_business.measure,
    "title_agreement": title_agreement.measure,
    "agreeing_fields": agreeing_fields.measure,
    "word_agreement": word_agreement.measure,
    "nearest_words": nearest_words.measure,
    "overall_similarity": overall_similarity.measure,
    "industry_peers": industry_peers.measure,
    "excluded_product": excluded_product.measure,
    "unheard_need": unheard_need.measure,
}

__all__ = ["SIGNALS", "Context", "Signal"]
