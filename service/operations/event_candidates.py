"""What an event chooses from: candidates for every gap in play, and the problem its rules make of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from matching.engine import Engine
from matching.records import Candidate, CompanyProfile, MatchResult
from matching.selection import Lock, Option, Problem, Quota
from service.actors import Actor, require
from service.errors import InvalidInput
from service.event_records import Field, GapInPlay
from service.match_inputs import filters_from, profile_of
from service.operations.chains import get_chain, published_gaps
from service.operations.companies import get_company
from service.operations.gaps import current_wording, get_gap
from service.operations.match_runs import match_gap
from service.provinces import short_province
from service.readers.event_plan import EventPlan, LockedIn, QuotaRule

StageProgress = Callable[[str, int, int], None]  # (stage, done, total)
MAX_PAGES = 3
# Staff alone, of the bounds for industry in 统计上大中小微型企业划分办法(2017); revenue is not known.
STAFF_OF_SIZES = ((1000, "large"), (300, "medium"), (20, "small"), (0, "micro"))
ASSOCIATION_WORDS = ("商会", "协会", "工商联")


def gather(
    session: Session,
    actor: Actor,
    engine: Engine,
    plan: EventPlan,
    *,
    today: date,
    home_province: str | None,
    progress: StageProgress | None = None,
) -> Field:
    """Candidates for every gap in play, and the problem they make. The slow part: one match a gap.

    Raises NotFound for chains, gaps and companies that are not there, InvalidInput, PermissionDenied.
    """
    require(actor, "match")
    gaps = gaps_in_play(session, plan)
    locks = locks_of(session, plan)
    left_out: dict[str, str] = {}
    found: dict[tuple[str, str], Candidate] = {}
    for done, code in enumerate(gaps):
        if progress is not None:
            progress("match gaps", done, len(gaps))
        result = candidates_of_gap(
            session, actor, engine, plan, code, locks, today=today, home_province=home_province
        )
        left_out |= result.left_out
        found |= {(candidate.company.id, code): candidate for candidate in result.candidates}
    if progress is not None:
        progress("match gaps", len(gaps), len(gaps))
    companies = {candidate.company.id: candidate.company for candidate in found.values()}
    options = [
        Option(company, code, candidate.probability, attributes_of(candidate.company, gaps[code]))
        for (company, code), candidate in found.items()
    ]
    problem = problem_of(session, plan, gaps, options, locks, companies)
    return Field(plan, home_province, gaps, problem, found, companies, left_out)


@dataclass(frozen=True, slots=True)
class Locks:
    """The locks of a plan by the ids of the companies."""

    inside: Mapping[str, LockedIn]
    outside: frozenset[str]


@dataclass(frozen=True, slots=True)
class GapCandidates:
    """The candidates of one gap that may be invited, why others may not, and the receipt of the ranks."""

    candidates: tuple[Candidate, ...]
    left_out: dict[str, str]
    receipt: Mapping[str, Any]


def locks_of(session: Session, plan: EventPlan) -> Locks:
    """The locked companies of `plan`. Raises NotFound, InvalidInput for contradictions."""
    inside = {get_company(session, lock.company).external_id: lock for lock in plan.locked_in}
    outside = frozenset(get_company(session, out.company).external_id for out in plan.locked_out)
    _check_locks(plan, inside.keys() & outside, len(inside))
    return Locks(inside, outside)


def candidates_of_gap(
    session: Session,
    actor: Actor,
    engine: Engine,
    plan: EventPlan,
    code: str,
    locks: Locks,
    *,
    today: date,
    home_province: str | None,
) -> GapCandidates:
    """The best candidates of the gap `code` that may be invited to the event of `plan`."""
    filters = filters_from({"include_home_province": not plan.exclude_home_province}, home_province)
    receipt: dict[str, Any] = {}

    def ask(offset: int) -> MatchResult:
        result = match_gap(
            session,
            actor,
            engine,
            code,
            today=today,
            limit=plan.candidates_per_gap,
            offset=offset,
            filters=filters,
            home_province=home_province,
        )
        receipt.update(result.receipt)
        return result

    left_out: dict[str, str] = {}
    kept = _candidates(ask, plan, locks.inside.keys(), left_out)
    return GapCandidates(tuple(kept), left_out, receipt)


def problem_of(
    session: Session,
    plan: EventPlan,
    gaps: Mapping[str, GapInPlay],
    options: list[Option],
    locks: Locks,
    companies: dict[str, CompanyProfile],
) -> Problem:
    """The problem that the rules of `plan` make of `options`.

    A company that is locked in without being a candidate gets an option of its own, and stands in
    `companies` afterwards. Raises InvalidInput where it does not say for which gap.
    """
    found = {(option.company, option.gap) for option in options}
    every = list(options)
    for company, lock in locks.inside.items():
        missing = _option_of_lock(company, lock, plan, gaps, found)
        if missing is not None:
            companies[company] = profile_of(get_company(session, company))
            every.append(Option(company, missing, 0.0, attributes_of(companies[company], gaps[missing])))
    return Problem(
        tuple(every),
        plan.seats,
        plan.acceptance_rate,
        {code: gap.weight for code, gap in gaps.items()},
        tuple(_quota(rule, plan) for rule in plan.quota_rules),
        tuple(Lock(company, lock.gap and lock.gap.upper()) for company, lock in locks.inside.items()),
        locks.outside,
    )


def _candidates(
    ask: Callable[[int], MatchResult], plan: EventPlan, locked_in: Collection[str], left_out: dict[str, str]
) -> list[Candidate]:
    """The best candidates of a gap that may be invited; those that may not go to `left_out`."""
    kept: list[Candidate] = []
    for page in range(MAX_PAGES):
        answer = ask(page * plan.candidates_per_gap).candidates
        for candidate in answer:
            company = candidate.company.id
            reason = None if company in locked_in else _may_not(plan, candidate.company)
            if reason is not None:
                left_out[company] = reason
            elif candidate.probability >= plan.min_probability or company in locked_in:
                kept.append(candidate)
        enough = len(kept) >= plan.candidates_per_gap or len(answer) < plan.candidates_per_gap
        if enough or answer[-1].probability < plan.min_probability:
            break
    return kept[: plan.candidates_per_gap]


def _option_of_lock(
    company: str,
    lock: LockedIn,
    plan: EventPlan,
    gaps: Mapping[str, GapInPlay],
    found: Collection[tuple[str, str]],
) -> str | None:
    """The gap to add for a company that is locked in without being a candidate; None when it is one."""
    wanted = lock.gap and lock.gap.upper()
    if any(company == one and wanted in (None, code) for one, code in found):
        return None
    if wanted is None or wanted not in gaps:
        raise InvalidInput(
            f"locked_in {lock.company!r}: not among the first {plan.candidates_per_gap} of any gap in play: "
            "name the gap in play that it is invited for (company: …, gap: …)"
        )
    return wanted


def gaps_in_play(session: Session, plan: EventPlan) -> dict[str, GapInPlay]:
    """The gaps of the event by their codes, in order. Raises NotFound."""
    group_of = {chain.upper(): group.code for group in plan.groups for chain in group.chains}
    found: dict[str, GapInPlay] = {}
    for some in sorted(plan.in_play, key=lambda row: row.gap is not None):  # chains first: a gap goes before
        rows = (
            published_gaps(get_chain(session, some.chain))
            if some.chain
            else [get_gap(session, some.gap or "")]
        )
        for gap in rows:
            version = current_wording(gap)
            chain = gap.chain.code
            found[gap.code] = GapInPlay(
                gap.code,
                version.title,
                chain,
                version.kind,
                some.weight,
                group_of.get(chain),
                version.version,
            )
    return dict(sorted(found.items()))


def _check_locks(plan: EventPlan, both: set[str], locked: int) -> None:
    if both:
        raise InvalidInput(f"{', '.join(sorted(both))}: stands in locked_in and in locked_out: take one away")
    if locked < len(plan.locked_in):
        raise InvalidInput("locked_in: a company stands twice under two names or codes: give it once")


def _may_not(plan: EventPlan, company: CompanyProfile) -> str | None:
    if plan.private_only and company.ownership not in ("private", "unknown"):
        return "not_private"
    if plan.private_only and company.ownership == "unknown" and plan.unknown_ownership == "leave_out":
        return "ownership_unknown"
    return None


def attributes_of(company: CompanyProfile, gap: GapInPlay) -> dict[str, tuple[str, ...] | None]:
    """What quota rules can be about: values of a company invited for `gap`; None is not known."""
    associations = tuple(t.code for t in company.tags if any(word in t.code for word in ASSOCIATION_WORDS))
    return {
        "chain": (gap.chain,),
        "gap": (gap.code,),
        "gap_kind": (gap.kind,),
        "group": (gap.group,) if gap.group else (),
        "province": (short_province(company.province),) if company.province else None,
        "city": (company.city,) if company.city else None,
        "ownership": None if company.ownership == "unknown" else (company.ownership,),
        "association": associations or None,  # a base says who is a member, never who is not
        "size": _size(company.employees),
    }


def _size(employees: int | None) -> tuple[str, ...] | None:
    if employees is None:
        return None
    return (next(size for least, size in STAFF_OF_SIZES if employees >= least),)


def _quota(rule: QuotaRule, plan: EventPlan) -> Quota:
    limit = rule.at_least or rule.at_most
    values = rule.values
    if rule.attribute == "province":
        values = [short_province(value) for value in values]
    elif rule.attribute in ("chain", "gap"):
        values = [value.upper() for value in values]
    return Quota(
        rule.id,
        rule.attribute,
        tuple(values),
        "at_least" if rule.at_least is not None else "at_most",
        limit.count if limit else None,
        limit.share_0_1 if limit else None,
        rule.unknowns or plan.unknowns,
    )
