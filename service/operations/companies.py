"""Companies: finding and reading them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from models import Company, CompanySearchKey
from service.errors import Conflict, NotFound

_SHOWN_CHOICES = 5
_FEWEST_INITIALS = 2  # one letter would be a sixth of all companies


def get_company(session: Session, key: str) -> Company:
    """The company with the imported id, credit code, stock code or exact name `key`, with all its facts.

    Raises NotFound, or Conflict when a name or stock code stands for several companies.
    """
    wanted = key.strip()
    whole = (
        selectinload(Company.products),
        selectinload(Company.tags),
        selectinload(Company.provenance),
    )
    for column in (Company.external_id, Company.uscc, Company.stock_code, Company.full_name, Company.name):
        found = list(session.scalars(select(Company).options(*whole).where(column == wanted).limit(6)))
        if len(found) == 1:
            return found[0]
        if found:
            choices = ", ".join(f"{c.external_id} ({c.full_name or c.name})" for c in found[:_SHOWN_CHOICES])
            raise Conflict(f"company {wanted!r}: stands for several: {choices}: give the id")
    near = find_companies(session, wanted, limit=_SHOWN_CHOICES)
    hint = (
        "near it are " + ", ".join(f"{c.external_id} {c.name}" for c in near)
        if near
        else "check the name or import it"
    )
    raise NotFound(f"company {wanted!r}: not found: {hint}")


def find_companies(session: Session, text: str, *, limit: int = 20) -> list[Company]:
    """Companies whose names, former names, initials or codes hold `text`; shortest names first.

    Initials are those of the pinyin of the short name, typed from their beginning: jxty finds 江西铜业.
    Empty for an empty text.
    """
    wanted = text.strip()
    if not wanted:
        return []
    keys = select(CompanySearchKey.company_id).where(_has_key(wanted))
    return list(
        session.scalars(
            select(Company)
            .options(selectinload(Company.products))
            .where(
                or_(
                    Company.name.contains(wanted, autoescape=True),
                    Company.full_name.contains(wanted, autoescape=True),
                    Company.stock_code == wanted,
                    Company.uscc == wanted.upper(),
                    Company.external_id == wanted,
                    Company.id.in_(keys),
                )
            )
            .order_by(func.length(Company.name), Company.external_id)
            .limit(limit)
        )
    )


def _has_key(wanted: str) -> ColumnElement[bool]:
    former = and_(
        CompanySearchKey.kind == "former_name", CompanySearchKey.key.contains(wanted, autoescape=True)
    )
    letters = wanted.lower()
    if not (letters.isascii() and letters.isalnum() and len(letters) >= _FEWEST_INITIALS):
        return former
    # A range instead of LIKE, so that the index is used on every database.
    initials = and_(
        CompanySearchKey.kind == "initials",
        CompanySearchKey.key >= letters,
        CompanySearchKey.key < letters + "\x7f",
    )
    return or_(former, initials)
