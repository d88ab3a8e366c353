"""Users: list, add, change, disable, reset the password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from models import ApiToken, User
from models.account import ROLES
from service.app import service
from service.audit_labels import ROLE_LABELS, ROLE_MEANINGS
from service.errors import Conflict, InvalidInput
from service.i18n import mark
from service.operations import accounts
from service.operations.accounts import NewPassword, get_user, list_users
from service.operations.api_tokens import list_tokens
from service.operations.signing_in import waiting_until
from service.regions import present_regions
from service.web.access import current_actor, needs
from service.web.formats import say

_SAVED = mark("{login}: saved.")
_DISABLED = mark("{login} is disabled and signed out everywhere.")
_ENABLED = mark("{login} may sign in again.")
_LAST = mark("{login} is the last administrator. Make somebody else administrator first.")
_TAKEN = mark("There is such an account already: give another login name.")
_LOGIN_RULE = mark("2 to 50 letters, digits, dots, hyphens or @; the first one is a letter or digit.")
_WRONG_INPUT = mark("This cannot be stored: correct it.")


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account in the list; `waits_until`: after wrong passwords, until when it has to wait."""

    user: User
    waits_until: datetime | None


@needs("user.edit")
def show_users() -> Response:
    """All accounts and the form for a new one."""
    return _users_page({}, {})


@needs("user.edit")
def add_user() -> Response:
    """Add an account and show its password once; or the form again with what is wrong."""
    given = {name: request.form.get(name, "").strip() for name in ("login", "display_name", "role", "region")}
    try:
        with service().database.session() as session:
            made = accounts.add_user(
                session,
                current_actor(),
                given["login"],
                role=given["role"],
                display_name=given["display_name"],
                region_code=given["region"],
            )
    except Conflict:
        return _users_page(given, {"login": say(_TAKEN)})
    except InvalidInput as error:
        is_login = str(error).startswith("login")
        return _users_page(
            given, {"login" if is_login else "display_name": say(_LOGIN_RULE if is_login else _WRONG_INPUT)}
        )
    return _show_password(made)


@needs("user.edit")
def show_user(user_id: int) -> Response:
    """One account with its form and tokens. Raises NotFound."""
    with service().database.reading() as session:
        return _user_page(session, get_user(session, user_id), {})


@needs("user.edit")
def edit_user(user_id: int) -> Response:
    """Change name, role and region. Raises NotFound."""
    try:
        with service().database.session() as session:
            user = accounts.edit_user(
                session,
                current_actor(),
                user_id,
                display_name=request.form.get("display_name", ""),
                role=request.form.get("role", ""),
                region_code=request.form.get("region"),
            )
    except accounts.LastAdministrator:
        return _refused(user_id, "role", _LAST)
    except InvalidInput:
        return _refused(user_id, "display_name", _WRONG_INPUT)
    flash(say(_SAVED, login=user.login))
    return redirect(url_for("pages.show_users"), 303)


@needs("user.edit")
def disable_user(user_id: int) -> Response:
    """Disable an account, but not the own one. Raises NotFound, PermissionDenied."""
    accounts.require_other(current_actor(), user_id)
    try:
        return _switched(user_id, is_active=False, told=_DISABLED)
    except accounts.LastAdministrator:
        return _refused(user_id, "role", _LAST)


@needs("user.edit")
def enable_user(user_id: int) -> Response:
    """Let an account in again. Raises NotFound."""
    return _switched(user_id, is_active=True, told=_ENABLED)


@needs("user.edit")
def reset_password(user_id: int) -> Response:
    """A new password, shown once. Raises NotFound, PermissionDenied for the own account."""
    accounts.require_other(current_actor(), user_id)
    with service().database.session() as session:
        made = accounts.reset_password(session, current_actor(), user_id)
    return _show_password(made)


def role_choices() -> list[tuple[str, str]]:
    """The roles with what each adds, for a form."""
    return [(role, f"{say(ROLE_LABELS[role])} — {say(ROLE_MEANINGS[role])}") for role in ROLES]


def _region_choices() -> list[tuple[str, str]]:
    """The whole base, then provinces and cities; those of the home province first."""
    regions = sorted(present_regions().values(), key=lambda region: region.code)
    home = next((r.code[:2] for r in regions if r.name.startswith(service().config.home_province or "?")), "")
    regions.sort(key=lambda region: region.code[:2] != home)
    return [("", say(mark("no limit")))] + [(region.code, region.name) for region in regions]


def _switched(user_id: int, *, is_active: bool, told: str) -> Response:
    with service().database.session() as session:
        user = accounts.set_active(session, current_actor(), user_id, is_active=is_active)
    flash(say(told, login=user.login))
    return redirect(url_for("pages.show_users"), 303)


def _refused(user_id: int, field: str, message: str) -> Response:
    with service().database.reading() as session:
        user = get_user(session, user_id)
        return _user_page(session, user, {field: say(message, login=user.login)})


def _user_page(session: Session, user: User, problems: dict[str, str]) -> Response:
    tokens: list[ApiToken] = list_tokens(session, current_actor(), user.id)
    waits = waiting_until(session, [user.login], service().clock())
    page = render_template(
        "admin_user.html",
        user=user,
        tokens=tokens,
        waits_until=waits.get(user.login),
        is_own=user.id == current_actor().user_id,
        roles=role_choices(),
        regions=_region_choices(),
        problems=problems,
    )
    return make_response(page, 422 if problems else 200)


def _users_page(given: dict[str, str], problems: dict[str, str]) -> Response:
    with service().database.reading() as session:
        users = list_users(session, current_actor())
        waits = waiting_until(session, [user.login for user in users], service().clock())
    page = render_template(
        "admin_users.html",
        rows=[UserRow(user, waits.get(user.login)) for user in users],
        given=given,
        problems=problems,
        roles=role_choices(),
        regions=_region_choices(),
    )
    return make_response(page, 422 if problems else 200)


def _show_password(made: NewPassword) -> Response:
    page = render_template("admin_password.html", user=made.user, password=made.password)
    return make_response(page)
