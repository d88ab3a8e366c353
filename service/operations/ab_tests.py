"""Blind comparisons: two rankings shown as one list, decided by the verdicts of those who work with it."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.dictionary import Dictionary
from matching.engine import Engine
from matching.interleave import CREDITS, Outcome, Team, interleave, outcome
from matching.records import MatchResult
from matching.weights import Weights, weights_of
from models import AbAssignment, AbTest, Feedback
from service.actors import Actor, require
from service.errors import Conflict, InvalidInput, NotFound
from service.operations.audit import record_audit

PERMISSION = "index.build"  # who may change what everybody's lists are ranked by
# So deep the two lists are drafted; what lies below is not shown while a comparison runs.
DEPTH = 50


@dataclass(frozen=True, slots=True)
class Side:
    """How one side ranks: by which weights (the content of a file), with or without the dictionaries."""

    weights: Mapping[str, Any]
    dictionary: bool = True


def start_ab_test(
    session: Session, actor: Actor, name: str, a: Side, b: Side, *, seed: int, now: datetime
) -> AbTest:
    """Begin the comparison `name`; from now on lists of gaps are drafted from both sides.

    Raises PermissionDenied, WeightsInvalid, InvalidInput, or Conflict while another one runs.
    """
    require(actor, PERMISSION)
    running = running_ab_test(session)
    if running is not None:
        raise Conflict(f'a comparison runs already: {running.name}: end it first ("lianzhao ab end")')
    if not name.strip() or len(name) > 100:
        raise InvalidInput(f"name: {name[:40]!r}: give 1 to 100 characters")
    if session.scalar(select(AbTest.id).where(AbTest.name == name)):
        raise Conflict(f"a comparison {name!r} was held before: give another name")
    weights = [weights_of(side.weights, f"of side {team}") for team, side in (("a", a), ("b", b))]
    if weights[0].version == weights[1].version and a.dictionary == b.dictionary:
        raise InvalidInput(f"both sides rank alike ({weights[0].version}): give two that differ")
    test = AbTest(
        name=name,
        seed=seed,
        side_a={"weights": dict(a.weights), "dictionary": a.dictionary},
        side_b={"weights": dict(b.weights), "dictionary": b.dictionary},
        started_at=now,
        created_by=actor.login,
    )
    session.add(test)
    session.flush()
    record_audit(session, actor, "ab_test.started", test)
    return test


def end_ab_test(session: Session, actor: Actor, name: str, *, now: datetime) -> AbTest:
    """End it: lists are those of the weights in use again. Raises NotFound, Conflict, PermissionDenied."""
    require(actor, PERMISSION)
    test = get_ab_test(session, name)
    if test.ended_at is not None:
        raise Conflict(f"the comparison {name!r} is over since {test.ended_at:%Y-%m-%d}")
    test.ended_at = now
    session.flush()
    record_audit(session, actor, "ab_test.stopped", test)
    return test


def running_ab_test(session: Session) -> AbTest | None:
    """The comparison that runs now."""
    return session.scalar(select(AbTest).where(AbTest.ended_at.is_(None)).order_by(AbTest.id).limit(1))


def get_ab_test(session: Session, name: str) -> AbTest:
    """The comparison `name`. Raises NotFound."""
    test = session.scalar(select(AbTest).where(AbTest.name == name))
    if test is None:
        known = list(session.scalars(select(AbTest.name).order_by(AbTest.id)))
        raise NotFound(f"comparison {name!r}: not found: there are {known or 'none yet'}")
    return test


def report_ab_test(session: Session, actor: Actor, name: str) -> Outcome:
    """What the verdicts so far say of the two sides. Raises NotFound, PermissionDenied.

    One list is one gap as one person judged it; only live verdicts count.
    """
    require(actor, PERMISSION)
    test = get_ab_test(session, name)
    lists: dict[tuple[str, int], tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    rows = select(Feedback).where(Feedback.ab_test_id == test.id, Feedback.ended_at.is_(None))
    for row in session.scalars(rows.order_by(Feedback.id)):
        credits = lists[row.login, row.gap_version_id]
        credits[0 if row.ab_team == "a" else 1].append(CREDITS[row.verdict])
    return outcome(list(lists.values()), seed=test.seed)


def engines_of(test: AbTest, engine: Engine) -> tuple[Engine, Engine]:
    """The engines of both sides over the index of `engine`. Raises WeightsInvalid."""
    sides = (
        (weights_of(side["weights"], f"of side {team}"), bool(side["dictionary"]))
        for team, side in (("a", test.side_a), ("b", test.side_b))
    )
    first, second = (_engine(engine, weights, dictionary) for weights, dictionary in sides)
    return first, second


def drafted(
    test: AbTest, gap_version_id: int, of_a: MatchResult, of_b: MatchResult, *, limit: int, offset: int
) -> MatchResult:
    """The list of both sides. Nothing tells which row came from which: the receipt names the comparison."""
    rows = interleave(_ids(of_a), _ids(of_b), list_seed(test, gap_version_id))
    found = {team: {c.company.id: c for c in r.candidates} for team, r in (("a", of_a), ("b", of_b))}
    ranked = [
        replace(found[row.team][row.item], rank=place, lexical_rank=None, dense_rank=None)
        for place, row in enumerate(rows, start=1)
    ]
    receipt = {**of_a.receipt, "weights": f"blind comparison {test.name}", "dictionary": None}
    return replace(
        of_a,
        candidates=tuple(ranked[offset : offset + limit]),
        considered=len(ranked),
        receipt=receipt,
        best_band=of_a.best_band if of_a.best_band not in (None, "待核") else of_b.best_band,
    )


def teams_of(
    session: Session, test: AbTest, gap_version_id: int, of_a: MatchResult, of_b: MatchResult
) -> Mapping[str, Team]:
    """Which side brought which company into the list: as kept at the first verdict, else as drafted now."""
    kept = _kept(session, test.id, gap_version_id)
    if kept is not None:
        return dict(kept.teams)
    return {r.item: r.team for r in interleave(_ids(of_a), _ids(of_b), list_seed(test, gap_version_id))}


def keep_teams(session: Session, test_id: int, gap_version_id: int, teams: Mapping[str, Team]) -> None:
    """Keep who brought whom, so that a later index or import changes no credit."""
    if teams and _kept(session, test_id, gap_version_id) is None:
        session.add(AbAssignment(test_id=test_id, gap_version_id=gap_version_id, teams=dict(teams)))
        session.flush()


def _kept(session: Session, test_id: int, gap_version_id: int) -> AbAssignment | None:
    return session.scalar(
        select(AbAssignment).where(
            AbAssignment.test_id == test_id, AbAssignment.gap_version_id == gap_version_id
        )
    )


def list_seed(test: AbTest, gap_version_id: int) -> int:
    """What the draft of one list depends on: the same for all who look at it."""
    return zlib.crc32(f"{test.seed}:{gap_version_id}".encode())


def _engine(engine: Engine, weights: Weights, dictionary: bool) -> Engine:
    return Engine(engine.release, engine.embedder, weights, engine.dictionary if dictionary else Dictionary())


def _ids(result: MatchResult) -> list[str]:
    return [candidate.company.id for candidate in result.candidates]
