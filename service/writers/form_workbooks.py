"""Official forms as workbooks: safe to open, ready to print, and readable again after they were edited.

The list stands on the first sheet: title, a line of what it is, a hidden row of field keys, the header, the
rows, the foot. The first column is hidden and marks each row. The second sheet says what the file is and
what may be typed where; a hidden third one keeps what each cell said, which edits are told apart by.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from service.event_list_records import EventEntry
from service.form_cells import cell_value, plain_text, read_cell
from service.form_fields import FIELDS, FormField
from service.form_layout import (
    FOOT,
    FORMAT,
    HEAD,
    META_MARK,
    META_SHEET,
    ROW_KEY,
    ROW_TITLE,
    FormMeta,
    checksum,
    kept,
    row_token,
)
from service.form_records import Form, FormRow, PresetColumn
from service.i18n import mark, translate
from service.writers.company_files import neutralised

TITLE_ROW, ABOUT_ROW, KEY_ROW, HEADER_ROW = 1, 2, 3, 4
FIRST_ROW = HEADER_ROW + 1
_PAPERS = {"A4": 9, "A3": 8}
_FORMATS = {"percent": "0.0%", "date": "yyyy-mm-dd", "number": "#,##0.00", "count": "0"}
_THIN = Side(style="thin", color="FF7F7F7F")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_SERIF, _SANS = "宋体", "黑体"
_LINE_POINTS, _HIGHEST = 13.0, 405.0  # of text of 10 points; a row can have 409
_CENTRED = ("count", "percent", "date", "choice", "code")

ABOUT = mark(
    "Reported by: {organisation}    Reported on: {made_on}    Run: {run}    Data as of: {data}    "
    "{sensitivity}"
)
ROWS = mark("{count} rows")


def write_workbook(form: Form, target: BinaryIO) -> None:
    """Write `form` to `target` as xlsx."""
    book = Workbook(write_only=True)
    for style in _styles():
        book.add_named_style(style)
    book.properties.title = form.title
    book.properties.creator = form.list.organisation
    book.properties.keywords = f"{form.run_code}; {form.list.sensitivity}"
    _write_list(book, form)
    _write_notes(book, form)
    _write_meta(book, form)
    book.save(target)


def sheet_name(form: Form) -> str:
    """The name of the sheet with the list, without what sheet names cannot hold."""
    return "".join(char for char in form.preset.shown(form.language) if char not in "[]:*?/\\'")[:31]


def about(form: Form) -> str:
    """Who reports, when, which run, how old the data, how far it may be shown."""
    return translate(
        form.language,
        ABOUT,
        organisation=form.list.organisation,
        made_on=form.made_on.isoformat(),
        run=form.run_code,
        data=form.data_as_of,
        sensitivity=form.list.sensitivity,
    )


def meta_of(form: Form) -> FormMeta:
    """What the hidden sheet says of the file."""
    columns = form.preset.columns
    return FormMeta(
        format=FORMAT,
        event=form.list.code,
        preset=form.preset.code,
        language=form.language,
        run_code=form.run_code,
        version=form.list.version,
        made_on=form.made_on.isoformat(),
        fields=tuple(column.field for column in columns),
        titles=tuple(column.shown(form.language) for column in columns),
        editable=tuple(column.field for column in columns if _is_open(form, column)),
        is_stored=form.is_stored,
    )


def _is_open(form: Form, column: PresetColumn) -> bool:
    return column.editable and form.is_stored


def _styles() -> list[NamedStyle]:
    def made(name: str, font: Font, align: str = "left", **more: Any) -> NamedStyle:
        return NamedStyle(
            name=name,
            font=font,
            alignment=Alignment(horizontal=align, vertical="center", wrap_text=more.pop("wrap", True)),
            **more,
        )

    small = Font(name=_SERIF, size=10)
    grey = PatternFill("solid", fgColor="FFE7EAEE")
    yellow = PatternFill("solid", fgColor="FFFFFBE6")
    closed, opened = Protection(locked=True), Protection(locked=False)
    styles = [
        made("lz title", Font(name=_SANS, size=18, bold=True), "center", wrap=False),
        made("lz about", small, wrap=False),
        made("lz header", Font(name=_SANS, size=10, bold=True), "center", border=_BOX, fill=grey),
    ]
    for align in ("left", "center"):
        styles += [
            made(f"lz {align}", small, align, border=_BOX, protection=closed, number_format="@"),
            made(f"lz {align} open", small, align, border=_BOX, protection=opened, fill=yellow),
        ]
    return styles


def _write_list(book: Workbook, form: Form) -> None:
    sheet: Any = book.create_sheet(sheet_name(form))
    columns = form.preset.columns
    last = FIRST_ROW + len(form.rows) - 1
    _set_up_page(sheet, form, last)
    _set_up_columns(sheet, form)
    _restrict(sheet, form, last)
    width = len(columns) + 1
    sheet.merged_cells.add(f"B{TITLE_ROW}:{get_column_letter(width)}{TITLE_ROW}")
    sheet.merged_cells.add(f"B{ABOUT_ROW}:{get_column_letter(width)}{ABOUT_ROW}")
    sheet.append([_cell(sheet, HEAD), _cell(sheet, neutralised(form.title), "lz title")])
    sheet.append([_cell(sheet, HEAD), _cell(sheet, neutralised(about(form)), "lz about")])
    sheet.append([_cell(sheet, ROW_KEY), *(_cell(sheet, column.field) for column in columns)])
    titles = (neutralised(column.shown(form.language)) for column in columns)
    sheet.append([_cell(sheet, ROW_TITLE), *(_cell(sheet, title, "lz header") for title in titles)])
    for at, row in enumerate(form.rows, start=FIRST_ROW):
        values = [
            cell_value(FIELDS[c.field].read(row, form.language), FIELDS[c.field], form.language)
            for c in columns
        ]
        sheet.row_dimensions[at].height = _height(values, columns)
        cells = (_filled(sheet, form, column, value) for column, value in zip(columns, values, strict=True))
        sheet.append([_cell(sheet, _token(form, row.entry)), *cells])
    sheet.append([])
    count = translate(form.language, ROWS, count=len(form.rows))
    sheet.append([_cell(sheet, FOOT), _cell(sheet, neutralised(f"{about(form)}    {count}"), "lz about")])


def _filled(sheet: Any, form: Form, column: PresetColumn, value: Any) -> Any:
    field = FIELDS[column.field]
    number_format = (
        column.format or _FORMATS.get(field.kind) or ("General" if field.kind == "choice" else "@")
    )
    return _cell(sheet, value, _style_of(field, _is_open(form, column)), number_format)


def _height(values: Sequence[Any], columns: Sequence[PresetColumn]) -> float:
    """The height that shows all of the row's wrapped text: no program measures it when the file is opened."""
    lines = max(
        (_lines(value, column.width) for value, column in zip(values, columns, strict=True)), default=1
    )
    return min(_LINE_POINTS * lines + 5, _HIGHEST)


