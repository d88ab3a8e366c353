"""Users."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.account import ROLES
from tests.factories import make_user


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_accepted(session: Session, role: str) -> None:
    assert make_user(session, role=role).id == 1


def test_unknown_role_is_refused(session: Session) -> None:
    with pytest.raises(IntegrityError, match="ck_user_account_role"):
        make_user(session, role="root")


def test_login_is_taken_once(session: Session) -> None:
    make_user(session, login="wang")
    with pytest.raises(IntegrityError, match=r"uq_user_account_login|user_account\.login"):
        make_user(session, login="wang")


def test_new_user_may_only_look(session: Session) -> None:
    user = make_user(session)
    session.expire(user)
    assert (user.role, user.is_active, user.password_hash) == ("viewer", True, None)
