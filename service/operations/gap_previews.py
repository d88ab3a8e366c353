"""How a wording that is not stored yet would rank the companies, beside the published one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from matching.engine import Engine
from matching.records import Filters, Gap, MatchResult
from service.actors import Actor, require
from service.gap_content import GapContent
from service.match_inputs import filters_from, gap_of_content

SHOWN = 10
# A company that was further down than this is told as new: nobody reads so far.
LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Move:
    """A company and its places in two rankings; None is further down than anybody looks."""

    company_id: str
    name: str
    before: int | None
    now: int | None

    @property
    def up(self) -> int:
        """How many places it rose; negative for a fall."""
        return (self.before or LOOKED_AT + 1) - (self.now or LOOKED_AT + 1)


@dataclass(frozen=True, slots=True)
class RankingPreview:
    """The first places of the new ranking; `before` has their places in the old one, `left` who fell out.

    `is_compared` is False where there is no older wording to compare with.
    """

    result: MatchResult
    moves: dict[str, Move]
    left: tuple[Move, ...]
    is_compared: bool

    @property
    def changed(self) -> int:
        """How many of the first places another company has, or had."""
        return sum(1 for move in self.moves.values() if move.before != move.now) + len(self.left)


def preview_ranking(
    actor: Actor,
    engine: Engine,
    gap: tuple[str, str],
    content: GapContent,
    published: GapContent | None,
    *,
    today: date,
    home_province: str | None,
    limit: int = SHOWN,
) -> RankingPreview:
    """The ranking by `content`, and what moved against `published`; `gap` is its code and its chain's.

    Raises EmptyNeed when nothing in `content` can be matched, PermissionDenied.
    """
    require(actor, "match")
    filters = filters_from({}, home_province)
    record = gap_of_content(*gap, content, home_province)
    result = engine.match(record, today=today, limit=limit, filters=filters)
    if published is None:
        return RankingPreview(result, {}, (), False)
    before = gap_of_content(*gap, published, home_province)
    moves, left = compare_rankings(engine, before, engine, record, filters, limit)
    return RankingPreview(result, moves, left, True)


def compare_rankings(
    old_engine: Engine, old: Gap, engine: Engine, new: Gap, filters: Filters, limit: int
) -> tuple[dict[str, Move], tuple[Move, ...]]:
    """For each of the first `limit` by `new` its move, and those that fell out of the first `limit`."""
    was = _places(old_engine.rank_all(old, limit=LOOKED_AT, filters=filters))
    now = _places(engine.rank_all(new, limit=LOOKED_AT, filters=filters))
    moves = {
        key: Move(key, _name(engine, key), was.get(key), place)
        for key, place in now.items()
        if place <= limit
    }
    left = tuple(
        Move(key, _name(engine, key), place, now.get(key))
        for key, place in was.items()
        if place <= limit and key not in moves
    )
    return moves, left


def _places(ranking: Sequence[tuple[str, Any]]) -> dict[str, int]:
    return {key: place for place, (key, _) in enumerate(ranking, start=1)}


def _name(engine: Engine, company_id: str) -> str:
    companies = engine.release.companies
    return companies.get(companies.ordinal(company_id)).name
