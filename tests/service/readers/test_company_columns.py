"""Headers: the names that columns are found under, and what is said of the others."""

from __future__ import annotations

import pytest

from service.readers.company_columns import (
    COLUMN_BY_FIELD,
    COLUMNS,
    count_known,
    field_for,
    fold_header,
    match_columns,
    nearest_column,
    unit_in_header,
)
from service.readers.company_issues import UnusableFile


def test_every_name_of_a_column_finds_it() -> None:
    for column in COLUMNS:
        for name in (column.field, column.chinese, column.english, *column.aliases.split()):
            assert field_for(name) == column.field, name


def test_no_name_stands_for_two_columns() -> None:
    seen: dict[str, str] = {}
    for column in COLUMNS:
        for name in {fold_header(n) for n in (column.chinese, column.english, *column.aliases.split())}:
            assert seen.setdefault(name, column.field) == column.field, name


@pytest.mark.parametrize(
    "header",
    [
        "统一社会信用代码",
        "统 一 社 会 信用代码",
        "统一社会信用代码（18位）",
        "*统一社会信用代码*",
        "ＵＳＣＣ",
        "Credit Code",
        "credit_code",
        "税号：",
    ],
)
def test_width_case_blanks_and_brackets_do_not_count(header: str) -> None:
    assert field_for(header) == "uscc"


@pytest.mark.parametrize("header", ["fullname", "Full Name", "企业全称", "full_name"])
def test_headers_of_the_corpus_and_of_our_own_files_are_known(header: str) -> None:
    assert field_for(header) == "full_name"


@pytest.mark.parametrize(
    "field", ["listing_date", "established", "reg_capital", "reg_capital_wan", "founded_on", "data_year"]
)
def test_fields_of_json_files_are_known(field: str) -> None:
    assert field_for(field) is not None


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("注册资本(万元)", "万元"),
        ("注册资本（亿元）", "亿元"),
        ("注册资本（单位：元）", "元"),
        ("注册资本:万元", "万元"),
        ("注册资本", None),
        ("营收占比(%)", "%"),
        ("营收占比（％）", "%"),
        ("reg_capital_wan", "万元"),
        ("注册资本(含外币)", None),
    ],
)
def test_unit_of_a_header(header: str, unit: str | None) -> None:
    assert unit_in_header(header) == unit


def test_matched_columns_are_the_mapping() -> None:
    match = match_columns("a.csv", ["企业名称", "省份", "序号"], 1)
    assert match.mapping == {"企业名称": "name", "省份": "province"}
    assert match.issues == []


def test_unknown_header_names_the_nearest_known_one() -> None:
    match = match_columns("a.csv", ["企业名称", "员工人书", "zzzz"], 3)
    assert [(i.row, i.column, i.code, i.severity) for i in match.issues] == [
        (3, "员工人书", "unknown_column", "warning"),
        (3, "zzzz", "unlike_column", "warning"),
    ]
    assert match.issues[0].params == {"nearest": "员工人数 (Employees)"}


def test_nearest_column_of_nothing_alike_is_none() -> None:
    assert nearest_column("zzzz") is None
    assert nearest_column("统一社会信用代玛") is COLUMN_BY_FIELD["uscc"]


@pytest.mark.parametrize("header", ["联系人", "手机号", "法定代表人", "E-mail", "Phone"])
def test_data_of_persons_is_not_imported_and_that_is_said(header: str) -> None:
    match = match_columns("a.csv", ["企业名称", header], 1)
    assert match.mapping == {"企业名称": "name"}
    assert [issue.code for issue in match.issues] == ["personal_column"]


def test_second_column_of_one_meaning_is_left_out_and_said() -> None:
    match = match_columns("a.csv", ["企业名称", "省份", "所在省份"], 1)
    assert match.mapping == {"企业名称": "name", "省份": "province"}
    assert [(i.column, i.code, i.params) for i in match.issues] == [
        ("所在省份", "column_twice", {"first": "省份"})
    ]


def test_objects_may_use_several_names_of_one_field() -> None:
    match = match_columns("a.jsonl", ["name", "企业名称"], 1, is_table=False)
    assert match.mapping == {"name": "name", "企业名称": "name"}


def test_without_a_name_the_file_is_refused_with_its_headers() -> None:
    with pytest.raises(UnusableFile) as caught:
        match_columns("a.csv", ["省份", "城市"], 2)
    assert caught.value.code == "no_name_column"
    assert str(caught.value).startswith(
        "a.csv: no column holds the company name. Columns found in row 2: 省份, 城市."
    )
    assert "download the template" in str(caught.value)


def test_mapping_goes_before_what_is_recognised() -> None:
    match = match_columns("a.csv", ["甲", "企业名称", "省份"], 1, {"甲": "name", "省份": None})
    assert match.mapping == {"甲": "name"}
    assert match.issues == []


def test_mapping_of_a_header_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnusableFile) as caught:
        match_columns("a.csv", ["企业名称"], 1, {"甲": "name"})
    assert (caught.value.code, caught.value.params["header"]) == ("mapping_header", "甲")


def test_mapping_to_a_field_that_is_not_known_is_refused() -> None:
    with pytest.raises(UnusableFile) as caught:
        match_columns("a.csv", ["企业名称"], 1, {"企业名称": "nmae"})
    assert (caught.value.code, caught.value.params["field"]) == ("mapping_field", "nmae")


def test_row_without_a_name_is_no_header() -> None:
    assert count_known(["省份", "城市"]) == 0
    assert count_known(["企业名称", "城市", "", "什么"]) == 2
    assert count_known(["甘肃省铜产业链企业名单"]) == 0
