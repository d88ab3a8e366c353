"""How central a passage is to its company: what it lives on, or a line among many.

The same words weigh differently as the product with most of the revenue and at the end of a long scope.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matching.records import PASSAGE_FIELDS

if TYPE_CHECKING:
    from matching.index.release import Mentions

Shares = NDArray[np.float64]

# A product with this share of the revenue is the main one.
MAIN_SHARE = 0.5
# A product without a share, of a company that states shares for others.
SILENT_PRODUCT = 0.4
SMALLEST_SHARE = 0.02
# Fields by how near they are to what the company lives on, and how fast their later passages fade.
FIELD_CENTRALITY = {
    "product_names": (0.9, 2.0),
    "main_business": (1.0, 3.0),
    "products_text": (0.8, 3.0),
    "description": (0.95, 4.0),
    "business_scope": (0.35, np.inf),
    "technologies": (0.35, np.inf),
    "industry": (0.9, np.inf),
    "full_name": (0.8, np.inf),
}
PRODUCT = PASSAGE_FIELDS.index("product_names")
PROSE = tuple(PASSAGE_FIELDS.index(field) for field in ("main_business", "products_text", "description"))


@dataclass(frozen=True, slots=True)
class Centrality:
    """Arrays of shape (n_mentions,)."""

    central: Shares  # 0 to 1
    product_part: Shares  # the product's part of the revenue, by its place where no share is stated; else 0
    prose_part: Shares  # weight in what the company says of itself in sentences; else 0


def centrality(mentions: Mentions) -> Centrality:
    """How central every passage of a release is."""
    n_companies = len(mentions.starts) - 1
    owner = np.repeat(np.arange(n_companies), np.diff(mentions.starts))
    place = _places(owner, mentions.field)
    base, fading = (
        np.array(some) for some in zip(*map(FIELD_CENTRALITY.__getitem__, PASSAGE_FIELDS), strict=True)
    )
    central = base[mentions.field] / np.sqrt(1.0 + place / fading[mentions.field])
    is_product = mentions.field == PRODUCT
    share = mentions.share.astype(np.float64)
    known = ~np.isnan(share) & is_product
    share = np.clip(np.nan_to_num(share), 0.0, 1.0)
    states_shares = np.zeros(n_companies, dtype=np.bool_)
    states_shares[owner[known]] = True
    silent = is_product & ~known & states_shares[owner]
    central = np.where(known, np.minimum(1.0, np.sqrt(share / MAIN_SHARE)), central)
    central = np.where(silent, SILENT_PRODUCT, central)
    product_part = np.where(known, np.maximum(share, SMALLEST_SHARE), 1.0 / np.sqrt(1.0 + place))
    product_part = np.where(silent, SMALLEST_SHARE, product_part)
    prose = np.isin(mentions.field, PROSE)
    return Centrality(
        central=central,
        product_part=np.where(is_product, product_part, 0.0),
        prose_part=np.where(prose, 1.0 / np.sqrt(1.0 + place), 0.0),
    )


def _places(owner: NDArray[np.int64], field: NDArray[np.uint8]) -> Shares:
    """The place of every passage among those of the same field and company, from 0."""
    if not len(owner):
        return np.zeros(0)
    starts = np.flatnonzero(np.r_[True, (np.diff(owner) != 0) | (np.diff(field.astype(np.int64)) != 0)])
    lengths = np.diff(np.r_[starts, len(owner)])
    return (np.arange(len(owner)) - np.repeat(starts, lengths)).astype(np.float64)
