"""Help inside the service: guides, sources and limits, how the score is made. The networks are closed."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template

from service.app import language_of_request, service
from service.errors import ServiceError
from service.i18n import mark
from service.labels import SIGNAL_LABELS, SIGNAL_MEANINGS
from service.operations.data_state import get_data_state
from service.web.formats import labelled, say

HELP_PAGES = {
    "officer": mark("Ten minutes for officers"),
    "curator": mark("Guide for curators"),
    "score": mark("How the score is made"),
    "data": mark("Sources and limits of the data"),
}


def show_help() -> str:
    """The list of the help pages."""
    return render_template("help.html", page="", titles=_titles(), body="")


def show_help_page(page: str) -> str:
    """One help page. Answers 404 for a page that there is none of."""
    if page not in HELP_PAGES:
        abort(404)
    body = f"help/{page}.{language_of_request()}.html"
    facts = {"score": _score, "data": _data}.get(page, dict)()
    return render_template("help.html", page=page, titles=_titles(), body=body, **facts)


def _titles() -> list[tuple[str, str]]:
    return [(page, say(title)) for page, title in HELP_PAGES.items()]


def _score() -> dict[str, Any]:
    """The weights that are in use, not a copy of them that grows old."""
    weights = service().engines.weights
    label, meaning = labelled(SIGNAL_LABELS), labelled(SIGNAL_MEANINGS)
    return {
        "signals": [(label(name), meaning(name), weight) for name, weight in weights.weights.items()],
        "prior": weights.prior,
        "weights_version": weights.version,
        "bands": [(band, weights.bands[band], weights.precision(band)) for band in ("A", "B", "C")],
        "card": weights.card,
    }


def _data() -> dict[str, Any]:
    """What is in the base now; None where the database cannot say."""
    try:
        with service().database.reading() as session:
            return {"state": get_data_state(session, service().clock().astimezone().date())}
    except ServiceError:
        return {"state": None}
