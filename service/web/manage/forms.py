"""What curators type, read from their forms: lists of names, rows of requirements and of quotes."""

from __future__ import annotations

import re
from dataclasses import replace

from flask import request

from service.gap_content import GapContent, PolicyQuote, RequirementContent
from service.operations.dictionary_editing import LISTS, EntryContent

_SEPARATORS = re.compile(r"[、,，;；\n]+")
_MAX_ROWS = 200


def text(name: str, most: int = 300_000) -> str:
    """A field without blanks around it; line ends as line feeds."""
    return request.form.get(name, "").replace("\r\n", "\n").strip()[:most]


def number(name: str, default: int = 0) -> int:
    """A whole number that the page itself wrote; what is none counts as `default`."""
    value = request.form.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else default


def names(value: str) -> tuple[str, ...]:
    """Names separated by 、 or commas, each once."""
    return tuple(dict.fromkeys(name for raw in _SEPARATORS.split(value) if (name := raw.strip())))


def read_gap() -> GapContent:
    """The wording in the gap editor's form. Rows that say nothing are left out."""
    form = request.form
    return GapContent(
        title=text("title"),
        title_en=text("title_en"),
        kind=form.get("kind", "fill"),
        link=form.get("link", ""),
        severity=form.get("severity") or None,
        need=text("need"),
        note=text("note") or None,
        anchors=tuple(form.getlist("anchors")),
        sites=tuple(form.getlist("sites")),
        industry_codes=tuple(
            code.upper() for code in re.split(r"[\s、,，;；]+", text("industry_codes")) if code
        ),
        refs=tuple(
            PolicyQuote(section.strip(), quote.replace("\r\n", "\n").strip())
            for section, quote in zip(form.getlist("ref_section"), form.getlist("ref_quote"), strict=False)
            if section.strip() or quote.strip()
        ),
        requirements=tuple(row for row in _requirements() if row.text or row.synonyms or row.note),
    )


def _requirements() -> list[RequirementContent]:
    columns = [request.form.getlist(f"req_{name}")[:_MAX_ROWS] for name in _COLUMNS]
    return [_requirement(*cells) for cells in zip(*columns, strict=False)]


_COLUMNS = ("id", "text", "facet", "level", "weight", "synonyms", "note")


def _requirement(
    key: str, words: str, facet: str, level: str, weight: str, synonyms: str, note: str
) -> RequirementContent:
    return RequirementContent(
        key.strip(), words.strip(), facet, level, _weight(weight), names(synonyms), note.strip() or None
    )


def _weight(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return 0.0  # which the check refuses, beside the field


def rearranged(content: GapContent, deed: str) -> GapContent:
    """`content` after a button on a row: add, remove-2, up-2, down-2, add_ref, remove_ref-0."""
    what, _, at = deed.partition("-")
    place = int(at) if at.isdigit() else 0
    rows, refs = list(content.requirements), list(content.refs)
    if what == "add":
        rows.append(RequirementContent("", ""))
    elif what == "add_ref":
        refs.append(PolicyQuote("", ""))
    elif what == "remove" and place < len(rows):
        del rows[place]
    elif what == "remove_ref" and place < len(refs):
        del refs[place]
    elif what in ("up", "down") and place < len(rows):
        other = place + (1 if what == "down" else -1)
        if 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
    return replace(content, requirements=tuple(rows), refs=tuple(refs))


def read_entry() -> EntryContent:
    """The dictionary entry in its form."""
    lists = {name: names(text(name)) for name in LISTS}
    return EntryContent(text("term"), request.form.get("mode", "add"), why=text("why"), **lists)
