"""From the codes of an event's selection to words, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matching.records import Candidate
from matching.selection import Change, Option, Quota, Relaxation, Rule, Waiting
from service.event_records import EventSelection, Field, OutExplanation, UnknownCount
from service.i18n import mark, translate
from service.labels import KIND_LABELS, percent, summary_sentence

STATUS_SENTENCES = {
    "optimal": mark("Proven: no selection under these rules covers more."),
    "feasible": mark("The best found in the time; none can cover more than {gap} above it."),
    "infeasible": mark("The rules contradict each other: no selection keeps them all."),
    "unknown": mark("Time ran out before a selection was found: allow more time or fewer rules."),
}
ATTRIBUTE_LABELS = {
    "chain": mark("chain"),
    "gap": mark("gap"),
    "gap_kind": mark("kind of gap"),
    "group": mark("group"),
    "province": mark("province"),
    "city": mark("city"),
    "ownership": mark("ownership"),
    "association": mark("association"),
    "size": mark("size"),
}
OWNERSHIP_LABELS = {
    "private": mark("private"),
    "state": mark("state-owned"),
    "foreign": mark("foreign"),
    "mixed": mark("mixed ownership"),
}
SIZE_LABELS = {
    "large": mark("large company"),
    "medium": mark("medium company"),
    "small": mark("small company"),
    "micro": mark("micro company"),
}
VALUE_LABELS = {"gap_kind": KIND_LABELS, "ownership": OWNERSHIP_LABELS, "size": SIZE_LABELS}
QUESTIONS = {
    "province": mark("In which province is it registered?"),
    "city": mark("In which city is it registered?"),
    "ownership": mark("Who controls it: private, state, foreign or mixed?"),
    "association": mark("Which associations or chambers of commerce is it a member of?"),
    "size": mark("How many people does it employ?"),
}
BASELINE_LABELS = {
    "greedy": mark("one by one"),
    "top": mark("top of the list by probability"),
}
OUT_SENTENCES = {
    "selected": mark("{name} is invited."),
    "locked_out": mark("{name} is locked out by the organiser."),
    "not_private": mark("{name} is known not to be private, and this event is for private companies."),
    "ownership_unknown": mark(
        "Nobody knows who controls {name}, and this event leaves out companies whose ownership is not known."
    ),
    "home_province": mark("{name} is already in {province}."),
    "no_candidate": mark(
        "{name} is not among the first {limit} candidates of any gap in play "
        "with a probability of at least {least}."
    ),
}


def rule_sentence(language: str, rule: Rule, field: Field) -> str:
    """A rule in words: the organiser's own name for it, with what it says."""
    if rule.kind == "seats":
        return translate(language, mark("There are {seats} seats."), seats=field.problem.seats)
    if rule.kind == "locked_in":
        name = company_name(field, rule.id)
        return translate(language, mark("{name} is locked in."), name=name)
    quota = next(quota for quota in field.problem.quotas if quota.id == rule.id)
    text = (
        mark("At least {limit} with {attribute} {values}; {available} could be chosen.")
        if quota.bound == "at_least"
        else mark("At most {limit} with {attribute} {values}; {available} could be chosen.")
    )
    return translate(
        language,
        text,
        limit=_limit(language, quota),
        attribute=translate(language, ATTRIBUTE_LABELS[quota.attribute]),
        values=values_in_words(language, quota),
        available=available(field, quota),
    )


def _small(value: float) -> str:
    """Three decimals; never 0.000 of something."""
    if value <= 0:
        return "0"
    return f"{value:.3f}" if value >= 0.0005 else "<0.001"


def _limit(language: str, quota: Quota) -> str:
    if quota.count is None:
        return percent(quota.share_0_1 or 0.0)
    return translate(language, mark("{count} companies"), count=quota.count)


def available(field: Field, quota: Quota) -> int:
    """How many companies that may be invited count under `quota`."""
    return len({option.company for option in field.problem.ordered() if quota.counts(option)})


def values_in_words(language: str, quota: Quota) -> str:
    labels = VALUE_LABELS.get(quota.attribute, {})
    words = [translate(language, labels[value]) if value in labels else value for value in quota.values]
    return " / ".join(words)


def company_name(field: Field, company: str) -> str:
    """The name of a company of the event; its id where it is not among them."""
    known = field.companies.get(company)
    return known.name if known else company


def reason_sentences(
    language: str, event: EventSelection, option: Option, adds: float
) -> list[dict[str, Any]]:
    """Why a company is in: the gap, what it says of itself, what it adds; each with its code."""
    field = event.field
    gap = field.gaps[option.gap]
    rows = [
        {
            "code": "serves_gap",
            "text": translate(
                language,
                mark("Invited for {gap} {title}; the probability that it fits is {probability}."),
                gap=gap.code,
                title=gap.title,
                probability=_probability(option.probability),
            ),
        },
        {
            "code": "adds",
            "text": translate(
                language,
                mark("Adds {adds} to the gaps expected to be covered, at a rate of acceptance of {rate}."),
                adds=_small(adds),
                rate=percent(field.problem.acceptance_0_1),
            ),
        },
    ]
    summary = _summary(language, field, option)
    if summary:
        rows.insert(1, {"code": "evidence", "text": summary})
    if any(lock.company == option.company for lock in field.problem.locked_in):
        rows.append({"code": "locked_in", "text": translate(language, mark("Locked in by the organiser."))})
    return rows


