"""Single values as offices write them: dates, amounts, numbers, words that stand for a class.

Each `read_…` gives the value, or None with a finding that says why, or a value with a finding that says how
it was understood. An empty cell and the usual words for nothing give None without a finding.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from service.readers.company_issues import Finding

EARLIEST_DATE = date(1800, 1, 1)
EARLIEST_YEAR = 1990
UNKNOWN_DATE = date(1970, 1, 1)  # what programs make of a date that they do not know
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_SERIALS = range(10_000, 80_001)  # 1927 to 2119

MAX_EMPLOYEES = 10_000_000
MAX_CAPITAL_WAN = Decimal(1_000_000_000)  # ten trillion yuan; the state railway, the largest, has 1.74
# Bare numbers from here on are surely yuan and not 10,000 yuan; which of both is not for us to say.
_MAX_BARE_WAN = Decimal(10_000_000)

_NOTHING_WORDS = (
    "- -- --- — —— – / \\ . * 无 暂无 未知 不详 未填 未填写 待补充 空 n/a na null none nan nil unknown (null)"
)
_NOTHING = frozenset(("", *_NOTHING_WORDS.split()))
_CELL_ERRORS = frozenset(("#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"))
_CONTROL = {code: None for code in (*range(32), 127) if chr(code) not in "\t\n"}
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")  # no database takes NUL or half a character
_LINE_END = re.compile(r"(?:_x000D_|\r)\n?")  # _x000D_ is how xlsx writes CR
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]|_x000D_|&nbsp;")
_BLANKS = " \t\n\u3000\xa0\ufeff\u200b\u200c\u200d\u2060"
# What our own files put before a text that a spreadsheet would take for a formula.
_NEUTRALISED = re.compile(r"^'(?=[=+\-@])")


def clean_text(value: object) -> tuple[str | None, Finding | None]:
    """A cell as text, edges trimmed, inside letter by letter; None where it is empty or says that it is."""
    if value is None:
        return None, None
    if isinstance(value, list | dict):
        return None, Finding("not_text")
    text = _as_written(value)
    if text in _CELL_ERRORS:
        return None, Finding("cell_error")
    is_altered = False
    if _ODD.search(text):
        is_altered = _UNSTORABLE.search(text) is not None
        text = _UNSTORABLE.sub("", text.replace("&nbsp;", " "))
        text = _LINE_END.sub("\n", text).translate(_CONTROL)
    kept = _NEUTRALISED.sub("", text.strip(_BLANKS))
    if kept.lower() in _NOTHING:
        return None, None
    return kept, Finding("characters_replaced") if is_altered else None


def _as_written(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def fold_width(text: str) -> str:
    """`text` in normal width and without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


# Dates and years

_YMD = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?(?:[T日 ]?\d{1,2}[:时]\d{1,2}.*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_XXY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: ?\d{1,2}:\d{2}.*)?")
_NO_DAY = re.compile(r"(\d{4})年?|(\d{4})(?:[-/.]|年)(\d{1,2})月?")


def read_date(value: object, today: date) -> tuple[date | None, Finding | None]:
    """The date, not after `today`. 1970-01-01 means unknown."""
    if isinstance(value, datetime):
        return _plausible(value.date(), today)
    if isinstance(value, date):
        return _plausible(value, today)
    text, finding = clean_text(value)
    if text is None:
        return None, finding
    plain = fold_width(text)
    number = re.fullmatch(r"(\d{5})(?:\.\d+)?", plain)
    if number and int(number[1]) in _EXCEL_SERIALS:
        return _plausible(_EXCEL_EPOCH + timedelta(days=int(number[1])), today)
    whole = _YMD.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if whole:
        return _built(int(whole[1]), int(whole[2]), int(whole[3]), today)
    if found := _XXY.fullmatch(plain):
        return _with_year_last(int(found[1]), int(found[2]), int(found[3]), today)
    return None, Finding("date_incomplete" if _NO_DAY.fullmatch(plain) else "date_unreadable")


def _with_year_last(first: int, second: int, year: int, today: date) -> tuple[date | None, Finding | None]:
    if first > 12:
        return _built(year, second, first, today)
    if second > 12 or first == second:
        return _built(year, first, second, today)
    return None, Finding("date_ambiguous")


def _built(year: int, month: int, day: int, today: date) -> tuple[date | None, Finding | None]:
    try:
        return _plausible(date(year, month, day), today)
    except ValueError:
        return None, Finding("date_unreadable")


def _plausible(found: date, today: date) -> tuple[date | None, Finding | None]:
    if found == UNKNOWN_DATE:
        return None, None
    if not EARLIEST_DATE <= found <= today:
        return None, Finding("date_out_of_range", {"earliest": EARLIEST_DATE.isoformat()})
    return found, None


def read_year(value: object, today: date) -> tuple[int | None, Finding | None]:
    """The year that facts speak of, from 1990 on."""
    if isinstance(value, date):
        return _plausible_year(value.year, today)
    text, finding = clean_text(value)
    if text is None:
        return None, finding
    found = re.fullmatch(r"(\d{4})(?:年度?(?:末|底)?)?", fold_width(text)) or _YMD.fullmatch(fold_width(text))
    return _plausible_year(int(found[1]) if found else 0, today)


def _plausible_year(year: int, today: date) -> tuple[int | None, Finding | None]:
    if EARLIEST_YEAR <= year <= today.year:
        return year, None
    return None, Finding("year_unreadable", {"earliest": EARLIEST_YEAR, "latest": today.year})


# Numbers and amounts

