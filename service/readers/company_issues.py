"""What can be wrong with a file of companies: codes here, sentences in the reader's language.

An issue belongs to a row and a column; an `UnusableFile` ends the import before anything is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from service.errors import InvalidInput
from service.i18n import mark, translate

Severity = Literal["error", "warning"]

SHOWN_VALUE_CHARS = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a value, wherever it stands. `params` fill the sentence of `code`."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = "warning"


@dataclass(frozen=True, slots=True)
class Issue:
    """What is wrong at one place of a file. `row` counts as a spreadsheet does; an error rejects its row."""

    row: int
    column: str
    value: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = "warning"


def issue_at(row: int, column: str, value: object, finding: Finding) -> Issue:
    """`finding` at its place; a long value is cut, as it is for looking at only."""
    text = "" if value is None else str(value)
    if len(text) > SHOWN_VALUE_CHARS:
        text = text[: SHOWN_VALUE_CHARS - 1] + "…"
    return Issue(row, column, storable(text), finding.code, finding.params, finding.severity)


def storable(text: str) -> str:
    """`text` without what a database refuses: NUL and halves of characters."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


# code: (what is wrong, what to do)
ISSUES: dict[str, tuple[str, str]] = {
    # The row as a whole
    "json_invalid": (
        mark("The line is no JSON: {reason}."),
        mark("Write one JSON object on each line."),
    ),
    "json_not_object": (
        mark("The line is JSON, but no object."),
        mark('Write one JSON object on each line, such as {{"name": …}}.'),
    ),
    "too_many_cells": (
        mark("The row has {found} cells, the header {expected}."),
        mark("Put values that hold the separator in double quotes, so that they stay in their column."),
    ),
    "example_row": (
        mark("This is the example row of the template; it was skipped."),
        mark("Nothing to do. Delete the row."),
    ),
    # Names
    "name_missing": (
        mark("The row has no company name."),
        mark("Fill in the name. If the cell holds a formula, save the file once with a spreadsheet program."),
    ),
    "name_unreadable": (
        mark("“{value}” is no company name."),
        mark("Fill in the name as on the business licence."),
    ),
    "text_too_long": (
        mark("The text has {chars} characters, more than {limit}; it was left out."),
        mark("Shorten the text, or move it into the introduction."),
    ),
    "name_too_long": (
        mark("The name has {chars} characters, more than {limit}."),
        mark("Check whether another text slipped into this column."),
    ),
    "id_too_long": (
        mark("The number has {chars} characters, more than {limit}."),
        mark("Use a shorter number, or leave the column out."),
    ),
    "not_text": (
        mark("A list or an object stands where a text belongs; it was left out."),
        mark("Write it as text."),
    ),
    "cell_error": (
        mark("The cell holds the error {value}; it was left empty."),
        mark("Correct the formula, or type the value."),
    ),
    "characters_replaced": (
        mark("The text held characters that cannot be stored; they were taken out."),
        mark("Compare the stored text with the source."),
    ),
    # Codes
    "uscc_length": (
        mark("“{value}” has {chars} characters; a unified social credit code has 18."),
        mark("Copy the code from the business licence."),
    ),
    "uscc_character": (
        mark(
            "“{character}” at place {place} of “{value}” cannot stand there in a unified social credit code."
        ),
        mark(
            "Copy the code from the business licence; I, O, S, V and Z never occur, places 3 to 8 are digits."
        ),
    ),
    "uscc_check": (
        mark("The check character of “{value}” is “{found}”, but the other 17 ask for “{expected}”."),
        mark("Copy the code again: a character is wrong or two are swapped."),
    ),
    "uscc_digits_lost": (
        mark("“{value}” was turned into a number by a spreadsheet and lost its last digits."),
        mark("Set the column to text, then type or paste the code again."),
    ),
    "uscc_old_number": (
        mark("“{value}” is an older registration number, not a unified social credit code; it was left out."),
        mark("Look up the code of 18 characters that replaced it."),
    ),
    "uscc_mended": (
        mark("“{value}” was read as {read}: capital letters, normal width, 0 and 1 in place of O and I."),
        mark("Nothing to do if {read} is the code on the licence."),
    ),
    "stock_code_unreadable": (
        mark("“{value}” is no stock code; it was left out."),
        mark("Write the digits only, such as 600362."),
    ),
    "stock_code_padded": (
        mark("“{value}” was read as {read}: a spreadsheet drops leading zeros."),
        mark("Set the column to text."),
    ),
    # Dates, numbers, amounts
    "date_unreadable": (
        mark("“{value}” is no date; it was left out."),
        mark("Write the date as 2019-07-22."),
    ),
    "date_incomplete": (
        mark("“{value}” names no day; it was left out."),
        mark("Write the whole date as 2019-07-22."),
    ),
    "date_ambiguous": (
        mark("“{value}” can be read as two dates; it was left out."),
        mark("Write the date as 2019-07-22."),
    ),
    "date_out_of_range": (
        mark("“{value}” is before {earliest} or in the future; it was left out."),
        mark("Check the year."),
    ),
    "year_unreadable": (
        mark("“{value}” is no year from {earliest} to {latest}; it was left out."),
        mark("Write the year as 2024."),
    ),
    "number_unreadable": (
        mark("“{value}” is no whole number; it was left out."),
        mark("Write digits only, such as 1200."),
    ),
    "number_range": (
        mark("“{value}” is a range or a limit, not a number; it was left out."),
        mark("Write the number itself if it is known."),
    ),
    "number_out_of_range": (
        mark("“{value}” cannot be right for this column; it was left out."),
        mark("Check the number."),
    ),
    "amount_unreadable": (
        mark("“{value}” is no amount of money; it was left out."),
        mark("Write the amount in 10,000 yuan, such as 3000 or 3000万元."),
    ),
    "amount_foreign": (
        mark("“{value}” is in a foreign currency; it was left out, as no rate is assumed."),
        mark("Write the amount in yuan if the licence states one."),
    ),
    "amount_out_of_range": (
        mark("“{value}” cannot be right as registered capital; it was left out."),
        mark("Check the number and write its unit."),
    ),
    "unit_assumed": (
        mark("“{value}” has no unit; amounts of this column were read as 10,000 yuan (万元)."),
        mark("If that is wrong, write the unit into the header, such as 注册资本(元), and import again."),
    ),
    # Words that stand for a class
    "ownership_unknown": (
        mark("“{value}” names no ownership; it was left out."),
        mark("Write 民营, 国有, 外资 or 混合."),
    ),
    "status_unknown": (
        mark("“{value}” is no known status; it was left out."),
        mark("Write 存续, 停业, 吊销, 注销 or 退市."),
    ),
    # Places
    "province_unknown": (
        mark("“{value}” is no province; it was left out."),
        mark("Write the province as 甘肃 or 甘肃省."),
    ),
    "place_unknown": (
        mark("No province or city was found in “{value}”."),
        mark("Begin with the province, such as 甘肃省兰州市."),
    ),
    "city_unknown": (
        mark("“{value}” is no city at prefecture level; it was kept as written."),
        mark("Write the city it belongs to, such as 苏州市 for 昆山市."),
    ),
    "city_elsewhere": (
        mark("“{value}” is in {actual}, not in {province}; the city was left out."),
        mark("Correct the province or the city."),
    ),
    "region_code_unknown": (
        mark("“{value}” is no code of a region of GB/T 2260; it was left out."),
        mark("Write six digits, such as 620100, or leave the column out."),
    ),
    "region_code_elsewhere": (
        mark("The code “{value}” is of another province than {province}; it was left out."),
        mark("Correct the province or the code."),
    ),
    # Products
    "share_unreadable": (
        mark("“{value}” is no share of revenue; it was left out."),
        mark("Write a percentage, such as 62%."),
    ),
    "share_out_of_range": (
        mark("The share “{value}” of {product} is not above 0 and at most 100%; it was left out."),
        mark("Correct the share, or leave it empty."),
    ),
    "share_as_percent": (
        mark("“{value}” has no percent sign; numbers above 1 in this column were read as percentages."),
        mark("Nothing to do if they are percentages."),
    ),
    "shares_do_not_fit": (
        mark("There are {shares} shares for {products} products; the shares were left out."),
        mark("Give one share for each product, in the same order, or write 电解铜箔(62%)、铜材(20%)."),
    ),
    "product_unreadable": (
        mark("A product could not be read and was left out: {value}."),
        mark("Write products as texts, or as objects with name and revenue_share."),
    ),
    "tag_unreadable": (
        mark("A qualification could not be read and was left out."),
        mark("Write qualifications as texts, or as objects with code and valid_to."),
    ),
    # The same company twice
    "code_of_another": (
        mark("The code {code} already stands for {other}{where}, which has another name."),
        mark("Correct the code. If the company was renamed, put its old name into a column 曾用名."),
    ),
    "codes_of_two": (
        mark("The credit code belongs to {other}, the stock code to {second}."),
        mark("Correct the code that is wrong."),
    ),
    "name_ambiguous": (
        mark("The name stands for {count} known companies: {others}."),
        mark("Give the unified social credit code."),
    ),
    "id_twice": (
        mark("The number {id} already stands for {other}{where}."),
        mark(
            "Give each company a number of its own. If the company was renamed, put its old name into "
            "a column 曾用名."
        ),
    ),
    "id_taken": (
        mark(
            "The number {id} already stands for {other} of another source; this company was stored as {read}."
        ),
        mark("Nothing to do if they are two companies."),
    ),
    "same_company": (
        mark("Row {row} is the same company; both rows were merged, and where they differ row {row} holds."),
        mark("Nothing to do if they are one company. Else give both their unified social credit code."),
    ),
    "same_name": (
        mark("{other} has the same name and another code; both were kept."),
        mark("Nothing to do if they are two companies."),
    ),
    "renamed": (
        mark("{other} is now called {name}."),
        mark("Nothing to do if the company was renamed."),
    ),
    "uscc_replaced": (
        mark("The code of the company was {old} and is now {new}."),
        mark("Check it against the business licence."),
    ),
    # The file as a whole
    "unknown_column": (
        mark("The column “{column}” is not known and was not imported. Nearest is “{nearest}”."),
        mark("Rename the column if that is meant."),
    ),
    "unlike_column": (
        mark("The column “{column}” is not known and was not imported."),
        mark("Nothing to do if it is not needed. The template lists all known columns."),
    ),
    "personal_column": (
        mark("The column “{column}” holds data of persons and was not imported."),
        mark("Nothing to do: only channels of organisations are kept."),
    ),
    "column_twice": (
        mark("“{column}” means the same as “{first}” and was not imported."),
        mark("Keep one of the two columns."),
    ),
    "encoding_guessed": (
        mark("The file is not UTF-8; it was read as {encoding}."),
        mark("Nothing to do if names look right. Else save it as “CSV UTF-8”."),
    ),
    "rows_above_header": (
        mark("The {count} rows above the header in row {row} were skipped."),
        mark("Nothing to do if they hold a title."),
    ),
    "header_of_two_rows": (
        mark("The header was put together from rows {row} and {next}."),
        mark("Nothing to do if the columns are right."),
    ),
    "other_sheets": (
        mark("Only the sheet “{sheet}” was read; the others were not: {others}."),
        mark("Import other sheets as files of their own."),
    ),
}

