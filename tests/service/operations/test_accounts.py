"""Accounts and their tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ApiToken, AuditEntry, UserSession
from service.actors import COMMAND_LINE, Actor
from service.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from service.operations.accounts import (
    LastAdministrator,
    WrongPassword,
    add_user,
    change_own_password,
    edit_user,
    find_user,
    list_users,
    reset_password,
    set_active,
)
from service.operations.api_tokens import find_token, list_tokens, make_token, note_use, revoke_token
from service.operations.signing_in import SignedIn, actor_of, sign_in
from service.passwords import is_password

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
GOOD, BETTER = "河西走廊的风很大呀呀", "祁连山上的雪化了没有"
CURATOR = Actor("zhao", "curator", user_id=99)


def entries(session: Session, action: str) -> list[AuditEntry]:
    return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def begin(session: Session, login: str) -> SignedIn:
    outcome = sign_in(session, login, GOOD, address="", now=NOW, lasts=timedelta(hours=1))
    assert isinstance(outcome, SignedIn)
    return outcome


def test_new_account_has_a_password_that_must_be_changed(session: Session) -> None:
    made = add_user(session, COMMAND_LINE, "Wang.Wei", role="officer", region_code="620100")
    assert (made.user.login, made.user.display_name, made.user.region_code) == (
        "wang.wei",
        "wang.wei",
        "620100",
    )
    assert made.user.must_change_password
    assert is_password(made.password, made.user.password_hash)
    entry = entries(session, "user.added")[0]
    assert (entry.login, entry.object_type, entry.object_id) == ("command-line", "user_account", "wang.wei")
    assert entry.changes == {
        "login": [None, "wang.wei"],
        "role": [None, "officer"],
        "region_code": [None, "620100"],
    }
    assert made.password not in repr(entry.changes)


@pytest.mark.parametrize("login", ["", "a", "wang wei", "wang/wei", "-wang", "w" * 51, "a<b>"])
def test_login_that_cannot_be_typed_is_refused(session: Session, login: str) -> None:
    with pytest.raises(InvalidInput, match="login"):
        add_user(session, COMMAND_LINE, login)


def test_login_is_taken_once_whatever_its_letters(session: Session) -> None:
    add_user(session, COMMAND_LINE, "wang")
    with pytest.raises(Conflict, match="give another login"):
        add_user(session, COMMAND_LINE, "WANG")


@pytest.mark.parametrize(("role", "region"), [("root", None), ("viewer", "999999"), ("viewer", "62")])
def test_role_and_region_must_be_known(session: Session, role: str, region: str | None) -> None:
    with pytest.raises(InvalidInput):
        add_user(session, COMMAND_LINE, "wang", role=role, region_code=region)


def test_change_is_written_down_with_old_and_new(session: Session) -> None:
    user = add_user(session, COMMAND_LINE, "wang", role="officer").user
    edit_user(session, COMMAND_LINE, user.id, display_name="王伟", role="organiser", region_code=None)
    assert entries(session, "user.changed")[0].changes == {
        "display_name": ["wang", "王伟"],
        "role": ["officer", "organiser"],
    }
    edit_user(session, COMMAND_LINE, user.id, display_name="王伟", role="organiser", region_code=None)
    assert len(entries(session, "user.changed")) == 1


def test_other_role_ends_the_sessions_another_name_does_not(session: Session) -> None:
    user = add_user(session, COMMAND_LINE, "wang", role="officer", password=GOOD).user
    begin(session, "wang")
    edit_user(session, COMMAND_LINE, user.id, display_name="王伟", role="officer", region_code=None)
    assert len(session.scalars(select(UserSession)).all()) == 1
    edit_user(session, COMMAND_LINE, user.id, display_name="王伟", role="viewer", region_code=None)
    assert session.scalars(select(UserSession)).all() == []


def test_disabling_ends_the_sessions(session: Session) -> None:
    user = add_user(session, COMMAND_LINE, "wang", password=GOOD).user
    begin(session, "wang")
    set_active(session, COMMAND_LINE, user.id, is_active=False)
    assert session.scalars(select(UserSession)).all() == []
    assert [u.login for u in list_users(session, COMMAND_LINE) if not u.is_active] == ["wang"]
    set_active(session, COMMAND_LINE, user.id, is_active=True)
    assert find_user(session, "wang").is_active


def test_one_administrator_stays(session: Session) -> None:
    first = add_user(session, COMMAND_LINE, "wang", role="admin").user
    with pytest.raises(LastAdministrator):
        set_active(session, COMMAND_LINE, first.id, is_active=False)
    with pytest.raises(LastAdministrator):
        edit_user(session, COMMAND_LINE, first.id, display_name="", role="curator", region_code=None)
    with pytest.raises(LastAdministrator):  # an administrator of one region cannot add users
        edit_user(session, COMMAND_LINE, first.id, display_name="", role="admin", region_code="620100")
    add_user(session, COMMAND_LINE, "li", role="admin")
    set_active(session, COMMAND_LINE, first.id, is_active=False)


def test_reset_password_is_told_once_and_ends_the_sessions(session: Session) -> None:
    user = add_user(session, COMMAND_LINE, "wang", password=GOOD).user
    begin(session, "wang")
    made = reset_password(session, COMMAND_LINE, user.id)
    assert is_password(made.password, user.password_hash)
    assert not is_password(GOOD, user.password_hash)
    assert user.must_change_password
    assert session.scalars(select(UserSession)).all() == []


def test_own_password_is_changed_by_who_knows_it(session: Session) -> None:
    user = add_user(session, COMMAND_LINE, "wang", password=GOOD).user
    actor = begin(session, "wang").actor
    with pytest.raises(WrongPassword):
        change_own_password(session, actor, BETTER, BETTER, now=NOW)
    with pytest.raises(InvalidInput, match="present one"):
        change_own_password(session, actor, GOOD, GOOD, now=NOW)
    change_own_password(session, actor, GOOD, BETTER, now=NOW)
    assert is_password(BETTER, user.password_hash)
    assert (user.must_change_password, user.password_changed_at) == (False, NOW)
    assert session.scalars(select(UserSession)).all() == []
    assert entries(session, "user.password_changed")[0].changes == {}


def test_only_administrators_touch_accounts(session: Session) -> None:
    user = add_user(session, COMMAND_LINE, "wang").user
    for deed in (
        lambda: add_user(session, CURATOR, "li"),
        lambda: edit_user(session, CURATOR, user.id, display_name="", role="admin", region_code=None),
        lambda: set_active(session, CURATOR, user.id, is_active=False),
        lambda: reset_password(session, CURATOR, user.id),
        lambda: list_users(session, CURATOR),
        lambda: make_token(session, CURATOR, user.id, name="x", role="viewer", days=1, now=NOW),
    ):
        with pytest.raises(PermissionDenied):
            deed()


# Tokens


def test_token_acts_for_its_owner_and_is_not_stored(session: Session) -> None:
    user = add_user(session, COMMAND_LINE, "wang", role="officer", password=GOOD).user
    user.must_change_password = False
    made = make_token(session, actor_of(user, ""), user.id, name="报表", role="officer", days=30, now=NOW)
    stored = session.scalars(select(ApiToken)).one()
    assert made.secret.startswith("lz_")
    assert made.secret not in (stored.token_hash, stored.start)
    assert len(stored.start) == 8
    used = find_token(session, made.secret, address="10.0.0.9", now=NOW)
    assert used is not None
    assert (used.actor.login, used.actor.role, used.actor.address) == ("wang", "officer", "10.0.0.9")
    assert find_token(session, stored.token_hash, address="", now=NOW) is None
    assert made.secret not in repr(entries(session, "token.made")[0].changes)


def test_token_may_do_no_more_than_its_owner_may_now(session: Session) -> None:
    user = add_user(session, COMMAND_LINE, "wang", role="officer", password=GOOD).user
    user.must_change_password = False
    made = make_token(session, actor_of(user, ""), user.id, name="x", role="admin", days=30, now=NOW)
    assert made.token.role == "officer"
    edit_user(session, COMMAND_LINE, user.id, display_name="", role="viewer", region_code=None)
    used = find_token(session, made.secret, address="", now=NOW)
    assert used is not None
    assert used.actor.role == "viewer"


def test_token_ends_with_its_days_its_account_or_when_revoked(session: Session) -> None:
    user = add_user(session, COMMAND_LINE, "wang", password=GOOD).user
    user.must_change_password = False
    owner = actor_of(user, "")
    made = make_token(session, owner, user.id, name="x", role="viewer", days=1, now=NOW)
    assert find_token(session, made.secret, address="", now=NOW + timedelta(hours=23)) is not None
    assert find_token(session, made.secret, address="", now=NOW + timedelta(days=1)) is None
    user.is_active = False
    assert find_token(session, made.secret, address="", now=NOW) is None
    user.is_active = True
    with pytest.raises(NotFound):
        revoke_token(session, CURATOR, made.token.id)
    revoke_token(session, owner, made.token.id)
    assert find_token(session, made.secret, address="", now=NOW) is None
    assert list_tokens(session, owner, user.id) == []


def test_use_of_a_token_is_noted_now_and_then(session: Session) -> None:
    user = add_user(session, COMMAND_LINE, "wang", password=GOOD).user
    user.must_change_password = False
    made = make_token(session, actor_of(user, ""), user.id, name="x", role="viewer", days=1, now=NOW)

    def is_to_be_noted(minutes: int) -> bool:
        used = find_token(session, made.secret, address="", now=NOW + timedelta(minutes=minutes))
        assert used is not None
        return used.is_to_be_noted

    assert is_to_be_noted(0)
    note_use(session, made.token.id, NOW)
    assert not is_to_be_noted(10)
    assert is_to_be_noted(11)


@pytest.mark.parametrize(("name", "role", "days"), [("", "viewer", 1), ("x", "root", 1), ("x", "viewer", 0)])
def test_token_that_makes_no_sense_is_refused(session: Session, name: str, role: str, days: int) -> None:
    user = add_user(session, COMMAND_LINE, "wang").user
    with pytest.raises(InvalidInput):
        make_token(session, COMMAND_LINE, user.id, name=name, role=role, days=days, now=NOW)
