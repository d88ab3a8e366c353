"""How well each gap can be filled: its candidates counted by band, once for each index, never on a page."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matching.engine import ENGINE_VERSION, Engine
from matching.errors import EmptyNeed
from matching.query import asked_texts
from matching.records import Gap as GapRecord
from matching.records import MatchResult
from models import Chain, Gap, GapCoverage, GapVersion
from service.actors import Actor, require
from service.match_inputs import filters_from, gap_record
from service.operations.gaps import current_wording

KEPT_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class Sum:
    """What the gaps of a chain or of one of its links have in all. A company counts once for each gap."""

    gaps: int = 0
    known: int = 0  # gaps whose candidates were counted
    a: int = 0
    b: int = 0
    c: int = 0
    without: int = 0  # gaps that no company suits
    best_a: int = 0  # gaps whose best company is in band A
    best_b: int = 0
    best_c: int = 0

    @property
    def well(self) -> int:
        """Gaps with a company in band A or B: band C is right too seldom to call a gap filled."""
        return self.best_a + self.best_b

    @property
    def grade(self) -> str:
        """How well companies outside could fill the gaps, in one word of GRADES."""
        if not self.gaps:
            return "no_gap"
        if not self.known:
            return "unknown"
        if self.well:
            return "all" if self.well == self.known else "some"
        return "weak" if self.best_c else "none"


# Best first. Every gap has a company in band A or B, some have, only companies in band C, none; not counted;
# nothing to fill.
GRADES = ("all", "some", "weak", "none", "unknown", "no_gap")


@dataclass(frozen=True, slots=True)
class Counted:
    """What one wording of a gap was found to have; None where it holds nothing to match."""

    version: int
    result: MatchResult | None


@dataclass(frozen=True, slots=True)
class CoverageState:
    """What the numbers were computed from. `computed_at` is the oldest; `missing` gaps have none yet."""

    computed_at: datetime | None
    missing: int
    is_stale: bool


def basis_of(release: str, weights: str, dictionary: str, home_province: str | None) -> str:
    """What numbers are computed from, as digits: equal basis and wording give equal numbers."""
    parts = [release, weights, dictionary, ENGINE_VERSION, home_province]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:32]


def basis_of_engine(engine: Engine, home_province: str | None) -> str:
    """The basis of what `engine` computes."""
    return basis_of(engine.release.name, engine.weights.version, engine.dictionary.version, home_province)


def count_coverage(
    session: Session,
    engine: Engine,
    *,
    today: date,
    home_province: str | None,
    codes: Sequence[str] = (),
) -> dict[int, Counted]:
    """Match the published gaps whose numbers are missing or old; only reads. Gap id → what was found.

    `codes`: only gaps of these chains.
    """
    basis = basis_of_engine(engine, home_province)
    filters = filters_from({}, home_province)
    waiting = [gap for gap in _published(session, codes) if not _is_current(gap, basis)]
    records = [gap_record(current_wording(gap), home_province) for gap, _ in waiting]
    # All at once, which is several times quicker; the embedder keeps them.
    engine.embedder.embed_queries([text for record in records for text in _texts(record)])
    found: dict[int, Counted] = {}
    for (gap, _), record in zip(waiting, records, strict=True):
        version = current_wording(gap)
        try:
            result = engine.match(
                record, today=today, limit=KEPT_CANDIDATES, filters=filters, count_facets=True
            )
        except EmptyNeed:
            result = None
        found[gap.id] = Counted(version.version, result)
    return found


def _texts(record: GapRecord) -> list[str]:
    try:
        return asked_texts(record)
    except EmptyNeed:
        return []


def store_coverage(
    session: Session,
    actor: Actor,
    engine: Engine,
    found: dict[int, Counted],
    *,
    now: datetime,
    home_province: str | None,
) -> int:
    """Keep what `count_coverage` found; gives how many gaps' numbers changed. Raises PermissionDenied."""
    require(actor, "index.build")
    basis = basis_of_engine(engine, home_province)
    known = {row.gap_id: row for row in session.scalars(select(GapCoverage))}
    changed = 0
    for gap_id, counted in found.items():
        result = counted.result
        row = known.get(gap_id)
        numbers = _numbers(result)
        if row is None:
            row = GapCoverage(gap_id=gap_id, before=None, changed_at=None)
            session.add(row)
        elif (row.count_a, row.count_b, row.count_c) != tuple(numbers.values()):
            row.before = {"a": row.count_a, "b": row.count_b, "c": row.count_c}
            row.changed_at = now
            changed += 1
        row.basis, row.index_release, row.computed_at = basis, engine.release.name, now
        row.gap_version = counted.version
        row.considered = result.considered if result else 0
        row.count_a, row.count_b, row.count_c = numbers["a"], numbers["b"], numbers["c"]
        row.top = _top(result)
        row.provinces = _provinces(result)
    session.flush()
    return changed


