"""Cells that hold several things: products with shares, qualifications with dates."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.company_records import ProductRecord, TagRecord
from service.readers.company_lists import read_products, read_share, read_tags, split_items


def names(value: object) -> list[str]:
    return [product.name for product in read_products(value).products]


def shares(value: object, cell: object = None, *, is_percent: bool = False) -> list[float | None]:
    return [p.revenue_share for p in read_products(value, cell, is_percent=is_percent).products]


def codes(value: object, cell: object = None, *, is_percent: bool = False) -> list[str]:
    return [finding.code for finding in read_products(value, cell, is_percent=is_percent).findings]


@pytest.mark.parametrize(
    "text",
    [
        "电解铜箔、铜材",
        "电解铜箔，铜材",
        "电解铜箔;铜材",
        "电解铜箔\n铜材",
        "电解铜箔, 铜材。",
        "电解铜箔|铜材",
    ],
)
def test_products_are_parted_at_any_separator(text: str) -> None:
    assert names(text) == ["电解铜箔", "铜材"]


def test_separators_in_brackets_and_numbers_do_not_part() -> None:
    assert split_items("铜材（铜杆、铜线）、1,4-丁二醇、2，6-二甲酚") == [
        "铜材（铜杆、铜线）",
        "1,4-丁二醇",
        "2，6-二甲酚",
    ]


def test_bracket_that_never_closes_hides_nothing() -> None:
    assert split_items("铜材（铜杆、铜线、铝材") == ["铜材（铜杆", "铜线", "铝材"]


@pytest.mark.parametrize(
    ("text", "name", "share"),
    [
        ("电解铜箔(62%)", "电解铜箔", 0.62),
        ("电解铜箔（６２％）", "电解铜箔", 0.62),
        ("电解铜箔【占比62.5%】", "电解铜箔", 0.625),
        ("电解铜箔(营收占比：62%)", "电解铜箔", 0.62),
        ("电解铜箔(0.62)", "电解铜箔", 0.62),
        ("电解铜箔:62%", "电解铜箔", 0.62),
        ("电解铜箔 62%", "电解铜箔", 0.62),
        ("电解铜箔占比62%", "电解铜箔", 0.62),
        ("电解铜箔(100%)", "电解铜箔", 1.0),
        ("电解铜箔(6微米)", "电解铜箔(6微米)", None),
        ("含量99%", "含量99%", None),
        ("铜材(3)", "铜材(3)", None),
    ],
)
def test_shares_are_read_from_brackets(text: str, name: str, share: float | None) -> None:
    assert read_products(text).products == (ProductRecord(name, share),)


@pytest.mark.parametrize("text", ["电解铜箔(0%)", "电解铜箔(120%)"])
def test_impossible_share_is_left_out_and_said(text: str) -> None:
    assert (shares(text), codes(text)) == ([None], ["share_out_of_range"])


def test_sentence_stays_a_text() -> None:
    text = "公司主要产品包括电解铜箔、铜材，广泛应用于锂电池。"
    found = read_products(text)
    assert (found.products, found.prose) == ((), text)


def test_repeated_name_counts_once_with_its_highest_share() -> None:
    assert read_products("铜箔(20%)、铜材、铜箔(30%)、铜箔").products == (
        ProductRecord("铜箔", 0.3),
        ProductRecord("铜材"),
    )


def test_empty_cell_has_no_products() -> None:
    assert read_products("无").products == read_products(None).products == ()


# JSON lists


def test_products_of_the_corpus_keep_name_and_share() -> None:
    value = [{"name": "批发", "share": 0.643903}, {"name": "零售", "share": 0.25}]
    assert read_products(value).products == (ProductRecord("批发", 0.643903), ProductRecord("零售", 0.25))


def test_thousandth_means_named_in_the_scope_without_revenue() -> None:
    assert (shares([{"name": "外汇", "share": 0.001}]), codes([{"name": "外汇", "share": 0.001}])) == (
        [None],
        [],
    )


def test_thousandth_that_is_called_a_share_of_revenue_is_one() -> None:
    assert shares([{"name": "外汇", "revenue_share": 0.001}]) == [0.001]


@pytest.mark.parametrize("share", [0, -0.2, 1.3, float("nan"), float("inf")])
def test_share_outside_its_range_is_none_with_a_warning(share: float) -> None:
    value = [{"name": "抵销", "share": share}]
    assert (shares(value), codes(value)) == ([None], ["share_out_of_range"])


def test_null_share_is_unknown_and_nothing_to_say() -> None:
    value = [{"name": "铜箔", "revenue_share": None, "year": 2023}]
    assert (read_products(value).products, codes(value)) == ((ProductRecord("铜箔", None, 2023),), [])


def test_share_of_a_json_product_may_be_a_percentage_in_words() -> None:
    assert shares([{"name": "铜箔", "share": "62%"}]) == [0.62]


def test_json_list_of_names_is_a_list_of_products() -> None:
    assert names(["铜箔", " 铜材 "]) == ["铜箔", "铜材"]


@pytest.mark.parametrize("entry", [{"share": 0.3, "name": {"zh": "铜箔"}}, 7, ["铜箔"], {"name": "铜" * 301}])
def test_product_that_cannot_be_read_is_left_out_and_said(entry: object) -> None:
    assert (names([entry, "铜材"]), codes([entry, "铜材"])) == (["铜材"], ["product_unreadable"])


# A column of shares


@pytest.mark.parametrize("cell", ["62%、20%", "62%；20%", "62%,20%", "0.62、0.2", "６２％、２０％"])
def test_shares_of_a_second_column_follow_the_order_of_products(cell: str) -> None:
    assert (shares("铜箔、铜材", cell), codes("铜箔、铜材", cell)) == ([0.62, 0.2], [])


def test_bare_numbers_above_one_are_percentages_and_that_is_said() -> None:
    assert shares("铜箔、铜材", "62、1") == [0.62, 0.01]
    assert codes("铜箔、铜材", "62、1") == ["share_as_percent", "share_as_percent"]


def test_header_with_a_percent_sign_makes_bare_numbers_percentages() -> None:
    assert shares("铜箔、铜材", "62、0.5", is_percent=True) == [0.62, 0.005]
    assert codes("铜箔、铜材", "62、0.5", is_percent=True) == []


def test_number_of_a_cell_is_the_share_of_the_one_product() -> None:
    assert shares("铜箔", 0.62) == [0.62]


def test_unequal_numbers_of_shares_and_products_give_no_share() -> None:
    assert (shares("铜箔、铜材", "62%"), codes("铜箔、铜材", "62%")) == ([None, None], ["shares_do_not_fit"])


def test_empty_cell_of_shares_leaves_those_in_brackets() -> None:
    assert shares("铜箔(62%)", "-") == [0.62]


def test_share_in_words_is_left_out_and_said() -> None:
    assert (shares("铜箔", "多数"), codes("铜箔", "多数")) == ([None], ["share_unreadable"])


@given(st.integers(1, 10_000))
def test_written_percentage_is_read_back(hundredths: int) -> None:
    share, finding = read_share(f"{hundredths / 100:.2f}%")
    assert finding is None
    assert share == pytest.approx(hundredths / 10_000, abs=1e-9)


@given(
    st.lists(
        st.text(alphabet="铜箔材铝线A1-", min_size=1, max_size=8).filter(lambda s: s.strip("-")), max_size=6
    )
)
def test_joined_names_are_parted_again(items: list[str]) -> None:
    assert split_items("、".join(items)) == items


# Qualifications


def test_qualification_with_batch_and_validity() -> None:
    tags, findings = read_tags(
        "国家级专精特新小巨人(第五批，2023-07-14至2026-06-30)、高新技术企业（有效期至2025年11月3日）、瞪羚企业"
    )
    assert tags == (
        TagRecord("国家级专精特新小巨人", "国家级", "第五批", date(2023, 7, 14), date(2026, 6, 30)),
        TagRecord("高新技术企业", valid_to=date(2025, 11, 3)),
        TagRecord("瞪羚企业"),
    )
    assert findings == ()


def test_bracket_that_holds_no_date_belongs_to_the_name() -> None:
    assert read_tags("质量体系认证(ISO9001)")[0] == (TagRecord("质量体系认证(ISO9001)"),)


def test_qualification_stands_once() -> None:
    assert read_tags("瞪羚企业、瞪羚企业")[0] == (TagRecord("瞪羚企业"),)


def test_qualifications_of_a_json_list() -> None:
    value = [
        "瞪羚企业",
        {"code": "小巨人", "level": "国家级", "valid_to": "2027-06-30", "source": "工信部"},
        3,
    ]
    tags, findings = read_tags(value)
    assert tags == (
        TagRecord("瞪羚企业"),
        TagRecord("小巨人", "国家级", None, None, date(2027, 6, 30), "工信部"),
    )
    assert [finding.code for finding in findings] == ["tag_unreadable"]


def test_too_long_qualification_is_left_out_and_said() -> None:
    tags, findings = read_tags("荣" * 101)
    assert (tags, [finding.code for finding in findings]) == ((), ["text_too_long"])
