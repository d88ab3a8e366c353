"""The company base: looking a company up, and all that is known of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import render_template, request

from matching.explanation import STALE_YEARS
from matching.records import PASSAGE_FIELDS
from models import Company, CompanyProduct, CompanyProvenance
from service.app import service
from service.operations.companies import find_companies, get_company

SHOWN = 50
# Facts in the order in which an official form asks for them.
FACTS = (
    "full_name",
    "uscc",
    "stock_code",
    "exchange",
    "listed_on",
    "founded_on",
    "status",
    "ownership",
    "province",
    "city",
    "industry",
    "employees",
    "reg_capital_wan",
    "data_year",
)
# What is told for a year and is another the next.
YEARLY = frozenset({"employees", "status", "product_names", "data_year"})
# `industry` and `full_name` stand among the facts; the names of products in their table.
TEXTS = tuple(field for field in PASSAGE_FIELDS if field not in ("product_names", *FACTS))


def search_companies() -> str:
    """Companies by part of a name or by code."""
    text = request.args.get("q", "").strip()[:100]
    with service().database.reading() as session:
        found = find_companies(session, text, limit=SHOWN + 1)
        companies = [(company, _main_product(company)) for company in found[:SHOWN]]
        return render_template(
            "companies.html", text=text, companies=companies, has_more=len(found) > SHOWN, shown=SHOWN
        )


def show_company(key: str) -> str:
    """One company by imported id, credit code, stock code or exact name. Raises NotFound, Conflict."""
    with service().database.reading() as session:
        company = get_company(session, key)
        origins = origins_of(company)
        facts = [(name, _known(company, name), origins.get(name)) for name in FACTS]
        products = sorted(company.products, key=lambda product: -(product.revenue_share or 0.0))
        return render_template(
            "company.html",
            company=company,
            products=products,
            origins=origins,
            facts=[fact for fact in facts if fact[0] != "status" or fact[1] is not None],
            shared_origin=shared_origin(fact[2] for fact in facts if fact[1] is not None),
            has_years=any(product.year for product in products),
            texts=TEXTS,
            today=service().clock().date(),
            stale=_stale_fields(company, origins),
        )


def _stale_fields(company: Company, origins: Mapping[str, CompanyProvenance]) -> frozenset[str]:
    """Facts that speak of years ago: those that change with the year, and what was fetched long ago."""
    year = service().clock().year
    old = {
        name for name, row in origins.items() if row.fetched_on and year - row.fetched_on.year >= STALE_YEARS
    }
    if company.data_year is not None and year - company.data_year >= STALE_YEARS:
        old |= YEARLY
    return frozenset(old)


def origins_of(company: Company) -> dict[str, CompanyProvenance]:
    """Where each field of the company comes from, by the name of the field."""
    return {row.field: row for row in company.provenance}


def shared_origin(origins: Iterable[CompanyProvenance | None]) -> CompanyProvenance | None:
    """The origin that stands for all of `origins`, if they are of one source, kind and day."""
    found = list(origins)
    if not found or found[0] is None:
        return None
    told = {(row.source, row.kind, row.fetched_on) if row else None for row in found}
    return found[0] if len(told) == 1 else None


def _known(company: Company, name: str) -> Any:
    value = getattr(company, name)
    return None if name == "ownership" and value == "unknown" else value


def _main_product(company: Company) -> CompanyProduct | None:
    return max(company.products, key=lambda product: product.revenue_share or 0.0, default=None)
