"""Where named companies stand in the whole order of a gap, also those that a match would not show."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matching.engine import Engine, Ranking
from matching.errors import SaysNothing
from matching.explanation import explain
from matching.records import Candidate, CompanyProfile, Filters, Gap, Remark
from matching.retrieval import DEPTH
from matching.scoring import Scored, score

RankIn = Literal["list", "list_if_admitted", "whole_base"]
_Key = tuple[float, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """A company with its place among all that a gap is compared with.

    `candidate.rank` counts in what `rank_in` says: the list of the match; the list with this company, which
    the rules of `excluded_by` keep out, put in; or the whole base, where the search did not bring it up.
    """

    candidate: Candidate
    rank_in: RankIn
    excluded_by: tuple[Remark, ...]
    considered: int  # companies in the order that its rank counts in, itself included


class Order:
    """Companies best first, as a match orders them: by score, equals by id."""

    def __init__(self, ids: Iterable[str], scores: Iterable[float]) -> None:
        self._keys = sorted(map(_key, ids, scores))

    def __len__(self) -> int:
        return len(self._keys)

    def rank(self, company_id: str, log_odds: float) -> int:
        """The place that `company_id` has, or would have beside the others, with this score."""
        key = _key(company_id, log_odds)
        place = bisect_left(self._keys, key)
        return place + 1 - sum(own == company_id for _, own in self._keys[:place])


class Standings:
    """One gap and the order of its candidates, ready to be asked for companies. Raises EmptyNeed."""

    def __init__(
        self,
        engine: Engine,
        gap: Gap,
        *,
        today: date,
        filters: Filters | None = None,
        depth: int = DEPTH,
    ) -> None:
        self.engine = engine
        self.gap = gap
        self.today = today
        # What size adds is not what is asked about here: places are those of the usual list.
        self.filters = replace(filters or Filters(), hidden_suppliers=False)
        self.ranking: Ranking = engine.rank(gap, self.filters, depth=depth)
        self.order = _order_of(engine, self.ranking.scored)

    def __len__(self) -> int:
        return len(self.order)

    def of(self, company_id: str) -> Standing:
        """Where a company stands. Raises UnknownCompany; SaysNothing for one without any text."""
        companies = self.engine.release.companies
        ordinal = companies.ordinal(company_id)
        if not self.engine.release.has_text[ordinal]:
            raise SaysNothing(
                f"company {company_id!r}: has no text to compare: import what it makes and does"
            )
        excluded = tuple(exclusions(companies.get(ordinal), self.filters, self.gap.home_province))
        place = _place(self.ranking.retrieved.companies, ordinal)
        if place is not None:
            rank = self.order.rank(company_id, float(self.ranking.scored.scores[place]))
            candidate = self.engine.explained(self.ranking, place, rank, self.today)
            return Standing(candidate, "list", (), len(self.order))
        scored = self._alone(ordinal)
        rank_in: RankIn = "list_if_admitted" if excluded else "whole_base"
        order = self.order_of(rank_in)
        rank = order.rank(company_id, float(scored.scores[0]))
        candidate = explain(scored, self.engine.weights, 0, rank, self.today)
        return Standing(candidate, rank_in, excluded, len(order) + bool(excluded))

    def at(self, rank: int) -> Candidate:
        """The company that stands at `rank` of the list."""
        return self.engine.explained(self.ranking, int(self.ranking.order[rank - 1]), rank, self.today)

    def order_of(self, rank_in: RankIn) -> Order:
        """The order that such a rank counts in."""
        return self._whole_base if rank_in == "whole_base" else self.order

    def _alone(self, ordinal: int) -> Scored:
        return score(self.ranking.query, self.engine.release, np.array([ordinal]), self.engine.weights)

    @cached_property
    def _whole_base(self) -> Order:
        """Every company that passes the conditions and says anything, scored."""
        release = self.engine.release
        passing = np.flatnonzero(release.companies.allowed(self.filters) & release.has_text)
        return _order_of(self.engine, score(self.ranking.query, release, passing, self.engine.weights))


def _place(companies: NDArray[np.int64], ordinal: int) -> int | None:
    place = int(np.searchsorted(companies, ordinal))
    return place if place < len(companies) and companies[place] == ordinal else None


def place_in_list(engine: Engine, gap: Gap, company_id: str, filters: Filters) -> int | None:
    """The rank of a company in a match, without any reasons; None for one that the match leaves out."""
    ordinal = engine.release.companies.find(company_id)
    ranking = engine.rank(gap, filters)
    found = np.flatnonzero(ranking.retrieved.companies[ranking.order] == ordinal)
    return int(found[0]) + 1 if ordinal is not None and len(found) else None


def exclusions(company: CompanyProfile, filters: Filters, home: str | None = None) -> Iterator[Remark]:
    """The conditions that keep `company` out of a list, by name; those of CompanyTable.allowed."""
    shown = {"province": company.province}
    if filters.provinces and company.province not in filters.provinces:
        yield Remark("province_not_asked_for", {**shown, "asked": list(filters.provinces)})
    if company.province in filters.exclude_provinces:
        yield Remark("home_province" if company.province == home else "province_excluded", shown)
    delisted = company.status == "delisted"
    if filters.listed_only and (not company.stock_code or delisted):
        yield Remark("not_listed")
    least, employees = filters.min_employees, company.employees
    if least is not None and employees is not None and employees < least:
        yield Remark("too_few_employees", {"employees": employees, "least": least})
    if delisted and not filters.include_delisted:
        yield Remark("delisted")


def _order_of(engine: Engine, scored: Scored) -> Order:
    ids = engine.release.companies.ids
    return Order((ids[i] for i in scored.context.companies), scored.scores.tolist())


def _key(company_id: str, log_odds: float) -> _Key:
    return (-round(log_odds, 9) + 0.0, company_id)
