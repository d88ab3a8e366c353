"""Taking an edited form back: first a preview of every change, then all of it in one transaction.

Three values decide each cell: what was exported, what the database holds now, what the file says. Only what
the file says anew is an edit; where the database changed too, it is a conflict that somebody decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

from sqlalchemy.orm import Session

from service.actors import Actor, require
from service.errors import Conflict, InvalidInput, NotFound
from service.event_list_records import EventEntry
from service.form_cells import read_cell
from service.form_fields import FIELDS
from service.form_import_records import AddedRow, FormChange, FormConflict, FormPreview, shown_value
from service.form_problems import FormProblem, UnusableForm
from service.operations.companies import get_company
from service.operations.event_changes import READERS
from service.operations.event_lists import apply_entry_changes, get_event_list
from service.operations.events import lock_event, new_entry
from service.readers.form_workbooks import Edit, FormFile, NewRow

Take = Literal["theirs", "yours"]


def import_form(
    session: Session,
    actor: Actor,
    file: FormFile,
    *,
    today: date,
    event_code: str | None = None,
    take: Take | None = None,
    add_rows: bool = False,
    dry_run: bool = True,
) -> FormPreview:
    """What `file` changes; with `dry_run` nothing is stored, else all of it or, on any error, nothing.

    `event_code`: the event whose page it was given to. `take`: what decides conflicts, theirs (the database
    stays) or yours (the file goes before). `add_rows`: also put companies of added rows on the list.
    Raises NotFound, PermissionDenied, UnusableForm (another event's), and when applying InvalidInput for
    problems and Conflict for conflicts that nobody decided.
    """
    require(actor, "event.edit")
    if event_code is not None and file.meta.event.casefold() != event_code.casefold():
        raise UnusableForm(file.name, "other_event", found=file.meta.event, wanted=event_code)
    if not dry_run:
        lock_event(session, actor, file.meta.event)
    entries = {entry.entry_id: entry for entry in get_event_list(session, actor, file.meta.event).entries}
    problems = list(file.problems)
    edits = _checked(file, entries, problems)
    added = _companies_of(session, file.new_rows, entries, problems)
    if not dry_run:
        _refuse_problems(file, problems)
    preview = _merge(session, actor, file, edits, entries, today=today, take=take)
    preview = replace(preview, added=tuple(added), problems=tuple(problems))
    if dry_run:
        return preview
    if preview.conflicts:
        raise Conflict(_undecided(file, preview.conflicts))
    _apply(session, actor, file, edits, entries, preview, today=today)
    if add_rows:
        _add(session, actor, file, added, today=today)
    return replace(preview, is_applied=True)


def _checked(file: FormFile, entries: Mapping[int, EventEntry], problems: list[FormProblem]) -> list[Edit]:
    """The edits of entries that are still there, with values that their fields take."""
    gone = {entry_id for entry_id in file.rows if entry_id not in entries}
    problems += [
        FormProblem("entry_gone", file.rows[entry_id][0], name=file.rows[entry_id][2])
        for entry_id in sorted(gone)
        if any(edit.entry_id == entry_id for edit in file.edits)
    ]
    kept: list[Edit] = []
    for edit in file.edits:
        if edit.entry_id in gone:
            continue
        try:
            READERS[_name(edit.field)](edit.new)
        except InvalidInput as err:
            problems.append(FormProblem("bad_value", edit.row, edit.column, reason=str(err)))
        else:
            kept.append(edit)
    return kept


def _merge(
    session: Session,
    actor: Actor,
    file: FormFile,
    edits: list[Edit],
    entries: Mapping[int, EventEntry],
    *,
    today: date,
    take: Take | None,
) -> FormPreview:
    """The changes and conflicts of `edits`, as the list stands now."""
    by_place = {(edit.entry_id, _name(edit.field)): edit for edit in edits}
    report = apply_entry_changes(
        session, actor, file.meta.event, _values(edits), _versions(file, edits), today=today, dry_run=True
    )
    changes = [
        _change(by_place[row.entry_id, row.field], row.company_name, row.old, row.new)
        for row in report.applied
    ]
    conflicts = []
    for row in report.conflicts:
        edit = by_place[row.entry_id, row.field]
        if take == "yours":
            changes.append(_change(edit, row.company_name, row.theirs, row.mine))
        elif take is None:
            conflicts.append(
                FormConflict(
                    edit.row,
                    edit.entry_id,
                    row.company_name,
                    edit.field,
                    edit.column,
                    edit.base,
                    row.theirs,
                    row.mine,
                    row.changed_by,
                    row.changed_at,
                )
            )
    return FormPreview(
        file=file.name,
        meta=file.meta,
        changes=tuple(sorted(changes, key=lambda change: (change.row, change.field))),
        conflicts=tuple(conflicts),
        added=(),
        deleted=tuple((entry_id, name) for entry_id, name in file.gone.items() if entry_id in entries),
        problems=(),
        notes=tuple(file.notes),
    )


def _change(edit: Edit, company: str, old: str | None, new: str | None) -> FormChange:
    return FormChange(edit.row, edit.entry_id, company, edit.field, edit.column, old, new)


def _apply(
    session: Session,
    actor: Actor,
    file: FormFile,
    edits: list[Edit],
    entries: Mapping[int, EventEntry],
    preview: FormPreview,
    *,
    today: date,
) -> None:
    """Write what the preview shows, against the versions that it was made of."""
    shown = {(change.entry_id, change.field) for change in preview.changes}
    wanted = [edit for edit in edits if (edit.entry_id, edit.field) in shown]
    if not wanted:
        return
    versions = {edit.entry_id: entries[edit.entry_id].row_version for edit in wanted}
    why = f"{file.meta.preset} {file.meta.run_code}: {file.name}"
    report = apply_entry_changes(
        session, actor, file.meta.event, _values(wanted), versions, today=today, why=why
    )
    if report.conflicts:
        raise Conflict(f"{file.name}: the list was changed meanwhile: look at the preview again")


def _values(edits: list[Edit]) -> dict[int, dict[str, str | None]]:
    values: dict[int, dict[str, str | None]] = defaultdict(dict)
    for edit in edits:
        values[edit.entry_id][_name(edit.field)] = edit.new
    return values


def _versions(file: FormFile, edits: list[Edit]) -> dict[int, int]:
    return {edit.entry_id: file.rows[edit.entry_id][1] for edit in edits}


def _name(path: str) -> str:
    return FIELDS[path].entry_field or path


# Rows that somebody added


def _companies_of(
    session: Session,
    rows: list[NewRow],
    entries: Mapping[int, EventEntry],
    problems: list[FormProblem],
) -> list[AddedRow]:
    listed = {entry.company_id for entry in entries.values() if entry.status != "out"}
    added: list[AddedRow] = []
    for row in rows:
        key = next(
            (
                row.values[path]
                for path in ("company.uscc", "company.stock_code", "company.name")
                if path in row.values
            ),
            None,
        )
        if key is None:
            problems.append(FormProblem("no_company", row.row))
            continue
        try:
            company = get_company(session, key)
        except NotFound:
            problems.append(FormProblem("company_unknown", row.row, name=key))
        except Conflict as err:
            problems.append(FormProblem("bad_value", row.row, reason=str(err)))
        else:
            if company.external_id in listed:
                problems.append(FormProblem("already_listed", row.row, name=company.name))
            else:
                listed.add(company.external_id)
                added.append(AddedRow(row.row, company.external_id, company.name))
    return added


def _add(session: Session, actor: Actor, file: FormFile, added: list[AddedRow], *, today: date) -> None:
    """Put the companies of added rows on the list, with what their rows say."""
    entries = {entry.company_id: entry for entry in get_event_list(session, actor, file.meta.event).entries}
    event = lock_event(session, actor, file.meta.event)
    values = {row.row: row.values for row in file.new_rows}
    changes: dict[int, dict[str, str]] = {}
    versions: dict[int, int] = {}
    for row in added:
        known = entries.get(row.company_id)
        entry_id = known.entry_id if known else new_entry(session, event, row.company_id).id
        versions[entry_id] = known.row_version if known else 1
        changes[entry_id] = {"status": "in", **_editable(file, values[row.row])}
    if changes:
        apply_entry_changes(
            session, actor, file.meta.event, changes, versions, today=today, why=f"added in {file.name}"
        )


def _editable(file: FormFile, values: Mapping[str, str]) -> dict[str, str]:
    return {
        _name(path): read
        for path, text in values.items()
        if path in file.meta.editable and (read := read_cell(text, FIELDS[path], file.meta.language))
    }


# What stands in the way


def _refuse_problems(file: FormFile, problems: list[FormProblem]) -> None:
    if problems:
        lines = "\n".join(f"{file.name}: {problem.text('en')}" for problem in problems)
        raise InvalidInput(f"{lines}\nnothing was changed: mend the file and import it again")


def _undecided(file: FormFile, conflicts: tuple[FormConflict, ...]) -> str:
    lines = [
        f"{file.name}: row {row.row}, {row.column}: {row.company}: was {_said(row, row.base)}, "
        f"{row.changed_by} made it {_said(row, row.theirs)}, the file says {_said(row, row.yours)}"
        for row in conflicts
    ]
    return "\n".join([*lines, "nothing was changed: decide with --take theirs or --take yours"])


def _said(row: FormConflict, value: str | None) -> str:
    return f"“{shown_value(row.field, value, 'en') or ''}”"
