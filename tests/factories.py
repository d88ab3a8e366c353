"""Rows and engine inputs for tests, with everything filled in that the test does not speak of."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from matching.passages import join_product_names
from matching.records import CompanyProfile, Gap, Product, Requirement
from models import (
    Chain,
    ChainLink,
    Company,
    CompanyProduct,
    CompanyTag,
    GapRequirement,
    GapVersion,
    User,
)
from models import Gap as GapRow

REF = {"section": "二", "quote": "补齐短板"}
_ordinals = itertools.count(1)
Row = TypeVar("Row")

# A product with its revenue share, or its name alone.
ProductFact = str | tuple[str, float | None]


def make_user(session: Session, **fields: Any) -> User:
    """A stored user."""
    login = fields.pop("login", f"user{next(_ordinals)}")
    return _stored(session, User(login=login, display_name=fields.pop("display_name", login), **fields))


def make_chain(
    session: Session, code: str = "CU", *, links: Sequence[str] = ("mining", "smelting"), **fields: Any
) -> Chain:
    """A stored chain with links of these codes, the first upstream, all others midstream."""
    chain = Chain(
        **{
            "code": code,
            "name": f"{code} 产业链",
            "name_en": f"{code} chain",
            "summary": "一条产业链。",
            "document": "意见",
            "output_class": "百亿",
            "output_yi": 300,
            "target_year": 2020,
            "target_ref": REF,
            **fields,
        }
    )
    chain.links = [
        ChainLink(
            code=link,
            name=f"{link} 环节",
            name_en=link,
            position="midstream" if place else "upstream",
            sort_order=place,
        )
        for place, link in enumerate(links)
    ]
    return _stored(session, chain)


def make_gap(
    session: Session,
    chain: Chain,
    code: str = "CU-01",
    *,
    requirements: Sequence[str | tuple[str, str]] = ("电解铜箔",),
    **fields: Any,
) -> GapRow:
    """A stored gap at the first link of `chain` with one current, published version.

    `requirements`: texts, which must be met, or (text, level); their ids are r1, r2 …. `fields` are those
    of the version.
    """
    gap = GapRow(code=code, chain=chain)
    session.add(gap)
    make_gap_version(session, gap, requirements=requirements, **fields)
    return gap


def make_gap_version(
    session: Session,
    gap: GapRow,
    *,
    requirements: Sequence[str | tuple[str, str]] = ("电解铜箔",),
    **fields: Any,
) -> GapVersion:
    """A stored version of `gap`, the first and current one unless `fields` say otherwise."""
    lines = [(line, "must") if isinstance(line, str) else line for line in requirements]
    need = "、".join(text for text, _ in lines)
    version = GapVersion(
        **{
            "gap": gap,
            "version": 1,
            "link": gap.chain.links[0],
            "kind": "fill",
            "title": need,
            "title_en": "Gap",
            "need": need,
            "anchors": [],
            "sites": [],
            "industry_codes": [],
            "policy_refs": [REF],
            "content_hash": _digest(need),
            "created_by": "test",
            **fields,
        }
    )
    version.requirements = [
        GapRequirement(
            req_id=f"r{place}",
            text=text,
            facet="product",
            level=level,
            weight=1.0,
            synonyms=[],
            sort_order=place,
        )
        for place, (text, level) in enumerate(lines, start=1)
    ]
    return _stored(session, version)


def make_company(
    session: Session,
    name: str = "江陵铜箔",
    *,
    products: Sequence[ProductFact] = ("电解铜箔",),
    tags: Sequence[str] = (),
    **fields: Any,
) -> Company:
    """A stored company with products, their joined names and tags of these codes."""
    facts = [(product, None) if isinstance(product, str) else product for product in products]
    company = Company(
        **{
            "external_id": f"T{next(_ordinals):05d}",
            "name": name,
            "full_name": f"{name}股份有限公司",
            "name_key": f"{name}股份有限公司",
            "province": "江西",
            "product_names": join_product_names([product for product, _ in facts]) or None,
            "content_hash": _digest(repr((name, facts, fields))),
            **fields,
        }
    )
    company.products = [
        CompanyProduct(name=product, revenue_share=share, sort_order=place)
        for place, (product, share) in enumerate(facts)
    ]
    company.tags = [CompanyTag(code=tag) for tag in tags]
    return _stored(session, company)


def company_profile(
    name: str = "江陵铜箔", *, products: Sequence[ProductFact] = ("电解铜箔",), **fields: Any
) -> CompanyProfile:
    """A company as the engine sees it; `texts` are added to those of the products and the full name."""
    facts = [Product(product) if isinstance(product, str) else Product(*product) for product in products]
    full_name = fields.pop("full_name", f"{name}股份有限公司")
    texts = {"full_name": full_name, **fields.pop("texts", {})}
    if facts:
        texts["product_names"] = join_product_names([product.name for product in facts])
    return CompanyProfile(
        **{
            "id": name,
            "name": name,
            "full_name": full_name,
            "texts": texts,
            "products": tuple(facts),
            "province": "江西",
            **fields,
        }
    )


def gap(*requirements: str, **fields: Any) -> Gap:
    """A gap as the engine sees it; each text must be met. Their ids are r1, r2 …."""
    return Gap(
        **{
            "id": "CU-01",
            "need": "、".join(requirements),
            "requirements": tuple(
                Requirement(f"r{place}", text) for place, text in enumerate(requirements, start=1)
            ),
            **fields,
        }
    )


def _stored(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
