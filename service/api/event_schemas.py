"""What goes into and comes out of the API of events. A field may be added; none changes its meaning."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

State = Literal["draft", "review", "approved", "issued", "closed"]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlanIn(_In):
    """An event plan as in data/events, as JSON. `row_version`: what was seen of the event to change."""

    plan: dict[str, Any]
    code: str | None = None
    row_version: int | None = None


class EntryChangeIn(_In):
    """Fields of one entry to change; `row_version` is the one that was seen."""

    entry_id: int
    row_version: int
    fields: dict[str, str | int | float | None]


class EntryChangesIn(_In):
    changes: list[EntryChangeIn] = Field(min_length=1, max_length=2000)
    why: str = Field(default="", max_length=2000)
    dry_run: bool = False


class CompanyIn(_In):
    """A company to put on the list by hand: id, code or exact name."""

    company: str = Field(min_length=1, max_length=200)
    gap: str = Field(default="", max_length=32)
    why: str = Field(default="", max_length=2000)


class RunIn(_In):
    """`keep_others`: who is on the list stays; `relax`: also what one more seat or rule would add."""

    keep_others: bool = False
    relax: bool = False
    why: str = Field(default="", max_length=2000)


class StateIn(_In):
    state: State
    expected_state: State
    why: str = Field(default="", max_length=2000)


class VersionIn(_In):
    why: str = Field(min_length=1, max_length=2000)


class MeetingsIn(_In):
    slots: list[str] = Field(min_length=1, max_length=60)
    tables: int = 1
    meetings_per_company: int = 3
    confirmed_only: bool = False


class ListOptions(BaseModel):
    version: int | None = None


class WhyOptions(BaseModel):
    company: str = Field(min_length=1, max_length=200)
    lang: Literal["zh", "en"] | None = None


class LanguageOption(BaseModel):
    lang: Literal["zh", "en"] | None = None


class DifferenceOptions(BaseModel):
    before: int
    after: int | None = None


class EventsOut(BaseModel):
    events: list[dict[str, Any]]


class EventOut(BaseModel):
    format: int
    code: str
    state: State
    row_version: int
    updated_by: str
    updated_at: str
    plan: dict[str, Any]


class EventListOut(BaseModel):
    """The list: event facts, `version`, `run_number`, `receipt`, and `entries`."""

    model_config = ConfigDict(extra="allow")

    format: int
    code: str
    state: State
    version: int
    is_frozen: bool
    entries: list[dict[str, Any]]


class ReportOut(BaseModel):
    format: int
    applied: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]
    row_versions: dict[str, int]


class EventRunOut(BaseModel):
    """`run` with its number and receipt; the answer in the words of `lianzhao event solve`."""

    model_config = ConfigDict(extra="allow")

    run: dict[str, Any]


class EventRunsOut(BaseModel):
    runs: list[dict[str, Any]]


class VersionsOut(BaseModel):
    versions: list[dict[str, Any]]


class AnswerOut(BaseModel):
    """An answer of one of the smaller questions."""

    model_config = ConfigDict(extra="allow")
