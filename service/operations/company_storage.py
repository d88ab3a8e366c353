"""Company records to rows and back, many at a time: one statement a table for a few hundred companies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from matching.passages import cut_passages, text_key
from models import Base, Company, CompanyPassage, CompanyProduct, CompanyProvenance, CompanyTag, utc_now
from service.company_records import FACT_FIELDS, CompanyRecord, ProductRecord, TagRecord, known_facts
from service.operations.company_identity import KnownCompanies, KnownCompany, keys_to_look_up

# Facts that are a column of their own; products and tags have tables.
_COLUMNS = tuple(field for field in FACT_FIELDS if field not in ("products", "tags"))
_TABLES = Base.metadata.tables
_COMPANY = _TABLES[Company.__tablename__]
_PRODUCT = _TABLES[CompanyProduct.__tablename__]
_TAG = _TABLES[CompanyTag.__tablename__]
_PASSAGE = _TABLES[CompanyPassage.__tablename__]
_PROVENANCE = _TABLES[CompanyProvenance.__tablename__]
_TAG_FIELDS = ("code", "level", "batch", "valid_from", "valid_to", "source")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the facts of a file come from, for the provenance of each field."""

    source: str
    kind: str
    fetched_on: date
    batch_id: int


def load_known(session: Session, records: Sequence[tuple[CompanyRecord, bool]]) -> KnownCompanies:
    """The stored companies that any of `records` may speak of."""
    keys = {column: values for column, values in keys_to_look_up(records).items() if values}
    condition = or_(*(_COMPANY.c[column].in_(values) for column, values in keys.items()))
    stored = _records(session, condition)
    sources = _id_sources(session, list(stored))
    known = KnownCompanies(stored_ids=partial(_ids_from, session))
    for company_id, record in stored.items():
        known.add(KnownCompany(record, company_id, before=record, id_source=sources.get(company_id)))
    return known


def load_by_ids(session: Session, ids: Sequence[int]) -> dict[int, CompanyRecord]:
    """The facts of the stored companies with these row ids."""
    return _records(session, _COMPANY.c.id.in_(ids))


def _records(session: Session, condition: ColumnElement[bool]) -> dict[int, CompanyRecord]:
    columns = [_COMPANY.c[name] for name in ("id", "external_id", *_COLUMNS)]
    rows = session.execute(select(*columns).where(condition).order_by(_COMPANY.c.id)).mappings().all()
    ids = [row["id"] for row in rows]
    products = _products(session, ids)
    tags = _tags(session, ids)
    return {
        row["id"]: CompanyRecord(
            external_id=row["external_id"],
            products=tuple(products.get(row["id"], ())),
            tags=tuple(tags.get(row["id"], ())),
            **{column: row[column] for column in _COLUMNS},
        )
        for row in rows
    }


def _ids_from(session: Session, start: str) -> set[str]:
    statement = select(_COMPANY.c.external_id).where(
        _COMPANY.c.external_id.startswith(start, autoescape=True)
    )
    return set(session.scalars(statement))


def _products(session: Session, ids: list[int]) -> dict[int, list[ProductRecord]]:
    found: dict[int, list[ProductRecord]] = {}
    statement = select(_PRODUCT).where(_PRODUCT.c.company_id.in_(ids))
    for row in session.execute(statement.order_by(_PRODUCT.c.company_id, _PRODUCT.c.sort_order)):
        found.setdefault(row.company_id, []).append(ProductRecord(row.name, row.revenue_share, row.year))
    return found


def _tags(session: Session, ids: list[int]) -> dict[int, list[TagRecord]]:
    found: dict[int, list[TagRecord]] = {}
    statement = select(_TAG).where(_TAG.c.company_id.in_(ids)).order_by(_TAG.c.company_id, _TAG.c.id)
    for row in session.execute(statement).mappings():
        found.setdefault(row["company_id"], []).append(TagRecord(*(row[name] for name in _TAG_FIELDS)))
    return found


def _id_sources(session: Session, ids: list[int]) -> dict[int, str]:
    statement = select(_PROVENANCE.c.company_id, _PROVENANCE.c.source).where(
        _PROVENANCE.c.company_id.in_(ids), _PROVENANCE.c.field == "name"
    )
    return {row.company_id: row.source for row in session.execute(statement)}


