"""A chain drawn as columns from upstream to downstream, computed here and tested as numbers.

Layered drawing after Sugiyama: columns by the longest way, long edges led through the columns between,
order within a column by the mean place of the neighbours. Across, all is in per cent of the width; down,
in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from models import ChainLink

FLOW = ("upstream", "midstream", "downstream")
NODE_HEIGHT = 62  # two lines for the name, one for anchors and gaps
NARROW_NODE_HEIGHT = 80  # three lines for the name
NODE_GAP = 14
LANE_HEIGHT = 12  # where a long edge passes a column
GUTTER_PCT = 4.6  # between columns
NARROW_GUTTER_PCT = 2.8
MANY_COLUMNS = 6  # from here on nodes are narrow
TALL = 350  # what A4 across holds beside the head of the page
_SWEEPS = 6


@dataclass(frozen=True, slots=True)
class Node:
    """A link at its place. `is_fed` says that an arrow ends here."""

    number: int
    link: ChainLink
    left_pct: float
    top: float
    is_fed: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """What feeds what, as the path of an SVG that is 100 wide."""

    source: str
    target: str
    path: str


@dataclass(frozen=True, slots=True)
class Column:
    """The columns of one position, for the heading above them."""

    position: str
    left_pct: float
    width_pct: float


@dataclass(frozen=True, slots=True)
class ChainMap:
    """The drawing. `supporting` links stand below it; `returns` are edges that run back up the chain."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    columns: tuple[Column, ...]
    node_width_pct: float
    node_height: int
    is_narrow: bool
    height: float
    supporting: tuple[tuple[int, ChainLink], ...]
    returns: tuple[tuple[ChainLink, ChainLink], ...]

    @property
    def is_tall(self) -> bool:
        """Whether it needs an upright page to be printed whole."""
        return self.height > TALL and not self.is_narrow


@dataclass(slots=True)
class _Cell:
    """A link, or a lane (link is None) through which an edge passes."""

    link: ChainLink | None
    neighbours_left: list[_Cell]
    neighbours_right: list[_Cell]
    height: int = LANE_HEIGHT
    place: float = 0.0
    top: float = 0.0

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def draw_map(links: Sequence[ChainLink]) -> ChainMap:
    """The map of `links`, numbered in their order."""
    numbers = {link.code: number for number, link in enumerate(links, start=1)}
    flowing = [link for link in links if link.position in FLOW]
    column_of = _columns(flowing)
    forward = [
        (link, fed)
        for link in flowing
        for fed in link.feeds
        if fed.code in column_of and column_of[link.code] < column_of[fed.code]
    ]
    returns = [
        (link, fed)
        for link in flowing
        for fed in link.feeds
        if fed.code not in column_of or column_of[link.code] >= column_of[fed.code]
    ]
    width = max(column_of.values(), default=-1) + 1
    is_narrow = width >= MANY_COLUMNS
    gutter = NARROW_GUTTER_PCT if is_narrow else GUTTER_PCT
    node_height = NARROW_NODE_HEIGHT if is_narrow else NODE_HEIGHT
    node_width = (100 - gutter * (width - 1)) / width if width else 100.0
    columns, routes = _cells(flowing, column_of, forward, node_height)
    _order(columns)
    height = _stack(columns)
    step = node_width + gutter
    fed_codes = {fed.code for _, fed in forward}
    nodes = [
        Node(
            numbers[cell.link.code], cell.link, round(place * step, 3), cell.top, cell.link.code in fed_codes
        )
        for place, column in enumerate(columns)
        for cell in column
        if cell.link is not None
    ]
    edges = [
        Edge(source.code, target.code, _path(route, column_of[source.code], step, node_width))
        for (source, target), route in zip(forward, routes, strict=True)
    ]
    return ChainMap(
        nodes=tuple(sorted(nodes, key=lambda node: node.number)),
        edges=tuple(edges),
        columns=tuple(_headings(flowing, column_of, step, node_width)),
        node_width_pct=round(node_width, 3),
        node_height=node_height,
        is_narrow=is_narrow,
        height=height,
        supporting=tuple((numbers[link.code], link) for link in links if link.position not in FLOW),
        returns=tuple(returns),
    )


