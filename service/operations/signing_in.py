"""Signing in and out, sessions, and the waiting time after wrong passwords.

After 5 wrong passwords in a row for one login, or 20 from one address (an office shares one), the next try
waits: 30 seconds, then twice as long after each further one, at most 15 minutes. A try during the wait is
refused unread and does not lengthen it; a right password ends it; after a day all is forgotten. So nobody is
locked out for good, and a guesser gets some hundred tries a day.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from models import LoginAttempt, User, UserSession
from service.actors import Actor
from service.operations.accounts import normal_login
from service.operations.audit import record_audit
from service.passwords import hash_password, is_password, needs_new_hash

FREE_TRIES = 5
FREE_TRIES_OF_ADDRESS = 20
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
REMEMBERED = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session; `key` goes to the browser and is kept nowhere else."""

    actor: Actor
    key: str
    must_change_password: bool


@dataclass(frozen=True, slots=True)
class NotSignedIn:
    """Login or password are wrong, or it is too early: `retry_at` is when the next try is looked at."""

    was_wrong: bool
    retry_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Who a session is for."""

    actor: Actor
    must_change_password: bool


def sign_in(
    session: Session, login: str, password: str, *, address: str, now: datetime, lasts: timedelta
) -> SignedIn | NotSignedIn:
    """A session for `login`, or why there is none. Either way the caller commits: the try is counted."""
    subject = _subject(session, login)
    wait_until = next_try_at(session, subject, address, now)
    if wait_until:
        return NotSignedIn(False, wait_until)
    user = session.scalar(select(User).where(User.login == normal_login(login), User.is_active))
    is_right = is_password(password, user.password_hash if user else None)
    session.add(LoginAttempt(subject=subject, address=address[:64], at=now, succeeded=is_right))
    session.flush()
    if user is None or not is_right:
        retry_at = next_try_at(session, subject, address, now)
        if retry_at:
            who = Actor(subject, "viewer", address=address)
            record_audit(
                session, who, "account.delayed", ("user_account", subject), {"until": (None, retry_at)}
            )
        return NotSignedIn(True, retry_at)
    if user.password_hash and needs_new_hash(user.password_hash):
        user.password_hash = hash_password(password)
    _forget_old(session, now)
    return _open(session, user, address, now, lasts)


def renew_session(session: Session, user: User, *, address: str, now: datetime, lasts: timedelta) -> SignedIn:
    """A session in place of those that a changed password ended."""
    return _open(session, user, address, now, lasts)


def find_session(session: Session, key: str, *, address: str, now: datetime) -> OpenSession | None:
    """Whose session `key` is; None where it is over, or the account is disabled."""
    row = session.scalar(
        select(UserSession)
        .options(joinedload(UserSession.user))
        .where(UserSession.key_hash == hash_key(key), UserSession.expires_at > now)
    )
    if row is None or not row.user.is_active:
        return None
    return OpenSession(actor_of(row.user, address), row.user.must_change_password)


def sign_out(session: Session, actor: Actor, key: str) -> None:
    """End the session of `key`; nothing happens where it is over."""
    row = session.scalar(select(UserSession).where(UserSession.key_hash == hash_key(key)))
    if row is not None:
        session.delete(row)
        record_audit(session, actor, "account.signed_out", ("user_account", actor.login))


def next_try_at(session: Session, subject: str, address: str, now: datetime) -> datetime | None:
    """When the next try of this login from this address is looked at; None: at once."""
    waits = (
        _wait(session, LoginAttempt.subject == subject, FREE_TRIES, now),
        _wait(session, LoginAttempt.address == address[:64], FREE_TRIES_OF_ADDRESS, now),
    )
    return max((until for until in waits if until and until > now), default=None)


def waiting_until(session: Session, logins: list[str], now: datetime) -> dict[str, datetime]:
    """Of these logins, those that have to wait now, with the moment until when."""
    found = {}
    for login in logins:
        until = _wait(session, LoginAttempt.subject == login, FREE_TRIES, now)
        if until and until > now:
            found[login] = until
    return found


def actor_of(user: User, address: str, role: str | None = None) -> Actor:
    """The account as the one who acts."""
    return Actor(
        user.login,
        role or user.role,
        user_id=user.id,
        display_name=user.display_name,
        region_code=user.region_code,
        address=address,
    )


def hash_key(key: str) -> str:
    """What is stored of a session key or a token. They are long and random: one round is enough."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _open(session: Session, user: User, address: str, now: datetime, lasts: timedelta) -> SignedIn:
    key = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            key_hash=hash_key(key),
            user_id=user.id,
            started_at=now,
            expires_at=now + lasts,
            address=address[:64],
        )
    )
    user.last_seen_at = now
    session.flush()
    actor = actor_of(user, address)
    record_audit(session, actor, "account.signed_in", user)
    return SignedIn(actor, key, user.must_change_password)


def _wait(session: Session, of: object, free_tries: int, now: datetime) -> datetime | None:
    recent = (LoginAttempt.at > now - REMEMBERED, of)
    last_right = select(func.max(LoginAttempt.id)).where(*recent, LoginAttempt.succeeded)  # type: ignore[arg-type]
    since = session.scalar(last_right) or 0
    failures, last = session.execute(
        select(func.count(), func.max(LoginAttempt.at)).where(*recent, LoginAttempt.id > since)  # type: ignore[arg-type]
    ).one()
    if failures < free_tries or last is None:
        return None
    doubled = min(failures - free_tries, 10)
    until: datetime = last + min(FIRST_WAIT * 2**doubled, LONGEST_WAIT)
    return until


def _subject(session: Session, login: str) -> str:
    login = normal_login(login)[:200]
    if session.scalar(select(User.id).where(User.login == login)):
        return login
    return "#" + hashlib.sha256(login.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(LoginAttempt).where(LoginAttempt.at < now - REMEMBERED))
    session.execute(delete(UserSession).where(UserSession.expires_at <= now))
