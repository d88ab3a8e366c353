"""Tables of companies in csv, xlsx and jsonl: the header is found, rows come one by one under its names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from openpyxl.utils import get_column_letter

from service.readers.company_columns import NAME_FIELDS, ColumnMatch, count_known, field_for, match_columns
from service.readers.company_issues import Finding, Issue, UnusableFile, issue_at
from service.readers.table_files import (
    Cell,
    FileFormat,
    TableFile,
    csv_rows,
    json_lines,
    open_table_file,
)
from service.readers.workbooks import Workbook, open_workbook

# Titles, dates and notes of the sender stand above the header; it was never seen below this row.
HEADER_SEARCH_ROWS = 20
DELIMITERS = (",", "\t", ";", "|")
_JSON_LINES_SEEN_FIRST = 50


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its number as a spreadsheet counts, and header → value. `problem` says why it has none."""

    number: int
    values: dict[str, Cell]
    problem: Finding | None = None


@dataclass(slots=True)
class CompanyTable:
    """An opened table. `rows()` may be called again and starts anew."""

    file_name: str
    file_format: FileFormat
    sha256: str
    encoding: str
    headers: tuple[str, ...]
    columns: ColumnMatch
    row_estimate: int | None
    notices: list[Issue] = field(default_factory=list)
    _rows: Any = None

    def rows(self) -> Iterator[TableRow]:
        """The rows that are not blank. Raises UnusableFile at the end where there was none, or on damage."""
        is_empty = True
        for row in self._rows():
            is_empty = False
            yield row
        if is_empty:
            raise UnusableFile(self.file_name, "no_rows", row=self.columns.header_row + 1)


@contextmanager
def open_company_table(
    source: Path | str | BinaryIO,
    file_name: str | None = None,
    mapping: Mapping[str, str | None] | None = None,
) -> Iterator[CompanyTable]:
    """The table of companies in a file or stream.

    `mapping` (header → field, None to leave it out) goes before what is recognised; a stream is rewound.
    Raises UnusableFile, which says what is wrong with the file as a whole.
    """
    with open_table_file(source, file_name) as file:
        if file.format == "jsonl":
            yield _json_table(file, mapping)
        elif file.format == "csv":
            yield _csv_table(file, mapping)
        else:
            with open_workbook(file) as book:
                yield _xlsx_table(file, book, mapping)


# Header rows


@dataclass(frozen=True, slots=True)
class _Header:
    """Where the header is: `texts` by column; `height` is 2 where merged cells spread it over two rows."""

    row: int
    texts: tuple[str, ...]
    known: int
    height: int = 1
    filled_above: int = 0


def _find_header(rows: Sequence[Sequence[Any]], mapping: Mapping[str, str | None] | None) -> _Header | None:
    """The first row that names a column of names (or all columns of `mapping`), or None."""
    for index, row in enumerate(rows):
        texts = _texts(row)
        known = count_known(texts)
        if mapping and set(mapping) <= set(texts):
            known = max(known, 1)
        if not known:
            continue
        filled_above = sum(1 for above in rows[:index] if any(_texts(above)))
        below = _texts(rows[index + 1]) if index + 1 < len(rows) else []
        if _continues(texts, below):
            both = _joined(texts, below)
            return _Header(index + 1, both, count_known(both), 2, filled_above)
        return _Header(index + 1, tuple(texts), known, 1, filled_above)
    return None


def _continues(texts: Sequence[str], below: Sequence[str]) -> bool:
    """Whether `below` is the second row of a header with merged cells.

    Then a group of columns is merged across, so that headers stand under what is empty above. The name is
    merged downwards, so that nothing stands under it, and most of what stands there are headers; or the name
    too stands in a group, above a header of its own.
    """
    top = [*texts, *[""] * (len(below) - len(texts))]
    low = [*below, *[""] * (len(texts) - len(below))]
    is_merged_down = all(
        not under for over, under in zip(top, low, strict=True) if field_for(over) in NAME_FIELDS
    )
    is_merged_across = any(not over and field_for(under) for over, under in zip(top, low, strict=True))
    named = [under for under in low if under]
    known = sum(1 for under in named if field_for(under))
    is_named_below = count_known(below) > 1  # no company is called 名称
    return is_merged_across and ((is_merged_down and known * 2 > len(named)) or is_named_below)


def _joined(texts: Sequence[str], below: Sequence[str]) -> tuple[str, ...]:
    width = max(len(texts), len(below))
    top = list(texts) + [""] * (width - len(texts))
    low = list(below) + [""] * (width - len(below))
    return tuple(under or over for over, under in zip(top, low, strict=True))


def _texts(row: Sequence[Any]) -> list[str]:
    return ["" if cell is None else " ".join(str(cell).split()) for cell in row]


def _unique(texts: Sequence[str]) -> tuple[str, ...]:
    """Headers as keys: one that occurs again gets a number, so that no column hides another; no empty end."""
    seen: dict[str, int] = {}
    headers = []
    width = max((index for index, text in enumerate(texts, start=1) if text), default=0)
    for text in texts[:width]:
        seen[text] = seen.get(text, 0) + 1
        headers.append(f"{text} ({seen[text]})" if text and seen[text] > 1 else text)
    return tuple(headers)


def _header_notices(header: _Header) -> list[Issue]:
    notices = []
    if header.filled_above:
        params = {"count": header.filled_above, "row": header.row}
        notices.append(issue_at(header.row, "", "", Finding("rows_above_header", params)))
    if header.height == 2:
        params = {"row": header.row, "next": header.row + 1}
        notices.append(issue_at(header.row, "", "", Finding("header_of_two_rows", params)))
    return notices


