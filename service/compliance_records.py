"""Rules of the fair-competition check as they are applied, and what it finds: plain dataclasses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

Severity = Literal["blocked", "warning"]
Where = Literal["before", "inside", "after", "clause", "segment"]
Reach = Literal["clause", "near", "segment"]


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the regulation. `measures` is the article of the measures that carry it out."""

    id: str
    cite: str
    forbids: dict[str, str]
    verified: bool
    measures: str
    measures_verified: bool


@dataclass(frozen=True, slots=True)
class Context:
    """Words that make a mention lawful, and where they have to stand."""

    id: str
    name: dict[str, str]
    where: Where
    reach: Reach
    pattern: re.Pattern[str]
    broken_by: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Rule:
    """What is looked for, unless which contexts, given which ones; texts by language (zh, en)."""

    id: str
    name: dict[str, str]
    clause: Clause
    severity: Severity
    patterns: tuple[re.Pattern[str], ...]
    unless: tuple[Context, ...]
    needs: tuple[Context, ...]
    yields_to: frozenset[str]
    advice: dict[str, str]


@dataclass(frozen=True, slots=True)
class ComplianceRules:
    """All rules, in the order in which findings at one place are shown."""

    law: str
    in_force_since: date
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class ComplianceFinding:
    """A place that needs review: `quote` is text[start:end], `matched` the words in it that gave the alarm.

    `looked_for` names the contexts that would have excused it and were not found.
    """

    start: int
    end: int
    quote: str
    rule: Rule
    matched: str
    looked_for: tuple[Context, ...]

    @property
    def clause(self) -> str:
        """The clause as it is cited."""
        return self.rule.clause.cite

    @property
    def severity(self) -> Severity:
        return self.rule.severity


@dataclass(frozen=True, slots=True)
class ExcusedMention:
    """A mention that the rules let pass, and the context that excuses it."""

    start: int
    end: int
    quote: str
    rule: Rule
    context: Context
