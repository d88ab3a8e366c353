"""Single values as offices write them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.readers.company_values import (
    clean_text,
    read_amount_wan,
    read_count,
    read_date,
    read_ownership,
    read_status,
    read_year,
)

TODAY = date(2025, 6, 30)


def code_of(finding: object) -> str | None:
    return getattr(finding, "code", None)


# Texts


@pytest.mark.parametrize(
    "nothing", [None, "", "  ", "\u3000", "-", "——", "无", "暂无", "N/A", "null", "&nbsp;", "未知"]
)
def test_words_for_nothing_are_nothing(nothing: object) -> None:
    assert clean_text(nothing) == (None, None)


def test_text_is_kept_letter_by_letter_inside() -> None:
    assert clean_text(" 铜箔（６微米）、 ABC \n") == ("铜箔（６微米）、 ABC", None)


def test_formula_is_text() -> None:
    assert clean_text("=cmd|' /C calc'!A0") == ("=cmd|' /C calc'!A0", None)


@pytest.mark.parametrize("start", ["=1+1", "+86", "-5", "@SUM(A1)"])
def test_apostrophe_of_our_own_files_is_taken_off(start: str) -> None:
    assert clean_text("'" + start) == (start, None)


def test_nul_and_half_characters_are_taken_out_and_said() -> None:
    assert code_of(clean_text("铜\0箔")[1]) == "characters_replaced"
    assert clean_text("铜\0箔\ud83d")[0] == "铜箔"


def test_line_ends_of_workbooks_are_line_ends() -> None:
    assert clean_text("铜箔_x000D_\n铜材\r\n铝材\x0b")[0] == "铜箔\n铜材\n铝材"


def test_whole_number_of_a_cell_has_no_decimal_point() -> None:
    assert clean_text(1200.0) == ("1200", None)
    assert clean_text(0.62) == ("0.62", None)


def test_date_of_a_cell_is_iso_text() -> None:
    assert clean_text(datetime(2019, 7, 22)) == ("2019-07-22", None)  # noqa: DTZ001  cells have no zone


def test_error_of_a_cell_is_said() -> None:
    assert code_of(clean_text("#N/A")[1]) == "cell_error"


def test_list_is_no_text() -> None:
    assert code_of(clean_text(["铜箔"])[1]) == "not_text"


# Dates


@pytest.mark.parametrize(
    "written",
    [
        "2019-07-22",
        "2019/7/22",
        "2019.7.22",
        "2019年7月22日",
        "20190722",
        "２０１９－０７－２２",
        "2019-07-22 00:00:00",
        "2019-07-22T08:30:00Z",
        "2019年7月22日 8时30分",
        43668,
        43668.0,
        "43668",
        "7/22/2019",
        "22/7/2019",
        date(2019, 7, 22),
        datetime(2019, 7, 22, 8, 30),  # noqa: DTZ001  cells have no zone
    ],
)
def test_dates_in_many_forms(written: object) -> None:
    assert read_date(written, TODAY) == (date(2019, 7, 22), None)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2019", "date_incomplete"),
        ("2019年7月", "date_incomplete"),
        ("2019-07", "date_incomplete"),
        ("7/8/2019", "date_ambiguous"),
        ("2019-02-30", "date_unreadable"),
        ("2019-13-01", "date_unreadable"),
        ("上海证券交易所", "date_unreadable"),
        ("19-07-22", "date_unreadable"),
        ("2025-07-01", "date_out_of_range"),
        ("1700-01-01", "date_out_of_range"),
        ("99999", "date_unreadable"),
    ],
)
def test_what_is_no_date_is_left_out_and_said(written: str, code: str) -> None:
    found, finding = read_date(written, TODAY)
    assert (found, code_of(finding)) == (None, code)


@pytest.mark.parametrize("written", ["1970-01-01", "未知", None])
def test_unknown_date_is_none_and_nothing_to_say(written: str | None) -> None:
    assert read_date(written, TODAY) == (None, None)


@given(st.dates(date(1800, 1, 1), TODAY), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"]))
def test_written_date_is_read_back(day: date, form: str) -> None:
    expected = None if day == date(1970, 1, 1) else day
    assert read_date(day.strftime(form).zfill(8), TODAY) == (expected, None)


@pytest.mark.parametrize(
    "written", [2024, "2024", "2024年", "2024年度", "2024-12-31", date(2024, 12, 31), 2024.0]
)
def test_years_in_many_forms(written: object) -> None:
    assert read_year(written, TODAY) == (2024, None)


@pytest.mark.parametrize("written", ["1989", "2026", "去年", "24"])
def test_what_is_no_year_is_left_out_and_said(written: str) -> None:
    found, finding = read_year(written, TODAY)
    assert (found, code_of(finding)) == (None, "year_unreadable")


# Numbers


@pytest.mark.parametrize(
    "written", ["1,200人", "1200", 1200, 1200.0, "约1200人", "１２００", "1200名", "0.12万人", "1200.00"]
)
def test_counts_in_many_forms(written: object) -> None:
    assert read_count(written) == (1200, None)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("100-299", "number_range"),
        ("100~299人", "number_range"),
        ("1000人以上", "number_range"),
        ("少于50人", "number_range"),
        ("<50", "number_range"),
        ("0", "number_out_of_range"),
        ("99999999", "number_out_of_range"),
        ("-5", "number_unreadable"),
        ("很多", "number_unreadable"),
        ("12.5", "number_unreadable"),
    ],
)
def test_what_is_no_count_is_left_out_and_said(written: str, code: str) -> None:
    found, finding = read_count(written)
    assert (found, code_of(finding)) == (None, code)


@pytest.mark.parametrize(
    ("written", "wan"),
    [
        ("171.7亿元", "1717000.00"),
        ("300万元人民币", "300.00"),
        ("300万人民币元", "300.00"),
        ("人民币300万元整", "300.00"),
        ("RMB 300万", "300.00"),
        ("￥3,000,000.00", "300.00"),
        ("3000000元", "300.00"),
        ("5千万元", "5000.00"),
        ("2百万", "200.00"),
        ("9 万元 人民币", "9.00"),
        ("149元", "0.01"),
        ("人民币 300 万", "300.00"),
    ],
)
def test_amounts_in_many_forms(written: str, wan: str) -> None:
    assert read_amount_wan(written, None) == (Decimal(wan), None)


@pytest.mark.parametrize("unit", ["万元", "万"])
def test_unit_of_the_header_counts_for_bare_numbers(unit: str) -> None:
    assert read_amount_wan(3000, unit) == (Decimal("3000.00"), None)
    assert read_amount_wan("1.2亿元", unit) == (Decimal("12000.00"), None)


def test_other_units_of_the_header() -> None:
    assert read_amount_wan(30_000_000, "元") == (Decimal("3000.00"), None)
    assert read_amount_wan("1.5", "亿元") == (Decimal("15000.00"), None)


def test_bare_number_is_ten_thousands_and_that_is_said() -> None:
    amount, finding = read_amount_wan("3000", None)
    assert (amount, code_of(finding)) == (Decimal("3000.00"), "unit_assumed")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("500万美元", "amount_foreign"),
        ("9 万元 美元", "amount_foreign"),
        ("500万港元", "amount_foreign"),
        ("USD 500万", "amount_foreign"),
        ("$500", "amount_foreign"),
        ("万人民币", "amount_unreadable"),
        ("三百万元", "amount_unreadable"),
        ("30000000", "amount_out_of_range"),
        ("0万元", "amount_out_of_range"),
        ("99999999亿元", "amount_out_of_range"),
        ("9" * 60 + "亿元", "amount_out_of_range"),
    ],
)
def test_what_is_no_amount_in_yuan_is_left_out_and_said(written: str, code: str) -> None:
    amount, finding = read_amount_wan(written, None)
    assert (amount, code_of(finding)) == (None, code)


@given(st.decimals(min_value="0.01", max_value="99999999.99", places=2))
def test_written_amount_is_read_back(wan: Decimal) -> None:
    assert read_amount_wan(f"{wan}万元", None) == (wan, None)
    assert read_amount_wan(f"{wan:,}万元人民币", None) == (wan, None)
    assert read_amount_wan(f"{wan * 10_000:f}元", None) == (wan, None)
    assert read_amount_wan(f"{wan / 10_000:f}亿元", None) == (wan, None)


# Words for a class


@pytest.mark.parametrize(
    ("word", "ownership"),
    [
        ("民营", "private"),
        ("民营企业", "private"),
        ("自然人独资", "private"),
        ("有限责任公司(自然人投资或控股)", "private"),
        ("国有", "state"),
        ("央企", "state"),
        ("中央国有企业", "state"),
        ("国有控股", "state"),
        ("SOE", "state"),
        ("外资", "foreign"),
        ("外商独资", "foreign"),
        ("港澳台投资", "foreign"),
        ("WFOE", "foreign"),
        ("中外合资", "mixed"),
        ("混合所有制", "mixed"),
        ("Joint venture", "mixed"),
    ],
)
def test_words_for_ownership(word: str, ownership: str) -> None:
    assert read_ownership(word) == (ownership, None)


@pytest.mark.parametrize("word", ["有限责任公司", "集体企业", "公众企业", "其他"])
def test_what_names_no_ownership_is_said(word: str) -> None:
    ownership, finding = read_ownership(word)
    assert (ownership, code_of(finding)) == ("unknown", "ownership_unknown")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("存续（在营、开业、在册）", "active"),
        ("注销", "deregistered"),
        ("吊销，未注销", "revoked"),
        ("吊销，已注销", "deregistered"),
        ("退市", "delisted"),
        ("delisted", "delisted"),
    ],
)
def test_words_for_status(word: str, status: str) -> None:
    assert read_status(word) == (status, None)