def _lines(value: Any, width: float) -> int:
    if not isinstance(value, str):
        return 1
    room = max(width - 1, 2)  # a Chinese character takes two, and the cell has a margin
    return sum(
        max(1, ceil(sum(1 if char < "\u2000" else 2 for char in line) / room)) for line in value.split("\n")
    )


def _token(form: Form, entry: EventEntry | None) -> str | None:
    if entry is None or not form.is_stored:
        return None
    return row_token(form.list.code, entry.entry_id, entry.row_version)


def _style_of(field: FormField, is_open: bool) -> str:
    align = "center" if field.kind in _CENTRED else "left"
    return f"lz {align} open" if is_open else f"lz {align}"


def _cell(sheet: Any, value: Any, style: str | None = None, number_format: str | None = None) -> Any:
    if value is None and style is None:
        return None
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # never a formula, whatever it begins with
    if style is not None:
        cell.style = style
    if number_format is not None:
        cell.number_format = number_format
    return cell


def _set_up_page(sheet: Any, form: Form, last: int) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _PAPERS[form.preset.paper]
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.header, margins.footer = 0.6, 0.6, 0.3, 0.3
    of_pages = translate(form.language, mark("page {page} of {pages}"), page="&P", pages="&N")
    sheet.oddHeader.right.text = _printed(form.list.sensitivity)
    sheet.oddHeader.left.text = _printed(form.list.organisation)
    sheet.oddFooter.left.text = _printed(f"{form.run_code}　{form.data_as_of}")
    sheet.oddFooter.center.text = of_pages
    sheet.oddFooter.right.text = _printed(form.made_on.isoformat())
    sheet.freeze_panes = f"{get_column_letter(form.preset.frozen_columns + 2)}{FIRST_ROW}"
    width = get_column_letter(len(form.preset.columns) + 1)
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{width}{max(last, HEADER_ROW)}"
    sheet.print_area = f"B1:{width}{max(last, HEADER_ROW) + 2}"


def _printed(text: str) -> str:
    """`text` in a header or footer, where & starts a code."""
    return text.replace("&", "&&")


def _set_up_columns(sheet: Any, form: Form) -> None:
    sheet.column_dimensions["A"].hidden = True
    sheet.column_dimensions["A"].width = 20
    for at, column in enumerate(form.preset.columns, start=2):
        sheet.column_dimensions[get_column_letter(at)].width = column.width
    sheet.row_dimensions[TITLE_ROW].height = 30
    sheet.row_dimensions[ABOUT_ROW].height = 18
    sheet.row_dimensions[KEY_ROW].hidden = True
    sheet.row_dimensions[HEADER_ROW].height = 32


