"""The cells of an xlsx workbook, as a stream. Nothing here knows about companies."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from service.readers.company_issues import UnusableFile
from service.readers.table_files import TableFile, first_line

_ROWS_AT_ONCE = 500
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,  # what both XML parsers raise; openpyxl takes lxml's where that is installed
    InvalidFileException,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    OSError,
    RuntimeError,
)


class Workbook:
    """An xlsx workbook, read as a stream; formulas give the values they had when it was saved."""

    def __init__(self, file: TableFile) -> None:
        self._file = file
        file.stream.seek(0)
        with naming_damage(file.name), quiet():
            self._book = load_workbook(file.stream, read_only=True, data_only=True)

    @property
    def sheets(self) -> list[str]:
        """Names of the sheets that can be seen."""
        return [
            sheet.title
            for sheet in self._book.worksheets
            if getattr(sheet, "sheet_state", "visible") == "visible"
        ]

    def row_count(self, sheet: str) -> int | None:
        """The number of rows as the file states it, at times wrongly; None where it does not."""
        count = self._book[sheet].max_row
        return count if count and count > 1 else None

    def rows(self, sheet: str) -> Iterator[tuple[Any, ...]]:
        """The rows, blank ones as empty tuples or tuples of None, so that the nth is row n of the sheet."""
        worksheet = self._book[sheet]
        with naming_damage(self._file.name):
            worksheet.reset_dimensions()  # many programs write wrong ones, and cells outside would be lost
            rows = worksheet.iter_rows(values_only=True)
            while True:
                with quiet():
                    some = list(islice(rows, _ROWS_AT_ONCE))
                if not some:
                    return
                yield from some

    def close(self) -> None:
        """Let go of the file without closing it."""
        # openpyxl's own close() closes the archive, which leaves the stream that was passed in open.
        self._book.close()


@contextmanager
def open_workbook(file: TableFile) -> Iterator[Workbook]:
    """The workbook in `file`. Raises UnusableFile where it is damaged."""
    book = Workbook(file)
    try:
        yield book
    finally:
        book.close()


@contextmanager
def naming_damage(name: str) -> Iterator[None]:
    """Turns the many errors that a damaged workbook can cause in openpyxl into one that says what to do."""
    try:
        yield
    except UnusableFile:
        raise
    except _BROKEN as err:
        raise UnusableFile(name, "damaged", reason=first_line(err)) from err


@contextmanager
def quiet() -> Iterator[None]:
    """openpyxl warns of styles and extensions it leaves out, none of which is a value."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield
