"""Which passages carry a signal: what to quote beside a contribution, so that it can be checked.

A signal is a number over all that a company says; most of it comes from a few passages. A signal that is not
named here has no passage of its own: it stands on the rows of the requirements, or on a fact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.records import PASSAGE_FIELDS
from matching.signals import Context, agreeing_fields, main_business
from matching.signals.context import Values

Rows = NDArray[np.int64]

# Below this a passage agrees by chance: it carries nothing worth quoting.
WORTH_QUOTING = 0.3
MOST_PRODUCTS = 2

_INDUSTRY = PASSAGE_FIELDS.index("industry")


def carriers(context: Context, position: int) -> dict[str, Rows]:
    """Rows of `context` that carry each signal for the company at `position`, the strongest first."""
    own = of_one(context, position)
    first = int(context.starts[position])
    return {name: first + find(own) for name, find in CARRIERS.items()}


def of_one(context: Context, position: int) -> Context:
    """`context` with nothing but the company at `position`."""
    start = int(context.starts[position])
    last = position + 1 == len(context.starts)
    own = slice(start, len(context.mentions) if last else int(context.starts[position + 1]))
    return replace(
        context,
        companies=context.companies[position : position + 1],
        mentions=context.mentions[own],
        starts=np.zeros(1, dtype=np.int64),
        strengths=context.strengths[own],
        best=context.best[position : position + 1],
        topics=context.topics[own],
        lacking=context.lacking[own],
    )


def _of_core_business(own: Context) -> Rows:
    return _best(own.agreement() * own.release.centrality.central[own.mentions])


def _of_main_business(own: Context) -> Rows:
    agreement = own.agreement()
    agreement = np.where(agreement > main_business.AGREES, agreement, 0.0)
    parts = own.release.centrality.product_part[own.mentions] * agreement
    order = np.argsort(-parts, kind="stable")[:MOST_PRODUCTS]
    products = order[parts[order] > 0]
    if len(products):
        return products
    return _best(own.release.centrality.prose_part[own.mentions] * agreement, 0.0)


def _of_title_agreement(own: Context) -> Rows:
    return _best(own.topics.max(axis=1, initial=0.0))


def _of_agreeing_fields(own: Context) -> Rows:
    agreement = own.agreement()
    fields = own.release.mentions.field[own.mentions]
    found = []
    for place in agreeing_fields.PLACES:
        here = np.isin(fields, [PASSAGE_FIELDS.index(field) for field in place])
        found.append(_best(np.where(here, agreement, 0.0), agreeing_fields.AGREES))
    return np.concatenate(found)


def _of_industry_peers(own: Context) -> Rows:
    """The narrowest class of its industry stands last."""
    return np.flatnonzero(own.release.mentions.field[own.mentions] == _INDUSTRY)[-1:]


def _of_word_agreement(own: Context) -> Rows:
    """The passage with most of the words asked for, weighed as they are asked."""
    words = own.query.words
    texts = [own.release.phrases.texts[text] for text in own.release.mentions.text[own.mentions]]
    return _best(np.array([sum(w for word, w in words.items() if word in text) for text in texts]), 0.0)


def _of_overall_similarity(own: Context) -> Rows:
    """The passage whose meaning is nearest to the need's."""
    texts = own.release.mentions.text[own.mentions].astype(np.int64)
    cosines = own.release.store.vectors(texts) @ own.query.need_vector
    return _best(np.where(own.release.embedded[texts], cosines, 0.0), 0.0)


def _best(values: Values | NDArray[Any], above: float = WORTH_QUOTING) -> Rows:
    """The row of the largest of `values`, if it is more than `above`."""
    if not len(values) or values.max() <= above:
        return np.zeros(0, dtype=np.int64)
    return np.array([int(values.argmax())], dtype=np.int64)


CARRIERS: Mapping[str, Callable[[Context], Rows]] = {
    "core_business": _of_core_business,
    "main_business": _of_main_business,
    "title_agreement": _of_title_agreement,
    "agreeing_fields": _of_agreeing_fields,
    "word_agreement": _of_word_agreement,
    "overall_similarity": _of_overall_similarity,
    "industry_peers": _of_industry_peers,
}
