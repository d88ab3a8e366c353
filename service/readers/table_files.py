"""A file that may hold a table: what kind it is by its first bytes, how its text is encoded, its records.

Nothing here knows about companies. Only a few rows are in memory at any time.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, count
from pathlib import Path
from typing import Any, BinaryIO, Literal

from service.readers.company_issues import UnusableFile

FileFormat = Literal["csv", "xlsx", "jsonl"]
Cell = str | int | float | bool | datetime | date | time | timedelta | list[Any] | dict[str, Any] | None

TEXT_EXTENSIONS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}
_BLOCK = 1 << 20
# A sheet of 1,048,576 rows and 20 columns unpacks to about this much; nobody types more.
MAX_UNPACKED_BYTES = 4 << 30
MAX_CELL_CHARS = 1_000_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(slots=True)
class TableFile:
    """An opened file: its kind, checksum and, for text, its encoding and the number of its lines."""

    name: str
    stream: BinaryIO
    format: FileFormat
    sha256: str
    encoding: str = ""
    is_encoding_guessed: bool = False
    line_count: int | None = None


@contextmanager
def open_table_file(source: Path | str | BinaryIO, name: str | None = None) -> Iterator[TableFile]:
    """The file, read through once for its checksum and encoding. Raises UnusableFile."""
    if isinstance(source, Path | str):
        path = Path(source)
        with _opened(path, name or path.name) as stream:
            yield _examined(name or path.name, stream)
        return
    shown = name or Path(str(getattr(source, "name", "file"))).name
    if source.seekable():
        source.seek(0)
        yield _examined(shown, source)
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(source, copy)
        yield _examined(shown, copy)


@contextmanager
def _opened(path: Path, name: str) -> Iterator[BinaryIO]:
    try:
        stream = path.open("rb")
    except FileNotFoundError as err:
        raise UnusableFile(name, "missing") from err
    except OSError as err:
        raise UnusableFile(name, "unreadable", reason=err.strerror or type(err).__name__) from err
    with stream:
        yield stream


def _examined(name: str, stream: BinaryIO) -> TableFile:
    """What the file is. Its extension must agree with its bytes: guessing on would read garbage."""
    stream.seek(0)
    start = stream.read(4096)
    extension = Path(name).suffix.lower()
    if not start:
        raise UnusableFile(name, "empty")
    if start.startswith(_OLE):
        raise UnusableFile(name, "encrypted" if _holds(stream, _ENCRYPTED) else "old_workbook")
    if start.startswith(b"PK"):
        return _workbook_file(name, stream, extension)
    if extension in (".xlsx", ".xlsm"):
        shown = ascii(start[:8].decode("latin-1"))
        raise UnusableFile(name, "not_a_workbook", start=shown)
    if extension == ".xls":
        raise UnusableFile(name, "old_workbook")
    if extension not in TEXT_EXTENSIONS:
        raise UnusableFile(name, "unknown_type", extension=extension or "-")
    return _text_file(name, stream, "jsonl" if TEXT_EXTENSIONS[extension] == "jsonl" else "csv")


def _workbook_file(name: str, stream: BinaryIO, extension: str) -> TableFile:
    try:
        stream.seek(0)
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as err:
        raise UnusableFile(name, "damaged", reason=first_line(err)) from err
    if not any(member.filename.lower().startswith("xl/workbook") for member in members):
        raise UnusableFile(name, "other_archive")
    if extension not in (".xlsx", ".xlsm"):
        raise UnusableFile(name, "workbook_as_text", extension=extension or "-")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES:
        raise UnusableFile(name, "too_large", size_mb=unpacked >> 20, limit_mb=MAX_UNPACKED_BYTES >> 20)
    digest = hashlib.sha256()
    for block in _blocks(stream):
        digest.update(block)
    return TableFile(name, stream, "xlsx", digest.hexdigest())


def _text_file(name: str, stream: BinaryIO, file_format: FileFormat) -> TableFile:
    digest = hashlib.sha256()
    stream.seek(0)
    start = stream.read(4)
    is_utf16 = start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    lines, last, nul_line, is_blank = 0, b"", 0, True
    for block in _blocks(stream):
        digest.update(block)
        if not nul_line and not is_utf16 and b"\0" in block:
            nul_line = lines + block.count(b"\n", 0, block.index(b"\0")) + 1
        lines += block.count(b"\n")
        last = block[-1:]
        is_blank = is_blank and not block.strip(codecs.BOM_UTF8 + b" \t\r\n")
    if is_blank:
        raise UnusableFile(name, "empty")
    if nul_line:
        raise UnusableFile(name, "nul_bytes", line=nul_line)
    encoding = _utf16_of(name, stream) if is_utf16 else _encoding_of(name, stream)
    return TableFile(
        name,
        stream,
        file_format,
        digest.hexdigest(),
        encoding,
        encoding == "gb18030",
        lines + (last != b"\n"),
    )


def _utf16_of(name: str, stream: BinaryIO) -> str:
    """utf-16, which is what spreadsheets call “Unicode text”; its byte order mark leaves no other choice."""
    problem = _undecodable(stream, "utf-16")
    if problem is None:
        return "utf-16"
    if problem.is_at_end:
        raise UnusableFile(name, "cut_off")
    raise UnusableFile(name, "encoding", byte=f"0x{problem.byte:02X}", line=problem.line)


def _encoding_of(name: str, stream: BinaryIO) -> str:
    """utf-8-sig or gb18030, whichever all bytes are valid in. GB18030 holds all of GBK and GB2312."""
    problem = _undecodable(stream, "utf-8")
    if problem is None:
        return "utf-8-sig"
    if problem.is_at_end and problem.has_multibyte:
        raise UnusableFile(name, "cut_off")
    other = _undecodable(stream, "gb18030")
    if other is None:
        return "gb18030"
    # The one that came further is what the file is meant to be.
    worst = max(problem, other, key=lambda found: found.line)
    raise UnusableFile(name, "encoding", byte=f"0x{worst.byte:02X}", line=worst.line)


@dataclass(frozen=True, slots=True)
class _Undecodable:
    line: int
    byte: int
    is_at_end: bool
    has_multibyte: bool


def _undecodable(stream: BinaryIO, encoding: str) -> _Undecodable | None:
    """Where the bytes stop to be `encoding`, or None where all of them are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, has_multibyte = 1, False
    for block in chain(_blocks(stream), [b""]):
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as err:
            read = err.object[: err.start]
            return _Undecodable(
                line + read.count(b"\n"),
                err.object[err.start],
                not block,
                has_multibyte or not read.isascii(),
            )
        line += text.count("\n")
        has_multibyte = has_multibyte or not text.isascii()
    return None


