"""Why a company stands where it stands: the same rows that made the score, with quotes.

Nothing is guessed here and no sentence is made: codes and parameters go out, words are put at the edge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matching.marks import marks_in
from matching.passages import normalise
from matching.records import (
    PASSAGE_FIELDS,
    Candidate,
    CompanyProfile,
    Contribution,
    Evidence,
    Remark,
    Requirement,
    RequirementResult,
    Status,
)
from matching.relation import RELATIONS, relation_of
from matching.scoring import Scored, probability
from matching.weights import Weights

MET = 0.72
PARTIAL = 0.5
# Below this a passage is not worth quoting: it shares the trade, not the thing.
QUOTED = 0.35
QUOTES_PER_REQUIREMENT = 2
# With fewer passages than this a company's silence says nothing.
FEW_PASSAGES = 3
SMALL_SHARE = 0.05
STALE_YEARS = 3

# Short names of companies under a stock exchange's special treatment: ST, *ST, SST, S*ST, then the name.
_SPECIAL_TREATMENT = re.compile(r"S?\*?ST(?![A-Za-z])")
# Fields whose text is the company's name or class, not a statement of what it makes.
_NAMING_FIELDS = {PASSAGE_FIELDS.index("full_name"), PASSAGE_FIELDS.index("industry")}


def explain(
    scored: Scored, weights: Weights, position: int, rank: int, today: date, ranks: tuple[int, int] = (0, 0)
) -> Candidate:
    """The candidate at `position` of `scored` with all its rows. `ranks`: (lexical, dense), 0 for none."""
    context = scored.context
    company = context.release.companies.get(int(context.companies[position]))
    contributions = tuple(_contributions(scored, weights, position))
    total = weights.prior + sum(row.contribution for row in contributions)
    results = tuple(_requirement_rows(scored, position, company))
    return Candidate(
        rank=rank,
        company=company,
        score_log_odds=total,
        prior=weights.prior,
        probability=probability(total),
        band=weights.band(probability(total)),
        contributions=contributions,
        requirements=results,
        cautions=tuple(_cautions(scored, company, results, today)),
        unknowns=tuple(_unknowns(company, context.query.requirements, results)),
        lexical_rank=ranks[0] or None,
        dense_rank=ranks[1] or None,
        band_precision=weights.precision(weights.band(probability(total))),
    )


def _contributions(scored: Scored, weights: Weights, position: int) -> Iterator[Contribution]:
    for name, signal in scored.signals.items():
        value, weight = float(signal.values[position]), weights.weights[name]
        yield Contribution(name, value, weight, weight * value, missing=bool(signal.missing[position]))


def _own_mentions(scored: Scored, position: int) -> NDArray[np.int64]:
    """Rows of the context's passages that belong to the company at `position`."""
    starts = scored.context.starts
    end = starts[position + 1] if position + 1 < len(starts) else len(scored.context.mentions)
    return np.arange(starts[position], end)


def _requirement_rows(scored: Scored, position: int, company: CompanyProfile) -> Iterator[RequirementResult]:
    context = scored.context
    rows = _own_mentions(scored, position)
    fields = context.release.mentions.field[context.mentions[rows]]
    speaking = int((~np.isin(fields, list(_NAMING_FIELDS))).sum())
    for column, requirement in enumerate(context.query.requirements):
        best = float(context.best[position, column])
        evidence = tuple(_quotes(scored, company, rows, column, requirement))
        status = _status(best, requirement, speaking)
        yield RequirementResult(requirement.id, requirement.text, requirement.level, status, best, evidence)


def _status(best: float, requirement: Requirement, speaking_passages: int) -> Status:
    """Silence is not a no: it is one only for products, of a company that lists what it makes."""
    if best >= MET:
        return "met"
    if best >= PARTIAL:
        return "partial"
    listed_kind = requirement.facet in ("product", "process")
    if not listed_kind or speaking_passages < FEW_PASSAGES:
        return "unknown"
    return "unmet"


