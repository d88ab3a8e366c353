"""Errors as pages: what happened, what is safe, what to do; in the reader's language."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any, cast

from flask import Flask, Response, make_response, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.exceptions import NotFound as NoSuchAddress
from werkzeug.wrappers import Response as AnyResponse

from matching.errors import (
    EmbedderUnavailable,
    EmptyNeed,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    MatchingError,
    UnknownCompany,
)
from service.api.problems import unmatched
from service.errors import (
    Conflict,
    DatabaseBusy,
    DatabaseUnavailable,
    InvalidInput,
    NotFound,
    PermissionDenied,
    SchemaMismatch,
    ServiceError,
    SignInNeeded,
    status_code,
)
from service.i18n import mark
from service.web.access import ask_to_sign_in, current_actor
from service.web.formats import say
from service.web.responses import is_partial

_log = logging.getLogger(__name__)

_API = "/api/"
NOTHING_LOST = mark("Nothing was changed; all data are as they were.")


class InvalidAddress(InvalidInput):
    """Something in the address of a page that cannot be used; its text is in the reader's language."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is told of an error. `command`: what an administrator types to mend it."""

    what: str
    do: str
    command: str = ""

    def said(self) -> Explanation:
        """The same in the language of the page."""
        return Explanation(say(self.what), say(self.do), self.command)


# The first row that an error is an instance of is told.
_EXPLANATIONS: tuple[tuple[type[Exception], Explanation], ...] = (
    (
        InvalidAddress,
        Explanation(
            mark("The address asks for something that cannot be done."),
            mark("Go back, or correct the value."),
        ),
    ),
    (
        EmptyNeed,
        Explanation(
            mark("There is no product, process or technology in this need that could be matched."),
            mark("Write what is sought, for example 高档电解铜箔; several things are separated by 、."),
        ),
    ),
    (
        UnknownCompany,
        Explanation(
            mark("This company is not among the candidates."),
            mark(
                "It may be left out by the conditions, or be in the province already. "
                "Look at it in the company base."
            ),
        ),
    ),
    (
        NotFound,
        Explanation(
            mark("What was asked for is not there."),
            mark("Check the number in the address, or start from the list of chains."),
        ),
    ),
    (
        Conflict,
        Explanation(
            mark("The name or code stands for several companies."), mark("Search for it and choose one.")
        ),
    ),
    (
        SignInNeeded,
        Explanation(mark("Only somebody who has signed in may do this."), mark("Sign in, then try again.")),
    ),
    (PermissionDenied, Explanation(mark("Your role does not allow this."), mark("Ask an administrator."))),
    (
        InvalidInput,
        Explanation(mark("The input cannot be used as it is."), mark("Correct it and try again.")),
    ),
    (
        IndexMissing,
        Explanation(
            mark("There is no index yet, so nothing can be matched."),
            mark("An administrator builds it with this command on the server; it takes some minutes:"),
            "lianzhao index build",
        ),
    ),
    (
        IndexMismatch,
        Explanation(
            mark("The index was built with another model than the one that is running."),
            mark("An administrator builds it again with this command on the server:"),
            "lianzhao index build",
        ),
    ),
    (
        IndexDamaged,
        Explanation(
            mark("The index on the disk is damaged."),
            mark("An administrator builds it again with this command on the server:"),
            "lianzhao index build",
        ),
    ),
    (
        EmbedderUnavailable,
        Explanation(
            mark("The language model cannot be loaded."),
            mark("An administrator checks the setting LIANZHAO_EMBEDDER; the details below say what failed."),
        ),
    ),
    (
        SchemaMismatch,
        Explanation(
            mark("The tables of the database are not those of this version."),
            mark("An administrator runs this command on the server:"),
            "lianzhao db upgrade",
        ),
    ),
    (
        DatabaseBusy,
        Explanation(
            mark("The database is busy: something large is being written."),
            mark("Wait a minute and load the page again."),
        ),
    ),
    (
        DatabaseUnavailable,
        Explanation(
            mark("The database cannot be reached, or its tables are not there yet."),
            mark("An administrator checks that it runs, and that this command was run once:"),
            "lianzhao db upgrade",
        ),
    ),
    (
        MatchingError,
        Explanation(
            mark("The engine cannot match at the moment."),
            mark("An administrator reads the details below."),
        ),
    ),
)
_NO_ADDRESS = Explanation(
    mark("There is no page at this address."), mark("Start from the list of chains, or search for a company.")
)
_NO_METHOD = Explanation(mark("This page can only be read."), mark("Go back and follow a link."))
_STRANGE_FORM = Explanation(
    mark("This form is not good any more: the session has ended, or it came from another site."),
    mark("Go back, load the page again, sign in if asked to, and send the form again."),
)
_TOO_LARGE = Explanation(
    mark("What was sent is too large."), mark("Split the file, or leave out columns that are not needed.")
)
_REFUSED = Explanation(mark("The request cannot be answered."), mark("Go back and try again."))
_FAILED = Explanation(
    mark("The server failed on this page."),
    mark(
        "Load it again. If it fails again, tell the administrator the time and the address; "
        "the reason is in the server's log."
    ),
)
# What is looked for at an address, for “not found”.
_LOOKED_FOR = {
    "pages.show_chain": mark("There is no chain {code}."),
    "pages.show_gap": mark("There is no gap {code}."),
    "pages.show_gap_candidate": mark("There is no gap {code}."),
    "pages.show_company": mark("There is no company {key} in the base."),
}