# code: what is wrong with the file and what to do, in one sentence or two
FILE_PROBLEMS: dict[str, str] = {
    "missing": mark("there is no such file: check the path"),
    "unreadable": mark("cannot be read: {reason}"),
    "empty": mark("is empty: save it again from the program it was made with"),
    "no_rows": mark("has a header but no row below it: fill in companies from row {row} on"),
    "unknown_type": mark("{extension} files cannot be imported: save it as xlsx, csv or jsonl"),
    "not_a_workbook": mark(
        "is named .xlsx but is no workbook (it begins with {start}): save it again as xlsx, or name "
        "it by what it is"
    ),
    "workbook_as_text": mark("is a workbook named {extension}: rename it to .xlsx"),
    "encrypted": mark(
        "is protected by a password: remove the password in the spreadsheet program and save it again"
    ),
    "old_workbook": mark("is a workbook of the old kind (.xls): save it as .xlsx"),
    "other_archive": mark("is an archive but no workbook: save it as xlsx, csv or jsonl"),
    "damaged": mark(
        "is damaged and cannot be opened ({reason}): save it again, or get it again from its source"
    ),
    "too_large": mark("unpacks to {size_mb} MB, more than {limit_mb} MB: split it, or save it as csv"),
    "no_sheet": mark("has no visible sheet with cells: save it again with one"),
    "encoding": mark("is neither UTF-8 nor GB18030 (byte {byte} in line {line}): save it as “CSV UTF-8”"),
    "cut_off": mark("ends in the middle of a character: it was cut off; copy it again"),
    "nul_bytes": mark(
        "holds NUL bytes (the first in line {line}), so it is no text: save it as “CSV UTF-8” or xlsx"
    ),
    "open_quote": mark(
        "a double quote in row {row} is never closed, so the rows after it cannot be told apart: "
        "close or remove it"
    ),
    "csv_broken": mark("row {row} cannot be read as csv ({reason}): correct it"),
    "json_array": mark(
        "is one JSON array: write one object on each line, without brackets and commas around them (jsonl)"
    ),
    "no_json": mark("none of its first lines is a JSON object: write one object on each line"),
    "no_name_column": mark(
        "no column holds the company name. Columns found in row {row}: {headers}. Name one of them "
        "企业名称 (company name), or download the template"
    ),
    "mapping_header": mark(
        "the mapping names a column that is not there: {header}. Columns found: {headers}"
    ),
    "mapping_field": mark("the mapping gives {header} a field that is not known: {field}. Fields: {fields}"),
}


class UnusableFile(InvalidInput):
    """A file that cannot be imported at all; nothing of it was stored."""

    def __init__(self, file_name: str, code: str, **params: Any) -> None:
        self.file_name = file_name
        self.code = code
        self.params = params
        super().__init__(self.sentence("en"))

    def sentence(self, language: str) -> str:
        """What is wrong and what to do, in `language`, after the file's name."""
        return f"{self.file_name}: {translate(language, FILE_PROBLEMS[self.code], **self.params)}"


def problem_sentence(language: str, issue: Issue) -> str:
    """What is wrong, in one sentence."""
    return _filled(language, ISSUES[issue.code][0], issue)


def advice_sentence(language: str, issue: Issue) -> str:
    """What to do about it, in one sentence."""
    return _filled(language, ISSUES[issue.code][1], issue)


def _filled(language: str, message: str, issue: Issue) -> str:
    params: dict[str, Any] = {"value": issue.value, "column": issue.column, **issue.params}
    if params.get("first_row"):
        params["where"] = translate(language, mark(" (row {row})"), row=params["first_row"])
    return translate(language, message, **{"where": "", **params})