def _quotes(
    scored: Scored, company: CompanyProfile, rows: NDArray[np.int64], column: int, requirement: Requirement
) -> Iterator[Evidence]:
    context = scored.context
    mentions = context.release.mentions
    occurrences = context.query.occurrences[column]
    strengths = context.strengths[rows, column]
    seen: set[str] = set()
    for row in rows[np.argsort(-strengths, kind="stable")]:
        strength = float(context.strengths[row, column])
        if strength < QUOTED or len(seen) == QUOTES_PER_REQUIREMENT:
            return
        mention = context.mentions[row]
        field = PASSAGE_FIELDS[mentions.field[mention]]
        start, end = int(mentions.start[mention]), int(mentions.end[mention])
        quote = company.texts[field][start:end]
        if normalise(quote) in seen:
            continue
        seen.add(normalise(quote))
        share = float(mentions.share[mention])
        term, relation = occurrences.at(int(mentions.text[mention]))
        said = (requirement.text, *requirement.synonyms, *((term.text,) if term else ()))
        yield Evidence(
            field,
            quote,
            start,
            end,
            strength,
            None if np.isnan(share) else share,
            marks_in(quote, said),
            term.text if term else None,
            term.kind if term else None,
            relation,
        )


def _cautions(
    scored: Scored, company: CompanyProfile, results: tuple[RequirementResult, ...], today: date
) -> Iterator[Remark]:
    gap = scored.context.query.gap
    if gap.home_province and company.province == gap.home_province:
        yield Remark("in_home_province", {"province": company.province})
    if company.status == "delisted":
        yield Remark("delisted")
    elif _SPECIAL_TREATMENT.match(company.name):
        yield Remark("special_treatment", {"name": company.name})
    if company.data_year is not None and today.year - company.data_year >= STALE_YEARS:
        yield Remark("stale_data", {"year": company.data_year})
    for result in results:
        if result.level == "must_not" and result.status in ("met", "partial"):
            yield Remark("excluded_product", {"requirement": result.text, "quote": result.evidence[0].quote})
    yield from _evidence_cautions(scored, results)


def _evidence_cautions(scored: Scored, results: tuple[RequirementResult, ...]) -> Iterator[Remark]:
    told: set[tuple[str, str]] = set()
    for column, result in enumerate(results):
        if result.level != "must" or result.status not in ("met", "partial") or not result.evidence:
            continue
        first = result.evidence[0]
        relation = first.relation if first.relation in RELATIONS else relation_of(first.quote)
        if scored.context.query.makes[column] and relation != "makes" and (relation, first.quote) not in told:
            told.add((relation, first.quote))
            yield Remark(f"relation_{relation}", {"quote": first.quote, "requirement": result.text})
        if first.revenue_share is not None and first.revenue_share < SMALL_SHARE:
            key = ("small_share", first.quote)
            if key not in told:
                told.add(key)
                yield Remark("small_share", {"product": first.quote, "share": first.revenue_share})


def _unknowns(
    company: CompanyProfile, asked: tuple[Requirement, ...], results: tuple[RequirementResult, ...]
) -> Iterator[Remark]:
    for requirement, result in zip(asked, results, strict=True):
        if result.status == "unknown" and result.level != "must_not":
            params = {"requirement": result.text, "id": result.id, "facet": requirement.facet}
            yield Remark("requirement", params)
    shown = [
        e for r in results if r.level == "must" and r.status in ("met", "partial") for e in r.evidence[:1]
    ]
    for quote in dict.fromkeys(e.quote for e in shown if e.revenue_share is None):
        yield Remark("revenue_share", {"product": quote})
    for field, value in (
        ("uscc", company.uscc),
        ("ownership", None if company.ownership == "unknown" else company.ownership),
        ("employees", company.employees),
        ("province", company.province),
    ):
        if value is None:
            yield Remark(field)
    if not any(company.texts.get(field) for field in ("description", "business_scope", "main_business")):
        yield Remark("introduction")
    yield Remark("expansion_plan")
