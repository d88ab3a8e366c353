"""Why a company stands where it stands: the same rows that made the score, with quotes.

Nothing is guessed here and no sentence is made: codes and parameters go out, words are put at the edge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matching.carriers import carriers
from matching.marks import marks_in
from matching.modifiers import unstated
from matching.passages import normalise
from matching.records import (
    PASSAGE_FIELDS,
    Band,
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
# Fields that list what the company makes: only beside such a list is silence a no.
_LISTING_FIELDS = [
    PASSAGE_FIELDS.index(field) for field in ("product_names", "products_text", "main_business")
]

# Facts that are asked for where they are not stated, by the code of the question. The first are what an
# officer needs before the first call; MINOR_FACTS complete the file. A group is asked for as a whole where
# all of it is lacking, else each by itself.
_INTRODUCTION = ("main_business", "business_scope", "description")
_PRODUCTS = ("product_names", "products_text")
_LISTING = ("stock_code", "listed_on")
FACT_GROUPS = {"introduction": _INTRODUCTION, "products": _PRODUCTS, "listing": _LISTING}
MAIN_FACTS = ("uscc", "ownership", "employees", "province", "products", "product_names", "introduction")
MINOR_FACTS = (
    *_INTRODUCTION,
    "products_text",
    "technologies",
    "revenue_shares",
    "industry",
    "city",
    "full_name",
    "status",
    "listing",
    *_LISTING,
    "founded_on",
    "reg_capital_wan",
    "tags",
    "data_year",
)
ASKED_FACTS = (*MAIN_FACTS, *MINOR_FACTS)


def explain(
    scored: Scored, weights: Weights, position: int, rank: int, today: date, ranks: tuple[int, int] = (0, 0)
) -> Candidate:
    """The candidate at `position` of `scored` with all its rows. `ranks`: (lexical, dense), 0 for none."""
    context = scored.context
    company = context.release.companies.get(int(context.companies[position]))
    contributions = tuple(_contributions(scored, weights, position, company))
    total = weights.prior + sum(row.contribution for row in contributions)
    results = tuple(_requirement_rows(scored, position, company))
    statuses = {row.status for row in results if row.level == "must"}
    band = _band(weights, total, is_met=not statuses or "met" in statuses)
    return Candidate(
        rank=rank,
        company=company,
        score_log_odds=total,
        prior=weights.prior,
        probability=probability(total),
        band=band,
        contributions=contributions,
        requirements=results,
        cautions=tuple(_cautions(scored, company, results, today)),
        unknowns=tuple(_unknowns(company, context.query.requirements, results)),
        lexical_rank=ranks[0] or None,
        dense_rank=ranks[1] or None,
        band_precision=weights.precision(band),
    )


def bands_of(scored: Scored, weights: Weights) -> list[Band]:
    """The band of each company, as its explanation says it."""
    musts = scored.context.by_level("must")
    met = scored.context.met(MET)[:, musts].sum(axis=1)
    return [
        _band(weights, float(scored.scores[position]), is_met=not len(musts) or bool(met[position]))
        for position in range(len(scored.scores))
    ]


def _band(weights: Weights, total: float, *, is_met: bool) -> Band:
    """The band of the probability; A only where a core requirement is met beyond doubt (`is_met`).

    Measured on the development half: of the judged companies with an A-probability .90 are suitable where a
    core requirement is met (n 222), .79 where it is met in part (n 47).
    """
    band = weights.band(probability(total))
    return "B" if band == "A" and not is_met else band


def _contributions(
    scored: Scored, weights: Weights, position: int, company: CompanyProfile
) -> Iterator[Contribution]:
    carried = carriers(scored.context, position)
    for name, signal in scored.signals.items():
        value, weight = float(signal.values[position]), weights.weights[name]
        contribution = weight * value
        rows = carried.get(name, ()) if contribution else ()
        evidence = tuple(_carrier(scored, company, int(row)) for row in rows)
        missing = bool(signal.missing[position])
        yield Contribution(name, value, weight, contribution, missing=missing, evidence=evidence)


def _carrier(scored: Scored, company: CompanyProfile, row: int) -> Evidence:
    """The passage at `row` as what a signal stands on, with how far it agrees with what is sought."""
    context = scored.context
    mentions, mention = context.release.mentions, context.mentions[row]
    field = PASSAGE_FIELDS[mentions.field[mention]]
    start, end = int(mentions.start[mention]), int(mentions.end[mention])
    quote, share = company.texts[field][start:end], float(mentions.share[mention])
    said = (*(r.text for r in context.query.requirements if r.level != "must_not"), *context.query.topics)
    agrees = max(context.strengths[row].max(initial=0.0), context.topics[row].max(initial=0.0))
    return Evidence(
        field, quote, start, end, float(agrees), None if np.isnan(share) else share, marks_in(quote, said)
    )


def _own_mentions(scored: Scored, position: int) -> NDArray[np.int64]:
    """Rows of the context's passages that belong to the company at `position`."""
    starts = scored.context.starts
    end = starts[position + 1] if position + 1 < len(starts) else len(scored.context.mentions)
    return np.arange(starts[position], end)


