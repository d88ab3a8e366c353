"""From table rows to the engine's records: the one place that knows both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from matching.engine import BANDS
from matching.index.facets import SIZES
from matching.records import (
    PASSAGE_FIELDS,
    Band,
    CompanyProfile,
    Facet,
    Filters,
    Gap,
    Level,
    Product,
    Requirement,
    Tag,
)
from models import Company, GapRequirement, GapVersion
from models.company import OWNERSHIPS
from service.errors import InvalidInput
from service.provinces import known_provinces, short_province

if TYPE_CHECKING:
    from service.company_records import CompanyRecord
    from service.gap_content import GapContent

LISTINGS = ("listed", "not_listed")
_CHUNK = 500


def profile_of(company: Company) -> CompanyProfile:
    """The engine's view of a company row, its products and tags."""
    return CompanyProfile(
        id=company.external_id,
        name=company.name,
        texts=_texts(company),
        products=tuple(Product(p.name, p.revenue_share, p.year) for p in company.products),
        full_name=company.full_name or "",
        province=company.province,
        city=company.city,
        industry=company.industry,
        stock_code=company.stock_code,
        uscc=company.uscc,
        status=company.status,
        ownership=company.ownership,
        employees=company.employees,
        listed_on=company.listed_on,
        founded_on=company.founded_on,
        reg_capital_wan=None if company.reg_capital_wan is None else float(company.reg_capital_wan),
        data_year=company.data_year,
        tags=tuple(Tag(tag.code, tag.valid_to) for tag in company.tags),
    )


def slim_profile(
    company_id: str, name: str, province: str | None, city: str | None, ownership: str
) -> CompanyProfile:
    """As much of a company as the lists of events need of one that was stored with a run."""
    return CompanyProfile(company_id, name, province=province, city=city, ownership=ownership)


def profile_of_record(record: CompanyRecord) -> CompanyProfile:
    """The engine's view of a row of a file that is in no database."""
    return CompanyProfile(
        id=record.external_id,
        name=record.name,
        texts=record.texts,
        products=tuple(Product(p.name, p.revenue_share, p.year) for p in record.products),
        full_name=record.full_name or "",
        province=record.province,
        city=record.city,
        industry=record.industry,
        stock_code=record.stock_code,
        uscc=record.uscc,
        status=record.status,
        ownership=record.ownership,
        employees=record.employees,
        listed_on=record.listed_on,
        founded_on=record.founded_on,
        reg_capital_wan=None if record.reg_capital_wan is None else float(record.reg_capital_wan),
        data_year=record.data_year,
        tags=tuple(Tag(tag.code, tag.valid_to) for tag in record.tags),
    )


def iterate_profiles(session: Session) -> Iterator[CompanyProfile]:
    """All companies in the order of their ids, a few hundred rows in memory at a time."""
    session.flush()
    connection, last = session.connection(), ""
    while True:
        # A session of its own for each chunk: it lets go of its rows without touching what the caller holds.
        with Session(connection) as reading:
            companies = reading.scalars(
                select(Company)
                .options(selectinload(Company.products), selectinload(Company.tags))
                .where(Company.external_id > last)
                .order_by(Company.external_id)
                .limit(_CHUNK)
            ).all()
            yield from map(profile_of, companies)
        if len(companies) < _CHUNK:
            return
        last = companies[-1].external_id


def company_snapshot(session: Session) -> str:
    """What the companies of the database are now, as 16 hex digits: equal facts give equal digits."""
    digest = hashlib.sha256()
    rows = session.execute(
        select(Company.external_id, Company.content_hash)
        .order_by(Company.external_id)
        .execution_options(yield_per=10_000)
    )
    for external_id, content_hash in rows:
        digest.update(f"{external_id}\t{content_hash}\n".encode())
    return digest.hexdigest()[:16]


def company_marks(session: Session) -> dict[str, Any]:
    """Signs of a change that cost nothing to read: equal marks, equal companies.

    Every write to a company's facts moves `updated_at`; a deletion changes the count.
    """
    count, last, newest = session.execute(
        select(func.count(Company.id), func.max(Company.updated_at), func.max(Company.id))
    ).one()
    return {"count": count, "updated_at": last and _moment(last), "last_id": newest}


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


def count_companies(session: Session) -> int:
    """How many companies the database holds."""
    return session.scalar(select(func.count()).select_from(Company)) or 0


