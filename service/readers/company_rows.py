"""From the values of a row to a checked company record, with an issue for each value that did not fit.

An error rejects the row: without a name, or with a wrong code, it could become another company's facts. Any
other value that cannot be read is left out with a warning, for what is not known weighs nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.company_records import CompanyRecord, ProductRecord, TagRecord, name_key
from service.readers.company_codes import read_stock_code, read_uscc
from service.readers.company_columns import (
    COLUMN_BY_FIELD,
    NAME_FIELDS,
    ColumnMatch,
    field_for,
    unit_in_header,
)
from service.readers.company_issues import Finding, Issue, issue_at
from service.readers.company_lists import read_products, read_tags, split_items
from service.readers.company_places import read_place
from service.readers.company_tables import TableRow
from service.readers.company_values import (
    clean_text,
    read_amount_wan,
    read_count,
    read_date,
    read_ownership,
    read_status,
    read_year,
)

MAX_NAME_CHARS = 200
MAX_FULL_NAME_CHARS = 300
MAX_ID_CHARS = 64
MAX_TEXT_CHARS = 50_000
_LIMITS = {"industry": 200, "exchange": 16, "stock_code": 16}
# A name that ends so is the legal one; it is stored as full name too, to be found by words.
_LEGAL_ENDINGS = (
    "公司",
    "厂",
    "集团",
    "合作社",
    "研究院",
    "研究所",
    "事务所",
    "中心",
    "(有限合伙)",
    "（有限合伙）",
)
# How a whole column is written is said once for the file and not on every row.
_SAID_ONCE = {"unit_assumed", "share_as_percent"}

# The invented company of the template. Whoever forgets to delete its row must not get it into the base.
EXAMPLE_NAME = "示例高新材料（兰州）有限公司"
EXAMPLE_USCC = "91620100MA00EXAMP0"


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A row as read: `record` is None where an error rejects it or it is the template's example.

    `has_own_id`: the id is from the file and not made from code or name.
    """

    number: int
    record: CompanyRecord | None
    issues: tuple[Issue, ...]
    has_own_id: bool = False

    @property
    def is_rejected(self) -> bool:
        return any(issue.severity == "error" for issue in self.issues)


@dataclass(slots=True)
class CompanyRowReader:
    """Reads the rows of one table. `today` bounds dates.

    With `keeps_faulty`, a row whose only fault is a wrong code gives a record without the code.
    """

    columns: ColumnMatch
    today: date
    keeps_faulty: bool = False
    _said: set[tuple[str, str]] = field(default_factory=set)

    def read(self, row: TableRow) -> ParsedRow:
        """The record of `row` and its issues."""
        if row.problem:
            value = row.values.get("", "") or ""
            return ParsedRow(row.number, None, (issue_at(row.number, "", value, row.problem),))
        return _RowParse(self, row).parsed()


