"""The facets of a list as the page shows them: what can be ticked, with how many companies each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matching.engine import BANDS
from matching.index.facets import SIZES, UNKNOWN
from matching.records import MatchResult
from service.i18n import mark
from service.match_inputs import LISTINGS
from service.web.conditions import FACET_NAMES, Conditions, provinces_in_order
from service.web.formats import BAND_LABELS, OWNERSHIP_LABELS, say

SIZE_LABELS = {
    "large": mark("1,000 employees or more"),
    "medium": mark("300 to 999"),
    "small": mark("20 to 299"),
    "micro": mark("fewer than 20"),
    UNKNOWN: mark("not known"),
}
LISTING_LABELS = {"listed": mark("listed"), "not_listed": mark("not listed")}
# Condition → the engine's facet.
_FACET_OF = {
    "provinces": "province",
    "bands": "band",
    "listings": "listing",
    "sizes": "size",
    "ownerships": "ownership",
    "tags": "tag",
    "years": "year",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One value that can be ticked."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FacetShown:
    """One facet. `is_plain`: nothing in it tells companies apart, so that it is shown but not offered."""

    name: str
    label: str
    options: tuple[Option, ...]

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(option.label for option in self.options if option.is_chosen)

    @property
    def as_rows(self) -> list[tuple[str, int]]:
        """The values with their numbers, most first."""
        return [(option.value, option.count) for option in self.options if option.count]

    @property
    def is_plain(self) -> bool:
        return len(self.options) < 2 and not self.chosen


def facets_shown(result: MatchResult, state: Conditions) -> tuple[FacetShown, ...]:
    """The facets of `result` in the order of the page."""
    bands: dict[str, int] = {str(band): count for band, count in (result.bands or {}).items()}
    counted: dict[str, Mapping[str, int]] = {**(result.facets or {}), "band": bands}
    return tuple(
        _facet(name, counted.get(facet, {}), getattr(state, name)) for name, facet in _FACET_OF.items()
    )


def _facet(name: str, counts: Mapping[str, int], chosen: tuple[str, ...]) -> FacetShown:
    values = [value for value in _ordered(name, counts) if counts.get(value) or value in chosen]
    values += [value for value in chosen if value not in values]
    options = tuple(Option(v, _label(name, v), counts.get(v, 0), v in chosen) for v in values)
    return FacetShown(name, say(FACET_NAMES[name]), options)


def _ordered(name: str, counts: Mapping[str, int]) -> list[str]:
    if name == "provinces":
        places = {province: place for place, province in enumerate(provinces_in_order())}
        known = [value for value in counts if value in places]
        return sorted(known, key=lambda value: (-counts[value], places[value]))
    fixed = {"sizes": SIZES, "ownerships": tuple(OWNERSHIP_LABELS), "listings": LISTINGS, "bands": BANDS}.get(
        name
    )
    if fixed:
        return list(fixed)
    if name == "years":
        return sorted(counts, key=lambda value: (value == UNKNOWN, -int(value) if value.isdigit() else 0))
    return sorted(counts, key=lambda value: (value == UNKNOWN, -counts[value], value))


def _label(name: str, value: str) -> str:
    labels = {
        "sizes": SIZE_LABELS,
        "ownerships": OWNERSHIP_LABELS,
        "listings": LISTING_LABELS,
        "bands": BAND_LABELS,
    }.get(name, {})
    if value in labels:
        return say(labels[value])
    if value == UNKNOWN:
        return say(mark("not stated"))
    return value
