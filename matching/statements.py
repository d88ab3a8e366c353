"""Every statement of an explanation, and whether it can be checked against a stored passage, a stored fact
or a rule with a name. What does not resolve is a fault of the engine, never of the reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from matching import explanation
from matching.modifiers import unstated
from matching.passages import cut_passages
from matching.records import Candidate, CompanyProfile, Evidence, Gap, Remark, RequirementResult
from matching.weights import Weights

# What a rule of a contribution may differ by: the last bits of a sum.
EXACT = 1e-9


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: what it is, what it says, and why it does not resolve (empty when it does)."""

    kind: str  # "quote", "status", "contribution", "score", "caution" or "unknown"
    code: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Said:
    """An explanation with what its remarks are checked against."""

    candidate: Candidate
    gap: Gap
    today: date

    @property
    def company(self) -> CompanyProfile:
        return self.candidate.company

    def quotes(self) -> Iterator[Evidence]:
        for row in self.candidate.requirements:
            yield from row.evidence

    def quoted(self, text: Any) -> bool:
        return any(evidence.quote == text for evidence in self.quotes())

    def asked(self, text: Any, *statuses: str) -> bool:
        return any(r.text == text and r.status in statuses for r in self.candidate.requirements)


def statements_of(candidate: Candidate, gap: Gap, weights: Weights, today: date) -> Iterator[Statement]:
    """All statements of `candidate` for `gap` as of `today`, each resolved or with its fault."""
    said = _Said(candidate, gap, today)
    spans = {(p.field, p.start, p.end) for p in cut_passages(candidate.company.texts)}
    for requirement in candidate.requirements:
        yield Statement("status", requirement.id, _status_fault(requirement))
        for evidence in requirement.evidence:
            yield Statement("quote", requirement.id, _quote_fault(evidence, candidate.company, spans))
    for row in candidate.contributions:
        fault = ""
        if row.signal not in weights.weights or row.weight != weights.weights[row.signal]:
            fault = f"weight {row.weight} is not that of the weights {weights.version}"
        elif abs(row.contribution - row.weight * row.value) > EXACT or (row.missing and row.value):
            fault = f"{row.contribution} is not {row.weight} times {row.value}"
        yield Statement("contribution", row.signal, fault)
        for evidence in row.evidence:
            yield Statement("quote", row.signal, _quote_fault(evidence, candidate.company, spans))
    total = candidate.prior + sum(row.contribution for row in candidate.contributions)
    same = abs(total - candidate.score_log_odds) <= EXACT
    yield Statement("score", "sum", "" if same else f"{candidate.score_log_odds} is not the sum {total}")
    for remark in candidate.cautions:
        yield Statement("caution", remark.code, _remark_fault(CAUTION_RULES, remark, said))
    for remark in candidate.unknowns:
        yield Statement("unknown", remark.code, _remark_fault(UNKNOWN_RULES, remark, said))


def _status_fault(row: RequirementResult) -> str:
    if row.match_0_1 >= explanation.MET:
        first = row.evidence[0] if row.evidence else None
        lack = unstated(row.text, first.term_name, first.quote) if first else None
        allowed: tuple[str, ...] = ("met",) if lack is None or lack.is_claim else ("met", "partial")
    elif row.match_0_1 >= explanation.PARTIAL:
        allowed = ("partial",)
    else:
        allowed = ("unmet", "unknown")
    return "" if row.status in allowed else f"{row.status} at {row.match_0_1:.3f}"


def _quote_fault(evidence: Evidence, company: CompanyProfile, spans: set[tuple[str, int, int]]) -> str:
    place = f"{evidence.field}[{evidence.start}:{evidence.end}]"
    if company.texts.get(evidence.field, "")[evidence.start : evidence.end] != evidence.quote:
        return f"{evidence.quote!r} does not stand at {place}"
    return "" if (evidence.field, evidence.start, evidence.end) in spans else f"{place} is no passage"


Rule = Callable[[Mapping[str, Any], _Said], bool]


def _remark_fault(rules: Mapping[str, Rule], remark: Remark, said: _Said) -> str:
    rule = rules.get(remark.code)
    if rule is None:
        return "no rule of this name"
    return "" if rule(remark.params, said) else f"the rule does not hold for {dict(remark.params)}"


def _of_relation(params: Mapping[str, Any], said: _Said) -> bool:
    return said.quoted(params["quote"]) and said.asked(params["requirement"], "met", "partial")


def _small_share(params: Mapping[str, Any], said: _Said) -> bool:
    return params["share"] < explanation.SMALL_SHARE and any(
        e.quote == params["product"] and e.revenue_share == params["share"] for e in said.quotes()
    )


CAUTION_RULES: Mapping[str, Rule] = {
    "in_home_province": lambda p, s: s.gap.home_province == s.company.province == p["province"],
    "delisted": lambda _, s: s.company.status == "delisted",
    "special_treatment": lambda p, s: s.company.name == p["name"] and "ST" in s.company.name,
    "stale_data": lambda p, s: (
        s.company.data_year == p["year"] and s.today.year - p["year"] >= explanation.STALE_YEARS
    ),
    "excluded_product": _of_relation,
    "relation_equips": _of_relation,
    "relation_trades": _of_relation,
    "relation_serves": _of_relation,
    "small_share": _small_share,
}


def _not_stated(field: str) -> Rule:
    return lambda _, said: explanation.is_unknown(said.company, field)


UNKNOWN_RULES: Mapping[str, Rule] = {
    "requirement": lambda p, s: s.asked(p["requirement"], "unknown"),
    "grade": lambda p, s: any(
        (lack := unstated(p["requirement"], e.term_name, e.quote)) is not None
        and (e.quote, lack.words) == (p["quote"], p["words"])
        for e in s.quotes()
    ),
    "revenue_share": lambda p, s: any(
        e.quote == p["product"] and e.revenue_share is None for e in s.quotes()
    ),
    "expansion_plan": lambda _, __: True,  # no source of the base states it: asked of everybody
    **{field: _not_stated(field) for field in explanation.ASKED_FACTS},
}
