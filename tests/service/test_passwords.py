"""Which passwords are taken, and what is kept of them."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from service import passwords
from service.passwords import (
    HOLDS_LOGIN,
    TOO_COMMON,
    TOO_LONG,
    TOO_PLAIN,
    TOO_SHORT,
    WeakPassword,
    check_password,
    hash_password,
    is_password,
    make_password,
    needs_new_hash,
)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("黄河之水天上来奔", TOO_SHORT),  # 8 characters
        ("kx8#mQ2!v", TOO_SHORT),  # 9
        ("好" * 201, TOO_LONG),
        ("zhangsan2026", HOLDS_LOGIN),
        ("ZHANGSAN-lanzhou", HOLDS_LOGIN),
        ("password123", TOO_COMMON),
        ("Password2026!", TOO_COMMON),  # a common word with digits behind it
        ("ＰＡＳＳＷＯＲＤ１２３", TOO_COMMON),  # typed in full width
        ("woaini1314520", TOO_COMMON),
        ("aaaaaaaaaabbb", TOO_PLAIN),
        ("7890123456789", TOO_PLAIN),
        ("poiuytrewqpo", TOO_PLAIN),
    ],
)
def test_password_that_is_guessed_soon_is_refused(password: str, why: str) -> None:
    with pytest.raises(WeakPassword) as caught:
        check_password(password, "zhangsan")
    assert caught.value.message == why


@pytest.mark.parametrize(
    "password", ["河西走廊的风很大呀呀", "correct horse battery", "kx8#mQ2!vL", "li wei 2026 spring"]
)
def test_long_password_needs_no_digits_and_no_signs(password: str) -> None:
    check_password(password, "li")


def test_short_login_may_stand_in_a_password() -> None:
    check_password("beautiful lighthouse", "li")


def test_hash_tells_the_password_from_others_and_does_not_hold_it() -> None:
    stored = hash_password("河西走廊的风很大呀呀")
    assert stored.startswith("$argon2id$")
    assert "河西" not in stored
    assert is_password("河西走廊的风很大呀呀", stored)
    assert not is_password("河西走廊的风很大呀", stored)
    assert stored != hash_password("河西走廊的风很大呀呀")
    assert not needs_new_hash(stored)


def test_password_is_the_same_in_full_and_half_width() -> None:
    assert is_password("ABC def 123 xyz", hash_password("ＡＢＣ　ｄｅｆ　１２３ xyz"))


@pytest.mark.parametrize("stored", [None, "", "plain text"])
def test_account_without_a_hash_has_no_password(stored: str | None) -> None:
    assert not is_password("", stored)
    assert not is_password("anything at all", stored)


def test_weak_hash_is_to_be_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = hash_password("河西走廊的风很大呀呀")  # as weak as those of all tests
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher())
    assert needs_new_hash(weak)
    strong = hash_password("河西走廊的风很大呀呀")
    assert "m=65536,t=3,p=4" in strong  # RFC 9106, for little memory
    assert not needs_new_hash(strong)


def test_made_password_is_good_and_another_each_time() -> None:
    made = {make_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_password(password, "zhangsan")
        assert not set(password) & set("0O1lI")
