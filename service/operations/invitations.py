"""Drafts of invitations: from the evidence of the list, checked against the fair-competition rules.

A draft that does not pass is not handed out: what the rules forbid cannot be taken back once it was posted.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Event, EventRun, EventRunGap
from service.actors import Actor, require
from service.compliance_records import ComplianceFinding, ComplianceRules
from service.errors import InvalidInput, NotFound
from service.event_list_records import EventEntry, EventList
from service.form_records import FormPreset
from service.invitation_texts import Invitation, invitation_of
from service.operations.audit import record_audit
from service.operations.companies import get_company
from service.operations.compliance import check_text
from service.operations.event_forms import fill_form
from service.operations.event_lists import get_event_list
from service.operations.events import get_event

MORE_GAPS = 2
_GOOD_BANDS = ("A", "B")
_REPLY_WORDS = ("回执", "报名", "答复", "反馈")
_PRESET = FormPreset("invitation", "邀请函", "Invitation", "document", "A4", ("in", "waiting", "out"))


class InvitationRefused(InvalidInput):
    """A draft that the fair-competition rules forbid; `findings` say what and by which clause."""

    def __init__(self, company: str, findings: list[ComplianceFinding]) -> None:
        self.findings = findings
        lines = "\n".join(f"“{found.quote}”: {found.clause}: {found.rule.advice['zh']}" for found in findings)
        super().__init__(
            f"invitation of {company}: the fair-competition check does not pass, nothing was written:\n"
            f"{lines}\nmend the text of the event or of the entry (proposed cooperation) and try again"
        )


def draft_invitation(
    session: Session,
    actor: Actor,
    event_code: str,
    company_key: str,
    rules: ComplianceRules,
    *,
    today: date,
) -> Invitation:
    """The invitation of a company of the list, that passed the check; the draft stands in the audit log.

    Raises NotFound, PermissionDenied, InvitationRefused.
    """
    require(actor, "event.edit")
    listed = get_event_list(session, actor, event_code)
    event = get_event(session, event_code)
    entry = _entry_of(session, listed, company_key)
    others = _other_gaps(session, event, entry)
    form = fill_form(
        session, _PRESET, listed, [], others,
        today=today, language="zh", run_code=f"{listed.code}-R{listed.run_number or 0}-V{listed.version}",
        is_stored=True,
    )  # fmt: skip
    row = next(row for row in form.rows if row.entry is entry)
    invitation = invitation_of(
        form,
        row,
        [form.gaps[code] for code in others if code in form.gaps],
        sessions=_sessions(event, entry),
        reply_by=_reply_by(event, today),
    )
    findings = check_text(invitation.text, rules)
    refused = [finding for finding in findings if finding.severity == "blocked"]
    if refused:
        raise InvitationRefused(entry.company_name, refused)
    record_audit(
        session,
        actor,
        "event.invitation_drafted",
        ("event", listed.code, f"{listed.name} {listed.edition}"),
        {"company": (None, entry.company_name), "run": (None, form.run_code)},
    )
    return invitation


def _entry_of(session: Session, listed: EventList, key: str) -> EventEntry:
    company = get_company(session, key)
    for entry in listed.entries:
        if entry.company_id == company.external_id:
            return entry
    raise NotFound(
        f"{company.name}: not on the list of event {listed.code}: put it there before it is invited"
    )


def _other_gaps(session: Session, event: Event, entry: EventEntry) -> list[str]:
    """Further gaps in play that the company fits well, by the newest run that found a selection."""
    rows = session.execute(
        select(EventRunGap.gap_code, EventRunGap.candidates)
        .join(EventRun, EventRunGap.run_id == EventRun.id)
        .where(
            EventRun.id
            == select(EventRun.id)
            .where(EventRun.event_id == event.id, EventRun.state.in_(("optimal", "feasible")))
            .order_by(EventRun.number.desc())
            .limit(1)
            .scalar_subquery()
        )
    )
    found = [
        (-float(candidate["probability"]), gap)
        for gap, candidates in rows
        for candidate in candidates or ()
        if candidate["company"] == entry.company_id
        and gap != entry.gap_code
        and candidate.get("band") in _GOOD_BANDS
    ]
    return [gap for _, gap in sorted(found)[:MORE_GAPS]]


def _sessions(event: Event, entry: EventEntry) -> list[str]:
    """The parts of the programme that the group of the company takes part in; without a group all."""
    group = next((group for group in event.groups if group.code == entry.group_code), None)
    return [session.name for session in event.sessions if group is None or session.code in group.sessions]


def _reply_by(event: Event, today: date) -> date:
    """The deadline for replies as the event states it, else two weeks before it starts."""
    days = [
        date.fromisoformat(str(deadline["due_on"]))
        for deadline in event.deadlines
        if any(word in str(deadline["name"]) for word in _REPLY_WORDS)
    ]
    fallback = max(event.start_on - timedelta(days=14), min(today, event.start_on))
    return max(days, default=fallback)
