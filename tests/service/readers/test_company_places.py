"""Where a company is, from the words that offices write. Codes are those of data/regions/regions.tsv."""

from __future__ import annotations

import pytest

from service.readers.company_places import Place, read_place


def place(
    province: str | None = None, city: str | None = None, address: str | None = None, code: str | None = None
) -> Place:
    return read_place(province, city, address, code)[0]


def faults(
    province: str | None = None, city: str | None = None, address: str | None = None, code: str | None = None
) -> list[tuple[str, str]]:
    return [(f.field, f.finding.code) for f in read_place(province, city, address, code)[1]]


LANZHOU = Place("甘肃", "兰州市", "620100")


@pytest.mark.parametrize("province", ["甘肃", "甘肃省", " 甘 肃 省 "])
@pytest.mark.parametrize("city", ["兰州市", "兰州"])
def test_province_is_short_and_city_is_whole(province: str, city: str) -> None:
    assert place(province, city) == LANZHOU
    assert faults(province, city) == []


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ("内蒙古自治区", "内蒙古"),
        ("内蒙", "内蒙古"),
        ("广西壮族自治区", "广西"),
        ("新疆维吾尔自治区", "新疆"),
        ("香港特别行政区", "香港"),
        ("黑龙江", "黑龙江"),
    ],
)
def test_provinces_in_all_spellings(written: str, short: str) -> None:
    assert place(written).province == short


@pytest.mark.parametrize(
    "address",
    ["甘肃省兰州市城关区东岗西路1号", "甘肃兰州", "甘肃-兰州", "甘肃省/兰州市", "兰州市城关区"],
)
def test_address_gives_province_and_city(address: str) -> None:
    assert place(address=address) == LANZHOU


def test_both_in_one_cell_of_provinces_are_parted() -> None:
    assert place("甘肃省兰州市") == LANZHOU


def test_city_says_its_province() -> None:
    assert place(city="兰州") == LANZHOU
    assert place(city="甘肃省兰州市") == LANZHOU
    assert place("兰州") == LANZHOU


@pytest.mark.parametrize("city", ["北京市", "北京", "海淀区", None])
def test_municipality_is_its_own_city(city: str | None) -> None:
    found = place("北京市", city)
    assert found == Place("北京", "北京市" if city else None, "110000")


def test_municipality_in_an_address() -> None:
    assert place(address="上海市浦东新区张江路1号") == Place("上海", "上海市", "310000")


def test_present_municipality_goes_before_its_former_rank() -> None:
    assert place(city="重庆市") == Place("重庆", "重庆市", "500000")


@pytest.mark.parametrize(
    ("province", "city", "whole", "code"),
    [
        ("新疆", "昌吉州昌吉市", "昌吉回族自治州", "652300"),
        ("云南", "西双版纳", "西双版纳傣族自治州", "532800"),
        ("贵州", "黔东南州", "黔东南苗族侗族自治州", "522600"),
        ("吉林", "吉林市", "吉林市", "220200"),
        ("青海", "海南藏族自治州", "海南藏族自治州", "632500"),
        ("浙江", "浙江省杭州市", "杭州市", "330100"),
    ],
)
def test_prefectures_go_by_their_short_names(province: str, city: str, whole: str, code: str) -> None:
    assert place(province, city) == Place(province, whole, code)


def test_former_name_stays_with_its_code() -> None:
    assert place("湖北", "襄樊市") == Place("湖北", "襄樊市", "420600")


def test_city_of_another_province_is_left_out_and_said() -> None:
    assert place("甘肃", "西宁市") == Place("甘肃", None, "620000")
    assert faults("甘肃", "西宁市") == [("city", "city_elsewhere")]


def test_county_city_is_kept_as_written_and_said() -> None:
    assert place("浙江", "义乌市") == Place("浙江", "义乌市", "330000")
    assert faults("浙江", "义乌市") == [("city", "city_unknown")]


def test_what_is_no_province_is_left_out_and_said() -> None:
    assert place("加州") == Place()
    assert faults("加州") == [("province", "province_unknown")]


def test_address_without_a_known_place_is_said() -> None:
    assert (place(address="东岗西路1号"), faults(address="东岗西路1号")) == (
        Place(),
        [("place", "place_unknown")],
    )


def test_own_columns_go_before_the_address() -> None:
    assert place("甘肃", "兰州市", "青海省西宁市") == LANZHOU
    assert place("甘肃", None, "青海省西宁市") == Place("甘肃", None, "620000")


def test_code_of_a_county_is_kept() -> None:
    assert place("甘肃", "兰州市", code="620102") == Place("甘肃", "兰州市", "620102")
    assert place(code="620102000000") == Place("甘肃", None, "620102")


@pytest.mark.parametrize("code", ["62", "999999", "abcdef", "6201020"])
def test_what_is_no_region_code_is_left_out_and_said(code: str) -> None:
    assert place("甘肃", code=code) == Place("甘肃", None, "620000")
    assert faults("甘肃", code=code) == [("region_code", "region_code_unknown")]


def test_code_of_another_province_is_left_out_and_said() -> None:
    assert place("甘肃", code="630100") == Place("甘肃", None, "620000")
    assert faults("甘肃", code="630100") == [("region_code", "region_code_elsewhere")]


def test_too_long_city_is_left_out_and_said() -> None:
    assert (place("甘肃", "某" * 65).city, faults("甘肃", "某" * 65)) == (None, [("city", "text_too_long")])