class _RowParse:
    """One row while it is read: raw values by field, and the issues found so far."""

    def __init__(self, reader: CompanyRowReader, row: TableRow) -> None:
        self.reader = reader
        self.row = row
        self.headers: dict[str, str] = {}
        self.issues: list[Issue] = []
        for header in row.values:
            name = reader.columns.field_of(header)
            if name and row.values[header] not in (None, ""):
                self.headers.setdefault(name, header)

    def parsed(self) -> ParsedRow:
        """The row as a whole."""
        names = self.names()
        uscc = self.value("uscc", read_uscc)
        is_example = uscc == EXAMPLE_USCC or (names is not None and EXAMPLE_NAME in names)
        if is_example:
            self.note("uscc", Finding("example_row"))
            return ParsedRow(self.row.number, None, tuple(self.issues))
        own_id = self.own_id()
        has_error = any(issue.severity == "error" for issue in self.issues)
        if names is None or (has_error and not self.reader.keeps_faulty):
            return ParsedRow(self.row.number, None, tuple(self.issues))
        record = self.record(names, uscc, own_id)
        return ParsedRow(self.row.number, record, tuple(self.issues), own_id is not None)

    def record(self, names: tuple[str, str | None], uscc: str | None, own_id: str | None) -> CompanyRecord:
        name, full_name = names
        stock_code, exchange = self.stock()
        place = self.place()
        products, prose = self.products()
        return CompanyRecord(
            external_id=own_id or uscc or id_of_name(full_name or name),
            name=name,
            full_name=full_name,
            uscc=uscc,
            stock_code=stock_code,
            exchange=self.text("exchange") or exchange,
            listed_on=self.value("listed_on", lambda raw: read_date(raw, self.reader.today)),
            founded_on=self.value("founded_on", lambda raw: read_date(raw, self.reader.today)),
            status=self.value("status", read_status),
            ownership=self.value("ownership", read_ownership) or "unknown",
            **place,
            industry=self.text("industry"),
            employees=self.value("employees", read_count),
            reg_capital_wan=self.value(
                "reg_capital", lambda raw: read_amount_wan(raw, self.unit("reg_capital"))
            ),
            main_business=self.text("main_business"),
            business_scope=self.text("business_scope"),
            description=self.text("description"),
            technologies=self.technologies(),
            products_text=self.text("products_text") or prose,
            products=products,
            tags=self.tags(),
            data_year=self.value("data_year", lambda raw: read_year(raw, self.reader.today)),
            former_names=tuple(split_items(self.text("former_names") or "")),
        )

    # Names and numbers

    def names(self) -> tuple[str, str | None] | None:
        """(short name, full name); None, with an error noted, where the row has no usable name."""
        given = self.text("name", MAX_FULL_NAME_CHARS, "name_too_long")
        full = self.text("full_name", MAX_FULL_NAME_CHARS, "name_too_long")
        short = self.text("short_name", MAX_NAME_CHARS, "name_too_long")
        if short and given:
            full = full or given
        elif full is None and given and given.endswith(_LEGAL_ENDINGS):
            full = given
        name = short or given or full
        if name is None:
            if not any(issue.code == "name_too_long" for issue in self.issues):
                self.note("name", Finding("name_missing", severity="error"))
            return None
        # Sheets printed page by page, or put together from several, repeat their header.
        is_header = field_for(name) in NAME_FIELDS
        if is_header or not any(character.isalnum() for character in full or name):
            self.note("name", Finding("name_unreadable", severity="error"))
            return None
        if len(name) > MAX_NAME_CHARS:
            params = {"chars": len(name), "limit": MAX_NAME_CHARS}
            self.note("name", Finding("name_too_long", params, "error"))
            return None
        return name, full

    def own_id(self) -> str | None:
        return self.text("id", MAX_ID_CHARS, "id_too_long")

    def stock(self) -> tuple[str | None, str | None]:
        raw = self.raw("stock_code")
        code, exchange, finding = read_stock_code(raw)
        self.note("stock_code", finding)
        return code, exchange

    # Texts and lists

    def text(self, name: str, limit: int = 0, too_long: str = "text_too_long") -> str | None:
        """The text of a field, None over the limit: a cut text would be quoted as if it were whole."""
        text, finding = clean_text(self.raw(name))
        self.note(name, finding)
        most = limit or _LIMITS.get(name, MAX_TEXT_CHARS)
        if text is not None and len(text) > most:
            is_error = too_long != "text_too_long"
            params = {"chars": len(text), "limit": most}
            self.note(name, Finding(too_long, params, "error" if is_error else "warning"))
            return None
        return text

    def technologies(self) -> str | None:
        """A text; a JSON list of texts is joined."""
        raw = self.raw("technologies")
        if isinstance(raw, list) and all(isinstance(item, str) for item in raw):
            return clean_text("、".join(raw))[0]
        return self.text("technologies")

    def products(self) -> tuple[tuple[ProductRecord, ...], str | None]:
        is_percent = self.unit("product_shares") in ("%", "百分比")
        found = read_products(self.raw("products"), self.raw("product_shares"), is_percent=is_percent)
        for finding in found.findings:
            column = (
                "product_shares"
                if finding.code.startswith("share") and "product_shares" in self.headers
                else "products"
            )
            self.note(column, finding)
        if found.prose is not None and len(found.prose) > MAX_TEXT_CHARS:
            params = {"chars": len(found.prose), "limit": MAX_TEXT_CHARS}
            self.note("products", Finding("text_too_long", params))
            return found.products, None
        return found.products, found.prose

    def tags(self) -> tuple[TagRecord, ...]:
        tags, findings = read_tags(self.raw("tags"))
        for finding in findings:
            self.note("tags", finding)
        return tags

    def place(self) -> dict[str, str | None]:
        texts = [self.text(name) for name in ("province", "city", "place", "region_code")]
        place, findings = read_place(*texts)
        for found in findings:
            self.note(found.field, found.finding)
        return {"province": place.province, "city": place.city, "region_code": place.region_code}

    # Tools

    def raw(self, name: str) -> Any:
        header = self.headers.get(name)
        return None if header is None else self.row.values[header]

    def value(self, name: str, read: Callable[[Any], tuple[Any, Finding | None]]) -> Any:
        raw = self.raw(name)
        if raw is None:
            return None
        found, finding = read(raw)
        self.note(name, finding)
        return found

    def unit(self, name: str) -> str | None:
        header = self.headers.get(name)
        return None if header is None else unit_in_header(header)

    def note(self, name: str, finding: Finding | None) -> None:
        if finding is None:
            return
        header = self.headers.get(name, COLUMN_BY_FIELD[name].chinese)
        if finding.code in _SAID_ONCE:
            if (header, finding.code) in self.reader._said:
                return
            self.reader._said.add((header, finding.code))
        self.issues.append(issue_at(self.row.number, header, self.raw(name), finding))


def id_of_name(name: str) -> str:
    """The number of a company that comes with neither number nor code: one for each normalised name."""
    return "N" + hashlib.blake2b(name_key(name).encode(), digest_size=8).hexdigest().upper()
