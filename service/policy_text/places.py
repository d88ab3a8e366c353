"""Names of places, which stand in enumerations beside things and enterprises and are neither."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources


@cache
def place_names() -> frozenset[str]:
    """Provinces and prefectures by long and short name: 定西市 and 定西."""
    table = resources.files("data").joinpath("regions", "regions.tsv")
    with table.open(encoding="utf-8") as lines:
        names = [row["name"] for row in csv.DictReader(lines, delimiter="\t")]
    return frozenset(names) | frozenset(re.sub(r"(?:省|市|地区|盟|县|自治州)$", "", name) for name in names)
