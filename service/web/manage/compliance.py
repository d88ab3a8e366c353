"""The fair-competition check of any text, and what reviewers have excused."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.app import language_of_request, service
from service.compliance_json import finding_as_json
from service.errors import ServiceError
from service.i18n import mark
from service.operations.compliance import check_text
from service.operations.compliance_review import list_exceptions, revoke_exception, shipped_rules
from service.readers.documents import read_document
from service.web.access import current_actor, needs
from service.web.formats import say
from service.web.manage.forms import text
from service.web.manage.messages import told

MAX_CHARS = 200_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the text; `numbers` are those of the findings that it belongs to, none for plain text."""

    text: str
    numbers: tuple[int, ...]


@needs("gap.edit")
def show_compliance() -> str:
    """The form, and what was excused so far."""
    return _page("", None, None)


@needs("gap.edit")
def check_compliance() -> str:
    """What the check finds in the text pasted or the file sent."""
    pasted, file = text("text", MAX_CHARS), request.files.get("file")
    try:
        if file and file.filename:
            pasted = read_document(file.filename, file.read()).text[:MAX_CHARS]
    except ServiceError as error:
        return _page(pasted, None, error)
    findings = [
        finding_as_json(finding, language_of_request()) for finding in check_text(pasted, shipped_rules())
    ]
    return _page(pasted, findings, None)


@needs("gap.review")
def revoke(exception_id: int) -> AnyResponse:
    """Take an exception back. Raises NotFound."""
    with service().database.session() as writing:
        revoke_exception(writing, current_actor(), exception_id)
    flash(say(mark("Taken back: it blocks again.")))
    return redirect(url_for("pages.show_compliance"), 303)


def pieces_of(content: str, spans: list[tuple[int, int]]) -> list[Piece]:
    """`content` cut where findings start and end; spans may overlap."""
    cuts = sorted({0, len(content), *(place for span in spans for place in span)})
    return [
        Piece(
            content[start:end],
            tuple(at for at, (first, last) in enumerate(spans, start=1) if first <= start and end <= last),
        )
        for start, end in pairwise(cuts)
        if start < end
    ]


def _page(content: str, findings: list[dict[str, Any]] | None, error: ServiceError | None) -> str:
    with service().database.reading() as session:
        return render_template(
            "manage/compliance.html",
            text=content,
            findings=findings,
            pieces=pieces_of(content, [(row["start"], row["end"]) for row in findings or ()]),
            exceptions=list_exceptions(session),
            law=shipped_rules().law,
            since=shipped_rules().in_force_since,
            told=told(error) if error else None,
        )
