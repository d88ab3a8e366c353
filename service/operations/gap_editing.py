"""Writing gaps: new ones, and changes, which are drafts until somebody publishes them.

A published wording is never written to: changing it makes a draft beside it, and matching goes on with the
published one. Every call names the version and revision that it read; when somebody else was faster it raises
EditConflict and nothing is lost.
"""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Chain, ChainLink, Gap, GapVersion
from service.actors import Actor, require
from service.content_diff import diff_contents
from service.errors import Conflict, InvalidInput, InvalidProfile, ProfileProblem
from service.gap_content import GapContent, check_content, numbered
from service.i18n import mark
from service.operations.audit import record_audit
from service.operations.chains import get_chain
from service.operations.gap_versions import (
    get_gap_with_versions,
    get_version,
    names_of,
    require_unchanged,
)
from service.operations.gap_wordings import content_of, write_content

MAX_NOTE_CHARS = 500
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,31}")


def create_gap(
    session: Session,
    actor: Actor,
    chain_code: str,
    content: GapContent,
    *,
    now: datetime,
    code: str = "",
    note: str = "",
) -> Gap:
    """A new gap with its first draft; without `code` the next free number of the chain.

    Raises NotFound, PermissionDenied, InvalidProfile, Conflict when the code is taken.
    """
    require(actor, "gap.edit")
    chain = get_chain(session, chain_code)
    session.scalar(select(Chain.id).where(Chain.id == chain.id).with_for_update())  # one new number at a time
    check_content(content, names_of(chain))
    gap = Gap(code=_free_code(session, chain, code), chain_id=chain.id)
    session.add(gap)
    session.flush()
    version = _new_draft(session, actor, gap, chain, content, number=1, based_on=None, now=now, note=note)
    record_audit(session, actor, "gap.created", ("gap", gap.code, content.title), _first_changes(version))
    return get_gap_with_versions(session, gap.code)


def edit_gap(
    session: Session,
    actor: Actor,
    code: str,
    content: GapContent,
    *,
    version: int,
    revision: int,
    now: datetime,
    note: str = "",
) -> GapVersion:
    """The draft of gap `code` with the wording `content`: the open one changed, or a new one.

    `version` and `revision` are those that were read. A wording that says the same changes nothing. Raises
    NotFound, PermissionDenied, InvalidProfile, EditConflict, Conflict while it is in review.
    """
    require(actor, "gap.edit")
    gap = get_gap_with_versions(session, code, lock=True)
    found = require_unchanged(gap, version, revision)
    if found.status == "in_review":
        raise Conflict(f"gap {gap.code}: is in review: take it back before you change it")
    chain = get_chain(session, gap.chain.code)
    check_content(content, names_of(chain))
    content = numbered(content, {row.req_id for past in gap.versions for row in past.requirements})
    diff = diff_contents(content_of(found), content)
    if diff.is_empty and found.status != "archived":
        return found
    if found.status == "draft":
        _check_note(note)
        found.requirements = []  # the old lines go first: two of one id may not meet
        session.flush()
        write_content(found, content, _link_id(chain, content, found.link_id))
        _stamp(found, actor, now, note)
        session.flush()
    else:
        number = max(row.version for row in gap.versions) + 1
        found = _new_draft(
            session, actor, gap, chain, content, number=number, based_on=found.version, now=now, note=note
        )
    record_audit(session, actor, "gap.edited", ("gap", gap.code, content.title), diff.as_changes())
    return get_version(get_gap_with_versions(session, code), found.version)


def restore_version(
    session: Session, actor: Actor, code: str, old: int, *, version: int, revision: int, now: datetime
) -> GapVersion:
    """A draft with the wording of version `old`, to be reviewed like any other. Raises as `edit_gap` does."""
    require(actor, "gap.edit")
    gap = get_gap_with_versions(session, code)
    content = content_of(get_version(gap, old))
    return edit_gap(
        session,
        actor,
        code,
        content,
        version=version,
        revision=revision,
        now=now,
        note=f"restored from version {old}",
    )


