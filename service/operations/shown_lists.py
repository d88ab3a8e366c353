"""The list of a gap as it is shown: by the weights in use, or drafted from the sides of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from matching.engine import Engine
from matching.errors import UnknownCompany
from matching.interleave import Team
from matching.records import Filters, MatchResult, Requirement
from models import AbTest
from service.actors import Actor
from service.match_inputs import gap_record
from service.operations.ab_tests import DEPTH, drafted, engines_of, running_ab_test, teams_of
from service.operations.explanations import rank_in_list
from service.operations.feedback import Shown
from service.operations.gaps import current_wording, get_gap
from service.operations.match_runs import MAX_LIMIT, match_gap


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks at the list of which gap, as of which day, under which conditions."""

    actor: Actor
    gap_code: str
    today: date
    filters: Filters | None = None
    home_province: str | None = None
    requirements: tuple[Requirement, ...] = ()  # tried in place of the gap's own


def match_shown(
    session: Session, engine: Engine, look: Look, *, limit: int, offset: int, count_facets: bool = False
) -> MatchResult:
    """Ranked, explained candidates as everybody is shown them now. Raises NotFound, InvalidInput."""
    test = _test_of(session, look)
    if test is None:
        return _match(session, engine, look, limit, offset, count_facets=count_facets)
    sides = [
        _match(session, side, look, DEPTH, 0, count_facets=count_facets) for side in engines_of(test, engine)
    ]
    wording = current_wording(get_gap(session, look.gap_code))
    return drafted(test, wording.id, sides[0], sides[1], limit=limit, offset=offset)


def shown_candidate(session: Session, engine: Engine, look: Look, company_id: str) -> Shown:
    """How the company stands in the list. Raises UnknownCompany, NotFound.

    In a blind comparison with the sides that brought the companies, which nothing else tells.
    """
    offset = 0
    while True:
        result = match_shown(session, engine, look, limit=MAX_LIMIT, offset=offset)
        for candidate in result.candidates:
            if candidate.company.id == company_id:
                return Shown(candidate.rank, result.receipt, *_sides(session, engine, look))
        offset += MAX_LIMIT
        if offset >= result.considered:
            raise UnknownCompany(f"company {company_id!r}: not in the list of gap {look.gap_code}")


def shown_rank(session: Session, engine: Engine, look: Look, company_id: str) -> int:
    """The place of the company in the list as it is shown. Raises UnknownCompany, NotFound."""
    if _test_of(session, look) is not None:
        return shown_candidate(session, engine, look, company_id).rank
    gap = gap_record(current_wording(get_gap(session, look.gap_code)), look.home_province)
    if look.requirements:
        gap = replace(gap, requirements=look.requirements)
    return rank_in_list(look.actor, engine, gap, company_id, filters=look.filters)


def _test_of(session: Session, look: Look) -> AbTest | None:
    """The blind comparison that the list takes part in; one of another wording tells nothing about it."""
    return None if look.requirements else running_ab_test(session)


def _sides(session: Session, engine: Engine, look: Look) -> tuple[int | None, Mapping[str, Team]]:
    test = _test_of(session, look)
    if test is None:
        return None, {}
    wording = current_wording(get_gap(session, look.gap_code))
    sides = [_match(session, side, look, DEPTH, 0) for side in engines_of(test, engine)]
    return test.id, teams_of(session, test, wording.id, sides[0], sides[1])


def _match(
    session: Session, engine: Engine, look: Look, limit: int, offset: int, *, count_facets: bool = False
) -> MatchResult:
    return match_gap(
        session,
        look.actor,
        engine,
        look.gap_code,
        today=look.today,
        limit=limit,
        offset=offset,
        filters=look.filters,
        home_province=look.home_province,
        requirements=look.requirements,
        count_facets=count_facets,
    )
