"""The text of a document: txt or md as it stands, docx paragraph by paragraph, pdf with a text layer.

Line ends become a line feed and a byte order mark goes; offsets of drafts and findings count in the text
given here. Of a docx the body is read, tables included, each paragraph or cell a line; text that a tracked
change deleted, headers, footnotes and automatic numbers are not.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from xml.etree import ElementTree

from service.errors import InvalidInput
from service.i18n import mark, translate

ENDINGS = (".txt", ".md", ".docx", ".pdf")
# A policy document has a few hundred kB; what is far beyond is not one.
MAX_BYTES = 30_000_000
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BODY = "word/document.xml"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # a doc, or a docx with a password

_CJK_ENDS = re.compile(r"[。；;：:！!？?”）)]$")
_HEADING = re.compile(r"^(?:第[一二三四五六七八九十]+|[（(]?[一二三四五六七八九十\d]+[)）、.．])")


class UnreadableDocument(InvalidInput):
    """A document whose text cannot be had: `said_in` says why and what to do in a language."""

    def __init__(self, name: str, message: str, **params: object) -> None:
        self.name, self._message, self._params = name, message, params
        super().__init__(f"{name}: {self.said_in('en')}")

    def said_in(self, language: str) -> str:
        """Why, and what to do."""
        return translate(language, self._message, **self._params)


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one document; `kind` is txt, md, docx or pdf."""

    name: str
    kind: str
    text: str


def read_document(name: str, content: bytes) -> Document:
    """The text of the document `content`, read by the ending of its `name`.

    Raises UnreadableDocument: another ending, nothing in it, too large, damaged, encrypted, scanned.
    """
    ending = PurePath(name).suffix.lower()
    if ending not in ENDINGS:
        is_office = ending in (".doc", ".wps", ".rtf", ".odt")
        raise UnreadableDocument(
            name,
            mark("files ending in {ending} are not read: save it as docx")
            if is_office
            else mark("files ending in {ending} are not read: give a txt, md, docx or pdf file"),
            ending=repr(ending or "nothing"),
        )
    if len(content) > MAX_BYTES:
        message = mark("{size} bytes, more than {most}: give the part that names the chains")
        raise UnreadableDocument(name, message, size=f"{len(content):,}", most=f"{MAX_BYTES:,}")
    if not content.strip():
        raise UnreadableDocument(name, mark("the file is empty: give one with text"))
    readers = {".docx": _read_docx, ".pdf": _read_pdf}
    text = _with_line_feeds(readers.get(ending, decode_text)(name, content))
    if not text.strip():
        raise UnreadableDocument(name, mark("no text in it: give a file with text"))
    return Document(name, ending[1:], text)


def decode_text(name: str, content: bytes) -> str:
    """Bytes as text: UTF-8, UTF-16 with its mark, or GB18030, whichever all of them are valid in.

    GB18030 is GBK and GB2312 too; UTF-16 is what Windows calls Unicode text.
    """
    has_mark = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if has_mark else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return _with_line_feeds(text)
    raise UnreadableDocument(name, mark("neither UTF-8 nor GB18030 text: save it as UTF-8"))


def _with_line_feeds(text: str) -> str:
    return re.sub(r"\r\n?", "\n", text)


def _read_docx(name: str, content: bytes) -> str:
    if content.startswith(_OLD_OFFICE):
        message = mark("encrypted, or an old doc file: remove the password or save it as docx")
        raise UnreadableDocument(name, message)
    body = _body_of(name, content)
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise UnreadableDocument(name, mark("declares entities, which a Word document never does: not read"))
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - entities are refused above
    except ElementTree.ParseError as err:
        message = mark("its text is broken ({reason}): save it again")
        raise UnreadableDocument(name, message, reason=err) from err
    return "\n".join("".join(_characters(paragraph)) for paragraph in _paragraphs(root))


def _body_of(name: str, content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = archive.getinfo(_BODY).file_size
            if size > MAX_BYTES:  # more text than any policy: a file made to fill the memory
                message = mark("unpacks to {size} bytes: no policy is that long; cut it into parts")
                raise UnreadableDocument(name, message, size=f"{size:,}")
            return archive.read(_BODY)
    except KeyError as err:
        raise UnreadableDocument(name, mark("not a docx file: save it as docx again")) from err
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as err:
        message = mark("not a docx file, or a damaged or locked one ({reason}): save it as docx again")
        raise UnreadableDocument(name, message, reason=type(err).__name__) from err


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


def _read_pdf(name: str, content: bytes) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableDocument(name, mark("encrypted: save a copy without password"))
        pages = [page.extract_text() for page in reader.pages]
    except UnreadableDocument:
        raise
    except Exception as err:
        # pypdf lets many kinds of error through for damaged files and rare ciphers.
        message = mark(
            "not a pdf file, a damaged one or one that cannot be decrypted ({reason}): "
            "print it to pdf again, or save its text as txt"
        )
        reason = err if isinstance(err, PyPdfError) else type(err).__name__
        raise UnreadableDocument(name, message, reason=reason) from err
    text = "\n".join(pages)
    if not text.strip():
        message = mark("{pages} pages without text, a scan perhaps: run text recognition over it first")
        raise UnreadableDocument(name, message, pages=len(pages))
    return _rejoined(text)


def _rejoined(text: str) -> str:
    """Lines of a page put together to paragraphs: a line that ends within a sentence goes on in the next."""
    joined: list[str] = []
    for raw in text.splitlines():
        line = raw.strip()
        if not line or re.fullmatch(r"[-—－–\s]*\d{1,4}[-—－–\s]*", line):  # page numbers
            continue
        if joined and not _CJK_ENDS.search(joined[-1]) and not _HEADING.match(line) and len(joined[-1]) > 20:
            joined[-1] += line
        else:
            joined.append(line)
    return "\n".join(joined)
