"""Who asks: the session of a browser, the token of a program, or a visitor; and what that lets through."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, Response, flash, g, redirect, request, session, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from service.actors import VISITOR, Actor, require
from service.app import language_of_request, service
from service.errors import DatabaseBusy, SignInNeeded
from service.i18n import mark, translate
from service.operations.api_tokens import find_token, note_use
from service.operations.signing_in import OpenSession, SignedIn, find_session
from service.web.responses import is_partial

API_BLUEPRINT = "api"
# What is served to everybody whatever LIANZHAO_ACCESS says.
PUBLIC = frozenset({"static", "pages.show_sign_in", "pages.sign_in", "pages.sign_out"})
# What an account does before it has a password of its own.
_BEFORE_NEW_PASSWORD = PUBLIC | {"pages.show_own_password", "pages.change_own_password"}
# Endpoints that take files: the permission that lets them in, and the most bytes.
LARGE_UPLOADS = {
    "pages.upload_import": ("company.import", 64 * 1024 * 1024),
    "pages.start_policy_draft": ("gap.edit", 32 << 20),
    "pages.check_compliance": ("gap.edit", 32 << 20),
}
_KEY, _SEEN = "key", "seen"
_OVER = mark("Your session has ended. Sign in again to go on working.")
_SEEN_EVERY_S = 60  # the cookie is not written anew with each request
csrf = CSRFProtect()

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def add_access(app: Flask) -> None:
    """Find out who asks before any page or endpoint, and refuse forms that come from elsewhere."""
    app.before_request(_admit)
    csrf.init_app(app)


def current_actor() -> Actor:
    """The one who asks. Pages and endpoints hand it to operations."""
    actor: Actor = g.get("actor", VISITOR)
    return actor


def needs(permission: str) -> Callable[[Callable[Given, Answer]], Callable[Given, Answer]]:
    """Only who has `permission` gets to the view. Every view that changes something carries it.

    Raises SignInNeeded for a visitor, PermissionDenied for an account.
    """

    def guard(view: Callable[Given, Answer]) -> Callable[Given, Answer]:
        @wraps(view)
        def guarded(*args: Given.args, **named: Given.kwargs) -> Answer:
            require_current(permission)
            return view(*args, **named)

        vars(guarded)["permission"] = permission
        return guarded

    return guard


def require_current(permission: str) -> None:
    """Raise SignInNeeded or PermissionDenied unless the one who asks has `permission`."""
    actor = current_actor()
    if not actor.is_signed_in and not actor.may(permission):
        raise SignInNeeded(f"{request.method} {request.path}: sign in first ({permission})")
    require(actor, permission)


def begin_session(signed_in: SignedIn) -> None:
    """Let the browser be the account. All that its cookie held before is dropped: nobody planted it."""
    session.clear()
    session[_KEY] = signed_in.key
    session[_SEEN] = int(service().clock().timestamp())
    g.actor = signed_in.actor


def session_key() -> str:
    """The key of the browser's session, empty where it has none."""
    return str(session.get(_KEY, ""))


def session_length() -> timedelta:
    """How long a session lasts at most."""
    return timedelta(hours=service().config.session_hours)


def address() -> str:
    """Where the request came from."""
    return request.remote_addr or ""


def _admit() -> AnyResponse | None:
    g.actor = VISITOR
    if request.endpoint == "static":
        return None
    if request.blueprint == API_BLUEPRINT:
        _find_program()
        return None
    opened = _find_person()
    if opened is not None:
        g.actor = opened.actor
        if opened.must_change_password and request.endpoint not in _BEFORE_NEW_PASSWORD:
            return _sent_to(url_for("pages.show_own_password"))
    elif service().config.access == "login" and request.endpoint not in PUBLIC and request.endpoint:
        raise SignInNeeded(f"{request.method} {request.path}: sign in first")
    _let_in_large_files()
    return None


def _let_in_large_files() -> None:
    """More than a form may hold, for who may send it there; others are refused before any of it is read."""
    permission, most_bytes = LARGE_UPLOADS.get(request.endpoint or "", ("", 0))
    if permission:
        require_current(permission)
        request.max_content_length = most_bytes
        request.max_form_memory_size = most_bytes  # a text may be pasted instead of a file


def _find_person() -> OpenSession | None:
    """Whose session the cookie holds; one that is over is taken out of the cookie."""
    key = session_key()
    if not key:
        return None
    now = service().clock()
    idle_s = now.timestamp() - int(session.get(_SEEN, 0))
    opened = None
    if idle_s < service().config.session_idle_minutes * 60:
        with service().database.reading() as reading:
            opened = find_session(reading, key, address=address(), now=now)
    if opened is None:
        session.clear()
        flash(translate(language_of_request(), _OVER))
    elif idle_s >= _SEEN_EVERY_S:
        session[_SEEN] = int(now.timestamp())
    return opened


def _find_program() -> None:
    """Whose token the request carries. Cookies count for nothing here, so no page can act through the API."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if not kind:
        if service().config.access == "login":
            raise SignInNeeded("send a token: Authorization: Bearer lz_…; an account makes one on its page")
        return
    now = service().clock()
    with service().database.reading() as reading:
        used = find_token(reading, secret.strip(), address=address(), now=now) if kind == "Bearer" else None
    if used is None:
        raise SignInNeeded(
            "Authorization: this token is unknown, over, or of a disabled account: make another"
        )
    g.actor = used.actor
    if used.is_to_be_noted:
        with suppress(DatabaseBusy), service().database.brief_session() as writing:
            note_use(writing, used.token_id, now)


def sign_in_address() -> str:
    """The page to sign in on, which leads back to where the reader is."""
    here = request.headers.get("HX-Current-URL", "") if is_partial() else ""
    if not here:
        here = request.full_path.rstrip("?") if request.method == "GET" else request.referrer or ""
    return url_for("pages.show_sign_in", next=local_path(here))


def local_path(address: str) -> str:
    """`address` as a path of this server; "/" for an address elsewhere."""
    own = request.host_url.rstrip("/")
    path = address.removeprefix(own)
    is_local = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_local else "/"


def _sent_to(target: str) -> AnyResponse:
    """Lead the browser to a whole page, also where htmx asked for a part."""
    if is_partial():
        return Response(status=204, headers={"HX-Redirect": target})
    return redirect(target, 303)


def ask_to_sign_in() -> AnyResponse | None:
    """Lead who reads to the page for signing in; None where something was sent, which would be lost."""
    return _sent_to(sign_in_address()) if request.method == "GET" or is_partial() else None


# The places under “administration”: short name, endpoint, label, permission.
ADMIN_PAGES = (
    ("desk", "pages.show_desk", mark("Chains and gaps"), "gap.edit"),
    ("imports", "pages.show_imports", mark("Import companies"), "company.import"),
    ("data", "pages.show_data", mark("State of the data"), "company.import"),
    ("users", "pages.show_users", mark("Users"), "user.edit"),
    ("audit", "pages.show_audit", mark("Audit log"), "audit.read"),
)


def page_context() -> dict[str, Any]:
    """What every template knows of who asks, and of where that one may go."""
    actor = current_actor()
    language = language_of_request()
    return {
        "actor": actor,
        "admin_pages": [
            (page, endpoint, translate(language, label))
            for page, endpoint, label, permission in ADMIN_PAGES
            if actor.may(permission)
        ],
    }
