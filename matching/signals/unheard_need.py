"""Whether the base speaks of what is asked at all."""

from __future__ import annotations

import numpy as np

from matching.signals.context import Context, Signal

# A need is heard when so much of one requirement stands in one place of the base; below, what is left out
# may be all that matters: 采矿机器人 is 0.55 of 月球采矿机器人. A judgment: no judged need is unheard.
HEARD = 0.85
UNHEARD = 0.45


def measure(context: Context) -> Signal:
    """0 when somebody says what is asked, 1 when all say something else; the same for every company.

    Its weight is negative: it changes no order, it keeps the nearest from passing as suitable.
    """
    value = float(np.clip((HEARD - context.query.heard) / (HEARD - UNHEARD), 0.0, 1.0))
    return Signal(np.full(len(context.companies), value), context.none_missing())
