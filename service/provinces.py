"""Names of provinces, long and short: 甘肃省 and 甘肃 are one place."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources

_ENDING = re.compile(r"(?:维吾尔自治区|壮族自治区|回族自治区|自治区|特别行政区|省|市)$")


def short_province(name: str) -> str:
    """`name` without the word for its rank, as companies and filters are compared: 甘肃省 → 甘肃."""
    bare = "".join(name.split())
    return _ENDING.sub("", bare) or bare


@cache
def known_provinces() -> frozenset[str]:
    """The short names of all provinces in `data/regions/regions.tsv`."""
    table = resources.files("data").joinpath("regions", "regions.tsv")
    with table.open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return frozenset(short_province(row["name"]) for row in rows if row["level"] == "province")
