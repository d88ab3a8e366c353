"""The life of a gap's wording: draft → in review → published → archived, and who may move it on.

With the four-eyes rule nobody publishes what he or she submitted. Before publishing, the gap check and the
fair-competition check are made: a finding that blocks must be excused by a reviewer, an error of the gap
check needs a reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.passages import normalise
from models import Gap, GapVersion, PolicyDraft
from service.actors import Actor, require
from service.content_diff import diff_contents
from service.errors import Conflict, InvalidInput, InvalidProfile, PermissionDenied
from service.gap_content import GapContent, as_profile, missing_in
from service.operations.audit import record_audit
from service.operations.compliance_review import NotClean, ReviewedFinding, review_text
from service.operations.gap_checks import (
    QUOTE_NOT_LITERAL,
    CompanyWords,
    GapProblem,
    check_gaps,
    schema_problems,
    stored_gaps,
)
from service.operations.gap_editing import MAX_NOTE_CHARS
from service.operations.gap_versions import get_gap_with_versions, get_version, require_unchanged
from service.operations.gap_wordings import content_of


class FourEyes(PermissionDenied):
    """The one who submitted a wording may not publish it."""


@dataclass(frozen=True, slots=True)
class PublishingCheck:
    """What stands in the way of a wording: its own problems, and what the fair-competition rules say."""

    problems: tuple[GapProblem, ...]
    findings: tuple[ReviewedFinding, ...]

    @property
    def errors(self) -> tuple[GapProblem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def blocking(self) -> tuple[ReviewedFinding, ...]:
        return tuple(row for row in self.findings if row.blocks)

    @property
    def is_clean(self) -> bool:
        return not self.problems and not self.findings


def scope_of(code: str) -> str:
    """The place for which findings of a gap are excused."""
    return f"gap:{code}"


def checked_text(content: GapContent) -> str:
    """All words of a gap that officers and companies get to read, a line each."""
    lines = [content.title, content.need, content.note or ""]
    for row in content.requirements:
        lines += [row.text, "、".join(row.synonyms), row.note or ""]
    return "\n".join(line for line in lines if line)


def check_before_publishing(
    session: Session,
    code: str,
    content: GapContent,
    *,
    known_terms: Collection[str],
    base: CompanyWords | None = None,
) -> PublishingCheck:
    """Both checks of the wording `content` of gap `code`; an incomplete one is told what it lacks."""
    findings = tuple(review_text(session, scope_of(code), checked_text(content)))
    missing = missing_in(content)
    if missing:
        return PublishingCheck(tuple(schema_problems(InvalidProfile(code, missing))), findings)
    try:
        profile = as_profile(code, content)
    except InvalidProfile as err:
        return PublishingCheck(tuple(schema_problems(err)), findings)
    problems = check_gaps([profile], known_terms=known_terms, stored=stored_gaps(session), base=base)
    return PublishingCheck((*_inexact_quotes(session, content), *problems), findings)


def _inexact_quotes(session: Session, content: GapContent) -> Iterator[GapProblem]:
    """Quotes that stand in a policy text at work, but with other signs or blanks than there."""
    texts = list(session.scalars(select(PolicyDraft.text)))
    for at, ref in enumerate(content.refs):
        if any(ref.quote in text for text in texts):
            continue
        if any(normalise(ref.quote) in normalise(text) for text in texts):
            yield GapProblem(
                "quote_not_literal", "warning", f"refs[{at}].quote", ref.quote, QUOTE_NOT_LITERAL
            )


def submit_gap(
    session: Session, actor: Actor, code: str, *, version: int, revision: int, now: datetime, note: str = ""
) -> GapVersion:
    """Hand the draft of gap `code` to the reviewers. Raises InvalidProfile with what it still lacks.

    Raises NotFound, PermissionDenied, EditConflict, Conflict when there is no draft or it is based on an
    older wording than the published one.
    """
    require(actor, "gap.edit")
    _check_note(note)
    gap = get_gap_with_versions(session, code, lock=True)
    draft = _expect(gap, version, revision, "draft")
    _refuse_outdated(gap, draft)
    content = content_of(draft)
    missing = missing_in(content)
    if missing:
        raise InvalidProfile(gap.code, missing)
    as_profile(gap.code, content)
    changes: dict[str, tuple[Any, Any]] = {"submitted_by": (draft.submitted_by, actor.login)}
    draft.submitted_at, draft.submitted_by, draft.review_note = now, actor.login, None
    draft.change_note = note.strip() or draft.change_note
    return _move(session, actor, gap, draft, "in_review", "gap.submitted", changes)


def withdraw_gap(session: Session, actor: Actor, code: str, *, version: int, revision: int) -> GapVersion:
    """Take what is in review back to draft, to write on. Raises as `submit_gap` does."""
    require(actor, "gap.edit")
    gap = get_gap_with_versions(session, code, lock=True)
    found = _expect(gap, version, revision, "in_review")
    return _move(session, actor, gap, found, "draft", "gap.withdrawn", {})


def return_gap(
    session: Session, actor: Actor, code: str, *, version: int, revision: int, reason: str
) -> GapVersion:
    """Send what is in review back to its writer, saying why. Raises InvalidInput without a reason."""
    require(actor, "gap.review")
    _check_note(reason)
    if not reason.strip():
        raise InvalidInput("reason: empty: tell the writer what to change")
    gap = get_gap_with_versions(session, code, lock=True)
    found = _expect(gap, version, revision, "in_review")
    found.review_note = reason.strip()
    return _move(session, actor, gap, found, "draft", "gap.returned", {"review_note": (None, reason.strip())})


def publish_gap(
    session: Session,
    actor: Actor,
    code: str,
    *,
    version: int,
    revision: int,
    now: datetime,
    four_eyes: bool,
    known_terms: Collection[str],
    base: CompanyWords | None = None,
    reason: str = "",
) -> GapVersion:
    """Put what is in review in force: from now on it is matched instead of the wording before it.

    Raises FourEyes, NotClean, InvalidInput when the gap check has errors and no `reason` is given,
    NotFound, PermissionDenied, EditConflict, Conflict.
    """
    require(actor, "gap.review")
    _check_note(reason)
    gap = get_gap_with_versions(session, code, lock=True)
    found = _expect(gap, version, revision, "in_review")
    _refuse_outdated(gap, found)
    if four_eyes and found.submitted_by == actor.login:
        raise FourEyes(
            f"gap {gap.code}: {actor.login} submitted it and may not publish it too: another reviewer has to"
        )
    check = check_before_publishing(session, gap.code, content_of(found), known_terms=known_terms, base=base)
    if check.blocking:
        raise NotClean(scope_of(gap.code), [row.finding for row in check.blocking])
    if check.errors and not reason.strip():
        told = "; ".join(f"{problem.value}: {problem.advice}" for problem in check.errors)
        raise InvalidInput(
            f"gap {gap.code}: {told}: correct it, or say why it is to be published all the same"
        )
    return _put_in_force(session, actor, gap, found, now, reason.strip())


def archive_gap(
    session: Session, actor: Actor, code: str, *, version: int, now: datetime, reason: str
) -> GapVersion:
    """Take gap `code` out of matching. Its wordings stay, and can be restored as a draft.

    Raises InvalidInput without a reason, Conflict while a draft is open or when it is archived already.
    """
    require(actor, "gap.review")
    _check_note(reason)
    if not reason.strip():
        raise InvalidInput("reason: empty: say why the gap is no longer sought")
    gap = get_gap_with_versions(session, code, lock=True)
    if gap.open_version is not None:
        raise Conflict(f"gap {gap.code}: has an open draft: publish or discard it first")
    found = _expect(gap, version, None, "published")
    found.changed_at, found.changed_by = now, actor.login  # seeding leaves alone what somebody decided
    return _move(session, actor, gap, found, "archived", "gap.archived", {"reason": (None, reason.strip())})


def _put_in_force(
    session: Session, actor: Actor, gap: Gap, found: GapVersion, now: datetime, reason: str
) -> GapVersion:
    before = gap.current_version
    changes: dict[str, tuple[Any, Any]] = {"version": (before.version if before else None, found.version)}
    if reason:
        changes["reason"] = (None, reason)
    if before is not None:
        changes |= diff_contents(content_of(before), content_of(found)).as_changes()
        before.is_current = False
        session.flush()  # one current version at a time, also inside this transaction
    found.published_at, found.published_by = now, actor.login
    found.status = "published"
    session.flush()
    found.is_current = True
    return _move(session, actor, gap, found, "published", "gap.published", changes, was="in_review")


def _expect(gap: Gap, version: int, revision: int | None, status: str) -> GapVersion:
    if revision is None:
        found = get_version(gap, version)
        revision = found.revision
    found = require_unchanged(gap, version, revision)
    if found.status != status:
        raise Conflict(
            f"gap {gap.code}: version {found.version} is {found.status}, not {status}: load it again"
        )
    return found


def _refuse_outdated(gap: Gap, draft: GapVersion) -> None:
    current = gap.current_version
    if current is not None and draft.based_on != current.version:
        raise Conflict(
            f"gap {gap.code}: version {current.version} was published by "
            f"{current.published_by or current.created_by} after this draft was begun: "
            "compare the two and confirm the draft first"
        )


def _move(
    session: Session,
    actor: Actor,
    gap: Gap,
    version: GapVersion,
    status: str,
    action: str,
    changes: Mapping[str, tuple[Any, Any]],
    was: str | None = None,
) -> GapVersion:
    told = {"status": (was or version.status, status), **changes}
    version.status = status
    if status in ("draft", "in_review"):
        version.revision += 1
    session.flush()
    record_audit(session, actor, action, ("gap", gap.code, version.title), told)
    return get_version(get_gap_with_versions(session, gap.code), version.version)


def _check_note(note: str) -> None:
    if len(note) > MAX_NOTE_CHARS:
        raise InvalidInput(f"note: {len(note)} characters are too many: say it in {MAX_NOTE_CHARS}")
