"""Importing companies: what is stored, what is merged, what comes back, and that nothing is half-written."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from matching.passages import text_key
from models import (
    Company,
    CompanyPassage,
    CompanyProduct,
    CompanyProvenance,
    CompanyTag,
    ImportBatch,
    ImportIssue,
)
from service.actors import COMMAND_LINE, VISITOR
from service.company_records import FACT_FIELDS, CompanyRecord
from service.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from service.operations import import_run
from service.operations.company_identity import KnownCompanies
from service.operations.imports import (
    ImportReport,
    ImportStopped,
    get_import_batch,
    import_companies,
    iterate_records,
    list_import_batches,
    list_import_issues,
)
from service.readers.company_codes import check_character
from service.readers.company_issues import UnusableFile, problem_sentence
from service.readers.company_rows import id_of_name
from tests.service.readers.tables import write_csv, write_jsonl, write_xlsx

TODAY = date(2025, 6, 30)


def uscc(number: int) -> str:
    """A sound made-up code."""
    stem = f"91620100MA00{number:05}"
    return stem + check_character(stem)


@pytest.fixture
def load(session: Session, tmp_path: Path) -> Any:
    """Imports rows: dictionaries as jsonl, sequences as csv."""

    def run(rows: Sequence[Any], **options: Any) -> ImportReport:
        if isinstance(rows[0], dict | str):
            path = write_jsonl(tmp_path / "companies.jsonl", rows)
        else:
            path = write_csv(tmp_path / "companies.csv", rows)
        named = {"source": "测试名单", "fetched_on": TODAY, **options}
        return import_companies(session, COMMAND_LINE, path, **named)

    return run


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    """Rows added, updated, unchanged, rejected."""
    return report.rows_added, report.rows_updated, report.rows_unchanged, report.rows_rejected


def only(session: Session) -> Company:
    return session.scalars(select(Company)).one()


def names(session: Session) -> list[str]:
    return sorted(session.scalars(select(Company.name)))


def count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


FOIL = {
    "id": "S1",
    "name": "江陵铜箔",
    "full_name": "江陵铜箔有限公司",
    "uscc": uscc(1),
    "province": "甘肃",
    "city": "兰州市",
    "ownership": "民营",
    "employees": 120,
    "reg_capital": "3000万元",
    "founded_on": "2009-07-22",
    "main_business": "电解铜箔的研发、生产和销售。",
    "products": [
        {"name": "电解铜箔", "revenue_share": 0.62, "year": 2023},
        {"name": "铜材", "revenue_share": None},
    ],
    "tags": [{"code": "高新技术企业", "valid_to": "2027-06-30"}],
    "data_year": 2024,
}


# What is stored


def test_company_is_stored_with_all_its_facts(session: Session, load: Any) -> None:
    report = load([FOIL])
    assert (report.rows_read, counts(report)) == (1, (1, 0, 0, 0))
    company = only(session)
    assert (company.external_id, company.name, company.full_name) == ("S1", "江陵铜箔", "江陵铜箔有限公司")
    assert (company.uscc, company.name_key, company.ownership) == (uscc(1), "江陵铜箔", "private")
    assert (company.province, company.city, company.region_code) == ("甘肃", "兰州市", "620100")
    assert (company.employees, company.reg_capital_wan) == (120, Decimal("3000.00"))
    assert (company.founded_on, company.data_year) == (date(2009, 7, 22), 2024)
    assert company.product_names == "电解铜箔、铜材"
    assert [(p.name, p.revenue_share, p.year, p.sort_order) for p in company.products] == [
        ("电解铜箔", 0.62, 2023, 0),
        ("铜材", None, None, 1),
    ]
    assert [(t.code, t.valid_to) for t in company.tags] == [("高新技术企业", date(2027, 6, 30))]


def test_passages_point_into_the_stored_texts(session: Session, load: Any) -> None:
    load([FOIL])
    company = only(session)
    found = [(p.field, getattr(company, p.field)[p.start_at : p.end_at]) for p in company.passages]
    assert found == [
        ("product_names", "电解铜箔"),
        ("product_names", "铜材"),
        ("main_business", "电解铜箔的研发、生产和销售"),
        ("full_name", "江陵铜箔有限公司"),
    ]
    assert company.passages[0].text_key == text_key("电解铜箔")
    assert [p.sort_order for p in company.passages] == [0, 1, 2, 3]


def test_every_stated_fact_says_where_it_is_from(session: Session, load: Any) -> None:
    report = load([FOIL], kind="official")
    rows = session.scalars(select(CompanyProvenance)).all()
    stated = {"name", "full_name", "uscc", "province", "city", "region_code", "ownership", "employees"} | {
        "reg_capital_wan",
        "founded_on",
        "main_business",
        "product_names",
        "tags",
        "data_year",
    }
    assert {row.field for row in rows} == stated
    assert {(row.source, row.kind, row.fetched_on, row.batch_id) for row in rows} == {
        ("测试名单", "official", TODAY, report.batch_id)
    }


def test_batch_keeps_counts_mapping_and_checksum(session: Session, load: Any) -> None:
    report = load([["企业名称", "省份", "颜色"], ["甲厂", "甘肃", "红"], ["", "甘肃", ""]])
    batch = get_import_batch(session, report.batch_id)
    assert (batch.file_name, batch.file_format, batch.source) == ("companies.csv", "csv", "测试名单")
    assert (batch.rows_read, batch.rows_added, batch.rows_rejected) == (2, 1, 1)
    assert batch.column_mapping == {"企业名称": "name", "省份": "province"}
    assert batch.imported_by == "command-line"
    assert len(batch.file_sha256) == 64
    assert report.columns == batch.column_mapping


def test_good_rows_land_and_bad_rows_are_kept_as_issues(session: Session, load: Any) -> None:
    report = load(
        [
            ["企业名称", "统一社会信用代码", "员工人数", "颜色"],
            ["甲厂", uscc(1), "12", ""],
            ["乙厂", uscc(2)[:-1] + "?", "12", ""],
            ["", uscc(3), "12", ""],
            ["丁厂", uscc(4), "许多", ""],
        ]
    )
    assert names(session) == ["丁厂", "甲厂"]
    assert counts(report) == (2, 0, 0, 2)
    stored = session.scalars(select(ImportIssue).order_by(ImportIssue.row_number, ImportIssue.id)).all()
    assert [(i.row_number, i.column_name, i.value, i.code, i.severity) for i in stored] == [
        (1, "颜色", "颜色", "unlike_column", "warning"),
        (3, "统一社会信用代码", uscc(2)[:-1] + "?", "uscc_character", "error"),
        (4, "企业名称", "", "name_missing", "error"),
        (5, "员工人数", "许多", "number_unreadable", "warning"),
    ]
    assert [issue.code for issue in report.errors] == ["uscc_character", "name_missing"]
    assert [issue.code for issue in report.warnings] == ["unlike_column", "number_unreadable"]
    assert report.issue_counts == {
        "unlike_column": 1,
        "uscc_character": 1,
        "name_missing": 1,
        "number_unreadable": 1,
    }


def test_issues_are_listed_as_they_were_found(session: Session, load: Any) -> None:
    report = load([["企业名称", "统一社会信用代码"], ["甲厂", "1"], ["乙厂", ""]])
    assert list(list_import_issues(session, report.batch_id, errors_only=True)) == list(report.errors)
    assert "1 characters" in problem_sentence("en", report.errors[0])


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_tables_of_both_kinds_are_imported(session: Session, tmp_path: Path, kind: str) -> None:
    rows = [["企业名称", "统一社会信用代码", "成立日期"], ["甲厂", uscc(1), "2009-07-22"]]
    path = write_xlsx(tmp_path / "a.xlsx", rows) if kind == "xlsx" else write_csv(tmp_path / "a.csv", rows)
    with path.open("rb") as stream:
        report = import_companies(session, COMMAND_LINE, stream, file_name=f"名单.{kind}", source="x")
    assert (report.file_name, report.file_format, counts(report)) == (f"名单.{kind}", kind, (1, 0, 0, 0))
    assert only(session).founded_on == date(2009, 7, 22)


# Importing again


def test_same_file_again_changes_nothing(session: Session, load: Any) -> None:
    rows = [
        FOIL,
        {**FOIL, "id": "S2", "name": "乙", "full_name": "乙铜业有限公司", "uscc": uscc(2)},
        {"name": "丙厂"},
    ]
    load(rows)
    before = {c.external_id: (c.content_hash, c.updated_at) for c in session.scalars(select(Company))}
    ids = list(session.scalars(select(CompanyPassage.id).order_by(CompanyPassage.id)))
    assert counts(load(rows)) == (0, 0, 3, 0)
    session.expire_all()
    assert {c.external_id: (c.content_hash, c.updated_at) for c in session.scalars(select(Company))} == before
    assert list(session.scalars(select(CompanyPassage.id).order_by(CompanyPassage.id))) == ids


def test_changed_row_updates_its_company(session: Session, load: Any) -> None:
    load([FOIL])
    first = only(session).content_hash
    report = load(
        [{**FOIL, "employees": 130, "products": [{"name": "铜棒"}], "main_business": "铜棒"}], source="新名单"
    )
    assert counts(report) == (0, 1, 0, 0)
    company = only(session)
    assert (company.employees, company.product_names, company.main_business) == (130, "铜棒", "铜棒")
    assert [p.name for p in company.products] == ["铜棒"]
    assert {(p.field, p.start_at, p.end_at) for p in company.passages} == {
        ("product_names", 0, 2),
        ("main_business", 0, 2),
        ("full_name", 0, 8),
    }
    assert company.content_hash != first
    sources = {row.field: row.source for row in company.provenance}
    assert {field for field, source in sources.items() if source == "新名单"} == {
        "employees",
        "product_names",
        "main_business",
    }
    assert sources["uscc"] == "测试名单"


def test_update_without_a_new_text_leaves_passages_alone(session: Session, load: Any) -> None:
    load([FOIL])
    ids = [p.id for p in only(session).passages]
    load([{**FOIL, "employees": 130}])
    assert [p.id for p in only(session).passages] == ids


def test_empty_cells_erase_nothing(session: Session, load: Any) -> None:
    load([FOIL])
    report = load(
        [{"id": "S1", "name": "江陵铜箔", "employees": "", "products": [], "uscc": None, "city": "-"}]
    )
    assert counts(report) == (0, 0, 1, 0)
    assert only(session).employees == 120


def test_new_facts_are_added_to_a_known_company(session: Session, load: Any) -> None:
    load([["企业名称"], ["江陵铜箔有限公司"]])
    load(
        [
            ["企业名称", "统一社会信用代码", "员工人数"],
            ["江陵铜箔有限公司", uscc(1), "9"],
        ]
    )
    company = only(session)
    assert (company.uscc, company.employees) == (uscc(1), 9)
    assert company.external_id == id_of_name("江陵铜箔")


# Which company a row speaks of


def test_code_finds_a_company_whose_name_has_another_form(session: Session, load: Any) -> None:
    load([["企业名称", "统一社会信用代码"], ["江陵铜箔有限公司", uscc(1)]])
    report = load([["企业名称", "统一社会信用代码"], ["江陵铜箔股份有限公司", uscc(1)]])
    assert counts(report) == (0, 1, 0, 0)
    assert only(session).full_name == "江陵铜箔股份有限公司"


def test_stock_code_finds_a_company(session: Session, load: Any) -> None:
    load([{"id": "A1", "name": "江陵铜业", "stock_code": "600362"}])
    report = load([["企业名称", "股票代码", "员工人数"], ["江陵铜业股份有限公司", "600362", "7"]])
    assert counts(report) == (0, 1, 0, 0)
    assert (only(session).external_id, only(session).employees) == ("A1", 7)


def test_name_finds_a_company_without_codes(session: Session, load: Any) -> None:
    load([["企业名称"], ["江陵铜箔（甘肃）有限公司"]])
    assert counts(load([["公司名称", "员工"], ["江陵铜箔(甘肃)有限责任公司", ""]]))[0] == 0
    assert count(session, Company) == 1


def test_code_of_a_company_with_another_name_is_refused(session: Session, load: Any) -> None:
    load([["企业名称", "统一社会信用代码", "员工人数"], ["江陵铜箔有限公司", uscc(1), "5"]])
    report = load([["企业名称", "统一社会信用代码", "员工人数"], ["北方物流有限公司", uscc(1), "900"]])
    assert counts(report) == (0, 0, 0, 1)
    assert (only(session).name, only(session).employees) == ("江陵铜箔有限公司", 5)
    issue = report.errors[0]
    assert (issue.column, issue.value, issue.code) == ("统一社会信用代码", uscc(1), "code_of_another")
    assert problem_sentence("en", issue) == (
        f"The code {uscc(1)} already stands for 江陵铜箔有限公司, which has another name."
    )


def test_clash_inside_one_file_names_the_row(load: Any) -> None:
    report = load(
        [["企业名称", "统一社会信用代码"], ["江陵铜箔有限公司", uscc(1)], ["北方物流有限公司", uscc(1)]]
    )
    assert counts(report) == (1, 0, 0, 1)
    assert problem_sentence("en", report.errors[0]).endswith(
        "江陵铜箔有限公司 (row 2), which has another name."
    )


def test_former_name_lets_a_renamed_company_be_found(session: Session, load: Any) -> None:
    load([["企业名称", "统一社会信用代码"], ["江陵铜箔有限公司", uscc(1)]])
    report = load(
        [["企业名称", "统一社会信用代码", "曾用名"], ["大江新材料有限公司", uscc(1), "江陵铜箔有限公司"]]
    )
    assert counts(report) == (0, 1, 0, 0)
    assert only(session).name_key == "大江新材料"
    assert [(issue.code, issue.params["other"]) for issue in report.warnings] == [
        ("renamed", "江陵铜箔有限公司")
    ]


def test_former_name_finds_a_company_without_a_code(session: Session, load: Any) -> None:
    load([["企业名称"], ["江陵铜箔有限公司"]])
    load([["企业名称", "曾用名"], ["大江新材料有限公司", "江陵铜箔公司"]])
    assert names(session) == ["大江新材料有限公司"]


def test_two_codes_of_two_companies_are_refused(load: Any) -> None:
    load([{"name": "甲厂", "uscc": uscc(1)}, {"name": "乙厂", "stock_code": "600002"}])
    report = load([{"name": "甲厂", "uscc": uscc(1), "stock_code": "600002"}])
    assert counts(report) == (0, 0, 0, 1)
    assert (report.errors[0].code, report.errors[0].params) == (
        "codes_of_two",
        {"other": "甲厂", "second": "乙厂"},
    )


def test_same_name_with_another_code_is_another_company(session: Session, load: Any) -> None:
    load([{"name": "兴达铜业", "uscc": uscc(1)}])
    report = load([{"name": "兴达铜业", "uscc": uscc(2)}])
    assert counts(report) == (1, 0, 0, 0)
    assert [issue.code for issue in report.warnings] == ["same_name"]
    assert count(session, Company) == 2


def test_shares_of_two_codes_stay_two_entries(session: Session, load: Any) -> None:
    # A-share 300818 once carried the full name of 600028: a name must not join them.
    load([{"id": "A1", "name": "甲", "full_name": "中原石化股份有限公司", "stock_code": "300818"}])
    load([{"id": "A2", "name": "乙", "full_name": "中原石化股份有限公司", "stock_code": "600028"}])
    assert names(session) == ["乙", "甲"]


def test_name_of_two_companies_is_refused(load: Any) -> None:
    load([{"name": "兴达铜业", "uscc": uscc(1)}, {"name": "兴达铜业", "uscc": uscc(2)}])
    report = load([{"name": "兴达铜业有限公司", "employees": 5}])
    assert counts(report) == (0, 0, 0, 1)
    assert (report.errors[0].code, report.errors[0].params["count"]) == ("name_ambiguous", 2)


def test_number_finds_a_company_that_was_corrected(session: Session, load: Any) -> None:
    load([{"id": "7", "name": "江陵铜箔新材料"}])
    report = load([{"id": "7", "name": "江陵电解铜箔新材料", "employees": 5}])
    assert counts(report) == (0, 1, 0, 0)
    assert names(session) == ["江陵电解铜箔新材料"]


def test_number_of_another_source_means_another_company(session: Session, load: Any) -> None:
    load([{"id": "7", "name": "江陵铜箔"}], source="甲局")
    report = load([{"id": "7", "name": "北方物流"}], source="乙局")
    assert counts(report) == (1, 0, 0, 0)
    assert [issue.code for issue in report.warnings] == ["id_taken"]
    assert names(session) == ["北方物流", "江陵铜箔"]
    assert counts(load([{"id": "7", "name": "北方物流"}], source="乙局")) == (0, 0, 1, 0)


def test_number_that_is_given_anew_in_one_source_is_refused(session: Session, load: Any) -> None:
    load([{"id": "7", "name": "江陵铜箔"}])
    report = load([{"id": "7", "name": "北方物流"}])
    assert (counts(report), report.errors[0].code) == ((0, 0, 0, 1), "id_twice")
    assert names(session) == ["江陵铜箔"]


def test_number_twice_in_a_file_is_refused_with_the_row(load: Any) -> None:
    report = load([{"id": "7", "name": "江陵铜箔"}, {"id": "7", "name": "北方物流"}])
    assert counts(report) == (1, 0, 0, 1)
    assert problem_sentence("en", report.errors[0]) == "The number 7 already stands for 江陵铜箔 (row 1)."


def test_corrected_code_under_the_same_number_and_name_is_said(session: Session, load: Any) -> None:
    load([{"id": "7", "name": "江陵铜箔", "uscc": uscc(1)}])
    report = load([{"id": "7", "name": "江陵铜箔", "uscc": uscc(2)}])
    assert counts(report) == (0, 1, 0, 0)
    assert [issue.code for issue in report.warnings] == ["uscc_replaced"]
    assert only(session).uscc == uscc(2)


def test_number_made_from_a_code_does_not_collide_after_a_correction(session: Session, load: Any) -> None:
    load([["企业名称", "统一社会信用代码"], ["江陵铜箔有限公司", uscc(1)]])
    company = only(session)
    company.uscc = uscc(2)
    session.flush()
    load([["企业名称", "统一社会信用代码"], ["北方物流有限公司", uscc(1)]])
    assert sorted(session.scalars(select(Company.external_id))) == [uscc(1), f"{uscc(1)}-2"]


def test_many_companies_of_one_former_name_get_ids_of_their_own(session: Session, load: Any) -> None:
    for number in range(1, 6):
        load([["企业名称"], ["兴达铜业"]])
        session.execute(update(Company).values(name="改", name_key=f"改{number}", full_name=None))
    made = id_of_name("兴达铜业")
    assert sorted(session.scalars(select(Company.external_id))) == [
        made,
        *(f"{made}-{n}" for n in range(2, 6)),
    ]


# Two rows of one file


def test_two_rows_of_one_company_are_merged_and_the_first_holds(session: Session, load: Any) -> None:
    rows = [
        {
            "id": "A1",
            "name": "江陵铜业",
            "full_name": "江陵铜业股份有限公司",
            "employees": 5,
            "stock_code": "600362",
        },
        {"id": "S9", "name": "江陵", "full_name": "江陵铜业有限公司", "employees": 7, "uscc": uscc(1)},
    ]
    report = load(rows)
    assert (counts(report), report.rows_merged) == ((1, 1, 0, 0), 1)
    company = only(session)
    assert (company.external_id, company.name, company.employees, company.uscc) == (
        "A1",
        "江陵铜业",
        5,
        uscc(1),
    )
    issue = report.warnings[0]
    assert (issue.row, issue.code, issue.params) == (2, "same_company", {"row": 1})
    assert counts(load(rows)) == (0, 0, 2, 0)


def test_rows_of_one_company_are_merged_across_chunks(
    session: Session, load: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "ROWS_AT_ONCE", 2)
    rows: list[dict[str, Any]] = [
        {"name": "甲厂", "uscc": uscc(1), "employees": 5},
        {"name": "乙厂", "uscc": uscc(2)},
        {"name": "丙厂", "uscc": uscc(3)},
        {"name": "甲厂", "uscc": uscc(1), "employees": 7, "industry": "有色"},
        {"name": "甲厂", "uscc": uscc(1), "employees": 8, "industry": "黑色", "city": "兰州市"},
    ]
    assert counts(load(rows)) == (3, 2, 0, 0)
    company = session.scalars(select(Company).where(Company.uscc == uscc(1))).one()
    assert (company.employees, company.industry, company.city) == (5, "有色", "兰州市")
    assert counts(load(rows)) == (0, 0, 5, 0)
    changed = [*rows[:3], {**rows[3], "industry": "冶金"}, rows[4]]
    assert counts(load(changed)) == (0, 1, 4, 0)


def test_changed_first_row_still_holds_on_the_next_import(session: Session, load: Any) -> None:
    rows = [{"name": "甲厂", "employees": 5}, {"name": "甲厂", "employees": 7, "industry": "有色"}]
    load(rows)
    load([{"name": "甲厂", "employees": 6}, rows[1]])
    assert (only(session).employees, only(session).industry) == (6, "有色")


# Nothing is half-written


def test_stopped_import_leaves_nothing(session: Session, load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    load([{"name": "甲厂", "employees": 5}])
    monkeypatch.setattr(import_run, "ROWS_AT_ONCE", 2)
    answers = iter([False, True])
    rows = [{"name": "甲厂", "employees": 9}, *({"name": f"第{n}厂"} for n in range(5))]
    with pytest.raises(ImportStopped, match="stopped after 2 rows, nothing was stored"):
        load(rows, should_stop=lambda: next(answers))
    session.commit()  # a caller that goes on all the same keeps nothing of it either
    assert (names(session), only(session).employees) == (["甲厂"], 5)
    assert count(session, ImportBatch) == 1


def test_killed_import_leaves_nothing(session: Session, load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_run, "ROWS_AT_ONCE", 2)

    def interrupt(done: int, total: int | None) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load([{"name": f"第{n}厂"} for n in range(9)], progress=interrupt)
    assert [count(session, table) for table in (Company, CompanyPassage, ImportBatch, ImportIssue)] == [
        0,
        0,
        0,
        0,
    ]


def test_file_that_breaks_halfway_leaves_nothing(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "ROWS_AT_ONCE", 5)
    text = "企业名称,省份\n" + "".join(f"第{n}厂,甘肃\n" for n in range(30)) + '坏厂,"甘肃\n乙厂,青海\n'
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnusableFile) as caught:
        import_companies(session, COMMAND_LINE, path, source="x")
    assert (caught.value.code, caught.value.params["row"]) == ("open_quote", 32)
    assert [count(session, table) for table in (Company, ImportBatch)] == [0, 0]


def test_dry_run_reports_and_stores_nothing(session: Session, load: Any) -> None:
    load([{"name": "甲厂", "employees": 5}])
    report = load([{"name": "甲厂", "employees": 6}, {"name": "乙厂"}, {"name": ""}], dry_run=True)
    assert (report.is_dry_run, report.batch_id, counts(report)) == (True, None, (1, 1, 0, 1))
    assert [issue.code for issue in report.errors] == ["name_missing"]
    assert (names(session), only(session).employees) == (["甲厂"], 5)
    assert count(session, ImportBatch) == 1


def test_companies_of_another_import_meanwhile_are_a_conflict(
    session: Session, load: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    load([{"id": "1", "name": "甲厂", "uscc": uscc(1)}])
    # What another process stores after the companies were looked up is not seen.
    monkeypatch.setattr(import_run, "load_known", lambda session, records: KnownCompanies())
    with pytest.raises(Conflict, match="import it again"):
        load([{"id": "2", "name": "甲厂", "uscc": uscc(1)}])
    assert names(session) == ["甲厂"]


def test_report_adds_up(load: Any) -> None:
    report = load(
        [{"name": "甲厂"}, {"name": "甲厂"}, {"name": ""}, {"name": "示例高新材料（兰州）有限公司"}]
    )
    assert report.rows_read == 4 == sum(counts(report)) + report.rows_skipped
    assert (report.rows_skipped, report.rows_merged) == (1, 1)


def test_progress_tells_rows_and_ends_at_all(load: Any) -> None:
    seen: list[tuple[int, int | None]] = []
    load([["企业名称"], ["甲厂"], [], ["乙厂"]], progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 3), (2, 3), (2, 2)]


# What is refused as a whole


def test_import_needs_the_permission(session: Session) -> None:
    with pytest.raises(PermissionDenied):
        import_companies(session, VISITOR, io.BytesIO(b"name\nA\n"), file_name="a.csv", source="x")


@pytest.mark.parametrize(("source", "kind"), [("", "self"), ("长" * 201, "self"), ("x", "rumour")])
def test_origin_of_the_facts_must_be_said(session: Session, source: str, kind: str) -> None:
    with pytest.raises(InvalidInput):
        import_companies(
            session, COMMAND_LINE, io.BytesIO(b"name\nA\n"), file_name="a.csv", source=source, kind=kind
        )


def test_mapping_is_followed(session: Session, load: Any) -> None:
    load([["甲", "乙"], ["某厂", "甘肃"]], mapping={"甲": "name", "乙": "province"})
    assert (only(session).name, only(session).province) == ("某厂", "甘肃")


def test_values_that_a_database_refuses_are_taken_out(session: Session, load: Any) -> None:
    report = load(
        [
            '{"name": "甲\\u0000厂", "city": "\\ud800兰州市", "employees": "\\u0000x\\ud800"}',
            '{"name": "\\ud800"',
        ]
    )
    assert counts(report) == (1, 0, 0, 1)
    assert (only(session).name, only(session).city) == ("甲厂", "兰州市")


def test_longest_values_fit_their_columns(session: Session, load: Any) -> None:
    long = {
        "id": "i" * 64,
        "name": "名" * 200,
        "full_name": "全" * 300,
        "industry": "业" * 200,
        "city": "城" * 64,
        "province": "甘肃",
        "exchange": "E" * 16,
        "stock_code": "600362",
        "description": "述" * 50_000,
        "source": "x",
        "employees": 10_000_000,
        "reg_capital": "100000亿元",
        "products": [{"name": "品" * 300}],
        "tags": [{"code": "质" * 100, "level": "级" * 40, "batch": "批" * 70, "source": "源" * 300}],
    }
    report = load([long], source="源" * 200)
    assert counts(report) == (1, 0, 0, 0)
    assert only(session).reg_capital_wan == Decimal("1000000000.00")
    assert counts(load([long], source="源" * 200)) == (0, 0, 1, 0)


# Reading batches


def test_batches_are_listed_latest_first(session: Session, load: Any) -> None:
    first, second = load([{"name": "甲厂"}]), load([{"name": "乙厂"}])
    assert [batch.id for batch in list_import_batches(session)] == [second.batch_id, first.batch_id]
    assert [batch.id for batch in list_import_batches(session, limit=1, offset=1)] == [first.batch_id]


def test_unknown_batch_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="import 7"):
        get_import_batch(session, 7)
    with pytest.raises(NotFound):
        list_import_issues(session, 7)


# Without a database


def test_records_of_a_file_come_one_by_one_and_unmerged(tmp_path: Path) -> None:
    rows = [
        {"id": "A1", "name": "甲厂"},
        {"id": "S1", "name": "甲厂", "uscc": "1"},
        {"id": "S2", "name": ""},
        "x",
    ]
    found = list(iterate_records(write_jsonl(tmp_path / "a.jsonl", rows), today=TODAY))
    assert found == [
        CompanyRecord(external_id="A1", name="甲厂", full_name="甲厂"),
        CompanyRecord(external_id="S1", name="甲厂", full_name="甲厂"),
    ]


# Speed: what costs grows with the rows, not with the companies that are there


def test_statements_grow_with_the_chunks_and_not_with_the_rows(session: Session, load: Any) -> None:
    rows = [
        {**FOIL, "id": f"S{n}", "name": f"第{n}厂", "full_name": f"第{n}铜厂", "uscc": uscc(n)}
        for n in range(400)
    ]
    statements: list[str] = []
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    load(rows)
    new = len(statements)
    load(rows)
    assert new <= 25
    assert len(statements) - new <= 12
    assert count(session, CompanyProduct) == 800
    assert count(session, CompanyTag) == 400


def test_every_fact_is_compared_when_a_row_comes_again(session: Session, load: Any) -> None:
    load([{"id": "1", "name": "甲厂"}])
    full = {
        "id": "1",
        "name": "甲",
        "full_name": "甲厂",
        "uscc": uscc(1),
        "stock_code": "600362",
        "exchange": "SSE",
        "listed_on": "2019-07-22",
        "founded_on": "2009-07-22",
        "status": "存续",
        "ownership": "国有",
        "province": "甘肃",
        "city": "兰州市",
        "region_code": "620102",
        "industry": "有色",
        "employees": 5,
        "reg_capital": "3万元",
        "main_business": "a铜箔",
        "business_scope": "b铜箔",
        "description": "c铜箔",
        "technologies": "d电沉积",
        "products_text": "e铜箔",
        "products": ["铜箔"],
        "tags": ["瞪羚"],
        "data_year": 2024,
    }
    assert counts(load([full])) == (0, 1, 0, 0)
    assert counts(load([full])) == (0, 0, 1, 0)
    fields = {row.field for row in only(session).provenance}
    assert fields == {"product_names" if f == "products" else f for f in FACT_FIELDS}
