"""Who is invited to an event: candidates for every gap in play, then the best selection under its rules.

What stands out is answered too: why a company is not in, who is next, what an edit changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from matching import selection as selecting
from matching.engine import Engine
from matching.selection import (
    Change,
    Lock,
    Quota,
    Relaxation,
    Rule,
    Selection,
)
from service.actors import Actor
from service.event_records import EventSelection, Field, OutExplanation, UnknownCount
from service.match_inputs import profile_of
from service.operations.companies import get_company
from service.operations.event_candidates import StageProgress, gather
from service.readers.event_plan import EventPlan

TIME_LIMIT_S = 20.0
RELAXED_LIMIT_S = 5.0
WAITING = 30


def solve_event(
    session: Session,
    actor: Actor,
    engine: Engine,
    plan: EventPlan,
    *,
    today: date,
    home_province: str | None,
    progress: StageProgress | None = None,
    relax: bool = True,
    time_limit_s: float = TIME_LIMIT_S,
) -> EventSelection:
    """The best selection for `plan`, or the rules of it that contradict each other.

    `relax`: also what one more seat or a relaxed rule would bring, which solves once more for each.
    Raises NotFound for chains, gaps and companies that are not there, InvalidInput, PermissionDenied.
    """
    field = gather(session, actor, engine, plan, today=today, home_province=home_province, progress=progress)
    return select(field, progress=progress, relax=relax, time_limit_s=time_limit_s)


def select(
    field: Field,
    *,
    progress: StageProgress | None = None,
    relax: bool = True,
    time_limit_s: float = TIME_LIMIT_S,
) -> EventSelection:
    """The best selection of `field`, beside what lists made without a solver would cover."""
    problem = field.problem
    found = selecting.solve(problem, time_limit_s=time_limit_s)
    return _judged(field, found, relaxations_of(field, found, progress) if relax else ())


def relaxations_of(
    field: Field, found: Selection, progress: StageProgress | None = None
) -> tuple[Relaxation, ...]:
    """What one more seat, or each rule relaxed by one company, would add; none where nothing was found."""
    rules = [Rule("seats"), *(Rule("quota", rule.id) for rule in field.plan.quota_rules)]
    relaxations = []
    for done, rule in enumerate(rules if found.picks else ()):
        if progress is not None:
            progress("relax rules", done, len(rules))
        relaxations.append(
            selecting.gain_of_relaxing(field.problem, found, rule, time_limit_s=RELAXED_LIMIT_S)
        )
    if progress is not None and relaxations:
        progress("relax rules", len(rules), len(rules))
    return tuple(relaxations)


def explain_out(session: Session, event: EventSelection, key: str) -> OutExplanation:
    """Why the company `key` is not invited, by solving with it locked in. Raises NotFound."""
    company = profile_of(get_company(session, key))
    problem, plan = event.problem, event.field.plan
    if company.id in event.selection.companies:
        return OutExplanation(company, "selected")
    if company.id in problem.locked_out:
        reasons = (
            x.reason for x in plan.locked_out if get_company(session, x.company).external_id == company.id
        )
        return OutExplanation(company, "locked_out", reason=next(reasons, None))
    if plan.exclude_home_province and company.province and company.province == event.field.home_province:
        return OutExplanation(company, "home_province")
    if not any(option.company == company.id for option in problem.options):
        return OutExplanation(company, event.field.left_out.get(company.id) or "no_candidate")
    why = selecting.displaced_by(problem, event.selection, company.id, time_limit_s=RELAXED_LIMIT_S)
    return OutExplanation(company, "displaced" if why.option is not None else "rules", why)


def after_declines(session: Session, event: EventSelection, keys: Sequence[str]) -> EventSelection:
    """The selection when the companies `keys` decline: all others stay, for their gaps, where rules allow it.

    Where they do not (`kept_others` False), everything is chosen again. Raises NotFound.
    """
    gone = {get_company(session, key).external_id for key in keys}
    before = event.problem
    free = replace(
        before,
        locked_in=tuple(lock for lock in before.locked_in if lock.company not in gone),
        locked_out=before.locked_out | gone,
    )
    stay = {o.company: o.gap for o in event.selection.chosen if o.company not in gone}
    return select_keeping(replace(event.field, problem=free), stay)


def select_keeping(field: Field, stay: Mapping[str, str], *, relax: bool = False) -> EventSelection:
    """The best selection of `field` in which the companies `stay` (→ gap) remain, where the rules allow it.

    Where they do not (`kept_others` False), everything is chosen again.
    """
    problem = field.problem
    pairs = {(option.company, option.gap) for option in problem.options}
    locks = {
        company: Lock(company, gap)
        for company, gap in stay.items()
        if (company, gap) in pairs and company not in problem.locked_out
    }
    locks |= {lock.company: lock for lock in problem.locked_in if lock.gap or lock.company not in locks}
    kept = selecting.solve(replace(problem, locked_in=tuple(locks.values())), time_limit_s=TIME_LIMIT_S)
    if kept.status in ("optimal", "feasible"):
        # Judged under the plan's own rules: that the others stay is no rule of the organiser.
        return _judged(field, kept, relaxations_of(field, kept) if relax else ())
    return replace(select(field, relax=relax), kept_others=False)


def compare_selections(before: EventSelection, after: EventSelection) -> tuple[Change, ...]:
    """Who left, who came in because of whom, and who serves another gap now."""
    declined = after.problem.locked_out - before.problem.locked_out
    return selecting.changes_between(before.selection, after.selection, declined)


def _judged(field: Field, found: Selection, relaxations: Sequence[Relaxation]) -> EventSelection:
    problem = field.problem
    return EventSelection(
        field,
        found,
        selecting.greedy(problem),
        selecting.top_by_probability(problem),
        selecting.waiting_list(problem, found, limit=WAITING) if found.picks else (),
        tuple(relaxations),
        tuple(_count_unknown(field, found, quota) for quota in problem.quotas),
    )


def _count_unknown(field: Field, found: Selection, quota: Quota) -> UnknownCount:
    unknown: dict[str, bool] = defaultdict(bool)
    for option in field.problem.options:
        unknown[option.company] |= quota.is_unknown(option)
    return UnknownCount(
        Rule("quota", quota.id),
        quota.attribute,
        sum(unknown.values()),
        len(unknown),
        sum(quota.is_unknown(option) for option in found.chosen),
    )
