"""How values look on a page: numbers, shares, dates, quotes, and text that is data in the other language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape

from service.app import language_of_request
from service.audit_labels import ROLE_LABELS
from service.i18n import mark, translate
from service.labels import (
    FACET_LABELS,
    FIELD_LABELS,
    GAP_FIELD_LABELS,
    GAP_PROBLEM_LABELS,
    GAP_PROBLEM_SEVERITIES,
    GAP_STATUS_LABELS,
    KIND_LABELS,
    LEVEL_LABELS,
    POSITION_LABELS,
    SEVERITY_LABELS,
    STATUS_LABELS,
    STATUS_MARKS,
    percent,
)
from service.regions import region_name
from service.stage_labels import STAGE_LABELS

HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}
MINUS = "−"
NOTHING = "—"
BAND_TO_CHECK = "待核"
BAND_LABELS = {BAND_TO_CHECK: mark("to check")}
OWNERSHIP_LABELS = {
    "private": mark("private"),
    "state": mark("state-owned"),
    "foreign": mark("foreign-owned"),
    "mixed": mark("mixed ownership"),
    "unknown": mark("not known"),
}
EXCHANGE_LABELS = {
    "SSE": mark("Shanghai Stock Exchange"),
    "SSE B": mark("Shanghai Stock Exchange, B shares"),
    "SZSE": mark("Shenzhen Stock Exchange"),
    "SZSE B": mark("Shenzhen Stock Exchange, B shares"),
    "BSE": mark("Beijing Stock Exchange"),
}
COMPANY_STATUS_LABELS = {"delisted": mark("delisted")}
PROVENANCE_KIND_LABELS = {
    "official": mark("official"),
    "self": mark("the company itself"),
    "press": mark("published by others"),
    "inferred": mark("inferred"),
    "manual": mark("entered by hand"),
}
# Runs of Chinese with what stands inside them; quotation marks belong to the sentence around.
_CHINESE = re.compile(
    r"[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef](?:[^\x00-\x7f“”‘’]|[0-9A-Za-z·\-+./%]+(?=[\u3400-\u9fff]))*"
)
_WAN_PER_YI = 10_000


def say(message: str, **params: object) -> str:
    """`message` in the language of the page."""
    return translate(language_of_request(), message, **params)


def labelled(labels: Mapping[str, str]) -> Callable[[str | None], str]:
    """A filter: a code as its word in the language of the page; a code without a word stays as it is."""

    def label(code: str | None) -> str:
        if code is None:
            return ""
        return say(labels[code]) if code in labels else code

    return label


def data(text: object) -> Markup:
    """`text` as it is stored. On an English page what is Chinese in it is marked so, for voice and font."""
    if text is None:
        return Markup("")
    if language_of_request() == "zh":
        return escape(text)
    return _mark_chinese(str(text))


def _mark_chinese(text: str) -> Markup:
    parts: list[Markup] = []
    at = 0
    for match in _CHINESE.finditer(text):
        parts.append(escape(text[at : match.start()]))
        parts.append(Markup('<span lang="zh-CN">{}</span>').format(match.group()))
        at = match.end()
    parts.append(escape(text[at:]))
    return Markup("").join(parts)


def quoted(evidence: Mapping[str, Any]) -> Markup:
    """The quote of an evidence row with the words that agree marked."""
    quote: str = evidence["quote"]
    parts: list[Markup] = []
    at = 0
    for start, end in evidence["marks"]:
        parts += [escape(quote[at:start]), Markup("<mark>{}</mark>").format(quote[start:end])]
        at = end
    parts.append(escape(quote[at:]))
    inner = Markup("").join(parts)
    if language_of_request() == "zh":
        return Markup("“{}”").format(inner)
    return Markup('“<span lang="zh-CN">{}</span>”').format(inner)


def named(row: Any, attribute: str = "name") -> Markup:
    """The name of a chain or link, or the title of a gap, in the language of the page."""
    if language_of_request() == "en":
        return escape(getattr(row, f"{attribute}_en"))
    return escape(getattr(row, attribute))


def gap_title(version: Any) -> Markup:
    """The title of a wording; a draft may have no English one yet."""
    if language_of_request() == "en" and version.title_en:
        return escape(version.title_en)
    return data(version.title)


def problem_place(path: str) -> str:
    """Where a problem is, in words: `gaps[0].requirements[2].text` is line 3 of the requirements."""
    head, _, rest = path.removeprefix("gaps[0]").lstrip(".").partition("[")
    name = head.partition(".")[0]
    if not name:
        return ""
    field = say(GAP_FIELD_LABELS[name]) if name in GAP_FIELD_LABELS else name
    line = rest.partition("]")[0]
    return say(mark("{field}, line {line}"), field=field, line=int(line) + 1) if line.isdigit() else field


def listed(names: Sequence[object]) -> Markup:
    """Names one after the other, as the language of the page separates them."""
    separator = Markup("、") if language_of_request() == "zh" else Markup(", ")
    return separator.join(data(name) for name in names)


def number_in(link: Any, numbers: Mapping[str, int]) -> int:
    """The number of a link on the map."""
    return numbers[link.code]


def chance(probability: float) -> str:
    """A probability from 0 to 100 without decimals; what would round to never or always says so."""
    if probability < 0.005:
        return "<1"
    if probability >= 0.995:
        return ">99"
    return f"{probability * 100:.0f}"


def number(value: float | Decimal | None) -> str:
    """A whole number with its thousands apart."""
    return NOTHING if value is None else f"{value:,.0f}"


def signed(value: float) -> str:
    """A contribution: always with its sign, two decimals."""
    text = f"{value:+.2f}".replace("-", MINUS)
    return "0.00" if text[1:] == "0.00" else text


def plain_number(value: float, decimals: int = 2) -> str:
    """A number with `decimals` decimals and a minus that is as wide as a plus."""
    return f"{value:.{decimals}f}".replace("-", MINUS)


def day(value: date | None) -> str:
    """A date as 2026-11-23."""
    return NOTHING if value is None else value.isoformat()


def moment(value: datetime | None) -> str:
    """A moment by the clock of the place where the server stands."""
    return NOTHING if value is None else value.astimezone().strftime("%Y-%m-%d %H:%M")


def money_wan(value: float | Decimal | None) -> str:
    """An amount stored in units of 10,000 yuan as 万元 or 亿元, in English as million yuan."""
    if value is None:
        return NOTHING
    amount = float(value)
    if language_of_request() == "en":
        return say(mark("{amount} million yuan"), amount=_decimals(amount / 100))
    if amount >= _WAN_PER_YI:
        return f"{_decimals(amount / _WAN_PER_YI)} 亿元"
    return f"{_decimals(amount)} 万元"


def output(chain: Any) -> str:
    """The output that a chain is to reach: 千亿元, in English 100 billion yuan."""
    if language_of_request() == "zh":
        return f"{chain.output_class}元"
    return say(mark("{amount} billion yuan"), amount=_decimals(chain.output_yi / 10))


def _decimals(amount: float) -> str:
    return f"{amount:,.2f}".rstrip("0").rstrip(".")


def query_string(arguments: Mapping[str, Any]) -> str:
    """`arguments` as the query of an address; lists repeat their name."""
    return urlencode(arguments, doseq=True)


FILTERS: dict[str, Callable[..., Any]] = {
    "data": data,
    "quoted": quoted,
    "named": named,
    "listed": listed,
    "number_in": number_in,
    "chance": chance,
    "share": percent,
    "number": number,
    "signed": signed,
    "plain_number": plain_number,
    "day": day,
    "moment": moment,
    "money_wan": money_wan,
    "output": output,
    "kind": labelled(KIND_LABELS),
    "position": labelled(POSITION_LABELS),
    "severity": labelled(SEVERITY_LABELS),
    "facet": labelled(FACET_LABELS),
    "level": labelled(LEVEL_LABELS),
    "field": labelled(FIELD_LABELS),
    "status": labelled(STATUS_LABELS),
    "band": labelled(BAND_LABELS),
    "ownership": labelled(OWNERSHIP_LABELS),
    "exchange": labelled(EXCHANGE_LABELS),
    "company_status": labelled(COMPANY_STATUS_LABELS),
    "job_stage": labelled(STAGE_LABELS),
    "role": labelled(ROLE_LABELS),
    "region": region_name,
    "provenance_kind": labelled(PROVENANCE_KIND_LABELS),
    "gap_status": labelled(GAP_STATUS_LABELS),
    "gap_field": labelled(GAP_FIELD_LABELS),
    "gap_title": gap_title,
    "problem_code": labelled(GAP_PROBLEM_LABELS),
    "problem_severity": labelled(GAP_PROBLEM_SEVERITIES),
    "problem_place": problem_place,
}
GLOBALS: dict[str, Any] = {
    "STATUS_MARKS": STATUS_MARKS,
    "KINDS": tuple(KIND_LABELS),
    "BAND_TO_CHECK": BAND_TO_CHECK,
    "SEVERITIES": tuple(SEVERITY_LABELS),
    "FACETS": tuple(FACET_LABELS),
    "LEVELS": tuple(LEVEL_LABELS),
}
