"""What an event chooses from and what came of it: plain records, shared by operations and labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matching.records import Candidate, CompanyProfile
from matching.selection import (
    Baseline,
    Displacement,
    Option,
    Problem,
    Relaxation,
    Rule,
    Selection,
    Waiting,
)
from service.readers.event_plan import EventPlan


@dataclass(frozen=True, slots=True)
class GapInPlay:
    """A gap of the event. `group`: code of the group that its companies go to."""

    code: str
    title: str
    chain: str
    kind: str
    weight: float
    group: str | None
    version: int = 1  # of its wording


@dataclass(frozen=True, slots=True)
class Field:
    """What the event chooses from. `left_out`: company → why it may not be invited (a code).

    `candidates` are those of the engine; of a run that was stored they stand in `stored`, as it was written.
    """

    plan: EventPlan
    home_province: str | None
    gaps: dict[str, GapInPlay]
    problem: Problem
    candidates: dict[tuple[str, str], Candidate]  # (company, gap)
    companies: dict[str, CompanyProfile]
    left_out: dict[str, str]
    stored: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnknownCount:
    """How many companies a rule touches that the fact it is about is not known of."""

    rule: Rule
    attribute: str
    eligible: int
    of: int
    selected: int


@dataclass(frozen=True, slots=True)
class EventSelection:
    """The selection of an event with everything it is judged by."""

    field: Field
    selection: Selection
    greedy: Baseline
    top: Baseline
    waiting: tuple[Waiting, ...]
    relaxations: tuple[Relaxation, ...]
    unknowns: tuple[UnknownCount, ...]
    kept_others: bool = True  # where the others were to stay: whether all of them could

    @property
    def problem(self) -> Problem:
        return self.field.problem


@dataclass(frozen=True, slots=True)
class OutExplanation:
    """Why a company is not invited; `code` is selected, displaced, rules or why it may not be.

    selected, locked_out, not_private, ownership_unknown, home_province, no_candidate, displaced, rules
    """

    company: CompanyProfile
    code: str
    displacement: Displacement | None = None
    reason: str | None = None  # of the organiser, for locked_out


def to_verify(field: Field, option: Option) -> tuple[str, ...]:
    """Attributes of `option` that a rule of the event is about and that are not known (待核实)."""
    asked = [quota.attribute for quota in field.problem.quotas if quota.is_unknown(option)]
    if field.plan.private_only and option.attributes.get("ownership") is None:
        asked.append("ownership")
    return tuple(sorted(set(asked)))
