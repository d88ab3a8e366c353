"""One box for chains, gaps and companies; what is none of them is a need."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from models import Chain, Company, Gap
from service.app import service
from service.operations.lookup import SHOWN, look_up, only_hit
from service.operations.match_runs import MAX_NEED_CHARS

_LONGEST_NAME = 100


def show_search() -> Response | str:
    """What the text may be; led on at once where it is only one thing, or nothing but a need."""
    text = " ".join(request.args.get("q", "").split())
    if not text:
        return redirect(url_for("pages.show_chains"), 303)
    if len(text) > _LONGEST_NAME:
        return redirect(url_for("pages.show_find", need=text[: MAX_NEED_CHARS + 1]), 303)
    with service().database.reading() as session:
        found = look_up(session, text)
        hit = only_hit(found, text)
        if hit is not None:
            return redirect(_address(hit), 303)
        if not found.count:
            return redirect(url_for("pages.show_find", need=text), 303)
        return render_template("search.html", text=text, found=found, shown=SHOWN)


def _address(hit: Chain | Gap | Company) -> str:
    if isinstance(hit, Company):
        return url_for("pages.show_company", key=hit.external_id)
    return url_for("pages.show_chain" if isinstance(hit, Chain) else "pages.show_gap", code=hit.code)
