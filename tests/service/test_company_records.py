"""Company records: names as duplicates are found by, and how two rows become one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.company_records import (
    FACT_FIELDS,
    MAX_NAME_KEY_CHARS,
    CompanyRecord,
    ProductRecord,
    TagRecord,
    known_facts,
    merge_records,
    name_key,
)

FOIL = ProductRecord("电解铜箔", 0.62, 2023)


def record(**facts: object) -> CompanyRecord:
    return CompanyRecord(**{"external_id": "1", "name": "江陵铜箔", **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        "江陵铜箔(甘肃)股份有限公司",
        "江陵铜箔（甘肃）有限责任公司",
        "江陵铜箔甘肃有限公司",
        " 江陵铜箔 【甘肃】 股份公司 ",
        "江陵铜箔甘肃",
    ],
)
def test_brackets_blanks_and_legal_form_do_not_count_in_a_name(name: str) -> None:
    assert name_key(name) == "江陵铜箔甘肃"


def test_width_and_case_do_not_count_in_a_name() -> None:
    assert name_key("ＡＢＣ Foil Co., Ltd.") == name_key("abc foil") == "abcfoil"


def test_group_is_part_of_a_name() -> None:
    assert name_key("江陵集团有限公司") != name_key("江陵有限公司")


def test_no_name_has_an_empty_key() -> None:
    assert name_key("(((") == "((("


def test_name_that_is_only_a_legal_form_stays() -> None:
    assert name_key("有限公司") == "有限公司"


@given(st.text(max_size=40) | st.text(alphabet="江陵铜箔公司股份有限责任 (（）)ＡaＣｏ.ltdİﬃ", max_size=30))
def test_key_of_a_key_is_the_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


def test_key_fits_its_column() -> None:
    # U+FDFA unfolds to 18 characters.
    assert len(name_key("\ufdfa" * 200)) == MAX_NAME_KEY_CHARS


def test_hash_tells_every_fact_apart() -> None:
    other = {
        "name": "另一家",
        "full_name": "江陵铜箔有限公司",
        "ownership": "private",
        "employees": 12,
        "reg_capital_wan": Decimal("300.00"),
        "listed_on": date(2020, 1, 2),
        "founded_on": date(2010, 1, 2),
        "data_year": 2023,
        "products": (FOIL,),
        "tags": (TagRecord("高新技术企业"),),
    }
    hashes = {record(**{field: other.get(field, "值")}).content_hash for field in FACT_FIELDS}
    assert len(hashes) == len(FACT_FIELDS)
    assert record().content_hash not in hashes


def test_hash_leaves_out_the_number_in_the_source() -> None:
    assert record(external_id="2").content_hash == record(external_id="1").content_hash


def test_hash_is_that_of_the_amount_as_stored() -> None:
    assert (
        record(reg_capital_wan=Decimal("300")).content_hash
        == record(reg_capital_wan=Decimal("300.00")).content_hash
    )


def test_texts_are_what_passages_are_cut_from() -> None:
    found = record(products=(FOIL, ProductRecord("铜材")), main_business="生产铜箔").texts
    assert found == {"product_names": "电解铜箔、铜材", "main_business": "生产铜箔"}


def test_legal_name_standing_in_for_the_short_one_states_no_short_name() -> None:
    whole = record(name="江陵铜箔有限公司", full_name="江陵铜箔有限公司")
    assert known_facts(whole) == {"full_name"}
    assert known_facts(record(full_name="江陵铜箔有限公司")) == {"name", "full_name"}


def test_unknown_ownership_is_no_fact() -> None:
    assert known_facts(record(ownership="unknown")) == {"name"}


# Merging


def test_empty_never_erases() -> None:
    older = record(employees=12, ownership="private", products=(FOIL,), description="铜箔厂")
    assert merge_records(older, record()) == older


def test_new_value_replaces_the_old_one() -> None:
    assert merge_records(record(employees=12), record(employees=13)).employees == 13


def test_settled_fields_stay() -> None:
    merged = merge_records(record(employees=12), record(employees=13, industry="有色"), {"employees"})
    assert (merged.employees, merged.industry) == (12, "有色")


def test_short_name_survives_a_row_with_the_legal_name_only() -> None:
    older = record(name="江陵", full_name="江陵铜箔有限公司")
    newer = record(name="江陵铜箔有限公司", full_name="江陵铜箔有限公司")
    assert merge_records(older, newer).name == "江陵"


def test_renamed_company_takes_the_new_name() -> None:
    older = record(name="江陵", full_name="江陵铜箔有限公司")
    newer = record(name="大江新材有限公司", full_name="大江新材有限公司")
    merged = merge_records(older, newer)
    assert (merged.name, merged.full_name) == ("大江新材有限公司", "大江新材有限公司")


def test_another_province_drops_the_old_city() -> None:
    older = record(province="甘肃", city="兰州市", region_code="620100")
    newer = record(province="青海", region_code="630000")
    merged = merge_records(older, newer)
    assert (merged.province, merged.city, merged.region_code) == ("青海", None, "630000")


def test_same_province_keeps_the_city() -> None:
    older = record(province="甘肃", city="兰州市", region_code="620100")
    assert merge_records(older, record(province="甘肃", region_code="620000")) == older


def test_city_of_a_second_row_fills_a_settled_province() -> None:
    older = record(province="甘肃", region_code="620000")
    newer = record(province="甘肃", city="兰州市", region_code="620100")
    merged = merge_records(older, newer, {"province", "region_code"})
    assert (merged.city, merged.region_code) == ("兰州市", "620100")


def test_other_province_of_a_second_row_does_not_move_the_company() -> None:
    older = record(province="甘肃", region_code="620000")
    newer = record(province="青海", city="西宁市", region_code="630100")
    assert merge_records(older, newer, {"province", "region_code"}) == older


def test_new_stock_code_drops_the_old_exchange() -> None:
    merged = merge_records(record(stock_code="600001", exchange="SSE"), record(stock_code="000001"))
    assert (merged.stock_code, merged.exchange) == ("000001", None)


def test_number_in_the_source_stays() -> None:
    assert merge_records(record(external_id="1"), record(external_id="2")).external_id == "1"


@given(st.sets(st.sampled_from(FACT_FIELDS)))
def test_merging_twice_changes_nothing_more(fields: set[str]) -> None:
    full = record(
        name="江陵",
        full_name="江陵铜箔有限公司",
        uscc="91620100MA00EXAMP0",
        stock_code="600001",
        exchange="SSE",
        listed_on=date(2020, 1, 2),
        province="甘肃",
        city="兰州市",
        region_code="620100",
        employees=5,
        reg_capital_wan=Decimal("3.00"),
        products=(FOIL,),
        data_year=2023,
    )
    empty = record(name="江陵铜箔有限公司", full_name="江陵铜箔有限公司")
    part = replace(empty, **{field: getattr(full, field) for field in fields})
    once = merge_records(full, part)
    assert merge_records(once, part) == once
