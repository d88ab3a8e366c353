"""What can be wrong with an exported form that comes back: what, where, what to do, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.i18n import mark, translate
from service.readers.company_issues import UnusableFile

FILE_PROBLEMS = {
    "too_large": mark(
        "it is larger ({size} MB) than a form can be ({most} MB): export the form again and copy "
        "the edits into it"
    ),
    "not_a_workbook": mark("it is no xlsx workbook: save it as xlsx (Excel workbook) and import that"),
    "damaged": mark(
        "it is damaged ({reason}): open and save it again in a spreadsheet program, then import it"
    ),
    "too_many_cells": mark(
        "sheet {sheet} has cells beyond row {rows} or column {columns}: delete what stands there"
    ),
    "no_hidden_sheet": mark(
        "the hidden sheet of an exported form is not there: export the form again and copy the edits into it"
    ),
    "hidden_changed": mark(
        "its hidden sheet was changed, so edits cannot be told from what was exported: export the form again "
        "and copy the edits into it"
    ),
    "other_format": mark("it is of format {found}, this release reads {known}: export the form again"),
    "not_stored": mark(
        "it was exported from a plan file that is not stored ({event}): store the event, export from there, "
        "and edit that file"
    ),
    "read_only": mark(
        "the form {preset} has nothing that can be edited: edit another form, such as the ledger"
    ),
    "no_marks": mark(
        "no sheet has the hidden column with the marks of the rows: export the form again and copy "
        "the edits into it"
    ),
    "column_twice": mark("column {column} stands twice ({letters}): delete the copy and import again"),
    "other_event": mark(
        "it is a form of event {found}, not of {wanted}: import it there, or take the right file"
    ),
}
ROW_PROBLEMS = {
    "mark_unknown": mark(
        "the hidden mark of this row is damaged or of another file: take the row out, or copy the mark "
        "from the export"
    ),
    "row_twice": mark("it has the same hidden mark as row {other}: delete one of the two"),
    "mixed": mark(
        "it names “{value}”, but its hidden mark is of “{base}”: sort whole rows, never a part of the "
        "columns; undo the sorting and import again"
    ),
    "merged": mark(
        "{value} are merged: unmerge them and fill each row, or it cannot be told which rows are empty"
    ),
    "formula": mark("a formula ({value}): copy the cell and paste it as a value"),
    "error_value": mark("an error value ({value}): write the value itself"),
    "no_day": mark("“{value}” is no day: write it as 2027-05-18, or leave it empty"),
    "no_amount": mark(
        "“{value}” is no amount: write a number of 10,000 yuan such as 1200.50, or leave it empty"
    ),
    "no_choice": mark("“{value}” is none of the words of this column: write one of {known}"),
    "bad_value": mark("it cannot be stored ({reason})"),
    "emptied": mark("it may not be empty: choose one of the list"),
    "column_gone": mark("the column is not in the file: nothing of it is changed"),
    "not_editable": mark("it cannot be edited here and stays “{base}”"),
    "entry_gone": mark(
        "{name} is no longer on the list: take the row out, or put the company on the list again"
    ),
    "company_unknown": mark(
        "“{name}” is not in the company base: import the company first, or mend the name"
    ),
    "no_company": mark("a new row needs a company or its credit code"),
    "already_listed": mark("{name} is on the list already: edit its own row"),
}


@dataclass(frozen=True, slots=True, init=False)
class FormProblem:
    """One problem of a row or a cell, or something that is not taken over; `row` 0 is the whole sheet."""

    code: str
    row: int
    column: str
    params: dict[str, Any]

    def __init__(self, code: str, row: int = 0, column: str = "", **params: Any) -> None:
        for name, value in (("code", code), ("row", row), ("column", column), ("params", params)):
            object.__setattr__(self, name, value)

    def text(self, language: str) -> str:
        """Where, what and what to do, in a sentence."""
        said = translate(language, ROW_PROBLEMS[self.code], **self.params)
        if self.row and self.column:
            return translate(
                language,
                mark("Row {row}, {column}: {said}"),
                row=self.row,
                column=self.column,
                said=said,
            )
        if self.row:
            return translate(language, mark("Row {row}: {said}"), row=self.row, said=said)
        return f"{self.column}: {said}" if self.column else said


class UnusableForm(UnusableFile):
    """A file that is no form to import; `code` one of FILE_PROBLEMS. Nothing of it was taken over."""

    def sentence(self, language: str) -> str:
        """The file, what is wrong with it and what to do."""
        return f"{self.file_name}: {translate(language, FILE_PROBLEMS[self.code], **self.params)}"