def gap_record(version: GapVersion, home_province: str | None) -> Gap:
    """The engine's view of one wording of a gap."""
    return Gap(
        id=version.gap.code,
        need=version.need,
        requirements=tuple(_requirement(row) for row in version.requirements),
        title=version.title,
        chain=version.gap.chain.code,
        kind=version.kind,
        version=version.version,
        home_province=home_province,
    )


def gap_of_content(code: str, chain: str, content: GapContent, home_province: str | None) -> Gap:
    """The engine's view of a wording that is not stored. Lines without text are left out."""
    return Gap(
        id=code,
        need=content.need,
        requirements=tuple(
            Requirement(
                id=row.id or f"N{place}",
                text=row.text,
                facet=cast(Facet, row.facet),
                level=cast(Level, row.level),
                weight=row.weight,
                synonyms=row.synonyms,
            )
            for place, row in enumerate(content.requirements)
            if row.text.strip()
        ),
        title=content.title,
        chain=chain,
        kind=content.kind,
        home_province=home_province,
    )


def gap_of_run(run_need: str, requirements: Iterable[dict[str, Any]], receipt: dict[str, Any]) -> Gap:
    """The gap as a stored run asked it, letter by letter."""
    return Gap(
        id=receipt.get("gap") or "",
        need=run_need,
        requirements=tuple(
            Requirement(**{**known, "synonyms": tuple(known["synonyms"])}) for known in requirements
        ),
        title=receipt.get("title") or "",
        chain=receipt.get("chain") or "",
        kind=receipt.get("kind") or "",
        version=receipt.get("gap_version"),
        home_province=receipt.get("home_province"),
    )


def filters_from(values: Mapping[str, Any], home_province: str | None = None) -> Filters:
    """Filters as a form, a query string or a stored run holds them; provinces in any official spelling.

    Companies of `home_province` are no outside companies: they are left out, unless the values name their
    province or say `include_home_province`. Raises InvalidInput for a province that does not exist.
    """
    provinces = tuple(map(_province, values.get("provinces") or ()))
    excluded = tuple(map(_province, values.get("exclude_provinces") or ()))
    keeps_home = values.get("include_home_province") or home_province in provinces + excluded
    if home_province and not keeps_home:
        excluded += (home_province,)
    return Filters(
        provinces=provinces,
        exclude_provinces=excluded,
        listed_only=bool(values.get("listed_only", False)),
        min_employees=values.get("min_employees"),
        include_delisted=bool(values.get("include_delisted", False)),
        ownerships=_choice("ownership", values.get("ownerships"), OWNERSHIPS),
        sizes=_choice("size", values.get("sizes"), SIZES),
        listings=_choice("listing", values.get("listings"), LISTINGS),
        tags=tuple(map(str, values.get("tags") or ())),
        years=tuple(map(str, values.get("years") or ())),
        bands=cast(tuple[Band, ...], _choice("band", values.get("bands"), BANDS)),
        hidden_suppliers=bool(values.get("hidden_suppliers", False)),
    )


def _choice(name: str, given: Iterable[str] | None, known: Iterable[str]) -> tuple[str, ...]:
    chosen = tuple(given or ())
    for value in chosen:
        if value not in known:
            raise InvalidInput(f"{name} {value!r}: not one of {', '.join(known)}")
    return chosen


def _province(name: str) -> str:
    province = short_province(name)
    if province not in known_provinces():
        # Nobody would be found there, and the reader would take that for an answer.
        raise InvalidInput(
            f"province {name!r}: not a province of the table: write one such as 江苏 or 江苏省"
        )
    return province


def plain(value: Any) -> Any:
    """A dataclass of the engine as JSON can hold it: tuples become lists, dates ISO text."""
    return _plain(asdict(value))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(some) for key, some in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(some) for some in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value


def _texts(company: Company) -> dict[str, str]:
    return {field: text for field in PASSAGE_FIELDS if (text := getattr(company, field))}


def _requirement(row: GapRequirement) -> Requirement:
    return Requirement(
        id=row.req_id,
        text=row.text,
        facet=cast(Facet, row.facet),  # the table's constraint allows no other word
        level=cast(Level, row.level),
        weight=row.weight,
        synonyms=tuple(row.synonyms),
    )
