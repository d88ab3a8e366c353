"""The selection of an event as JSON: the shape that scripts and pages share. `format` versions it."""

from __future__ import annotations

from typing import Any

from matching.selection import Baseline, Change, Option, Rule
from service.event_labels import (
    BASELINE_LABELS,
    STATUS_SENTENCES,
    change_sentence,
    company_name,
    out_sentences,
    quotes_of,
    reason_sentences,
    relaxation_sentence,
    rule_name,
    rule_sentence,
    unknown_sentence,
    verify_rows,
    waiting_sentence,
)
from service.event_records import EventSelection, Field, OutExplanation, to_verify
from service.i18n import translate
from service.labels import caution_sentence, percent

FORMAT = 1


def event_as_json(event: EventSelection, language: str) -> dict[str, Any]:
    """The whole answer. `coverage`: gap → probability that it is covered; `value` is their weighted sum."""
    found, field = event.selection, event.field
    picks = sorted(found.picks, key=lambda pick: (-pick.adds, pick.option.company))
    sentence = translate(language, STATUS_SENTENCES[found.status], gap=percent(found.gap_to_bound))
    return {
        "format": FORMAT,
        "language": language,
        "event": field.plan.name,
        "edition": field.plan.edition,
        "status": found.status,
        "sentence": sentence,
        "gap_to_bound": found.gap_to_bound,
        "value": found.value,
        "bound": found.bound,
        "seats": field.problem.seats,
        "acceptance_rate": field.problem.acceptance_0_1,
        "gaps_in_play": len(field.gaps),
        "companies_considered": len(field.companies),
        "left_out": _counted(field.left_out),
        "solver_seconds": round(found.seconds, 2),
        "selected": [
            {
                **_seat(field, pick.option),
                "adds": pick.adds,
                "reasons": reason_sentences(language, event, pick.option, pick.adds),
                "evidence": _evidence(field, pick.option),
                "cautions": _cautions(language, field, pick.option),
                "verify": verify_rows(language, to_verify(field, pick.option)),
            }
            for pick in picks
        ],
        "waiting": [
            {
                **_seat(field, row.option),
                "adds": row.adds,
                "blocked_by": [rule.id for rule in row.blocked_by],
                "text": waiting_sentence(language, row, field),
            }
            for row in event.waiting
        ],
        "coverage": dict(found.coverage or {}),
        "conflict": [_rule(language, field, rule) for rule in found.conflict],
        "conflict_is_minimal": found.is_conflict_minimal,
        "rules": [
            {
                **_rule(language, field, row.rule),
                "unknown": {"eligible": row.eligible, "of": row.of, "selected": row.selected},
                "unknown_text": unknown_sentence(language, row),
                "counted": _counted_under(event, row.rule),
            }
            for row in event.unknowns
        ],
        "marginal": [
            {
                "kind": row.rule.kind,
                "id": row.rule.id or None,
                "gain": row.gain,
                "at_most": row.at_most,
                "text": relaxation_sentence(language, row, field),
            }
            for row in event.relaxations
        ],
        "baselines": {
            "greedy": _baseline(language, "greedy", event.greedy, field),
            "top": _baseline(language, "top", event.top, field),
        },
    }


def out_as_json(out: OutExplanation, event: EventSelection, language: str) -> dict[str, Any]:
    """Why a company is not invited."""
    why = out.displacement
    return {
        "company": out.company.id,
        "name": out.company.name,
        "code": out.code,
        "loss": why.loss if why and why.option else None,
        "gap": why.option.gap if why and why.option else None,
        "instead_of": [_seat(event.field, option) for option in why.instead_of] if why else [],
        "full": [rule.id for rule in why.full] if why else [],
        "conflict": [_rule(language, event.field, rule) for rule in why.conflict] if why else [],
        "text": out_sentences(language, out, event),
    }


def change_as_json(change: Change, field: Field, language: str) -> dict[str, Any]:
    """What became of one company after an edit."""
    return {
        "kind": change.kind,
        "company": change.company,
        "name": company_name(field, change.company),
        "gap_before": change.gap_before,
        "gap_after": change.gap_after,
        "because": list(change.because),
        "text": change_sentence(language, change, field),
    }


def _seat(field: Field, option: Option) -> dict[str, Any]:
    gap, company = field.gaps[option.gap], field.companies[option.company]
    return {
        "company": option.company,
        "name": company.name,
        "province": company.province,
        "city": company.city,
        "gap": option.gap,
        "gap_title": gap.title,
        "chain": gap.chain,
        "group": gap.group,
        "probability": option.probability,
    }


def _evidence(field: Field, option: Option) -> list[dict[str, Any]]:
    key = (option.company, option.gap)
    return (
        list(field.stored[key]["evidence"]) if key in field.stored else quotes_of(field.candidates.get(key))
    )


def _cautions(language: str, field: Field, option: Option) -> list[dict[str, str]]:
    stored = field.stored.get((option.company, option.gap))
    if stored is not None:
        return [{"code": row["code"], "text": row[language]} for row in stored["cautions"]]
    candidate = field.candidates.get((option.company, option.gap))
    cautions = candidate.cautions if candidate else ()
    return [{"code": caution.code, "text": caution_sentence(language, caution)} for caution in cautions]


def _rule(language: str, field: Field, rule: Rule) -> dict[str, Any]:
    name = rule_name(field, rule) if rule.kind == "quota" else None
    return {
        "kind": rule.kind,
        "id": rule.id or None,
        "name": name,
        "text": rule_sentence(language, rule, field),
    }


def _counted_under(event: EventSelection, rule: Rule) -> int:
    quota = next(quota for quota in event.problem.quotas if quota.id == rule.id)
    return sum(quota.counts(option) for option in event.selection.chosen)


def _baseline(language: str, name: str, baseline: Baseline, field: Field) -> dict[str, Any]:
    return {
        "label": translate(language, BASELINE_LABELS[name]),
        "value": baseline.value,
        "companies": len(baseline.chosen),
        "gaps_touched": len(baseline.coverage),
        "broken": [_rule(language, field, rule) for rule in baseline.broken],
        "coverage": baseline.coverage,
    }


def _counted(left_out: dict[str, str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for reason in sorted(left_out.values()):
        counts[reason] = counts.get(reason, 0) + 1
    return counts
