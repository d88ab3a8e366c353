"""Files uploaded to be imported: kept in HOME/uploads, with the columns chosen and what a trial came to."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ImportUpload
from models.company import PROVENANCE_KINDS
from service.actors import Actor, require
from service.errors import InvalidInput, NotFound
from service.operations.import_run import ImportReport
from service.readers.company_columns import COLUMN_BY_FIELD
from service.readers.company_issues import Issue
from service.readers.company_tables import open_company_table

KEPT_FOR = timedelta(days=30)
SAMPLES = 3
MAX_SAMPLE_CHARS = 40
_FILE, _ISSUES = "file", "issues.jsonl"


@dataclass(frozen=True, slots=True)
class UploadColumn:
    """A column of an uploaded file: its header, some values, and the field it is taken for ("" none)."""

    header: str
    samples: tuple[str, ...]
    field: str


def keep_upload(
    session: Session, actor: Actor, folder: Path, stream: BinaryIO, file_name: str, *, source: str, kind: str
) -> ImportUpload:
    """Keep an uploaded file under `folder` and guess its columns.

    Raises PermissionDenied, InvalidInput (UnusableFile where the file is at fault); then nothing is kept.
    """
    require(actor, "company.import")
    name = Path(file_name.replace("\\", "/")).name[-300:]
    if not name:
        raise InvalidInput("file: none was sent: choose one")
    source = source.strip()[:200] or name[:200]
    if kind not in PROVENANCE_KINDS:
        raise InvalidInput(f"kind {kind!r}: use one of {', '.join(PROVENANCE_KINDS)}")
    key = secrets.token_hex(16)
    place = folder / key
    place.mkdir(parents=True)
    try:
        with (place / _FILE).open("wb") as target:
            shutil.copyfileobj(stream, target)
        upload = ImportUpload(
            folder=key, file_name=name, source=source, kind=kind, column_mapping={}, created_by=actor.login
        )
        upload.column_mapping = {c.header: c.field for c in read_columns(folder, upload)}
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    session.add(upload)
    session.flush()
    return upload


def read_columns(folder: Path, upload: ImportUpload) -> list[UploadColumn]:
    """The columns of the file with some values, as they are mapped now. Raises UnusableFile."""
    chosen = mapping_of(upload)
    with open_company_table(file_of(folder, upload), upload.file_name, chosen or None) as table:
        rows = [row.values for row in islice(table.rows(), 50)]
        headers = list(dict.fromkeys([*table.headers, *(key for row in rows for key in row)]))
        return [
            UploadColumn(
                header,
                _samples(header, rows),
                upload.column_mapping.get(header, table.columns.field_of(header) or ""),
            )
            for header in headers
            if header
        ]


def choose_columns(session: Session, actor: Actor, upload: ImportUpload, chosen: Mapping[str, str]) -> None:
    """Take the columns as chosen: header → field, "" to leave one out.

    Raises PermissionDenied, InvalidInput for a field that is unknown or chosen twice.
    """
    require(actor, "company.import")
    fields = [field for field in chosen.values() if field]
    for field in fields:
        if field not in COLUMN_BY_FIELD:
            raise InvalidInput(f"column {field!r}: no such field")
        if fields.count(field) > 1:
            raise ColumnTwice(field)
    upload.column_mapping = dict(chosen)
    upload.report = None
    session.flush()


class ColumnTwice(InvalidInput):
    """Two columns were chosen for one field."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"column {field!r}: chosen twice: choose it for one column only")


def mapping_of(upload: ImportUpload) -> dict[str, str | None]:
    """The chosen columns as the import takes them."""
    return {header: field or None for header, field in upload.column_mapping.items()}


def store_trial(session: Session, folder: Path, upload: ImportUpload, report: ImportReport) -> None:
    """Keep what a trial came to, with every issue it found."""
    issues = [*report.errors, *report.warnings]
    issues.sort(key=lambda issue: (issue.row, issue.severity))
    with (folder / upload.folder / _ISSUES).open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(asdict(issue), ensure_ascii=False) + "\n" for issue in issues)
    upload.report = report_counts(report)
    session.flush()


def report_counts(report: ImportReport) -> dict[str, Any]:
    """The numbers of a report as JSON."""
    names = ("rows_read", "rows_added", "rows_updated", "rows_unchanged", "rows_rejected", "rows_skipped")
    return {
        **{name: getattr(report, name) for name in names},
        "rows_merged": report.rows_merged,
        "issue_counts": dict(report.issue_counts),
        "columns": dict(report.columns),
        "encoding": report.encoding,
    }


def trial_issues(folder: Path, upload: ImportUpload) -> Iterable[Issue]:
    """The issues that the trial found, in the order of their rows."""
    with suppress(FileNotFoundError), (folder / upload.folder / _ISSUES).open(encoding="utf-8") as lines:
        for line in lines:
            yield Issue(**json.loads(line))


def get_upload(session: Session, actor: Actor, upload_id: int) -> ImportUpload:
    """One uploaded file. Raises PermissionDenied, NotFound."""
    require(actor, "company.import")
    upload = session.get(ImportUpload, upload_id)
    if upload is None:
        raise NotFound(f"upload {upload_id}: not found: it was imported or discarded; upload the file again")
    return upload


def list_uploads(session: Session, actor: Actor) -> list[ImportUpload]:
    """Files that were not imported yet, the latest first. Raises PermissionDenied."""
    require(actor, "company.import")
    statement = select(ImportUpload).where(ImportUpload.batch_id.is_(None))
    return list(session.scalars(statement.order_by(ImportUpload.id.desc()).limit(20)))


def find_upload_of(session: Session, batch_id: int) -> ImportUpload | None:
    """The file of an import, where it came through a page and was not discarded."""
    return session.scalar(select(ImportUpload).where(ImportUpload.batch_id == batch_id))


def discard_upload(session: Session, actor: Actor, folder: Path, upload: ImportUpload) -> None:
    """Delete an uploaded file; what was imported from it stays. Raises PermissionDenied."""
    require(actor, "company.import")
    shutil.rmtree(folder / upload.folder, ignore_errors=True)
    session.delete(upload)
    session.flush()


def forget_old_uploads(session: Session, folder: Path, now: datetime) -> int:
    """Delete files uploaded long ago, which may hold data of persons; gives their number."""
    old = session.scalars(select(ImportUpload).where(ImportUpload.created_at < now - KEPT_FOR)).all()
    for upload in old:
        shutil.rmtree(folder / upload.folder, ignore_errors=True)
        session.delete(upload)
    session.flush()
    return len(old)


def file_of(folder: Path, upload: ImportUpload) -> Path:
    """Where the file lies."""
    return folder / upload.folder / _FILE


def _samples(header: str, rows: list[dict[str, Any]]) -> tuple[str, ...]:
    values = (" ".join(str(row[header]).split()) for row in rows if row.get(header) not in (None, "", []))
    return tuple(value[:MAX_SAMPLE_CHARS] for value in islice(dict.fromkeys(v for v in values if v), SAMPLES))
