"""The round trip of a form: exported, edited as people and programs edit, and taken back."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy.orm import Session

from models import Event, EventEntry
from service.actors import Actor
from service.errors import Conflict, InvalidInput, PermissionDenied
from service.form_import_records import FormPreview
from service.form_problems import UnusableForm
from service.operations.event_form_imports import import_form
from service.operations.event_forms import get_form
from service.operations.event_lists import apply_entry_changes
from service.readers.form_presets import get_form_preset
from service.readers.form_workbooks import read_form
from service.shipped import form_preset_paths
from service.writers.form_workbooks import write_workbook
from tests.factories import make_company
from tests.service.event_lists import COLLEAGUE, ORGANISER, make_entry, make_event

TODAY = date(2026, 11, 25)
VIEWER = Actor("李四", "viewer")
Change = tuple[str, str, str | None, str | None]


@pytest.fixture
def event(session: Session) -> Event:
    event = make_event(session)
    for number in range(1, 13):
        make_entry(
            session,
            event,
            f"江陵{number}号",
            stock_code=f"{number:06d}",
            note="=1+1" if number == 1 else "'引号" if number == 2 else None,
            due_on=date(2027, 3, number),
            duty_unit="2027",
            amount_intended_wan=Decimal("1200.50"),
        )
    return event


def exported(session: Session, preset: str = "对接台账", language: str = "zh") -> bytes:
    form = get_form(
        session,
        ORGANISER,
        get_form_preset(form_preset_paths(), preset),
        "LS2027",
        today=TODAY,
        language=language,
    )
    target = io.BytesIO()
    write_workbook(form, target)
    return target.getvalue()


class Editor:
    """The list of an exported form as somebody edits it: cells by row number and title."""

    def __init__(self, content: bytes) -> None:
        self.book = load_workbook(io.BytesIO(content))
        self.sheet = self.book.worksheets[0]
        self.columns = {cell.value: cell.column for cell in self.sheet[4]}

    def put(self, row: int, title: str, value: Any) -> None:
        self.sheet.cell(4 + row, self.columns[title]).value = value

    def get(self, row: int, title: str) -> Any:
        return self.sheet.cell(4 + row, self.columns[title]).value

    def saved(self) -> bytes:
        target = io.BytesIO()
        self.book.save(target)
        return target.getvalue()


def taken(session: Session, content: bytes, **options: Any) -> FormPreview:
    file = read_form(io.BytesIO(content), "台账.xlsx")
    return import_form(session, ORGANISER, file, today=TODAY, **options)


def changes_of(preview: FormPreview) -> list[Change]:
    return [(row.company, row.field.removeprefix("entry."), row.old, row.new) for row in preview.changes]


def edit_thirty(editor: Editor) -> list[Change]:
    """Thirty edits of four kinds, and what they are to be read as."""
    wanted: list[Change] = []
    for row in range(1, 11):
        name = f"江陵{row}号"
        editor.put(row, "对接进展", "洽谈")
        editor.put(row, "下一步工作", f"赴企业考察\n第{row}次")
        wanted += [
            (name, "stage", None, "negotiation"),
            (name, "next_action", None, f"赴企业考察\n第{row}次"),
        ]
    for row in range(1, 6):
        editor.put(row, "完成时限", f"2027年4月{row}日")
        wanted.append((f"江陵{row}号", "due_on", f"2027-03-{row:02d}", f"2027-04-{row:02d}"))
    for row in range(6, 9):
        editor.put(row, "签约金额（万元）", "1,234.5")
        wanted.append((f"江陵{row}号", "amount_signed_wan", None, "1234.50"))
    editor.put(1, "备注", None)
    editor.put(11, "邀请状态", "婉拒")
    return [
        *wanted,
        ("江陵1号", "note", "=1+1", None),
        ("江陵11号", "invite_status", "planned", "declined"),
    ]


def test_nothing_edited_is_no_change(session: Session, event: Event) -> None:
    for preset in ("目标企业清单", "活动邀请名单", "对接台账"):
        for language in ("zh", "en"):
            preview = taken(session, exported(session, preset, language))
            assert (preview.changes, preview.conflicts, preview.problems, preview.notes) == ((), (), (), ())


def test_thirty_edits_are_offered_and_nothing_else(session: Session, event: Event) -> None:
    editor = Editor(exported(session))
    wanted = edit_thirty(editor)

    preview = taken(session, editor.saved())

    assert len(wanted) == 30
    assert sorted(changes_of(preview), key=str) == sorted(wanted, key=str)
    assert (preview.conflicts, preview.problems, preview.added, preview.deleted) == ((), (), (), ())
    assert taken(session, editor.saved(), dry_run=False).is_applied
    assert taken(session, editor.saved()).changes == ()


def test_thirty_edits_survive_sorting_moved_columns_and_retyped_cells(session: Session, event: Event) -> None:
    editor = Editor(exported(session))
    wanted = edit_thirty(editor)
    for row in range(6, 13):  # what office programs make of days, numbers and codes
        editor.put(row, "完成时限", 46446.0 + row)
        editor.put(row, "意向金额（万元）", "1200.5")
        editor.put(row, "责任单位", 2027.0)
    editor.put(5, "完成时限", datetime(2027, 4, 5))  # noqa: DTZ001  as openpyxl gives it
    moved = shuffled(editor)

    assert sorted(changes_of(taken(session, moved)), key=str) == sorted(wanted, key=str)


def shuffled(editor: Editor) -> bytes:
    """The book with the rows of the list reversed, its columns too, and its sheet renamed."""
    book, sheet = Workbook(), editor.sheet
    target = book.active
    assert target is not None
    target.title = "改名后的表"
    rows = [[cell.value for cell in row][::-1] for row in sheet.iter_rows()]
    heads, body = rows[:4], [row for row in rows[4:] if any(row)]
    for row in [*heads, *reversed(body)]:
        target.append(row)
    hidden = book.create_sheet("_lianzhao")
    for texts in editor.book["_lianzhao"].iter_rows(values_only=True):
        hidden.append(texts)
    result = io.BytesIO()
    book.save(result)
    return result.getvalue()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_thirty_edits_survive_libreoffice(session: Session, event: Event, tmp_path: Path) -> None:
    editor = Editor(exported(session))
    wanted = edit_thirty(editor)
    source = tmp_path / "台账.xlsx"
    source.write_bytes(editor.saved())
    command = [
        "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx",
        "--outdir", str(tmp_path / "out"), str(source),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)

    preview = taken(session, (tmp_path / "out" / "台账.xlsx").read_bytes())

    assert sorted(changes_of(preview), key=str) == sorted(wanted, key=str)
    assert (preview.problems, preview.notes) == ((), ())


def test_change_in_the_database_since_is_a_conflict_of_three_values(session: Session, event: Event) -> None:
    editor = Editor(exported(session))
    editor.put(3, "责任单位", "市商务局")
    editor.put(3, "备注", "已电话沟通")
    entry = session.query(EventEntry).filter_by(company_name="江陵3号").one()
    apply_entry_changes(session, COLLEAGUE, "LS2027", {entry.id: {"duty_unit": "市工信局"}}, {entry.id: 1})

    preview = taken(session, editor.saved())

    assert changes_of(preview) == [("江陵3号", "note", None, "已电话沟通")]
    (conflict,) = preview.conflicts
    assert (conflict.base, conflict.theirs, conflict.yours) == ("2027", "市工信局", "市商务局")
    assert conflict.changed_by == "赵六"
    with pytest.raises(Conflict, match=r"row 7, 责任单位: 江陵3号: was “2027”, 赵六 made it “市工信局”"):
        taken(session, editor.saved(), dry_run=False)
    session.expire_all()
    assert entry.note is None
    taken(session, editor.saved(), dry_run=False, take="theirs")
    assert (entry.duty_unit, entry.note) == ("市工信局", "已电话沟通")
    taken(session, editor.saved(), dry_run=False, take="yours")
    assert entry.duty_unit == "市商务局"


def test_change_of_another_cell_of_the_row_is_no_conflict(session: Session, event: Event) -> None:
    editor = Editor(exported(session))
    editor.put(3, "备注", "已电话沟通")
    entry = session.query(EventEntry).filter_by(company_name="江陵3号").one()
    apply_entry_changes(session, COLLEAGUE, "LS2027", {entry.id: {"duty_unit": "市工信局"}}, {entry.id: 1})

    taken(session, editor.saved(), dry_run=False)

    assert (entry.duty_unit, entry.note) == ("市工信局", "已电话沟通")


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (lambda e: e.put(2, "完成时限", "下周"), "Row 6, 完成时限: “下周” is no day: write it as 2027-05-18"),
        (lambda e: e.put(2, "意向金额（万元）", "若干"), "“若干” is no amount"),
        (
            lambda e: e.put(2, "对接进展", "快了"),
            "“快了” is none of the words of this column: write one of 线索、",
        ),
        (lambda e: e.put(2, "邀请状态", None), "Row 6, 邀请状态: it may not be empty"),
        (lambda e: e.put(2, "备注", "=A1"), "Row 6, 备注: a formula (=A1)"),
        (lambda e: e.put(2, "责任单位", "局" * 201), "Row 6, 责任单位: it cannot be stored"),
        (lambda e: e.put(2, "企业名称", "别家公司"), "names “别家公司”, but its hidden mark is of “江陵2号"),
        (lambda e: e.sheet.merge_cells("Q6:Q8"), "Q6:Q8 are merged"),
        (
            lambda e: e.sheet.cell(6, 1, e.sheet.cell(5, 1).value),
            "Row 6: it has the same hidden mark as row 5",
        ),
        (lambda e: e.sheet.cell(6, 1, "E1-V1-00000000"), "Row 6: the hidden mark of this row is damaged"),
        (lambda e: e.put(13, "企业名称", "无名公司"), "“无名公司” is not in the company base"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place_and_stops_applying(
    session: Session, event: Event, spoil: Callable[[Editor], None], text: str
) -> None:
    editor = Editor(exported(session))
    editor.put(1, "备注", "一")
    spoil(editor)

    preview = taken(session, editor.saved())

    assert text in "\n".join(problem.text("en") for problem in preview.problems)
    with pytest.raises(InvalidInput, match="nothing was changed"):
        taken(session, editor.saved(), dry_run=False)
    assert session.query(EventEntry).filter_by(company_name="江陵1号").one().note == "=1+1"


def test_deleted_row_stays_and_added_company_is_put_on_the_list_when_asked(
    session: Session, event: Event
) -> None:

    make_company(session, "新来铜业")
    editor = Editor(exported(session))
    editor.sheet.delete_rows(6)
    editor.put(12, "企业名称", "新来铜业")
    editor.put(12, "备注", "省领导推荐")

    preview = taken(session, editor.saved())

    assert [name for _, name in preview.deleted] == ["江陵2号"]
    assert [row.company for row in preview.added] == ["新来铜业"]
    taken(session, editor.saved(), dry_run=False)
    assert session.query(EventEntry).count() == 12
    taken(session, editor.saved(), dry_run=False, add_rows=True)
    new = session.query(EventEntry).filter_by(company_name="新来铜业").one()
    assert (new.status, new.note) == ("in", "省领导推荐")


def test_edit_of_a_column_that_is_closed_is_told_and_not_taken(session: Session, event: Event) -> None:
    editor = Editor(exported(session, "目标企业清单"))
    editor.put(2, "主营产品", "黄金")

    preview = taken(session, editor.saved())

    assert preview.changes == ()
    assert [note.text("en") for note in preview.notes] == [
        "Row 6, 主营产品: it cannot be edited here and stays “电解铜箔（62%）、铜带（20%）”"
    ]


def test_form_of_another_event_or_a_tampered_one_is_refused(session: Session, event: Event) -> None:
    content = exported(session)
    with pytest.raises(UnusableForm, match="it is a form of event LS2027, not of XX"):
        taken(session, content, event_code="XX")
    editor = Editor(content)
    editor.book["_lianzhao"].cell(2, 3).value = "|改"
    with pytest.raises(UnusableForm, match="its hidden sheet was changed"):
        taken(session, editor.saved())
    editor = Editor(content)
    del editor.book["_lianzhao"]
    with pytest.raises(UnusableForm, match="the hidden sheet of an exported form is not there"):
        taken(session, editor.saved())
    with pytest.raises(UnusableForm, match="nothing that can be edited"):
        taken(session, exported(session, "缺链补链清单"))


def test_viewer_may_not_import(session: Session, event: Event) -> None:
    file = read_form(io.BytesIO(exported(session)), "台账.xlsx")
    with pytest.raises(PermissionDenied):
        import_form(session, VIEWER, file, today=TODAY)
