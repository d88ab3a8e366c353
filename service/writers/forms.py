"""A form as the file that its preset asks for."""

from __future__ import annotations

import re
from typing import BinaryIO

from service.form_records import Form
from service.writers.event_documents import write_document
from service.writers.form_workbooks import write_workbook

MIME_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def write_form(form: Form, target: BinaryIO) -> None:
    """Write `form` to `target`: xlsx for a workbook, docx for a document."""
    (write_workbook if form.preset.kind == "workbook" else write_document)(form, target)


def file_name(form: Form) -> str:
    """A name for the file: what it is, the run, the day; without what file systems refuse."""
    name = f"{form.title}_{form.run_code}_{form.made_on:%Y%m%d}"
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "-", name)[:150] + form.preset.extension
