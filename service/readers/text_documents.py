"""The text of a document: txt or md as it stands, docx paragraph by paragraph.

Of a docx the body is read, tables included, each paragraph or cell a line; text that a tracked change
deleted, headers, footnotes and automatic numbers are not.
"""

from __future__ import annotations

import codecs
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from service.errors import InvalidInput

TEXT_EXTENSIONS = (".txt", ".md")
# A policy document has a few hundred kB; what is far beyond is not one.
MAX_BYTES = 32 << 20
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BODY = "word/document.xml"


class UnusableDocument(InvalidInput):
    """A document whose text cannot be read; `source` is its file name."""

    def __init__(self, source: str, problem: str) -> None:
        self.source = source
        super().__init__(f"{source}: {problem}")


def read_document_text(path: Path) -> str:
    """The text of a txt, md or docx file. Raises UnusableDocument, OSError."""
    extension = path.suffix.lower()
    if extension not in (*TEXT_EXTENSIONS, ".docx"):
        raise UnusableDocument(
            path.name, f"{extension or 'no extension'} is not read; save it as .docx, .txt or .md"
        )
    if path.stat().st_size > MAX_BYTES:
        raise UnusableDocument(
            path.name, f"larger than {MAX_BYTES >> 20} MB; cut it into parts or leave its pictures out"
        )
    text = _docx_text(path) if extension == ".docx" else decoded(path.read_bytes(), path.name)
    if not text.strip():
        raise UnusableDocument(
            path.name, "holds no text; a scanned page must go through text recognition first"
        )
    return text


def decoded(content: bytes, source: str) -> str:
    """Bytes as text: UTF-8, UTF-16 with its mark, or GB18030, whichever all of them are valid in."""
    has_mark = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if has_mark else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise UnusableDocument(source, "neither UTF-8 nor GB18030 text; save it as UTF-8")


def _docx_text(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            size = archive.getinfo(_BODY).file_size
            if size > MAX_BYTES:
                raise UnusableDocument(path.name, f"its text unpacks to {size >> 20} MB; cut it into parts")
            content = archive.read(_BODY)
    except KeyError as err:
        raise UnusableDocument(path.name, f"has no {_BODY}: not a Word document; save it as .docx") from err
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as err:
        raise UnusableDocument(
            path.name, f"damaged or locked ({err}); save it again without password"
        ) from err
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise UnusableDocument(path.name, "declares entities, which a Word document never does; not read")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - entities are refused above
    except ElementTree.ParseError as err:
        raise UnusableDocument(path.name, f"its text is broken ({err}); save it again") from err
    lines: list[str] = []
    for paragraph in _paragraphs(root):
        lines.append("".join(_characters(paragraph)))
    return "\n".join(lines)


def _paragraphs(node: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The paragraphs in reading order, each before those of the text boxes in it."""
    for child in node:
        if child.tag == _FALLBACK:  # says the same once more for old programs
            continue
        if child.tag == f"{_WORD}p":
            yield child
        yield from _paragraphs(child)


def _characters(node: ElementTree.Element) -> Iterator[str]:
    for child in node:
        if child.tag == f"{_WORD}t":
            yield child.text or ""
        elif child.tag in (f"{_WORD}br", f"{_WORD}cr"):
            yield "\n"
        elif child.tag == f"{_WORD}tab":
            yield "\t"
        elif child.tag not in (f"{_WORD}p", _FALLBACK):
            yield from _characters(child)
