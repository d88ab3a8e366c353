"""What a quote leaves open of a requirement."""

from __future__ import annotations

import pytest

from matching.modifiers import Unstated, unstated


@pytest.mark.parametrize(
    ("requirement", "name", "quote", "words"),
    [
        ("超微细电磁线", "电磁线", "毫米以上电磁线", "超微细"),
        ("民用雷达", "雷达", "雷达及配套", "民用"),
        ("新型稀土系储氢材料", "储氢材料", "储氢材料", "稀土系"),
        ("110kV及以上智能变电站系统", "智能变电站", "智能变电站", "110kv及以上"),
    ],
)
def test_what_sets_the_thing_apart_is_lacking(requirement: str, name: str, quote: str, words: str) -> None:
    assert unstated(requirement, name, quote) == Unstated(words, is_claim=False)


@pytest.mark.parametrize("requirement", ["高档电解铜箔", "优质电解铜箔", "新型高性能电解铜箔"])
def test_a_claim_is_asked_for_and_no_more(requirement: str) -> None:
    lack = unstated(requirement, "电解铜箔", "锂电铜箔")
    assert lack is not None
    assert lack.is_claim


@pytest.mark.parametrize(
    ("requirement", "name", "quote"),
    [
        ("电解铜箔", "电解铜箔", "电解铜箔"),  # the thing itself
        ("电解铜箔", "锂电铜箔", "锂电铜箔"),  # another name of it
        ("各类重点电解铜箔", "电解铜箔", "电解铜箔"),  # words that ask nothing
        ("三元前驱体材料", "三元前驱体", "三元前驱体"),  # a class behind it
        ("超微细电磁线", "电磁线", "超微细特种电磁线"),  # said elsewhere in the quote
        ("电解铜箔", None, "铜箔"),  # likeness, no phrase
    ],
)
def test_nothing_is_lacking(requirement: str, name: str | None, quote: str) -> None:
    assert unstated(requirement, name, quote) is None
