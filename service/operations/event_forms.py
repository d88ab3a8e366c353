"""Official forms of an event's list, filled in from the database; writers make files of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models import Anchor, Chain, Company, Gap, GapVersion
from service.actors import Actor
from service.event_list_records import EventEntry, EventList
from service.form_records import (
    AnchorFacts,
    ChainFacts,
    CompanyFacts,
    Form,
    FormPreset,
    FormRow,
    GapFacts,
    LinkFacts,
    RequirementFacts,
)
from service.i18n import mark, translate
from service.operations.event_lists import get_event_list
from service.operations.events import get_event, plan_of

_CHUNK = 500


def get_form(
    session: Session,
    actor: Actor,
    preset: FormPreset,
    event_code: str,
    *,
    today: date,
    language: str = "zh",
    version: int | None = None,
) -> Form:
    """The form `preset` of the event's working list, or of its frozen `version`, which only can be read.

    Raises NotFound, PermissionDenied.
    """
    found = get_event_list(session, actor, event_code, version)
    plan = plan_of(session, get_event(session, event_code))
    chains = [some.chain.upper() for some in plan.in_play if some.chain]
    gaps = [some.gap.upper() for some in plan.in_play if some.gap]
    run_code = f"{found.code}-R{found.run_number or 0}-V{found.version}"
    return fill_form(
        session, preset, found, chains, gaps,
        today=today, language=language, run_code=run_code, is_stored=not found.is_frozen,
    )  # fmt: skip


def fill_form(
    session: Session,
    preset: FormPreset,
    listed: EventList,
    chains_in_play: Sequence[str],
    gaps_in_play: Sequence[str],
    *,
    today: date,
    language: str,
    run_code: str,
    is_stored: bool,
) -> Form:
    """The form of `listed`, with what the database says of its companies, gaps and chains."""
    entries = [entry for status in preset.statuses for entry in listed.with_status(status)]
    wanted = {entry.gap_code for entry in entries if entry.gap_code} | set(gaps_in_play)
    gaps = _gaps(session, wanted, chains_in_play)
    chains = _chains(session, {gap.chain_code for gap in gaps.values()} | set(chains_in_play))
    companies = _companies(session, [entry.company_id for entry in entries])
    if preset.rows == "gaps":
        rows = _rows_of_gaps(gaps, chains, entries)
    else:
        rows = tuple(
            FormRow(
                number,
                entry,
                companies.get(entry.company_id, CompanyFacts()),
                gaps.get(entry.gap_code or ""),
                chains.get(entry.chain_code or ""),
            )
            for number, entry in enumerate(entries, start=1)
        )
    return Form(
        preset=preset,
        list=listed,
        rows=rows,
        gaps=gaps,
        chains=chains,
        made_on=today,
        run_code=run_code,
        data_as_of=_data_as_of(companies.values(), listed, language),
        is_stored=is_stored,
        language=language,
    )


def _rows_of_gaps(
    gaps: dict[str, GapFacts], chains: dict[str, ChainFacts], entries: Iterable[EventEntry]
) -> tuple[FormRow, ...]:
    of_gap = defaultdict(list)
    for entry in entries:
        of_gap[entry.gap_code].append(entry)
    return tuple(
        FormRow(number, None, CompanyFacts(), gap, chains.get(gap.chain_code), tuple(of_gap[gap.code]))
        for number, gap in enumerate(gaps.values(), start=1)
    )


def _data_as_of(companies: Iterable[CompanyFacts], listed: EventList, language: str) -> str:
    """How old the facts of the companies are: their years, else the day of the run."""
    years = sorted({facts.data_year for facts in companies if facts.data_year})
    if years:
        shown = str(years[0]) if years[0] == years[-1] else f"{years[0]}–{years[-1]}"
        return translate(language, mark("year {year}"), year=shown)
    return listed.data_date.isoformat() if listed.data_date else translate(language, mark("of no known day"))


def _companies(session: Session, ids: Sequence[str]) -> dict[str, CompanyFacts]:
    found: dict[str, CompanyFacts] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = session.scalars(
            select(Company)
            .options(selectinload(Company.provenance))
            .where(Company.external_id.in_(ids[start : start + _CHUNK]))
        )
        for row in rows:
            sources = Counter(origin.source for origin in row.provenance)
            found[row.external_id] = CompanyFacts(
                founded_on=row.founded_on,
                listed_on=row.listed_on,
                reg_capital_wan=None if row.reg_capital_wan is None else float(row.reg_capital_wan),
                data_year=row.data_year,
                main_business=row.main_business,
                source=sources.most_common(1)[0][0] if sources else None,
            )
    return found


def _gaps(session: Session, codes: Iterable[str], chains: Sequence[str]) -> dict[str, GapFacts]:
    """The gaps of these codes, and all published ones of these chains, by code."""
    rows = session.scalars(
        select(Gap)
        .join(Chain, Gap.chain_id == Chain.id)
        .options(
            selectinload(Gap.chain).selectinload(Chain.anchors),
            selectinload(Gap.current_version).selectinload(GapVersion.requirements),
            selectinload(Gap.current_version).selectinload(GapVersion.link),
        )
        .where(Gap.code.in_(list(codes)) | Chain.code.in_(list(chains)))
        .order_by(Gap.code)
    )
    wanted = set(codes)
    return {
        row.code: _gap(row, row.current_version)
        for row in rows
        if row.current_version is not None
        and (row.code in wanted or row.current_version.status == "published")
    }


def _gap(row: Gap, version: GapVersion) -> GapFacts:
    anchors = {anchor.name: anchor for anchor in row.chain.anchors}
    named = [anchors[name] for name in version.anchors if name in anchors]
    return GapFacts(
        code=row.code,
        title=version.title,
        kind=version.kind,
        severity=version.severity,
        need=version.need,
        chain_code=row.chain.code,
        link_code=version.link.code,
        link_name=version.link.name,
        position=version.link.position,
        requirements=tuple(
            RequirementFacts(line.req_id, line.text, line.level) for line in version.requirements
        ),
        anchors=tuple(map(_anchor, named)),
        sites=tuple(version.sites),
        policy=tuple((ref["section"], ref["quote"]) for ref in version.policy_refs),
    )


def _anchor(row: Anchor) -> AnchorFacts:
    return AnchorFacts(row.full_name or row.name, row.place, row.role, tuple(row.link_codes))


def _chains(session: Session, codes: Iterable[str]) -> dict[str, ChainFacts]:
    rows = session.scalars(
        select(Chain)
        .options(selectinload(Chain.links), selectinload(Chain.anchors))
        .where(Chain.code.in_(list(codes)))
        .order_by(Chain.sort_order)
    )
    return {
        row.code: ChainFacts(
            code=row.code,
            name=row.name,
            summary=row.summary,
            output_yi=row.output_yi,
            target_year=row.target_year,
            links=tuple(LinkFacts(link.code, link.name, link.position) for link in row.links),
            anchors=tuple(map(_anchor, row.anchors)),
        )
        for row in rows
    }
