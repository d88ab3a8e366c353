"""Matching a gap or a typed need, and keeping a match as a run that can be computed again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matching.engine import Engine
from matching.records import Filters, Gap, MatchResult, Requirement
from models import Company, MatchCandidate, MatchRun
from service.actors import Actor, require
from service.errors import InvalidInput, NotFound, check_text
from service.match_inputs import filters_from, gap_of_run, gap_record, plain
from service.match_json import candidate_as_json
from service.operations.audit import record_audit
from service.operations.gaps import current_wording, get_gap

MAX_LIMIT = 200
MAX_NEED_CHARS = 2000
LANGUAGE_OF_RECORD = "zh"


@dataclass(frozen=True, slots=True)
class Recomputation:
    """A stored run computed again. `differences`: receipt fields that are no longer what they were."""

    same_ranks: bool
    stored: tuple[str, ...]  # company ids, best first
    computed: tuple[str, ...]
    differences: dict[str, tuple[Any, Any]]  # field → (then, now)


def match_gap(
    session: Session,
    actor: Actor,
    engine: Engine,
    code: str,
    *,
    today: date,
    limit: int = 20,
    offset: int = 0,
    filters: Filters | None = None,
    home_province: str | None = None,
    requirements: tuple[Requirement, ...] = (),
    count_facets: bool = False,
) -> MatchResult:
    """Ranked, explained candidates for the gap `code` as it is worded now. Raises NotFound, InvalidInput.

    `requirements` replace those of the gap, to try another wording; `count_facets` counts what the list
    could be narrowed to.
    """
    require(actor, "match")
    gap = gap_record(current_wording(get_gap(session, code)), home_province)
    if requirements:
        gap = replace(gap, requirements=requirements)
    return _match(engine, gap, today, limit, offset, filters, count_facets=count_facets)


def match_need(
    actor: Actor,
    engine: Engine,
    need: str,
    *,
    today: date,
    requirements: tuple[Requirement, ...] = (),
    limit: int = 20,
    offset: int = 0,
    filters: Filters | None = None,
    home_province: str | None = None,
    count_facets: bool = False,
) -> MatchResult:
    """Ranked, explained candidates for a need in words; `requirements` replace those parsed from it.

    Raises InvalidInput, or EmptyNeed when there is nothing in it to match.
    """
    require(actor, "match")
    if len(need) > MAX_NEED_CHARS:
        raise InvalidInput(
            f"need: {len(need)} characters are too many: give one need of at most {MAX_NEED_CHARS}, "
            "a whole document holds many needs"
        )
    gap = Gap(id="", need=need.strip(), requirements=requirements, home_province=home_province)
    return _match(engine, gap, today, limit, offset, filters, count_facets=count_facets)


def store_run(
    session: Session, actor: Actor, result: MatchResult, filters: Filters | None = None
) -> MatchRun:
    """Keep `result` with its receipt and its candidates as explained now. Raises PermissionDenied."""
    require(actor, "match_run.store")
    version_id = None
    if result.gap.id:
        version_id = current_wording(get_gap(session, result.gap.id)).id
    ids = [candidate.company.id for candidate in result.candidates]
    found = session.execute(select(Company.external_id, Company.id).where(Company.external_id.in_(ids)))
    rows = {external_id: row_id for external_id, row_id in found}  # noqa: C416  a Row is no pair to mypy
    gap = result.gap
    run = MatchRun(
        gap_version_id=version_id,
        need=gap.need,
        requirements=[plain(requirement) for requirement in result.requirements],
        filters=plain(filters or Filters()),
        receipt={
            **result.receipt,
            "title": gap.title,
            "chain": gap.chain,
            "kind": gap.kind,
            "home_province": gap.home_province,
        },
        created_by=actor.login,
        candidates=[
            MatchCandidate(
                company_id=rows.get(candidate.company.id),
                company_external_id=candidate.company.id,
                rank=candidate.rank,
                score=candidate.score_log_odds,
                probability=candidate.probability,
                band=candidate.band,
                explanation=candidate_as_json(candidate, LANGUAGE_OF_RECORD),
            )
            for candidate in result.candidates
        ],
    )
    session.add(run)
    session.flush()
    record_audit(session, actor, "match_run.saved", ("match_run", run.id, gap.title or gap.need))
    return run


def list_runs(session: Session, *, limit: int = 50) -> list[MatchRun]:
    """Stored runs, newest first."""
    return list(
        session.scalars(
            select(MatchRun)
            .options(selectinload(MatchRun.gap_version))
            .order_by(MatchRun.id.desc())
            .limit(limit)
        )
    )


def get_run(session: Session, run_id: int) -> MatchRun:
    """A stored run with its candidates. Raises NotFound."""
    run = session.scalar(
        select(MatchRun)
        .options(selectinload(MatchRun.candidates), selectinload(MatchRun.gap_version))
        .where(MatchRun.id == run_id)
    )
    if run is None:
        raise NotFound(f'match run {run_id}: not found: "lianzhao show runs" lists those that were kept')
    return run


def recompute_run(session: Session, actor: Actor, engine: Engine, run_id: int) -> Recomputation:
    """Compute a stored run again, as of its own day, and compare the ranks. Raises NotFound."""
    require(actor, "match")
    run = get_run(session, run_id)
    gap = gap_of_run(run.need, run.requirements, run.receipt)
    filters = filters_from(run.filters)
    stored = tuple(candidate.company_external_id for candidate in run.candidates)
    offset = min((candidate.rank for candidate in run.candidates), default=1) - 1
    result = engine.match(
        gap,
        today=date.fromisoformat(run.receipt["as_of"]),
        limit=max(len(stored), 1),
        offset=offset,
        filters=filters,
        depth=run.receipt["depth"],
    )
    computed = tuple(candidate.company.id for candidate in result.candidates)
    differences = {
        name: (run.receipt.get(name), result.receipt[name])
        for name in ("index_release", "company_snapshot", "embedder", "weights", "engine", "code_version")
        if run.receipt.get(name) != result.receipt[name]
    }
    return Recomputation(stored == computed, stored, computed, differences)


def _match(
    engine: Engine,
    gap: Gap,
    today: date,
    limit: int,
    offset: int,
    filters: Filters | None,
    *,
    count_facets: bool = False,
) -> MatchResult:
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput(f"limit: {limit} is not from 1 to {MAX_LIMIT}: ask for the rest with an offset")
    if offset < 0:
        raise InvalidInput(f"offset: {offset} is below 0")
    for name, text in _asked(gap):
        check_text(name, text)
    return engine.match(
        gap, today=today, limit=limit, offset=offset, filters=filters, count_facets=count_facets
    )


def _asked(gap: Gap) -> Iterator[tuple[str, str]]:
    """Every text of the question, with what to call it in a message."""
    yield "need", gap.need
    for requirement in gap.requirements:
        for text in (requirement.id, requirement.text, *requirement.synonyms):
            yield f"requirement {requirement.id!a}", text
