"""From the values of a row to a checked record with issues."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import service.operations.company_identity
import service.readers.company_rows
from service.company_records import CompanyRecord, ProductRecord, TagRecord
from service.readers.company_columns import match_columns
from service.readers.company_issues import ISSUES, Finding, Issue, advice_sentence, issue_at, problem_sentence
from service.readers.company_rows import (
    EXAMPLE_NAME,
    EXAMPLE_USCC,
    CompanyRowReader,
    ParsedRow,
    id_of_name,
)
from service.readers.company_tables import TableRow

TODAY = date(2025, 6, 30)
USCC = "11620100MA00EXAMP8"  # worked out in test_company_codes.py


def parse(**values: Any) -> ParsedRow:
    columns = match_columns("a.csv", list(values), 1)
    return CompanyRowReader(columns, TODAY).read(TableRow(2, values))


def parse_leniently(**values: Any) -> ParsedRow:
    columns = match_columns("a.jsonl", list(values), 1)
    return CompanyRowReader(columns, TODAY, keeps_faulty=True).read(TableRow(2, values))


def record(**values: Any) -> CompanyRecord:
    found = parse(**values).record
    assert found is not None
    return found


def issues(**values: Any) -> list[tuple[str, str, str]]:
    return [(issue.column, issue.code, issue.severity) for issue in parse(**values).issues]


def test_row_of_a_bureau_becomes_a_record() -> None:
    found = parse(
        企业名称="江陵铜箔（甘肃）有限公司",
        企业简称="江陵铜箔",
        统一社会信用代码=USCC,
        证券代码="600362.SH",
        省份="甘肃省",
        城市="兰州",
        企业性质="民营企业",
        所属行业="制造业/有色金属",
        主营产品="电解铜箔(62%)、铜材",
        主营业务="电解铜箔的生产。",
        经营范围="铜箔、铜材的生产和销售",
        企业简介="生产六微米铜箔",
        技术工艺="电沉积",
        资质荣誉="高新技术企业(有效期至2027-06-30)",
        员工人数="1,200人",
        **{"注册资本(万元)": "3000"},
        成立日期=datetime(2009, 7, 22),  # noqa: DTZ001  cells have no zone
        上市日期="2019/7/22",
        经营状态="存续",
        数据年份="2024年",
        曾用名="江陵铜业有限公司、江陵金属有限公司",
    )
    assert found.issues == ()
    assert found.record == CompanyRecord(
        external_id=USCC,
        name="江陵铜箔",
        full_name="江陵铜箔（甘肃）有限公司",
        uscc=USCC,
        stock_code="600362",
        exchange="SSE",
        listed_on=date(2019, 7, 22),
        founded_on=date(2009, 7, 22),
        status="active",
        ownership="private",
        province="甘肃",
        city="兰州市",
        region_code="620100",
        industry="制造业/有色金属",
        employees=1200,
        reg_capital_wan=Decimal("3000.00"),
        main_business="电解铜箔的生产。",
        business_scope="铜箔、铜材的生产和销售",
        description="生产六微米铜箔",
        technologies="电沉积",
        products_text=None,
        products=(ProductRecord("电解铜箔", 0.62), ProductRecord("铜材")),
        tags=(TagRecord("高新技术企业", valid_to=date(2027, 6, 30)),),
        data_year=2024,
        former_names=("江陵铜业有限公司", "江陵金属有限公司"),
    )


def test_object_of_the_corpus_becomes_a_record() -> None:
    found = parse(
        id="S1",
        name="江陵铜箔",
        fullname="江陵铜箔股份有限公司",
        province="甘肃",
        city="兰州市",
        employees="120",
        reg_capital="171.7亿元",
        listing_date="-",
        established="1970-01-01",
        main_business="铜箔",
        products=[{"name": "铜箔", "share": 0.5}, {"name": "铜材", "share": 0.001}],
        products_text="铜箔、铜材",
    )
    assert found.issues == ()
    assert found.has_own_id
    assert found.record == CompanyRecord(
        external_id="S1",
        name="江陵铜箔",
        full_name="江陵铜箔股份有限公司",
        province="甘肃",
        city="兰州市",
        region_code="620100",
        employees=120,
        reg_capital_wan=Decimal("1717000.00"),
        main_business="铜箔",
        products=(ProductRecord("铜箔", 0.5), ProductRecord("铜材")),
        products_text="铜箔、铜材",
    )


# Names and numbers


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"企业名称": "江陵铜箔有限公司"}, ("江陵铜箔有限公司", "江陵铜箔有限公司")),
        ({"企业名称": "江陵铜箔"}, ("江陵铜箔", None)),
        ({"企业名称": "江陵铜箔有限公司", "企业简称": "江陵"}, ("江陵", "江陵铜箔有限公司")),
        ({"企业名称": "江陵", "企业全称": "江陵铜箔有限公司"}, ("江陵", "江陵铜箔有限公司")),
        ({"企业简称": "江陵"}, ("江陵", None)),
        ({"企业全称": "江陵铜箔"}, ("江陵铜箔", "江陵铜箔")),
    ],
)
def test_names(values: dict[str, str], names: tuple[str, str | None]) -> None:
    found = record(**values)
    assert (found.name, found.full_name) == names


@pytest.mark.parametrize("nothing", [None, "", "  ", "无"])
def test_row_without_a_name_is_rejected(nothing: str | None) -> None:
    found = parse(企业名称=nothing, 省份="甘肃")
    assert found.record is None
    assert found.is_rejected
    assert [(i.row, i.column, i.code, i.severity) for i in found.issues] == [
        (2, "企业名称", "name_missing", "error")
    ]


@pytest.mark.parametrize("name", ["(((", "《》", "——、"])
def test_name_without_a_letter_is_rejected(name: str) -> None:
    assert issues(企业名称=name) == [("企业名称", "name_unreadable", "error")]


@pytest.mark.parametrize("name", ["企业名称", "名称", "company_name"])
def test_header_that_is_repeated_is_no_company(name: str) -> None:
    assert issues(企业名称=name) == [("企业名称", "name_unreadable", "error")]


def test_too_long_name_is_rejected_and_not_cut() -> None:
    assert parse(企业名称="铜" * 301).record is None
    assert issues(企业名称="铜" * 301) == [("企业名称", "name_too_long", "error")]
    assert issues(企业名称="铜" * 201) == [("企业名称", "name_too_long", "error")]


def test_number_is_that_of_the_file_then_the_code_then_of_the_name() -> None:
    both = parse(企业编号="7", 企业名称="江陵铜箔有限公司", 统一社会信用代码=USCC)
    assert both.record is not None
    assert (both.record.external_id, both.has_own_id) == ("7", True)
    code = parse(企业名称="江陵铜箔有限公司", 统一社会信用代码=USCC)
    assert code.record is not None
    assert (code.record.external_id, code.has_own_id) == (USCC, False)
    assert record(企业名称="江陵铜箔有限公司").external_id == id_of_name("江陵铜箔")


def test_number_made_from_a_name_does_not_change_between_releases() -> None:
    # N and blake2b of 8 bytes over the key 江陵铜箔.
    assert id_of_name("江陵铜箔有限公司") == "N5DB902C5E7065CE5"


def test_number_of_a_cell_is_text() -> None:
    assert record(企业编号=1001.0, 企业名称="甲厂").external_id == "1001"


def test_too_long_number_is_rejected() -> None:
    assert issues(企业编号="7" * 65, 企业名称="甲厂") == [("企业编号", "id_too_long", "error")]


# Faults of values


def test_wrong_code_rejects_the_row_and_all_its_errors_are_said() -> None:
    assert issues(企业名称="甲厂", 统一社会信用代码=USCC[:-1] + "2") == [
        ("统一社会信用代码", "uscc_check", "error")
    ]
    both = issues(企业名称="", 统一社会信用代码="1")
    assert both == [("企业名称", "name_missing", "error"), ("统一社会信用代码", "uscc_length", "error")]


def test_judged_company_with_a_wrong_code_is_kept_without_it() -> None:
    found = parse_leniently(id="S1", name="甲厂", uscc="1", employees="5")
    assert found.record == CompanyRecord(external_id="S1", name="甲厂", full_name="甲厂", employees=5)
    assert parse_leniently(id="S1", name="").record is None


def test_other_faults_leave_the_value_out_and_keep_the_row() -> None:
    found = parse(
        企业名称="甲厂",
        员工人数="100-299",
        成立日期="去年",
        企业性质="股份制",
        省份="加州",
        数据年份="3",
        证券代码="铜业",
    )
    assert found.record == CompanyRecord(external_id=id_of_name("甲厂"), name="甲厂", full_name="甲厂")
    assert sorted((i.column, i.code) for i in found.issues) == [
        ("企业性质", "ownership_unknown"),
        ("员工人数", "number_range"),
        ("成立日期", "date_unreadable"),
        ("数据年份", "year_unreadable"),
        ("省份", "province_unknown"),
        ("证券代码", "stock_code_unreadable"),
    ]


def test_city_of_another_province_is_said_under_its_column() -> None:
    assert issues(企业名称="甲厂", 省份="甘肃", 所在城市="西宁市") == [
        ("所在城市", "city_elsewhere", "warning")
    ]


def test_too_long_text_is_left_out_and_not_cut() -> None:
    found = parse(企业名称="甲厂", 所属行业="铜" * 201, 企业简介="铜" * 50_001)
    assert found.record is not None
    assert (found.record.industry, found.record.description) == (None, None)
    assert [issue.code for issue in found.issues] == ["text_too_long", "text_too_long"]


def test_prose_among_products_becomes_the_text_on_products() -> None:
    found = record(企业名称="甲厂", 主要产品="公司从事铜箔的生产。")
    assert (found.products, found.products_text) == ((), "公司从事铜箔的生产。")


def test_faulty_share_is_said_under_the_column_of_shares() -> None:
    assert issues(企业名称="甲厂", 主营产品="铜箔", 营收占比="120%") == [
        ("营收占比", "share_out_of_range", "warning")
    ]
    assert issues(企业名称="甲厂", 主营产品="铜箔(120%)") == [("主营产品", "share_out_of_range", "warning")]


def test_how_a_column_was_read_is_said_once() -> None:
    columns = match_columns("a.csv", ["企业名称", "注册资本"], 1)
    reader = CompanyRowReader(columns, TODAY)
    found = [reader.read(TableRow(n, {"企业名称": f"第{n}厂", "注册资本": "300"})) for n in (2, 3, 4)]
    assert [[issue.code for issue in row.issues] for row in found] == [["unit_assumed"], [], []]
    assert all(row.record and row.record.reg_capital_wan == Decimal("300.00") for row in found)


def test_formula_stays_text() -> None:
    found = record(企业名称="=HYPERLINK(1)", 企业简介="'+86 931")
    assert (found.name, found.description) == ("=HYPERLINK(1)", "+86 931")


def test_example_of_the_template_is_skipped_and_said() -> None:
    for values in ({"企业名称": EXAMPLE_NAME}, {"企业名称": "某厂", "统一社会信用代码": EXAMPLE_USCC}):
        found = parse(**values)
        assert (found.record, found.is_rejected) == (None, False)
        assert [issue.code for issue in found.issues] == ["example_row"]


def test_row_that_could_not_be_parted_is_rejected() -> None:
    columns = match_columns("a.csv", ["企业名称"], 1)
    problem = Finding("too_many_cells", {"found": 3, "expected": 1}, "error")
    found = CompanyRowReader(columns, TODAY).read(TableRow(5, {"企业名称": "甲厂"}, problem))
    assert (found.record, found.is_rejected, found.issues[0].row) == (None, True, 5)


def test_technologies_of_a_json_list_are_joined() -> None:
    assert record(name="甲厂", technologies=["电沉积", "轧制"]).technologies == "电沉积、轧制"


def test_first_of_two_names_of_one_field_holds_in_an_object() -> None:
    columns = match_columns("a.jsonl", ["name", "企业名称"], 1, is_table=False)
    read = CompanyRowReader(columns, TODAY).read
    for values in ({"name": "甲厂", "企业名称": "乙厂"}, {"name": None, "企业名称": "甲厂"}):
        found = read(TableRow(1, values)).record  # type: ignore[arg-type]
        assert found is not None
        assert found.name == "甲厂"


# Issues


def test_every_finding_has_its_sentence() -> None:
    sources = [
        *Path(service.readers.company_rows.__file__).parent.glob("company_*.py"),
        Path(service.readers.company_rows.__file__).parent / "table_files.py",
        *Path(service.operations.company_identity.__file__).parent.glob("*.py"),
    ]
    used = set()
    for path in sources:
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r"(?<!Place)Finding\(\s*\"(\w+)\"", text))
        used |= set(re.findall(r"_refused\(\s*record,\s*\"(\w+)\"", text))
    assert used - set(ISSUES) == set()
    assert len(used) > 40


def test_every_sentence_can_be_filled() -> None:
    words = [text for pair in ISSUES.values() for text in pair]
    names = {name for text in words for name in re.findall(r"(?<!\{)\{(\w+)\}", text)}
    params = dict.fromkeys(names - {"value", "column", "where"}, "X")
    for code in ISSUES:
        issue = Issue(2, "列", "值", code, params)
        for sentence in (problem_sentence("en", issue), advice_sentence("en", issue)):
            assert sentence.endswith((".", "…}.")), sentence
            assert not re.search(r"\{\w+\}", sentence), sentence


def test_sentence_names_value_and_what_to_do() -> None:
    issue = parse(企业名称="甲厂", 统一社会信用代码=USCC[:-1] + "2").issues[0]
    assert problem_sentence("en", issue) == (
        "The check character of “11620100MA00EXAMP2” is “2”, but the other 17 ask for “8”."
    )
    assert advice_sentence("en", issue) == "Copy the code again: a character is wrong or two are swapped."


def test_braces_of_a_value_are_no_placeholders() -> None:
    issue = issue_at(2, "员工人数", "{x}", Finding("number_unreadable"))
    assert problem_sentence("en", issue) == "“{x}” is no whole number; it was left out."


def test_long_value_is_cut_in_an_issue() -> None:
    assert len(issue_at(2, "列", "长" * 5000, Finding("number_unreadable")).value) == 200


def test_value_of_an_issue_can_be_stored() -> None:
    assert issue_at(2, "列", "a\0b\ud83d", Finding("number_unreadable")).value == "a\ufffdb?"
