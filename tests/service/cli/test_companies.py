"""`lianzhao import` and `lianzhao template`, with the files that people send."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import Engine, event

from service.readers.company_rows import CompanyRowReader
from tests.service.cli.running import done, run

HEADER = "企业名称,统一社会信用代码,省份,主营产品\n"
GOOD = "江陵铜箔有限公司,,江西,高档电解铜箔(60%)\n"
# The check character of the first 17 is 3.
WRONG = "大江铜材有限公司,91350100M000100Y44,山东,铜合金棒材\n"

pytestmark = pytest.mark.usefixtures("empty_home")


@pytest.fixture
def companies(tmp_path: Path) -> Path:
    """A csv with one good and one bad row."""
    return written(tmp_path / "companies.csv", HEADER + GOOD + WRONG)


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def count(home: Path, table: str = "company") -> int:
    with closing(sqlite3.connect(home / "lianzhao.sqlite3")) as connection:
        (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


def workbook(path: Path, rows: list[list[Any]], *merges: str) -> Path:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    for merge in merges:
        book.active.merge_cells(merge)
    book.save(path)
    return path


# Good rows and bad ones


def test_good_row_is_stored_and_bad_one_comes_back_as_a_file_that_imports_when_mended(
    companies: Path, empty_home: Path
) -> None:
    ended = done("import", companies)
    rejected = companies.with_name("companies-rejected.csv")
    assert ended.out.splitlines() == [
        "companies.csv：共2行，新增1家，更新0家，无变化0家，退回1行，跳过0行",
        f"退回的行及原因：{rejected}",
    ]
    assert "第3行 [统一社会信用代码]: “91350100M000100Y44”的校验码为“4”" in ended.err
    assert count(empty_home) == 1

    text = rejected.read_text("utf-8-sig")
    assert "大江铜材有限公司" in text
    assert "江陵铜箔有限公司" not in text
    written(rejected, text.replace("91350100M000100Y44", "91350100M000100Y43"))
    mended = done("import", rejected, "--json").json
    assert (mended["rows_added"], mended["rows_rejected"], mended["rejected_file"]) == (1, 0, None)
    assert count(empty_home) == 2


def test_file_of_rejected_rows_takes_the_place_of_no_other(companies: Path) -> None:
    first = done("import", companies, "--json").json["rejected_file"]
    kept = written(Path(first), "half mended")
    second = done("import", companies, "--json").json["rejected_file"]
    assert second == str(companies.with_name("companies-rejected-2.csv"))
    assert kept.read_text("utf-8") == "half mended"


def test_json_tells_the_same_by_row_column_value_and_what_to_do(companies: Path) -> None:
    known = done("import", companies, "--json", "--source", "某局 2026").json
    assert known["source"] == "某局 2026"
    counts = ("rows_read", "rows_added", "rows_updated", "rows_unchanged", "rows_rejected", "rows_skipped")
    assert [known[name] for name in counts] == [2, 1, 0, 0, 1, 0]
    (error,) = known["errors"]
    assert (error["row"], error["column"], error["value"]) == (3, "统一社会信用代码", "91350100M000100Y44")
    assert error["problem"].endswith("应为“3”。")
    assert error["advice"].startswith("请")
    assert sum(known["issue_counts"].values()) == len(known["errors"]) + len(known["warnings"])


def test_importing_again_changes_nothing(companies: Path) -> None:
    done("import", companies)
    again = done("import", companies, "--json").json
    assert (again["rows_added"], again["rows_updated"], again["rows_unchanged"]) == (0, 0, 1)


def test_dry_run_stores_nothing_and_leaves_no_file(companies: Path, empty_home: Path) -> None:
    before = files(companies.parent)
    ended = done("import", "--dry-run", companies)
    assert "将新增1家" in ended.out
    assert "本次未写入任何数据" in ended.out
    assert (count(empty_home), count(empty_home, "import_batch")) == (0, 0)
    assert files(companies.parent) == before


def test_dry_run_writes_the_rejected_rows_where_it_is_told(companies: Path, tmp_path: Path) -> None:
    target = tmp_path / "bad.csv"
    assert done("import", "--dry-run", companies, "--rejected", target, "--json").json["rejected_file"]
    assert "大江铜材有限公司" in target.read_text("utf-8-sig")


def test_rejected_rows_never_overwrite_the_file_they_are_from(companies: Path, empty_home: Path) -> None:
    before = companies.read_bytes()
    ended = run("import", companies, "--rejected", companies)
    assert ended.code == 1
    assert (
        ended.error == f"--rejected {companies}: the file exists: give another name, nothing was overwritten"
    )
    assert companies.read_bytes() == before
    assert count(empty_home) == 0


def test_rejected_rows_without_a_folder_are_refused_before_the_import(
    companies: Path, empty_home: Path, tmp_path: Path
) -> None:
    ended = run("import", companies, "--rejected", tmp_path / "nowhere" / "bad.csv")
    assert ended.code == 1
    assert f"there is no folder {tmp_path / 'nowhere'}: make it, or give another" in ended.error
    assert count(empty_home) == 0


def test_rejected_rows_that_cannot_be_written_are_told_with_what_was_stored(
    companies: Path, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("service.cli.companies.write_rejected_rows", fail)
    before = files(companies.parent)
    ended = run("import", companies)
    assert ended.code == 1
    assert ended.error.endswith(
        "companies-rejected.csv: No space left on device: the rejected rows could not be written there, "
        "the other rows are stored: import the file again with --rejected and a place that can be written to"
    )
    assert count(empty_home) == 1
    assert files(companies.parent) == before  # no half of a file


def test_report_is_in_the_language_of_the_setting(companies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANZHAO_LANGUAGE", "en")
    ended = done("import", companies)
    assert ended.out.startswith(
        "companies.csv: 2 rows: 1 added, 0 updated, 0 unchanged, 1 rejected, 0 skipped\n"
    )
    assert "  row 3 [统一社会信用代码]: The check character of “91350100M000100Y44” is “4”" in ended.err
    assert "Rejected rows with their reasons: " in ended.out


# Files as people send them


@pytest.mark.usefixtures("companies")
def test_gbk_file_is_read_and_that_is_said(tmp_path: Path) -> None:
    known = done("import", "--json", written(tmp_path / "gbk.csv", HEADER + GOOD, "gbk")).json
    assert (known["encoding"], known["rows_added"]) == ("gb18030", 1)
    assert "encoding_guessed" in known["issue_counts"]
    assert done("show", "company", "江陵铜箔有限公司", "--json").json["province"] == "江西"


def test_file_with_a_name_in_gbk_is_imported_under_a_readable_name(tmp_path: Path) -> None:
    name = "企业.csv".encode("gbk").decode("utf-8", "surrogateescape")
    known = done("import", "--json", written(tmp_path / name, HEADER + GOOD + WRONG)).json
    assert (known["file_name"], known["source"], known["rows_added"]) == ("企业.csv", "企业.csv", 1)
    assert known["rejected_file"] == str(tmp_path / "企业-rejected.csv")


@pytest.mark.parametrize(
    ("rows", "merges"),
    [
        ([["企业汇总表", None, None], ["企业名称", "省份", "主营产品"]], ["A1:C1"]),
        ([["企业名称", "所在地", None], [None, "省份", "主营产品"]], ["A1:A2", "B1:C1"]),
        ([["企业", None, "经营"], ["名称", "省份", "主营产品"]], ["A1:B1"]),
    ],
    ids=["title", "merged down and across", "groups"],
)
def test_workbook_with_merged_header_is_read(
    rows: list[list[Any]], merges: list[str], tmp_path: Path
) -> None:
    path = workbook(tmp_path / "a.xlsx", [*rows, ["江陵铜箔有限公司", "江西", "电解铜箔"]], *merges)
    known = done("import", "--json", path).json
    assert (known["rows_added"], known["rows_rejected"]) == (1, 0)
    company = done("show", "company", "江陵铜箔有限公司", "--json").json
    assert (company["province"], company["product_names"]) == ("江西", "电解铜箔")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "a.csv: is empty"),
        (
            "a.csv",
            b"foo,bar\n1,2\n",
            "a.csv: no column holds the company name. Columns found in row 1: foo, bar",
        ),
        ("a.csv", HEADER.encode(), "a.csv: has a header but no row below it"),
        ("a.xlsx", b"not a workbook", "a.xlsx: is named .xlsx but is no workbook"),
        ("a.xlsx", b"PK\x03\x04 cut", "a.xlsx: is damaged and cannot be opened"),
        ("a.docx", b"text", "a.docx: .docx files cannot be imported: save it as xlsx, csv or jsonl"),
        ("a.jsonl", b"[1]\n", "a.jsonl: "),
    ],
)
def test_file_that_cannot_be_used_is_named_and_nothing_is_stored(
    name: str, content: bytes, message: str, tmp_path: Path, empty_home: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    ended = run("import", tmp_path / name)
    assert (ended.code, ended.out) == (1, "")
    assert ended.error.startswith(message)
    assert (count(empty_home), count(empty_home, "import_batch")) == (0, 0)


def test_unknown_column_is_named_and_the_others_are_imported(tmp_path: Path) -> None:
    ended = done("import", written(tmp_path / "a.csv", "企业名称,神秘列\n江陵铜箔有限公司,x\n"))
    assert "新增1家" in ended.out
    assert "“神秘列”列无法识别，未导入。" in ended.err


@pytest.mark.parametrize("arguments", [["nowhere.csv"], ["--kind", "rumour", __file__], []])
def test_wrong_use_ends_with_two(arguments: list[str]) -> None:
    assert run("import", *arguments).code == 2


def test_source_that_is_too_long_is_refused(companies: Path, empty_home: Path) -> None:
    ended = run("import", companies, "--source", "甲" * 201)
    assert ended.code == 1
    assert "say in 1 to 200 characters where the facts are from" in ended.error
    assert count(empty_home) == 0


# Stopped in the middle


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """More rows than are stored at once."""
    rows = "".join(f"第{number}号铜业有限公司,,江西,铜箔\n" for number in range(1200))
    return written(tmp_path / "many.csv", HEADER + rows)


def test_stopped_import_leaves_nothing_and_can_be_repeated(
    many: Path, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = CompanyRowReader.read

    def stop_late(self: CompanyRowReader, row: Any) -> Any:
        if row.number == 1100:
            raise KeyboardInterrupt
        return read(self, row)

    with monkeypatch.context() as patch:
        patch.setattr(CompanyRowReader, "read", stop_late)
        ended = run("import", many)
    assert ended.code == 130
    assert ended.error.startswith("stopped; nothing was left half-written")
    assert (count(empty_home), count(empty_home, "import_batch")) == (0, 0)
    assert done("import", many, "--json").json["rows_added"] == 1200


KILLED_AT_ROW_1100 = """
import os, signal
from service.readers.company_rows import CompanyRowReader
read = CompanyRowReader.read
def die_late(self, row):
    if row.number == 1100:
        os.kill(os.getpid(), signal.SIGKILL)
    return read(self, row)
