"""The fields that official forms can show: what each reads of a row, and which of them can be edited.

Sentences are those of the entry, in the language of the form; codes become words here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from service.event_labels import OWNERSHIP_LABELS, SIZE_LABELS
from service.event_list_labels import ENTRY_STATUS_LABELS, INVITE_LABELS, STAGE_LABELS
from service.event_list_records import EventEntry, Said
from service.form_records import FormRow, GapFacts
from service.i18n import mark, translate
from service.labels import KIND_LABELS, POSITION_LABELS, SEVERITY_LABELS, percent

Value = str | int | float | Decimal | date | None
FieldKind = Literal["text", "code", "count", "number", "percent", "date", "choice"]

# A cell that is empty has no stage; every other word can be chosen.
STAGES = {code: label for code, label in STAGE_LABELS.items() if code}
TO_VERIFY = mark("to be verified")
# Staff alone, of the bounds for industry in 统计上大中小微型企业划分办法(2017); revenue is not known.
_STAFF_OF_SIZES = ((1000, "large"), (300, "medium"), (20, "small"), (0, "micro"))
_ENTRIES, _GAPS, _BOTH = frozenset({"entries"}), frozenset({"gaps"}), frozenset({"entries", "gaps"})
MANY_PRODUCTS = 6


@dataclass(frozen=True, slots=True)
class FormField:
    """One field. `read` gives its value for a row, in the language where it is a sentence.

    `labels`: of a choice, code → English label. `entry_field`: what an edit changes; None: not editable.
    `rows`: which kinds of rows have it. `may_be_empty`: whether an emptied cell is an edit.
    """

    kind: FieldKind
    read: Callable[[FormRow, str], Value]
    labels: Mapping[str, str] | None = None
    entry_field: str | None = None
    rows: frozenset[str] = _ENTRIES
    may_be_empty: bool = True

    def choices(self, language: str) -> dict[str, str]:
        """Word → code, of a choice."""
        return {translate(language, label): code for code, label in (self.labels or {}).items()}


def _entry(name: str, kind: FieldKind = "text", **more: object) -> FormField:
    """A field of the entry itself, that can be edited."""
    return FormField(
        kind,
        lambda row, language: getattr(row.entry, name, None),  # noqa: ARG005  one signature for all
        entry_field=name,
        **more,  # type: ignore[arg-type]
    )


def _of_entry(read: Callable[[EventEntry, str], Value], kind: FieldKind = "text") -> FormField:
    return FormField(kind, lambda row, language: read(row.entry, language) if row.entry else None)


def _of_gap(read: Callable[[GapFacts, str], Value], rows: frozenset[str] = _BOTH) -> FormField:
    return FormField("text", lambda row, language: read(row.gap, language) if row.gap else None, rows=rows)


def joined(sentences: Iterable[Said], language: str) -> str:
    """Sentences as one cell shows them: each on a line of its own."""
    return "\n".join(said.text(language) for said in sentences)


def place_of(entry: EventEntry) -> str | None:
    """Province and city as one reads them: 云南昆明市, and 天津市 once."""
    province, city = entry.province or "", entry.city or ""
    return (city if city.startswith(province) else province + city) or None


def ownership_of(entry: EventEntry, language: str) -> str:
    """Who controls the company; where nobody knows, that it is to be verified."""
    return translate(language, OWNERSHIP_LABELS.get(entry.ownership, TO_VERIFY))


def size_of(entry: EventEntry, language: str) -> str:
    """The size class by staff, with the staff; where nobody knows, that it is to be verified."""
    if entry.employees is None:
        return translate(language, TO_VERIFY)
    size = next(size for least, size in _STAFF_OF_SIZES if entry.employees >= least)
    label = translate(language, SIZE_LABELS[size])
    return translate(language, mark("{size} ({staff} staff)"), size=label, staff=entry.employees)


def honours_of(entry: EventEntry, language: str) -> str | None:
    """Honours with their last day."""
    shown = [
        translate(language, mark("{name} (to {day})"), name=honour.name, day=honour.valid_to)
        if honour.valid_to
        else honour.name
        for honour in entry.honours
    ]
    return "、".join(shown) or None


def products_of(entry: EventEntry, limit: int = MANY_PRODUCTS) -> str | None:
    """The largest products with their shares of revenue."""
    shown = [
        f"{product.name}（{percent(product.share_0_1)}）" if product.share_0_1 else product.name
        for product in entry.products[:limit]
    ]
    return (
        "、".join(shown) + ("等" if len(entry.products) > limit else "") or None
    )  # as papers abridge a list


def reasons_of(entry: EventEntry, language: str) -> str | None:
    """Why it was chosen: what it says of itself, or where it says nothing the gap it is to serve."""
    first = [said for said in entry.reasons if said.code == "evidence"]
    rest = [said for said in entry.reasons if said.code not in ("evidence", "adds")]
    return joined(first + [said for said in rest if not first or said.code != "serves_gap"], language) or None


def evidence_of(entry: EventEntry, language: str) -> str | None:  # noqa: ARG001  quotes stand as they are
    """Each requirement with the quote that speaks for it."""
    return "\n".join(f"{quote.requirement}：“{quote.quote}”" for quote in entry.evidence) or None


def _data_as_of(row: FormRow, language: str) -> str | None:
    year = row.company.data_year
    return translate(language, mark("year {year}"), year=year) if year else None


def _companies(row: FormRow, language: str) -> str:
    return "、".join(
        f"{entry.company_name}（{entry.band}）" if entry.band else entry.company_name for entry in row.entries
    ) or translate(language, mark("none yet"))


def requirements_of(gap: GapFacts, levels: tuple[str, ...] = ("must",)) -> str:
    """The texts of the requirements of these levels."""
    return "、".join(row.text for row in gap.requirements if row.level in levels)


def _gap_title(row: FormRow, language: str) -> str | None:  # noqa: ARG001
    return row.gap.title if row.gap else row.entry.gap_title if row.entry else None


def _gap_code(row: FormRow, language: str) -> str | None:  # noqa: ARG001
    return row.gap.code if row.gap else row.entry.gap_code if row.entry else None


def _gap_kind(row: FormRow, language: str) -> str | None:
    kind = row.gap.kind if row.gap else row.entry.gap_kind if row.entry else None
    return translate(language, KIND_LABELS[kind]) if kind in KIND_LABELS else kind


def _chain_name(row: FormRow, language: str) -> str | None:  # noqa: ARG001
    return row.chain.name if row.chain else row.entry.chain_name if row.entry else None


def _link_name(row: FormRow, language: str) -> str | None:  # noqa: ARG001
    return row.gap.link_name if row.gap else row.entry.link_name if row.entry else None


def _code(name: str) -> FormField:
    return _of_entry(lambda entry, language: getattr(entry, name), "code")  # noqa: ARG005


FIELDS: dict[str, FormField] = {
    "order": FormField("count", lambda row, language: row.number),  # noqa: ARG005
    "chain.name": FormField("text", _chain_name, rows=_BOTH),
    "chain.code": FormField("code", lambda row, language: row.chain.code if row.chain else None, rows=_BOTH),  # noqa: ARG005
    "link.name": FormField("text", _link_name, rows=_BOTH),
    "link.position": _of_gap(lambda gap, language: translate(language, POSITION_LABELS[gap.position])),
    "gap.number": FormField("count", lambda row, language: row.number, rows=_GAPS),  # noqa: ARG005
    "gap.code": FormField("code", _gap_code, rows=_BOTH),
    "gap.title": FormField("text", _gap_title, rows=_BOTH),
    "gap.kind": FormField("text", _gap_kind, rows=_BOTH),
    "gap.severity": _of_gap(
        lambda gap, language: translate(language, SEVERITY_LABELS[gap.severity]) if gap.severity else None
    ),
    "gap.need": _of_gap(lambda gap, language: gap.need),  # noqa: ARG005
    "gap.requirements": _of_gap(lambda gap, language: requirements_of(gap)),  # noqa: ARG005
    "gap.anchors": _of_gap(lambda gap, language: "、".join(one.name for one in gap.anchors) or None),  # noqa: ARG005
    "gap.sites": _of_gap(lambda gap, language: "、".join(gap.sites) or None),  # noqa: ARG005
    "gap.policy": _of_gap(
        lambda gap, language: "\n".join(f"{section}：“{quote}”" for section, quote in gap.policy) or None  # noqa: ARG005
    ),
    "gap.companies": FormField("text", _companies, rows=_GAPS),
    "gap.company_count": FormField("count", lambda row, language: len(row.entries), rows=_GAPS),  # noqa: ARG005
    "group.name": _of_entry(lambda entry, language: entry.group_name),  # noqa: ARG005
    "company.name": _of_entry(lambda entry, language: entry.company_full_name or entry.company_name),  # noqa: ARG005
    "company.short_name": _of_entry(lambda entry, language: entry.company_name),  # noqa: ARG005
    "company.id": _code("company_id"),
    "company.uscc": _code("uscc"),
    "company.stock_code": _code("stock_code"),
    "company.place": _of_entry(lambda entry, language: place_of(entry)),  # noqa: ARG005
    "company.ownership": _of_entry(ownership_of),
    "company.size": _of_entry(size_of),
    "company.industry": _of_entry(lambda entry, language: entry.industry),  # noqa: ARG005
    "company.honours": _of_entry(honours_of),
    "company.products": _of_entry(lambda entry, language: products_of(entry)),  # noqa: ARG005
    # Signals of investment are not collected yet: the column of the official form stays to be filled by hand.
    "company.signals": FormField("text", lambda row, language: None),  # noqa: ARG005
    "company.data_as_of": FormField("text", _data_as_of),
    "match.band": _code("band"),
    "match.score": _of_entry(lambda entry, language: entry.probability, "percent"),  # noqa: ARG005
    "match.gap_rank": _of_entry(lambda entry, language: entry.gap_rank, "count"),  # noqa: ARG005
    "match.reason": _of_entry(reasons_of),
    "match.evidence": _of_entry(evidence_of),
    "match.questions": _of_entry(lambda entry, language: joined(entry.questions, language) or None),
    "match.cautions": _of_entry(lambda entry, language: joined(entry.cautions, language) or None),
    "entry.status": _of_entry(lambda entry, language: translate(language, ENTRY_STATUS_LABELS[entry.status])),
    "entry.invite_status": _entry("invite_status", "choice", labels=INVITE_LABELS, may_be_empty=False),
    "entry.stage": _entry("stage", "choice", labels=STAGES),
    "entry.stage_on": _entry("stage_on", "date"),
    "entry.cooperation": _entry("cooperation"),
    "entry.channel": _entry("channel"),
    "entry.lead_official": _entry("lead_official"),
    "entry.duty_unit": _entry("duty_unit"),
    "entry.duty_person": _entry("duty_person"),
    "entry.next_action": _entry("next_action"),
    "entry.due_on": _entry("due_on", "date"),
    "entry.amount_intended_wan": _entry("amount_intended_wan", "number"),
    "entry.amount_signed_wan": _entry("amount_signed_wan", "number"),
    "entry.amount_arrived_wan": _entry("amount_arrived_wan", "number"),
    "entry.note": _entry("note"),
}
