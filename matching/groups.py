"""Companies of one group: 江西铜业股份有限公司 and 江西铜业集团有限公司 are one address for an officer.

Told by the name alone, and only where the whole name but its legal form agrees: a brand that several groups
share (东方, 华润) folds nobody. What shareholdings say is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from matching.passages import normalise

Item = TypeVar("Item")

_SPECIAL = re.compile(r"^(?:s?\*?st|n|c)(?=[\u3400-\u9fff])")
_LEGAL = re.compile(
    r"(?:股份有限公司|有限责任公司|集团有限公司|股份公司|有限公司|总公司|公司|集团|控股|股份|\(集团\)|\(控股\))+$"
)
_SHARE_CLASS = re.compile(r"(?<=[\u3400-\u9fff])[ab]$")
_MIN_STEM_CHARS = 3


def name_stem(name: str) -> str:
    """`name` without its legal form; empty where too little is left to tell a company by."""
    stem = _SHARE_CLASS.sub("", _SPECIAL.sub("", normalise(name)))
    stem = _LEGAL.sub("", stem)
    return stem if len(stem) >= _MIN_STEM_CHARS else ""


def fold(items: Iterable[Item], names: Callable[[Item], Iterable[str]]) -> list[tuple[Item, list[Item]]]:
    """`items` in their order, each with those behind it that are of its group by any of their `names`."""
    folded: list[tuple[Item, list[Item]]] = []
    heads: dict[str, int] = {}
    for item in items:
        stems = [stem for stem in map(name_stem, names(item)) if stem]
        known = next((heads[stem] for stem in stems if stem in heads), None)
        if known is None:
            known = len(folded)
            folded.append((item, []))
        else:
            folded[known][1].append(item)
        for stem in stems:
            heads.setdefault(stem, known)
    return folded
