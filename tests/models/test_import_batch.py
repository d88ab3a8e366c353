"""Import batches and the issues of their rows."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import ImportBatch, ImportIssue
from models.import_batch import SEVERITIES


@pytest.fixture
def batch(session: Session) -> ImportBatch:
    batch = ImportBatch(
        file_name="企业.csv",
        file_sha256="0",
        file_format="csv",
        source="s",
        column_mapping={},
        imported_by="t",
    )
    session.add(batch)
    session.flush()
    return batch


def issue(row_number: int = 2, **fields: Any) -> ImportIssue:
    given = {"column_name": "员工人数", "value": "很多", "code": "not_a_number", "severity": "error"}
    return ImportIssue(row_number=row_number, **{**given, **fields})


@pytest.mark.parametrize("severity", SEVERITIES)
def test_every_severity_is_accepted(session: Session, batch: ImportBatch, severity: str) -> None:
    batch.issues = [issue(severity=severity)]
    session.flush()
    assert session.scalar(select(ImportIssue.severity)) == severity


def test_unknown_severity_is_refused(session: Session, batch: ImportBatch) -> None:
    batch.issues = [issue(severity="fatal")]
    with pytest.raises(IntegrityError, match="ck_import_issue_severity"):
        session.flush()


def test_issues_come_in_the_order_of_the_rows(session: Session, batch: ImportBatch) -> None:
    batch.issues = [issue(30), issue(4), issue(200)]
    session.flush()
    session.expire_all()
    assert [row.row_number for row in batch.issues] == [4, 30, 200]


def test_batch_counts_from_nothing(session: Session, batch: ImportBatch) -> None:
    session.expire_all()
    counts = (
        batch.rows_read,
        batch.rows_added,
        batch.rows_updated,
        batch.rows_unchanged,
        batch.rows_rejected,
    )
    assert counts == (0, 0, 0, 0, 0)


def test_deleted_batch_takes_its_issues(session: Session, batch: ImportBatch) -> None:
    batch.issues = [issue(2), issue(3)]
    session.flush()
    session.execute(delete(ImportBatch))
    assert session.scalar(select(func.count()).select_from(ImportIssue)) == 0
