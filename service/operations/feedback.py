"""Verdicts on candidates: given, changed, withdrawn, and handed on to learn from."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matching.interleave import Team
from models import Company, Feedback, Gap, GapVersion
from models.feedback import VERDICTS
from service.actors import Actor, require
from service.errors import InvalidInput, NotFound, check_text
from service.operations.ab_tests import keep_teams
from service.operations.audit import record_audit
from service.operations.gaps import current_wording, get_gap
from service.readers.feedback_reasons import Reason, read_reasons
from service.shipped import feedback_reasons_path

GIVE = "feedback.give"
MAX_NOTE_CHARS = 500
# What a verdict counts as in a judged set; 3, the core of a company's business, is not asked for.
GRADES = {"suitable": 2, "partly": 1, "unsuitable": 0}


@dataclass(frozen=True, slots=True)
class Shown:
    """How the candidate stood before the one who judges; in a blind comparison, which side brought whom."""

    rank: int
    receipt: Mapping[str, Any]
    ab_test_id: int | None = None
    teams: Mapping[str, Team] = field(default_factory=dict)


class FeedbackIncomplete(InvalidInput):
    """A verdict that lacks something: `lacks` is "verdict", "reason" or "note"."""

    def __init__(self, lacks: str, message: str) -> None:
        super().__init__(message)
        self.lacks = lacks


@dataclass(frozen=True, slots=True)
class Exported:
    """Verdicts as a judged set: the content of its two files."""

    queries: str
    qrels: str
    pairs: int


@cache
def reasons() -> dict[str, Reason]:
    """The reasons that a verdict may give, by their code."""
    return read_reasons(feedback_reasons_path())


def give_feedback(
    session: Session,
    actor: Actor,
    gap_code: str,
    company_id: str,
    verdict: str,
    shown: Shown,
    *,
    reason: str | None = None,
    note: str = "",
    now: datetime,
) -> Feedback:
    """Say whether the company suits the gap as worded now; the actor's earlier verdict on it is ended.

    Raises PermissionDenied, NotFound, InvalidInput.
    """
    require(actor, GIVE)
    _check(verdict, reason, note)
    wording = current_wording(get_gap(session, gap_code))
    company = session.scalar(select(Company).where(Company.external_id == company_id))
    if company is None:
        raise NotFound(f"company {company_id!r}: not in the base any more: search for it by its name")
    earlier = _live(session, actor, wording, company_id)
    if earlier is not None:
        earlier.ended_at = now
        session.flush()  # before the new one: only one of them may be live
    given = Feedback(
        gap_version_id=wording.id,
        company_id=company.id,
        company_external_id=company_id,
        company_name=company.name,
        login=actor.login,
        verdict=verdict,
        reason=reason or None,
        note=note.strip() or None,
        rank=shown.rank,
        receipt=dict(shown.receipt),
        ab_test_id=shown.ab_test_id,
        ab_team=shown.teams.get(company_id),
        created_at=now,
    )
    session.add(given)
    session.flush()
    if shown.ab_test_id is not None:
        keep_teams(session, shown.ab_test_id, wording.id, shown.teams)
    changes: dict[str, tuple[Any, Any]] = {
        "verdict": (earlier and earlier.verdict, verdict),
        "reason": (earlier and earlier.reason, given.reason),
    }
    subject = ("feedback", given.id, f"{gap_code} {company.name}")
    record_audit(session, actor, "feedback.changed" if earlier else "feedback.given", subject, changes)
    return given


def withdraw_feedback(
    session: Session, actor: Actor, gap_code: str, company_id: str, *, now: datetime
) -> Feedback:
    """Take the actor's own verdict back. Raises PermissionDenied, NotFound."""
    require(actor, GIVE)
    live = find_feedback(session, actor, gap_code, company_id)
    if live is None:
        raise NotFound(
            f"no verdict of {actor.login} on {company_id!r} for gap {gap_code}: nothing to withdraw"
        )
    live.ended_at = now
    session.flush()
    subject = ("feedback", live.id, f"{gap_code} {live.company_name}")
    record_audit(session, actor, "feedback.withdrawn", subject, {"verdict": (live.verdict, None)})
    return live