# Cells of text files


def text_lines(file: TableFile) -> Iterator[str]:
    """The lines with their ends, decoded; LF, CR LF and CR alone end one."""
    file.stream.seek(0)
    yield from io.TextIOWrapper(io.BufferedReader(_Unclosed(file.stream)), encoding=file.encoding, newline="")


class _Unclosed(io.RawIOBase):
    """A stream that stays open when the wrapper around it goes: whoever opened it closes it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._stream.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)


def csv_rows(file: TableFile, delimiter: str) -> Iterator[list[str]]:
    """The records, blank ones as empty lists, so that the nth is row n of a spreadsheet.

    Raises UnusableFile for a quote that is never closed: it would swallow the rows after it.
    """
    taken: list[str] = []
    lines = text_lines(file)

    def watched() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    reader = csv.reader(watched(), delimiter=delimiter)
    # The limit is one of the process: it is only ever raised, so that two imports do not disturb each other.
    csv.field_size_limit(max(MAX_CELL_CHARS, csv.field_size_limit()))
    for number in count(1):
        taken.clear()
        try:
            row = next(reader, None)
        except csv.Error as err:
            code = "open_quote" if "limit" in str(err) else "csv_broken"
            raise UnusableFile(file.name, code, row=number, reason=str(err)) from err
        if row is None:
            return
        if len(taken) > 1 and "".join(taken).count('"') % 2:
            raise UnusableFile(file.name, "open_quote", row=number)
        yield row


@dataclass(frozen=True, slots=True)
class JsonLine:
    """A line of a jsonl file: its object, or why it has none (a code of ISSUES, and the parser's reason)."""

    number: int
    values: dict[str, Any] | None
    problem: str = ""
    reason: str = ""
    text: str = ""


def json_lines(file: TableFile) -> Iterator[JsonLine]:
    """The lines that are not blank. A line that is no object comes with its problem."""
    for number, line in enumerate(text_lines(file), start=1):
        text = line.strip()
        if not text:
            continue
        try:
            value = json.loads(text)
        except json.JSONDecodeError as err:
            yield JsonLine(number, None, "json_invalid", f"{err.msg}, column {err.colno}", text)
        except (ValueError, RecursionError) as err:
            yield JsonLine(number, None, "json_invalid", first_line(err), text)
        else:
            if isinstance(value, dict):
                yield JsonLine(number, value)
            else:
                yield JsonLine(number, None, "json_not_object", text=text)


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    while block := stream.read(_BLOCK):
        yield block


def _holds(stream: BinaryIO, needle: bytes) -> bool:
    before = b""
    for block in _blocks(stream):
        if needle in before + block:
            return True
        before = block[-len(needle) :]
    return False


def first_line(err: BaseException) -> str:
    """What an error of a library says, short enough to pass on."""
    return (str(err).strip().splitlines() or [""])[0][:120] or type(err).__name__