def _columns(links: Sequence[ChainLink]) -> dict[str, int]:
    """Column of each link: positions one after the other, within a position by the longest way."""
    column_of: dict[str, int] = {}
    first = 0
    for position in FLOW:
        members = [link for link in links if link.position == position]
        codes = {link.code for link in members}
        depth = dict.fromkeys(codes, 0)
        for _ in members:  # no way without a loop is longer
            for link in members:
                for fed in link.feeds:
                    if fed.code in codes and depth[link.code] + 1 < len(members):
                        depth[fed.code] = max(depth[fed.code], depth[link.code] + 1)
        ranks = {value: rank for rank, value in enumerate(sorted(set(depth.values())))}
        column_of |= {code: first + ranks[value] for code, value in depth.items()}
        first += len(ranks)
    return column_of


def _cells(
    links: Sequence[ChainLink],
    column_of: dict[str, int],
    edges: Sequence[tuple[ChainLink, ChainLink]],
    node_height: int,
) -> tuple[list[list[_Cell]], list[list[_Cell]]]:
    """The cells of each column, and for each edge the cells that it goes through."""
    columns: list[list[_Cell]] = [[] for _ in range(max(column_of.values(), default=-1) + 1)]
    by_code = {link.code: _Cell(link, [], [], node_height) for link in links}
    for link in links:
        columns[column_of[link.code]].append(by_code[link.code])
    routes = []
    for source, target in edges:
        lanes = [_Cell(None, [], []) for _ in range(column_of[source.code] + 1, column_of[target.code])]
        for place, lane in enumerate(lanes, start=column_of[source.code] + 1):
            columns[place].append(lane)
        route = [by_code[source.code], *lanes, by_code[target.code]]
        for left, right in pairwise(route):
            left.neighbours_right.append(right)
            right.neighbours_left.append(left)
        routes.append(route)
    return columns, routes


def _order(columns: list[list[_Cell]]) -> None:
    """Bring cells near their neighbours, so that edges cross less; to and fro a few times."""
    for column in columns:
        _number(column)
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            for cell in column:
                near = cell.neighbours_left if sweep % 2 == 0 else cell.neighbours_right
                if near:
                    cell.place = sum(other.place for other in near) / len(near)
            column.sort(key=lambda cell: cell.place)
            _number(column)


def _number(column: list[_Cell]) -> None:
    """Places from 0 to 1 within the column, so that short and long columns compare."""
    for index, cell in enumerate(column):
        cell.place = (index + 0.5) / len(column)


def _stack(columns: list[list[_Cell]]) -> float:
    """Give every cell its top, each column centred; returns the height of the tallest."""
    heights = [sum(cell.height for cell in column) + NODE_GAP * max(0, len(column) - 1) for column in columns]
    tallest = max(heights, default=0)
    for column, height in zip(columns, heights, strict=True):
        top = (tallest - height) / 2
        for cell in column:
            cell.top = round(top, 1)
            top += cell.height + NODE_GAP
    return tallest


def _path(route: list[_Cell], first_column: int, step: float, node_width: float) -> str:
    """A line from the right of the first cell to the left of the last, level where it passes a column."""
    x = first_column * step + node_width
    parts = [f"M{x:.2f} {route[0].middle:.1f}"]
    for hop, cell in enumerate(route[1:], start=1):
        left = (first_column + hop) * step
        half = (x + left) / 2
        previous = route[hop - 1].middle
        parts.append(f"C{half:.2f} {previous:.1f} {half:.2f} {cell.middle:.1f} {left:.2f} {cell.middle:.1f}")
        x = left + node_width
        if hop < len(route) - 1:
            parts.append(f"L{x:.2f} {cell.middle:.1f}")
    return "".join(parts)


def _headings(
    links: Sequence[ChainLink], column_of: dict[str, int], step: float, node_width: float
) -> list[Column]:
    headings = []
    for position in FLOW:
        taken = [column_of[link.code] for link in links if link.position == position]
        if taken:
            first, last = min(taken), max(taken)
            headings.append(
                Column(position, round(first * step, 3), round((last - first) * step + node_width, 3))
            )
    return headings