def find_feedback(session: Session, actor: Actor, gap_code: str, company_id: str) -> Feedback | None:
    """The actor's live verdict on the company for the gap as worded now; None where there is none."""
    return _live(session, actor, current_wording(get_gap(session, gap_code)), company_id)


def list_feedback(
    session: Session, actor: Actor, *, gap_code: str | None = None, ended: bool = False
) -> list[Feedback]:
    """Verdicts of everybody, the newest first; live ones, or with `ended` all. Raises PermissionDenied."""
    require(actor, GIVE)
    query = (
        select(Feedback)
        .options(selectinload(Feedback.gap_version).selectinload(GapVersion.gap))
        .order_by(Feedback.id.desc())
    )
    if not ended:
        query = query.where(Feedback.ended_at.is_(None))
    if gap_code is not None:
        code = get_gap(session, gap_code).code
        query = query.join(Feedback.gap_version).join(GapVersion.gap).where(Gap.code == code)
    return list(session.scalars(query))


def export_feedback(session: Session, actor: Actor) -> Exported:
    """All live verdicts as a judged set. Raises PermissionDenied, or NotFound when there is none.

    Each wording of a gap is a query of its own. Where people differ, the middle grade counts, of two the
    lower.
    """
    require(actor, GIVE)
    rows = session.scalars(
        select(Feedback)
        .options(
            selectinload(Feedback.gap_version).selectinload(GapVersion.gap).selectinload(Gap.chain),
        )
        .where(Feedback.ended_at.is_(None))
        .order_by(Feedback.gap_version_id, Feedback.company_external_id, Feedback.id)
    ).all()
    if not rows:
        raise NotFound("no verdict was given yet: officers give them on the pages of candidates")
    grades: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row in rows:
        grades[row.gap_version_id, row.company_external_id].append(GRADES[row.verdict])
    wordings = {row.gap_version_id: row.gap_version for row in rows}
    names = {number: f"{wording.gap.code}-v{wording.version}" for number, wording in wordings.items()}
    queries = [
        {
            "id": names[number],
            "chain": wording.gap.chain.name,
            "title": wording.title,
            "need": wording.need,
        }
        for number, wording in wordings.items()
    ]
    return Exported(
        queries="".join(json.dumps(query, ensure_ascii=False) + "\n" for query in queries),
        qrels="".join(
            f"{names[number]}\t0\t{company}\t{sorted(some)[(len(some) - 1) // 2]}\n"
            for (number, company), some in grades.items()
        ),
        pairs=len(grades),
    )


def _live(session: Session, actor: Actor, wording: GapVersion, company_id: str) -> Feedback | None:
    return session.scalar(
        select(Feedback).where(
            Feedback.login == actor.login,
            Feedback.gap_version_id == wording.id,
            Feedback.company_external_id == company_id,
            Feedback.ended_at.is_(None),
        )
    )


def _check(verdict: str, reason: str | None, note: str) -> None:
    if verdict not in VERDICTS:
        raise FeedbackIncomplete("verdict", f"verdict {verdict!r}: write one of {', '.join(VERDICTS)}")
    check_text("note", note)
    if len(note) > MAX_NOTE_CHARS:
        raise InvalidInput(f"note: {len(note)} characters are too many: write at most {MAX_NOTE_CHARS}")
    if not reason:
        if verdict == "unsuitable":
            raise FeedbackIncomplete("reason", "reason: say why the company does not suit")
        return
    known = reasons().get(reason)
    if known is None or known.retired or verdict not in known.verdicts:
        allowed = [r.code for r in reasons().values() if verdict in r.verdicts and not r.retired]
        raise FeedbackIncomplete(
            "reason", f"reason {reason!r}: with {verdict!r} write one of {', '.join(allowed)}"
        )
    if reason == "other" and not note.strip():
        raise FeedbackIncomplete("note", 'note: with the reason "other" say in a few words what it is')
