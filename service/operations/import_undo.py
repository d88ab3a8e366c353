"""What an import changed, kept so that it can be undone, and the undoing.

Undoing goes company by company. One that was changed again since keeps what it has now: what somebody did
later is not lost for what was done before. One that the import added is deleted, unless something refers to
it (a kept match run, a list of an event).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from models import Base, Company, CompanyProvenance, ImportBatch, ImportChange
from service.actors import Actor, require
from service.company_records import record_as_json, record_from_json
from service.errors import Conflict
from service.operations.audit import record_audit
from service.operations.company_identity import KnownCompany
from service.operations.company_storage import load_by_ids, rewrite_companies

_AT_ONCE = 500
_COMPANY = Base.metadata.tables[Company.__tablename__]
_PROVENANCE = Base.metadata.tables[CompanyProvenance.__tablename__]
_PROVENANCE_COLUMNS = ("field", "source", "kind", "fetched_on", "batch_id", "details")
# Parts of a company go with it; everything else that points to one is a reason to keep it.
_PARTS = frozenset(
    {"company_search_key", "company_product", "company_tag", "company_passage", "company_provenance"}
)


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What became of the companies of an import: numbers, and up to 20 names of those left as they are."""

    restored: int
    removed: int
    kept_changed: tuple[str, ...]
    kept_referred: tuple[str, ...]
    kept_count: int


class AlreadyUndone(Conflict):
    """The import was undone before."""


def note_changes(
    session: Session, batch_id: int, new: Sequence[KnownCompany], changed: Sequence[KnownCompany]
) -> None:
    """Keep what a chunk of an import does: called when new companies are stored, changed ones not yet.

    A company that an earlier chunk of the same file has touched keeps the state before the file.
    """
    ids = [company.company_id for company in changed if company.company_id is not None]
    noted = set(
        session.scalars(
            select(ImportChange.company_id).where(
                ImportChange.batch_id == batch_id, ImportChange.company_id.in_(ids)
            )
        )
    )
    origins = _provenance_of(session, [number for number in ids if number not in noted])
    rows = [_row(batch_id, company, None) for company in new]
    again = []
    for company in changed:
        if company.company_id in noted:
            again.append(
                {
                    "of_batch": batch_id,
                    "of_company": company.company_id,
                    "new_hash": company.record.content_hash,
                }
            )
        elif company.before is not None:
            before = {
                "record": record_as_json(company.before),
                "provenance": origins.get(company.company_id or 0, []),
            }
            rows.append(_row(batch_id, company, before))
    if rows:
        session.execute(insert(ImportChange), rows)
    if again:
        table = Base.metadata.tables[ImportChange.__tablename__]
        session.execute(
            update(table)
            .where(table.c.batch_id == bindparam("of_batch"), table.c.company_id == bindparam("of_company"))
            .values(hash_after=bindparam("new_hash")),
            again,
        )


def undo_import(session: Session, actor: Actor, batch: ImportBatch, *, now: datetime) -> UndoReport:
    """Take back what `batch` changed. Raises PermissionDenied, AlreadyUndone."""
    require(actor, "company.import")
    if batch.undone_at is not None:
        raise AlreadyUndone(f"import {batch.id}: {batch.undone_by} has undone it already")
    changes = session.scalars(select(ImportChange).where(ImportChange.batch_id == batch.id)).all()
    restored = removed = 0
    changed_since: list[str] = []
    referred: list[str] = []
    for start in range(0, len(changes), _AT_ONCE):
        chunk = changes[start : start + _AT_ONCE]
        hashes = _present(session, [change.company_id for change in chunk])
        mine = [c for c in chunk if c.company_id in hashes and hashes[c.company_id][0] == c.hash_after]
        changed_since += [hashes[c.company_id][1] for c in chunk if c.company_id in hashes and c not in mine]
        held = _referred(session, [c.company_id for c in mine if c.before is None])
        referred += [hashes[number][1] for number in held]
        removed += _remove(
            session, [c.company_id for c in mine if c.before is None and c.company_id not in held]
        )
        restored += _restore(session, [c for c in mine if c.before is not None])
    batch.undone_at, batch.undone_by = now, actor.login
    session.flush()
    session.expire_all()  # rows were written past the objects that the session holds
    kept = len(changed_since) + len(referred)
    told = {"restored": (None, restored), "removed": (None, removed), "kept": (None, kept)}
    record_audit(session, actor, "import.undone", ("import_batch", batch.id, batch.file_name), told)
    return UndoReport(restored, removed, tuple(changed_since[:20]), tuple(referred[:20]), kept)


def can_be_undone(session: Session, batch: ImportBatch) -> bool:
    """Whether what the import changed was kept: not so for imports of earlier releases."""
    if batch.undone_at is not None:
        return False
    found = select(ImportChange.id).where(ImportChange.batch_id == batch.id).limit(1)
    return session.scalar(found) is not None


def _row(batch_id: int, company: KnownCompany, before: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "batch_id": batch_id,
        "company_id": company.company_id,
        "before": before,
        "hash_after": company.record.content_hash,
    }


def _present(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Of the companies that are still there: hash of their facts, and name."""
    statement = select(_COMPANY.c.id, _COMPANY.c.content_hash, _COMPANY.c.name).where(_COMPANY.c.id.in_(ids))
    return {row.id: (row.content_hash, row.name) for row in session.execute(statement)}


def _referred(session: Session, ids: Sequence[int]) -> set[int]:
    """Those of `ids` that a row of another table points to."""
    found: set[int] = set()
    for table in Base.metadata.sorted_tables:
        for column in _pointing(table) if ids and table.name not in _PARTS else ():
            found.update(session.scalars(select(column).where(column.in_(ids)).distinct()))
    return found


def _pointing(table: Table) -> list[Any]:
    return [key.parent for key in table.foreign_keys if key.column is _COMPANY.c.id]


def _remove(session: Session, ids: Sequence[int]) -> int:
    if ids:
        session.execute(delete(_COMPANY).where(_COMPANY.c.id.in_(ids)))  # its parts go with it
    return len(ids)


def _restore(session: Session, changes: Sequence[ImportChange]) -> int:
    present = load_by_ids(session, [change.company_id for change in changes])
    companies = []
    provenance: list[dict[str, Any]] = []
    for change in changes:
        before = change.before or {}
        now = present[change.company_id]
        companies.append(KnownCompany(record_from_json(before["record"]), change.company_id, before=now))
        provenance += [{"company_id": change.company_id, **_dated(row)} for row in before["provenance"]]
    rewrite_companies(session, companies)
    ids = [change.company_id for change in changes]
    if ids:
        session.execute(delete(_PROVENANCE).where(_PROVENANCE.c.company_id.in_(ids)))
    if provenance:
        batches = set(session.scalars(select(ImportBatch.id)))
        for row in provenance:
            row["batch_id"] = row["batch_id"] if row["batch_id"] in batches else None
        session.execute(insert(_PROVENANCE), provenance)
    return len(companies)


def _provenance_of(session: Session, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    columns = [_PROVENANCE.c[name] for name in ("company_id", *_PROVENANCE_COLUMNS)]
    for row in session.execute(select(*columns).where(_PROVENANCE.c.company_id.in_(ids))).mappings():
        values = {name: row[name] for name in _PROVENANCE_COLUMNS}
        day: date | None = values["fetched_on"]
        values["fetched_on"] = day.isoformat() if day else None
        found.setdefault(row["company_id"], []).append(values)
    return found


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    day = row["fetched_on"]
    return {**row, "fetched_on": date.fromisoformat(day) if day else None}
