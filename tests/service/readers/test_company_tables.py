"""Tables in csv, xlsx and jsonl: what is recognised, and what is said of a file that cannot be read."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from service.readers.company_issues import FILE_PROBLEMS, UnusableFile
from service.readers.company_tables import TableRow, open_company_table
from tests.service.readers.tables import write_csv, write_jsonl, write_xlsx

HEADER: list[Any] = ["企业名称", "省份", "员工人数"]
ROWS = [HEADER, ["江陵铜箔有限公司", "甘肃", "120"], ["大江铜材有限公司", "青海", "80"]]
FIRST = {"企业名称": "江陵铜箔有限公司", "省份": "甘肃", "员工人数": "120"}


def rows_of(path: Path, **options: Any) -> list[TableRow]:
    with open_company_table(path, **options) as table:
        return list(table.rows())


def notices_of(path: Path) -> list[str]:
    with open_company_table(path) as table:
        return [issue.code for issue in table.notices]


def refusal_of(path: Path, **options: Any) -> UnusableFile:
    with pytest.raises(UnusableFile) as caught:
        rows_of(path, **options)
    return caught.value


# csv


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_is_read_in_any_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = rows_of(write_csv(tmp_path / "a.csv", ROWS, encoding=encoding, delimiter=delimiter))
    assert [(row.number, row.problem) for row in rows] == [(2, None), (3, None)]
    assert rows[0].values == FIRST


def test_other_encoding_than_utf8_is_said(tmp_path: Path) -> None:
    assert notices_of(write_csv(tmp_path / "a.csv", ROWS, encoding="gbk")) == ["encoding_guessed"]
    assert notices_of(write_csv(tmp_path / "b.csv", ROWS)) == []


def test_rare_characters_of_gb18030_are_read(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [HEADER, ["㐀𠀀铜箔", "甘肃", "1"]], encoding="gb18030")
    assert rows_of(path)[0].values["企业名称"] == "㐀𠀀铜箔"


def test_text_that_is_in_no_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("企业名称\n甲厂\n".encode() + b"\xff\xff\n")
    problem = refusal_of(path)
    assert (problem.code, problem.params) == ("encoding", {"byte": "0xFF", "line": 3})


def test_text_cut_inside_a_character_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("企业名称\n江陵铜箔".encode()[:-1])
    assert refusal_of(path).code == "cut_off"


def test_nul_bytes_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("企业名称\n甲厂\n乙\0厂\n".encode())
    problem = refusal_of(path)
    assert (problem.code, problem.params) == ("nul_bytes", {"line": 3})


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf"])
def test_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert refusal_of(path).code == "empty"


def test_header_only_is_refused(tmp_path: Path) -> None:
    problem = refusal_of(write_csv(tmp_path / "a.csv", [HEADER, ["", " ", ""]]))
    assert (problem.code, problem.params) == ("no_rows", {"row": 2})


def test_header_of_other_things_is_refused_and_listed(tmp_path: Path) -> None:
    problem = refusal_of(write_csv(tmp_path / "a.csv", [["型号", "价格"], ["A", "1"]]))
    assert (problem.code, problem.params) == ("no_name_column", {"row": 1, "headers": "型号, 价格"})


def test_title_rows_above_the_header_are_skipped_and_said(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["甘肃省铜产业链企业名单"], [], ["2024年"], *ROWS])
    assert [row.number for row in rows_of(path)] == [5, 6]
    with open_company_table(path) as table:
        assert [(i.code, i.params) for i in table.notices] == [("rows_above_header", {"count": 2, "row": 4})]


def test_blank_rows_are_left_out_but_counted(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [HEADER, [], ["甲厂"], ["", "", ""], ["乙厂"]])
    assert [row.number for row in rows_of(path)] == [3, 5]


def test_value_over_several_lines_is_one_row(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [HEADER, ["甲厂", "第一行\n第二行", "1"], ["乙厂", "", "2"]])
    rows = rows_of(path)
    assert [row.number for row in rows] == [2, 3]
    assert rows[0].values["省份"] == "第一行\n第二行"


def test_quote_that_is_never_closed_is_refused_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('企业名称,省份\n甲厂,"甘肃\n乙厂,青海\n丙厂,宁夏\n', encoding="utf-8")
    problem = refusal_of(path)
    assert (problem.code, problem.params["row"]) == ("open_quote", 2)


def test_quote_inside_a_value_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('企业名称,省份\n甲"厂",甘肃\n', encoding="utf-8")
    assert rows_of(path)[0].values["企业名称"] == '甲"厂"'


def test_more_cells_than_headers_are_an_error_of_the_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("企业名称,省份\n甲厂,甘肃,\n乙厂,甘肃,兰州,1\n", encoding="utf-8")
    first, second = rows_of(path)
    assert first.problem is None
    assert second.problem is not None
    assert (second.problem.code, second.problem.severity) == ("too_many_cells", "error")
    assert second.problem.params == {"found": 4, "expected": 2}
    assert second.values == {"企业名称": "乙厂", "省份": "甘肃", "[C]": "兰州", "[D]": "1"}


def test_short_row_has_what_it_has(tmp_path: Path) -> None:
    assert rows_of(write_csv(tmp_path / "a.csv", [HEADER, ["甲厂"]]))[0].values == {"企业名称": "甲厂"}


def test_column_without_a_header_goes_by_its_letter(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv", [["企业名称", "", "省份"], ["甲厂", "什么", "甘肃"], ["乙厂", "", "甘肃"]]
    )
    first, second = rows_of(path)
    assert first.values == {"企业名称": "甲厂", "[B]": "什么", "省份": "甘肃"}
    assert second.values == {"企业名称": "乙厂", "省份": "甘肃"}


def test_header_that_occurs_twice_hides_nothing(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["企业名称", "备注", "备注"], ["甲厂", "一", "二"]])
    assert rows_of(path)[0].values == {"企业名称": "甲厂", "备注": "一", "备注 (2)": "二"}


def test_mapping_makes_a_header_of_any_names(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["表"], ["甲", "乙"], ["某厂", "甘肃"]])
    mapping: dict[str, str | None] = {"甲": "name", "乙": "province"}
    with open_company_table(path, mapping=mapping) as table:
        assert (table.columns.header_row, table.columns.mapping) == (2, {"甲": "name", "乙": "province"})


def test_rows_are_estimated_from_the_lines(tmp_path: Path) -> None:
    with open_company_table(write_csv(tmp_path / "a.csv", ROWS)) as table:
        assert (table.row_estimate, table.file_format) == (2, "csv")


def test_checksum_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"name\nA\n")
    with open_company_table(path) as table:
        # printf 'name\nA\n' | sha256sum
        assert table.sha256 == "d09890d8baadc169b3fec4b7977b8bf9893f4a1edc1c7e4432bd4172966a5be8"


def test_stream_is_read_from_its_start_and_stays_open(tmp_path: Path) -> None:
    stream = io.BytesIO(write_csv(tmp_path / "a.csv", ROWS).read_bytes())
    stream.read(3)
    with open_company_table(stream, "upload.csv") as table:
        assert table.file_name == "upload.csv"
        assert len(list(table.rows())) == len(list(table.rows())) == 2
    assert not stream.closed


def test_stream_that_cannot_go_back_is_read_too(tmp_path: Path) -> None:
    class Forward(io.BytesIO):
        def seekable(self) -> bool:
            return False

    stream = Forward(write_csv(tmp_path / "a.csv", ROWS).read_bytes())
    with open_company_table(stream, "upload.csv") as table:
        assert len(list(table.rows())) == 2


# Kinds of files


def test_missing_file_is_said(tmp_path: Path) -> None:
    problem = refusal_of(tmp_path / "none.csv")
    assert (problem.code, problem.file_name) == ("missing", "none.csv")


@pytest.mark.parametrize("name", ["a.pdf", "a.docx.bak", "a"])
def test_other_extension_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"%PDF-1.7 text")
    assert refusal_of(path).code == "unknown_type"


def test_text_named_xlsx_is_refused_with_its_beginning(tmp_path: Path) -> None:
    problem = refusal_of(write_csv(tmp_path / "a.xlsx", [["name"], ["A"]]))
    assert (problem.code, problem.params) == ("not_a_workbook", {"start": r"'name\r\nA\r'"})


def test_workbook_named_csv_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ROWS).rename(tmp_path / "a.csv")
    problem = refusal_of(path)
    assert (problem.code, problem.params) == ("workbook_as_text", {"extension": ".csv"})


def test_old_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert refusal_of(path).code == "old_workbook"


def test_web_page_named_xls_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(b"<html><table></table></html>")
    assert refusal_of(path).code == "old_workbook"


def test_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    # A protected xlsx is an OLE container with this stream; the name may lie across a block's edge.
    path = tmp_path / "a.xlsx"
    filler = b"\0" * ((1 << 20) - 8 - 10)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + filler + "EncryptedPackage".encode("utf-16-le"))
    assert refusal_of(path).code == "encrypted"


def test_archive_without_a_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refusal_of(path).code == "other_archive"


def test_truncated_workbook_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ROWS)
    path.write_bytes(path.read_bytes()[:-200])
    assert refusal_of(path).code == "damaged"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("content", [b"<broken", b""])
def test_damaged_part_of_a_workbook_is_refused(tmp_path: Path, part: str, content: bytes) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ROWS)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = content
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert refusal_of(path).code == "damaged"


def test_damage_far_into_a_sheet_ends_the_reading_with_an_error(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [HEADER, *[["甲厂", "甘肃", n] for n in range(2000)]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet[: len(sheet) // 2]
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    with open_company_table(path) as table:
        rows = table.rows()
        assert next(rows).number == 2
        with pytest.raises(UnusableFile) as caught:
            list(rows)
    assert caught.value.code == "damaged"


def test_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.readers.table_files.MAX_UNPACKED_BYTES", 100)
    assert refusal_of(write_xlsx(tmp_path / "a.xlsx", ROWS)).code == "too_large"


# Workbooks


def test_workbook_gives_numbers_and_dates_as_such(tmp_path: Path) -> None:
    day = datetime(2019, 7, 22)  # noqa: DTZ001  cells have no zone
    path = write_xlsx(tmp_path / "a.xlsx", [["企业名称", "员工人数", "成立日期"], ["甲厂", 120, day]])
    row = rows_of(path)[0]
    assert (row.number, row.values) == (2, {"企业名称": "甲厂", "员工人数": 120, "成立日期": day})


def test_merged_title_above_the_header_is_skipped_and_said(tmp_path: Path) -> None:
    rows = [["企业名单", None, None], ["填报单位：某局", None, None], *ROWS]
    path = write_xlsx(tmp_path / "a.xlsx", rows, merges=["A1:C1", "A2:C2"])
    assert [row.number for row in rows_of(path)] == [4, 5]
    assert notices_of(path) == ["rows_above_header"]


def test_header_merged_over_two_rows_is_put_together_and_said(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["企业名单", None, None, None],
        ["企业名称", "所在地", None, "员工人数"],
        [None, "省份", "城市", None],
        ["甲厂", "甘肃", "兰州市", 3],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", rows, merges=["A1:D1", "A2:A3", "B2:C2", "D2:D3"])
    found = rows_of(path)
    assert [(row.number, row.values) for row in found] == [
        (4, {"企业名称": "甲厂", "省份": "甘肃", "城市": "兰州市", "员工人数": 3})
    ]
    assert notices_of(path) == ["rows_above_header", "header_of_two_rows"]


def test_header_in_groups_that_are_headers_too_is_put_together(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["企业", None, "产品", None],
        ["名称", "省份", "主营", "备注"],
        ["甲厂", "甘肃", "铜箔", "无"],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", rows, merges=["A1:B1", "C1:D1"])
    found = rows_of(path)
    assert [(row.number, row.values) for row in found] == [
        (3, {"名称": "甲厂", "省份": "甘肃", "主营": "铜箔", "备注": "无"})
    ]
    assert notices_of(path) == ["header_of_two_rows"]


def test_groups_above_the_header_are_a_title(tmp_path: Path) -> None:
    rows = [["基本情况", None, "经营情况"], *ROWS]
    assert [row.number for row in rows_of(write_xlsx(tmp_path / "a.xlsx", rows, merges=["A1:B1"]))] == [3, 4]


def test_first_row_without_other_values_is_no_part_of_the_header(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["企业名称", "主要产品"], ["", "产品"], ["甲厂", "铜箔"]])
    assert [row.number for row in rows_of(path)] == [2, 3]


def test_sheet_with_the_header_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["说明"])
    for title in ("名单", "旧名单"):
        sheet = book.create_sheet(title)
        for row in ROWS:
            sheet.append(row)
    hidden = book.create_sheet("隐藏")
    hidden.append(HEADER)
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    with open_company_table(tmp_path / "a.xlsx") as table:
        assert len(list(table.rows())) == 2
        assert [(i.code, i.params) for i in table.notices] == [
            ("other_sheets", {"sheet": "名单", "others": "旧名单"})
        ]


def test_empty_workbook_is_refused(tmp_path: Path) -> None:
    assert refusal_of(write_xlsx(tmp_path / "a.xlsx", [])).code == "no_sheet"


def test_workbook_of_other_things_is_refused_with_its_likeliest_header(tmp_path: Path) -> None:
    problem = refusal_of(write_xlsx(tmp_path / "a.xlsx", [["表"], ["型号", "价格"], ["A", 1]]))
    assert (problem.code, problem.params) == ("no_name_column", {"row": 2, "headers": "型号, 价格"})


def test_stated_size_of_a_sheet_is_not_believed(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ROWS)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert b'<dimension ref="A1:C3"' in sheet
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b'<dimension ref="A1:C3"', b'<dimension ref="A1"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert rows_of(path)[0].values == FIRST


def test_formula_gives_the_value_that_was_saved(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [HEADER, ["甲厂", "甘肃", "=60*2"]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert b"<f>60*2</f><v />" in sheet or b"<f>60*2</f><v></v>" in sheet or b"<f>60*2</f><v/>" in sheet
    for empty in (b"<v />", b"<v></v>", b"<v/>"):
        sheet = sheet.replace(b"<f>60*2</f>" + empty, b"<f>60*2</f><v>120</v>")
    parts["xl/worksheets/sheet1.xml"] = sheet
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert rows_of(path)[0].values["员工人数"] == 120


def test_note_beside_a_table_rejects_nothing(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["企业名称"], ["甲厂", None, None, "见附件"]])
    row = rows_of(path)[0]
    assert (row.problem, row.values) == (None, {"企业名称": "甲厂", "[D]": "见附件"})


def test_workbook_of_a_stream_leaves_it_open(tmp_path: Path) -> None:
    stream = io.BytesIO(write_xlsx(tmp_path / "a.xlsx", ROWS).read_bytes())
    with open_company_table(stream, "a.xlsx") as table:
        assert len(list(table.rows())) == 2
    assert not stream.closed
    assert load_workbook(stream).active is not None


# jsonl


def test_objects_are_rows_with_their_line_numbers(tmp_path: Path) -> None:
    path = write_jsonl(
        tmp_path / "a.jsonl", [{"name": "甲厂", "products": [{"name": "铜箔"}]}, "", {"name": "乙厂"}]
    )
    assert [(row.number, row.values) for row in rows_of(path)] == [
        (1, {"name": "甲厂", "products": [{"name": "铜箔"}]}),
        (3, {"name": "乙厂"}),
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"name": "乙厂"', "json_invalid"),
        ("乙厂", "json_invalid"),
        ('["乙厂"]', "json_not_object"),
        ("7", "json_not_object"),
    ],
)
def test_line_that_is_no_object_is_an_error_of_its_row(tmp_path: Path, line: str, code: str) -> None:
    rows = rows_of(write_jsonl(tmp_path / "a.jsonl", [{"name": "甲厂"}, line, {"name": "丙厂"}]))
    assert [row.number for row in rows] == [1, 2, 3]
    assert rows[1].problem is not None
    assert (rows[1].problem.code, rows[1].problem.severity) == (code, "error")
    assert rows[1].values == {"": line}


@pytest.mark.parametrize("line", ["[" * 100_000, '{"name": ' + "9" * 5000 + "}"])
def test_line_that_breaks_the_parser_is_an_error_of_its_row(tmp_path: Path, line: str) -> None:
    rows = rows_of(write_jsonl(tmp_path / "a.jsonl", [{"name": "甲厂"}, line]))
    assert rows[1].problem is not None
    assert rows[1].problem.code == "json_invalid"


@pytest.mark.parametrize("text", ['[\n{"name": "甲厂"},\n{"name": "乙厂"}\n]\n', '[{"name": "甲厂"}]'])
def test_one_array_is_refused_where_nothing_else_is_there(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(
        text.replace('"甲厂"},', '"甲厂"},').replace('{"name": "乙厂"}\n', "2\n"), encoding="utf-8"
    )
    assert refusal_of(path).code == "json_array"


def test_text_without_any_object_is_refused(tmp_path: Path) -> None:
    assert refusal_of(write_jsonl(tmp_path / "a.jsonl", ["甲厂", "乙厂"])).code == "no_json"


def test_objects_without_a_name_are_refused(tmp_path: Path) -> None:
    problem = refusal_of(write_jsonl(tmp_path / "a.jsonl", [{"city": "兰州", "x": 1}]))
    assert (problem.code, problem.params["headers"]) == ("no_name_column", "city, x")


# What is said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_problem_of_a_file_is_said_after_its_name(tmp_path: Path, language: str) -> None:
    assert refusal_of(tmp_path / "名单.csv").sentence(language).startswith("名单.csv: ")


def test_every_problem_of_a_file_fills_its_sentence() -> None:
    params: dict[str, Any] = dict.fromkeys(
        (
            "reason",
            "row",
            "extension",
            "start",
            "size_mb",
            "limit_mb",
            "byte",
            "line",
            "headers",
            "header",
            "field",
            "fields",
        ),
        "X",
    )
    for code in FILE_PROBLEMS:
        assert "{" not in UnusableFile("a.csv", code, **params).sentence("en")


def test_reading_takes_little_memory_of_a_long_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("企业名称,企业简介\n")
        for n in range(10_000):
            file.write(f"第{n}厂,{'铜箔' * 400}\n")
    tracemalloc.start()
    with open_company_table(path) as table:
        count = sum(1 for _ in table.rows())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 10_000
    assert peak < path.stat().st_size / 2  # 24 MB on disk; a few blocks of 1 MB are in memory
