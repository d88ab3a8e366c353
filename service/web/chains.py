"""The chains of the plan, and one chain with its links, anchors and gaps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import Response, make_response, render_template, request

from models import Chain, ChainLink, Gap, GapCoverage, IndexRelease
from models.chain import POSITIONS
from service.app import service
from service.labels import KIND_LABELS
from service.operations.chains import get_chain, list_chains, published_gaps
from service.operations.coverage import (
    Sum,
    basis_of,
    get_coverage_state,
    list_coverage,
    provinces_of,
    sum_coverage,
)
from service.operations.gaps import current_wording
from service.operations.index_releases import get_index_state
from service.operations.news import News, list_news
from service.web.chain_map import draw_map
from service.web.visits import last_visit, note_visit

DENSE_LINES = 60  # as many lines as three columns of A4 across hold in the larger type


@dataclass(frozen=True, slots=True)
class ChainRow:
    """A chain with the number of its gaps by kind, how well they can be filled, and how many are new."""

    chain: Chain
    by_kind: Counter[str]
    coverage: Sum
    news: int


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link with its number on the map, neighbours, anchors and gaps. `shown`: gaps of the kind chosen."""

    number: int
    link: ChainLink
    fed_by: tuple[ChainLink, ...]
    anchors: tuple[str, ...]
    gaps: tuple[Gap, ...]
    shown: tuple[Gap, ...]
    coverage: Sum

    @property
    def place(self) -> str:
        """Where on the page this link is told of: its gaps, or its line in the table of links."""
        return f"#link-{self.link.code}" if self.shown else f"#row-{self.link.code}"


@dataclass(frozen=True, slots=True)
class SheetPart:
    """The links of one position."""

    position: str
    rows: tuple[LinkRow, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A chain on one page; `is_dense`: so many gaps that they only fit in smaller type."""

    parts: tuple[SheetPart, ...]
    is_dense: bool


def show_chains() -> Response:
    """All chains at a glance, what is new in them, and whether there is anything to match them with."""
    now = service().clock()
    since = last_visit(now)
    with service().database.reading() as session:
        coverage = list_coverage(session)
        news = list_news(session, since) if since else None
        rows = [_chain_row(chain, coverage, news) for chain in list_chains(session)]
        index = get_index_state(session)
        response = make_response(
            render_template(
                "chains.html",
                rows=rows,
                totals=sum((row.by_kind for row in rows), Counter()),
                whole=sum_coverage([gap for row in rows for gap in published_gaps(row.chain)], coverage),
                news=news,
                index=index,
                state=get_coverage_state(session, current_basis(index.release)),
            )
        )
    note_visit(response, now)
    return response


def show_chain(code: str) -> str:
    """One chain; `?kind=fill` shows the gaps of one kind only. Raises NotFound."""
    kind = request.args.get("kind", "")
    kind = kind if kind in KIND_LABELS else ""
    with service().database.reading() as session:
        chain = get_chain(session, code)
        gaps = published_gaps(chain)
        coverage = list_coverage(session)
        rows = _link_rows(chain, gaps, kind, coverage)
        return render_template(
            "chain.html",
            chain=chain,
            links=rows,
            link_numbers={row.link.code: row.number for row in rows},
            chain_map=draw_map(chain.links),
            by_kind=_count_kinds(gaps),
            gap_count=len(gaps),
            chosen_kind=kind,
            coverage=coverage,
            whole=sum_coverage(gaps, coverage),
            provinces=provinces_of(gaps, coverage),
            state=get_coverage_state(session, current_basis(get_index_state(session).release)),
        )


def show_sheet(code: str) -> str:
    """The one page of a chain that hangs on the wall: links, anchors, gaps and who could fill them."""
    with service().database.reading() as session:
        chain = get_chain(session, code)
        gaps = published_gaps(chain)
        coverage = list_coverage(session)
        index = get_index_state(session)
        return render_template(
            "sheet.html",
            chain=chain,
            sheet=make_sheet(_link_rows(chain, gaps, "", coverage)),
            coverage=coverage,
            whole=sum_coverage(gaps, coverage),
            index=index,
            state=get_coverage_state(session, current_basis(index.release)),
        )


def make_sheet(rows: list[LinkRow]) -> Sheet:
    """`rows` by position, in the order of the chain."""
    parts = [
        SheetPart(position, tuple(row for row in rows if row.link.position == position))
        for position in POSITIONS
    ]
    lines = sum(len(row.gaps) + 2 for row in rows)
    return Sheet(tuple(part for part in parts if part.rows), lines > DENSE_LINES)


def current_basis(release: IndexRelease | None) -> str | None:
    """What numbers of candidates would be computed from now; None without an index."""
    if release is None:
        return None
    room, home = service().engines, service().config.home_province
    return basis_of(release.name, room.weights.version, room.dictionary.version, home)


def _chain_row(chain: Chain, coverage: dict[str, GapCoverage], news: News | None) -> ChainRow:
    gaps = published_gaps(chain)
    return ChainRow(
        chain, _count_kinds(gaps), sum_coverage(gaps, coverage), news.count_of(chain) if news else 0
    )


def _count_kinds(gaps: list[Gap]) -> Counter[str]:
    return Counter(current_wording(gap).kind for gap in gaps)


def _link_rows(chain: Chain, gaps: list[Gap], kind: str, coverage: dict[str, GapCoverage]) -> list[LinkRow]:
    rows = []
    for number, link in enumerate(chain.links, start=1):
        own = tuple(gap for gap in gaps if current_wording(gap).link_id == link.id)
        rows.append(
            LinkRow(
                number=number,
                link=link,
                fed_by=tuple(other for other in chain.links if link in other.feeds),
                anchors=tuple(anchor.name for anchor in chain.anchors if link.code in anchor.link_codes),
                gaps=own,
                shown=tuple(gap for gap in own if kind in ("", current_wording(gap).kind)),
                coverage=sum_coverage(own, coverage),
            )
        )
    return rows
