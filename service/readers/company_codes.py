"""Codes that tell companies apart: the unified social credit code (GB 32100) and the stock code.

Like the other readers of values: the value, or None with a finding that says why.
"""

from __future__ import annotations

import re

from stdnum.cn.uscc import calc_check_digit

from service.readers.company_issues import Finding
from service.readers.company_values import clean_text, fold_width

USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_CHARS = 18
_USCC_DIGITS = range(2, 8)  # places 3 to 8: the region
# I and O are in no code, so they can only be 1 and 0. Nor are S, V and Z, but what they stand for is a guess.
_USCC_LOOK_ALIKES = str.maketrans("IO", "10")
# Business registration numbers have 15 digits and organisation codes 9, with a hyphen 10 characters.
_OLD_NUMBER = re.compile(r"\d{13}|\d{15}|[0-9A-Z]{8}-?[0-9X]")
# A spreadsheet keeps 15 digits of a number and writes zeros, or an exponent, for the rest.
_DIGITS_LOST = re.compile(r"\d{15}000|\d(?:\.\d+)?E\+?\d+")


def read_uscc(value: object) -> tuple[str | None, Finding | None]:
    """The unified social credit code (GB 32100). A wrong one is an error: it would merge strangers."""
    is_number = isinstance(value, float) or (isinstance(value, int) and value >= 10**17 and value % 1000 == 0)
    if is_number:
        return None, Finding("uscc_digits_lost", severity="error")
    text, finding = clean_text(value)
    if text is None:
        return None, finding
    code = re.sub(r"[-.'’·]", "", fold_width(text).upper()).translate(_USCC_LOOK_ALIKES)
    plain = fold_width(text).upper()
    if _DIGITS_LOST.fullmatch(plain) and not (len(code) == USCC_CHARS and is_uscc(code)):
        return None, Finding("uscc_digits_lost", severity="error")
    if _OLD_NUMBER.fullmatch(plain):
        return None, Finding("uscc_old_number")
    if len(code) != USCC_CHARS:
        return None, Finding("uscc_length", {"chars": len(code)}, "error")
    for place, character in enumerate(code):
        allowed = "0123456789" if place in _USCC_DIGITS else USCC_LETTERS
        if character not in allowed:
            return None, Finding("uscc_character", {"character": character, "place": place + 1}, "error")
    expected = check_character(code)
    if code[-1] != expected:
        return None, Finding("uscc_check", {"found": code[-1], "expected": expected}, "error")
    return code, None if code == text else Finding("uscc_mended", {"read": code})


def check_character(code: str) -> str:
    """The check character that the first 17 characters of `code` ask for."""
    # python-stdnum's validate() refuses codes that begin with a letter (A, N, Y), so only its sum is used.
    return str(calc_check_digit(code[: USCC_CHARS - 1]))


def is_uscc(code: str) -> bool:
    """Whether `code` is a whole and right code in its normal form."""
    return (
        len(code) == USCC_CHARS
        and all(character in USCC_LETTERS for character in code)
        and code[2:8].isdecimal()
        and check_character(code) == code[-1]
    )


_EXCHANGES = {"SH": "SSE", "SZ": "SZSE", "BJ": "BSE", "HK": "HKEX", "NQ": "NEEQ", "OC": "NEEQ"}
_STOCK_CODE = re.compile(r"(?:(SH|SZ|BJ|HK|NQ|OC)[.:]?)?(\d{1,6}|[A-Z]{1,5})(?:\.(SH|SZ|BJ|HK|NQ|OC))?")


def read_stock_code(value: object) -> tuple[str | None, str | None, Finding | None]:
    """The code, and the exchange where it is written with the code, as in 600362.SH."""
    text, finding = clean_text(value)
    if text is None:
        return None, None, finding
    found = _STOCK_CODE.fullmatch(fold_width(text).upper().replace(".SS", ".SH"))
    if not found:
        return None, None, Finding("stock_code_unreadable")
    place = found[1] or found[3]
    code = found[2]
    length = 5 if place == "HK" else 6
    if code.isdecimal() and len(code) < length and not (len(code) == 5 and place is None):
        code = code.zfill(length)
        return code, _EXCHANGES.get(place or ""), Finding("stock_code_padded", {"read": code})
    return code, _EXCHANGES.get(place or ""), finding
