"""How fresh the company base is: by source, by year, by province; and what the index lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from models import Company, CompanyProvenance
from service.operations.index_releases import IndexState, get_index_state

# As in matching/explanation.py: facts that old are told as a caution.
STALE_YEARS = 3


@dataclass(frozen=True, slots=True)
class Slice:
    """Companies that have something in common: how many, how many of them with old facts or of no year."""

    name: str | None
    companies: int
    stale: int
    undated: int


@dataclass(frozen=True, slots=True)
class DataState:
    """The state of the base. `changed`: companies added or changed since the index was built."""

    total: Slice
    by_source: tuple[Slice, ...]
    by_year: tuple[Slice, ...]
    by_province: tuple[Slice, ...]
    index: IndexState
    changed: int


def get_data_state(session: Session, today: date) -> DataState:
    """Read it all."""
    last_fresh = today.year - STALE_YEARS + 1
    source = (
        select(CompanyProvenance.company_id, CompanyProvenance.source)
        .where(CompanyProvenance.field == "name")
        .subquery()
    )
    counted = (
        func.count(),
        func.coalesce(func.sum(case((Company.data_year < last_fresh, 1), else_=0)), 0),
        func.coalesce(func.sum(case((Company.data_year.is_(None), 1), else_=0)), 0),
    )
    by_source = (
        select(source.c.source, *counted)
        .select_from(Company)
        .outerjoin(source, source.c.company_id == Company.id)
        .group_by(source.c.source)
        .order_by(func.count().desc())
    )
    total = session.execute(select(*counted).select_from(Company)).one()

    def slices(column: object) -> tuple[Slice, ...]:
        rows = session.execute(select(column, *counted).group_by(column))  # type: ignore[call-overload]
        return tuple(Slice(None if name is None else str(name), *map(int, rest)) for name, *rest in rows)

    index = get_index_state(session)
    return DataState(
        total=Slice(None, *map(int, total)),
        by_source=tuple(Slice(name, *map(int, rest)) for name, *rest in session.execute(by_source)),
        by_year=tuple(sorted(slices(Company.data_year), key=lambda s: s.name or "", reverse=True)),
        by_province=tuple(sorted(slices(Company.province), key=lambda s: -s.companies)),
        index=index,
        changed=_changed_since(session, index),
    )


def _changed_since(session: Session, index: IndexState) -> int:
    if index.release is None or not index.is_stale:
        return 0
    statement = select(func.count()).select_from(Company).where(Company.updated_at > index.release.built_at)
    return session.scalar(statement) or 0
