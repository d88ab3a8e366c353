"""What lists of companies are narrowed by: each company's values, ready to be chosen from and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.records import Filters

UNKNOWN = "unknown"
# Persons employed, from below each bound on: those of the statistical classes of industry (统计上大中小微型
# 企业划分办法, 2017), which ask for revenue too; here they are classes of employees alone.
SIZE_BOUNDS = (("micro", 20), ("small", 300), ("medium", 1000))
SIZES = ("large", "medium", "small", "micro", UNKNOWN)


@dataclass(frozen=True, slots=True)
class Facet:
    """Pairs of a company's ordinal and the place of a value in `values`; a company may have several."""

    values: tuple[str, ...]
    company: NDArray[np.int64]
    value: NDArray[np.int64]

    def having(self, chosen: Sequence[str], n_companies: int) -> NDArray[np.bool_]:
        """Which companies have one of `chosen`: bool array of shape (n_companies,)."""
        places = [place for place, value in enumerate(self.values) if value in chosen]
        mask = np.zeros(n_companies, dtype=np.bool_)
        mask[self.company[np.isin(self.value, places)]] = True
        return mask

    def count(self, kept: NDArray[np.bool_]) -> dict[str, int]:
        """How many of the companies in `kept` have each value; values that none has are left out."""
        counts = np.bincount(self.value[kept[self.company]], minlength=len(self.values))
        return {value: int(n) for value, n in zip(self.values, counts, strict=True) if n}


def make_facet(rows: Iterable[Sequence[str]]) -> Facet:
    """A facet of the values that each company has, in the order of the companies."""
    places: dict[str, int] = {}
    pairs = [
        (company, places.setdefault(value, len(places)))
        for company, values in enumerate(rows)
        for value in (values or (UNKNOWN,))
    ]
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Facet(tuple(places), table[:, 0], table[:, 1])


def size_of(employees: int | None) -> str:
    """The class of a number of employees."""
    if employees is None or employees < 0:
        return UNKNOWN
    return next((name for name, bound in SIZE_BOUNDS if employees < bound), "large")


# Facet → the condition of Filters that chooses from it, and the values of one company's columns.
FACETS: dict[str, tuple[Callable[[Filters], Sequence[str]], Callable[[dict[str, Any]], Sequence[str]]]] = {
    "province": (lambda f: f.provinces, lambda c: [c["province"]] if c["province"] else []),
    "ownership": (lambda f: f.ownerships, lambda c: [c["ownership"] or UNKNOWN]),
    "size": (lambda f: f.sizes, lambda c: [size_of(c["employees"])]),
    "listing": (
        lambda f: f.listings,
        lambda c: ["listed" if c["stock_code"] and c["status"] != "delisted" else "not_listed"],
    ),
    "tag": (lambda f: f.tags, lambda c: c["tags"]),
    "year": (lambda f: f.years, lambda c: [str(c["data_year"])] if c["data_year"] else []),
}
COLUMNS = ("province", "ownership", "employees", "stock_code", "status", "tags", "data_year")


def facets_of(columns: dict[str, list[Any]]) -> dict[str, Facet]:
    """All facets of companies given as columns (COLUMNS)."""
    rows = [
        dict(zip(COLUMNS, row, strict=True)) for row in zip(*(columns[name] for name in COLUMNS), strict=True)
    ]
    return {name: make_facet([values(row) for row in rows]) for name, (_, values) in FACETS.items()}