def _refuse_headless(name: str, rows: Sequence[Sequence[Any]]) -> UnusableFile:
    """The error that lists what the likeliest header row holds: the first with most filled cells."""
    filled = [sum(1 for text in _texts(row) if text) for row in rows]
    index = filled.index(max(filled)) if filled else 0
    headers = ", ".join(text[:40] for text in _texts(rows[index])[:40] if text) if rows else ""
    return UnusableFile(name, "no_name_column", row=index + 1, headers=headers or "-")


def _named_rows(
    rows: Iterator[Sequence[Any]], header: _Header, headers: tuple[str, ...], *, shifts: bool
) -> Iterator[TableRow]:
    """The rows below the header as dictionaries; blank rows are left out but counted.

    `shifts`: a cell beyond the header means that a separator stood inside a value and moved the others.
    """
    first = header.row + header.height
    for number, cells in enumerate(rows, start=1):
        if number < first or not any(_is_filled(cell) for cell in cells):
            continue
        values: dict[str, Cell] = {}
        for index, cell in enumerate(cells):
            named = headers[index] if index < len(headers) else ""
            if named or _is_filled(cell):
                values[named or unnamed_column(index)] = cell
        problem = None
        if shifts and any(_is_filled(cell) for cell in cells[len(headers) :]):
            problem = Finding("too_many_cells", {"found": len(cells), "expected": len(headers)}, "error")
        yield TableRow(number, values, problem)


def unnamed_column(index: int) -> str:
    """What a column without a header is called: its letter in a spreadsheet, in brackets."""
    return f"[{get_column_letter(index + 1)}]"


def _is_filled(cell: object) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


# The three formats


def _csv_table(file: TableFile, mapping: Mapping[str, str | None] | None) -> CompanyTable:
    samples: dict[str, list[list[str]]] = {}
    problem: UnusableFile | None = None
    for candidate in DELIMITERS:
        try:
            samples[candidate] = list(islice(csv_rows(file, candidate), HEADER_SEARCH_ROWS))
        except UnusableFile as err:  # quotes may look open only because the delimiter is another
            problem = problem or err
    found = {d: header for d, rows in samples.items() if (header := _find_header(rows, mapping))}
    if not found:
        if problem:
            raise problem
        raise _refuse_headless(
            file.name, max(samples.values(), key=lambda rows: max(map(len, rows), default=0))
        )
    delimiter = max(found, key=lambda d: found[d].known)
    header = found[delimiter]
    headers = _unique(header.texts)
    columns = match_columns(file.name, headers, header.row, mapping)
    estimate = max((file.line_count or 0) - header.row - header.height + 1, 0)
    table = CompanyTable(file.name, "csv", file.sha256, file.encoding, headers, columns, estimate)
    table.notices = _encoding_notices(file, header.row) + _header_notices(header)
    table._rows = lambda: _named_rows(csv_rows(file, delimiter), header, headers, shifts=True)
    return table


def _xlsx_table(file: TableFile, book: Workbook, mapping: Mapping[str, str | None] | None) -> CompanyTable:
    if not book.sheets:
        raise UnusableFile(file.name, "no_sheet")
    samples = {name: list(islice(book.rows(name), HEADER_SEARCH_ROWS)) for name in book.sheets}
    found = {name: header for name, rows in samples.items() if (header := _find_header(rows, mapping))}
    if not found:
        fullest = max(samples.values(), key=lambda rows: sum(_is_filled(c) for row in rows for c in row))
        if not any(_is_filled(cell) for row in fullest for cell in row):
            raise UnusableFile(file.name, "no_sheet")
        raise _refuse_headless(file.name, fullest)
    sheet, header = max(found.items(), key=lambda item: item[1].known)
    headers = _unique(header.texts)
    columns = match_columns(file.name, headers, header.row, mapping)
    count = book.row_count(sheet)
    estimate = None if count is None else max(count - header.row - header.height + 1, 0)
    table = CompanyTable(file.name, "xlsx", file.sha256, "", headers, columns, estimate)
    table.notices = _header_notices(header)
    # One known header may be a word in a sheet of notes, as in our own template.
    others = [name for name, other in found.items() if name != sheet and other.known > 1]
    if others:
        params = {"sheet": sheet, "others": ", ".join(others)}
        table.notices.append(issue_at(header.row, "", "", Finding("other_sheets", params)))
    table._rows = lambda: _named_rows(book.rows(sheet), header, headers, shifts=False)
    return table


def _json_table(file: TableFile, mapping: Mapping[str, str | None] | None) -> CompanyTable:
    first = list(islice(json_lines(file), _JSON_LINES_SEEN_FIRST))
    objects = [line.values for line in first if line.values is not None]
    if not objects:
        starts_array = bool(first) and first[0].text.startswith("[")
        raise UnusableFile(file.name, "json_array" if starts_array else "no_json")
    keys = tuple(dict.fromkeys(key for values in objects for key in values))
    columns = match_columns(file.name, keys, 1, mapping, is_table=False)
    table = CompanyTable(file.name, "jsonl", file.sha256, file.encoding, keys, columns, file.line_count)
    table.notices = _encoding_notices(file, 1)
    table._rows = lambda: _json_rows(file)
    return table


def _json_rows(file: TableFile) -> Iterator[TableRow]:
    for line in json_lines(file):
        if line.values is not None:
            yield TableRow(line.number, line.values)
        else:
            finding = Finding(line.problem, {"reason": line.reason}, "error")
            yield TableRow(line.number, {"": line.text}, finding)


def _encoding_notices(file: TableFile, row: int) -> list[Issue]:
    if not file.is_encoding_guessed:
        return []
    return [issue_at(row, "", "", Finding("encoding_guessed", {"encoding": "GBK/GB18030"}))]
