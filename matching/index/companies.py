"""The companies of a release on disk: a few columns in memory, whole profiles read when they are shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import asdict, replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.errors import UnknownCompany
from matching.index.facets import COLUMNS, FACETS, Facet, facets_of
from matching.records import CompanyProfile, Filters, Product, Tag

_DATES = ("listed_on", "founded_on")
_KEPT_PROFILES = 2048


class CompanyTable:
    """Companies by ordinal, in the order they were given to the build."""

    def __init__(self, path: Path, offsets: NDArray[np.int64], columns: dict[str, Any]) -> None:
        self._path = path
        self._offsets = offsets
        self.ids: list[str] = columns["id"]
        self._ordinals = {company_id: ordinal for ordinal, company_id in enumerate(self.ids)}
        self._province = np.array([value or "" for value in columns["province"]], dtype=object)
        self._listed = np.array([bool(code) for code in columns["stock_code"]], dtype=np.bool_)
        self._delisted = np.array([status == "delisted" for status in columns["status"]], dtype=np.bool_)
        self._employees = np.array([-1 if n is None else n for n in columns["employees"]], dtype=np.int64)
        leaves = [_leaf(value) for value in columns["industry"]]
        names, numbers = np.unique(["", *leaves], return_inverse=True)
        self._leaves = {str(name): number for number, name in enumerate(names)}
        # (n_companies,): the narrowest class of its industry as a number, 0 where none is stated.
        self.industry_leaf = numbers[1:].astype(np.int64)
        self._columns = columns
        self._read: Callable[[int], CompanyProfile] = lru_cache(maxsize=_KEPT_PROFILES)(self._read_uncached)

    @staticmethod
    def write(companies: Iterable[CompanyProfile], folder: Path) -> int:
        """Write `companies` to `folder`; gives how many there were."""
        folder.mkdir(parents=True)
        names = ("id", "industry", *COLUMNS)
        columns: dict[str, list[Any]] = {name: [] for name in names}
        offsets = [0]
        with (folder / "profiles.jsonl").open("wb") as file:
            for company in companies:
                line = json.dumps(_as_json(company), ensure_ascii=False, separators=(",", ":")) + "\n"
                offsets.append(offsets[-1] + file.write(line.encode("utf-8")))
                for name in names:
                    columns[name].append(_column(company, name))
        with (folder / "offsets.npy").open("wb") as out:
            np.save(out, np.array(offsets, dtype=np.int64), allow_pickle=False)
        (folder / "columns.json").write_text(json.dumps(columns, ensure_ascii=False), "utf-8")
        return len(offsets) - 1

    @classmethod
    def load(cls, folder: Path) -> CompanyTable:
        columns = json.loads((folder / "columns.json").read_text("utf-8"))
        return cls(folder / "profiles.jsonl", np.load(folder / "offsets.npy", allow_pickle=False), columns)

    def __len__(self) -> int:
        return len(self.ids)

    def ordinal(self, company_id: str) -> int:
        """The ordinal of a company. Raises UnknownCompany."""
        try:
            return self._ordinals[company_id]
        except KeyError as err:
            raise UnknownCompany(
                f'company {company_id!r} is not in the index: import it and run "lianzhao index build"'
            ) from err

    def find(self, company_id: str) -> int | None:
        """The ordinal of a company; None for one that is not here."""
        return self._ordinals.get(company_id)

    def get(self, ordinal: int) -> CompanyProfile:
        """The whole profile of a company."""
        return self._read(int(ordinal))

    @property
    def employees(self) -> NDArray[np.float64]:
        """(n_companies,): employees, −1 where not stated."""
        return self._employees.astype(np.float64)

    def with_company(self, ordinal: int, company: CompanyProfile) -> CompanyTable:
        """The same companies with `company` in place of the one at `ordinal`; at the end it is one more.

        For reading and scoring it alone: hard conditions go on being those of the company replaced.
        """
        changed = copy(self)
        leaf = self._leaves.get(_leaf(company.industry), len(self._leaves))
        changed.industry_leaf = np.append(self.industry_leaf[:ordinal], leaf)
        changed.industry_leaf = np.append(changed.industry_leaf, self.industry_leaf[ordinal + 1 :])
        changed.ids = [*self.ids[:ordinal], company.id, *self.ids[ordinal + 1 :]]
        changed._ordinals = {**self._ordinals, company.id: ordinal}
        changed._read = lambda some: company if some == ordinal else self.get(some)
        return changed

    @cached_property
    def facets(self) -> dict[str, Facet]:
        """What lists are narrowed by."""
        columns = self._columns
        if not all(name in columns for name in COLUMNS):  # written before they were columns
            companies = [self._read_uncached(ordinal) for ordinal in range(len(self))]
            columns = {name: [_column(company, name) for company in companies] for name in COLUMNS}
        return facets_of(columns)

    def allowed(self, filters: Filters) -> NDArray[np.bool_]:
        """Which companies pass the hard conditions: bool array of shape (n_companies,).

        A company whose value is not known passes conditions on it, except `provinces` and `listed_only`.
        """
        allowed = np.ones(len(self), dtype=np.bool_)
        if filters.exclude_provinces:
            allowed &= ~np.isin(self._province, list(filters.exclude_provinces))
        if filters.listed_only:
            allowed &= self._listed & ~self._delisted
        if filters.min_employees is not None:
            allowed &= (self._employees < 0) | (self._employees >= filters.min_employees)
        if not filters.include_delisted:
            allowed &= ~self._delisted
        for name in FACETS:
            allowed &= self.chosen(name, filters)
        return allowed

    def chosen(self, facet: str, filters: Filters) -> NDArray[np.bool_]:
        """Which companies have a value of `facet` that `filters` choose; all where nothing is chosen."""
        values = FACETS[facet][0](filters)
        if not values:
            return np.ones(len(self), dtype=np.bool_)
        return self.facets[facet].having(values, len(self))

    def _read_uncached(self, ordinal: int) -> CompanyProfile:
        start, end = int(self._offsets[ordinal]), int(self._offsets[ordinal + 1])
        with self._path.open("rb") as file:
            file.seek(start)
            return _from_json(json.loads(file.read(end - start)))


def _leaf(industry: str | None) -> str:
    return (industry or "").rsplit("/", 1)[-1].strip()


def _column(company: CompanyProfile, name: str) -> Any:
    value = getattr(company, name)
    return [tag.code for tag in value] if name == "tags" else value


def _as_json(company: CompanyProfile) -> dict[str, Any]:
    known = asdict(replace(company, texts=dict(company.texts)))  # asdict copies no Mapping but a dict
    for name in _DATES:
        known[name] = known[name].isoformat() if known[name] else None
    for tag in known["tags"]:
        tag["valid_to"] = tag["valid_to"].isoformat() if tag["valid_to"] else None
    return known


def _from_json(known: dict[str, Any]) -> CompanyProfile:
    for name in _DATES:
        known[name] = date.fromisoformat(known[name]) if known[name] else None
    known["products"] = tuple(Product(**product) for product in known["products"])
    known["tags"] = tuple(
        Tag(tag["code"], date.fromisoformat(tag["valid_to"]) if tag["valid_to"] else None)
        for tag in known["tags"]
    )
    return CompanyProfile(**known)
