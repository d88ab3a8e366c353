"""An exported form that comes back: what was edited in it, whatever became of its rows, columns and cells.

The file is judged before it is opened (size, bombs) and by what it hides (marks of rows, keys of columns,
what each cell said), never by where things stand. What cannot be told for sure is a problem with its place.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from service.form_cells import BadCell, plain_text, read_cell, same
from service.form_fields import FIELDS
from service.form_layout import (
    FOOT,
    FORMAT,
    HEAD,
    META_MARK,
    META_SHEET,
    ROW_KEY,
    ROW_TITLE,
    FormMeta,
    checksum,
    kept_value,
    read_token,
)
from service.form_problems import FormProblem, UnusableForm
from service.readers.company_issues import UnusableFile
from service.readers.workbooks import naming_damage, quiet

MAX_FILE_BYTES = 10 << 20
MAX_UNPACKED_BYTES = 64 << 20
MAX_PARTS = 400
MAX_ROWS = 5_000
MAX_COLUMNS = 300
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_IDENTITY = ("company.name", "company.short_name")
_UNTOLD = ("order", *_IDENTITY)  # renumbering is no edit; a name that differs is a problem of its own

Cells = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """A cell that was edited: `base` is what was exported, `new` what stands there. None is empty."""

    row: int
    entry_id: int
    field: str
    column: str
    base: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row without a mark: somebody added it. `values`: field path → text."""

    row: int
    values: dict[str, str]


@dataclass(slots=True)
class FormFile:
    """What an edited form holds. `rows`: entry → (row of the sheet, row version, name of its company)."""

    name: str
    meta: FormMeta
    sheet: str
    rows: dict[int, tuple[int, int, str]] = field(default_factory=dict)
    edits: list[Edit] = field(default_factory=list)
    new_rows: list[NewRow] = field(default_factory=list)
    gone: dict[int, str] = field(default_factory=dict)  # entry → name, whose rows were deleted
    problems: list[FormProblem] = field(default_factory=list)
    notes: list[FormProblem] = field(default_factory=list)  # what is not taken over, and why


def read_form(stream: BinaryIO, name: str) -> FormFile:
    """The edits of the exported form in `stream`. Raises UnusableForm where it is none, or not to be read."""
    _refuse_bombs(stream, name)
    stream.seek(0)
    try:
        with naming_damage(name), quiet():
            book = load_workbook(stream, read_only=True)
            try:
                return _Reading(stream, name, book).done()
            finally:
                book.close()
    except UnusableForm:
        raise
    except UnusableFile as err:
        raise UnusableForm(name, "damaged", reason=str(err.params.get("reason", ""))) from err


def _refuse_bombs(stream: BinaryIO, name: str) -> None:
    size = stream.seek(0, 2)
    if size > MAX_FILE_BYTES:
        raise UnusableForm(name, "too_large", size=size >> 20, most=MAX_FILE_BYTES >> 20)
    if not zipfile.is_zipfile(stream):
        raise UnusableForm(name, "not_a_workbook")
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED_BYTES:
                raise UnusableForm(name, "too_large", size=unpacked >> 20, most=MAX_UNPACKED_BYTES >> 20)
            if "xl/workbook.xml" not in archive.namelist():
                raise UnusableForm(name, "not_a_workbook")
            for part in parts:
                with archive.open(part) as content:
                    if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in content.read(4096):
                        raise UnusableForm(name, "not_a_workbook")
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as err:
        raise UnusableForm(name, "damaged", reason=str(err)) from err


