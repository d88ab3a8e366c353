"""The own account: password and tokens."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.actors import OWN_ACCOUNT
from service.app import service
from service.errors import InvalidInput
from service.i18n import mark
from service.operations.accounts import WrongPassword, get_user
from service.operations.accounts import change_own_password as change_password
from service.operations.signing_in import renew_session
from service.passwords import MIN_CHARS, WeakPassword
from service.web.access import address, begin_session, current_actor, needs, session_length
from service.web.formats import say

_CHANGED = mark("The password is changed. Other browsers that were signed in are signed out.")
_NOT_THE_OLD = mark("This is not the present password.")
_NOT_ALIKE = mark("The two new passwords differ.")
_SAME = mark("The new password is the present one: give another.")


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


def _form(problems: dict[str, str]) -> Response:
    with service().database.reading() as reading:
        is_given = get_user(reading, current_actor().user_id or 0).must_change_password
    page = render_template("own_password.html", problems=problems, is_given=is_given, least=MIN_CHARS)
    response = make_response(page, 422 if problems else 200)
    response.headers["Cache-Control"] = "no-store"
    return response
