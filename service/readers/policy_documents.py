"""The text of a policy document: txt, docx, or pdf with a text layer.

Line ends become a line feed and a byte order mark goes; offsets of drafts count in the text given here.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from service.errors import InvalidInput

ENDINGS = (".txt", ".docx", ".pdf")
MAX_BYTES = 30_000_000
# More unpacked text than any policy: a file made to fill the memory.
MAX_UNPACKED_BYTES = 300_000_000

# GB18030 is GBK and GB2312 too; UTF-16 is what Windows calls Unicode text.
_CJK_ENDS = re.compile(r"[。；;：:！!？?”）)]$")
_HEADING = re.compile(r"^(?:第[一二三四五六七八九十]+|[（(]?[一二三四五六七八九十\d]+[)）、.．])")


class UnreadableDocument(InvalidInput):
    """A document whose text cannot be had: says why and what to do."""


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """The text of one document; `kind` is txt, docx or pdf."""

    name: str
    kind: str
    text: str


def read_policy_document(name: str, content: bytes) -> PolicyDocument:
    """The text of the document `content`, read by the ending of its `name`.

    Raises UnreadableDocument: another ending, nothing in it, damaged, encrypted, scanned.
    """
    ending = PurePath(name).suffix.lower()
    if ending not in ENDINGS:
        advice = (
            "save it as docx"
            if ending in (".doc", ".wps", ".rtf", ".odt")
            else "give a txt, docx or pdf file"
        )
        raise UnreadableDocument(f"{name}: files ending in {ending or 'nothing'!r} are not read: {advice}")
    if len(content) > MAX_BYTES:
        raise UnreadableDocument(
            f"{name}: {len(content):,} bytes, more than {MAX_BYTES:,}: give the part that names the chains"
        )
    if not content.strip():
        raise UnreadableDocument(f"{name}: the file is empty: give one with text")
    readers = {".txt": _read_txt, ".docx": _read_docx, ".pdf": _read_pdf}
    text = re.sub(r"\r\n?", "\n", readers[ending](name, content))
    if not text.strip():
        raise UnreadableDocument(f"{name}: no text in it: give a file with text")
    return PolicyDocument(name, ending[1:], text)


def _read_txt(name: str, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableDocument(f"{name}: neither UTF-8 nor GB18030 text: save it as UTF-8")


def _read_docx(name: str, content: bytes) -> str:
    from docx import Document
    from docx.oxml.exceptions import InvalidXmlError

    if content.startswith(b"\xd0\xcf\x11\xe0"):  # an old Office container: a doc, or a docx with a password
        raise UnreadableDocument(
            f"{name}: encrypted, or an old doc file: remove the password or save it as docx"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(info.file_size for info in packed.infolist())
            if unpacked > MAX_UNPACKED_BYTES:
                raise UnreadableDocument(f"{name}: unpacks to {unpacked:,} bytes: no policy is that long")
        document = Document(io.BytesIO(content))
        return "\n".join(_docx_lines(document))
    except UnreadableDocument:
        raise
    except (
        zipfile.BadZipFile,
        InvalidXmlError,
        KeyError,
        ValueError,
        SyntaxError,
        OSError,
        AttributeError,
    ) as err:
        raise UnreadableDocument(
            f"{name}: not a docx file, or a damaged one ({type(err).__name__}): save it as docx again"
        ) from err


def _docx_lines(document: object) -> Iterator[str]:
    """Paragraphs and the cells of tables in the order of the document."""
    from docx.table import Table

    for block in document.iter_inner_content():  # type: ignore[attr-defined]
        if isinstance(block, Table):
            for row in block.rows:
                yield from dict.fromkeys(cell.text for cell in row.cells if cell.text.strip())
        else:
            yield block.text


def _read_pdf(name: str, content: bytes) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableDocument(f"{name}: encrypted: save a copy without password")
        pages = [page.extract_text() for page in reader.pages]
    except UnreadableDocument:
        raise
    except Exception as err:
        # pypdf lets many kinds of error through for damaged files and rare ciphers.
        known = isinstance(err, PyPdfError)
        raise UnreadableDocument(
            f"{name}: not a pdf file, a damaged one or one that cannot be decrypted "
            f"({err if known else type(err).__name__}): print it to pdf again, or save its text as txt"
        ) from err
    text = "\n".join(pages)
    if not text.strip():
        raise UnreadableDocument(
            f"{name}: {len(pages)} pages without text, a scan perhaps: run text recognition over it first"
        )
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