def list_coverage(session: Session) -> dict[str, GapCoverage]:
    """Gap code → its numbers, also where they are old."""
    rows = session.execute(select(Gap.code, GapCoverage).join(GapCoverage, GapCoverage.gap_id == Gap.id))
    return {code: row for code, row in rows}  # noqa: C416  a Row is no pair to mypy


def get_coverage_state(session: Session, basis: str | None) -> CoverageState:
    """Whether the numbers of all published gaps are there and of `basis` (None: there is no index)."""
    published = select(Gap.id, GapVersion.version).join(GapVersion, GapVersion.gap_id == Gap.id)
    published = published.where(GapVersion.is_current, GapVersion.status == "published")
    rows = session.execute(
        published.add_columns(GapCoverage.gap_version, GapCoverage.basis, GapCoverage.computed_at).join(
            GapCoverage, GapCoverage.gap_id == Gap.id, isouter=True
        )
    ).all()
    missing = sum(row.computed_at is None for row in rows)
    old = any(
        row.computed_at is not None and (row.basis != basis or row.gap_version != row.version) for row in rows
    )
    moments = [row.computed_at for row in rows if row.computed_at is not None]
    return CoverageState(min(moments, default=None), missing, bool(rows) and (old or missing > 0))


def sum_coverage(gaps: Iterable[Gap], coverage: dict[str, GapCoverage]) -> Sum:
    """The numbers of `gaps` added up."""
    some = list(gaps)
    rows = [coverage[gap.code] for gap in some if gap.code in coverage]
    return Sum(
        gaps=len(some),
        known=len(rows),
        a=sum(row.count_a for row in rows),
        b=sum(row.count_b for row in rows),
        c=sum(row.count_c for row in rows),
        without=sum(row.suitable == 0 for row in rows),
        best_a=sum(row.count_a > 0 for row in rows),
        best_b=sum(row.count_b > 0 and not row.count_a for row in rows),
        best_c=sum(row.count_c > 0 and not row.count_a and not row.count_b for row in rows),
    )


def provinces_of(gaps: Iterable[Gap], coverage: dict[str, GapCoverage]) -> list[tuple[str, int]]:
    """Where the companies that suit `gaps` are: (province, times that one suits a gap), most first."""
    total: Counter[str] = Counter()
    for gap in gaps:
        if gap.code in coverage:
            total.update({name: int(n) for name, n in coverage[gap.code].provinces.items()})
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))


def _published(session: Session, codes: Sequence[str]) -> list[tuple[Gap, GapCoverage | None]]:
    version = selectinload(Gap.current_version)
    statement = (
        select(Gap, GapCoverage)
        .join(GapVersion, GapVersion.gap_id == Gap.id)
        .join(GapCoverage, GapCoverage.gap_id == Gap.id, isouter=True)
        .options(selectinload(Gap.chain), version.selectinload(GapVersion.requirements))
        .where(GapVersion.is_current, GapVersion.status == "published")
        .order_by(Gap.code)
    )
    if codes:
        statement = statement.where(Gap.chain.has(Chain.code.in_(codes)))
    return [(gap, row) for gap, row in session.execute(statement)]


def _is_current(pair: tuple[Gap, GapCoverage | None], basis: str) -> bool:
    gap, row = pair
    return row is not None and row.basis == basis and row.gap_version == current_wording(gap).version


def _numbers(result: MatchResult | None) -> dict[str, int]:
    bands = (result and result.bands) or {}
    return {"a": bands.get("A", 0), "b": bands.get("B", 0), "c": bands.get("C", 0)}


def _top(result: MatchResult | None) -> list[dict[str, Any]]:
    return [
        {
            "id": candidate.company.id,
            "name": candidate.company.name,
            "province": candidate.company.province,
            "band": candidate.band,
            "probability": candidate.probability,
        }
        for candidate in (result.candidates if result else ())
    ]


def _provinces(result: MatchResult | None) -> dict[str, int]:
    if result is None or not sum(_numbers(result).values()):
        return {}
    return dict((result.facets or {}).get("province", {}))
