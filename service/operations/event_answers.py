"""Answers that a company gave to the questions of its talking points: unknowns that become facts.

An answer to a question of fact (ownership, city, staff …) becomes that fact of the company. An answer to a
requirement becomes words of the company where it affirms it: they are added at the end of its products or
technologies, so that every quote made before still stands where it stood. Both carry the provenance
"stated": who said it, when, at which event. What denies or only informs is kept in the remarks of the entry:
words that deny something name it too, and a comparison of words would take them for a yes. Ranks follow with
the next index; until then nothing else changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import CompanyProvenance, GapRequirement
from service.actors import Actor, require
from service.company_records import CompanyRecord, ProductRecord
from service.errors import InvalidInput, NotFound, check_text
from service.event_list_records import EventEntry
from service.form_questions import FACT_CODES
from service.operations.audit import record_audit
from service.operations.companies import get_company
from service.operations.company_identity import KnownCompany
from service.operations.company_storage import Origin, load_known, update_companies
from service.operations.event_lists import apply_entry_changes, get_event_list
from service.operations.gaps import current_wording, get_gap
from service.provinces import known_provinces, short_province
from service.readers.company_codes import read_uscc
from service.readers.company_values import read_count, read_ownership

MAX_ANSWER = 500
_NO = re.compile(r"^(?:否|无|没有|未|不|尚未|暂无|no\b|not\b|none\b)", re.IGNORECASE)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*[%％]")
_FACETS_OF_PRODUCTS = ("product",)
_FACT_OF = {code: fact for fact, code in FACT_CODES.items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an answer: the field of the company that it filled, or `note` for the remarks."""

    company: str
    code: str
    field: str
    old: str | None
    new: str
    is_indexed: bool  # whether the next index can rank the company anew because of it


def answer_question(
    session: Session,
    actor: Actor,
    event_code: str,
    company_key: str,
    code: str,
    text: str,
    *,
    said_by: str,
    said_on: date,
) -> Answer:
    """Take down what the company answered to the question `code` (R1 … or F1 …, or the name of a fact).

    `said_by`: the organisation or office that speaks, never a private person's contact.
    Raises NotFound, PermissionDenied, InvalidInput for an answer that is no value of the fact.
    """
    require(actor, "event.edit")
    check_text("answer", text)
    said = text.strip()
    if not said or len(said) > MAX_ANSWER:
        raise InvalidInput(f"answer: has {len(said)} characters: write between 1 and {MAX_ANSWER}")
    if not said_by.strip():
        raise InvalidInput("said by: is empty: name the organisation that answered")
    entry = _entry_of(session, actor, event_code, company_key)
    record = _record_of(session, entry)
    wanted = code.strip()
    if re.fullmatch(r"[Rr]\d{1,2}", wanted):
        found = _answer_requirement(session, entry, record, wanted.upper(), said)
    else:
        fact = _FACT_OF.get(wanted.upper(), wanted.lower())
        if fact not in FACT_CODES:
            known = ", ".join(f"{short} ({name})" for name, short in FACT_CODES.items())
            raise NotFound(f"question {code!r}: not found: there are R1, R2 … of the gap, and {known}")
        found = _FACTS.get(fact, _into_note)(record, said)
    answer = _store(session, actor, event_code, entry, record, found, wanted.upper(), said, said_by, said_on)
    record_audit(
        session,
        actor,
        "company.stated",
        ("company", entry.company_id, entry.company_name),
        {answer.field: (answer.old, answer.new), "said_by": (None, said_by), "question": (None, answer.code)},
    )
    return answer


@dataclass(frozen=True, slots=True)
class _Found:
    """The company with the answer in it; `record` None where it only goes to the remarks."""

    field: str
    record: CompanyRecord | None = None


def _entry_of(session: Session, actor: Actor, event_code: str, key: str) -> EventEntry:
    listed, company = get_event_list(session, actor, event_code), get_company(session, key)
    for entry in listed.entries:
        if entry.company_id == company.external_id:
            return entry
    raise NotFound(f"{company.name}: not on the list of event {listed.code}: put it there first")


def _record_of(session: Session, entry: EventEntry) -> CompanyRecord:
    return _known_of(session, entry).record


def _known_of(session: Session, entry: EventEntry) -> KnownCompany:
    session.flush()
    asked = CompanyRecord(external_id=entry.company_id, name=entry.company_name)
    found = load_known(session, [(asked, True)])
    return found.by_id[entry.company_id]


