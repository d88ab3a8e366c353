"""`lianzhao event export`, `import`, `invite` and `answer`, from the command to the file and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from matching.embedding import HashingEmbedder
from service.actors import COMMAND_LINE
from service.cli.commands import cli
from service.config import read_config
from service.db import open_database, upgrade_schema
from service.errors import Conflict, InvalidInput
from service.form_problems import UnusableForm
from service.operations.event_lists import apply_entry_changes, get_event_list
from service.operations.index_releases import build_index, use_index
from tests.service.conftest import NOW
from tests.service.event_lists import make_entry, make_event

PLAN = """\
format: 1
name: 民企陇上行
edition: 示例届
organiser: {hosts: [省商务厅]}
start_on: 2027-05-18
place: 兰州市
seats: 2
min_probability: 0
in_play: [{chain: CU}]
"""
Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("LIANZHAO_EMBEDDER", "hashing")
    monkeypatch.setenv("LIANZHAO_LANGUAGE", "zh")
    config = read_config()
    database = open_database(config.database_url)
    upgrade_schema(database)
    with database.session() as session:
        event = make_event(session)
        make_entry(session, event, "江陵铜箔")
        make_entry(session, event, "嘉元铜业")
        built = build_index(session, COMMAND_LINE, HashingEmbedder(), config.index_folder, now=NOW)
        use_index(session, COMMAND_LINE, built)
    database.close()

    def call(*words: object) -> Result:
        return CliRunner().invoke(cli, ["event", *map(str, words)])

    return call


def test_stored_event_is_exported_edited_previewed_and_taken_back(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    written = run("export", "LS2027", "--preset", "对接台账", "--out", path)
    assert written.stdout.endswith("对接台账，2行，运行编号LS2027-R0-V0\n"), written.output
    book = load_workbook(path)
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[4]}
    sheet.cell(5, columns["责任单位"]).value = "市商务局"
    book.save(path)

    known = json.loads(run("import", path, "--dry-run", "--json").stdout)
    assert [(row["company"], row["field"], row["old"], row["new"]) for row in known["changes"]] == [
        ("江陵铜箔", "entry.duty_unit", None, "市商务局")
    ]
    assert not known["applied"]
    assert "第5行  江陵铜箔  责任单位：“” → “市商务局”\n已改动1处" in run("import", path).stdout
    assert run("import", path, "--dry-run").stdout == "没有改动\n"


def test_conflict_is_told_and_decided(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    run("export", "LS2027", "--preset", "follow-up-ledger", "--out", path)
    book = load_workbook(path)
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[4]}
    sheet.cell(5, columns["责任单位"]).value = "市商务局"
    book.save(path)
    database = open_database(read_config().database_url)
    with database.session() as session:
        entry = get_event_list(session, COMMAND_LINE, "LS2027").entries[0]
        apply_entry_changes(
            session, COMMAND_LINE, "LS2027", {entry.entry_id: {"duty_unit": "市工信局"}}, {entry.entry_id: 1}
        )
    database.close()

    shown = run("import", path, "--dry-run").stdout
    assert "导出时为“”，command-line已改为“市工信局”，文件中为“市商务局”" in shown
    assert isinstance(run("import", path).exception, Conflict)
    assert "已改动1处" in run("import", path, "--take", "yours").stdout


def test_plan_is_exported_to_be_read_only(run: Run, tmp_path: Path) -> None:
    plan, path = tmp_path / "event.yaml", tmp_path / "清单.xlsx"
    plan.write_text(PLAN, encoding="utf-8")
    known = json.loads(run("export", plan, "--preset", "目标企业清单", "--out", path, "--json").stdout)
    assert (known["rows"], known["can_be_imported"]) == (2, False)
    refused = run("import", path, "--dry-run").exception
    assert isinstance(refused, UnusableForm)
    assert "store the event" in str(refused)


def test_wrong_ending_and_missing_plan_are_told_before_work_begins(run: Run, tmp_path: Path) -> None:
    wrong = run("export", "LS2027", "--preset", "一企一页", "--out", tmp_path / "a.xlsx").exception
    assert isinstance(wrong, InvalidInput)
    assert "is written as .docx" in str(wrong)
    gone = run("export", tmp_path / "no.yaml", "--preset", "一企一页", "--out", tmp_path / "a.docx").exception
    assert "there is no such file" in str(gone)


def test_letter_is_written_and_an_answer_lifts_the_rank(run: Run, tmp_path: Path) -> None:
    letter = run("invite", "LS2027", "嘉元铜业", "--out", tmp_path / "函.docx")
    assert letter.stdout.endswith("嘉元铜业股份有限公司\n"), letter.output
    assert (tmp_path / "函.docx").read_bytes()[:2] == b"PK"
    words = (
        "answer",
        "LS2027",
        "嘉元铜业",
        "R2",
        "已建表面处理线",
        "--said-by",
        "总经办",
        "--rebuild",
        "--json",
    )
    known = json.loads(run(*words).stdout)
    assert (known["field"], known["rank_after"]) == ("products_text", 1)
