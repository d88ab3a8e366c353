"""Sentences about where a company stands and what would change it, in both languages."""

from __future__ import annotations

from matching.records import Remark
from matching.standing import Standing
from matching.why_not import TOP, Change, Outcome, WhyNot
from service.i18n import mark, translate

EXCLUSIONS = {
    "home_province": mark("The company is already in {province}; the list is of outside companies."),
    "province_excluded": mark("Companies of {province} are left out by the conditions."),
    "province_not_asked_for": mark("The conditions ask for {asked}; the company is in {province}."),
    "not_listed": mark("The conditions ask for listed companies; this one is not listed."),
    "too_few_employees": mark(
        "The conditions ask for {least} employees or more; the company states {employees}."
    ),
    "delisted": mark("The company is delisted; delisted ones are left out unless asked for."),
}
RANKS_IN = {
    "list": mark("place {rank} of {considered} companies compared"),
    "list_if_admitted": mark("not in the list; without the rule it would have place {rank} of {considered}"),
    "whole_base": mark(
        "not found by the search; scored for this question it has place {rank} of {considered} in the base"
    ),
}
CHANGES = {
    "stated": mark("if it stated “{requirement}” as a product"),
    "not_stated": mark("if it did not state “{requirement}”"),
}
VERDICTS = {
    "in_top": mark("It is among the first {top}."),
    "one_change": mark(
        "One change would bring it among the first {top}: {change}; it would have place {rank}."
    ),
    "two_changes": mark(
        "No single change suffices; two would bring it among the first {top}: {change}; "
        "it would have place {rank}."
    ),
    "no_change": mark(
        "No change that was tried ({tried}) brings it among the first {top}; "
        "the nearest is {change}: place {rank}."
    ),
    "nothing_to_change": mark(
        "No change that was tried ({tried}) raises its score: what it lacks is not among the requirements."
    ),
}
_AND = mark(" and ")
_UNKNOWN = mark("unknown")


def exclusion_sentence(language: str, remark: Remark) -> str:
    """The rule that keeps a company out."""
    shown = {
        name: "、".join(value) if isinstance(value, list) else value or translate(language, _UNKNOWN)
        for name, value in remark.params.items()
    }
    return translate(language, EXCLUSIONS[remark.code], **shown)


def rank_sentence(language: str, standing: Standing) -> str:
    """Where a company stands, and in what order."""
    return translate(
        language,
        RANKS_IN[standing.rank_in],
        rank=standing.candidate.rank,
        considered=standing.considered,
    )


def change_phrase(language: str, change: Change) -> str:
    """One change as the condition that it is."""
    return translate(language, CHANGES[change.kind], requirement=change.requirement.text)


def outcome_phrase(language: str, outcome: Outcome) -> str:
    """All changes of an outcome as one condition."""
    return translate(language, _AND).join(change_phrase(language, change) for change in outcome.changes)


def verdict_sentence(language: str, answer: WhyNot) -> str:
    """What would have to be different, in one sentence."""
    found = answer.smallest or answer.nearest
    if found is None:
        code = "in_top" if answer.verdict == "in_top" else "nothing_to_change"
        return translate(language, VERDICTS[code], top=TOP, tried=answer.tried)
    return translate(
        language,
        VERDICTS[answer.verdict],
        top=TOP,
        tried=answer.tried,
        change=outcome_phrase(language, found),
        rank=found.rank,
    )
