"""Event plans: one YAML file an event (民企陇上行 and the like), checked before anything is computed.

A wrong file is answered with every problem at once, each as file, path, value and what to do.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from service.errors import InvalidEventPlan, ProfileProblem
from service.provinces import known_provinces, short_province
from service.readers.chain_profile import problems_in, read_yaml

Attribute = Literal[
    "chain", "gap", "gap_kind", "group", "province", "city", "ownership", "association", "size"
]
Unknowns = Literal["careful", "count", "ignore", "leave_out"]
SessionKind = Literal["presentation", "forum", "signing", "visit"]  # 推介, 分论坛, 集中签约, 考察组

# Attributes whose values are words of ours; the values of the others are codes and names.
VALUES: dict[str, tuple[str, ...]] = {
    "gap_kind": ("fill", "strengthen", "extend", "supporting", "talent"),
    "ownership": ("private", "state", "foreign", "mixed"),
    "size": ("large", "medium", "small", "micro"),
}
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*[%％]")

Name = Annotated[str, Field(min_length=1, max_length=200)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
Weight = Annotated[float, Field(ge=0, le=10)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class Limit(_Strict):
    """A number of companies, or a share of those selected."""

    count: int | None = None
    share_0_1: float | None = None


def _limit(value: Any) -> Any:
    if isinstance(value, Limit):
        return value
    if isinstance(value, dict) and len([part for part in value.values() if part is not None]) == 1:
        return Limit.model_validate(value)  # as a stored plan has it
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return Limit(count=value)
    share = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if share and float(share[1]) <= 100:
        return Limit(share_0_1=float(share[1]) / 100)
    raise ValueError("write a number of companies such as 10, or a share such as 30%")


CountOrShare = Annotated[Limit, BeforeValidator(_limit)]


class InPlay(_Strict):
    """A chain with all its published gaps, or one gap. The weight of a gap goes before that of its chain."""

    chain: Name | None = None
    gap: Name | None = None
    weight: Weight = 1.0

    @model_validator(mode="after")
    def _is_one(self) -> InPlay:
        if (self.chain is None) == (self.gap is None):
            raise ValueError("give either chain or gap")
        return self


class EventSession(_Strict):
    """A part of the programme."""

    code: Key
    name: Name
    kind: SessionKind


class Group(_Strict):
    """Companies that go together: those invited for the gaps of `chains`. `sessions`: where they sit."""

    code: Key
    name: Name
    chains: Annotated[list[Name], Field(min_length=1)]
    sessions: list[Key] = []


class QuotaRule(_Strict):
    """At least or at most so many of those selected. `unknowns`: see matching/selection/problem.py."""

    id: Key
    name: Name | None = None
    attribute: Attribute
    values: Annotated[list[Name], Field(min_length=1)]
    at_least: CountOrShare | None = None
    at_most: CountOrShare | None = None
    unknowns: Unknowns | None = None  # None: as the plan says

    @field_validator("values", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _has_one_limit(self) -> QuotaRule:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give either at_least or at_most; for both write two rules")
        known = VALUES.get(self.attribute) or (
            tuple(sorted(known_provinces())) if self.attribute == "province" else ()
        )
        for value in self.values:
            shown = short_province(value) if self.attribute == "province" else value
            if known and shown not in known:
                raise ValueError(f"{value!r} is no {self.attribute}: known are {', '.join(known)}")
        return self


class LockedIn(_Strict):
    """A company that must be invited; for `gap` when it is named. `company`: id, code or exact name."""

    company: Name
    gap: Name | None = None
    note: Name | None = None


class LockedOut(_Strict):
    """A company that must not be invited."""

    company: Name
    reason: Name | None = None


def _as_lock(value: Any) -> Any:
    return {"company": value} if isinstance(value, str) else value


class Organiser(_Strict):
    """Organisations by their part; no person stands here."""

    hosts: Annotated[list[Name], Field(min_length=1)]  # 主办单位
    undertakers: list[Name] = []  # 承办单位
    supporters: list[Name] = []  # 支持单位


class Deadline(_Strict):
    name: Name
    due_on: date  # not `on`, which YAML reads as true


class EventPlan(_Strict):
    """One event as its file states it.

    `unknowns`: what a fact that is not known does under the quota rules that do not say it themselves.
    `unknown_ownership`: whether a company stays under `private_only` when its ownership is not known.
    """

    format: Literal[1]
    code: Key | None = None  # None: the next free one of the year when it is stored
    name: Name
    edition: Name
    organiser: Organiser
    start_on: date
    end_on: date | None = None
    place: Name
    seats: Annotated[int, Field(ge=1, le=2000)]
    sensitivity: Annotated[str, Field(min_length=1, max_length=40)] = "内部资料"
    in_play: Annotated[list[InPlay], Field(min_length=1)]
    acceptance_rate: Annotated[float, Field(gt=0, le=1)] = 0.3
    candidates_per_gap: Annotated[int, Field(ge=1, le=100)] = 20
    min_probability: Annotated[float, Field(ge=0, le=1)] = 0.15
    private_only: bool = True
    unknown_ownership: Literal["keep", "leave_out"] = "keep"
    unknowns: Unknowns = "careful"
    exclude_home_province: bool = True
    sessions: list[EventSession] = []
    groups: list[Group] = []
    quota_rules: list[QuotaRule] = []
    locked_in: list[Annotated[LockedIn, BeforeValidator(_as_lock)]] = []
    locked_out: list[Annotated[LockedOut, BeforeValidator(_as_lock)]] = []
    deadlines: list[Deadline] = []

    @model_validator(mode="after")
    def _names_differ(self) -> EventPlan:
        groups: dict[str, list[str]] = {
            "sessions[].code": [session.code for session in self.sessions],
            "groups[].code": [group.code for group in self.groups],
            "groups[].chains": [chain for group in self.groups for chain in group.chains],
            "quota_rules[].id": [rule.id for rule in self.quota_rules],
            "in_play": [some.chain or some.gap or "" for some in self.in_play],
            "locked_in and locked_out": [
                *(lock.company for lock in self.locked_in),
                *(out.company for out in self.locked_out),
            ],
        }
        for where, values in groups.items():
            for value, count in Counter(values).items():
                if count > 1:
                    raise ValueError(f"{where}: {value!r} stands {count} times; give it once")
        known = {session.code for session in self.sessions}
        for group in self.groups:
            for code in group.sessions:
                if code not in known:
                    raise ValueError(f"groups[].sessions: {code!r} is not in sessions[].code")
        if self.end_on is not None and self.end_on < self.start_on:
            raise ValueError(f"end_on: {self.end_on} is before start_on {self.start_on}")
        return self


def read_event_plan(path: Path) -> EventPlan:
    """The event plan in the YAML file `path`.

    Raises InvalidEventPlan with all problems of the file: path inside it, value, what to do.
    """
    return parse_event_plan(read_yaml(path, InvalidEventPlan), path.name)


def parse_event_plan(content: Any, source: str) -> EventPlan:
    """The event plan in `content`, already read from YAML or JSON; `source` names it in errors."""
    if not isinstance(content, dict):
        found = "nothing" if content is None else type(content).__name__
        advice = 'write a mapping that starts with "format: 1", as in data/events'
        raise InvalidEventPlan(source, [ProfileProblem("", found, advice)])
    try:
        return EventPlan.model_validate(content)
    except ValidationError as err:
        raise InvalidEventPlan(source, problems_in(err)) from err
