"""What is not stated is unknown and asked for: never guessed, whichever field is left blank."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from matching.embedding import HashingEmbedder
from matching.engine import Engine
from matching.explanation import FACT_GROUPS, FEW_PASSAGES, explain
from matching.passages import cut_passages, join_product_names
from matching.records import PASSAGE_FIELDS, Candidate, CompanyProfile, Gap, Product
from matching.scoring import score
from matching.statements import statements_of
from service.labels import question_sentence
from tests.matching.bases import TODAY, build, shipped_weights
from tests.properties.strategies import profiles

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "companies" / "a-share-companies.jsonl"
FACTS = (
    *("province", "city", "stock_code", "uscc", "status", "employees"),
    *("listed_on", "founded_on", "reg_capital_wan", "data_year"),
)
LISTS = ("product_names", "products_text", "main_business")


def blanked(company: CompanyProfile) -> Iterator[tuple[str, CompanyProfile]]:
    """`company` once for each field that it states, without that field."""
    for field in FACTS:
        if getattr(company, field) not in (None, ""):
            yield field, replace(company, **{field: None})
    if company.ownership not in ("", "unknown"):
        yield "ownership", replace(company, ownership="unknown")
    if company.tags:
        yield "tags", replace(company, tags=())
    if any(product.revenue_share is not None for product in company.products):
        silent = tuple(replace(product, revenue_share=None) for product in company.products)
        yield "revenue_shares", replace(company, products=silent)
    for field in PASSAGE_FIELDS:
        if not company.texts.get(field, "").strip():
            continue
        without = replace(company, texts={f: t for f, t in company.texts.items() if f != field})
        if field == "product_names":
            without = replace(without, products=())
        if field in ("industry", "full_name"):
            without = replace(without, **{field: None if field == "industry" else ""})
        yield field, without


def explained(companies: Sequence[CompanyProfile], gap: Gap) -> dict[str, Candidate]:
    """The explanation of every company with a text, whether a search finds it or not."""
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine.open(build(Path(folder), tuple(companies)), HashingEmbedder(), shipped_weights())
        ordinals = np.flatnonzero(engine.release.has_text)
        scored = score(engine.prepare(gap), engine.release, ordinals, engine.weights)
        found = [explain(scored, engine.weights, i, i + 1, TODAY) for i in range(len(ordinals))]
    for candidate in found:
        told = [s for s in statements_of(candidate, gap, engine.weights, TODAY) if s.fault]
        assert told == []
    return {candidate.company.id: candidate for candidate in found}


def check_blanked(field: str, before: Candidate, after: Candidate) -> None:
    asked = {remark.code for remark in after.unknowns}
    names = {field} | {name for name, group in FACT_GROUPS.items() if field in group}
    known = {remark.code for remark in before.unknowns}
    if field == "revenue_shares":
        counts = [
            sum(dict(r.params).get("count", 0) for r in some.unknowns if r.code == "revenue_shares")
            for some in (before, after)
        ]
        assert counts[1] > counts[0]
    else:
        assert names & (asked - known), f"{field} is blank and nobody asks for it: {sorted(asked)}"
    for language in ("zh", "en"):
        assert all(question_sentence(language, remark).strip() for remark in after.unknowns)
    listed = sum(p.field in LISTS for p in cut_passages(after.company.texts))
    for was, row in zip(before.requirements, after.requirements, strict=True):
        assert all(evidence.field != field for evidence in row.evidence)
        lost = was.status in ("met", "partial") and row.status not in ("met", "partial")
        if lost and listed < FEW_PASSAGES:
            assert row.status == "unknown"
            assert row.level == "must_not" or ("requirement", row.id) in {
                (remark.code, remark.params.get("id")) for remark in after.unknowns
            }
    assert all(e.field != field for row in after.contributions for e in row.evidence)


def check_all(company: CompanyProfile, gap: Gap) -> int:
    variants = [
        (field, replace(some, id=f"{number}"))
        for number, (field, some) in enumerate(blanked(replace(company, id="whole")))
    ]
    found = explained([replace(company, id="whole"), *(some for _, some in variants)], gap)
    checked = 0
    for field, some in variants:
        if "whole" in found and some.id in found:
            check_blanked(field, found["whole"], found[some.id])
            checked += 1
    return checked


def shipped(every: int) -> list[CompanyProfile]:
    companies = []
    for line in SHIPPED.read_text("utf-8").splitlines()[::every]:
        known = json.loads(line)
        products = tuple(Product(p["name"], p["revenue_share"]) for p in known.get("products", []))
        texts = {"full_name": known["full_name"], "industry": known.get("industry") or ""}
        if products:
            texts["product_names"] = join_product_names([product.name for product in products])
        companies.append(
            CompanyProfile(
                id=known["id"],
                name=known["name"],
                texts={field: text for field, text in texts.items() if text},
                products=products,
                full_name=known["full_name"],
                province=known.get("province"),
                city=known.get("city"),
                industry=known.get("industry"),
                stock_code=known.get("stock_code"),
                status=known.get("status"),
                employees=known.get("employees"),
                listed_on=date.fromisoformat(known["listed_on"]) if known.get("listed_on") else None,
                data_year=known.get("data_year"),
            )
        )
    return companies


@pytest.mark.parametrize("company", shipped(every=180), ids=lambda some: some.id)
def test_blank_field_of_a_shipped_company_becomes_a_question(company: CompanyProfile) -> None:
    need = company.products[0].name if company.products else company.name
    assert check_all(company, Gap(id="G", need=need)) >= 6


@settings(max_examples=40, phases=(Phase.explicit, Phase.generate))
@given(company=profiles, need=st.sampled_from(["铜箔", "球阀", "稀土"]))
def test_blank_field_of_any_company_becomes_a_question(company: CompanyProfile, need: str) -> None:
    texts = {**company.texts, "description": company.texts.get("description") or f"公司生产{need}"}
    stated = (p.revenue_share for p in company.products)
    shares = [share if share is not None and 0 < share <= 1 else None for share in stated]  # as imports keep
    products = tuple(replace(p, revenue_share=s) for p, s in zip(company.products, shares, strict=True))
    company = replace(company, name=company.name or "甲", texts=texts, products=products)
    check_all(company, Gap(id="G", need=need))
