"""Forms as files: the cells of a workbook as a golden file, print set-up, documents by their text."""

from __future__ import annotations

import io
import shutil
import subprocess
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from service.form_records import Form
from service.operations.event_forms import get_form
from service.readers.form_presets import get_form_preset
from service.readers.form_workbooks import read_form
from service.shipped import form_preset_paths
from service.writers.forms import file_name, write_form
from tests.service.event_lists import ORGANISER, make_entry, make_event

TODAY = date(2026, 11, 25)


@pytest.fixture
def form_of(session: Session) -> Callable[..., Form]:
    """The form of this preset of a small list, that holds what is dangerous and what is empty."""
    event = make_event(session)
    make_entry(
        session,
        event,
        "江陵铜箔",
        uscc="91360400MA35TEST0X",
        stock_code="000007",
        city="九江市",
        employees=1200,
        note='=HYPERLINK("http://example","点")',
        cooperation="+建设铜箔产线",
        due_on=date(2027, 3, 20),
        amount_intended_wan=Decimal("1200.50"),
        stage="lead",
    )
    make_entry(
        session, event, "嘉元铜业", evidence=[], questions=[], cautions=[], band=None, probability=None
    )

    def made(preset: str, language: str = "zh") -> Form:
        wanted = get_form_preset(form_preset_paths(), preset)
        return get_form(session, ORGANISER, wanted, "LS2027", today=TODAY, language=language)

    return made


def written(form: Form) -> bytes:
    target = io.BytesIO()
    write_form(form, target)
    return target.getvalue()


def cells_of(content: bytes) -> str:
    """Every cell of every sheet as one line: sheet, place, kind, value, number format, lock."""
    lines = []
    for sheet in load_workbook(io.BytesIO(content)).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    lock = "locked" if cell.protection.locked else "open"
                    place = f"{sheet.title}!{cell.coordinate}"
                    lines.append(f"{place} {cell.data_type} {cell.value!r} {cell.number_format} {lock}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("preset", ["target-list", "gap-list"])
def test_cells_are_those_of_the_golden_file(
    form_of: Callable[..., Form], golden: Callable[[str, str], None], preset: str
) -> None:
    golden(f"form.{preset}.txt", cells_of(written(form_of(preset))))


def test_codes_are_text_and_formulas_are_neutralised(form_of: Callable[..., Form]) -> None:
    sheet = load_workbook(io.BytesIO(written(form_of("目标企业清单")))).worksheets[0]
    titles = {cell.value: cell.column for cell in sheet[4]}

    def cell(title: str) -> object:
        found = sheet.cell(5, titles[title])
        assert found.data_type == "s"
        return found.value

    assert cell("统一社会信用代码") == "91360400MA35TEST0X"
    assert cell("备注") == '\'=HYPERLINK("http://example","点")'
    assert cell("拟合作内容") == "'+建设铜箔产线"


def test_workbook_is_ready_to_print_and_closed_where_nothing_is_to_be_typed(
    form_of: Callable[..., Form],
) -> None:
    book = load_workbook(io.BytesIO(written(form_of("对接台账"))))
    sheet, hidden = book.worksheets[0], book["_lianzhao"]

    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.print_title_rows, sheet.page_setup.fitToWidth) == ("$4:$4", 1)
    assert sheet.freeze_panes == "D5"
    assert sheet.oddHeader.right.text == "内部资料"
    assert "LS2027-R0-V0" in sheet.oddFooter.left.text
    assert sheet.column_dimensions["A"].hidden
    assert sheet.row_dimensions[3].hidden
    assert hidden.sheet_state == "hidden"
    offered = {str(row.sqref): row.formula1 for row in sheet.data_validations.dataValidation}
    assert any(words == '"拟邀,已邀,确认,婉拒,到会"' for words in offered.values())


def test_documents_name_the_gap_the_anchors_and_three_to_five_questions(form_of: Callable[..., Form]) -> None:
    for preset in ("一企一页", "对接提纲"):
        text = text_of(written(form_of(preset)))
        assert "高档电解铜箔" in text
        assert "内部资料" in text
        assert "LS2027-R0-V0" in text
    lines = text_of(written(form_of("对接提纲"))).splitlines()
    starts = [at for at, line in enumerate(lines) if line.endswith("需当面核实的问题")]
    assert len(starts) == 2
    for start in starts:
        asked = [line for line in lines[start : start + 11] if line.endswith("〕")]
        assert 3 <= len(asked) <= 5
    # what has no evidence is asked for: R1 where there are no quotes at all
    assert sum("〔r1〕" in line for line in lines) == 1


def text_of(content: bytes) -> str:
    """All text of a document: paragraphs, cells, headers and footers."""
    document = docx.Document(io.BytesIO(content))
    parts = [paragraph.text for paragraph in document.paragraphs]
    parts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    for part in (document.sections[0].header, document.sections[0].footer):
        parts += [paragraph.text for paragraph in part.paragraphs]
    return "\n".join(parts)


def test_document_names_stand_ins_for_fonts_and_is_set_as_the_standard_says(
    form_of: Callable[..., Form],
) -> None:
    content = written(form_of("对接提纲"))
    section = docx.Document(io.BytesIO(content)).sections[0]
    margins = (section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)
    assert [round(margin.mm) for margin in margins if margin is not None] == [37, 28, 26, 35]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        fonts = archive.read("word/fontTable.xml").decode()
    assert 'w:name="方正小标宋简体"' in fonts
    assert "仿宋_GB2312" in fonts


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_company_takes_one_page_even_where_everything_is_long(
    form_of: Callable[..., Form], tmp_path: Path
) -> None:
    form = form_of("一企一页")
    rows = []
    for row in form.rows:
        assert row.entry is not None
        entry = row.entry
        long = tuple(replace(said, zh=said.zh * 12) for said in entry.cautions)
        products = tuple(
            replace(entry.products[0], name="高精度电子级铜箔及覆铜板材料" * 2) for _ in range(9)
        )
        rows.append(replace(row, entry=replace(entry, cautions=long, products=products)))
    source = tmp_path / "page.docx"
    source.write_bytes(written(replace(form, rows=tuple(rows))))
    command = [
        "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf",
        "--outdir", str(tmp_path), str(source),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    from pypdf import PdfReader

    assert len(PdfReader(tmp_path / "page.pdf").pages) == len(rows)


@pytest.mark.parametrize("preset", ["目标企业清单", "一企一页", "对接提纲"])
def test_five_hundred_companies_are_written_in_under_five_seconds(
    form_of: Callable[..., Form], preset: str
) -> None:
    form = form_of(preset)
    row = form.rows[0]
    assert row.entry is not None
    many = tuple(replace(row, number=at, entry=replace(row.entry, entry_id=at)) for at in range(1, 501))
    started = time.process_time()
    content = written(replace(form, rows=many))
    assert time.process_time() - started < 5
    if preset == "目标企业清单":
        assert len(read_form(io.BytesIO(content), "a.xlsx").rows) == 500


def test_name_of_the_file_says_what_it_is(form_of: Callable[..., Form]) -> None:
    assert file_name(form_of("对接台账")) == "民企陇上行示例届对接台账_LS2027-R0-V0_20261125.xlsx"
