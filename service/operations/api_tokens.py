"""API tokens: keys for programs, made by their owner, shown once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import ApiToken
from models.account import ROLES
from service.actors import OWN_ACCOUNT, Actor, require, weaker_role
from service.errors import InvalidInput, NotFound
from service.operations.accounts import get_user
from service.operations.audit import record_audit
from service.operations.signing_in import actor_of, hash_key

START = "lz_"  # a leaked token is recognised by it
MAX_DAYS = 366
MAX_NAME_CHARS = 100
# Writing the moment down at each request would make readers wait for writers.
_USE_NOTED_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was made; `secret` is told once and kept nowhere."""

    token: ApiToken
    secret: str


@dataclass(frozen=True, slots=True)
class TokenUse:
    """Who a token acts for; `is_to_be_noted`: its last use was noted too long ago."""

    actor: Actor
    token_id: int
    is_to_be_noted: bool


def make_token(
    session: Session, actor: Actor, user_id: int, *, name: str, role: str, days: int, now: datetime
) -> NewToken:
    """A token of an account. Owners make their own, administrators anybody's.

    Raises PermissionDenied, NotFound, InvalidInput.
    """
    require(actor, OWN_ACCOUNT if actor.user_id == user_id else "user.edit")
    user = get_user(session, user_id)
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME_CHARS:
        raise InvalidInput(
            f"token name {name[:30]!r}: say in 1 to {MAX_NAME_CHARS} characters what it is for"
        )
    if role not in ROLES:
        raise InvalidInput(f"role {role!r}: give one of {', '.join(ROLES)}")
    if not 1 <= days <= MAX_DAYS:
        raise InvalidInput(f"days {days}: a token lasts 1 to {MAX_DAYS} days")
    secret = START + secrets.token_urlsafe(32)
    token = ApiToken(
        token_hash=hash_key(secret),
        start=secret[:8],
        name=name,
        role=weaker_role(role, user.role),
        user_id=user.id,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(token)
    session.flush()
    changes = {"user": (None, user.login), "role": (None, token.role), "expires_at": (None, token.expires_at)}
    record_audit(session, actor, "token.made", ("api_token", token.id, f"{token.start}… {name}"), changes)
    return NewToken(token, secret)


def revoke_token(session: Session, actor: Actor, token_id: int) -> None:
    """Delete a token; programs that use it are refused from now on. Raises PermissionDenied, NotFound."""
    token = session.get(ApiToken, token_id, options=[joinedload(ApiToken.user)])
    if token is None or (token.user_id != actor.user_id and not actor.may("user.edit")):
        raise NotFound(f"token {token_id}: not found among your tokens")  # nor is it told that there is one
    label = ("api_token", token.id, f"{token.start}… {token.name}")
    record_audit(session, actor, "token.revoked", label, {"user": (token.user.login, None)})
    session.delete(token)
    session.flush()


def list_tokens(session: Session, actor: Actor, user_id: int) -> list[ApiToken]:
    """The tokens of an account, the latest first. Raises PermissionDenied."""
    require(actor, OWN_ACCOUNT if actor.user_id == user_id else "user.edit")
    return list(
        session.scalars(select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id.desc()))
    )


def find_token(session: Session, secret: str, *, address: str, now: datetime) -> TokenUse | None:
    """Who acts with this token; None where it is unknown, over, or of a disabled account."""
    token = session.scalar(
        select(ApiToken)
        .options(joinedload(ApiToken.user))
        .where(ApiToken.token_hash == hash_key(secret), ApiToken.expires_at > now)
    )
    if token is None or not token.user.is_active or token.user.must_change_password:
        return None
    actor = actor_of(token.user, address, weaker_role(token.role, token.user.role))
    is_old = token.last_used_at is None or token.last_used_at < now - _USE_NOTED_EVERY
    return TokenUse(actor, token.id, is_old)


def note_use(session: Session, token_id: int, now: datetime) -> None:
    """Write down that a token was used."""
    token = session.get(ApiToken, token_id)
    if token is not None:
        token.last_used_at = now
        session.flush()
