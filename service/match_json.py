"""A match as JSON: the shape that scripts, API and pages share. Keep it stable; `format` versions it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from matching.explanation import MINOR_FACTS
from matching.records import (
    PASSAGE_FIELDS,
    Candidate,
    CompanyProfile,
    Evidence,
    MatchResult,
    RequirementResult,
)
from service.i18n import translate
from service.labels import (
    ADVANTAGE_LABELS,
    ADVANTAGE_MEANINGS,
    CAUTION_LABELS,
    FIELD_LABELS,
    SIGNAL_LABELS,
    SIGNAL_MEANINGS,
    STATUS_LABELS,
    caution_sentence,
    question_sentence,
    summary_sentence,
)

FORMAT = 1


def match_as_json(result: MatchResult, language: str) -> dict[str, Any]:
    """The whole answer. `prior + Σ contribution == score`; `quote == company[field][start:end]`."""
    nobody = result.best_band in (None, "待核")
    shown = [candidate_as_json(candidate, language) for candidate in result.candidates]
    return {
        "format": FORMAT,
        "language": language,
        "gap": result.gap.id or None,
        "title": result.gap.title or None,
        "need": result.gap.need,
        "parsed_requirements": [
            {
                "id": requirement.id,
                "text": requirement.text,
                "facet": requirement.facet,
                "level": requirement.level,
                "weight": requirement.weight,
                "synonyms": list(requirement.synonyms),
            }
            for requirement in result.requirements
        ],
        "verdict": "none_suitable" if nobody else "found",
        "candidates": [] if nobody else shown,
        # Apart from the candidates, so that nobody takes for a proposal what only comes nearest.
        "nearest_misses": shown if nobody else [],
        "none_suitable": nobody,
        "considered": result.considered,
        "company_count": result.company_count,
        "receipt": dict(result.receipt),
    }


def candidate_as_json(candidate: Candidate, language: str) -> dict[str, Any]:
    """One candidate with all its rows."""
    return {
        "rank": candidate.rank,
        "company": company_as_json(candidate.company),
        "summary": summary_sentence(language, candidate),
        "score": candidate.score_log_odds,
        "prior": candidate.prior,
        "probability": candidate.probability,
        "band": candidate.band,
        "band_precision": asdict(candidate.band_precision) if candidate.band_precision else None,
        "contributions": [
            {
                "signal": row.signal,
                "label": translate(language, (SIGNAL_LABELS | ADVANTAGE_LABELS)[row.signal]),
                "meaning": translate(language, (SIGNAL_MEANINGS | ADVANTAGE_MEANINGS)[row.signal]),
                "value": row.value,
                "weight": row.weight,
                "contribution": row.contribution,
                "missing": row.missing,
                "evidence": [_evidence_as_json(evidence, language) for evidence in row.evidence],
            }
            for row in candidate.contributions
        ],
        "requirements": [requirement_as_json(row, language) for row in candidate.requirements],
        "cautions": [
            {
                "code": remark.code,
                "label": translate(language, CAUTION_LABELS[remark.code]),
                "text": caution_sentence(language, remark),
                "params": dict(remark.params),
            }
            for remark in candidate.cautions
        ],
        "unknowns": [
            {
                "code": remark.code,
                "text": question_sentence(language, remark),
                "params": dict(remark.params),
                "minor": remark.code in MINOR_FACTS,
            }
            for remark in candidate.unknowns
        ],
        "usual_rank": candidate.usual_rank,
        "group": [{"id": one.id, "name": one.name} for one in candidate.group],
        "retrieval": {"lexical_rank": candidate.lexical_rank, "dense_rank": candidate.dense_rank},
    }


def company_as_json(company: CompanyProfile) -> dict[str, Any]:
    """A company's facts; text fields stand letter by letter, so that quotes can be checked against them."""
    return {
        "id": company.id,
        "name": company.name,
        "full_name": company.full_name or None,
        "province": company.province,
        "city": company.city,
        "industry": company.industry,
        "stock_code": company.stock_code,
        "uscc": company.uscc,
        "status": company.status,
        "ownership": company.ownership,
        "employees": company.employees,
        "listed_on": company.listed_on.isoformat() if company.listed_on else None,
        "founded_on": company.founded_on.isoformat() if company.founded_on else None,
        "reg_capital_wan": company.reg_capital_wan,
        "data_year": company.data_year,
        "products": [
            {"name": product.name, "revenue_share": product.revenue_share, "year": product.year}
            for product in company.products
        ],
        **{field: company.texts[field] for field in PASSAGE_FIELDS if company.texts.get(field)},
    }


def requirement_as_json(row: RequirementResult, language: str) -> dict[str, Any]:
    """How a company stands to one requirement."""
    return {
        "id": row.id,
        "text": row.text,
        "level": row.level,
        "status": row.status,
        "status_label": translate(language, STATUS_LABELS[row.status]),
        "match": row.match_0_1,
        "evidence": [_evidence_as_json(evidence, language) for evidence in row.evidence],
    }


def _evidence_as_json(evidence: Evidence, language: str) -> dict[str, Any]:
    return {
        "field": evidence.field,
        "field_label": translate(language, FIELD_LABELS[evidence.field]),
        "quote": evidence.quote,
        "start": evidence.start,
        "end": evidence.end,
        "marks": [list(mark) for mark in evidence.marks],
        "revenue_share": evidence.revenue_share,
        "strength": evidence.similarity_0_1,
        "term": evidence.term,
        "term_kind": evidence.term_kind,
        "relation": evidence.relation,
    }
