"""Forms that leave the house: filled in, what was typed into them checked, the export written down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from service.actors import Actor
from service.compliance_records import ComplianceFinding, ComplianceRules
from service.event_list_records import EventEntry
from service.form_records import Form, FormPreset
from service.operations.audit import record_audit
from service.operations.compliance import check_text
from service.operations.event_forms import get_form

# What people type freely; everything else comes from the base or is one of a few words.
FREE_TEXTS = ("cooperation", "next_action", "note", "lock_note")


@dataclass(frozen=True, slots=True)
class NoteFinding:
    """Something in a typed text that the fair-competition rules may forbid."""

    company: str
    field: str
    finding: ComplianceFinding


@dataclass(frozen=True, slots=True)
class Export:
    """A form ready to be written, and what is to be looked at before it is handed on."""

    form: Form
    findings: tuple[NoteFinding, ...]


def export_form(
    session: Session,
    actor: Actor,
    preset: FormPreset,
    event_code: str,
    rules: ComplianceRules,
    *,
    today: date,
    language: str = "zh",
    version: int | None = None,
) -> Export:
    """The form `preset` of the event, checked; the export stands in the audit log.

    Raises NotFound, PermissionDenied.
    """
    form = get_form(session, actor, preset, event_code, today=today, language=language, version=version)
    found = tuple(check_notes((row.entry for row in form.rows if row.entry is not None), rules))
    record_audit(
        session,
        actor,
        "event.exported",
        ("event", form.list.code, f"{form.list.name} {form.list.edition}"),
        {
            "preset": (None, preset.code),
            "run": (None, form.run_code),
            "rows": (None, len(form.rows)),
            "compliance_findings": (None, len(found)),
        },
    )
    return Export(form, found)


def check_notes(entries: Iterable[EventEntry], rules: ComplianceRules) -> list[NoteFinding]:
    """What the rules find in the texts that people typed of `entries`."""
    return [
        NoteFinding(entry.company_name, field, finding)
        for entry in entries
        for field in FREE_TEXTS
        if (text := getattr(entry, field))
        for finding in check_text(text, rules)
    ]
