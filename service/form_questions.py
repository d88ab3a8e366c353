"""What to ask a company when it is met: the unknowns of its match, the weightiest first, three to five."""

from __future__ import annotations

from dataclasses import dataclass

from service.event_list_records import EventEntry
from service.form_records import FormRow
from service.i18n import translate
from service.labels import QUESTIONS

# Of the entry's own questions, those that change who is invited before those that are nice to know.
_ORDER = ("ownership", "province", "city", "association", "size", "employees", "uscc", "introduction")


# What answers are typed back under; the order is no ranking and never changes.
FACT_CODES = {
    "ownership": "F1",
    "province": "F2",
    "city": "F3",
    "association": "F4",
    "employees": "F5",
    "uscc": "F6",
    "introduction": "F7",
    "revenue_share": "F8",
    "expansion_plan": "F9",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its code: R1, R2 … for a requirement of the gap, F1, F2 … for a fact (FACT_CODES)."""

    code: str
    text: str


def questions_for(row: FormRow, language: str, *, least: int = 3, most: int = 5) -> list[Question]:
    """Between `least` and `most`: core requirements without evidence, then facts, then other requirements."""
    if row.entry is None:
        return []
    musts, shoulds = _requirements(row, language, "must"), _requirements(row, language, "should")
    facts = _facts(row.entry, language)
    found = [*musts[: most - 1], *facts, *shoulds]
    plan = _asked("expansion_plan", language)
    kept = _once(found)[: most - 1]
    if plan.code not in {question.code for question in kept}:
        kept.append(plan)
    for spare in _spare(row.entry, language):
        if len(kept) < least and spare.code not in {question.code for question in kept}:
            kept.append(spare)
    return kept[:most]


def _requirements(row: FormRow, language: str, level: str) -> list[Question]:
    proven = {quote.requirement for quote in (row.entry.evidence if row.entry else ())}
    return [
        Question(line.id, _asked("requirement", language, requirement=line.text).text)
        for line in (row.gap.requirements if row.gap else ())
        if line.level == level and line.text not in proven
    ]


def _facts(entry: EventEntry, language: str) -> list[Question]:
    """The entry's own questions but those about requirements, which come from the gap."""
    own = [said for said in entry.questions if said.code not in ("requirement", "expansion_plan")]
    own.sort(key=lambda said: _ORDER.index(said.code) if said.code in _ORDER else len(_ORDER))
    return [Question(fact_code(said.code), said.text(language)) for said in own]


def _spare(entry: EventEntry, language: str) -> list[Question]:
    """What is worth asking anybody."""
    product = entry.products[0].name if entry.products else ""
    found = [] if entry.uscc else [_asked("uscc", language)]
    if product:
        found.append(_asked("revenue_share", language, product=product))
    return [*found, _asked("employees", language)]


def fact_code(fact: str) -> str:
    """The short code of a fact; `size` of a plan is what the base calls employees."""
    fact = "employees" if fact == "size" else fact
    return FACT_CODES.get(fact, fact)


def _asked(fact: str, language: str, **params: str) -> Question:
    message = QUESTIONS[fact]
    return Question(fact_code(fact), translate(language, message, **params))


def _once(questions: list[Question]) -> list[Question]:
    """Each code once, the first of its questions."""
    return list({question.code: question for question in reversed(questions)}.values())[::-1]
