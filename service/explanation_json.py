"""Answers about a match as JSON, from the rows of a match: the shape that scripts, API and pages share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from matching.records import Candidate, CompanyProfile, Contribution, Requirement
from matching.reverse import GapFit
from matching.similar import Similar
from matching.standing import Standing, Standings
from matching.why_not import TOP, Comparison, Outcome, WhyNot, compare
from service.explanation_labels import (
    change_phrase,
    exclusion_sentence,
    outcome_phrase,
    rank_sentence,
    verdict_sentence,
)
from service.i18n import translate
from service.labels import FIELD_LABELS, SIGNAL_LABELS, SIGNAL_MEANINGS
from service.match_json import candidate_as_json, company_as_json, requirement_as_json

FORMAT = 1


def why_not_as_json(standings: Standings, answer: WhyNot, language: str) -> dict[str, Any]:
    """`Σ difference == score_difference`, each row of the two scores; changes are computed by re-scoring."""
    return {
        **_asked(standings, language),
        "top": TOP,
        **standing_as_json(answer.standing, language),
        "verdict": answer.verdict,
        "verdict_text": verdict_sentence(language, answer),
        "beside": answer.beside and comparison_as_json(answer.beside, language),
        "smallest_change": answer.smallest and _outcome(answer, answer.smallest, language),
        "nearest_change": answer.nearest and _outcome(answer, answer.nearest, language),
        "counterfactuals": [_outcome(answer, outcome, language) for outcome in answer.outcomes],
        "tried": answer.tried,
    }


def compare_as_json(standings: Standings, found: Sequence[Standing], language: str) -> dict[str, Any]:
    """Companies side by side; each but the first is set beside the first."""
    return {
        **_asked(standings, language),
        "companies": [standing_as_json(standing, language) for standing in found],
        "comparisons": [
            comparison_as_json(compare(found[0].candidate, other.candidate), language) for other in found[1:]
        ],
    }


def standing_as_json(standing: Standing, language: str) -> dict[str, Any]:
    """Where a company stands, with all its rows."""
    candidate = standing.candidate
    return {
        "rank": candidate.rank,
        "rank_in": standing.rank_in,
        "rank_text": rank_sentence(language, standing),
        "considered": standing.considered,
        "score": candidate.score_log_odds,
        "probability": candidate.probability,
        "band": candidate.band,
        "excluded_by": [
            {"code": rule.code, "text": exclusion_sentence(language, rule), "params": dict(rule.params)}
            for rule in standing.excluded_by
        ],
        "candidate": candidate_as_json(candidate, language),
    }


def comparison_as_json(comparison: Comparison, language: str) -> dict[str, Any]:
    """Two candidates row by row: `own` less `other`."""
    own, other = comparison.own, comparison.other
    return {
        "own": {
            "id": own.company.id,
            "name": own.company.name,
            "rank": own.rank,
            "score": own.score_log_odds,
        },
        "other": candidate_as_json(other, language),
        "score_difference": comparison.score_difference,
        "contributions": [
            {
                "signal": row.own.signal,
                "label": translate(language, SIGNAL_LABELS[row.own.signal]),
                "meaning": translate(language, SIGNAL_MEANINGS[row.own.signal]),
                "own": _contribution(row.own),
                "other": _contribution(row.other),
                "difference": row.difference,
            }
            for row in comparison.rows
        ],
        "requirements": [
            {
                "id": one.id,
                "text": one.text,
                "level": one.level,
                "own": requirement_as_json(one, language),
                "other": requirement_as_json(two, language),
            }
            for one, two in zip(own.requirements, other.requirements, strict=True)
        ],
    }


def fits_as_json(fits: Sequence[GapFit], gaps: int, language: str, **asked: Any) -> dict[str, Any]:
    """Gaps that a company fits, best first; `candidate` is the company as the candidate of the gap."""
    return {
        "format": FORMAT,
        "language": language,
        **asked,
        "gaps_compared": gaps,
        "none_suitable": not fits or fits[0].candidate.band == "待核",
        "gaps": [
            {
                "rank": fit.candidate.rank,
                "gap": fit.gap.id,
                "title": fit.gap.title,
                "need": fit.gap.need,
                "chain": fit.gap.chain,
                "kind": fit.gap.kind,
                "probability": fit.candidate.probability,
                "band": fit.candidate.band,
                "candidate": candidate_as_json(fit.candidate, language),
            }
            for fit in fits
        ],
    }


def similar_as_json(similar: Similar, language: str) -> dict[str, Any]:
    """Companies like one. The rows of each stand to `passages`: what both say, quoted on both sides."""
    return {
        "format": FORMAT,
        "language": language,
        "company": company_as_json(similar.company),
        "passages": [
            {
                "id": f"P{number}",
                "field": passage.field,
                "field_label": translate(language, FIELD_LABELS[passage.field]),
                "quote": passage.text,
                "start": passage.start,
                "end": passage.end,
                "weight": weight,
            }
            for number, (passage, weight) in enumerate(zip(similar.passages, similar.weights, strict=True), 1)
        ],
        "companies": [_similar(found.candidate, found.group, language) for found in similar.companies],
        "considered": similar.considered,
    }


def _similar(candidate: Candidate, group: Sequence[CompanyProfile], language: str) -> dict[str, Any]:
    known = candidate_as_json(candidate, language)
    # Likeness was judged by nobody: the score orders, and is neither a chance nor a band.
    for name in ("probability", "band", "band_precision", "summary", "unknowns"):
        del known[name]
    return known | {"group": [{"id": one.id, "name": one.name} for one in group]}


def _asked(standings: Standings, language: str) -> dict[str, Any]:
    gap = standings.gap
    ranking = standings.ranking
    engine = standings.engine
    return {
        "format": FORMAT,
        "language": language,
        "gap": gap.id or None,
        "title": gap.title or None,
        "need": gap.need,
        "parsed_requirements": [_requirement(some) for some in ranking.query.requirements],
        "company_count": len(engine.release.companies),
        "receipt": engine.receipt(gap, ranking.query, standings.filters, standings.today),
    }


def _outcome(answer: WhyNot, outcome: Outcome, language: str) -> dict[str, Any]:
    now = answer.standing.candidate
    texts = now.company.texts
    return {
        "text": outcome_phrase(language, outcome),
        "changes": [
            {
                "kind": change.kind,
                "requirement": change.requirement.id,
                "text": change_phrase(language, change),
                # What would be added to the products, or what would not stand in the text any more.
                "added": change.requirement.text if change.kind == "stated" else None,
                "removed": [
                    {"field": field, "quote": texts[field][start:end], "start": start, "end": end}
                    for field, start, end in change.spans
                ],
            }
            for change in outcome.changes
        ],
        "score": outcome.score_log_odds,
        "score_difference": outcome.score_log_odds - now.score_log_odds,
        "probability": outcome.probability,
        "band": outcome.band,
        "rank": outcome.rank,
        "enters_top": outcome.rank <= TOP < now.rank,
        "leaves_top": now.rank <= TOP < outcome.rank,
    }


def _requirement(some: Requirement) -> dict[str, Any]:
    return {**asdict(some), "synonyms": list(some.synonyms)}


def _contribution(row: Contribution) -> dict[str, Any]:
    return {
        "value": row.value,
        "weight": row.weight,
        "contribution": row.contribution,
        "missing": row.missing,
    }
