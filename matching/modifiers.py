"""What a requirement asks beyond the thing itself, and whether a phrase of a company says as much.

超微细电磁线 is not met by 电磁线: the thing is there, its grade is not stated. 高档 is a claim that no
product list makes: the thing is enough, and the claim is asked for. 各类 asks nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from matching.passages import normalise

_FILLER = re.compile(
    r"^(?:国内紧缺|国内领先|市场前景好的?|不同用途的?|各种|各类|多种|多品种|系列|其他|相关|有关|主要|重点|传统|优势|特色|"
    r"品牌|精品|新型|现代|新一代|国产|关键|核心|重大|规模化|专业化|标准化|等)的?"
)
_CLAIM = re.compile(
    r"^(?:高档|中高端|高端|高性能|高品质|优质|先进|高附加值|高技术(?:含量)?|国际先进|具有国际竞争力的?|功能性)的?"
)


@dataclass(frozen=True, slots=True)
class Unstated:
    """Words of a requirement that a phrase lacks. A `claim` alone leaves the requirement met."""

    words: str
    is_claim: bool


def set_apart_by(requirement: str, name: str) -> Unstated | None:
    """What `requirement` says before `name` (Term.name), normalised; None where it says nothing more.

    Only a name that stands inside the requirement is compared: another name of the whole has its grade in the
    name, and what is left out behind it (材料, 制品) is a class, not a grade.
    """
    asked, said = normalise(requirement), normalise(name)
    at = asked.find(said) if said and said != asked else -1
    if at <= 0:
        return None
    before = asked[:at]
    while (filler := _FILLER.match(before)) and filler.end():
        before = before[filler.end() :]
    if not before:
        return None
    rest = before
    while (claim := _CLAIM.match(rest)) and claim.end():
        rest = _FILLER.sub("", rest[claim.end() :])
    return Unstated(before, is_claim=not rest)


def unstated(requirement: str, name: str | None, quote: str) -> Unstated | None:
    """What `requirement` says before `name` and `quote` does not; None where nothing is lacking."""
    lack = set_apart_by(requirement, name or "")
    return None if lack is None or lack.words in normalise(quote) else lack
