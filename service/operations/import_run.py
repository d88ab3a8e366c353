"""One import on its way through a file: rows are read, told apart, merged and stored chunk by chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models import ImportBatch, ImportIssue
from service.actors import Actor
from service.company_records import FACT_FIELDS, CompanyRecord, known_facts, merge_records
from service.errors import ServiceError
from service.operations.company_identity import KnownCompanies, KnownCompany
from service.operations.company_storage import Origin, insert_companies, load_known, update_companies
from service.operations.import_undo import note_changes
from service.readers.company_issues import Finding, Issue, issue_at
from service.readers.company_rows import CompanyRowReader, ParsedRow
from service.readers.company_tables import CompanyTable

ROWS_AT_ONCE = 500
# Warnings beyond these are counted and stored but not carried in the report.
WARNINGS_IN_REPORT = 1_000
MAX_FILE_NAME_CHARS = 300

Progress = Callable[[int, int | None], None]  # (rows read, rows of the file where that can be told)


class ImportStopped(ServiceError, InterruptedError):
    """Somebody stopped the import; nothing of it was stored."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file. Rows add up to `rows_read`; `rows_merged` are among the updated and unchanged.

    `errors` are all issues that rejected a row, `warnings` the first of the others; `issue_counts` counts
    both by code. `batch_id` is None after a dry run.
    """

    batch_id: int | None
    file_name: str
    file_format: str
    encoding: str
    source: str
    is_dry_run: bool
    columns: Mapping[str, str]
    rows_read: int
    rows_added: int
    rows_updated: int
    rows_unchanged: int
    rows_rejected: int
    rows_skipped: int
    rows_merged: int
    issue_counts: Mapping[str, int]
    errors: tuple[Issue, ...]
    warnings: tuple[Issue, ...]


def _no_progress(done: int, total: int | None) -> None:
    """What is told of the progress to nobody."""


@dataclass(slots=True)
class _Tally:
    """What the import has come to so far."""

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    skipped: int = 0
    merged: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    errors: list[Issue] = field(default_factory=list)
    warnings: list[Issue] = field(default_factory=list)

    def note(self, issue: Issue) -> None:
        self.codes[issue.code] += 1
        if issue.severity == "error":
            self.errors.append(issue)
        elif len(self.warnings) < WARNINGS_IN_REPORT:
            self.warnings.append(issue)


class ImportRun:
    """One import of one table. `carry_out` does all of it; the caller holds the savepoint."""

    def __init__(
        self,
        session: Session,
        table: CompanyTable,
        today: date,
        progress: Progress | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        self.session = session
        self.table = table
        self.today = today
        self.progress = progress or _no_progress
        self.should_stop = should_stop or (lambda: False)
        self.reader = CompanyRowReader(table.columns, today)
        self.tally = _Tally()
        self.pending: list[Issue] = []
        # Of every company this file has spoken of: its first row, and the fields that are settled as bits.
        self.spoken_of: dict[int, tuple[int, int]] = {}

    def carry_out(self, actor: Actor, source: str, kind: str, *, is_dry_run: bool) -> ImportReport:
        batch = self._new_batch(actor, source)
        origin = Origin(source, kind, self.today, batch.id)
        for issue in self.table.notices:
            self._note(issue)
        rows = self.table.rows()
        noted = 0
        self.progress(0, self.table.row_estimate)
        while chunk := list(islice(rows, ROWS_AT_ONCE)):
            if self.should_stop():
                raise ImportStopped(
                    f"{self.table.file_name}: stopped after {self.tally.read} rows, nothing was stored: "
                    "import it again"
                )
            parsed = [self.reader.read(row) for row in chunk]
            for issue in self.table.columns.issues[noted:]:
                self._note(issue)
            noted = len(self.table.columns.issues)
            self._store(parsed, origin)
            self._store_issues(batch.id)
            self.progress(self.tally.read, self._total())
        self.progress(self.tally.read, self.tally.read)
        self._close_batch(batch)
        return self._report(batch, is_dry_run)

    def _total(self) -> int | None:
        estimate = self.table.row_estimate
        return None if estimate is None else max(estimate, self.tally.read)

    def _store(self, parsed: list[ParsedRow], origin: Origin) -> None:
        """Find the companies of a chunk, merge what its rows say, and write what is new or changed."""
        usable = [(row.record, row.has_own_id) for row in parsed if row.record and not row.is_rejected]
        known = load_known(self.session, usable) if usable else KnownCompanies()
        for stored in known.by_id.values():
            self._recall(stored)
        touched: dict[int, KnownCompany] = {}
        for row in parsed:
            company = self._take(row, known, origin.source)
            if company is not None:
                touched[id(company)] = company
        new = [c for c in touched.values() if c.company_id is None]
        insert_companies(self.session, new, origin)
        changed = [c for c in touched.values() if c.before is not None and c.record != c.before]
        note_changes(self.session, origin.batch_id, new, changed)
        update_companies(self.session, changed, origin)
        for company in touched.values():
            self._remember(company)

    def _take(self, row: ParsedRow, known: KnownCompanies, source: str) -> KnownCompany | None:
        """Merge one row into the company that it speaks of; None where it is rejected or skipped."""
        self.tally.read += 1
        for issue in row.issues:
            self._note(issue)
        if row.record is None or row.is_rejected:
            if row.is_rejected:
                self.tally.rejected += 1
            else:
                self.tally.skipped += 1
            return None
        identity = known.identify(row.record, row.has_own_id, source)
        for finding in identity.findings:
            self._note(self._identity_issue(row, finding))
        if identity.is_refused:
            self.tally.rejected += 1
            return None
        company = identity.company
        if company is None:
            company = KnownCompany(replace(row.record, external_id=identity.external_id, former_names=()))
            self.tally.added += 1
        else:
            self._merge(row, row.record, company)
        if not company.first_row:
            company.first_row = row.number
        company.settled |= known_facts(row.record)
        known.add(company)
        return company

    def _merge(self, row: ParsedRow, record: CompanyRecord, company: KnownCompany) -> None:
        if company.first_row:
            self.tally.merged += 1
            self._note(self._identity_issue(row, Finding("same_company", {"row": company.first_row})))
        merged = merge_records(company.record, record, company.settled)
        if merged == company.record:
            self.tally.unchanged += 1
        else:
            self.tally.updated += 1
            company.record = merged

    def _identity_issue(self, row: ParsedRow, finding: Finding) -> Issue:
        """The issue under the column that it is about."""
        record = row.record
        column: str = "name"
        value: str | None = (record.full_name or record.name) if record else None
        if record and finding.code in ("codes_of_two", "code_of_another", "uscc_replaced"):
            is_stock = finding.params.get("code") == record.stock_code and record.uscc != record.stock_code
            column, value = ("stock_code", record.stock_code) if is_stock else ("uscc", record.uscc)
        elif record and finding.code in ("id_twice", "id_taken"):
            column, value = "id", record.external_id
        return issue_at(row.number, self._header_of(column), value, finding)

    def _header_of(self, name: str) -> str:
        mapping = self.table.columns.mapping
        names = ("name", "full_name", "short_name") if name == "name" else (name,)
        return next((header for header, found in mapping.items() if found in names), name)

    def _recall(self, company: KnownCompany) -> None:
        if company.company_id in self.spoken_of:
            company.first_row, bits = self.spoken_of[company.company_id]
            company.settled = frozenset(f for n, f in enumerate(FACT_FIELDS) if bits >> n & 1)

    def _remember(self, company: KnownCompany) -> None:
        if company.company_id is not None:
            bits = sum(1 << n for n, f in enumerate(FACT_FIELDS) if f in company.settled)
            self.spoken_of[company.company_id] = (company.first_row, bits)

    # The batch and its issues

    def _note(self, issue: Issue) -> None:
        self.tally.note(issue)
        self.pending.append(issue)

    def _new_batch(self, actor: Actor, source: str) -> ImportBatch:
        batch = ImportBatch(
            file_name=self.table.file_name[-MAX_FILE_NAME_CHARS:],
            file_sha256=self.table.sha256,
            file_format=self.table.file_format,
            source=source,
            column_mapping={},
            imported_by=actor.login,
        )
        self.session.add(batch)
        self.session.flush()
        return batch

    def _close_batch(self, batch: ImportBatch) -> None:
        batch.column_mapping = dict(self.table.columns.mapping)
        batch.rows_read = self.tally.read
        batch.rows_added = self.tally.added
        batch.rows_updated = self.tally.updated
        batch.rows_unchanged = self.tally.unchanged
        batch.rows_rejected = self.tally.rejected
        self.session.flush()

    def _store_issues(self, batch_id: int) -> None:
        if self.pending:
            self.session.execute(
                insert(ImportIssue),
                [
                    {
                        "batch_id": batch_id,
                        "row_number": issue.row,
                        "column_name": issue.column[:200],
                        "value": issue.value,
                        "code": issue.code,
                        "params": dict(issue.params),
                        "message": "",
                        "severity": issue.severity,
                    }
                    for issue in self.pending
                ],
            )
            self.pending.clear()

    def _report(self, batch: ImportBatch, is_dry_run: bool) -> ImportReport:
        tally = self.tally
        return ImportReport(
            batch_id=None if is_dry_run else batch.id,
            file_name=self.table.file_name,
            file_format=self.table.file_format,
            encoding=self.table.encoding,
            source=batch.source,
            is_dry_run=is_dry_run,
            columns=dict(batch.column_mapping),
            rows_read=tally.read,
            rows_added=tally.added,
            rows_updated=tally.updated,
            rows_unchanged=tally.unchanged,
            rows_rejected=tally.rejected,
            rows_skipped=tally.skipped,
            rows_merged=tally.merged,
            issue_counts=dict(tally.codes),
            errors=tuple(tally.errors),
            warnings=tuple(tally.warnings),
        )