def add_error_pages(app: Flask) -> None:
    """Show every error outside the API as a page, or as a part of one to htmx."""
    app.register_error_handler(ServiceError, _show_named)
    app.register_error_handler(MatchingError, _show_named)
    app.register_error_handler(HTTPException, _show_refusal)
    app.register_error_handler(InternalServerError, _show_failure)


def explain_error(error: Exception) -> Explanation:
    """What is told of a named error."""
    return next((told for kind, told in _EXPLANATIONS if isinstance(error, kind)), _FAILED).said()


def _show_named(error: Exception) -> AnyResponse:
    if isinstance(error, PermissionDenied) and not current_actor().is_signed_in:
        error = SignInNeeded(str(error))
        led = ask_to_sign_in()
        if led is not None:
            return led
    status = status_code(error)
    if status >= 500:
        _log.error("%s: %s", request.path, error)
    told = explain_error(error)
    if isinstance(error, InvalidAddress):
        return _page(status, replace(told, what=str(error)), detail="")
    if isinstance(error, NotFound) and request.endpoint in _LOOKED_FOR:
        told = replace(told, what=say(_LOOKED_FOR[request.endpoint], **_shown_arguments()))
    return _page(status, told, detail=str(error))


def _show_refusal(error: HTTPException) -> Response:
    if request.path.startswith(_API):
        return unmatched(cast(NoSuchAddress, error))  # it reads code and name, which all refusals have
    status = error.code or 500
    if isinstance(error, NoSuchAddress):
        return _page(status, _NO_ADDRESS.said(), detail="")
    if isinstance(error, CSRFError):
        return _page(status, _STRANGE_FORM.said(), detail="")
    told = {405: _NO_METHOD, 413: _TOO_LARGE}.get(status, _REFUSED)
    response = _page(status, told.said(), detail=error.description or "")
    response.headers.extend({name: value for name, value in error.get_headers() if name == "Allow"})
    return response


def _show_failure(error: InternalServerError) -> Response:  # noqa: ARG001  Flask has logged it
    return _page(500, _FAILED.said(), detail="")


def _shown_arguments() -> dict[str, Any]:
    return {name: str(value)[:64] for name, value in (request.view_args or {}).items()}


def _page(status: int, told: Explanation, detail: str) -> Response:
    body = render_template(
        "_error.html" if is_partial() else "error.html",
        status=status,
        what=told.what,
        safe=say(NOTHING_LOST),
        do=told.do,
        command=told.command,
        detail=detail,
        search_url=_search_url(),
    )
    response = make_response(body, status)
    response.vary.update(("Cookie", "HX-Request"))
    response.headers["Cache-Control"] = "no-store"
    return response


def _search_url() -> str:
    """Where to look for a company that was not found under the key in the address."""
    key = (request.view_args or {}).get("key")
    return url_for("pages.search_companies", q=key) if key else ""
