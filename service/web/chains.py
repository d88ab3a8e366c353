"""The chains of the plan, and one chain with its links, anchors and gaps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import render_template, request

from models import Chain, ChainLink, Gap
from service.app import service
from service.labels import KIND_LABELS
from service.operations.chains import get_chain, list_chains, published_gaps
from service.operations.gaps import current_wording
from service.operations.index_releases import get_index_state
from service.web.chain_map import draw_map


@dataclass(frozen=True, slots=True)
class ChainRow:
    """A chain with the number of its gaps by kind."""

    chain: Chain
    by_kind: Counter[str]


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link with its number on the map, neighbours, anchors and gaps. `shown`: gaps of the kind chosen."""

    number: int
    link: ChainLink
    fed_by: tuple[ChainLink, ...]
    anchors: tuple[str, ...]
    gaps: tuple[Gap, ...]
    shown: tuple[Gap, ...]

    @property
    def place(self) -> str:
        """Where on the page this link is told of: its gaps, or its line in the table of links."""
        return f"#link-{self.link.code}" if self.shown else f"#row-{self.link.code}"


def show_chains() -> str:
    """All chains, and whether there is anything to match them with."""
    with service().database.reading() as session:
        rows = [ChainRow(chain, _count_kinds(published_gaps(chain))) for chain in list_chains(session)]
        totals: Counter[str] = sum((row.by_kind for row in rows), Counter())
        return render_template("chains.html", rows=rows, totals=totals, index=get_index_state(session))


def show_chain(code: str) -> str:
    """One chain; `?kind=fill` shows the gaps of one kind only. Raises NotFound."""
    kind = request.args.get("kind", "")
    kind = kind if kind in KIND_LABELS else ""
    with service().database.reading() as session:
        chain = get_chain(session, code)
        gaps = published_gaps(chain)
        rows = _link_rows(chain, gaps, kind)
        return render_template(
            "chain.html",
            chain=chain,
            links=rows,
            link_numbers={row.link.code: row.number for row in rows},
            chain_map=draw_map(chain.links),
            by_kind=_count_kinds(gaps),
            gap_count=len(gaps),
            chosen_kind=kind,
        )


def _count_kinds(gaps: list[Gap]) -> Counter[str]:
    return Counter(current_wording(gap).kind for gap in gaps)


def _link_rows(chain: Chain, gaps: list[Gap], kind: str) -> list[LinkRow]:
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
            )
        )
    return rows
