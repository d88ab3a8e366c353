"""In how many independent places the company says that it does what is sought."""

from __future__ import annotations

import numpy as np

from matching.records import PASSAGE_FIELDS
from matching.signals.context import Context, Signal, Values

AGREES = 0.55
# Places that are written by different hands or for different ends.
PLACES = (
    ("product_names",),
    ("main_business", "products_text", "description", "business_scope", "technologies"),
    ("industry",),
    ("full_name",),
)


def measure(context: Context) -> Signal:
    """The share of four places (products, sentences, industry, name) where a passage agrees: 0 to 1."""
    if not context.asks_for_something():
        return Signal(np.zeros(len(context.companies)), ~context.none_missing())
    agreement = context.agreement()
    fields = context.release.mentions.field[context.mentions]
    values: Values = np.zeros(len(context.companies))
    for place in PLACES:
        here = np.isin(fields, [PASSAGE_FIELDS.index(field) for field in place])
        values += context.largest(np.where(here, agreement, 0.0)) > AGREES
    return Signal(values / len(PLACES), context.none_missing())
