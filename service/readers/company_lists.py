"""Cells that hold several things: products with their shares of revenue, qualifications with their dates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from service.company_records import ProductRecord, TagRecord
from service.readers.company_issues import Finding
from service.readers.company_values import clean_text, read_date, read_year

MAX_PRODUCT_CHARS = 300
MAX_TAG_CHARS = 100
# The data sets of listed companies write this for a product that is named in the scope without revenue.
NO_REVENUE_SHARE = 0.001
# An item longer than this is a sentence, not a name: the longest product name of the shipped base has 27.
_LONGEST_NAME = 40
_PROSE = re.compile(r"[。！？]|公司|从事|主要产品|包括|应用于|致力于|提供.+服务")

_OPENING, _CLOSING = "(（[【〔", ")）]】〕"
_SEPARATORS = "、；;\n\t|，,"
_BRACKETED_SHARE = re.compile(
    r"[(（\[【]\s*(?:(?:营收|收入|营业收入|销售收入)?(?:占比|比重|比例)?(?:约|为|[:：])?)\s*"
    r"(?P<share>\d+(?:\.\d+)?\s*[%％]|0?\.\d+|1\.0+)\s*[)）\]】]\s*$"
)
_TRAILING_SHARE = re.compile(
    r"(?:(?:占比|占营收|占收入|占)[:：为约]*|[:：]|\s)\s*(?P<share>\d+(?:\.\d+)?\s*[%％])\s*$"
)

_NAME_KEYS = ("name", "产品名称", "产品", "名称", "product")
_SHARE_KEYS = ("revenue_share", "share", "营收占比", "收入占比", "占比")
_YEAR_KEYS = ("year", "年份", "data_year")


@dataclass(slots=True)
class ProductList:
    """The products of one cell, or the cell as prose where it is no list."""

    products: tuple[ProductRecord, ...] = ()
    prose: str | None = None
    findings: tuple[Finding, ...] = ()


def read_products(value: object, shares: object = None, *, is_percent: bool = False) -> ProductList:
    """The products in a cell or a JSON list, with their shares from brackets or from a cell of shares.

    `is_percent`: the header says that bare numbers among `shares` are percentages.
    """
    findings: list[Finding] = []
    if isinstance(value, list):
        found = list(_listed_products(value, findings))
        prose = None
    else:
        text, finding = clean_text(value)
        findings.extend([finding] if finding else [])
        found, prose = _written_products(text, findings) if text else ([], None)
    if shares is not None and found:
        found = _with_shares(found, shares, is_percent, findings)
    return ProductList(_distinct(found), prose, tuple(findings))


def _written_products(text: str, findings: list[Finding]) -> tuple[list[ProductRecord], str | None]:
    items = split_items(text)
    if _PROSE.search(text.rstrip("。 ")) or any(len(item) > _LONGEST_NAME for item in items):
        return [], text
    return [_written_product(item, findings) for item in items], None


def _written_product(item: str, findings: list[Finding]) -> ProductRecord:
    found = _BRACKETED_SHARE.search(item) or _TRAILING_SHARE.search(item)
    name = item[: found.start()].strip() if found else item
    if not found or not name:
        return ProductRecord(item)
    share = _number(found["share"])
    if "%" in unicodedata.normalize("NFKC", found["share"]):
        share = share / 100
    return ProductRecord(name, _checked_share(share, found["share"], name, findings))


def split_items(text: str) -> list[str]:
    """The items of an enumeration; separators in brackets and commas between digits do not part."""
    items, depth, start = [], 0, 0
    for at, character in enumerate(text):
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(depth - 1, 0)
        elif character in _SEPARATORS and not depth and not _is_in_number(text, at):
            items.append(text[start:at])
            start = at + 1
    items.append(text[start:])
    if depth:  # a bracket that never closes must not hide the separators after it
        items = re.split(f"[{_SEPARATORS}]", text)
    return [item for raw in items if (item := raw.strip(" \u3000\xa0.。"))]


def _is_in_number(text: str, at: int) -> bool:
    return text[at] in ",，" and text[at - 1 : at].isdecimal() and text[at + 1 : at + 2].isdecimal()


def _listed_products(values: list[Any], findings: list[Finding]) -> Iterator[ProductRecord]:
    for entry in values:
        item = entry if isinstance(entry, dict) else {"name": entry}
        raw_name = _first(item, _NAME_KEYS)
        name, _ = clean_text(raw_name) if isinstance(raw_name, str) else (None, None)
        if name is None or len(name) > MAX_PRODUCT_CHARS:
            if raw_name not in (None, ""):
                findings.append(Finding("product_unreadable", {"value": str(entry)[:80]}))
            continue
        year, _ = read_year(_first(item, _YEAR_KEYS), date.max)
        yield ProductRecord(name, _stated_share(item, name, findings), year)


def _stated_share(item: dict[str, Any], name: str, findings: list[Finding]) -> float | None:
    """The share of a JSON product: a part of 1, or a text with a percent sign."""
    raw = _first(item, _SHARE_KEYS)
    if raw is None or raw == "" or (raw == NO_REVENUE_SHARE and "revenue_share" not in item):
        return None
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _checked_share(float(raw), str(raw), name, findings)
    share, finding = read_share(raw)
    if finding:
        findings.append(Finding(finding.code, {"value": str(raw)[:80], "product": name}))
    return share


def _first(item: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((item[key] for key in keys if key in item), None)


def _checked_share(share: float, written: str, name: str, findings: list[Finding]) -> float | None:
    if 0 < share <= 1:
        return round(share, 6)
    findings.append(Finding("share_out_of_range", {"value": written, "product": name}))
    return None


# Shares in a column of their own


def read_share(value: object, *, is_percent: bool = False) -> tuple[float | None, Finding | None]:
    """A share in (0, 1]: 62%, 0.62, or 62 as a percentage (with a finding, as nothing says so)."""
    text, finding = clean_text(value)
    if text is None:
        return None, finding
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    found = re.fullmatch(r"(?:约)?(-?\d+(?:\.\d+)?|-?\.\d+)(%?)", plain)
    if not found:
        return None, Finding("share_unreadable")
    number = _number(found[1])
    is_stated = bool(found[2]) or is_percent
    share = number / 100 if is_stated or number > 1 else number
    if not 0 < share <= 1:
        return None, Finding("share_out_of_range", {"product": ""})
    return round(share, 6), None if is_stated or number <= 1 else Finding("share_as_percent")


def _with_shares(
    products: list[ProductRecord], value: object, is_percent: bool, findings: list[Finding]
) -> list[ProductRecord]:
    """`products` with the shares of a second cell in the same order; those in brackets stay."""
    written = split_items(str(value)) if isinstance(value, str) else [value]
    if all(clean_text(one)[0] is None for one in written):
        return products
    if len(written) != len(products):
        params = {"shares": len(written), "products": len(products), "value": str(value)[:80]}
        findings.append(Finding("shares_do_not_fit", params))
        return products
    together = is_percent or any(_is_above_one(one) for one in written)
    shared = []
    for product, one in zip(products, written, strict=True):
        share, finding = read_share(one, is_percent=together)
        if finding is None and together and not is_percent and "%" not in str(one) and "％" not in str(one):
            finding = Finding("share_as_percent")
        if finding:
            findings.append(Finding(finding.code, {"value": str(one)[:80], "product": product.name}))
        shared.append(product if share is None else replace(product, revenue_share=share))
    return shared


def _is_above_one(value: object) -> bool:
    """Whether a bare number stands there that can only be a percentage."""
    text = "".join(unicodedata.normalize("NFKC", str(value)).split())
    return re.fullmatch(r"\d+(?:\.\d+)?", text) is not None and _number(text) > 1


def _number(text: str) -> float:
    return float(unicodedata.normalize("NFKC", text).rstrip("% "))


def _distinct(products: list[ProductRecord]) -> tuple[ProductRecord, ...]:
    """Each name once, at its first place, with the highest share that is stated for it."""
    kept: dict[str, ProductRecord] = {}
    for product in products:
        before = kept.get(product.name)
        if before is None:
            kept[product.name] = product
        elif (product.revenue_share or 0) > (before.revenue_share or 0):
            kept[product.name] = replace(product, year=product.year or before.year)
    return tuple(kept.values())


# Qualifications

_LEVEL = re.compile(r"^(国家级|国家|省级|市级|区级|县级)")
_BATCH = re.compile(r"(?:\d{4}年)?第[一二三四五六七八九十百\d]+批次?|\d{4}年度?(?=$|[,，、;；])")
_DATE = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?"
_PERIOD = re.compile(rf"(?P<start>{_DATE})?\s*(?:至|到|~|～|—|--?)\s*(?P<end>{_DATE})")
_DETAILS = re.compile(r"[(（\[【](?P<inside>[^)）\]】]*)[)）\]】]\s*$")


def read_tags(value: object) -> tuple[tuple[TagRecord, ...], tuple[Finding, ...]]:
    """The qualifications in a cell or a JSON list, each once.

    Brackets at its end may hold batch and validity: 高新技术企业(2022年第一批,2022-11-04至2025-11-03).
    """
    findings: list[Finding] = []
    tags: dict[str, TagRecord] = {}
    if isinstance(value, list):
        found = [_listed_tag(entry) for entry in value]
    else:
        text, finding = clean_text(value)
        findings.extend([finding] if finding else [])
        found = [_written_tag(item) for item in split_items(text or "")]
    for tag in found:
        if tag is None:
            findings.append(Finding("tag_unreadable"))
        elif len(tag.code) > MAX_TAG_CHARS:
            findings.append(Finding("text_too_long", {"chars": len(tag.code), "limit": MAX_TAG_CHARS}))
        else:
            tags.setdefault(tag.code, tag)
    return tuple(tags.values()), tuple(findings)


def _written_tag(item: str) -> TagRecord:
    level = _LEVEL.match(item)
    details = _DETAILS.search(item)
    inside = details["inside"] if details else ""
    period, batch = _PERIOD.search(inside), _BATCH.search(inside)
    if not details or not (period or batch):
        return TagRecord(item, level=level[1] if level else None)
    return TagRecord(
        code=item[: details.start()].strip() or item,
        level=level[1] if level else None,
        batch=batch[0] if batch else None,
        valid_from=_day(period["start"]) if period else None,
        valid_to=_day(period["end"]) if period else None,
    )


def _listed_tag(entry: Any) -> TagRecord | None:
    if isinstance(entry, str) and entry.strip():
        return _written_tag(entry.strip())
    if not isinstance(entry, dict):
        return None
    code, _ = clean_text(_first(entry, ("code", "name", "名称")))
    if code is None:
        return None
    words = {key: clean_text(entry.get(key))[0] for key in ("level", "batch", "source")}
    return TagRecord(
        code=code,
        level=(words["level"] or "")[:32] or None,
        batch=(words["batch"] or "")[:64] or None,
        valid_from=_day(entry.get("valid_from")),
        valid_to=_day(entry.get("valid_to")),
        source=(words["source"] or "")[:200] or None,
    )


def _day(value: object) -> date | None:
    """A date that may be in the future, as the end of a validity is."""
    return read_date(value, date.max)[0]
