"""One box for everything: chains, gaps and companies by code, name, former name or initials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from models import Chain, Company, Gap, GapRequirement, GapVersion
from service.initials import initials
from service.operations.companies import find_companies

SHOWN = 12
_FEWEST_INITIALS = 2


@dataclass(frozen=True, slots=True)
class Found:
    """What a text stands for; each list is cut at SHOWN + 1, so that one can tell that there is more."""

    chains: tuple[Chain, ...] = ()
    gaps: tuple[Gap, ...] = ()
    companies: tuple[Company, ...] = ()

    @property
    def count(self) -> int:
        return len(self.chains) + len(self.gaps) + len(self.companies)


def look_up(session: Session, text: str) -> Found:
    """Everything that `text` names. Empty for an empty text."""
    wanted = " ".join(text.split())
    if not wanted:
        return Found()
    return Found(
        tuple(_chains(session, wanted)[: SHOWN + 1]),
        tuple(_gaps(session, wanted)[: SHOWN + 1]),
        tuple(find_companies(session, wanted, limit=SHOWN + 1)),
    )


def _chains(session: Session, wanted: str) -> list[Chain]:
    folded = wanted.lower()
    chains = session.scalars(select(Chain).order_by(Chain.sort_order, Chain.code))
    return [
        chain
        for chain in chains
        if folded == chain.code.lower()
        or wanted in chain.name
        or (len(folded) > _FEWEST_INITIALS and folded in chain.name_en.lower())
        or _starts(chain.name, folded)
    ]


def _gaps(session: Session, wanted: str) -> list[Gap]:
    """Gaps by code, title or what they ask for; those whose title or code says it come first."""
    folded = wanted.lower()
    statement = (
        select(Gap)
        .join(GapVersion, GapVersion.gap_id == Gap.id)
        .options(selectinload(Gap.chain), selectinload(Gap.current_version))
        .where(GapVersion.is_current, GapVersion.status == "published")
        .order_by(Gap.code)
    )
    asks = select(GapRequirement.version_id).where(GapRequirement.text.contains(wanted, autoescape=True))
    found = session.scalars(
        statement.where(
            or_(
                Gap.code == wanted.upper(),
                Gap.code.startswith(f"{wanted.upper()}-", autoescape=True),
                GapVersion.title.contains(wanted, autoescape=True),
                GapVersion.need.contains(wanted, autoescape=True),
                GapVersion.id.in_(asks),
            )
        )
    ).all()
    if not found and folded.isascii():
        found = [gap for gap in session.scalars(statement) if _title_agrees(gap, folded)]
    return sorted(found, key=lambda gap: not _names(gap, wanted))


def _names(gap: Gap, wanted: str) -> bool:
    version = gap.current_version
    return gap.code.startswith(wanted.upper()) or (version is not None and wanted in version.title)


def _title_agrees(gap: Gap, folded: str) -> bool:
    version = gap.current_version
    if version is None:
        return False
    in_english = len(folded) > _FEWEST_INITIALS and folded in version.title_en.lower()
    return in_english or _starts(version.title, folded)


def _starts(name: str, folded: str) -> bool:
    if not (folded.isascii() and folded.isalnum() and len(folded) >= _FEWEST_INITIALS):
        return False
    return initials(name).startswith(folded)


def only_hit(found: Found, text: str) -> Chain | Gap | Company | None:
    """The one thing that `text` is the code or the whole name of; None where it may be several."""
    wanted = " ".join(text.split()).upper()
    exact: Sequence[Chain | Gap | Company] = [
        *(chain for chain in found.chains if wanted in (chain.code, chain.name)),
        *(gap for gap in found.gaps if wanted == gap.code),
        *(
            company
            for company in found.companies
            if wanted
            in (company.stock_code, company.uscc, company.external_id, company.name, company.full_name)
        ),
    ]
    return exact[0] if len(exact) == 1 else None
