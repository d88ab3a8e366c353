"""Searches that people keep: what was asked and what stood on top, to be told later what has moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matching.engine import Engine
from matching.records import Filters, MatchResult, Requirement
from models import SavedSearch
from service.actors import Actor, require
from service.errors import Conflict, InvalidInput, NotFound, check_text
from service.match_inputs import filters_from, plain
from service.operations.audit import record_audit
from service.operations.match_runs import match_gap, match_need

KEPT = 20
MAX_NAME_CHARS = 100
MAX_SEARCHES = 200
MAX_ADDRESS_CHARS = 20_000
# What an answer depends on beside the question: equal values, equal answer.
BASIS = ("gap_version", "index_release", "company_snapshot", "weights", "dictionary", "engine")


@dataclass(frozen=True, slots=True)
class Place:
    """A company with its place then and now; None where it was not among the first KEPT."""

    id: str
    name: str
    before: int | None
    now: int | None
    band_before: str | None
    band_now: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """How the top of a saved list differs from what it would be now."""

    entered: tuple[Place, ...]
    left: tuple[Place, ...]
    moved: tuple[Place, ...]
    stayed: int
    basis: Mapping[str, tuple[Any, Any]]  # field of BASIS → (then, now), where they differ

    @property
    def is_same(self) -> bool:
        return not (self.entered or self.left or self.moved)


@dataclass(frozen=True, slots=True)
class View:
    """The view to keep: its address, the gap it is of (None for a need), what was edited and chosen."""

    address: str
    gap_code: str | None
    requirements: Sequence[Requirement]
    filters: Filters


def save_search(
    session: Session, actor: Actor, name: str, view: View, result: MatchResult, *, now: datetime
) -> SavedSearch:
    """Keep a view under `name` with the first companies of `result`.

    Raises PermissionDenied, InvalidInput, or Conflict for a name that is taken.
    """
    require(actor, "search.save")
    wanted = " ".join(name.split())
    check_text("name", wanted)
    if not wanted or len(wanted) > MAX_NAME_CHARS:
        raise InvalidInput(f"name: give a name of 1 to {MAX_NAME_CHARS} characters, not {len(wanted)}")
    if len(view.address) > MAX_ADDRESS_CHARS:
        raise InvalidInput(f"address: {len(view.address)} characters are too many to keep: edit less")
    own = select(func.count()).select_from(SavedSearch).where(SavedSearch.owner == actor.login)
    if (session.scalar(own) or 0) >= MAX_SEARCHES:
        raise Conflict(f"there are {MAX_SEARCHES} saved searches already: delete one first")
    if session.scalar(own.where(SavedSearch.name == wanted)):
        raise Conflict(f"a saved search is called {wanted!r} already: choose another name")
    search = SavedSearch(
        owner=actor.login,
        name=wanted,
        gap_code=view.gap_code,
        need=result.gap.need,
        requirements=[plain(requirement) for requirement in view.requirements] or None,
        filters=plain(view.filters),
        address=view.address,
        top=top_of(result),
        considered=result.considered,
        receipt=dict(result.receipt),
        saved_at=now,
    )
    session.add(search)
    session.flush()
    record_audit(session, actor, "search.saved", search, {"name": (None, wanted)})
    return search


def list_searches(session: Session, actor: Actor) -> list[SavedSearch]:
    """The actor's own saved searches, newest first."""
    require(actor, "search.save")
    statement = select(SavedSearch).where(SavedSearch.owner == actor.login)
    return list(session.scalars(statement.order_by(SavedSearch.saved_at.desc(), SavedSearch.id.desc())))


def get_search(session: Session, actor: Actor, search_id: int) -> SavedSearch:
    """One of the actor's own saved searches. Raises NotFound, also for those of others."""
    require(actor, "search.save")
    search = session.get(SavedSearch, search_id)
    if search is None or search.owner != actor.login:
        raise NotFound(f"saved search {search_id}: not among your own: see the list of saved searches")
    return search


def renew_search(
    session: Session, actor: Actor, search_id: int, result: MatchResult, *, now: datetime
) -> SavedSearch:
    """Take the list as it is now for what later changes are measured from. Raises NotFound."""
    search = get_search(session, actor, search_id)
    before = search.saved_at.isoformat(timespec="seconds")
    search.top, search.considered = top_of(result), result.considered
    search.receipt, search.saved_at = dict(result.receipt), now
    session.flush()
    changes = {"saved_at": (before, now.isoformat(timespec="seconds"))}
    record_audit(session, actor, "search.renewed", search, changes)
    return search


def delete_search(session: Session, actor: Actor, search_id: int) -> str:
    """Delete one of the actor's own saved searches; gives its name. Raises NotFound."""
    search = get_search(session, actor, search_id)
    name = search.name
    record_audit(session, actor, "search.deleted", search, {"name": (name, None)})
    session.delete(search)
    session.flush()
    return name


def match_search(
    session: Session,
    actor: Actor,
    engine: Engine,
    search: SavedSearch,
    *,
    today: date,
    home_province: str | None,
) -> MatchResult:
    """What a saved search finds now. Raises NotFound where its gap is gone."""
    requirements = tuple(
        Requirement(**{**known, "synonyms": tuple(known["synonyms"])}) for known in search.requirements or ()
    )
    filters = filters_from(search.filters)
    if search.gap_code:
        return match_gap(
            session,
            actor,
            engine,
            search.gap_code,
            today=today,
            limit=KEPT,
            filters=filters,
            home_province=home_province,
            requirements=requirements,
        )
    return match_need(
        actor,
        engine,
        search.need,
        today=today,
        limit=KEPT,
        filters=filters,
        home_province=home_province,
        requirements=requirements,
    )


def compare_search(search: SavedSearch, result: MatchResult) -> Changes:
    """How the first companies of `result` differ from those that were kept."""
    before = {row["id"]: row for row in search.top}
    now = {row["id"]: row for row in top_of(result)}
    places = [_place(company, before.get(company), now.get(company)) for company in {**before, **now}]
    moved = [p for p in places if p.before and p.now and (p.before, p.band_before) != (p.now, p.band_now)]
    return Changes(
        entered=tuple(sorted((p for p in places if p.before is None), key=lambda p: p.now or 0)),
        left=tuple(sorted((p for p in places if p.now is None), key=lambda p: p.before or 0)),
        moved=tuple(sorted(moved, key=lambda p: p.now or 0)),
        stayed=sum(p.before is not None and p.before == p.now for p in places),
        basis=basis_changes(search.receipt, result.receipt),
    )


def basis_changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What an answer depends on and has changed: field → (then, now). Empty: the answer is the same."""
    return {name: (then.get(name), now.get(name)) for name in BASIS if then.get(name) != now.get(name)}


def top_of(result: MatchResult) -> list[dict[str, Any]]:
    """The first companies of `result` as they are kept."""
    return [
        {
            "id": candidate.company.id,
            "name": candidate.company.name,
            "rank": candidate.rank,
            "band": candidate.band,
            "probability": candidate.probability,
        }
        for candidate in result.candidates[:KEPT]
    ]


def _place(company: str, before: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> Place:
    known = now or before or {}
    return Place(
        company,
        known["name"],
        before["rank"] if before else None,
        now["rank"] if now else None,
        before["band"] if before else None,
        now["band"] if now else None,
    )
