"""Signing in by a clock of the test's own: waits, sessions, what is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, LoginAttempt, User, UserSession
from service.actors import COMMAND_LINE
from service.operations.accounts import add_user, set_active
from service.operations.signing_in import (
    NotSignedIn,
    OpenSession,
    SignedIn,
    find_session,
    sign_in,
    sign_out,
    waiting_until,
)

RIGHT, WRONG = "河西走廊的风很大呀呀", "河西走廊的雨很大呀呀"
START = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
HOURS = timedelta(hours=12)
Try = Callable[..., SignedIn | NotSignedIn]


@pytest.fixture
def wang(session: Session) -> User:
    return add_user(session, COMMAND_LINE, "wang", role="officer", password=RIGHT).user


@pytest.fixture
def attempt(session: Session, wang: User) -> Try:
    """`attempt(seconds, password)` tries to sign in so many seconds after the start."""

    def attempt_at(
        seconds: float, password: str = WRONG, login: str = "wang", address: str = "10.0.0.7"
    ) -> SignedIn | NotSignedIn:
        now = START + timedelta(seconds=seconds)
        return sign_in(session, login, password, address=address, now=now, lasts=HOURS)

    return attempt_at


def retry_s(outcome: SignedIn | NotSignedIn) -> float | None:
    """Seconds after the start from which the next try is looked at."""
    assert isinstance(outcome, NotSignedIn)
    return (outcome.retry_at - START).total_seconds() if outcome.retry_at else None


def test_right_password_begins_a_session(session: Session, attempt: Try, wang: User) -> None:
    outcome = attempt(0, RIGHT)
    assert isinstance(outcome, SignedIn)
    assert outcome.must_change_password  # an administrator set it
    opened = find_session(session, outcome.key, address="10.0.0.7", now=START)
    assert opened == OpenSession(outcome.actor, True)
    assert (outcome.actor.login, outcome.actor.role, outcome.actor.user_id) == ("wang", "officer", wang.id)
    assert wang.last_seen_at == START


def test_login_is_one_whichever_way_it_is_typed(attempt: Try) -> None:
    assert isinstance(attempt(0, RIGHT, login=" ＷＡＮＧ "), SignedIn)


def test_key_of_a_session_is_not_stored(session: Session, attempt: Try) -> None:
    outcome = attempt(0, RIGHT)
    assert isinstance(outcome, SignedIn)
    stored = session.scalars(select(UserSession)).one()
    assert len(stored.key_hash) == 64
    assert outcome.key not in stored.key_hash
    assert find_session(session, stored.key_hash, address="", now=START) is None


def test_four_wrong_passwords_cost_no_time(attempt: Try) -> None:
    assert [retry_s(attempt(n)) for n in range(4)] == [None] * 4
    assert isinstance(attempt(4, RIGHT), SignedIn)


def test_wait_grows_from_the_fifth_and_ends_at_a_quarter_of_an_hour(attempt: Try) -> None:
    for second in range(4):
        attempt(second)
    waits = []
    at = 4.0
    for _ in range(8):
        until = retry_s(attempt(at))
        assert until is not None
        waits.append(until - at)
        at = until
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_try_during_the_wait_is_refused_unread_and_does_not_lengthen_it(attempt: Try) -> None:
    for second in range(5):
        attempt(second)
    for second in (5, 20, 33.9):
        outcome = attempt(second, RIGHT)
        assert isinstance(outcome, NotSignedIn)
        assert not outcome.was_wrong
        assert retry_s(outcome) == 4 + 30
    assert isinstance(attempt(34, RIGHT), SignedIn)


def test_right_password_forgets_the_wrong_ones(attempt: Try) -> None:
    for second in range(4):
        attempt(second)
    attempt(4, RIGHT)
    assert [retry_s(attempt(5 + n)) for n in range(4)] == [None] * 4


def test_wrong_passwords_are_forgotten_after_a_day(attempt: Try) -> None:
    for second in range(5):
        attempt(second)
    assert retry_s(attempt(24 * 3600 + 5)) is None


def test_another_login_does_not_wait(session: Session, attempt: Try) -> None:
    add_user(session, COMMAND_LINE, "li", password=RIGHT)
    for second in range(5):
        attempt(second)
    assert isinstance(attempt(6, RIGHT, login="li"), SignedIn)


def test_address_waits_after_twenty_whatever_the_login(attempt: Try) -> None:
    outcomes = [attempt(n, login=f"guess{n}") for n in range(20)]
    assert [retry_s(outcome) for outcome in outcomes[:19]] == [None] * 19
    assert retry_s(outcomes[19]) == 19 + 30
    assert isinstance(attempt(21, RIGHT), NotSignedIn)
    assert isinstance(attempt(21, RIGHT, address="10.0.0.8"), SignedIn)


def test_unknown_login_is_treated_like_a_known_one_and_not_kept(session: Session, attempt: Try) -> None:
    outcomes = [attempt(n, login="my secret passphrase") for n in range(5)]
    assert retry_s(outcomes[4]) == 4 + 30
    subjects = set(session.scalars(select(LoginAttempt.subject)))
    assert len(subjects) == 1
    assert subjects.pop().startswith("#")
    told = repr([(e.login, e.object_id, e.changes) for e in session.scalars(select(AuditEntry))])
    assert "secret" not in told


def test_who_has_to_wait_is_told_to_the_administrator(session: Session, attempt: Try) -> None:
    for second in range(5):
        attempt(second)
    now = START + timedelta(seconds=10)
    assert waiting_until(session, ["wang", "li"], now) == {"wang": START + timedelta(seconds=34)}
    assert waiting_until(session, ["wang"], START + timedelta(seconds=34)) == {}


def test_disabled_account_gets_no_session(session: Session, attempt: Try, wang: User) -> None:
    set_active(session, COMMAND_LINE, wang.id, is_active=False)
    assert attempt(0, RIGHT) == NotSignedIn(True, None)


def test_session_ends_after_its_hours(session: Session, attempt: Try) -> None:
    outcome = attempt(0, RIGHT)
    assert isinstance(outcome, SignedIn)
    just_before = START + HOURS - timedelta(seconds=1)
    assert find_session(session, outcome.key, address="", now=just_before) is not None
    assert find_session(session, outcome.key, address="", now=START + HOURS) is None


def test_session_ends_with_signing_out_and_only_that_one(session: Session, attempt: Try) -> None:
    first, second = attempt(0, RIGHT), attempt(1, RIGHT)
    assert isinstance(first, SignedIn)
    assert isinstance(second, SignedIn)
    sign_out(session, first.actor, first.key)
    assert find_session(session, first.key, address="", now=START) is None
    assert find_session(session, second.key, address="", now=START) is not None


def test_signing_in_clears_away_what_is_over(session: Session, attempt: Try) -> None:
    attempt(0)
    attempt(1, RIGHT)
    attempt(25 * 3600, RIGHT)
    assert len(session.scalars(select(UserSession)).all()) == 1
    assert len(session.scalars(select(LoginAttempt)).all()) == 1


def test_coming_going_and_waiting_stand_in_the_log(session: Session, attempt: Try) -> None:
    for second in range(5):
        attempt(second)
    outcome = attempt(40, RIGHT)
    assert isinstance(outcome, SignedIn)
    sign_out(session, outcome.actor, outcome.key)
    entries = [e for e in session.scalars(select(AuditEntry).order_by(AuditEntry.id)) if e.login == "wang"]
    assert [entry.action for entry in entries] == [
        "account.delayed",
        "account.signed_in",
        "account.signed_out",
    ]
    assert {entry.address for entry in entries} == {"10.0.0.7"}
