"""Undoing an import: restored, removed, and left alone."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Company, ImportBatch, ImportChange, MatchCandidate, MatchRun
from service.actors import Actor
from service.company_records import CompanyRecord, ProductRecord, TagRecord, record_as_json, record_from_json
from service.errors import PermissionDenied
from service.match_inputs import company_snapshot
from service.operations.companies import get_company
from service.operations.import_undo import AlreadyUndone, UndoReport, can_be_undone, undo_import
from service.operations.imports import get_import_batch, import_companies

CURATOR = Actor("张三", "curator", user_id=1)
DAY = date(2026, 1, 1)
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
FOIL: dict[str, Any] = {
    "id": "F1",
    "name": "江陵铜箔",
    "full_name": "江陵铜箔股份有限公司",
    "province": "江西",
    "city": "九江市",
    "employees": 300,
    "founded_on": "2001-02-03",
    "reg_capital": "3000万元",
    "products": [{"name": "高档电解铜箔", "revenue_share": 0.8}],
    "tags": ["专精特新"],
    "main_business": "电解铜箔的生产",
}


def take(session: Session, *rows: dict[str, Any], source: str = "甲") -> ImportBatch:
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    report = import_companies(
        session,
        CURATOR,
        io.BytesIO(text.encode()),
        file_name="a.jsonl",
        source=source,
        fetched_on=date(2026, 1, 1),
    )
    assert report.rows_rejected == 0
    assert report.batch_id is not None
    return get_import_batch(session, report.batch_id)


def undo(session: Session, batch: ImportBatch) -> UndoReport:
    return undo_import(session, CURATOR, batch, now=NOW)


def facts(session: Session, key: str) -> dict[str, Any]:
    """All that is shown of a company."""
    session.expire_all()
    company = get_company(session, key)
    return {
        **{c.name: getattr(company, c.name) for c in Company.__table__.columns if c.name != "updated_at"},
        "products": [(p.name, p.revenue_share) for p in company.products],
        "tags": [t.code for t in company.tags],
        "passages": [(p.field, p.start_at, p.end_at, p.text_key) for p in company.passages],
        "provenance": sorted((p.field, p.source, p.fetched_on, p.batch_id) for p in company.provenance),
    }


def test_changed_company_gets_back_every_fact_and_where_it_was_from(session: Session) -> None:
    take(session, FOIL)
    before = facts(session, "F1")
    second = take(
        session,
        {
            **FOIL,
            "employees": 900,
            "city": "南昌市",
            "products": [{"name": "覆铜板"}],
            "tags": ["小巨人"],
            "main_business": "覆铜板的生产",
            "industry": "制造业",
        },
        source="乙",
    )
    assert facts(session, "F1") != before
    assert undo(session, second) == UndoReport(1, 0, (), (), 0)
    assert facts(session, "F1") == before


def test_added_company_is_removed_and_the_index_sees_no_change(session: Session) -> None:
    take(session, FOIL)
    snapshot = company_snapshot(session)
    second = take(session, {"id": "F2", "name": "大江铜材有限公司", "products": [{"name": "铜杆"}]})
    assert company_snapshot(session) != snapshot
    assert undo(session, second) == UndoReport(0, 1, (), (), 0)
    assert session.scalars(select(Company.external_id)).all() == ["F1"]
    assert company_snapshot(session) == snapshot


def test_company_that_was_changed_since_stays(session: Session) -> None:
    first = take(session, FOIL)
    take(session, {**FOIL, "employees": 900})
    assert undo(session, first) == UndoReport(0, 0, ("江陵铜箔",), (), 1)
    assert get_company(session, "F1").employees == 900


def test_imports_undone_from_the_last_to_the_first_leave_nothing(session: Session) -> None:
    first = take(session, FOIL)
    second = take(session, {**FOIL, "employees": 900})
    assert undo(session, second).restored == 1
    assert undo(session, first).removed == 1
    assert session.scalars(select(Company)).all() == []


def test_company_that_a_kept_run_refers_to_stays(session: Session) -> None:
    batch = take(session, FOIL, {"id": "F2", "name": "大江铜材有限公司"})
    run = MatchRun(need="铜箔", requirements=[], filters={}, receipt={}, created_by="x")
    session.add(run)
    session.flush()
    session.add(
        MatchCandidate(
            run_id=run.id,
            company_id=get_company(session, "F1").id,
            company_external_id="F1",
            rank=1,
            score=0.0,
            probability=0.5,
            band="A",
            explanation={},
        )
    )
    session.flush()
    assert undo(session, batch) == UndoReport(0, 1, (), ("江陵铜箔",), 1)
    assert session.scalars(select(Company.external_id)).all() == ["F1"]


def test_company_named_twice_in_one_file_goes_back_to_before_the_file(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.operations.import_run.ROWS_AT_ONCE", 1)  # two rows are two chunks
    take(session, FOIL)
    before = facts(session, "F1")
    batch = take(
        session,
        {"id": "F1", "name": "江陵铜箔", "employees": 5},
        {"id": "F1", "name": "江陵铜箔", "industry": "制造业"},
    )
    assert (get_company(session, "F1").employees, get_company(session, "F1").industry) == (5, "制造业")
    assert len(session.scalars(select(ImportChange).where(ImportChange.batch_id == batch.id)).all()) == 1
    assert undo(session, batch).restored == 1
    assert facts(session, "F1") == before


def test_import_is_undone_once(session: Session) -> None:
    batch = take(session, FOIL)
    assert can_be_undone(session, batch)
    undo(session, batch)
    assert (batch.undone_by, batch.undone_at) == ("张三", NOW)
    assert not can_be_undone(session, batch)
    with pytest.raises(AlreadyUndone):
        undo(session, batch)


def test_import_that_changed_nothing_has_nothing_to_undo(session: Session) -> None:
    take(session, FOIL)
    assert not can_be_undone(session, take(session, FOIL))


def test_undoing_needs_the_right_to_import(session: Session) -> None:
    batch = take(session, FOIL)
    with pytest.raises(PermissionDenied):
        undo_import(session, Actor("李四", "officer", user_id=2), batch, now=NOW)


def test_record_comes_back_from_json_as_it_was() -> None:
    record = CompanyRecord(
        "F1",
        "江陵铜箔",
        founded_on=date(2001, 2, 3),
        reg_capital_wan=Decimal("3000.00"),
        products=(ProductRecord("铜箔", 0.8, 2024), ProductRecord("铜杆")),
        tags=(TagRecord("小巨人", "国家级", None, date(2024, 1, 1), None, "x"),),
        former_names=("江铜",),
    )
    assert record_from_json(json.loads(json.dumps(record_as_json(record)))) == record
