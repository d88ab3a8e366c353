"""The shipped company base: facts only, and the same again when it is built anew."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPANIES = ROOT / "data" / "companies" / "a-share-companies.jsonl"
SCRIPT = ROOT / "data" / "companies" / "build_companies.py"
CORPUS = ROOT.parent / "shared" / "corpus" / "companies.jsonl"
KEYS = [
    "id",
    "name",
    "full_name",
    "stock_code",
    "exchange",
    "listed_on",
    "province",
    "city",
    "employees",
    "industry",
    "data_year",
    "products",
]
RUN = 30
ACCOUNTING_LINES = [
    "合并抵销",
    "分部间抵销",
    "内部抵销",
    "抵销",
    "平衡项目",
    "调整项目",
    "未分配项目",
    "总部",
]
EMPTY_LINES = ["其他", "其他业务", "主营业务", "不含自制", "国内", "国外", "境内", "出口", "内销", "海外业务"]
needs_corpus = pytest.mark.skipif(
    not CORPUS.is_file(), reason="the corpus is not here: put it at ../shared/corpus beside the repository"
)


@cache
def companies() -> dict[str, dict[str, Any]]:
    lines = COMPANIES.read_text(encoding="utf-8").splitlines()
    return {company["id"]: company for company in map(json.loads, lines)}


def products() -> Iterator[dict[str, Any]]:
    for company in companies().values():
        yield from company["products"]


def shares_of(company_id: str) -> dict[str, float | None]:
    return {product["name"]: product["revenue_share"] for product in companies()[company_id]["products"]}


def test_ids_are_unique_and_in_order() -> None:
    ids = [json.loads(line)["id"] for line in COMPANIES.read_text(encoding="utf-8").splitlines()]
    assert len(ids) == 4332
    assert ids == sorted(set(ids))


def test_every_line_has_the_agreed_fields_in_their_order() -> None:
    for company in companies().values():
        expected = [*KEYS, "status"] if "status" in company else KEYS
        assert list(company) == expected
    assert {tuple(product) for product in products()} == {("name", "revenue_share")}


def test_status_is_given_to_the_delisted_only() -> None:
    marked = {company["name"] for company in companies().values() if "status" in company}
    assert {company["status"] for company in companies().values() if "status" in company} == {"delisted"}
    assert marked == {
        c["name"] for c in companies().values() if "退" in c["name"] or c["name"].startswith("PT")
    }


def test_codes_dates_and_head_counts_are_well_formed() -> None:
    for company in companies().values():
        assert company["id"] == "A" + company["stock_code"]
        assert re.fullmatch(r"\d{6}", company["stock_code"])
        assert company["listed_on"] is None or re.fullmatch(r"\d{4}-\d{2}-\d{2}", company["listed_on"])
        assert company["employees"] is None or company["employees"] > 0


@pytest.mark.parametrize(
    ("company_id", "exchange"),
    [("A600519", "SSE"), ("A688001", "SSE"), ("A000630", "SZSE"), ("A300750", "SZSE"), ("A200706", "SZSE B")],
)
def test_exchange_follows_from_the_code(company_id: str, exchange: str) -> None:
    assert companies()[company_id]["exchange"] == exchange


def test_every_company_has_products_or_an_industry() -> None:
    assert [c["id"] for c in companies().values() if not c["products"] and not c["industry"]] == []


def test_product_names_are_short_and_differ_within_a_company() -> None:
    assert [product["name"] for product in products() if not 1 <= len(product["name"]) <= 30] == []
    for company in companies().values():
        names = [product["name"] for product in company["products"]]
        assert len(names) == len(set(names)), company["id"]


def test_shares_are_above_zero_and_at_most_one() -> None:
    shares = [product["revenue_share"] for product in products() if product["revenue_share"] is not None]
    assert len(shares) > 30_000
    assert all(0 < share <= 1 for share in shares)


@pytest.mark.parametrize("line", [*ACCOUNTING_LINES, *EMPTY_LINES])
def test_line_that_is_no_product_is_gone(line: str) -> None:
    assert line not in {product["name"] for product in products()}


@pytest.mark.parametrize("line", ["租赁", "贸易", "物业管理", "材料销售", "技术服务"])
def test_plain_line_of_business_stays(line: str) -> None:
    assert line in {product["name"] for product in products()}


@pytest.mark.parametrize(
    ("company_id", "product"),
    [
        ("A600110", "铜箔"),
        ("A300274", "光伏逆变器"),
        ("A600111", "稀土"),
        ("A300750", "动力电池"),
        ("A601212", "阴极铜"),
        ("A300618", "钴粉"),
        ("A600307", "不锈钢"),
    ],
)
def test_known_company_makes_what_it_is_known_for(company_id: str, product: str) -> None:
    assert any(product in name for name in shares_of(company_id))


def test_company_with_the_text_of_another_has_its_own_products_only() -> None:
    assert "光伏行业" not in shares_of("A300274")
    assert not any("线圈" in name for name in shares_of("A300274"))


def test_company_registered_as_another_firm_is_left_out() -> None:
    # 龙软科技, 映翰通, 紫晶存储, 京源环保, 耐普矿机: the corpus gives them the facts of 中国铁建, 中国中冶, …
    assert not {"A688078", "A688080", "A688086", "A688096", "A300818"} & set(companies())


@needs_corpus
def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    out = tmp_path / "companies.jsonl"
    command = [sys.executable, str(SCRIPT), "--corpus", str(CORPUS), "--out", str(out)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert out.read_bytes() == COMPANIES.read_bytes()


@needs_corpus
def test_no_run_of_thirty_characters_of_the_corpus_texts_stands_in_the_file() -> None:
    records = map(json.loads, CORPUS.read_text(encoding="utf-8").splitlines())
    texts = [record.get(field) or "" for record in records for field in ("description", "main_business")]
    segments = "\n".join(segment for text in texts for segment in re.split(r"[。；;]", text))
    # A run cannot reach over a quotation mark of the JSON: only values of thirty characters could hold one.
    values = [value for c in companies().values() for value in c.values() if isinstance(value, str)]
    values += [product["name"] for product in products()]
    runs = {value[i : i + RUN] for value in values for i in range(len(value) - RUN + 1)}
    assert [run for run in runs if run in segments] == []
