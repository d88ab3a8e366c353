"""Bring the Chinese catalogue up to the strings in the code: `python service/translations/update.py`.

Lists what still lacks a translation, and ends with 1 then. Writes no dates, so that a run without news
changes nothing.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SERVICE = Path(__file__).resolve().parents[1]
MAPPING = Path(__file__).with_name("babel.cfg")
PO = Path(__file__).parent / "zh" / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")
# What is said through the argument of a function; `translate` has the language first.
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "mark": None,
    "translate": (2,),
}

# The format wants a date; a true one would change the file with every run.
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
# They say when and by what the file was written, not what it says.
_HEADERS_LEFT_OUT = (
    '"POT-Creation-Date',
    '"PO-Revision-Date',
    '"Generated-By',
    '"Report-Msgid-Bugs-To',
    '"Last-Translator',
    '"Language-Team',
)


def extract() -> Catalog:
    """Every string of `service/` that a reader sees, as a template."""
    with MAPPING.open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    template = Catalog(project="LianZhao", charset="utf-8")
    found = extract_from_dir(SERVICE, methods, options, keywords=KEYWORDS)
    for path, line, message, comments, context in found:
        where = [(f"service/{Path(path).as_posix()}", line)]
        template.add(message, locations=where, auto_comments=comments, context=context)
    return template


def read_chinese() -> Catalog:
    """The catalogue as it is committed."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh", domain="messages")


def compiled(catalogue: Catalog) -> bytes:
    """`catalogue` as gettext reads it."""
    catalogue.creation_date = catalogue.revision_date = _NO_DATE
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def untranslated(catalogue: Catalog) -> list[str]:
    """The strings of `catalogue` without a Chinese text, or with one that was only guessed."""
    return [str(row.id) for row in catalogue if row.id and (row.fuzzy or not _is_whole(row.string))]


def _is_whole(text: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(text) and (isinstance(text, str) or all(text or ()))


def _as_text(catalogue: Catalog) -> str:
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=0, sort_by_file=True, include_lineno=False)
    lines = buffer.getvalue().decode("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(_HEADERS_LEFT_OUT))


def main() -> int:
    template = extract()
    catalogue = read_chinese() if PO.exists() else Catalog(locale="zh", domain="messages", charset="utf-8")
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.header_comment = "# Chinese texts of LianZhao."
    catalogue.project, catalogue.version, catalogue.fuzzy = "LianZhao", "", False
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_text(_as_text(catalogue), encoding="utf-8")
    MO.write_bytes(compiled(catalogue))
    left = untranslated(catalogue)
    for message in left:
        print(message)  # noqa: T201  this is what the command is for
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
