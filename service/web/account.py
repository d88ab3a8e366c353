"""The own account: password, and tokens for programs."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from models.account import ROLES
from service.actors import OWN_ACCOUNT
from service.app import service
from service.audit_labels import ROLE_LABELS
from service.errors import InvalidInput
from service.i18n import mark
from service.operations.accounts import WrongPassword, get_user
from service.operations.accounts import change_own_password as change_password
from service.operations.api_tokens import list_tokens
from service.operations.api_tokens import make_token as make_token_of
from service.operations.api_tokens import revoke_token as revoke
from service.operations.signing_in import renew_session
from service.passwords import MIN_CHARS, WeakPassword
from service.web.access import address, begin_session, current_actor, local_path, needs, session_length
from service.web.formats import say

_CHANGED = mark("The password is changed. Other browsers that were signed in are signed out.")
_NOT_THE_OLD = mark("This is not the present password.")
_NOT_ALIKE = mark("The two new passwords differ.")
_SAME = mark("The new password is the present one: give another.")


_REVOKED = mark("The token is revoked; programs that use it are refused from now on.")
_NAME_IT = mark("Say in 1 to 100 characters what the token is for.")
TOKEN_DAYS = (30, 90, 180, 366)


@needs(OWN_ACCOUNT)
def show_account() -> Response:
    """Who I am, my tokens, and the way to my password."""
    return _account_page({})


@needs(OWN_ACCOUNT)
def make_token() -> Response:
    """Make a token and show it once."""
    actor = current_actor()
    name, role = request.form.get("name", ""), request.form.get("role", "")
    days = request.form.get("days", 90, type=int)
    try:
        with service().database.session() as writing:
            made = make_token_of(
                writing, actor, actor.user_id or 0, name=name, role=role, days=days, now=service().clock()
            )
    except InvalidInput:
        return _account_page({"name": say(_NAME_IT)})
    return _account_page({}, secret=made.secret)


@needs(OWN_ACCOUNT)
def revoke_token(token_id: int) -> Response:
    """Revoke one of the own tokens; an administrator anybody's. Raises NotFound."""
    with service().database.session() as writing:
        revoke(writing, current_actor(), token_id)
    flash(say(_REVOKED))
    return redirect(local_path(request.referrer or url_for("pages.show_account")), 303)


@needs(OWN_ACCOUNT)
def show_own_password() -> Response:
    """The form to change the own password."""
    return _form({})


@needs(OWN_ACCOUNT)
def change_own_password() -> Response:
    """Change it, or the form again with what is wrong beside its field."""
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    if new != again:
        return _form({"again": say(_NOT_ALIKE)})
    now = service().clock()
    try:
        with service().database.session() as writing:
            user = change_password(writing, current_actor(), old, new, now=now)
            renewed = renew_session(writing, user, address=address(), now=now, lasts=session_length())
    except WrongPassword:
        return _form({"old": say(_NOT_THE_OLD)})
    except WeakPassword as error:
        return _form({"new": say(error.message, **error.params)})
    except InvalidInput:
        return _form({"new": say(_SAME)})
    begin_session(renewed)
    flash(say(_CHANGED))
    return redirect(url_for("pages.show_chains"), 303)


def _account_page(problems: dict[str, str], secret: str = "") -> Response:
    actor = current_actor()
    with service().database.reading() as reading:
        user = get_user(reading, actor.user_id or 0)
        tokens = list_tokens(reading, actor, user.id)
    below = ROLES[: ROLES.index(actor.role) + 1]
    page = render_template(
        "account.html",
        user=user,
        tokens=tokens,
        secret=secret,
        problems=problems,
        roles=[(role, say(ROLE_LABELS[role])) for role in reversed(below)],
        lasting=[(str(days), str(days)) for days in TOKEN_DAYS],
        now=service().clock(),
    )
    return make_response(page, 422 if problems else 200)


def _form(problems: dict[str, str]) -> Response:
    with service().database.reading() as reading:
        is_given = get_user(reading, current_actor().user_id or 0).must_change_password
    page = render_template("own_password.html", problems=problems, is_given=is_given, least=MIN_CHARS)
    return make_response(page, 422 if problems else 200)