def _answer_requirement(
    session: Session, entry: EventEntry, record: CompanyRecord, code: str, said: str
) -> _Found:
    if entry.gap_code is None:
        raise InvalidInput(
            f"{entry.company_name}: has no gap on this list, so there is no requirement {code}"
        )
    lines: dict[str, GapRequirement] = {
        line.req_id.upper(): line for line in current_wording(get_gap(session, entry.gap_code)).requirements
    }
    if code not in lines:
        raise NotFound(f"requirement {code}: gap {entry.gap_code} has {', '.join(lines)}")
    if _NO.match(said):
        return _Found("note")
    field = "products_text" if lines[code].facet in _FACETS_OF_PRODUCTS else "technologies"
    words = said if lines[code].text in said else f"{lines[code].text}（{said}）"
    before = getattr(record, field)
    joined = f"{before.rstrip('。；;')}；{words}" if before else words
    if field == "products_text":
        return _Found(field, replace(record, products_text=joined))
    return _Found(field, replace(record, technologies=joined))


def _ownership(record: CompanyRecord, said: str) -> _Found:
    ownership, problem = read_ownership(said)
    if problem is not None or ownership == "unknown":
        raise InvalidInput(f"ownership {said!r}: write 民营, 国有, 外资 or 混合所有制")
    return _Found("ownership", replace(record, ownership=ownership))


def _province(record: CompanyRecord, said: str) -> _Found:
    province = short_province(said)
    if province not in known_provinces():
        raise InvalidInput(f"province {said!r}: write a province such as 江苏 or 江苏省")
    return _Found("province", replace(record, province=province))


def _city(record: CompanyRecord, said: str) -> _Found:
    return _Found("city", replace(record, city=said[:64]))


def _employees(record: CompanyRecord, said: str) -> _Found:
    digits = re.search(r"\d[\d,，]*", said)
    count, problem = read_count(digits[0] if digits else said)
    if problem is not None or count is None:
        raise InvalidInput(f"employees {said!r}: write a whole number such as 320")
    return _Found("employees", replace(record, employees=count))


def _uscc(record: CompanyRecord, said: str) -> _Found:
    code, _ = read_uscc(said)
    if code is None:
        raise InvalidInput(
            f"credit code {said!r}: it has 18 characters and a check character: compare it again"
        )
    return _Found("uscc", replace(record, uscc=code))


def _introduction(record: CompanyRecord, said: str) -> _Found:
    before = record.description
    return _Found("description", replace(record, description=f"{before}\n{said}" if before else said))


def _revenue_share(record: CompanyRecord, said: str) -> _Found:
    """The share of the largest product, about which the question is."""
    share = _PERCENT.search(said)
    if share is None or not 0 < float(share[1]) <= 100 or not record.products:
        raise InvalidInput(f"revenue share {said!r}: write a share such as 35%")
    largest = max(record.products, key=lambda product: product.revenue_share or 0.0)
    products = tuple(
        ProductRecord(row.name, float(share[1]) / 100, row.year) if row is largest else row
        for row in record.products
    )
    return _Found("products", replace(record, products=products))


def _into_note(record: CompanyRecord, said: str) -> _Found:  # noqa: ARG001  one signature for all facts
    return _Found("note")


_FACTS: dict[str, Callable[[CompanyRecord, str], _Found]] = {
    "ownership": _ownership,
    "province": _province,
    "city": _city,
    "employees": _employees,
    "uscc": _uscc,
    "introduction": _introduction,
    "revenue_share": _revenue_share,
}


def _store(
    session: Session,
    actor: Actor,
    event_code: str,
    entry: EventEntry,
    record: CompanyRecord,
    found: _Found,
    code: str,
    said: str,
    said_by: str,
    said_on: date,
) -> Answer:
    if found.record is None:
        line = f"{code}：{said}（{said_by}，{said_on.isoformat()}）"
        note = f"{entry.note}\n{line}" if entry.note else line
        apply_entry_changes(
            session, actor, event_code, {entry.entry_id: {"note": note}}, {entry.entry_id: entry.row_version},
            why=f"answer {code}",
        )  # fmt: skip
        return Answer(entry.company_name, code, "note", entry.note, line, is_indexed=False)
    known = _known_of(session, entry)
    known.record = found.record
    source = f"{event_code.upper()} {said_by}"[:200]
    update_companies(session, [known], Origin(source, "stated", said_on, None))
    field = "product_names" if found.field == "products" else found.field
    origin = session.scalar(
        select(CompanyProvenance)
        .where(CompanyProvenance.company_id == known.company_id, CompanyProvenance.field == field)
        .execution_options(populate_existing=True)
    )
    if origin is not None:
        origin.details = {
            "event": event_code.upper(),
            "question": code,
            "answer": said,
            "said_by": said_by,
            "recorded_by": actor.login,
        }
    session.flush()
    session.expire_all()  # the tables were written past the rows that the session holds
    old, new = getattr(record, found.field), getattr(found.record, found.field)
    return Answer(
        entry.company_name,
        code,
        found.field,
        None if old in (None, "unknown") else str(old)[:200],
        said if found.field == "products" else str(new)[-200:],
        is_indexed=True,
    )
