"""Why a company stands behind others, and the least that would have to be different: by scoring it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from matching.edits import Span, with_product, without_spans
from matching.explanation import PARTIAL
from matching.passages import cut_passages
from matching.records import Band, Candidate, CompanyProfile, Contribution, Requirement
from matching.rescoring import Rescoring, spans_for
from matching.scoring import probability
from matching.standing import Standing, Standings

TOP = 20
# Pairs of changes that are tried before saying that none suffices; ten requirements have 45.
MAX_PAIRS = 60

ChangeKind = Literal["stated", "not_stated"]
# Whether the company is among the first TOP, one or two changes bring it there, or none that was tried does.
Verdict = Literal["in_top", "one_change", "two_changes", "no_change"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of two scores: `difference == own.contribution - other.contribution`."""

    own: Contribution
    other: Contribution
    difference: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two companies row by row: the differences add up to that of the scores."""

    own: Candidate
    other: Candidate
    rows: tuple[Difference, ...]
    score_difference: float


@dataclass(frozen=True, slots=True)
class Change:
    """What a company's text would say otherwise: a product more, or nothing of the requirement at `spans`."""

    kind: ChangeKind
    requirement: Requirement
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the company would stand after `changes`, all others being as they are."""

    changes: tuple[Change, ...]
    score_log_odds: float
    probability: float
    band: Band
    rank: int


@dataclass(frozen=True, slots=True)
class WhyNot:
    """The answer. `outcomes`: each single change. `smallest`: what suffices; else `nearest`, what does not.

    `beside`: the company at rank TOP, or the first behind it where the one asked about holds that place.
    """

    standing: Standing
    requirements: tuple[Requirement, ...]
    verdict: Verdict
    beside: Comparison | None
    outcomes: tuple[Outcome, ...]
    smallest: Outcome | None
    nearest: Outcome | None
    tried: int  # changes scored, pairs included


def why_not(standings: Standings, company_id: str) -> WhyNot:
    """Why `company_id` stands where it stands. Raises UnknownCompany or SaysNothing."""
    standing = standings.of(company_id)
    trial = _Trial(standings, standing)
    singles = [trial.outcome((change,)) for change in trial.changes()]
    smallest, nearest = _smallest(trial, standing, singles)
    verdict: Verdict = "in_top" if standing.candidate.rank <= TOP else "no_change"
    if smallest is not None:
        verdict = "one_change" if len(smallest.changes) == 1 else "two_changes"
    return WhyNot(
        standing=standing,
        requirements=standings.ranking.query.requirements,
        verdict=verdict,
        beside=_beside(standings, standing.candidate),
        outcomes=tuple(singles),
        smallest=smallest,
        nearest=nearest,
        tried=trial.count,
    )


def compare(own: Candidate, other: Candidate) -> Comparison:
    """The rows of two candidates of one gap, side by side."""
    rows = tuple(
        Difference(one, two, one.contribution - two.contribution)
        for one, two in zip(own.contributions, other.contributions, strict=True)
    )
    return Comparison(own, other, rows, own.score_log_odds - other.score_log_odds)


def _beside(standings: Standings, candidate: Candidate) -> Comparison | None:
    place = min(TOP, len(standings))
    if place and standings.at(place).company.id == candidate.company.id:
        place = place + 1 if place < len(standings) else place - 1
    return compare(candidate, standings.at(place)) if place else None


class _Trial:
    """Changes of one company, scored and counted."""

    def __init__(self, standings: Standings, standing: Standing) -> None:
        self._rescoring = Rescoring(standings.engine, standings.gap, query=standings.ranking.query)
        self._weights = standings.engine.weights
        self._candidate = standing.candidate
        self._order = standings.order_of(standing.rank_in)
        self.count = 0

    def changes(self) -> Iterator[Change]:
        """Each requirement confirmed where it is not met, and given up where it is stated."""
        scored = self._rescoring.scored(self._candidate.company)
        asked = self._rescoring.query.requirements
        for column, (row, requirement) in enumerate(zip(self._candidate.requirements, asked, strict=True)):
            if row.status != "met" and row.level != "must_not":
                yield Change("stated", requirement)
            if row.status in ("met", "partial"):
                spans = [span for span in spans_for(scored, column, PARTIAL) if span[0] != "full_name"]
                # A company keeps its name, and one that would say nothing at all could not be compared.
                if spans and cut_passages(without_spans(self._candidate.company, spans).texts):
                    yield Change("not_stated", requirement, tuple(spans))

    def outcome(self, changes: Sequence[Change]) -> Outcome:
        self.count += 1
        company = self._candidate.company
        log_odds = self._rescoring.log_odds(_changed(company, changes))
        chance = probability(log_odds)
        rank = self._order.rank(company.id, log_odds)
        return Outcome(tuple(changes), log_odds, chance, self._weights.band(chance), rank)


def _changed(company: CompanyProfile, changes: Sequence[Change]) -> CompanyProfile:
    company = without_spans(company, [span for change in changes for span in change.spans])
    for change in changes:
        if change.kind == "stated":
            company = with_product(company, change.requirement.text)
    return company


def _smallest(
    trial: _Trial, standing: Standing, singles: Sequence[Outcome]
) -> tuple[Outcome | None, Outcome | None]:
    """What brings the company among the first TOP; where nothing does, what brings it nearest."""
    if standing.candidate.rank <= TOP:
        return None, None
    now = standing.candidate.score_log_odds
    gaining = sorted(
        (some for some in singles if some.score_log_odds > now), key=lambda some: -some.score_log_odds
    )
    if not gaining:
        return None, None
    if gaining[0].rank <= TOP:
        return gaining[0], None
    nearest = gaining[0]
    for pair in _pairs(gaining)[:MAX_PAIRS]:
        both = trial.outcome((*pair[0].changes, *pair[1].changes))
        if both.rank <= TOP:
            return both, None
        nearest = max(nearest, both, key=lambda some: some.score_log_odds)
    return None, nearest


def _pairs(gaining: Sequence[Outcome]) -> list[tuple[Outcome, Outcome]]:
    """Pairs of changes of different requirements, the most promising first."""
    pairs = [
        (one, two)
        for one, two in combinations(gaining, 2)
        if one.changes[0].requirement.id != two.changes[0].requirement.id
    ]
    return sorted(pairs, key=lambda pair: -(pair[0].score_log_odds + pair[1].score_log_odds))
