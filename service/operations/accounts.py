"""Accounts: adding, changing and disabling them, and their passwords."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models import User, UserSession, utc_now
from models.account import ROLES
from service.actors import OWN_ACCOUNT, Actor, require
from service.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from service.operations.audit import record_audit
from service.passwords import check_password, hash_password, is_password, make_password
from service.regions import is_region

_LOGIN = re.compile(r"[\w][\w.\-@]{1,49}")
MAX_NAME_CHARS = 100


@dataclass(frozen=True, slots=True)
class NewPassword:
    """An account whose password was set for it; `password` is told once and kept nowhere."""

    user: User
    password: str


class LastAdministrator(Conflict):
    """Nobody would be left who can add users."""


class WrongPassword(InvalidInput):
    """The password that was to prove who asks is not the one of the account."""


def add_user(
    session: Session,
    actor: Actor,
    login: str,
    *,
    role: str = "viewer",
    display_name: str = "",
    region_code: str | None = None,
    password: str | None = None,
) -> NewPassword:
    """A new account with `password`, or with one made here; it must be changed at the first sign-in.

    Raises PermissionDenied, InvalidInput (WeakPassword), Conflict where the login is taken.
    """
    require(actor, "user.edit")
    login = _checked_login(login)
    if session.scalar(select(User.id).where(func.lower(User.login) == login)):
        raise Conflict(f"login {login!r}: there is such an account already: give another login")
    user = User(
        login=login,
        display_name=_checked_name(display_name) or login,
        role=_checked_role(role),
        region_code=_checked_region(region_code),
    )
    told = _set_password(user, password, now=utc_now())
    session.add(user)
    session.flush()
    changes = {"role": (None, user.role), "region_code": (None, user.region_code)}
    record_audit(session, actor, "user.added", user, {"login": (None, user.login), **changes})
    return NewPassword(user, told)


def edit_user(
    session: Session, actor: Actor, user_id: int, *, display_name: str, role: str, region_code: str | None
) -> User:
    """Change name, role and region. A change of role or region ends the sessions of the account.

    Raises PermissionDenied, NotFound, InvalidInput, LastAdministrator.
    """
    require(actor, "user.edit")
    user = get_user(session, user_id)
    role, region_code = _checked_role(role), _checked_region(region_code)
    name = _checked_name(display_name) or user.login
    changes = {
        "display_name": (user.display_name, name),
        "role": (user.role, role),
        "region_code": (user.region_code, region_code),
    }
    if role != "admin" or region_code:
        _keep_an_administrator(session, user)
    if (user.role, user.region_code) != (role, region_code):
        end_sessions(session, user)
    user.display_name, user.role, user.region_code = name, role, region_code
    if any(old != new for old, new in changes.values()):
        record_audit(session, actor, "user.changed", user, changes)
    return user


def set_active(session: Session, actor: Actor, user_id: int, *, is_active: bool) -> User:
    """Disable an account, which ends its sessions and stops its tokens, or enable it again.

    Raises PermissionDenied, NotFound, LastAdministrator.
    """
    require(actor, "user.edit")
    user = get_user(session, user_id)
    if user.is_active == is_active:
        return user
    if not is_active:
        _keep_an_administrator(session, user)
        end_sessions(session, user)
    action = "user.enabled" if is_active else "user.disabled"
    record_audit(session, actor, action, user, {"is_active": (user.is_active, is_active)})
    user.is_active = is_active
    session.flush()
    return user


def reset_password(session: Session, actor: Actor, user_id: int, password: str | None = None) -> NewPassword:
    """Give an account a new password, which must be changed at the first sign-in; ends its sessions.

    Raises PermissionDenied, NotFound, InvalidInput (WeakPassword).
    """
    require(actor, "user.edit")
    user = get_user(session, user_id)
    told = _set_password(user, password, now=utc_now())
    end_sessions(session, user)
    session.flush()
    record_audit(session, actor, "user.password_reset", user)
    return NewPassword(user, told)


def change_own_password(session: Session, actor: Actor, old: str, new: str, *, now: datetime) -> User:
    """Change the password of the actor's own account; all its sessions end.

    Raises PermissionDenied, WrongPassword, InvalidInput (WeakPassword).
    """
    require(actor, OWN_ACCOUNT)
    user = get_user(session, actor.user_id or 0)
    if not is_password(old, user.password_hash):
        raise WrongPassword("the present password is another: type it again")
    if is_password(new, user.password_hash):
        raise InvalidInput("the new password is the present one: give another")
    check_password(new, user.login)
    user.password_hash = hash_password(new)
    user.password_changed_at = now
    user.must_change_password = False
    end_sessions(session, user)
    record_audit(session, actor, "user.password_changed", user)
    return user


def list_users(session: Session, actor: Actor) -> list[User]:
    """All accounts, those in use first, by login. Raises PermissionDenied."""
    require(actor, "user.edit")
    return list(session.scalars(select(User).order_by(User.is_active.desc(), User.login)))


def get_user(session: Session, user_id: int) -> User:
    """One account. Raises NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(f"user {user_id}: not found: see the list of users")
    return user


