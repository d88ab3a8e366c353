"""Credit codes and stock codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.readers.company_codes import (
    USCC_LETTERS,
    check_character,
    is_uscc,
    read_stock_code,
    read_uscc,
)


def code_of(finding: object) -> str | None:
    return getattr(finding, "code", None)


# Credit codes. The codes are made up; their check characters are worked out below.


def test_check_character_is_worked_out_by_the_standard() -> None:
    # Letters count on from A=10 without I, O, S, V and Z: E=14, M=21, P=23, X=29. Each times its weight
    # 1 3 9 27 19 26 16 17 20 29 25 13 8 24 10 30 28:
    # 9 + 3 + 54 + 54 + 0 + 26 + 0 + 0 + 420 + 290 + 0 + 0 + 112 + 696 + 100 + 630 + 644 = 3038 = 98 * 31,
    # remainder 0, so the check character is 0.
    assert check_character("91620100MA00EXAMP") == "0"
    # The first character 1 in place of 9 takes 8 away: 3030 = 97 * 31 + 23, and 31 - 23 = 8.
    assert check_character("11620100MA00EXAMP") == "8"


@pytest.mark.parametrize("first", ["A", "N", "Y", "9", "1"])
def test_code_may_begin_with_a_letter(first: str) -> None:
    stem = f"{first}1620100MA00EXAMP"
    assert read_uscc(stem + check_character(stem)) == (stem + check_character(stem), None)


def test_remainder_nought_asks_for_nought() -> None:
    assert read_uscc("91620100MA00EXAMP0") == ("91620100MA00EXAMP0", None)
    assert code_of(read_uscc("91620100MA00EXAMP1")[1]) == "uscc_check"


def test_wrong_check_character_is_an_error_that_names_the_right_one() -> None:
    code, finding = read_uscc("11620100MA00EXAMP2")
    assert code is None
    assert finding is not None
    assert (finding.severity, finding.params) == ("error", {"found": "2", "expected": "8"})


@given(st.text(alphabet=USCC_LETTERS, min_size=17, max_size=17), st.sampled_from(USCC_LETTERS))
def test_exactly_one_check_character_is_right(stem: str, last: str) -> None:
    stem = stem[:2] + "620100" + stem[8:]
    assert is_uscc(stem + last) == (last == check_character(stem))


@given(
    st.text(alphabet=USCC_LETTERS, min_size=17, max_size=17),
    st.integers(0, 16),
    st.sampled_from(USCC_LETTERS),
)
def test_one_wrong_character_is_always_noticed(stem: str, place: int, other: str) -> None:
    stem = stem[:2] + "620100" + stem[8:]
    whole = stem + check_character(stem)
    changed = whole[:place] + other + whole[place + 1 :]
    assert is_uscc(changed) == (changed == whole)


@pytest.mark.parametrize(
    "written",
    [
        "91620i00maooexampo",
        " 91620100 MA00EXAMP0 ",
        "９１６２０１００ＭＡ００ＥＸＡＭＰ０",
        "91620100-MA00EXAMPO",
    ],
)
def test_width_case_and_look_alikes_are_folded_and_said(written: str) -> None:
    code, finding = read_uscc(written)
    assert code == "91620100MA00EXAMP0"
    assert finding is not None
    assert (finding.code, finding.severity, finding.params) == ("uscc_mended", "warning", {"read": code})


@pytest.mark.parametrize("bad", ["S", "Z", "V", "中"])
def test_letter_that_never_occurs_is_named_with_its_place(bad: str) -> None:
    finding = read_uscc(f"91620100MA00EXA{bad}PX")[1]
    assert finding is not None
    assert (finding.code, finding.params["character"], finding.params["place"]) == ("uscc_character", bad, 16)


def test_region_of_a_code_is_digits() -> None:
    finding = read_uscc("9162A100MA00EXAMPX")[1]
    assert finding is not None
    assert (finding.code, finding.params["place"]) == ("uscc_character", 5)


@pytest.mark.parametrize("short", ["91620100MA00EXAMP", "91620100MA00EXAMP00", "1"])
def test_length_is_said(short: str) -> None:
    finding = read_uscc(short)[1]
    assert finding is not None
    assert (finding.code, finding.params, finding.severity) == ("uscc_length", {"chars": len(short)}, "error")


@pytest.mark.parametrize(
    "number", [9.14403003196285e17, 914403003196285000, "914403003196285000", "9.14403E+17", "9.14403e17"]
)
def test_code_that_a_spreadsheet_cut_is_said_to_be_so(number: object) -> None:
    assert code_of(read_uscc(number)[1]) == "uscc_digits_lost"


@pytest.mark.parametrize("old", ["620100200012345", "12345678-9", "123456789"])
def test_older_number_is_left_out_but_rejects_nothing(old: str) -> None:
    code, finding = read_uscc(old)
    assert code is None
    assert finding is not None
    assert (finding.code, finding.severity) == ("uscc_old_number", "warning")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("600362", ("600362", None, None)),
        ("600362.SH", ("600362", "SSE", None)),
        ("sz000001", ("000001", "SZSE", None)),
        (1, ("000001", None, "stock_code_padded")),
        (2594.0, ("002594", None, "stock_code_padded")),
        ("00700", ("00700", None, None)),
        ("700.HK", ("00700", "HKEX", "stock_code_padded")),
        ("铜业", (None, None, "stock_code_unreadable")),
        ("-", (None, None, None)),
    ],
)
def test_stock_codes(written: object, expected: tuple[str | None, ...]) -> None:
    code, exchange, finding = read_stock_code(written)
    assert (code, exchange, code_of(finding)) == expected