class _Reading:
    """One reading of one file."""

    def __init__(self, stream: BinaryIO, name: str, book: Any) -> None:
        self._stream, self._name, self._book = stream, name, book
        self._base: dict[str, list[str | None]] = {}
        meta = self._read_meta()
        self._sheet, self._at, keys = self._find_list(meta)
        self._keys = keys  # field → position of its column
        self._file = FormFile(name, meta, self._sheet.title)

    def done(self) -> FormFile:
        file = self._file
        missing = [path for path in file.meta.editable if path not in self._keys]
        titles = dict(zip(file.meta.fields, file.meta.titles, strict=True))
        file.notes += [FormProblem("column_gone", column=titles[path]) for path in missing]
        merged = self._merged()
        for number, cells in self._rows(self._sheet):
            self._read_row(number, cells, titles)
        for area in merged:
            if self._touches_rows(area):
                file.problems.append(FormProblem("merged", value=area))
        seen = set(file.rows)
        for token, base in self._base.items():
            known = read_token(file.meta.event, token)
            if known and known[0] not in seen:
                file.gone[known[0]] = base[0] or ""
        return file

    # What the file hides

    def _read_meta(self) -> FormMeta:
        sheet = self._meta_sheet()
        rows = [[_text(cell) for cell in cells] for _, cells in self._rows(sheet)]
        try:
            text, digest = rows[0][1], rows[0][2]
            meta = FormMeta.from_json(text)
        except (IndexError, ValueError, KeyError, TypeError) as err:
            raise UnusableForm(self._name, "hidden_changed") from err
        if meta.format != FORMAT:
            raise UnusableForm(self._name, "other_format", found=meta.format, known=FORMAT)
        width = len(meta.fields) + 2
        kept = [[*row, *[""] * (width - len(row))][:width] for row in rows[1:] if any(row)]
        if checksum(text, kept) != digest:
            raise UnusableForm(self._name, "hidden_changed")
        if not meta.is_stored:
            raise UnusableForm(self._name, "not_stored", event=meta.event)
        if not meta.editable:
            raise UnusableForm(self._name, "read_only", preset=meta.preset)
        self._base = {row[0]: [kept_value(text) for text in row[1:]] for row in kept}
        return meta

    def _meta_sheet(self) -> Any:
        sheets = sorted(self._book.worksheets, key=lambda sheet: sheet.title != META_SHEET)
        for sheet in sheets:
            first = next(self._rows(sheet), (1, ()))[1]
            if first and first[0].value == META_MARK:
                return sheet
        raise UnusableForm(self._name, "no_hidden_sheet")

    def _find_list(self, meta: FormMeta) -> tuple[Any, int, dict[str, int]]:
        """The sheet of the list, the place of the marks of its rows, and that of each field."""
        for sheet in self._book.worksheets:
            for _, cells in self._rows(sheet):
                values = [_text(cell) for cell in cells]
                if ROW_KEY in values:
                    return sheet, values.index(ROW_KEY), self._placed(values, meta.fields, meta)
                if ROW_TITLE in values:  # the row of keys was deleted: the headers will do
                    return sheet, values.index(ROW_TITLE), self._placed(values, meta.titles, meta)
        raise UnusableForm(self._name, "no_marks")

    def _placed(self, values: list[str], names: tuple[str, ...], meta: FormMeta) -> dict[str, int]:
        places: dict[str, int] = {}
        for at, value in enumerate(values):
            if value not in names:
                continue
            path = meta.fields[names.index(value)]
            if path in places and path in meta.editable:
                letters = f"{get_column_letter(places[path] + 1)}, {get_column_letter(at + 1)}"
                raise UnusableForm(
                    self._name, "column_twice", column=meta.titles[meta.fields.index(path)], letters=letters
                )
            places.setdefault(path, at)
        return places

    # Rows

    def _read_row(self, number: int, cells: Cells, titles: dict[str, str]) -> None:
        file = self._file
        token = _text(cells[self._at]) if self._at < len(cells) else ""
        if token in (HEAD, FOOT, ROW_KEY, ROW_TITLE):
            return
        if not token:
            self._read_new_row(number, cells)
            return
        known, base = read_token(file.meta.event, token), self._base.get(token)
        if known is None or base is None:
            file.problems.append(FormProblem("mark_unknown", number))
            return
        entry_id, version = known
        if entry_id in file.rows:
            file.problems.append(FormProblem("row_twice", number, other=file.rows[entry_id][0]))
            return
        file.rows[entry_id] = (number, version, base[0] or "")
        values = dict(zip(file.meta.fields, base[1:], strict=True))
        if self._is_mixed(number, cells, values):
            return
        for path, at in self._keys.items():
            cell = cells[at] if at < len(cells) else None
            self._compare(number, entry_id, path, titles[path], cell, values[path])

    def _is_mixed(self, number: int, cells: Cells, values: dict[str, str | None]) -> bool:
        """Whether the row names another company than its mark: a part of the columns was sorted."""
        for path in _IDENTITY:
            at = self._keys.get(path)
            if at is None or at >= len(cells):
                continue
            found = cells[at].value
            if not same(found, values[path], FIELDS[path], self._file.meta.language):
                shown = plain_text(found) if found is not None else ""
                self._file.problems.append(FormProblem("mixed", number, value=shown, base=values[path] or ""))
                return True
        return False

    def _compare(
        self, number: int, entry_id: int, path: str, title: str, cell: Any, base: str | None
    ) -> None:
        file, known = self._file, FIELDS[path]
        raw = None if cell is None else cell.value
        is_formula = getattr(cell, "data_type", "") == "f"
        if not is_formula and same(raw, base, known, file.meta.language):
            return
        if path not in file.meta.editable:
            if path not in _UNTOLD:
                file.notes.append(FormProblem("not_editable", number, title, base=base or ""))
            return
        if is_formula or getattr(cell, "data_type", "") == "e":
            code = "formula" if is_formula else "error_value"
            file.problems.append(FormProblem(code, number, title, value=str(raw)[:60]))
            return
        try:
            new = read_cell(raw, known, file.meta.language)
        except BadCell as err:
            file.problems.append(FormProblem(err.code, number, title, **err.params))
            return
        if new is None and not known.may_be_empty:
            file.problems.append(FormProblem("emptied", number, title))
            return
        file.edits.append(Edit(number, entry_id, path, title, base, new))

    def _read_new_row(self, number: int, cells: Cells) -> None:
        values = {
            path: plain_text(cells[at].value)
            for path, at in self._keys.items()
            if at < len(cells) and cells[at].value is not None and path != "order"
        }
        values = {path: text for path, text in values.items() if text}
        titles = dict(zip(self._file.meta.fields, self._file.meta.titles, strict=True))
        if values and any(values[path] != titles[path] for path in values):
            self._file.new_rows.append(NewRow(number, values))

    def _rows(self, sheet: Any) -> Iterator[tuple[int, Cells]]:
        """The rows with their numbers. Raises UnusableForm beyond what a form can hold."""
        sheet.reset_dimensions()
        for number, cells in enumerate(islice(sheet.iter_rows(), 1_048_576), start=1):
            filled = max((at for at, cell in enumerate(cells, 1) if cell.value is not None), default=0)
            if not filled:
                continue
            if number > MAX_ROWS or filled > MAX_COLUMNS:
                raise UnusableForm(
                    self._name, "too_many_cells", sheet=sheet.title, rows=MAX_ROWS, columns=MAX_COLUMNS
                )
            yield number, cells[:filled]

    def _merged(self) -> list[str]:
        """The merged areas of the list, which openpyxl leaves out when it streams."""
        part = str(getattr(self._sheet, "_worksheet_path", ""))
        found: list[str] = []
        with zipfile.ZipFile(self._stream) as archive:
            if part in archive.namelist():
                found = [hit.decode() for hit in _MERGED.findall(archive.read(part))]
        return found

    def _touches_rows(self, area: str) -> bool:
        _, top, _, bottom = range_boundaries(area)
        return any(int(top or 0) <= row[0] <= int(bottom or 0) for row in self._file.rows.values())


def _text(cell: Any) -> str:
    return "" if cell.value is None else str(cell.value)