def find_user(session: Session, login: str) -> User:
    """The account with this login. Raises NotFound."""
    user = session.scalar(select(User).where(User.login == normal_login(login)))
    if user is None:
        raise NotFound(f'user {login!r}: not found: "lianzhao user list" shows all')
    return user


def has_users(session: Session) -> bool:
    """Whether anybody could sign in."""
    return session.scalar(select(User.id).where(User.password_hash.is_not(None)).limit(1)) is not None


def end_sessions(session: Session, user: User) -> None:
    """Sign the account out everywhere."""
    session.execute(delete(UserSession).where(UserSession.user_id == user.id))


def normal_login(login: str) -> str:
    """A login as it is stored: one whichever way it is typed."""
    return unicodedata.normalize("NFKC", login).strip().lower()


def _set_password(user: User, password: str | None, *, now: datetime) -> str:
    if password is not None:
        check_password(password, user.login)
    told = password if password is not None else make_password()
    user.password_hash = hash_password(told)
    user.password_changed_at = now
    user.must_change_password = True
    return told


def _keep_an_administrator(session: Session, user: User) -> None:
    if user.role != "admin" or not user.is_active or user.region_code:
        return
    others = (
        select(func.count())
        .select_from(User)
        .where(User.role == "admin", User.is_active, User.region_code.is_(None), User.id != user.id)
    )
    if not session.scalar(others):
        raise LastAdministrator(
            f"{user.login} is the last administrator: make somebody else administrator first"
        )


def require_other(actor: Actor, user_id: int) -> None:
    """Raise PermissionDenied where an actor would lock itself out."""
    if actor.user_id == user_id:
        raise PermissionDenied(f"{actor.login}: this is your own account: ask another administrator")


def _checked_login(login: str) -> str:
    login = normal_login(login)
    if not _LOGIN.fullmatch(login):
        raise InvalidInput(
            f"login {login!r}: give 2 to 50 letters, digits, dots, hyphens or @; the first one is a letter "
            "or digit"
        )
    return login


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if len(name) > MAX_NAME_CHARS:
        raise InvalidInput(f"name {name[:30]!r}…: {len(name)} characters: give at most {MAX_NAME_CHARS}")
    return name


def _checked_role(role: str) -> str:
    if role not in ROLES:
        raise InvalidInput(f"role {role!r}: give one of {', '.join(ROLES)}")
    return role


def _checked_region(code: str | None) -> str | None:
    code = (code or "").strip()
    if code and not is_region(code):
        raise InvalidInput(
            f"region {code!r}: is no code of a province or city of GB/T 2260: write one such as 620100"
        )
    return code or None