def _summary(language: str, field: Field, option: Option) -> str | None:
    candidate = field.candidates.get((option.company, option.gap))
    if candidate is not None:
        return summary_sentence(language, candidate)
    stored = field.stored.get((option.company, option.gap))
    return stored["summary"][language] if stored else None


def _probability(value: float) -> str:
    # No model is certain, whatever rounding says.
    return ">99%" if value > 0.99 else percent(value)


def quotes_of(candidate: Candidate | None) -> list[dict[str, Any]]:
    """The best quote of each requirement that is met or nearly, with field and offsets."""
    if candidate is None:
        return []
    return [
        {
            "requirement": row.text,
            "status": row.status,
            "field": row.evidence[0].field,
            "quote": row.evidence[0].quote,
            "start": row.evidence[0].start,
            "end": row.evidence[0].end,
        }
        for row in candidate.requirements
        if row.level != "must_not" and row.status in ("met", "partial") and row.evidence
    ]


def verify_rows(language: str, attributes: Sequence[str]) -> list[dict[str, str]]:
    """What is to be verified (待核实), each with the question to ask."""
    return [
        {
            "attribute": name,
            "label": translate(language, ATTRIBUTE_LABELS[name]),
            "question": translate(language, QUESTIONS[name]),
        }
        for name in attributes
        if name in QUESTIONS
    ]


def unknown_sentence(language: str, row: UnknownCount) -> str:
    """How many companies a rule touches without the fact being known."""
    return translate(
        language,
        mark("{attribute} is not known of {eligible} of {of} companies, {selected} of them selected."),
        attribute=translate(language, ATTRIBUTE_LABELS[row.attribute]),
        eligible=row.eligible,
        of=row.of,
        selected=row.selected,
    )


def relaxation_sentence(language: str, row: Relaxation, field: Field) -> str:
    """What one more seat, or a rule relaxed by one company, would add."""
    gain = _small(row.gain)
    if row.rule.kind == "seats":
        return translate(language, mark("One more seat would add {gain}."), gain=gain)
    return translate(
        language,
        mark("Relaxing “{rule}” by one company would add {gain}."),
        rule=rule_name(field, row.rule),
        gain=gain,
    )


def rule_name(field: Field, rule: Rule) -> str:
    """The organiser's name of a quota rule; its id where it has none."""
    return next((row.name for row in field.plan.quota_rules if row.id == rule.id and row.name), rule.id)


def waiting_sentence(language: str, row: Waiting, field: Field) -> str:
    """What the next on the list would add, and which full rules keep it out."""
    gap = field.gaps[row.option.gap]
    values = {"gap": f"{gap.code} {gap.title}", "adds": _small(row.adds)}
    if row.blocked_by:
        rules = "、".join(rule_name(field, rule) for rule in row.blocked_by)
        text = mark("Would add {adds} for {gap}, but “{rules}” is at its limit.")
        return translate(language, text, rules=rules, **values)
    return translate(language, mark("Would add {adds} for {gap}."), **values)


def out_sentences(language: str, out: OutExplanation, event: EventSelection) -> list[str]:
    """Why a company is not invited."""
    name, field, why = out.company.name, event.field, out.displacement
    if why is None:
        said = translate(
            language,
            OUT_SENTENCES[out.code],
            name=name,
            province=out.company.province,
            limit=field.plan.candidates_per_gap,
            least=percent(field.plan.min_probability),
        )
        return [said, out.reason] if out.reason else [said]
    if why.option is None:
        said = translate(language, mark("{name} cannot be invited beside the rules that stand:"), name=name)
        return [said, *(rule_sentence(language, rule, field) for rule in why.conflict)]
    gap = field.gaps[why.option.gap]
    sentences = [
        translate(
            language,
            mark("With {name} for {gap}, {loss} less would be covered."),
            name=name,
            gap=f"{gap.code} {gap.title}",
            loss=_small(why.loss),
        )
    ]
    if why.instead_of:
        names = "、".join(company_name(field, option.company) for option in why.instead_of)
        sentences.append(translate(language, mark("It would take the place of {names}."), names=names))
    if why.full:
        rules = "、".join(rule_name(field, rule) for rule in why.full)
        sentences.append(
            translate(language, mark("It counts under “{rules}”, which is at its limit."), rules=rules)
        )
    return sentences


def change_sentence(language: str, change: Change, field: Field) -> str:
    """What became of one company after an edit."""
    name = company_name(field, change.company)
    because = "、".join(company_name(field, company) for company in change.because)
    values = {"name": name, "before": change.gap_before, "after": change.gap_after, "because": because}
    if change.kind == "added":
        text = (
            mark("Added {name} for {after} because {because} declined.")
            if because
            else mark("Added {name} for {after}.")
        )
        return translate(language, text, **values)
    texts = {
        "declined": mark("{name} declined ({before})."),
        "removed": mark("{name} is no longer invited ({before})."),
        "moved": mark("{name} is invited for {after} instead of {before}."),
    }
    return translate(language, texts[change.kind], **values)