_COUNT = re.compile(
    r"(?:约|共|total)?(\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?(?:余|多)?(?:人|名|位|个|people|persons)?"
)
_TEN_THOUSANDS = re.compile(r"(?:约|共)?(\d+(?:\.\d+)?)万(?:余|多)?(?:人|名)?")
_RANGE = re.compile(
    r".*\d.*(?:[-~—–至到]\d|以上|以下|以内|不足|少于)|(?:[<>≤≥]|小于|大于|不少于|少于|不足|超过|多于).*\d.*"
)


def read_count(value: object) -> tuple[int | None, Finding | None]:
    """A number of people. A range is not a number."""
    text, finding = clean_text(value)
    if text is None:
        return None, finding
    plain = fold_width(text).lower()
    if found := _COUNT.fullmatch(plain):
        return _plausible_count(Decimal(found[1].replace(",", "")))
    if found := _TEN_THOUSANDS.fullmatch(plain):
        return _plausible_count(Decimal(found[1]) * 10_000)
    return None, Finding("number_range" if _RANGE.match(plain) else "number_unreadable")


def _plausible_count(number: Decimal) -> tuple[int | None, Finding | None]:
    if 0 < number <= MAX_EMPLOYEES:
        return int(number), None
    return None, Finding("number_out_of_range")


_IN_WAN = {
    "亿": Decimal(10_000),
    "千万": Decimal(1000),
    "百万": Decimal(100),
    "万": Decimal(1),
    "千": Decimal("0.1"),
    "百": Decimal("0.01"),
    "": Decimal("0.0001"),
}
_FOREIGN = (
    "美元|美金|港元|港币|港幣|欧元|日元|日圆|英镑|澳元|澳大利亚元|加元|加拿大元|新加坡元|新元|韩元|韩圆|新台币|台币|瑞士法郎|瑞郎|澳门元|澳门币|马克|法郎|卢布|泰铢|林吉特|"
    "usd|us\\$|hkd|hk\\$|eur|jpy|gbp|aud|cad|sgd|krw|twd|chf|mop|[$€£]"
)
_YUAN = "人民币元|人民币|元|圆|rmb|cny|[¥￥]"
_CURRENCY = f"(?:{_YUAN}|{_FOREIGN})*"
_AMOUNT = re.compile(
    rf"(?P<before>{_CURRENCY})(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    rf"(?P<scale>百万|千万|亿|万|百|千)?(?P<after>{_CURRENCY})整?",
)
_HAS_FOREIGN = re.compile(_FOREIGN)


def read_amount_wan(value: object, unit: str | None) -> tuple[Decimal | None, Finding | None]:
    """An amount in 10,000 yuan with two decimals. `unit` is what the header states for bare numbers."""
    text, finding = clean_text(value)
    if text is None:
        return None, finding
    plain = fold_width(text).lower().strip("()")
    found = _AMOUNT.fullmatch(plain)
    if found is None:
        return None, Finding("amount_unreadable")
    if _HAS_FOREIGN.search(plain):
        return None, Finding("amount_foreign")
    number = Decimal(found["number"].replace(",", ""))
    scale, assumed = found["scale"] or "", None
    if not (scale or found["after"]) and (unit or not found["before"]):
        if unit is None and number >= _MAX_BARE_WAN:
            return None, Finding("amount_out_of_range")
        assumed = Finding("unit_assumed") if unit is None else None
        scale = (unit or "万").removesuffix("元")
    return _plausible_amount(number * _IN_WAN[scale], assumed)


def _plausible_amount(amount: Decimal, assumed: Finding | None) -> tuple[Decimal | None, Finding | None]:
    try:
        rounded = amount.quantize(Decimal("0.01"))
    except InvalidOperation:
        return None, Finding("amount_out_of_range")
    if 0 < rounded <= MAX_CAPITAL_WAN:
        return rounded, assumed
    return None, Finding("amount_out_of_range")


# Words that stand for a class

_OWNERSHIP: Sequence[tuple[str, re.Pattern[str]]] = (
    ("unknown", re.compile(r"集体|公众|其他|other|无实际控制人")),
    ("mixed", re.compile(r"混合|合资|合作|mixed|joint\s*venture|中外|国有参股")),
    ("private", re.compile(r"民营|私营|私人|民企|私企|个人|自然人|个体|家族|非公|private")),
    ("state", re.compile(r"国有|国企|央企|国资|中央|全民所有|地方国|state|soe")),
    ("foreign", re.compile(r"外商|外资|外企|港资|台资|港澳台|境外|独资经营\(港|foreign|wfoe|wholly")),
)


def read_ownership(value: object) -> tuple[str, Finding | None]:
    """private, state, foreign, mixed, or unknown. A legal form says nothing of who owns the company."""
    text, finding = clean_text(value)
    if text is None:
        return "unknown", finding
    plain = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    for ownership, words in _OWNERSHIP:
        if words.search(plain):
            return ownership, Finding("ownership_unknown") if ownership == "unknown" else None
    return "unknown", Finding("ownership_unknown")


_STATUS: Sequence[tuple[str, re.Pattern[str]]] = (
    ("delisted", re.compile(r"退市|终止上市|delisted")),
    ("deregistered", re.compile(r"(?<!未)注销|deregistered|dissolved")),
    ("revoked", re.compile(r"吊销|撤销|revoked")),
    ("suspended", re.compile(r"停业|歇业|清算|破产|suspended|liquidat|bankrupt")),
    ("moved", re.compile(r"迁出|迁移|moved")),
    ("active", re.compile(r"存续|在业|开业|在营|正常|登记成立|在册|迁入|active|normal|registered")),
)


def read_status(value: object) -> tuple[str | None, Finding | None]:
    """delisted, deregistered, revoked, suspended, moved or active."""
    text, finding = clean_text(value)
    if text is None:
        return None, finding
    plain = fold_width(text).lower()
    for status, words in _STATUS:
        if words.search(plain):
            return status, None
    return None, Finding("status_unknown")