def _requirement_rows(scored: Scored, position: int, company: CompanyProfile) -> Iterator[RequirementResult]:
    context = scored.context
    rows = _own_mentions(scored, position)
    fields = context.release.mentions.field[context.mentions[rows]]
    listed = int(np.isin(fields, _LISTING_FIELDS).sum())
    for column, requirement in enumerate(context.query.requirements):
        best = float(context.best[position, column])
        evidence = tuple(_quotes(scored, company, rows, column, requirement))
        surely = (context.strengths[rows, column] >= MET) & ~context.lacking[rows, column]
        status = _status(best, bool(surely.any()), requirement, listed)
        yield RequirementResult(requirement.id, requirement.text, requirement.level, status, best, evidence)


def _status(best: float, is_met: bool, requirement: Requirement, listed_passages: int) -> Status:
    """Silence is not a no: it is one only for products, of a company that lists what it makes."""
    if is_met:
        return "met"
    if best >= PARTIAL:
        return "partial"
    listed_kind = requirement.facet in ("product", "process")
    if not listed_kind or listed_passages < FEW_PASSAGES:
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
            term.name if term else None,
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
        elif result.status in ("met", "partial") and result.level != "must_not":
            lack = unstated(result.text, result.evidence[0].term_name, result.evidence[0].quote)
            if lack:
                yield Remark(
                    "grade",
                    {"requirement": result.text, "words": lack.words, "quote": result.evidence[0].quote},
                )
    shown = [
        e for r in results if r.level == "must" and r.status in ("met", "partial") for e in r.evidence[:1]
    ]
    for quote in dict.fromkeys(e.quote for e in shown if e.revenue_share is None):
        yield Remark("revenue_share", {"product": quote})
    for field in MAIN_FACTS:
        if is_unknown(company, field):
            yield Remark(field)
    yield Remark("expansion_plan")
    for field in MINOR_FACTS:
        if is_unknown(company, field):
            yield Remark(field, _lacking_shares(company) if field == "revenue_shares" else {})


def is_unknown(company: CompanyProfile, fact: str) -> bool:
    """Whether the base does not state `fact` (ASKED_FACTS) of the company; part of a group that lacks it all
    is asked for with the group.
    """
    if fact in FACT_GROUPS:
        return all(_is_blank(company, field) for field in FACT_GROUPS[fact])
    if any(fact in group and is_unknown(company, name) for name, group in FACT_GROUPS.items()):
        return False
    return _is_blank(company, fact)


def _is_blank(company: CompanyProfile, field: str) -> bool:
    if field == "revenue_shares":
        return bool(_lacking_shares(company)["count"])
    if field == "ownership":
        return company.ownership in ("", "unknown")
    if field in PASSAGE_FIELDS and (company.texts.get(field) or "").strip():
        return False
    return getattr(company, field, None) in (None, "", ())


def _lacking_shares(company: CompanyProfile) -> dict[str, int]:
    return {"count": sum(product.revenue_share is None for product in company.products)}
