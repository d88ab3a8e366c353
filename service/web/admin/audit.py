"""The audit log: searched, paged, exported."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from flask import Response, render_template, request, stream_with_context

from service.app import language_of_request, service
from service.audit_labels import change_label, deed_label, object_label
from service.operations.audit import AuditSearch, export_audit, list_audit, list_audit_actions
from service.web.access import current_actor, needs
from service.web.formats import query_string
from service.writers.audit_csv import audit_csv

PER_PAGE = 50


@needs("audit.read")
def show_audit() -> str:
    """The entries found, the latest first."""
    asked = _asked(request.args)
    page = max(1, request.args.get("page", 1, type=int))
    with service().database.reading() as session:
        entries, total = list_audit(
            session, current_actor(), _search(asked), limit=PER_PAGE, offset=(page - 1) * PER_PAGE
        )
        actions = list_audit_actions(session)
    language = language_of_request()
    return render_template(
        "admin_audit.html",
        entries=entries,
        total=total,
        page=page,
        pages=max(1, -(-total // PER_PAGE)),
        asked=asked,
        actions=[(action, deed_label(language, action)) for action in actions],
        deed=lambda action: deed_label(language, action),
        kind_of=lambda kind: object_label(language, kind),
        change=lambda field: change_label(language, field),
        address_of=lambda number: f"{request.path}?{query_string({**_given(asked), 'page': number})}",
    )


@needs("audit.read")
def save_audit() -> Response:
    """All entries found as csv; the export is written down."""
    search = _search(_asked(request.form))
    language = language_of_request()

    def lines() -> Iterator[str]:
        # A session of its own: the lines are sent after the view has returned.
        with service().database.session() as session:
            yield from audit_csv(export_audit(session, actor, search), language)

    actor = current_actor()
    now = service().clock().astimezone()
    response = Response(stream_with_context(lines()), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="audit-{now:%Y%m%d-%H%M%S}.csv"'
    return response


def _asked(arguments: Any) -> dict[str, str]:
    return {
        name: arguments.get(name, "").strip()[:100] for name in ("who", "action", "object", "since", "until")
    }


def _given(asked: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value}


def _search(asked: dict[str, str]) -> AuditSearch:
    until = _day(asked["until"])
    return AuditSearch(
        who=asked["who"],
        action=asked["action"],
        object=asked["object"],
        since=_day(asked["since"]),
        until=until + timedelta(days=1) if until else None,
    )


def _day(text: str) -> datetime | None:
    """The first moment of a day by the clock of the place; None where it is none."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  only the day is used
    except ValueError:
        return None
    return datetime.combine(day, time.min).astimezone()
