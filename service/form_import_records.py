"""What an edited form would change, or has changed: plain records and their JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.form_fields import FIELDS
from service.form_layout import FormMeta
from service.form_problems import FormProblem
from service.i18n import translate

FORMAT = 1


@dataclass(frozen=True, slots=True)
class FormChange:
    """A cell that is taken over: `old` stands in the database, `new` in the file. None is empty."""

    row: int
    entry_id: int
    company: str
    field: str
    column: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class FormConflict:
    """A cell that was edited here and in the database since the export: three values, one to be chosen."""

    row: int
    entry_id: int
    company: str
    field: str
    column: str
    base: str | None
    theirs: str | None
    yours: str | None
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class AddedRow:
    """A row that somebody added, for a company of the base that is not on the list."""

    row: int
    company_id: str
    company: str


@dataclass(frozen=True, slots=True)
class FormPreview:
    """What a file would change. Nothing can be applied while there are problems, or conflicts undecided."""

    file: str
    meta: FormMeta
    changes: tuple[FormChange, ...]
    conflicts: tuple[FormConflict, ...]
    added: tuple[AddedRow, ...]
    deleted: tuple[tuple[int, str], ...]  # (entry, company) whose rows are not in the file: they stay
    problems: tuple[FormProblem, ...]
    notes: tuple[FormProblem, ...]
    is_applied: bool = False


def shown_value(field: str, value: str | None, language: str) -> str | None:
    """A value as a reader sees it: the word of a choice, else as it is."""
    known = FIELDS.get(field)
    if value is None or known is None or known.kind != "choice":
        return value
    return translate(language, (known.labels or {}).get(value, value))


def preview_as_json(preview: FormPreview, language: str) -> dict[str, Any]:
    """The whole preview; `old`, `new`, `base`, `theirs` and `yours` are the stored values, null is empty."""
    return {
        "format": FORMAT,
        "language": language,
        "file": preview.file,
        "event": preview.meta.event,
        "preset": preview.meta.preset,
        "run": preview.meta.run_code,
        "exported_on": preview.meta.made_on,
        "applied": preview.is_applied,
        "changes": [
            {
                "row": row.row,
                "entry": row.entry_id,
                "company": row.company,
                "field": row.field,
                "column": row.column,
                "old": row.old,
                "new": row.new,
            }
            for row in preview.changes
        ],
        "conflicts": [
            {
                "row": row.row,
                "entry": row.entry_id,
                "company": row.company,
                "field": row.field,
                "column": row.column,
                "base": row.base,
                "theirs": row.theirs,
                "yours": row.yours,
                "changed_by": row.changed_by,
                "changed_at": row.changed_at.isoformat(),
            }
            for row in preview.conflicts
        ],
        "added": [
            {"row": row.row, "company_id": row.company_id, "company": row.company} for row in preview.added
        ],
        "deleted": [{"entry": entry_id, "company": name} for entry_id, name in preview.deleted],
        "problems": [_problem(problem, language) for problem in preview.problems],
        "notes": [_problem(note, language) for note in preview.notes],
    }


def _problem(problem: FormProblem, language: str) -> dict[str, Any]:
    return {
        "row": problem.row or None,
        "column": problem.column or None,
        "code": problem.code,
        "text": problem.text(language),
    }
