"""The audit log: who changed or exported what, from which value to which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from models import AuditEntry, Base, utc_now
from service.actors import Actor, require

# Of what a row is called in the log, the first that it has: people search by these.
_NUMBERS = ("code", "login", "external_id", "name")
_LABELS = ("title", "display_name", "name", "file_name", "label")
_MOST_CHARS = 2_000  # of one value: the log tells what changed, the table holds the text
_AT_ONCE = 500

Changes = Mapping[str, tuple[Any, Any]]
Subject = Base | tuple[str, object] | tuple[str, object, str]


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """What to look for; empty fields do not narrow."""

    who: str = ""
    action: str = ""
    object: str = ""
    since: datetime | None = None
    until: datetime | None = None  # exclusive


def record_audit(
    session: Session, actor: Actor, action: str, subject: Subject, changes: Changes | None = None
) -> AuditEntry:
    """Write down that `actor` did `action` ("user.added") to `subject`, with {field: (old, new)}.

    `subject` is a row (flushed, so that it has its id), or (type, id) or (type, id, label) of what has none.
    Values that did not change are left out. Never hand over a password or a token.
    """
    kind, number, label = _told(subject)
    entry = AuditEntry(
        at=utc_now(),
        login=actor.login[:100],
        role=actor.role,
        action=action,
        object_type=kind[:48],
        object_id=number[:100],
        object_label=label[:300],
        changes={
            field: [_plain(old), _plain(new)] for field, (old, new) in (changes or {}).items() if old != new
        },
        address=actor.address[:64],
    )
    session.add(entry)
    session.flush()
    return entry


def list_audit(
    session: Session, actor: Actor, search: AuditSearch, *, limit: int = 50, offset: int = 0
) -> tuple[list[AuditEntry], int]:
    """The entries found, the latest first, and how many there are in all. Raises PermissionDenied."""
    require(actor, "audit.read")
    conditions = _conditions(search)
    total = session.scalar(select(func.count()).select_from(AuditEntry).where(*conditions)) or 0
    statement = select(AuditEntry).where(*conditions).order_by(AuditEntry.id.desc())
    return list(session.scalars(statement.limit(limit).offset(offset))), total


def export_audit(session: Session, actor: Actor, search: AuditSearch) -> Iterator[AuditEntry]:
    """All entries found, the oldest first, a few hundred in memory; the export itself is written down.

    Raises PermissionDenied.
    """
    require(actor, "audit.read")
    asked = {name: (None, value) for name, value in asdict(search).items() if value}
    own = record_audit(session, actor, "audit.exported", ("audit_log", ""), asked)
    statement = select(AuditEntry).where(*_conditions(search), AuditEntry.id < own.id)
    return iter(session.scalars(statement.order_by(AuditEntry.id).execution_options(yield_per=_AT_ONCE)))


def list_audit_actions(session: Session) -> list[str]:
    """The actions that stand in the log, for a choice."""
    return list(session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)))


def _conditions(search: AuditSearch) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if search.who:
        found.append(AuditEntry.login == search.who)
    if search.action:
        found.append(
            AuditEntry.action.startswith(search.action, autoescape=True)
            if search.action.endswith(".")
            else AuditEntry.action == search.action
        )
    if search.object:
        found.append(
            or_(
                AuditEntry.object_id == search.object,
                AuditEntry.object_type == search.object,
                AuditEntry.object_label.contains(search.object, autoescape=True),
            )
        )
    if search.since:
        found.append(AuditEntry.at >= search.since)
    if search.until:
        found.append(AuditEntry.at < search.until)
    return found


def _told(subject: Subject) -> tuple[str, str, str]:
    if isinstance(subject, tuple):
        return str(subject[0]), str(subject[1]), str(subject[2]) if len(subject) == 3 else ""
    number = next((value for name in _NUMBERS if (value := getattr(subject, name, None))), None)
    label = next((value for name in _LABELS if (value := getattr(subject, name, None))), "")
    return subject.__tablename__, str(number or getattr(subject, "id", "")), str(label)


def _plain(value: Any) -> Any:
    """`value` as JSON has it."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value if len(value) <= _MOST_CHARS else value[:_MOST_CHARS] + "…"
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        parts = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [_plain(part) for part in parts]
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    return str(value)[:_MOST_CHARS]
