"""Where a company is: province, city and code of GB/T 2260 from the words that offices write."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

from service.provinces import short_province
from service.readers.company_issues import Finding

MAX_CITY_CHARS = 64
_MUNICIPALITIES = ("北京", "天津", "上海", "重庆")
_PEOPLES = (
    "藏族|羌族|回族|朝鲜族|土家族|苗族|侗族|布依族|傣族|景颇族|傈僳族|彝族|"
    "哈尼族|壮族|白族|蒙古族|蒙古|柯尔克孜|哈萨克"
)
_PREFECTURE = re.compile(rf"^(.{{2,5}}?)(?:{_PEOPLES})+自治州$")
_RANK = re.compile(r"(?:市|地区|盟|林区)$")
_NOT_LETTERS = re.compile(r"[\s\-—·.,，、/／|>]+")
_OTHER_NAMES = {"内蒙": "内蒙古", "香港特区": "香港", "澳门特区": "澳门"}


@dataclass(frozen=True, slots=True)
class Place:
    """`province` is short (甘肃), `city` whole (兰州市), `region_code` that of the closest that is known."""

    province: str | None = None
    city: str | None = None
    region_code: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceFinding:
    """What is wrong in which of the columns province, city, place or region_code."""

    field: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class _Regions:
    """`provinces`: short name → code. `cities`: two digits of a province → any name → (code, whole name)."""

    provinces: dict[str, str]
    cities: dict[str, dict[str, tuple[str, str]]]
    short_names: dict[str, str]  # two digits → short name of the province
    former: frozenset[tuple[str, str]]  # (code, whole name) of what is now called or counted otherwise

    def city(self, name: str, province_code: str | None) -> tuple[str, str] | None:
        """(code, whole name) of a city, looked for in one province or, where only one has it, in all."""
        if province_code:
            return self.cities.get(province_code[:2], {}).get(name)
        found = {city for cities in self.cities.values() if (city := cities.get(name))}
        present = found - self.former or found
        return present.pop() if len(present) == 1 else None


@cache
def _regions() -> _Regions:
    table = resources.files("data").joinpath("regions", "regions.tsv")
    provinces: dict[str, str] = {}
    cities: dict[str, dict[str, tuple[str, str]]] = {}
    with table.open(encoding="utf-8") as lines:
        # Present names last, so that they win where a former one is spelt alike.
        rows = sorted(csv.DictReader(lines, delimiter="\t"), key=lambda row: row["valid_to"] == "")
    for row in rows:
        code, name = row["code"], row["name"]
        if row["level"] == "province":
            provinces[short_province(name)] = code
            continue
        for alias in _aliases(name):
            cities.setdefault(code[:2], {})[alias] = (code, name)
    for province in _MUNICIPALITIES:
        code = provinces[province]
        cities[code[:2]] = dict.fromkeys((province, province + "市"), (code, province + "市"))
    former = frozenset((row["code"], row["name"]) for row in rows if row["valid_to"])
    return _Regions(provinces, cities, {code[:2]: name for name, code in provinces.items()}, former)


def _aliases(name: str) -> set[str]:
    """昌吉回族自治州 → 昌吉州, 昌吉; 兰州市 → 兰州. The whole name is among them."""
    prefecture = _PREFECTURE.match(name)
    if prefecture:
        return {name, prefecture[1], prefecture[1] + "州"}
    bare = _RANK.sub("", name)
    return {name, bare} if len(bare) >= 2 else {name}


def read_place(
    province: str | None, city: str | None, place: str | None, region_code: str | None
) -> tuple[Place, list[PlaceFinding]]:
    """The place that the columns say together, and what does not fit. An own column goes before `place`."""
    found: list[PlaceFinding] = []
    known_province, rest = _read_province(province, found)
    city = city or rest
    if place and not (known_province and city):
        known_province, city = _from_address(place, known_province, city, found)
    province_name, city_name, code = _read_city(known_province, city, found)
    explicit = _read_code(region_code, province_name, found)
    if province_name is None and explicit:
        province_name = _regions().short_names[explicit[:2]]
    return Place(province_name, city_name, explicit or code), found


def _read_province(text: str | None, found: list[PlaceFinding]) -> tuple[str | None, str | None]:
    """The short name of the province, and what stands after it in the same cell."""
    if text is None:
        return None, None
    name, rest = _split_province(text)
    if name is None:
        city = _regions().city(_plain(text), None)
        if city:  # a city in the column of provinces says which province
            return _regions().short_names[city[0][:2]], city[1]
        found.append(PlaceFinding("province", Finding("province_unknown")))
    return name, rest or None


def _split_province(text: str) -> tuple[str | None, str]:
    plain = _plain(text)
    whole = _OTHER_NAMES.get(plain, short_province(plain))
    if whole in _regions().provinces:
        return whole, ""
    for name in sorted([*_regions().provinces, *_OTHER_NAMES], key=len, reverse=True):
        if plain.startswith(name):
            rest = re.sub(
                r"^(?:维吾尔自治区|壮族自治区|回族自治区|自治区|特别行政区|省|市)", "", plain[len(name) :]
            )
            return _OTHER_NAMES.get(name, name), rest
    return None, ""


def _from_address(
    address: str, province: str | None, city: str | None, found: list[PlaceFinding]
) -> tuple[str | None, str | None]:
    """Province and city that `address` begins with, where their columns say nothing."""
    name, rest = _split_province(address)
    start = _city_at_start(rest or _plain(address), name or province)
    if name is None and start is None:
        found.append(PlaceFinding("place", Finding("place_unknown")))
        return province, city
    if name is None and start is not None:
        name = _regions().short_names[start[0][:2]]
    if province and name != province:
        return province, city
    if name in _MUNICIPALITIES:
        return name, city or f"{name}市"
    return name, city or (start[1] if start else None)


def _city_at_start(text: str, province: str | None) -> tuple[str, str] | None:
    code = _regions().provinces.get(province or "")
    for length in range(min(len(text), 12), 1, -1):
        city = _regions().city(text[:length], code)
        if city:
            return city
    return None


def _read_city(
    province: str | None, city: str | None, found: list[PlaceFinding]
) -> tuple[str | None, str | None, str | None]:
    """(province, city, code), with the city's whole name where the table has it."""
    regions = _regions()
    code = regions.provinces.get(province or "")
    if city is None:
        return province, None, code
    plain = _plain(city)
    inner_province, rest = _split_province(plain)
    here = regions.city(plain, code) or (
        _city_at_start(rest or plain, province) if province or rest else None
    )
    if here is None and inner_province and rest:
        here = _city_at_start(rest, inner_province)
    if here is None:
        here = _elsewhere(plain, province)
    if here is not None:
        actual = regions.short_names[here[0][:2]]
        if province and actual != province:
            params = {"actual": actual, "province": province}
            found.append(PlaceFinding("city", Finding("city_elsewhere", params)))
            return province, None, code
        return actual, here[1], here[0]
    if province in _MUNICIPALITIES:
        return province, f"{province}市", code  # a district: the municipality is the city
    if len(plain) > MAX_CITY_CHARS:
        too_long = Finding("text_too_long", {"chars": len(plain), "limit": MAX_CITY_CHARS})
        found.append(PlaceFinding("city", too_long))
        return province, None, code
    found.append(PlaceFinding("city", Finding("city_unknown")))
    return province, city.strip(), code


def _elsewhere(plain: str, province: str | None) -> tuple[str, str] | None:
    """The city of that name in any province. With its rank only: 朝阳 is a district too."""
    if province is None or _aliases(plain) != {plain}:
        return _regions().city(plain, None)
    return None


def _read_code(text: str | None, province: str | None, found: list[PlaceFinding]) -> str | None:
    if text is None:
        return None
    code = _plain(text)
    if re.fullmatch(r"\d{12}", code) and code.endswith("000000"):
        code = code[:6]  # the statistical code of a whole unit
    regions = _regions()
    if not re.fullmatch(r"\d{6}", code) or code[:2] not in regions.short_names:
        found.append(PlaceFinding("region_code", Finding("region_code_unknown")))
        return None
    if province and regions.short_names[code[:2]] != province:
        finding = Finding("region_code_elsewhere", {"province": province})
        found.append(PlaceFinding("region_code", finding))
        return None
    return code


def _plain(text: str) -> str:
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text))
