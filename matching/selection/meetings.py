"""Who meets whom and when: no clash at any table, and as much worth as slots and tables allow.

First which meetings are held: a 0/1 program with bounds on how many a company and an office can hold. Its
constraints are those of a bipartite b-matching, so that the solver needs no branching. Then when: the
meetings are the edges of a bipartite graph in which nobody has more edges than there are slots, so they can
be coloured with that many slots (König 1916), by swapping two slots along a path where both are taken.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matching.errors import SelectionInvalid

TIME_LIMIT_S = 20.0


@dataclass(frozen=True, slots=True, order=True)
class Request:
    """A meeting that is wanted: `worth` above 0, as a rule the probability that `company` fits `gap`."""

    company: str
    owner: str
    gap: str
    worth: float


@dataclass(frozen=True, slots=True, order=True)
class Meeting:
    """A request in a slot, at one of the tables of its owner; both count from 1."""

    slot: int
    owner: str
    table: int
    company: str
    gap: str


@dataclass(frozen=True, slots=True)
class Timetable:
    """The meetings in order, and the requests that found no slot. `is_proven`: no timetable is worth more."""

    meetings: tuple[Meeting, ...]
    unmet: tuple[Request, ...]
    worth: float
    is_proven: bool


def timetable(
    requests: Sequence[Request],
    slots: int,
    *,
    tables: Mapping[str, int] | None = None,
    meetings_per_company: int = 3,
    time_limit_s: float = TIME_LIMIT_S,
) -> Timetable:
    """The timetable of the highest worth over `slots` slots. `tables`: owner → tables, 1 where not named.

    Every company sits at one table at a time, meets an owner once, and has at most `meetings_per_company`
    meetings. The same requests give the same timetable, whatever their order. Raises SelectionInvalid.
    """
    _check(requests, slots, meetings_per_company)
    ordered = sorted(requests)
    if not ordered or not slots:
        return Timetable((), tuple(ordered), 0.0, True)
    at_tables = {owner: (tables or {}).get(owner, 1) for owner in sorted({r.owner for r in ordered})}
    held, is_proven = _choose(ordered, slots, at_tables, meetings_per_company, time_limit_s)
    chosen = [ordered[place] for place in held]
    left = set(range(len(ordered))) - set(held)
    return Timetable(
        _in_slots(chosen, slots),
        tuple(ordered[place] for place in sorted(left)),
        math.fsum(request.worth for request in chosen),
        is_proven,
    )


def _check(requests: Sequence[Request], slots: int, meetings_per_company: int) -> None:
    if slots < 0 or meetings_per_company < 1:
        raise SelectionInvalid(f"{slots} slots, {meetings_per_company} meetings a company: not possible")
    for request in requests:
        if not 0 < request.worth <= 1:
            raise SelectionInvalid(
                f"meeting of {request.company} with {request.owner}: worth {request.worth} is not in (0, 1]"
            )
    for (company, owner), count in Counter((r.company, r.owner) for r in requests).items():
        if count > 1:
            raise SelectionInvalid(f"{company} stands {count} times for {owner}: give it once")


def _choose(
    requests: Sequence[Request], slots: int, tables: Mapping[str, int], most: int, time_limit_s: float
) -> tuple[list[int], bool]:
    """(places of the requests that are held, whether that is proven best)."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csc_array

    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, request in enumerate(requests):
        rows["company", request.company].append(place)
        rows["owner", request.owner].append(place)
    upper = [min(most, slots) if kind == "company" else tables[name] * slots for kind, name in rows]
    at = [number for number, places in enumerate(rows.values()) for _ in places]
    columns = [place for places in rows.values() for place in places]
    matrix = csc_array((np.ones(len(columns)), (at, columns)), shape=(len(rows), len(requests)))
    done: Any = milp(
        -np.array([request.worth for request in requests]),
        integrality=np.ones(len(requests)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, -np.inf, np.array(upper, dtype=float)),
        options={"time_limit": time_limit_s, "mip_rel_gap": 0.0},
    )
    if done.x is None:
        return [], False
    return [int(place) for place in np.flatnonzero(done.x > 0.5)], done.status == 0


def _in_slots(requests: Sequence[Request], slots: int) -> tuple[Meeting, ...]:
    """Every request in a slot of its own for its company and for one table of its owner."""
    count: Counter[str] = Counter()
    edges = []
    for request in requests:
        # A table is a vertex of its own: the meetings of an owner are dealt out `slots` to a table.
        edges.append((request.company, f"{request.owner}\n{count[request.owner] // slots}"))
        count[request.owner] += 1
    colours = _coloured(edges, slots)
    fullest = sorted(range(slots), key=lambda slot: (-colours.count(slot), slot))  # early slots first
    numbers = {slot: number for number, slot in enumerate(fullest, start=1)}
    return tuple(
        sorted(
            Meeting(
                numbers[slot], request.owner, int(edge[1].split("\n")[1]) + 1, request.company, request.gap
            )
            for request, edge, slot in zip(requests, edges, colours, strict=True)
        )
    )


def _coloured(edges: Sequence[tuple[str, str]], colours: int) -> list[int]:
    """A colour for each edge of a bipartite graph, none twice at a vertex; no degree exceeds `colours`."""
    # (side, vertex) → colour → edge
    taken: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    found = [-1] * len(edges)
    for number, (left, right) in enumerate(edges):
        a = next(colour for colour in range(colours) if colour not in taken[0, left])
        b = next(colour for colour in range(colours) if colour not in taken[1, right])
        if a != b:
            _swap(edges, taken, found, (1, right), a, b)
        found[number] = a
        taken[0, left][a] = taken[1, right][a] = number
    return found


def _swap(
    edges: Sequence[tuple[str, str]],
    taken: dict[tuple[int, str], dict[int, int]],
    found: list[int],
    start: tuple[int, str],
    a: int,
    b: int,
) -> None:
    """Exchange colours `a` and `b` on the path of those colours from `start`, which then is free of `a`."""
    path, vertex, colour = [], start, a
    while colour in taken[vertex]:
        edge = taken[vertex][colour]
        path.append(edge)
        side = 1 - vertex[0]
        vertex, colour = (side, edges[edge][side]), b if colour == a else a
    for edge in path:
        for side in (0, 1):
            taken[side, edges[edge][side]].pop(found[edge], None)
    for edge in path:
        found[edge] = b if found[edge] == a else a
        for side in (0, 1):
            taken[side, edges[edge][side]][found[edge]] = edge
