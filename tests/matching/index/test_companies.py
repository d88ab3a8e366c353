"""The companies of a release on disk."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest

from matching.errors import UnknownCompany
from matching.index.companies import CompanyTable
from matching.records import CompanyProfile, Filters, Product, Tag
from tests.matching.bases import company

FULL = CompanyProfile(
    id="C1",
    name="江陵铜箔",
    texts={"description": "第一行\n第二行\u2028“引号”", "product_names": "铜箔"},
    products=(Product("铜箔", 0.5, 2024), Product("铜管")),
    full_name="江陵铜箔股份有限公司",
    province="江西",
    city="南昌市",
    industry="有色金属/铜加工",
    stock_code="600901",
    uscc="91330000000000000X",
    status="listed",
    ownership="private",
    employees=0,
    listed_on=date(2015, 5, 20),
    founded_on=date(1999, 12, 31),
    reg_capital_wan=12000.5,
    data_year=2025,
    tags=(Tag("专精特新", date(2026, 1, 1)), Tag("高新技术企业")),
)


def table(tmp_path: Path, *companies: CompanyProfile) -> CompanyTable:
    CompanyTable.write(companies, tmp_path / "companies")
    return CompanyTable.load(tmp_path / "companies")


def allowed(tmp_path: Path, filters: Filters) -> str:
    """Ids that pass, of a base where each company lacks one thing or another."""
    some = table(
        tmp_path,
        company("A", "甲", province="江西", stock_code="600001", status="listed", employees=1000),
        company("B", "乙", province="甘肃", employees=10),
        company("C", "丙", employees=None),
        company("D", "丁", province="江西", stock_code="600002", status="delisted", employees=5000),
    )
    return "".join(c for c, passes in zip(some.ids, some.allowed(filters), strict=True) if passes)


def test_a_profile_comes_back_as_it_was(tmp_path: Path) -> None:
    assert table(tmp_path, FULL).get(0) == FULL


def test_no_field_of_the_full_profile_is_left_at_its_default() -> None:
    bare = CompanyProfile(id="", name="")
    assert [f.name for f in fields(FULL) if getattr(FULL, f.name) == getattr(bare, f.name)] == []


def test_a_bare_profile_comes_back_with_its_unknowns(tmp_path: Path) -> None:
    bare = CompanyProfile(id="C2", name="默言")
    assert table(tmp_path, FULL, bare).get(1) == bare


def test_texts_may_be_any_mapping(tmp_path: Path) -> None:
    frozen = replace(FULL, texts=MappingProxyType(dict(FULL.texts)))
    assert table(tmp_path, frozen).get(0) == FULL


def test_companies_keep_the_order_they_were_given(tmp_path: Path) -> None:
    some = table(tmp_path, company("Z", "甲"), company("A", "乙"))
    assert some.ids == ["Z", "A"]
    assert (some.ordinal("A"), len(some)) == (1, 2)
    assert some.get(some.ordinal("A")).name == "乙"


def test_an_unknown_company_is_named_with_advice(tmp_path: Path) -> None:
    with pytest.raises(UnknownCompany, match=r"'X9'.*lianzhao index build"):
        table(tmp_path, FULL).ordinal("X9")


def test_a_table_without_companies_is_a_table(tmp_path: Path) -> None:
    empty = table(tmp_path)
    assert len(empty) == 0
    assert empty.allowed(Filters(provinces=("江西",), min_employees=5)).shape == (0,)


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (Filters(), "ABC"),
        (Filters(include_delisted=True), "ABCD"),
        (Filters(provinces=("江西",)), "A"),
        (Filters(provinces=("江西", "甘肃")), "AB"),
        (Filters(provinces=("西藏",)), ""),
        # Where a company is must be known to be asked for, not to be left out.
        (Filters(exclude_provinces=("甘肃",)), "AC"),
        (Filters(listed_only=True), "A"),
        (Filters(listed_only=True, include_delisted=True), "A"),
        # Unknown staff passes; the limit itself passes.
        (Filters(min_employees=1000), "AC"),
        (Filters(min_employees=1001), "C"),
        (Filters(provinces=("江西",), exclude_provinces=("江西",)), ""),
    ],
)
def test_filters_let_through_what_they_say(tmp_path: Path, filters: Filters, ids: str) -> None:
    assert allowed(tmp_path, filters) == ids
