"""Signing in and out."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from service.app import service
from service.i18n import mark
from service.operations.accounts import has_users
from service.operations.signing_in import NotSignedIn
from service.operations.signing_in import sign_in as sign_in_account
from service.operations.signing_in import sign_out as end_session
from service.web.access import (
    address,
    begin_session,
    current_actor,
    local_path,
    session_key,
    session_length,
)
from service.web.formats import moment, say

_WRONG = mark("Login name or password is wrong.")
_WAIT = mark("Too many wrong passwords. The next try is looked at from {time} on; until then wait.")


def show_sign_in() -> Response:
    """The form; who is signed in is led on."""
    target = local_path(request.args.get("next", "/"))
    if current_actor().is_signed_in:
        return redirect(target, 303)
    with service().database.reading() as reading:
        is_first = not has_users(reading)
    return _form(target, is_first=is_first)


def sign_in() -> Response:
    """Begin a session and lead to where the reader wanted to go; else the form again, saying why."""
    target = local_path(request.form.get("next", "/"))
    login, password = request.form.get("login", "")[:200], request.form.get("password", "")
    with service().database.session() as writing:
        outcome = sign_in_account(
            writing, login, password, address=address(), now=service().clock(), lasts=session_length()
        )
    if isinstance(outcome, NotSignedIn):
        return _refused(outcome, login, target)
    begin_session(outcome)
    if outcome.must_change_password:
        return redirect(url_for("pages.show_own_password"), 303)
    return redirect(target, 303)


def sign_out() -> Response:
    """End the session, here and on the server."""
    key = session_key()
    if key:
        with service().database.session() as writing:
            end_session(writing, current_actor(), key)
    session.clear()
    return redirect(url_for("pages.show_sign_in", done=1), 303)


def _refused(outcome: NotSignedIn, login: str, target: str) -> Response:
    problems = [say(_WRONG)] if outcome.was_wrong else []
    if outcome.retry_at:
        time = f"{moment(outcome.retry_at)}:{outcome.retry_at:%S}"
        problems.append(say(_WAIT, time=time))
    response = _form(target, login=login, problems=problems)
    response.status_code = 429 if outcome.retry_at else 401
    if outcome.retry_at:
        wait_s = (outcome.retry_at - service().clock()).total_seconds()
        response.headers["Retry-After"] = str(max(1, round(wait_s)))
    return response


def _form(
    target: str, *, login: str = "", problems: list[str] | None = None, is_first: bool = False
) -> Response:
    page = render_template(
        "sign_in.html",
        target=target,
        login=login,
        problems=problems or [],
        is_first=is_first,
        is_done="done" in request.args,
    )
    return make_response(page)
