"""Passwords: which ones are taken, and how they are kept.

Rules after NIST SP 800-63B: length and a list of what everybody tries first; no rules of composition, no
change by calendar. Hashes are argon2id with the parameters of RFC 9106 for little memory.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import cache
from importlib import resources

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.errors import InvalidInput
from service.i18n import mark

MIN_CHARS = 10
MAX_CHARS = 200  # hashing a novel would keep the processor busy
# Without 0, O, 1, l and I, which are mistaken for each other when a password is read out.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_ROW_OF_KEYS = (
    "1234567890",
    "0987654321",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
)
_hasher = PasswordHasher()

TOO_SHORT = mark("The password is too short: give at least {least} characters.")
TOO_LONG = mark("The password is too long: give at most {most} characters.")
HOLDS_LOGIN = mark("The password holds the login name: give another.")
TOO_COMMON = mark(
    "This password is among those that are tried first: give another, such as a short sentence."
)
TOO_PLAIN = mark("The password repeats a few characters or follows the keys: give another.")


class WeakPassword(InvalidInput):
    """A password that is not taken. `message` and `params` are for translation; `str` is English."""

    def __init__(self, message: str, **params: object) -> None:
        self.message = message
        self.params = params
        super().__init__(message.format(**params))


def check_password(password: str, login: str) -> None:
    """Raise WeakPassword where `password` is not good enough for the account `login`."""
    text = _normal(password)
    if len(text) < MIN_CHARS:
        raise WeakPassword(TOO_SHORT, least=MIN_CHARS)
    if len(text) > MAX_CHARS:
        raise WeakPassword(TOO_LONG, most=MAX_CHARS)
    bare = text.casefold()
    name = _normal(login).casefold()
    if name and (bare in (name, name[::-1]) or (len(name) >= 4 and name in bare)):
        raise WeakPassword(HOLDS_LOGIN)
    if bare in _common() or re.sub(r"[\W\d_]+$", "", bare) in _common():
        raise WeakPassword(TOO_COMMON)
    if _is_plain(bare):
        raise WeakPassword(TOO_PLAIN)


def hash_password(password: str) -> str:
    """What is stored of `password`."""
    return _hasher.hash(_normal(password))


def is_password(password: str, stored: str | None) -> bool:
    """Whether `password` is the one that `stored` was made of. Takes as long where there is none."""
    try:
        return _hasher.verify(stored or _nobodys_hash(), _normal(password[: MAX_CHARS + 1])) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def needs_new_hash(stored: str) -> bool:
    """Whether `stored` was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def make_password() -> str:
    """A password to be read out once and changed at the first sign-in: 4 groups of 4, 80 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _normal(text: str) -> str:
    # One password whichever keyboard or input method it was typed with (NIST SP 800-63B, 5.1.1.2).
    return unicodedata.normalize("NFKC", text)


def _is_plain(bare: str) -> bool:
    if len(set(bare)) <= 3:
        return True
    return any(bare in row * 3 or bare in row[::-1] * 3 for row in _ROW_OF_KEYS)


@cache
def _common() -> frozenset[str]:
    text = resources.files("service").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))
