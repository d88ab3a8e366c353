"""Regions of GB/T 2260 by their codes."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Region:
    """A province or a city of today."""

    code: str
    name: str
    level: str


@cache
def present_regions() -> dict[str, Region]:
    """Code → region, without those that are now called or counted otherwise."""
    table = resources.files("data").joinpath("regions", "regions.tsv")
    with table.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if not row["valid_to"]]
    return {row["code"]: Region(row["code"], row["name"], row["level"]) for row in rows}


def is_region(code: str) -> bool:
    """Whether `code` is a province or city of today."""
    return code in present_regions()


def region_name(code: str | None) -> str:
    """The name of a region; its code where it has none, nothing for None."""
    if not code:
        return ""
    region = present_regions().get(code)
    return region.name if region else code