def insert_companies(session: Session, companies: Sequence[KnownCompany], origin: Origin) -> None:
    """Store new companies with all that belongs to them and give each its `company_id`."""
    if not companies:
        return
    rows = [{"external_id": c.record.external_id, **_columns_of(c.record)} for c in companies]
    made = session.execute(insert(_COMPANY).returning(_COMPANY.c.id, _COMPANY.c.external_id), rows)
    ids = {row.external_id: row.id for row in made}
    for company in companies:
        company.company_id = ids[company.record.external_id]
    _insert_parts(session, companies, companies, companies)
    _write_provenance(session, [(c, known_facts(c.record) | {"name"}) for c in companies], origin)


def update_companies(session: Session, companies: Sequence[KnownCompany], origin: Origin) -> None:
    """Store what changed; passages are cut again only where a text did."""
    if not companies:
        return
    changes = rewrite_companies(session, companies)
    _write_provenance(session, changes, origin, is_new=False)


def rewrite_companies(
    session: Session, companies: Sequence[KnownCompany]
) -> list[tuple[KnownCompany, frozenset[str]]]:
    """Store what changed but for where it is from; gives each company with its changed fields."""
    if not companies:
        return []
    changes = [(company, _changed(company)) for company in companies]
    session.execute(
        update(_COMPANY).where(_COMPANY.c.id == bindparam("changed_id")),
        [{"changed_id": c.company_id, "updated_at": utc_now(), **_columns_of(c.record)} for c in companies],
    )
    products = [c for c, fields in changes if "products" in fields]
    tags = [c for c, fields in changes if "tags" in fields]
    passages = [c for c, _ in changes if c.before is None or c.record.texts != c.before.texts]
    for table, some in ((_PRODUCT, products), (_TAG, tags), (_PASSAGE, passages)):
        if some:
            session.execute(delete(table).where(table.c.company_id.in_([c.company_id for c in some])))
    _insert_parts(session, products, tags, passages)
    return changes


def _changed(company: KnownCompany) -> frozenset[str]:
    before = company.before
    if before is None:
        return frozenset(FACT_FIELDS)
    return frozenset(f for f in FACT_FIELDS if getattr(company.record, f) != getattr(before, f))


def _columns_of(record: CompanyRecord) -> dict[str, Any]:
    values = {column: getattr(record, column) for column in _COLUMNS}
    values["name_key"] = record.name_key
    values["product_names"] = record.product_names
    values["content_hash"] = record.content_hash
    return values


def _insert_parts(
    session: Session,
    products: Iterable[KnownCompany],
    tags: Iterable[KnownCompany],
    passages: Iterable[KnownCompany],
) -> None:
    product_rows = [
        {
            "company_id": c.company_id,
            "name": p.name,
            "revenue_share": p.revenue_share,
            "year": p.year,
            "sort_order": n,
        }
        for c in products
        for n, p in enumerate(c.record.products)
    ]
    tag_rows = [
        {"company_id": c.company_id, **{name: getattr(tag, name) for name in _TAG_FIELDS}}
        for c in tags
        for tag in c.record.tags
    ]
    passage_rows = [
        {
            "company_id": c.company_id,
            "field": passage.field,
            "start_at": passage.start,
            "end_at": passage.end,
            "text_key": text_key(passage.text),
            "sort_order": n,
        }
        for c in passages
        for n, passage in enumerate(cut_passages(c.record.texts))
    ]
    for table, rows in ((_PRODUCT, product_rows), (_TAG, tag_rows), (_PASSAGE, passage_rows)):
        if rows:
            session.execute(insert(table), rows)


def _write_provenance(
    session: Session,
    stated: Sequence[tuple[KnownCompany, Collection[str]]],
    origin: Origin,
    *,
    is_new: bool = True,
) -> None:
    """Say of each stated field where it is from; what another file said of it before is replaced."""
    replaced = [
        {"of_company": company.company_id, "of_field": _provenance_field(field)}
        for company, fields in stated
        for field in fields
    ]
    if replaced and not is_new:
        session.execute(
            delete(_PROVENANCE).where(
                _PROVENANCE.c.company_id == bindparam("of_company"),
                _PROVENANCE.c.field == bindparam("of_field"),
            ),
            replaced,
        )
    rows = [
        {
            "company_id": company.company_id,
            "field": _provenance_field(field),
            "source": origin.source,
            "kind": origin.kind,
            "fetched_on": origin.fetched_on,
            "batch_id": origin.batch_id,
            "details": None,
        }
        for company, fields in stated
        for field in sorted(fields)
        if getattr(company.record, field) not in (None, (), "unknown")
    ]
    if rows:
        session.execute(insert(_PROVENANCE), rows)


def _provenance_field(field: str) -> str:
    """Products are shown and quoted under the name of their joined text."""
    return "product_names" if field == "products" else field