def _restrict(sheet: Any, form: Form, last: int) -> None:
    """Protect what is not to be edited, without a password, and offer the words of each choice."""
    if form.preset.protect:
        sheet.protection.sheet = True
        for allowed in ("formatColumns", "formatRows", "formatCells", "sort", "autoFilter", "insertRows"):
            setattr(sheet.protection, allowed, False)  # False: not forbidden
    if not form.rows:
        return
    for at, column in enumerate(form.preset.columns, start=2):
        field = FIELDS[column.field]
        if not _is_open(form, column):
            continue
        validation = _validation(field, form.language)
        if validation is not None:
            letter = get_column_letter(at)
            validation.add(f"{letter}{FIRST_ROW}:{letter}{last}")
            sheet.data_validations.append(validation)


def _validation(field: FormField, language: str) -> DataValidation | None:
    if field.kind == "choice":
        words = ",".join(field.choices(language))
        hint = translate(language, mark("Choose one of the list."))
        validation = DataValidation("list", formula1=f'"{words}"', allow_blank=field.may_be_empty)
    elif field.kind == "date":
        hint = translate(language, mark("Write a day such as 2027-05-18."))
        validation = DataValidation("date", operator="greaterThan", formula1="29221", allow_blank=True)
    elif field.kind == "number":
        hint = translate(language, mark("Write a number of 10,000 yuan such as 1200.50."))
        validation = DataValidation("decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
    else:
        return None
    validation.error, validation.errorTitle = hint, translate(language, mark("Not understood"))
    validation.showErrorMessage = True
    return validation


def _write_notes(book: Workbook, form: Form) -> None:
    """The sheet that says what the file is, and what may be typed where."""
    language = form.language
    sheet: Any = book.create_sheet(translate(language, mark("About this form")))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 90
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _PAPERS["A4"]
    sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight = True, 0
    sheet.oddHeader.right.text = _printed(form.list.sensitivity)
    for name, value in _facts(form):
        cells = [translate(language, name), neutralised(value)]
        sheet.append([_cell(sheet, cells[0], "lz header"), _cell(sheet, cells[1], "lz left")])


def _facts(form: Form) -> list[tuple[str, str]]:
    language, meta = form.language, meta_of(form)
    opened = [column.shown(language) for column in form.preset.columns if column.field in meta.editable]
    rows = [
        (mark("Form"), f"{form.title}（{form.preset.code}）"),
        (mark("Reporting organisation"), form.list.organisation),
        (mark("Handling"), form.list.sensitivity),
        (mark("Event"), f"{form.list.name} {form.list.edition}（{form.list.code}）"),
        (mark("Run number"), form.run_code),
        (mark("Version of the list"), str(form.list.version)),
        (mark("Data as of"), form.data_as_of),
        (mark("Reported on"), form.made_on.isoformat()),
    ]
    if not opened:
        rows.append(
            (mark("To edit"), translate(language, mark("This form is to be read, not to be filled in.")))
        )
        return rows
    rows.append(
        (
            mark("To edit"),
            translate(
                language,
                mark(
                    "Yellow columns: {columns}. Rows may be sorted and columns moved (lift the sheet "
                    "protection first, it has no password); leave the hidden first column and the hidden "
                    "sheet as they are. Import the file to take over what was edited: every change is "
                    "shown first."
                ),
                columns="、".join(opened),
            ),
        )
    )
    for column in form.preset.columns:
        field = FIELDS[column.field]
        if column.field in meta.editable and field.kind == "choice":
            rows.append((column.shown(language), "、".join(field.choices(language))))
    return rows


def _write_meta(book: Workbook, form: Form) -> None:
    """The hidden sheet: what the file is, and what every cell said when it was exported."""
    sheet: Any = book.create_sheet(META_SHEET)
    sheet.sheet_state = "hidden"
    meta = meta_of(form).as_json()
    rows = [_base_row(form, row, row.entry) for row in form.rows if row.entry is not None and form.is_stored]
    sheet.append([_cell(sheet, META_MARK), _cell(sheet, meta), _cell(sheet, checksum(meta, rows))])
    for texts in rows:
        sheet.append([_cell(sheet, text) for text in texts])


def _base_row(form: Form, row: FormRow, entry: EventEntry) -> list[str]:
    """The mark of the row, the name of its company, then each cell as it will be read again."""
    texts = [_token(form, entry) or "", kept(plain_text(entry.company_name))]
    for column in form.preset.columns:
        field = FIELDS[column.field]
        shown = cell_value(field.read(row, form.language), field, form.language)
        texts.append(kept(read_cell(shown, field, form.language)))
    return texts