def rebase_draft(
    session: Session, actor: Actor, code: str, *, version: int, revision: int, now: datetime
) -> GapVersion:
    """The draft after its writer has compared it with a wording that was published meanwhile.

    Raises NotFound, PermissionDenied, EditConflict, Conflict when there is nothing to compare.
    """
    require(actor, "gap.edit")
    gap = get_gap_with_versions(session, code, lock=True)
    draft = require_unchanged(gap, version, revision)
    current = gap.current_version
    if draft.status != "draft" or current is None or draft.based_on == current.version:
        raise Conflict(f"gap {gap.code}: its draft is based on the published version already")
    changes = {"based_on": (draft.based_on, current.version)}
    draft.based_on = current.version
    draft.version = max(draft.version, max(row.version for row in gap.versions if row is not draft) + 1)
    _stamp(draft, actor, now, draft.change_note or "")
    session.flush()
    record_audit(session, actor, "gap.rebased", ("gap", gap.code, draft.title), changes)
    return get_version(get_gap_with_versions(session, code), draft.version)


def discard_draft(session: Session, actor: Actor, code: str, *, version: int, revision: int) -> None:
    """Drop the draft of gap `code`; a gap that was never published goes with it. The audit keeps the words.

    Raises NotFound, PermissionDenied, EditConflict, Conflict when it is no draft.
    """
    require(actor, "gap.edit")
    gap = get_gap_with_versions(session, code, lock=True)
    draft = require_unchanged(gap, version, revision)
    if draft.status != "draft":
        raise Conflict(f"gap {gap.code}: has no draft to discard")
    changes = {name: (new, None) for name, (_, new) in _first_changes(draft).items()}
    record_audit(session, actor, "gap.draft_discarded", ("gap", gap.code, draft.title), changes)
    session.delete(gap if gap.current_version is None else draft)
    session.flush()
    session.expire_all()


def _new_draft(
    session: Session,
    actor: Actor,
    gap: Gap,
    chain: Chain,
    content: GapContent,
    *,
    number: int,
    based_on: int | None,
    now: datetime,
    note: str,
) -> GapVersion:
    _check_note(note)
    content = numbered(content)
    version = GapVersion(
        gap_id=gap.id,
        version=number,
        is_current=False,
        status="draft",
        based_on=based_on,
        created_at=now,
        created_by=actor.login,
        changed_at=now,
        changed_by=actor.login,
        change_note=note.strip() or None,
    )
    write_content(version, content, _link_id(chain, content, None))
    session.add(version)
    session.flush()
    return version


def _stamp(version: GapVersion, actor: Actor, now: datetime, note: str) -> None:
    version.revision += 1
    version.changed_at, version.changed_by = now, actor.login
    version.change_note = note.strip() or version.change_note


def _check_note(note: str) -> None:
    if len(note) > MAX_NOTE_CHARS:
        raise InvalidInput(f"note: {len(note)} characters are too many: say it in {MAX_NOTE_CHARS}")


def _link_id(chain: Chain, content: GapContent, known: int | None) -> int:
    """The row of the link that `content` names; a draft without one stands at the first for the time."""
    links: dict[str, ChainLink] = {link.code: link for link in chain.links}
    if content.link in links:
        return links[content.link].id
    if known is not None:
        return known
    if not chain.links:
        problem = ProfileProblem("link", chain.code, mark("the chain has no links yet: add one first"))
        raise InvalidProfile(chain.code, [problem])
    return chain.links[0].id


def _free_code(session: Session, chain: Chain, wanted: str) -> str:
    taken = set(session.scalars(select(Gap.code)))
    code = wanted.strip().upper()
    if code:
        if not _CODE.fullmatch(code):
            raise InvalidInput(f"gap code {wanted!r}: write capitals, digits and hyphens, such as C03-G31")
        if code in taken:
            raise Conflict(
                f"gap code {code}: is taken: choose another, or leave it empty for the next free one"
            )
        return code
    numbers = [
        int(known.rpartition("-G")[2]) for known in taken if re.fullmatch(f"{chain.code}-G[0-9]+", known)
    ]
    return f"{chain.code}-G{max(numbers, default=0) + 1:02d}"


def _first_changes(version: GapVersion) -> dict[str, tuple[object, object]]:
    return {
        "title": (None, version.title),
        "need": (None, version.need),
        "requirements": (None, [row.text for row in version.requirements]),
        "content_hash": (None, version.content_hash),
    }
