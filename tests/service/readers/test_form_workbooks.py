"""Files that are no form, or too much of one, are refused before they do harm."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook

from service.form_problems import UnusableForm
from service.readers.form_workbooks import MAX_FILE_BYTES, read_form


def archive(**parts: bytes) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    target.seek(0)
    return target


def plain_workbook() -> io.BytesIO:
    target = io.BytesIO()
    Workbook().save(target)
    return target


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (io.BytesIO(b""), "not_a_workbook"),
        (io.BytesIO(b"name,note\n"), "not_a_workbook"),
        (archive(readme=b"x"), "not_a_workbook"),
        (io.BytesIO(b"x" * (MAX_FILE_BYTES + 1)), "too_large"),
        (archive(**{"xl__workbook.xml": b"<a/>", "xl__bomb.xml": b" " * (65 << 20)}), "too_large"),
        (
            archive(**{"xl__workbook.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><a/>'}),
            "not_a_workbook",
        ),
        (archive(**{"xl__workbook.xml": b"<workbook"}), "damaged"),
        (plain_workbook(), "no_hidden_sheet"),
    ],
)
def test_file_that_is_no_form_is_refused(stream: io.BytesIO, code: str) -> None:
    with pytest.raises(UnusableForm) as refused:
        read_form(stream, "台账.xlsx")
    assert refused.value.code == code
    assert refused.value.sentence("zh").startswith("台账.xlsx: ")