CompanyRowReader.read = die_late
from service.cli.main import main
main()
"""


def test_killed_import_leaves_nothing_and_can_be_repeated(many: Path, empty_home: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AT_ROW_1100, "import", str(many)], capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert (count(empty_home), count(empty_home, "import_batch")) == (0, 0)
    assert done("import", many, "--json").json["rows_added"] == 1200


@contextmanager
def full_disk(pages: int) -> Iterator[None]:
    """SQLite files can grow to so many pages."""

    def limit(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(Engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(Engine, "connect", limit)


def test_full_disk_is_named_and_nothing_is_stored(many: Path, empty_home: Path) -> None:
    with full_disk(120):
        ended = run("import", many)
    assert ended.code == 1
    assert ended.error == (
        f"database {empty_home / 'lianzhao.sqlite3'}: database or disk is full: "
        "make room and try again; nothing was stored"
    )
    assert (count(empty_home), count(empty_home, "import_batch")) == (0, 0)
    assert done("import", many, "--json").json["rows_added"] == 1200


def test_another_writer_is_waited_for_and_named(
    companies: Path, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.db.BUSY_TIMEOUT_S", 0.1)
    with closing(sqlite3.connect(empty_home / "lianzhao.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ended = run("import", companies)
        assert done("show", "runs", "--json").json == []  # reading waits for nobody
    assert ended.code == 1
    assert ended.error.startswith("database: another process is writing (database is locked): wait until")
    assert done("import", companies, "--json").json["rows_added"] == 1


# The template


def test_template_is_written_and_its_example_is_skipped(tmp_path: Path) -> None:
    for name in ("template.xlsx", "template.csv"):
        assert done("template", tmp_path / name).out == f"{tmp_path / name}\n"
        known = done("import", "--json", tmp_path / name).json
        assert (known["rows_read"], known["rows_added"], known["rows_skipped"]) == (1, 0, 1)
    sheet = load_workbook(tmp_path / "template.xlsx").worksheets[0]
    header = done("import", "--json", "--dry-run", tmp_path / "template.csv").json["columns"]
    assert [cell.value for cell in sheet[1]] == list(header)


def test_filled_template_is_imported(tmp_path: Path, empty_home: Path) -> None:
    path = tmp_path / "template.csv"
    assert done("template", "--json", path).json == {"file": str(path)}
    header = path.read_text("utf-8-sig").splitlines()[0]
    row = ["江陵铜箔有限公司", *[""] * header.count(",")]
    written(path, f"{header}\n{','.join(row)}\n")
    assert done("import", "--json", path).json["rows_added"] == 1
    assert count(empty_home) == 1


def test_template_overwrites_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.xlsx", "mine")
    ended = run("template", path)
    assert ended.code == 1
    assert ended.error == f"template {path}: the file exists: give another name, nothing was overwritten"
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("template.ods", "template {path}: the name must end in .xlsx or .csv"),
        ("nowhere/template.csv", "{path}: there is no folder {folder}: make it, or give another"),
    ],
)
def test_template_under_a_wrong_name_is_refused(name: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    ended = run("template", path)
    assert ended.code == 1
    assert ended.error == message.format(path=path, folder=path.parent)


def test_template_that_cannot_be_finished_leaves_no_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(target: Any) -> None:
        target.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("service.cli.companies.write_template_csv", fail)
    ended = run("template", tmp_path / "template.csv")
    assert ended.code == 1
    assert ended.error == "system: No space left on device: make room and try again"
    assert files(tmp_path) == set()
