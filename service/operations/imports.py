"""Importing companies from csv, xlsx and jsonl files.

Rows that can be used are stored, the others are counted and kept as issues. Importing a file again changes
nothing; importing it with changes updates. An empty cell never erases what is known. Of two rows of one
file that are the same company the first holds, and the second fills what it left open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session, SessionTransaction

from models import ImportBatch, ImportIssue, utc_now
from models.company import PROVENANCE_KINDS
from service.actors import Actor, require
from service.company_records import CompanyRecord
from service.errors import Conflict, InvalidInput, NotFound
from service.operations.audit import record_audit
from service.operations.import_run import ImportReport, ImportRun, ImportStopped, Progress
from service.readers.company_issues import Issue
from service.readers.company_rows import CompanyRowReader
from service.readers.company_tables import open_company_table

__all__ = [
    "ImportReport",
    "ImportStopped",
    "Progress",
    "get_import_batch",
    "import_companies",
    "iterate_records",
    "list_import_batches",
    "list_import_issues",
]

_ISSUES_AT_ONCE = 500
MAX_SOURCE_CHARS = 200


def import_companies(
    session: Session,
    actor: Actor,
    path_or_stream: Path | str | BinaryIO,
    *,
    file_name: str | None = None,
    source: str,
    kind: str = "self",
    fetched_on: date | None = None,
    mapping: Mapping[str, str | None] | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> ImportReport:
    """Store the companies of a file and say what became of each row.

    `source` and `kind` (official, self, press, inferred, manual) become the provenance of each fact, with
    `fetched_on` (today). `mapping` (header → field) goes before the recognised columns. With `dry_run` all is
    done and taken back. All of it is one savepoint: whatever stops it leaves the database as it was.

    Raises PermissionDenied, InvalidInput (UnusableFile when the file is at fault), ImportStopped, Conflict.
    """
    require(actor, "company.import")
    _check_origin(source, kind)
    today = fetched_on or utc_now().date()
    with open_company_table(path_or_stream, file_name, mapping) as table:
        savepoint = session.begin_nested()
        try:
            run = ImportRun(session, table, today, progress, should_stop)
            report = run.carry_out(actor, source, kind, is_dry_run=dry_run)
        except IntegrityError as err:
            _take_back(savepoint)
            raise Conflict(
                f"{table.file_name}: another import stored some of these companies meanwhile: import it again"
            ) from err
        except BaseException:
            _take_back(savepoint)
            raise
        if dry_run:
            savepoint.rollback()
        else:
            savepoint.commit()
            _write_down(session, actor, report)
            session.expire_all()  # rows were written past the objects that the session holds
    return report


def list_import_batches(session: Session, *, limit: int = 50, offset: int = 0) -> list[ImportBatch]:
    """Imports, the latest first, without their issues."""
    statement = select(ImportBatch).order_by(ImportBatch.id.desc()).limit(limit).offset(offset)
    return list(session.scalars(statement))


def get_import_batch(session: Session, batch_id: int) -> ImportBatch:
    """One import; its issues are read when asked for. Raises NotFound."""
    batch = session.get(ImportBatch, batch_id)
    if batch is None:
        raise NotFound(f"import {batch_id}: not found: see the list of imports")
    return batch


def list_import_issues(session: Session, batch_id: int, *, errors_only: bool = False) -> Iterator[Issue]:
    """The issues of an import in the order of their rows, a few hundred in memory. Raises NotFound."""
    get_import_batch(session, batch_id)
    statement = select(ImportIssue).where(ImportIssue.batch_id == batch_id)
    if errors_only:
        statement = statement.where(ImportIssue.severity == "error")
    rows = session.scalars(
        statement.order_by(ImportIssue.row_number, ImportIssue.id).execution_options(
            yield_per=_ISSUES_AT_ONCE
        )
    )
    return (
        Issue(
            row.row_number,
            row.column_name,
            row.value,
            row.code,
            row.params,
            "error" if row.severity == "error" else "warning",
        )
        for row in rows
    )


def iterate_records(path: Path | str, *, today: date | None = None) -> Iterator[CompanyRecord]:
    """Every row of a file that has a name, read as an import reads it, without a database.

    Nothing is merged, and a row with a wrong code comes without the code: judged companies must all be there.
    Raises UnusableFile.
    """
    with open_company_table(path) as table:
        reader = CompanyRowReader(table.columns, today or utc_now().date(), keeps_faulty=True)
        for row in table.rows():
            record = reader.read(row).record
            if record is not None:
                yield record


def _write_down(session: Session, actor: Actor, report: ImportReport) -> None:
    counts = ("rows_read", "rows_added", "rows_updated", "rows_rejected")
    changes = {name: (None, getattr(report, name)) for name in ("source", *counts)}
    subject = ("import_batch", report.batch_id or "", report.file_name)
    record_audit(session, actor, "import.finished", subject, changes)


def _take_back(savepoint: SessionTransaction) -> None:
    # A full disk makes SQLite take back the whole transaction, and then the savepoint is gone. That must not
    # hide what happened.
    with suppress(OperationalError):
        savepoint.rollback()


def _check_origin(source: str, kind: str) -> None:
    if not source.strip() or len(source) > MAX_SOURCE_CHARS:
        raise InvalidInput(
            f"source {source!r}: say in 1 to {MAX_SOURCE_CHARS} characters where the facts are from"
        )
    if kind not in PROVENANCE_KINDS:
        raise InvalidInput(f"kind {kind!r}: use one of {', '.join(PROVENANCE_KINDS)}")
