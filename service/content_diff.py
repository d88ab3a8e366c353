"""What changed between two wordings of a gap: fields, and requirements line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from service.gap_content import GapContent, RequirementContent

FIELDS = (
    "title",
    "title_en",
    "kind",
    "link",
    "severity",
    "need",
    "note",
    "anchors",
    "sites",
    "industry_codes",
    "refs",
)
REQUIREMENT_FIELDS = ("text", "facet", "level", "weight", "synonyms", "note")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that is not what it was."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class RequirementChange:
    """A requirement that came, went or changed; `fields` says in what."""

    id: str
    change: Literal["added", "removed", "changed"]
    old: RequirementContent | None
    new: RequirementContent | None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class ContentDiff:
    """All differences. `is_reordered`: the lines that both have stand in another order."""

    fields: tuple[FieldChange, ...]
    requirements: tuple[RequirementChange, ...]
    is_reordered: bool

    @property
    def is_empty(self) -> bool:
        return not (self.fields or self.requirements or self.is_reordered)

    def as_changes(self) -> dict[str, tuple[Any, Any]]:
        """For the audit: what → (old, new)."""
        changes = {change.field: (_plain(change.old), _plain(change.new)) for change in self.fields}
        for row in self.requirements:
            changes[f"requirement {row.id}"] = (_plain(row.old), _plain(row.new))
        return changes


def diff_contents(old: GapContent, new: GapContent) -> ContentDiff:
    """What turns `old` into `new`. Requirements are the same line when they have the same id."""
    before = {row.id: row for row in old.requirements}
    after = {row.id: row for row in new.requirements}
    changes: list[RequirementChange] = []
    for key, row in after.items():
        was = before.get(key)
        if was is None:
            changes.append(RequirementChange(key, "added", None, row))
        elif fields := _changes(was, row, REQUIREMENT_FIELDS):
            changes.append(RequirementChange(key, "changed", was, row, fields))
    gone = [(key, row) for key, row in before.items() if key not in after]
    changes += [RequirementChange(key, "removed", row, None) for key, row in gone]
    order_before = [key for key in before if key in after]
    order_after = [key for key in after if key in before]
    return ContentDiff(_changes(old, new, FIELDS), tuple(changes), order_before != order_after)


def _changes(old: object, new: object, names: tuple[str, ...]) -> tuple[FieldChange, ...]:
    pairs = [(name, getattr(old, name), getattr(new, name)) for name in names]
    return tuple(FieldChange(name, was, now) for name, was, now in pairs if (was or None) != (now or None))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(some) for some in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value
