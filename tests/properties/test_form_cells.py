"""What is exported and comes back unedited says what it said, whatever was typed."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from service.form_cells import cell_value, read_cell, same
from service.form_fields import FIELDS, FormField
from service.readers.workbooks import quiet

NOTE, DUE, AMOUNT = FIELDS["entry.note"], FIELDS["entry.due_on"], FIELDS["entry.amount_signed_wan"]
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=60) | st.from_regex(
    r"['=+\-@]{0,3}[0-9./年-]{0,12}", fullmatch=True
)
days = st.dates(date(1955, 1, 1), date(2115, 1, 1))
amounts = st.decimals(0, 10**9, places=2)


def through_a_file(value: object) -> object:
    """The value of a cell after it was written to a workbook and read again."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    cell = sheet.cell(1, 1)
    cell.value = value  # type: ignore[assignment]
    if isinstance(value, str):
        cell.data_type = "s"
    target = io.BytesIO()
    book.save(target)
    with quiet():
        return load_workbook(target).worksheets[0].cell(1, 1).value


def is_unedited(value: object, field: FormField) -> bool:
    shown = cell_value(value, field, "zh")  # type: ignore[arg-type]
    return same(through_a_file(shown), read_cell(shown, field, "zh"), field, "zh")


@settings(max_examples=150, deadline=None)
@given(texts)
def test_text_comes_back_as_it_was(text: str) -> None:
    assert is_unedited(text, NOTE)


@settings(max_examples=60, deadline=None)
@given(days, amounts)
def test_days_and_amounts_come_back_in_every_guise(day: date, amount: Decimal) -> None:
    base, stored = day.isoformat(), str(amount.quantize(Decimal("0.01")))
    serial = (day - date(1899, 12, 30)) / timedelta(days=1)
    for raw in (day, serial, int(serial), base, f"{day:%Y/%m/%d}", f"{day.year}年{day.month}月{day.day}日"):
        assert same(raw, base, DUE, "zh")
    for raw in (float(amount), stored, f"{amount:,}", f"{amount}万元"):
        assert same(raw, stored, AMOUNT, "zh")


@settings(max_examples=60, deadline=None)
@given(texts, texts)
def test_another_text_is_an_edit_and_reads_as_typed(old: str, new: str) -> None:
    base, typed = (read_cell(cell_value(text, NOTE, "zh"), NOTE, "zh") for text in (old, new))
    if typed != base and not same(typed, base, NOTE, "zh"):
        assert read_cell(cell_value(typed, NOTE, "zh"), NOTE, "zh") == typed
