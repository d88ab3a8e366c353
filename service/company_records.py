"""A company as one checked row of a file says it, and the name by which duplicates are found."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from matching.passages import join_product_names
from matching.records import PASSAGE_FIELDS

MAX_NAME_KEY_CHARS = 300  # the width of company.name_key

# What follows the name proper. A firm keeps its identity when its legal form changes.
_LEGAL_FORM = re.compile(
    r"(?:股份有限责任公司|股份有限公司|有限责任公司|有限公司|股份公司|公司|"
    r"co\.?,?ltd\.?|corporation|limited|corp\.?|inc\.?|ltd\.?)$"
)
_IGNORED_IN_NAMES = re.compile(r"[\s()\[\]{}<>〔〕【】〈〉《》「」『』“”‘’\"'`·•・]")

# The place is one fact in three columns: a new province must not keep the old city.
_PLACE_FIELDS = ("province", "city", "region_code")


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """A product; `revenue_share` in (0, 1], None when not stated."""

    name: str
    revenue_share: float | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class TagRecord:
    """A qualification or honour as stated."""

    code: str
    level: str | None = None
    batch: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class CompanyRecord:
    """One company with every fact that can be imported; None, an empty tuple or "unknown" is not known.

    `former_names` are not stored: they only help to find the company when it was renamed.
    """

    external_id: str
    name: str
    full_name: str | None = None
    uscc: str | None = None
    stock_code: str | None = None
    exchange: str | None = None
    listed_on: date | None = None
    founded_on: date | None = None
    status: str | None = None
    ownership: str = "unknown"
    province: str | None = None
    city: str | None = None
    region_code: str | None = None
    industry: str | None = None
    employees: int | None = None
    reg_capital_wan: Decimal | None = None
    main_business: str | None = None
    business_scope: str | None = None
    description: str | None = None
    technologies: str | None = None
    products_text: str | None = None
    products: tuple[ProductRecord, ...] = ()
    tags: tuple[TagRecord, ...] = ()
    data_year: int | None = None
    former_names: tuple[str, ...] = ()

    @property
    def name_key(self) -> str:
        """The normalised full name, or short name where no other is known."""
        return name_key(self.full_name or self.name)

    @property
    def product_names(self) -> str | None:
        """The names of the products as one stored text."""
        return join_product_names([product.name for product in self.products]) or None

    @property
    def texts(self) -> dict[str, str]:
        """Field → text of all that is cut into passages."""
        return {field: text for field in PASSAGE_FIELDS if (text := getattr(self, field))}

    @property
    def content_hash(self) -> str:
        """sha256 of all facts, 64 hex digits; the number in the source is none of them."""
        facts = {field: _plain(getattr(self, field)) for field in FACT_FIELDS}
        return hashlib.sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


FACT_FIELDS = tuple(f.name for f in fields(CompanyRecord) if f.name not in ("external_id", "former_names"))


def name_key(name: str) -> str:
    """`name` as duplicates are found by: width, case, blanks, brackets and the legal form do not count.

    The key of a key is the key itself.
    """
    key = name
    while True:
        folded = _IGNORED_IN_NAMES.sub("", unicodedata.normalize("NFKC", key).lower())
        # A name of nothing but brackets keeps them: an empty key would be everybody's.
        shorter = (_LEGAL_FORM.sub("", folded) or folded or key)[:MAX_NAME_KEY_CHARS]
        if shorter == key:
            return key
        key = shorter


def known_facts(record: CompanyRecord) -> frozenset[str]:
    """The fields that `record` states. A legal name that stands in for the short name states none."""
    stated = {field for field in FACT_FIELDS if getattr(record, field) not in (None, (), "unknown")}
    if record.name == record.full_name:
        stated.discard("name")
    return frozenset(stated)


def merge_records(older: CompanyRecord, newer: CompanyRecord, settled: Collection[str] = ()) -> CompanyRecord:
    """`older` with what `newer` states; what it leaves empty stays, and so do the `settled` fields."""
    changes: dict[str, Any] = {
        field: getattr(newer, field)
        for field in known_facts(newer)
        if field not in settled and field not in _PLACE_FIELDS
    }
    was_renamed = "full_name" in changes and name_key(changes["full_name"]) != older.name_key
    if was_renamed and "name" not in settled:
        changes["name"] = newer.name
    if changes.get("stock_code", older.stock_code) != older.stock_code and "exchange" not in settled:
        changes["exchange"] = newer.exchange
    changes.update(_changed_place(older, newer, settled))
    return replace(older, **changes)


def _changed_place(older: CompanyRecord, newer: CompanyRecord, settled: Collection[str]) -> dict[str, Any]:
    """The place of `newer` where it says another one or says it more closely."""
    if newer.province is None:
        fills = older.city is None and newer.city is not None and older.province is None
        return {"city": newer.city, "region_code": newer.region_code} if fills else {}
    is_same = newer.province == older.province
    is_closer = is_same and newer.city is not None and (older.city is None or "city" not in settled)
    is_other = not is_same and (older.province is None or "province" not in settled)
    if is_closer or is_other:
        return {field: getattr(newer, field) for field in _PLACE_FIELDS}
    return {}


def _plain(value: Any) -> Any:
    """`value` as JSON can hold it."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"  # as the database keeps it
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, ProductRecord | TagRecord):
        return [_plain(getattr(value, slot)) for slot in value.__slots__]
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def record_as_json(record: CompanyRecord) -> dict[str, Any]:
    """All of `record` as JSON can hold it, to be read back by `record_from_json`."""
    return {f.name: _plain(getattr(record, f.name)) for f in fields(CompanyRecord)}


def record_from_json(values: dict[str, Any]) -> CompanyRecord:
    """The record that `record_as_json` wrote."""
    known = dict(values)
    for name in ("listed_on", "founded_on"):
        known[name] = _day(known[name])
    capital = known["reg_capital_wan"]
    known["reg_capital_wan"] = None if capital is None else Decimal(capital)
    known["products"] = tuple(ProductRecord(*row) for row in known["products"])
    known["tags"] = tuple(
        TagRecord(code, level, batch, _day(start), _day(end), source)
        for code, level, batch, start, end, source in known["tags"]
    )
    known["former_names"] = tuple(known["former_names"])
    return CompanyRecord(**known)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
