"""Why this company, why not that one, what else it could fill, who is like it: questions about a match."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matching.engine import Engine
from matching.errors import UnknownCompany
from matching.records import CompanyProfile, Filters, Gap
from matching.reverse import GapFit, GapMatcher, profile_of_text
from matching.similar import Similar, find_similar
from matching.standing import Standing, Standings, place_in_list
from matching.why_not import WhyNot, why_not
from models import Company, GapVersion
from models import Gap as GapRow
from service.actors import Actor, require
from service.errors import Conflict, InvalidInput, NotFound, check_text
from service.match_inputs import gap_record, profile_of
from service.operations.companies import find_companies, get_company
from service.operations.gaps import current_wording, get_gap
from service.operations.match_runs import MAX_NEED_CHARS

MAX_COMPARED = 3
MAX_TEXT_CHARS = 20_000
MAX_FITS = 300
MAX_SIMILAR = 50
_GAP_CODE = re.compile(r"[A-Za-z]{1,4}\d*-[A-Za-z]?\d+")
_SHOWN_CHOICES = 5


def asked_gap(session: Session, need: str, home_province: str | None = None) -> Gap:
    """The gap whose code `need` is, or the need that it is in words. Raises NotFound, InvalidInput."""
    wanted = need.strip()
    check_text("need", wanted)
    if _GAP_CODE.fullmatch(wanted):
        return gap_record(current_wording(get_gap(session, wanted)), home_province)
    if not wanted:
        raise InvalidInput("need: is empty: give the code of a gap, or what is sought in words")
    if len(wanted) > MAX_NEED_CHARS:
        raise InvalidInput(f"need: {len(wanted)} characters are too many: give at most {MAX_NEED_CHARS}")
    return Gap(id="", need=wanted, home_province=home_province)


def named_company(session: Session, key: str) -> Company:
    """The company that `key` names: id, code, whole name, or the only one whose name holds it.

    Raises NotFound; Conflict, listing them, where it stands for several.
    """
    wanted = key.strip()
    check_text("company", wanted)
    try:
        return get_company(session, wanted)
    except NotFound:
        near = find_companies(session, wanted, limit=_SHOWN_CHOICES + 1)
        if len(near) == 1:
            return get_company(session, near[0].external_id)
        if near:
            choices = ", ".join(f"{c.external_id} {c.name}" for c in near[:_SHOWN_CHOICES])
            more = " …" if len(near) > _SHOWN_CHOICES else ""
            raise Conflict(f"company {wanted!r}: may be any of {choices}{more}: give the id") from None
        raise


def standings_of(
    actor: Actor, engine: Engine, gap: Gap, *, today: date, filters: Filters | None = None
) -> Standings:
    """The order of a gap, ready to be asked for companies. Raises EmptyNeed."""
    require(actor, "match")
    return Standings(engine, gap, today=today, filters=filters)


def rank_in_list(
    actor: Actor, engine: Engine, gap: Gap, company_id: str, *, filters: Filters | None = None
) -> int:
    """The rank of a company in the list of a match, without its reasons.

    Raises UnknownCompany for one that is not in that list.
    """
    require(actor, "match")
    rank = place_in_list(engine, gap, company_id, filters or Filters())
    if rank is None:
        raise UnknownCompany(
            f"company {company_id!r}: not among the companies compared: "
            'it says nothing that comes near, or the conditions leave it out: "why not" tells which'
        )
    return rank


def ask_why_not(session: Session, actor: Actor, standings: Standings, company_key: str) -> WhyNot:
    """Why a company stands where it stands, and what would change that.

    Raises NotFound, Conflict, UnknownCompany, SaysNothing.
    """
    require(actor, "match")
    return why_not(standings, named_company(session, company_key).external_id)


def compare_companies(
    session: Session, actor: Actor, standings: Standings, company_keys: Sequence[str]
) -> list[Standing]:
    """Two or three companies for one gap, in the order given. Raises as ask_why_not, and InvalidInput."""
    require(actor, "match")
    ids = list(dict.fromkeys(named_company(session, key).external_id for key in company_keys))
    if not 2 <= len(ids) <= MAX_COMPARED:
        raise InvalidInput(
            f"company: {len(ids)} different companies to compare: give two or {MAX_COMPARED} of them"
        )
    return [standings.of(company_id) for company_id in ids]


def published_gap_records(session: Session, home_province: str | None = None) -> list[Gap]:
    """All published gaps as the engine sees them, in the order of their codes."""
    version = selectinload(GapRow.current_version)
    rows = session.scalars(
        select(GapRow)
        .options(selectinload(GapRow.chain), version.selectinload(GapVersion.requirements))
        .order_by(GapRow.code)
    )
    published = (row for row in rows if row.current_version and row.current_version.status == "published")
    return [gap_record(current_wording(row), home_province) for row in published]


def published_wordings(session: Session) -> tuple[int, ...]:
    """The ids of the wordings that published_gap_records gives: they change when any of those does."""
    wanted = (GapVersion.is_current.is_(True), GapVersion.status == "published")
    return tuple(session.scalars(select(GapVersion.id).where(*wanted).order_by(GapVersion.id)))


def gaps_for_text(
    actor: Actor, matcher: GapMatcher, text: str, *, today: date, limit: int = 20
) -> tuple[GapFit, ...]:
    """The published gaps for a company that says `text` of itself. Raises InvalidInput, SaysNothing."""
    require(actor, "match")
    check_text("text", text)
    if len(text) > MAX_TEXT_CHARS:
        raise InvalidInput(f"text: {len(text)} characters are too many: give at most {MAX_TEXT_CHARS}")
    if not text.strip():
        raise InvalidInput("text: is empty: give what the company makes and does")
    return _fits(matcher, profile_of_text(text.strip()), today, limit)


def gaps_for_company(
    session: Session, actor: Actor, matcher: GapMatcher, company_key: str, *, today: date, limit: int = 20
) -> tuple[GapFit, ...]:
    """The published gaps that a company of the base fits. Raises NotFound, Conflict, SaysNothing."""
    require(actor, "match")
    return _fits(matcher, profile_of(named_company(session, company_key)), today, limit)


def similar_companies(
    session: Session, actor: Actor, engine: Engine, company_key: str, *, today: date, limit: int = 10
) -> Similar:
    """Companies like one, with what both say. Raises NotFound, Conflict, UnknownCompany, SaysNothing."""
    require(actor, "match")
    _check_limit(limit, MAX_SIMILAR)
    company_id = named_company(session, company_key).external_id
    return find_similar(engine, company_id, today=today, limit=limit)


def _fits(matcher: GapMatcher, profile: CompanyProfile, today: date, limit: int) -> tuple[GapFit, ...]:
    _check_limit(limit, MAX_FITS)
    return matcher.fits(profile, today=today, limit=limit)


def _check_limit(limit: int, most: int) -> None:
    if not 1 <= limit <= most:
        raise InvalidInput(f"limit: {limit} is not from 1 to {most}")
