"""Runs of an event as rows keep them: candidates of a gap, and what the solver answered; there and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from matching.records import Candidate, CompanyProfile
from matching.selection import (
    Baseline,
    Option,
    Pick,
    Relaxation,
    Rule,
    Selection,
    Waiting,
)
from service.event_labels import available, quotes_of
from service.event_records import EventSelection, Field, GapInPlay, UnknownCount
from service.labels import caution_sentence, question_sentence, summary_sentence
from service.match_inputs import slim_profile

LANGUAGES = ("zh", "en")
Pair = tuple[str, str]


def candidate_to_store(
    candidate: Candidate, attributes: Mapping[str, tuple[str, ...] | None]
) -> dict[str, Any]:
    """A candidate with what its line on a list needs later: sentences in both languages, quotes."""
    company = candidate.company
    return {
        "company": company.id,
        "name": company.name,
        "province": company.province,
        "city": company.city,
        "ownership": company.ownership,
        "probability": candidate.probability,
        "band": candidate.band,
        "rank": candidate.rank,
        "attributes": {name: None if known is None else list(known) for name, known in attributes.items()},
        "summary": {language: summary_sentence(language, candidate) for language in LANGUAGES},
        "evidence": quotes_of(candidate),
        "questions": [
            {"code": row.code, **{word: question_sentence(word, row) for word in LANGUAGES}}
            for row in candidate.unknowns
        ],
        "cautions": [
            {"code": row.code, **{word: caution_sentence(word, row) for word in LANGUAGES}}
            for row in candidate.cautions
        ],
    }


def options_of(
    gap: GapInPlay, stored: Iterable[Mapping[str, Any]]
) -> dict[Pair, tuple[Option, Mapping[str, Any]]]:
    """(company, gap) → its option and what was stored of it. Chain and group are those of the gap now."""
    found = {}
    for row in stored:
        attributes = {
            name: None if known is None else tuple(known) for name, known in row["attributes"].items()
        }
        attributes |= {
            "chain": (gap.chain,),
            "gap": (gap.code,),
            "gap_kind": (gap.kind,),
            "group": (gap.group,) if gap.group else (),
        }
        option = Option(row["company"], gap.code, row["probability"], attributes)
        found[row["company"], gap.code] = (option, row)
    return found


def company_of_stored(row: Mapping[str, Any]) -> CompanyProfile:
    """As much of a company as lists and sentences need."""
    return slim_profile(row["company"], row["name"], row["province"], row["city"], row["ownership"])


def selection_to_store(event: EventSelection) -> dict[str, Any]:
    """The answer without what it was chosen from, which stands with the gaps of the run."""
    found = event.selection
    return {
        "status": found.status,
        "picks": [[pick.option.company, pick.option.gap, pick.adds] for pick in found.picks],
        "value": found.value,
        "bound": found.bound,
        "coverage": dict(found.coverage or {}),
        "conflict": _rules(found.conflict),
        "is_conflict_minimal": found.is_conflict_minimal,
        "rounds": found.rounds,
        "seconds": found.seconds,
        "greedy": _baseline_to_store(event.greedy),
        "top": _baseline_to_store(event.top),
        "waiting": [
            [row.option.company, row.option.gap, row.adds, _rules(row.blocked_by)] for row in event.waiting
        ],
        "relaxations": [[*_rules([row.rule])[0], row.gain, row.at_most] for row in event.relaxations],
        "unknowns": [
            [row.rule.id, row.attribute, row.eligible, row.of, row.selected] for row in event.unknowns
        ],
        # What pages say of each rule: [id, could be chosen, count of those selected, unknown of all].
        "rules": [
            [
                quota.id,
                available(event.field, quota),
                sum(quota.counts(option) for option in found.chosen),
                next((row.eligible for row in event.unknowns if row.rule.id == quota.id), 0),
            ]
            for quota in event.problem.quotas
        ],
        "kept_others": event.kept_others,
        "companies": len(event.field.companies),
    }


def selection_from_store(field: Field, stored: Mapping[str, Any]) -> EventSelection:
    """The answer that `selection_to_store` wrote, over the field it was chosen from."""
    options = {(option.company, option.gap): option for option in field.problem.options}
    found = Selection(
        stored["status"],
        tuple(Pick(options[company, gap], adds) for company, gap, adds in stored["picks"]),
        stored["value"],
        stored["bound"],
        stored["coverage"],
        _read_rules(stored["conflict"]),
        stored["is_conflict_minimal"],
        stored["rounds"],
        stored["seconds"],
    )
    return EventSelection(
        field,
        found,
        _baseline_from_store(options, stored["greedy"]),
        _baseline_from_store(options, stored["top"]),
        tuple(
            Waiting(options[company, gap], adds, _read_rules(rules))
            for company, gap, adds, rules in stored["waiting"]
        ),
        tuple(Relaxation(Rule(kind, name), gain, most) for kind, name, gain, most in stored["relaxations"]),
        tuple(UnknownCount(Rule("quota", rule), *rest) for rule, *rest in stored["unknowns"]),
        stored["kept_others"],
    )


def _baseline_to_store(baseline: Baseline) -> dict[str, Any]:
    return {
        "chosen": [[option.company, option.gap] for option in baseline.chosen],
        "value": baseline.value,
        "coverage": baseline.coverage,
        "broken": _rules(baseline.broken),
    }


def _baseline_from_store(options: Mapping[Pair, Option], stored: Mapping[str, Any]) -> Baseline:
    chosen = tuple(options[company, gap] for company, gap in stored["chosen"])
    return Baseline(chosen, stored["value"], stored["coverage"], _read_rules(stored["broken"]))


def _rules(rules: Iterable[Rule]) -> list[list[str]]:
    return [[rule.kind, rule.id] for rule in rules]


def _read_rules(stored: Iterable[Any]) -> tuple[Rule, ...]:
    return tuple(Rule(kind, name) for kind, name in stored)
