"""What a value looks like in a cell, and what a cell means after office programs have had it.

They turn codes into numbers, days into serial numbers, and numbers into text. A cell is compared with what
was exported after both have been read here, so that only what somebody typed counts as an edit.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from service.errors import InvalidInput
from service.form_fields import FormField, Value
from service.i18n import translate
from service.writers.company_files import neutralised

MAX_CELL = 32_000  # a spreadsheet takes 32,767 characters
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DAY = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})日?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?")
_COMPACT_DAY = re.compile(r"(19|20)(\d{2})(\d{2})(\d{2})")
_AMOUNT = re.compile(r"([\d.]+)(万元?|亿元?|元)?")
_UNITS = {
    "": Decimal(1),
    "万": Decimal(1),
    "万元": Decimal(1),
    "亿": Decimal(10_000),
    "亿元": Decimal(10_000),
    "元": Decimal("0.0001"),
}
_EPOCH = date(1899, 12, 30)  # day 0 of spreadsheets, which count a 29 February 1900
_SERIALS = range(20_000, 80_000)  # 1954 to 2118


class BadCell(InvalidInput):
    """A cell that is no value of its column; `code` one of form_problems.ROW_PROBLEMS."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code, self.params = code, params
        super().__init__(f"{code}: {params}")


def cell_value(value: Value, field: FormField, language: str) -> Any:
    """What goes into the cell: text neutralised and of a length that fits, numbers and days as such."""
    if value is None or isinstance(value, int | float | date):
        return value
    if isinstance(value, Decimal):
        return float(value)
    text = str(value)
    if field.kind == "choice":
        text = translate(language, (field.labels or {}).get(text, text))
    return neutralised(cleaned(text)[:MAX_CELL])


def cleaned(text: str) -> str:
    """`text` without what a workbook cannot hold, its line ends as LF, blanks at its ends gone."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        char
        for char in lines
        if char in "\t\n" or (char >= " " and not "\ud800" <= char <= "\udfff" and char not in "\ufffe\uffff")
    )
    return kept.strip()


def read_cell(raw: Any, field: FormField, language: str) -> str | None:
    """What the cell says, as text in one form each kind; None where it is empty.

    Raises BadCell for what is no value of the field.
    """
    if raw is None or (isinstance(raw, str) and not plain_text(raw)):
        return None
    if field.kind == "date":
        return _day(raw).isoformat()
    if field.kind == "number":
        return str(_amount(raw))
    if field.kind == "choice":
        return _choice(raw, field, language)
    return plain_text(raw)


def plain_text(raw: Any) -> str:
    """A cell as text: whole numbers without .0, days in ISO form, the apostrophe before a formula off."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat() if not (raw.hour or raw.minute or raw.second) else raw.isoformat(" ")
    if isinstance(raw, date):
        return raw.isoformat()
    text = cleaned(_ESCAPE.sub(lambda hit: _unescaped(hit[0], hit[1]), str(raw)))
    return text[1:] if text[:1] == "'" and neutralised(text[1:]) == text else text


def same(raw: Any, base: str | None, field: FormField, language: str) -> bool:
    """Whether the cell still says `base`, whatever an office program made of its kind."""
    try:
        found = read_cell(raw, field, language)
    except BadCell:
        return False
    if found == base:
        return True
    if found is None or base is None:
        return False
    return _equal(_as_number(found), _as_number(base)) or _equal(_as_day(found), _as_day(base))


def _unescaped(whole: str, digits: str) -> str:
    char = chr(int(digits, 16))
    return char if char in "\t\n\r" or char < " " else whole


def _day(raw: Any) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        found = _day_of_number(float(raw))
    else:
        text = unicodedata.normalize("NFKC", plain_text(raw))
        match = _DAY.fullmatch(text)
        found = _made(match[1], match[2], match[3]) if match else _day_of_digits(text)
    if found is None:
        raise BadCell("no_day", value=plain_text(raw)[:40])
    return found


def _day_of_number(number: float) -> date | None:
    if number.is_integer() and int(number) > 10_000_000:
        return _day_of_digits(str(int(number)))
    return _EPOCH + timedelta(days=int(number)) if int(number) in _SERIALS else None


def _day_of_digits(text: str) -> date | None:
    match = _COMPACT_DAY.fullmatch(text)
    if match:
        return _made(match[1] + match[2], match[3], match[4])
    try:
        return _day_of_number(float(text)) if len(text) < 8 else None
    except ValueError:
        return None


def _made(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _amount(raw: Any) -> Decimal:
    """An amount in 万元 with two decimals; 亿元 and 元 are understood where they are written."""
    text = unicodedata.normalize("NFKC", plain_text(raw)).replace(",", "").replace(" ", "")
    match = _AMOUNT.fullmatch(text)
    try:
        amount = Decimal(match[1]) * _UNITS[match[2] or ""] if match else None
    except InvalidOperation:
        amount = None
    if amount is None or amount > Decimal(10) ** 12:
        raise BadCell("no_amount", value=plain_text(raw)[:40])
    return amount.quantize(Decimal("0.01"))


def _choice(raw: Any, field: FormField, language: str) -> str:
    text = unicodedata.normalize("NFKC", plain_text(raw)).strip()
    for words in (field.choices(language), field.choices("zh"), field.choices("en")):
        if text in words:
            return words[text]
    if text in (field.labels or {}):
        return text
    known = "、".join(field.choices(language))
    raise BadCell("no_choice", value=text[:40], known=known)


def _as_number(text: str) -> float | None:
    try:
        return round(float(text), 9)
    except ValueError:
        return None


def _equal(one: object, other: object) -> bool:
    return one is not None and one == other


def _as_day(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    return _made(match[1], match[2], match[3]) if match else None
