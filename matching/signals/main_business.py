"""How much of what the company lives on is what is sought."""

from __future__ import annotations

import numpy as np

from matching.signals.context import Context, Signal

# Agreement below this is another product.
AGREES = 0.45
# A company that speaks in sentences names its trade in one of two clauses.
PROSE_SHARE = 2.0


def measure(context: Context) -> Signal:
    """The part of the company's products, by revenue, that agrees with the need: 0 to 1.

    Products without a stated share count by their place in the list; sentences count by theirs, and the
    better of both is taken. Missing when the company names no product and says nothing of itself.
    """
    centrality = context.release.centrality
    products = centrality.product_part[context.mentions]
    prose = centrality.prose_part[context.mentions]
    agreement = context.agreement()
    agreement = np.where(agreement > AGREES, agreement, 0.0)
    of_products = context.total(products * agreement) / np.maximum(context.total(products), 1e-9)
    of_prose = context.total(prose * agreement) / np.maximum(context.total(prose), 1e-9)
    missing = context.total(products + prose) <= 0
    if not context.asks_for_something():
        missing = ~context.none_missing()
    values = np.clip(np.maximum(of_products, PROSE_SHARE * of_prose), 0.0, 1.0)
    return Signal(np.where(missing, 0.0, values), np.asarray(missing, dtype=np.bool_))
