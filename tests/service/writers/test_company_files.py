"""The template, and the rows that come back from an import to be mended."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Company
from service.actors import COMMAND_LINE
from service.operations.imports import ImportReport, import_companies, list_import_issues
from service.readers.company_codes import is_uscc
from service.readers.company_columns import COLUMNS, match_columns
from service.readers.company_rows import EXAMPLE_NAME, EXAMPLE_USCC, CompanyRowReader
from service.readers.company_tables import TableRow, open_company_table
from service.writers.company_files import (
    EXAMPLE,
    neutralised,
    write_rejected_rows,
    write_template_csv,
    write_template_xlsx,
)
from tests.service.readers.tables import write_csv, write_jsonl, write_xlsx

TODAY = date(2025, 6, 30)
USCC = "11620100MA00EXAMP8"  # worked out in test_company_codes.py


def template_xlsx(language: str = "zh") -> io.BytesIO:
    target = io.BytesIO()
    write_template_xlsx(target, language)
    return target


def sheet_of(target: io.BytesIO, title: str) -> Worksheet:
    found = load_workbook(target)[title]
    assert isinstance(found, Worksheet)
    return found


# The template


def test_template_is_recognised_column_by_column() -> None:
    for target, name in ((template_xlsx(), "t.xlsx"), (io.BytesIO(), "t.csv")):
        if name.endswith(".csv"):
            write_template_csv(target)
        with open_company_table(target, name) as table:
            assert table.columns.issues == []
            assert list(table.columns.mapping.values()) == [c.field for c in COLUMNS if c.in_template]


def test_example_of_the_template_is_skipped_by_an_import(session: Session) -> None:
    report = import_companies(session, COMMAND_LINE, template_xlsx(), file_name="t.xlsx", source="x")
    assert (report.rows_read, report.rows_skipped, report.rows_added, report.rows_rejected) == (1, 1, 0, 0)
    assert [issue.code for issue in report.warnings] == ["example_row"]


def test_example_would_be_imported_without_any_issue() -> None:
    assert is_uscc(EXAMPLE_USCC)
    values: dict[str, Any] = {**EXAMPLE, "name": "另一家有限公司", "uscc": USCC}
    reader = CompanyRowReader(match_columns("t.csv", list(values), 1), TODAY)
    found = reader.read(TableRow(2, values))
    assert found.issues == ()
    assert found.record is not None
    assert {key for key in EXAMPLE if key not in ("short_name", "name")} <= {
        "uscc",
        "province",
        "city",
        "ownership",
        "industry",
        "products",
        "main_business",
        "business_scope",
        "description",
        "technologies",
        "tags",
        "employees",
        "reg_capital",
        "founded_on",
        "data_year",
    }
    assert found.record.products[0].revenue_share == 0.62
    assert found.record.tags[0].valid_to == date(2027, 6, 30)


def test_template_keeps_codes_as_text_and_its_header_in_sight() -> None:
    sheet = sheet_of(template_xlsx(), "企业")
    assert sheet.freeze_panes == "B2"
    headers = [cell.value for cell in sheet[1]]
    code = sheet.cell(2, headers.index("统一社会信用代码") + 1)
    assert (code.value, code.number_format, code.data_type) == (EXAMPLE_USCC, "@", "s")
    assert sheet.cell(2, 1).value == EXAMPLE_NAME
    assert sheet.cell(1, 1).font.bold


@pytest.mark.parametrize("language", ["zh", "en"])
def test_second_sheet_explains_every_column(language: str) -> None:
    sheet = sheet_of(template_xlsx(language), "填写说明")
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == [column.chinese for column in COLUMNS]
    assert all(row[2] for row in rows)


def test_csv_template_begins_with_a_mark_for_spreadsheets() -> None:
    target = io.BytesIO()
    write_template_csv(target)
    assert target.getvalue().startswith("\ufeff企业名称,".encode())


# Rejected rows


@pytest.fixture
def load(session: Session) -> Any:
    def run(path: Path, **options: Any) -> ImportReport:
        return import_companies(session, COMMAND_LINE, path, source="名单", fetched_on=TODAY, **options)

    return run


ROWS: list[list[Any]] = [
    ["企业名称", "统一社会信用代码", "员工人数", "联系人", "颜色"],
    ["甲厂", USCC, "120", "某人", "红"],
    ["乙厂", "11620100MA00EXAMP2", "80", "某人", "=1+1"],
    ["", "", "7", "", "蓝"],
]


def test_rejected_rows_of_a_csv_come_back_as_csv(tmp_path: Path, load: Any) -> None:
    path = write_csv(tmp_path / "a.csv", ROWS, encoding="gbk")
    target = io.BytesIO()
    assert write_rejected_rows(path, load(path).errors, target, language="en") == 2
    assert target.getvalue().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(target.getvalue().decode("utf-8-sig"))))
    assert rows == [
        [*ROWS[0], "问题", "处理建议"],
        [
            "乙厂",
            "11620100MA00EXAMP2",
            "80",
            "某人",
            "'=1+1",
            "[统一社会信用代码] The check character of “11620100MA00EXAMP2” is “2”, "
            "but the other 17 ask for “8”.",
            "Copy the code again: a character is wrong or two are swapped.",
        ],
        [
            "",
            "",
            "7",
            "",
            "蓝",
            "[企业名称] The row has no company name.",
            "Fill in the name. If the cell holds a formula, save the file once with a spreadsheet program.",
        ],
    ]


def test_rejected_rows_of_a_workbook_come_back_as_a_workbook(tmp_path: Path, load: Any) -> None:
    day = datetime(2009, 7, 22)  # noqa: DTZ001  cells have no zone
    rows: list[list[Any]] = [
        ["名单"],
        ["企业名称", "税号", "员工人数", "成立日期", None, "颜色"],
        ["乙厂", "1", 80, day, "旁注", "红"],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", rows)
    target = io.BytesIO()
    assert write_rejected_rows(path, load(path).errors, target) == 1
    sheet = sheet_of(target, "未导入")
    header, row = sheet.iter_rows(values_only=True)
    assert header == ("企业名称", "税号", "员工人数", "成立日期", None, "颜色", "问题", "处理建议")
    assert row[:6] == ("乙厂", "1", 80, day, "旁注", "红")
    assert (sheet["B2"].data_type, sheet["B2"].number_format) == ("s", "@")
    assert sheet["D2"].number_format == "yyyy-mm-dd"
    assert sheet.freeze_panes == "A2"


def test_rejected_lines_of_a_jsonl_come_back_as_objects(tmp_path: Path, load: Any) -> None:
    path = write_jsonl(
        tmp_path / "a.jsonl", [{"name": "甲厂"}, {"name": "乙厂", "uscc": "1", "products": ["铜箔"]}, "坏行"]
    )
    target = io.BytesIO()
    assert write_rejected_rows(path, load(path).errors, target, language="en") == 2
    lines = [json.loads(line) for line in target.getvalue().decode().splitlines()]
    assert {key: lines[0][key] for key in ("name", "uscc", "products")} == {
        "name": "乙厂",
        "uscc": "1",
        "products": ["铜箔"],
    }
    assert lines[1]["原文"] == "坏行"
    assert lines[1]["处理建议"] == "Write one JSON object on each line."


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_mended_rows_can_be_imported_as_they_are(
    session: Session, tmp_path: Path, load: Any, kind: str
) -> None:
    path = write_csv(tmp_path / "a.csv", ROWS) if kind == "csv" else write_xlsx(tmp_path / "a.xlsx", ROWS)
    with (tmp_path / f"mended.{kind}").open("wb") as target:
        write_rejected_rows(path, load(path).errors, target)
    mended = tmp_path / f"mended.{kind}"
    if kind == "csv":
        text = mended.read_text(encoding="utf-8-sig")
        rows = list(csv.reader(io.StringIO(text)))
        rows[1][1], rows[2][0] = "", "丙厂"
        write_csv(mended, rows, encoding="utf-8-sig")
    else:
        book = load_workbook(mended)
        sheet = book["未导入"]
        sheet["B2"], sheet["A3"] = None, "丙厂"
        book.save(mended)
    report = load(mended)
    assert (report.rows_added, report.rows_rejected) == (2, 0)
    assert sorted(session.scalars(select(Company.name))) == ["丙厂", "乙厂", "甲厂"]
    assert {issue.code for issue in report.warnings} <= {"personal_column", "unlike_column"}


def test_rows_that_are_still_wrong_come_back_again(tmp_path: Path, load: Any) -> None:
    path = write_csv(tmp_path / "a.csv", ROWS)
    again = tmp_path / "again.csv"
    with again.open("wb") as target:
        write_rejected_rows(path, load(path).errors, target)
    third = io.BytesIO()
    assert write_rejected_rows(again, load(again).errors, third) == 2
    assert third.getvalue() == again.read_bytes()


def test_cells_that_were_too_many_come_back_and_are_noticed_again(tmp_path: Path, load: Any) -> None:
    path = tmp_path / "a.csv"
    path.write_text("企业名称,省份\n甲厂,甘肃,兰州,城关\n", encoding="utf-8")
    again = tmp_path / "again.csv"
    with again.open("wb") as target:
        write_rejected_rows(path, load(path).errors, target)
    rows = list(csv.reader(io.StringIO(again.read_text(encoding="utf-8-sig"))))
    assert rows[0] == ["企业名称", "省份", "问题", "处理建议"]
    assert (rows[1][:2], rows[1][4:]) == (["甲厂", "甘肃"], ["兰州", "城关"])
    assert [issue.code for issue in load(again).errors] == ["too_many_cells"]


def test_stored_issues_do_as_well_as_those_of_the_report(session: Session, tmp_path: Path, load: Any) -> None:
    path = write_csv(tmp_path / "a.csv", ROWS)
    report = load(path)
    session.commit()
    one, other = io.BytesIO(), io.BytesIO()
    write_rejected_rows(path, report.errors, one)
    write_rejected_rows(path, list_import_issues(session, report.batch_id, errors_only=True), other)
    assert one.getvalue() == other.getvalue()


def test_warnings_reject_nothing(tmp_path: Path, load: Any) -> None:
    path = write_csv(tmp_path / "a.csv", [["企业名称", "员工人数"], ["甲厂", "许多"]])
    target = io.BytesIO()
    report = load(path)
    assert write_rejected_rows(path, [*report.errors, *report.warnings], target) == 0


@pytest.mark.parametrize("text", ["=1+1", "+86", "-5", "@SUM(A1)", "\t=1"])
def test_what_a_spreadsheet_would_run_is_neutralised(text: str) -> None:
    assert neutralised(text) == "'" + text
    assert neutralised("铜" + text) == "铜" + text


def test_control_characters_do_not_break_a_workbook(tmp_path: Path, load: Any) -> None:
    path = write_csv(tmp_path / "a.csv", [["企业名称", "税号", "简介"], ["甲厂", "1", "铜\x0b箔"]])
    report = load(path)
    jsonl = write_jsonl(tmp_path / "a.jsonl", [{"name": "甲厂", "uscc": "1", "x": "铜\x0b箔"}])
    target = io.BytesIO()
    assert write_rejected_rows(path, report.errors, target) == 1
    assert write_rejected_rows(jsonl, load(jsonl).errors, io.BytesIO()) == 1
