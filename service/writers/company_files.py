"""Files about companies that a user fills in or mends: the template, and the rows that an import rejected."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from service.i18n import mark, translate
from service.readers.company_columns import ADVICE_HEADER, COLUMNS, PROBLEM_HEADER, RAW_LINE_HEADER
from service.readers.company_issues import Issue, advice_sentence, problem_sentence
from service.readers.company_rows import EXAMPLE_NAME, EXAMPLE_USCC
from service.readers.company_tables import CompanyTable, open_company_table, unnamed_column
from service.readers.table_files import Cell

TEMPLATE_NAME = "lianzhao-companies"
# A spreadsheet runs a cell that begins so; an apostrophe makes it text, and the import takes it off again.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_TEXT_FORMAT = "@"
_WIDTHS = {
    "name": 34,
    "uscc": 24,
    "products": 40,
    "main_business": 40,
    "business_scope": 50,
    "description": 50,
}
_DEFAULT_WIDTH = 16

EXAMPLE = {
    "name": EXAMPLE_NAME,
    "short_name": "示例高材",
    "uscc": EXAMPLE_USCC,
    "province": "甘肃",
    "city": "兰州市",
    "ownership": "民营",
    "industry": "制造业/有色金属压延加工",
    "products": "高档电解铜箔(62%)、铜合金带材(20%)",
    "main_business": "电解铜箔和铜合金带材的研发、生产和销售。",
    "business_scope": "电解铜箔、铜合金带材的生产、销售；货物进出口。",
    "description": "（示例，请删除本行）公司生产锂电池用六微米电解铜箔。",
    "technologies": "生箔电沉积工艺、表面处理工艺",
    "tags": "省级专精特新中小企业(有效期至2027-06-30)",
    "employees": "320",
    "reg_capital": "3000万元",
    "founded_on": "2016-05-18",
    "data_year": "2024",
}


def write_template_xlsx(target: BinaryIO, language: str = "zh") -> None:
    """The template as a workbook: headers and an example row, and a sheet that explains each column.

    Headers are Chinese in either language, as the file is shared; the explanations are in `language`.
    """
    columns = [column for column in COLUMNS if column.in_template]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("企业")
    sheet.freeze_panes = "B2"
    for number, column in enumerate(columns, start=1):
        dimension = sheet.column_dimensions[get_column_letter(number)]
        dimension.width = _WIDTHS.get(column.field, _DEFAULT_WIDTH)
        dimension.number_format = _TEXT_FORMAT  # so that codes and dates typed later stay as typed
    sheet.append([_cell(sheet, column.chinese, is_bold=True) for column in columns])
    sheet.append([_cell(sheet, EXAMPLE.get(column.field)) for column in columns])
    notes = book.create_sheet("填写说明")
    notes.freeze_panes = "A2"
    for letter, width in zip("ABCD", (20, 28, 90, 60), strict=True):
        notes.column_dimensions[letter].width = width
    headers = [
        mark("Column"),
        mark("In English"),
        mark("What belongs in it"),
        mark("Other headers that are understood"),
    ]
    notes.append([_cell(notes, translate(language, header), is_bold=True) for header in headers])
    for column in COLUMNS:
        understood = column.aliases.replace(" ", "、").replace("_", " ")
        meaning = translate(language, column.meaning)
        notes.append([_cell(notes, text) for text in (column.chinese, column.english, meaning, understood)])
    book.save(target)


def write_template_csv(target: BinaryIO) -> None:
    """The template as csv in UTF-8 with BOM, so that spreadsheets read the Chinese right."""
    columns = [column for column in COLUMNS if column.in_template]
    rows = [[column.chinese for column in columns], [EXAMPLE.get(column.field, "") for column in columns]]
    _write_csv(target, rows)


def write_rejected_rows(
    source: Path | str | BinaryIO,
    issues: Iterable[Issue],
    target: BinaryIO,
    *,
    file_name: str | None = None,
    mapping: Mapping[str, str | None] | None = None,
    language: str = "zh",
) -> int:
    """The rows of `source` that have errors among `issues`, as a file of its format, and how many they are.

    `source` and `mapping` are those of the import. Values stand as they were; two more columns say what is
    wrong and what to do. Mended, the file can be imported as it is. Raises UnusableFile.
    """
    by_row: dict[int, list[Issue]] = {}
    for issue in issues:
        if issue.severity == "error":
            by_row.setdefault(issue.row, []).append(issue)
    with open_company_table(source, file_name, mapping) as table:
        if table.file_format == "jsonl":
            return _write_jsonl(target, _rejected(table, by_row, language))
        rows = _sheet_rows(table, by_row, language)
        return (_write_xlsx if table.file_format == "xlsx" else _write_csv)(target, rows) - 1


def neutralised(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would run it as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _rejected(
    table: CompanyTable, by_row: Mapping[int, Sequence[Issue]], language: str
) -> Iterator[tuple[dict[str, Cell], str, str]]:
    """(values, problems, advice) of each rejected row."""
    left = len(by_row)
    for row in table.rows():
        if not left:
            return
        issues = by_row.get(row.number)
        if issues:
            left -= 1
            problems = dict.fromkeys(_placed(issue, problem_sentence(language, issue)) for issue in issues)
            advice = dict.fromkeys(advice_sentence(language, issue) for issue in issues)
            yield row.values, " ".join(problems), " ".join(advice)


def _placed(issue: Issue, sentence: str) -> str:
    return f"[{issue.column}] {sentence}" if issue.column else sentence


def _sheet_rows(
    table: CompanyTable, by_row: Mapping[int, Sequence[Issue]], language: str
) -> Iterator[list[Cell]]:
    """The header and the rejected rows; cells without a header stay in their column or come last."""
    kept = {header or unnamed_column(index): header for index, header in enumerate(table.headers)}
    for ours in (PROBLEM_HEADER, ADVICE_HEADER):  # of an earlier round of mending
        kept.pop(ours, None)
    known = {*kept, PROBLEM_HEADER, ADVICE_HEADER}
    beyond = dict.fromkeys(
        key for values, _, _ in _rejected(table, by_row, language) for key in values if key not in known
    )
    yield [*kept.values(), PROBLEM_HEADER, ADVICE_HEADER]
    for values, problems, advice in _rejected(table, by_row, language):
        yield [*(values.get(key) for key in kept), problems, advice, *(values.get(key) for key in beyond)]


def _write_csv(target: BinaryIO, rows: Iterable[Sequence[Cell]]) -> int:
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    count = 0
    for row in rows:
        writer.writerow(["" if cell is None else neutralised(str(cell)) for cell in row])
        count += 1
    text.flush()
    text.detach()  # the target is the caller's to close
    return count


def _write_xlsx(target: BinaryIO, rows: Iterable[Sequence[Cell]]) -> int:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("未导入")
    sheet.freeze_panes = "A2"
    count = 0
    for row in rows:
        sheet.append([_cell(sheet, cell, is_bold=count == 0) for cell in row])
        count += 1
    book.save(target)
    return count


def _write_jsonl(target: BinaryIO, rejected: Iterable[tuple[dict[str, Cell], str, str]]) -> int:
    """Objects with two more keys. A line that was no object stands under a key of its own."""
    count = 0
    for values, problems, advice in rejected:
        shown = {(key or RAW_LINE_HEADER): value for key, value in values.items()}
        line = {**shown, PROBLEM_HEADER: problems, ADVICE_HEADER: advice}
        target.write((json.dumps(line, ensure_ascii=False, default=str) + "\n").encode("utf-8", "replace"))
        count += 1
    return count


def _cell(sheet: Any, value: Cell, *, is_bold: bool = False) -> Any:
    """A cell that is what it shows: numbers and dates as such, any text as text and never a formula."""
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, value=neutralised(_allowed(value)))
        cell.data_type = "s"
        cell.number_format = _TEXT_FORMAT
    elif isinstance(value, list | dict):
        return _cell(sheet, json.dumps(value, ensure_ascii=False, default=str))
    else:
        cell = WriteOnlyCell(sheet, value=cast(Any, value))
        if isinstance(value, datetime | date | time | timedelta):
            cell.number_format = "yyyy-mm-dd"
    if is_bold:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(vertical="center")
    return cell


def _allowed(text: str) -> str:
    """`text` without the control characters that xlsx cannot hold."""
    return "".join(
        char for char in text if char in "\t\n\r" or (char >= " " and not "\ud800" <= char <= "\udfff")
    )
