"""One box for chains, gaps and companies."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from models import CompanySearchKey
from service.actors import COMMAND_LINE
from service.operations.companies import find_companies
from service.operations.imports import import_companies
from service.operations.lookup import look_up, only_hit
from tests.factories import make_chain, make_company, make_gap


@pytest.fixture
def base(session: Session) -> Session:
    chain = make_chain(session, "C03", name="铜铝合金及深加工", name_en="Copper and aluminium")
    make_gap(session, chain, "C03-G13", requirements=["高档电解铜箔"], title_en="Copper foil")
    make_gap(session, chain, "C03-G14", requirements=["铝合金轮毂"], title_en="Wheels")
    company = make_company(session, "江西铜业", external_id="T1", stock_code="600362")
    company_two = make_company(session, "江铃汽车", external_id="T2", products=["汽车"])
    session.add_all(
        [
            CompanySearchKey(company_id=company.id, kind="initials", key="jxty"),
            CompanySearchKey(company_id=company_two.id, kind="initials", key="jlqc"),
            CompanySearchKey(company_id=company_two.id, kind="former_name", key="赣江机械"),
        ]
    )
    session.flush()
    return session


def names(session: Session, text: str) -> list[str]:
    return [company.name for company in find_companies(session, text)]


@pytest.mark.parametrize("text", ["江西铜业", "600362", "jxty", "JXTY", "jx", "T1"])
def test_company_is_found_by_name_code_and_initials(base: Session, text: str) -> None:
    assert names(base, text) == ["江西铜业"]


def test_company_is_found_by_its_former_name(base: Session) -> None:
    assert names(base, "赣江") == ["江铃汽车"]


@pytest.mark.parametrize("text", ["j", "xty", "jxtyz", "%", "j%"])
def test_initials_are_typed_from_their_beginning_and_two_at_least(base: Session, text: str) -> None:
    assert names(base, text) == []


@pytest.mark.parametrize("text", ["C03", "c03", "铜铝", "tlhj", "aluminium"])
def test_chain_is_found(base: Session, text: str) -> None:
    assert [chain.code for chain in look_up(base, text).chains] == ["C03"]


@pytest.mark.parametrize("text", ["C03-G13", "c03-g13", "电解铜箔", "gddjtb", "foil"])
def test_gap_is_found_by_code_title_requirement_and_initials(base: Session, text: str) -> None:
    assert [gap.code for gap in look_up(base, text).gaps] == ["C03-G13"]


def test_whole_name_or_code_leads_straight_there(base: Session) -> None:
    for text, kind in (("C03-G13", "Gap"), ("600362", "Company"), ("江铃汽车", "Company"), ("c03", "Chain")):
        assert type(only_hit(look_up(base, text), text)).__name__ == kind
    assert only_hit(look_up(base, "江"), "江") is None


def test_nothing_is_found_for_nothing(base: Session) -> None:
    assert look_up(base, "  ").count == 0


def test_import_keeps_initials_and_the_name_that_a_company_had(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "companies.csv"

    def load(name: str, former: str = "") -> None:
        path.write_text(
            f"企业编号,企业名称,曾用名,股票代码,产品\nN1,{name},{former},600901,铜箔\n", encoding="utf-8"
        )
        import_companies(
            session, COMMAND_LINE, path, source="名录", kind="official", fetched_on=date(2026, 1, 1)
        )
        session.flush()

    load("赣江铜箔股份有限公司", "江右铜材厂")
    assert names(session, "gjtb") == names(session, "江右铜材") == ["赣江铜箔股份有限公司"]

    load("江陵铜箔股份有限公司")

    assert names(session, "jltb") == names(session, "赣江铜箔") == ["江陵铜箔股份有限公司"]
    assert names(session, "gjtb") == []
