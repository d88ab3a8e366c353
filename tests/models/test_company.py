"""Companies with products, tags, passages and provenance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import (
    Company,
    CompanyPassage,
    CompanyProduct,
    CompanyProvenance,
    CompanyTag,
    ImportBatch,
)
from models.company import OWNERSHIPS, PROVENANCE_KINDS
from tests.factories import make_company


def provenance(field: str = "name", **fields: Any) -> CompanyProvenance:
    return CompanyProvenance(**{"field": field, "source": "年报", "kind": "official", **fields})


def passage(start_at: int, end_at: int) -> CompanyPassage:
    return CompanyPassage(field="product_names", start_at=start_at, end_at=end_at, text_key="k")


@pytest.mark.parametrize("ownership", OWNERSHIPS)
def test_every_ownership_is_accepted(session: Session, ownership: str) -> None:
    assert make_company(session, ownership=ownership).id == 1


def test_unknown_ownership_is_refused(session: Session) -> None:
    with pytest.raises(IntegrityError, match="ck_company_ownership"):
        make_company(session, ownership="royal")


def test_ownership_is_unknown_until_somebody_says(session: Session) -> None:
    company = make_company(session)
    session.expire(company)
    assert company.ownership == "unknown"


@pytest.mark.parametrize("column", ["external_id", "uscc"])
def test_code_of_a_company_is_taken_once(session: Session, column: str) -> None:
    make_company(session, **{column: "91310000MA1FL0000X"})
    with pytest.raises(IntegrityError, match=rf"uq_company_{column}|company\.{column}"):
        make_company(session, **{column: "91310000MA1FL0000X"})


def test_many_companies_may_lack_a_credit_code(session: Session) -> None:
    make_company(session, uscc=None)
    make_company(session, uscc=None)
    assert session.scalar(select(func.count()).select_from(Company)) == 2


@pytest.mark.parametrize("share", [0.0, -0.1, 1.0001, 82.0])
def test_share_outside_0_to_1_is_refused(session: Session, share: float) -> None:
    with pytest.raises(IntegrityError, match="ck_company_product_revenue_share_0_1"):
        make_company(session, products=[("铜箔", share)])


@pytest.mark.parametrize("share", [0.0001, 0.82, 1.0, None])
def test_share_above_0_up_to_1_and_no_share_are_accepted(session: Session, share: float | None) -> None:
    company = make_company(session, products=[("铜箔", share)])
    session.expire_all()
    assert company.products[0].revenue_share == share


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 3), (4, 2)])
def test_passage_without_extent_is_refused(session: Session, start: int, end: int) -> None:
    company = make_company(session)
    company.passages = [passage(start, end)]
    with pytest.raises(IntegrityError, match="ck_company_passage_span"):
        session.flush()


@pytest.mark.parametrize("kind", PROVENANCE_KINDS)
def test_every_kind_of_provenance_is_accepted(session: Session, kind: str) -> None:
    company = make_company(session)
    company.provenance = [provenance(kind=kind)]
    session.flush()
    assert session.scalar(select(CompanyProvenance.kind)) == kind


def test_unknown_kind_of_provenance_is_refused(session: Session) -> None:
    company = make_company(session)
    company.provenance = [provenance(kind="rumour")]
    with pytest.raises(IntegrityError, match="ck_company_provenance_kind"):
        session.flush()


def test_field_has_one_provenance(session: Session) -> None:
    company = make_company(session)
    company.provenance = [provenance("city"), provenance("city")]
    taken = r"uq_company_provenance_company_id_field|company_provenance\.field"
    with pytest.raises(IntegrityError, match=taken):
        session.flush()


def test_tag_is_held_once(session: Session) -> None:
    with pytest.raises(IntegrityError, match=r"uq_company_tag_company_id_code|company_tag\.code"):
        make_company(session, tags=["小巨人", "小巨人"])


def test_text_is_kept_letter_by_letter(session: Session) -> None:
    text = "  全角ＡＢＣ，\t半角abc\r\n第二行\u3000末尾空格 𠮷 é e\u0301 "
    company = make_company(session, description=text)
    session.expire_all()
    assert company.description == text


def test_capital_keeps_its_cents(session: Session) -> None:
    company = make_company(session, reg_capital_wan=Decimal("12345678901234.56"))
    session.expire_all()
    assert company.reg_capital_wan == Decimal("12345678901234.56")


def test_date_keeps_its_day(session: Session) -> None:
    company = make_company(session, listed_on=date(1999, 12, 31))
    session.expire_all()
    assert company.listed_on == date(1999, 12, 31)


def test_products_come_in_their_order(session: Session) -> None:
    company = make_company(session, products=["丙", "甲", "乙"])
    session.expire_all()
    assert [product.name for product in company.products] == ["丙", "甲", "乙"]
    assert company.product_names == "丙、甲、乙"


def test_deleted_company_takes_all_that_is_its_own(session: Session) -> None:
    company = make_company(session, tags=["小巨人"])
    company.passages, company.provenance = [passage(0, 4)], [provenance()]
    kept = make_company(session, products=["阀门"], tags=["单项冠军"])
    session.flush()
    session.execute(delete(Company).where(Company.id == company.id))
    for table in (CompanyProduct, CompanyTag):
        assert list(session.scalars(select(table.company_id))) == [kept.id]
    for table in (CompanyPassage, CompanyProvenance):
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_provenance_outlives_its_import_batch(session: Session) -> None:
    batch = ImportBatch(
        file_name="a.csv", file_sha256="0", file_format="csv", source="s", column_mapping={}, imported_by="t"
    )
    session.add(batch)
    session.flush()
    company = make_company(session)
    company.provenance = [provenance(batch_id=batch.id)]
    session.flush()
    session.execute(delete(ImportBatch))
    session.expire_all()
    assert [(row.source, row.batch_id) for row in company.provenance] == [("年报", None)]
