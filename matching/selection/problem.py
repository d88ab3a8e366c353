"""What is asked of a selection: options, seats, quotas, locks. Order of input never matters.

An attribute of an option is a tuple of values (a company may belong to two associations), or None when the
fact is not known. What an unknown fact does under a quota is said by the quota:

`careful`    does not count for "at least", counts for "at most": the rule holds whatever turns out
`count`      counts for both: the organiser trusts it to be so until somebody asks
`ignore`     counts for neither
`leave_out`  companies with the fact unknown may not be selected while the quota stands
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from matching.errors import SelectionInvalid

Unknowns = Literal["careful", "count", "ignore", "leave_out"]
Bound = Literal["at_least", "at_most"]
RuleKind = Literal["seats", "quota", "locked_in"]
Attributes = Mapping[str, tuple[str, ...] | None]

DECIMALS = 9  # of probabilities: the last bits of a float must not decide between equals


@dataclass(frozen=True, slots=True)
class Option:
    """One way to use a seat: `company` is invited for `gap`, which it could close with `probability`."""

    company: str
    gap: str
    probability: float
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quota:
    """At least or at most `count` selected companies, or `share_0_1` of them, with one of `values`.

    Exactly one of `count` and `share_0_1` is set. `id` must not repeat in a problem.
    """

    id: str
    attribute: str
    values: tuple[str, ...]
    bound: Bound
    count: int | None = None
    share_0_1: float | None = None
    unknowns: Unknowns = "careful"

    def counts(self, option: Option) -> bool:
        """Whether a seat used so counts under this quota."""
        known = option.attributes.get(self.attribute)
        if known is None:
            return self.unknowns == "count" or (self.unknowns == "careful" and self.bound == "at_most")
        return any(value in known for value in self.values)

    def is_unknown(self, option: Option) -> bool:
        """Whether the fact this quota is about is not known of `option`."""
        return option.attributes.get(self.attribute) is None

    def leaves_out(self, option: Option) -> bool:
        """Whether `option` may not be selected while this quota stands."""
        return self.unknowns == "leave_out" and self.is_unknown(option)

    def slack(self, counted: int, selected: int) -> float:
        """How many more (at most) or fewer (at least) may count; below 0 the quota is broken."""
        bound = self.count if self.count is not None else (self.share_0_1 or 0.0) * selected
        return bound - counted if self.bound == "at_most" else counted - bound


@dataclass(frozen=True, slots=True)
class Lock:
    """A company that must be selected; for `gap` when it is named."""

    company: str
    gap: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """Something that can be in conflict. `id`: quota's id, company's id; empty for the seats."""

    kind: RuleKind
    id: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """All that decides a selection. `weights`: gap → what covering it is worth, 1 where it is not named.

    `acceptance_0_1` is the share of invitations that are accepted. Raises SelectionInvalid.
    """

    options: tuple[Option, ...]
    seats: int
    acceptance_0_1: float = 1.0
    weights: Mapping[str, float] = field(default_factory=dict)
    quotas: tuple[Quota, ...] = ()
    locked_in: tuple[Lock, ...] = ()
    locked_out: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.seats < 0:
            raise SelectionInvalid(f"seats: {self.seats} is below 0")
        if not 0 <= self.acceptance_0_1 <= 1:
            raise SelectionInvalid(f"acceptance rate: {self.acceptance_0_1} is not from 0 to 1")
        _check_options(self.options)
        _check_weights(self.weights)
        _check_quotas(self.quotas)
        _check_locks(self)

    def rules(self) -> tuple[Rule, ...]:
        """Everything that can be in conflict, in one order whatever the order of input."""
        locks = sorted({Rule("locked_in", lock.company) for lock in self.locked_in})
        return (*locks, *sorted(Rule("quota", quota.id) for quota in self.quotas), Rule("seats"))

    def ordered(self) -> tuple[Option, ...]:
        """The options of companies that are not locked out, gap by gap, likeliest first."""
        return tuple(
            sorted(
                (option for option in self.options if option.company not in self.locked_out),
                key=lambda option: (option.gap, -round(option.probability, DECIMALS), option.company),
            )
        )

    def chance(self, option: Option) -> float:
        """The probability that `option`, once invited, comes and closes its gap."""
        return self.acceptance_0_1 * round(option.probability, DECIMALS)

    def weight(self, gap: str) -> float:
        """What covering `gap` is worth."""
        return float(self.weights.get(gap, 1.0))


def _check_options(options: tuple[Option, ...]) -> None:
    for option in options:
        if not 0 <= option.probability <= 1:  # also catches what is no number
            raise SelectionInvalid(
                f"probability of {option.company} for {option.gap}: {option.probability} is not from 0 to 1"
            )
    pairs = Counter((option.company, option.gap) for option in options)
    for (company, gap), count in pairs.items():
        if count > 1:
            raise SelectionInvalid(f"{company} stands {count} times for {gap}: give it once")


def _check_weights(weights: Mapping[str, float]) -> None:
    for gap, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise SelectionInvalid(f"weight of {gap}: {weight} is not a number from 0 up")


def _check_quotas(quotas: tuple[Quota, ...]) -> None:
    for quota in quotas:
        if (quota.count is None) == (quota.share_0_1 is None):
            raise SelectionInvalid(f"quota {quota.id}: give a count or a share, not both")
        if quota.count is not None and quota.count < 0:
            raise SelectionInvalid(f"quota {quota.id}: {quota.count} is below 0")
        if quota.share_0_1 is not None and not 0 <= quota.share_0_1 <= 1:
            raise SelectionInvalid(f"quota {quota.id}: share {quota.share_0_1} is not from 0 to 1")
    for name, count in Counter(quota.id for quota in quotas).items():
        if count > 1:
            raise SelectionInvalid(f"quota {name}: {count} quotas have this id: give each its own")


def _check_locks(problem: Problem) -> None:
    pairs = {(option.company, option.gap) for option in problem.options}
    companies = {company for company, _ in pairs}
    gaps: dict[str, str | None] = {}
    for lock in problem.locked_in:
        if lock.company in problem.locked_out:
            raise SelectionInvalid(f"{lock.company}: locked in and locked out: take one away")
        if lock.company not in companies or (lock.gap and (lock.company, lock.gap) not in pairs):
            where = f"for {lock.gap}" if lock.gap else "for any gap"
            raise SelectionInvalid(f"{lock.company}: locked in, but no option {where}: add one")
        if gaps.setdefault(lock.company, lock.gap) != lock.gap:
            raise SelectionInvalid(
                f"{lock.company}: locked in for {gaps[lock.company]} and for {lock.gap}: "
                "a company is invited once"
            )
