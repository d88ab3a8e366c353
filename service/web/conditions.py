"""What the reader chose, as it stands in the address: conditions on companies, and the page of the list."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from flask import request

from matching.engine import BANDS
from matching.index.facets import SIZES
from matching.records import Filters, Requirement
from service.i18n import mark
from service.match_inputs import LISTINGS, filters_from
from service.provinces import known_provinces, short_province
from service.web.errors import InvalidAddress
from service.web.formats import OWNERSHIP_LABELS, say
from service.web.wishes import encode, read_requirements

PAGE_SIZE = 20
MAX_PAGE = 500
MAX_EMPLOYEES = 10_000_000
MAX_CHOSEN = 100
# What is chosen by ticking → the values there are; empty: whatever the companies state.
CHOICES: dict[str, tuple[str, ...]] = {
    "ownerships": tuple(OWNERSHIP_LABELS),
    "sizes": SIZES,
    "listings": LISTINGS,
    "tags": (),
    "years": (),
    "bands": BANDS,
}
FACET_NAMES = {
    "provinces": mark("Province"),
    "ownerships": mark("Ownership"),
    "sizes": mark("Size"),
    "listings": mark("Listing"),
    "tags": mark("Qualification"),
    "bands": mark("Band"),
    "years": mark("Year of the data"),
}


@dataclass(frozen=True, slots=True)
class Conditions:
    """The state of a list of candidates. The names are those of the API."""

    provinces: tuple[str, ...] = ()
    include_home_province: bool = False
    min_employees: int | None = None
    ownerships: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    hidden_suppliers: bool = False
    requirements: tuple[Requirement, ...] = ()  # as edited; empty: those of the gap or the need
    page: int = 1
    open: str = ""  # id of the company whose explanation is open

    @property
    def offset(self) -> int:
        return (self.page - 1) * PAGE_SIZE

    @property
    def any_set(self) -> bool:
        """Whether any condition narrows or widens the list."""
        return replace(self, page=1, open="", requirements=()) != Conditions()

    def cleared(self) -> Conditions:
        """Without any condition on companies; edited requirements stay."""
        return Conditions(requirements=self.requirements)

    def filters(self, home_province: str | None) -> Filters:
        """The conditions as the engine takes them."""
        return filters_from(
            {
                "provinces": self.provinces,
                "include_home_province": self.include_home_province,
                "min_employees": self.min_employees,
                **{name: getattr(self, name) for name in CHOICES},
                "hidden_suppliers": self.hidden_suppliers,
            },
            home_province,
        )

    def address(self, **changes: Any) -> dict[str, Any]:
        """Arguments for an address with this state, after `changes`; what nobody chose is left out."""
        state = replace(self, **changes)
        arguments: dict[str, Any] = {
            "provinces": list(state.provinces),
            "include_home_province": "1" if state.include_home_province else "",
            "min_employees": state.min_employees if state.min_employees is not None else "",
            **{name: list(getattr(state, name)) for name in CHOICES},
            "r": [encode(requirement) for requirement in state.requirements],
            "hidden_suppliers": "1" if state.hidden_suppliers else "",
            "page": state.page if state.page > 1 else "",
            "open": state.open,
        }
        return {name: value for name, value in arguments.items() if value not in ("", [])}


def read_conditions() -> Conditions:
    """The conditions in the address. Raises InvalidAddress, naming the value."""
    given = request.args
    return Conditions(
        provinces=tuple(
            dict.fromkeys(_province(name) for name in given.getlist("provinces") if name.strip())
        ),
        include_home_province=_is_on("include_home_province"),
        min_employees=_whole_number("min_employees", 0, MAX_EMPLOYEES),
        **{name: _chosen(name) for name in CHOICES},
        requirements=read_requirements(),
        hidden_suppliers=_is_on("hidden_suppliers"),
        page=_whole_number("page", 1, MAX_PAGE) or 1,
        open=given.get("open", "")[:64],
    )


def read_rank() -> int | None:
    """The rank that a link to an explanation carries; a wrong one is as none."""
    value = request.args.get("rank", "")
    return (
        int(value)
        if value.isascii() and value.isdigit() and 0 < int(value[:8]) <= MAX_PAGE * PAGE_SIZE
        else None
    )


def _chosen(name: str) -> tuple[str, ...]:
    """The values of one facet in the address. Raises InvalidAddress for one that is none."""
    chosen = tuple(dict.fromkeys(value for value in request.args.getlist(name) if value.strip()))
    if name == "listings" and _is_on("listed_only"):  # as addresses said it before
        chosen = ("listed",)
    known = CHOICES[name]
    wrong = next((value for value in chosen if (known and value not in known) or len(value) > 100), None)
    if wrong is not None:
        raise InvalidAddress(
            say(
                mark("“{value}” is nothing to choose under {label}: take one of those that are offered."),
                value=wrong[:40],
                label=say(FACET_NAMES[name]),
            )
        )
    return chosen[:MAX_CHOSEN]


@cache
def provinces_in_order() -> tuple[str, ...]:
    """Short names of all provinces in the order of their codes, as official tables list them."""
    table = resources.files("data").joinpath("regions", "regions.tsv")
    with table.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["level"] == "province"]
    return tuple(
        dict.fromkeys(short_province(row["name"]) for row in sorted(rows, key=lambda row: row["code"]))
    )


def _is_on(name: str) -> bool:
    return request.args.get(name, "").lower() in ("1", "on", "true", "yes")


def _province(name: str) -> str:
    short = short_province(name)
    if short not in known_provinces():
        raise InvalidAddress(
            say(
                mark("Province “{value}” is not known: choose one from the list, such as 江苏."),
                value=name[:40],
            )
        )
    return short


def _whole_number(name: str, low: int, high: int) -> int | None:
    value = request.args.get(name, "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 12 and low <= int(value) <= high):
        label = {"page": mark("Page"), "min_employees": mark("Least number of employees")}[name]
        raise InvalidAddress(
            say(
                mark("{label}: “{value}” is not a whole number from {low} to {high}."),
                label=say(label),
                value=value[:40],
                low=low,
                high=high,
            )
        )
    return int(value)
