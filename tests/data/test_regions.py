"""Regions by GB/T 2260, economic regions by convention, industries by GB/T 4754-2017."""

from __future__ import annotations

import csv
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

DATA = Path(__file__).resolve().parents[2] / "data"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@cache
def regions() -> list[dict[str, str]]:
    return table(DATA / "regions" / "regions.tsv")


@cache
def industries() -> list[dict[str, str]]:
    return table(DATA / "industries" / "industries.tsv")


@cache
def companies() -> list[dict[str, Any]]:
    text = (DATA / "companies" / "a-share-companies.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def clusters() -> list[dict[str, Any]]:
    content = yaml.safe_load((DATA / "regions" / "clusters.yaml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = content["clusters"]
    return found


def provinces_of_short_name(short: str) -> list[str]:
    """Codes of the provinces whose full name starts with the short one: 内蒙古 of 内蒙古自治区."""
    return [r["code"] for r in regions() if r["level"] == "province" and r["name"].startswith(short)]


def test_there_are_thirty_four_provinces() -> None:
    assert len([r for r in regions() if r["level"] == "province"]) == 34


def test_there_are_333_prefectures_today() -> None:
    assert len([r for r in regions() if r["level"] == "prefecture" and not r["valid_to"]]) == 333


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("甘肃省", "620000"),
        ("兰州市", "620100"),
        ("嘉峪关市", "620200"),
        ("金昌市", "620300"),
        ("白银市", "620400"),
        ("天水市", "620500"),
        ("武威市", "620600"),
        ("定西市", "621100"),
        ("陇南市", "621200"),
        ("甘南藏族自治州", "623000"),
        ("深圳市", "440300"),
        ("北京市", "110000"),
        ("香港特别行政区", "810000"),
        ("澳门特别行政区", "820000"),
        ("台湾省", "710000"),
    ],
)
def test_known_place_has_its_code(name: str, code: str) -> None:
    assert [r["code"] for r in regions() if r["name"] == name and not r["valid_to"]] == [code]


def test_former_name_says_when_it_ended() -> None:
    assert [(r["code"], r["valid_to"]) for r in regions() if r["name"] == "莱芜市"] == [("371200", "2018")]
    assert [(r["code"], r["valid_to"]) for r in regions() if r["name"] == "襄樊市"] == [("420600", "2010")]


def test_codes_are_six_digits_and_the_present_ones_unique() -> None:
    present = [r["code"] for r in regions() if not r["valid_to"]]
    assert len(present) == len(set(present))
    assert all(re.fullmatch(r"\d{6}", r["code"]) for r in regions())
    assert len({(r["code"], r["name"]) for r in regions()}) == len(regions())


def test_every_place_below_a_province_has_a_province_as_parent() -> None:
    provinces = {r["code"] for r in regions() if r["level"] == "province"}
    for region in regions():
        expected = {""} if region["level"] == "province" else provinces
        assert region["parent"] in expected, region
        assert region["parent"][:2] in ("", region["code"][:2])


def test_every_present_row_is_of_the_table_of_2025() -> None:
    assert {r["table"] for r in regions() if not r["valid_to"]} == {"2025"}


def test_every_province_of_the_shipped_companies_is_found_by_its_short_name() -> None:
    shorts = {company["province"] for company in companies() if company["province"]}
    assert {short for short in shorts if len(provinces_of_short_name(short)) != 1} == set()


def test_every_city_of_the_shipped_companies_is_in_its_province() -> None:
    for company in companies():
        if company["city"]:
            found = [r for r in regions() if r["name"] == company["city"]]
            assert found, company["city"]
            if company["province"]:
                digits = provinces_of_short_name(company["province"])[0][:2]
                assert digits in {r["code"][:2] for r in found}, company["name"]


def test_clusters_name_provinces_that_exist() -> None:
    provinces = {r["code"] for r in regions() if r["level"] == "province"}
    for cluster in clusters():
        assert set(cluster["provinces"]) <= provinces, cluster["code"]
        assert len(cluster["provinces"]) == len(set(cluster["provinces"]))


def test_cluster_names_and_aliases_are_unique() -> None:
    names = [name for cluster in clusters() for name in (cluster["name"], *cluster["aliases"])]
    assert len(names) == len(set(names))
    assert {"长三角", "珠三角", "粤港澳大湾区", "京津冀", "成渝", "西北"} <= set(names)


def test_seven_directions_and_the_islands_hold_every_province_once() -> None:
    parts = {"north", "northeast", "east", "central", "south", "southwest", "northwest"}
    parts.add("hong-kong-macao-taiwan")
    held = [code for cluster in clusters() if cluster["code"] in parts for code in cluster["provinces"]]
    assert sorted(held) == sorted(r["code"] for r in regions() if r["level"] == "province")


def test_there_are_twenty_sections_and_ninety_seven_divisions() -> None:
    sections = [i["code"] for i in industries() if i["level"] == "section"]
    divisions = [i["code"] for i in industries() if i["level"] == "division"]
    assert sections == list("ABCDEFGHIJKLMNOPQRST")
    assert [code[1:] for code in divisions] == [f"{number:02d}" for number in range(1, 98)]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("C", "制造业"),
        ("C26", "化学原料和化学制品制造业"),
        ("C27", "医药制造业"),
        ("C32", "有色金属冶炼和压延加工业"),
        ("C38", "电气机械和器材制造业"),
        ("A01", "农业"),
        ("B12", "其他采矿业"),
        ("T97", "国际组织"),
    ],
)
def test_known_industry_has_its_code(code: str, name: str) -> None:
    assert [i["name_zh"] for i in industries() if i["code"] == code] == [name]


def test_every_division_belongs_to_the_section_of_its_letter() -> None:
    for industry in industries():
        assert industry["parent"] == ("" if industry["level"] == "section" else industry["code"][0])
        assert industry["name_en"].isascii()
