"""Answers of a meeting: facts that were stated, remarks, and what they do to the rank."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.engine import Engine
from models import AuditEntry, Company, CompanyProvenance, EventEntry
from service.errors import InvalidInput, NotFound
from service.operations.event_answers import Answer, answer_question
from service.operations.event_ranks import rank_in_gap
from tests.factories import make_company
from tests.service.event_lists import ORGANISER, make_entry, make_event

TODAY = date(2027, 3, 1)


@pytest.fixture
def entry(session: Session) -> EventEntry:
    event = make_event(session)
    for number in range(3):
        make_company(session, f"诺德{number}", products=[("铜箔", 0.2), ("白酒", 0.8)])
    return make_entry(session, event, "江陵铜业", products=[("铜带", 0.3)], evidence=[])


def answered(session: Session, code: str, text: str) -> Answer:
    return answer_question(
        session, ORGANISER, "LS2027", "江陵铜业", code, text, said_by="董事会办公室", said_on=TODAY
    )


def company_of(session: Session, entry: EventEntry) -> Company:
    company = session.scalars(select(Company).where(Company.external_id == entry.company_external_id)).one()
    session.refresh(company)
    return company


@pytest.mark.parametrize(
    ("code", "text", "field", "value"),
    [
        ("F1", "民营企业", "ownership", "private"),
        ("ownership", "国有控股", "ownership", "state"),
        ("F2", "江苏省", "province", "江苏"),
        ("F3", "苏州市", "city", "苏州市"),
        ("F5", "约1,200人", "employees", 1200),
        ("F7", "主营铜加工。", "description", "主营铜加工。"),
    ],
)
def test_answer_of_fact_becomes_a_stated_fact(
    session: Session, entry: EventEntry, code: str, text: str, field: str, value: object
) -> None:
    answered(session, code, text)

    company = company_of(session, entry)
    assert getattr(company, field) == value
    origin = session.scalars(
        select(CompanyProvenance).where(
            CompanyProvenance.company_id == company.id, CompanyProvenance.field == field
        )
    ).one()
    assert (origin.kind, origin.fetched_on, origin.source) == ("stated", TODAY, "LS2027 董事会办公室")
    assert origin.details is not None
    assert (origin.details["answer"], origin.details["recorded_by"]) == (text, "王五")
    assert (
        session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc())).first() == "company.stated"
    )


def test_share_is_that_of_the_largest_product(session: Session, entry: EventEntry) -> None:
    answered(session, "F8", "约占35%")
    assert [product.revenue_share for product in company_of(session, entry).products] == [0.35]


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        ("F1", "不清楚", "write 民营"),
        ("F2", "东海", "write a province"),
        ("F5", "很多", "write a whole number"),
        ("F6", "91360400MA35TEST0X", "compare it again"),
        ("F8", "一半", "write a share"),
        ("F1", " ", "between 1 and"),
    ],
)
def test_answer_that_is_no_value_is_refused(
    session: Session, entry: EventEntry, code: str, text: str, reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason):
        answered(session, code, text)


def test_unknown_question_is_told_with_those_there_are(session: Session, entry: EventEntry) -> None:
    with pytest.raises(NotFound, match="there are R1, R2"):
        answered(session, "X1", "是")
    with pytest.raises(NotFound, match="gap CU-01 has R1, R2"):
        answered(session, "R9", "是")


def test_denial_goes_to_the_remarks_and_no_text_of_the_company(session: Session, entry: EventEntry) -> None:
    before = company_of(session, entry).content_hash
    answer = answered(session, "R1", "没有电解铜箔产线")
    assert (answer.field, answer.is_indexed) == ("note", False)
    session.refresh(entry)
    assert entry.note == "R1：没有电解铜箔产线（董事会办公室，2027-03-01）"
    assert company_of(session, entry).content_hash == before


def test_affirmed_requirement_lifts_the_rank_with_the_next_index(
    session: Session, entry: EventEntry, open_engine: Callable[[], Engine]
) -> None:
    def rank() -> int | None:
        session.expire_all()
        found = rank_in_gap(
            session, ORGANISER, open_engine(), "LS2027", "江陵铜业", today=TODAY, home_province=None
        )
        assert found[0] == "CU-01"
        return found[1]

    before = rank()
    answer = answered(session, "R1", "已投产2万吨")
    after = rank()

    assert (answer.field, answer.new) == ("products_text", "电解铜箔（已投产2万吨）")
    assert before is None or before > 1
    assert after == 1
