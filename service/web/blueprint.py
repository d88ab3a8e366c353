"""The pages: which address shows what. All are plain GETs, in Chinese or, on request, in English."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, request

from service.app import LANGUAGE_ARGUMENT, language_of_request
from service.version import code_version
from service.web import chains, companies, explanations, find, formats, gaps
from service.web.errors import add_error_pages
from service.web.responses import is_partial

PAGES = (
    ("/", chains.show_chains),
    ("/chains/<code>", chains.show_chain),
    ("/gaps/<code>", gaps.show_gap),
    ("/gaps/<code>/candidates/<company_id>", gaps.show_gap_candidate),
    ("/find", find.show_find),
    ("/find/candidates/<company_id>", find.show_find_candidate),
    ("/why-not", explanations.show_why_not),
    ("/compare", explanations.show_comparison),
    ("/reverse", explanations.show_reverse),
    ("/similar", explanations.show_similar),
    ("/companies", companies.search_companies),
    ("/companies/<path:key>", companies.show_company),
)
# The address of the same page in the other language keeps everything that was chosen.
_OTHER = {"zh": "en", "en": "zh"}


def add_pages(app: Flask) -> None:
    """Serve the pages from `app`, and show errors outside the API as pages."""
    pages = Blueprint("pages", __name__)
    for rule, view in PAGES:
        pages.add_url_rule(rule, view_func=view)
    pages.after_request(_mark_as_personal)
    app.register_blueprint(pages)
    app.jinja_env.filters.update(formats.FILTERS)
    app.jinja_env.globals.update(formats.GLOBALS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_page_context)
    add_error_pages(app)


def _page_context() -> dict[str, Any]:
    language = language_of_request()
    return {
        "language": language,
        "html_language": formats.HTML_LANGUAGES[language],
        "other_language_url": _other_language_url(_OTHER[language]),
        "version": code_version(),
        "is_partial": is_partial(),
    }


def _other_language_url(language: str) -> str:
    arguments = request.args.to_dict(flat=False)
    arguments[LANGUAGE_ARGUMENT] = [language]
    return f"{request.path}?{formats.query_string(arguments)}"


def _mark_as_personal(response: Response) -> Response:
    """One address has several contents: by language, and as part of a page or whole."""
    response.vary.update(("Cookie", "HX-Request", "HX-Target"))
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
