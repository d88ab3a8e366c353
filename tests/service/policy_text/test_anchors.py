from __future__ import annotations

import pytest

from service.policy_text.anchors import find_anchors


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("依托金川公司、酒钢集团、白银公司等骨干企业，", ["金川公司", "酒钢集团", "白银公司"]),
        ("以兰州石化、庆阳石化为依托，", ["兰州石化", "庆阳石化"]),
        ("以中车株机、中车株洲所为链主，", ["中车株机", "中车株洲所"]),
        ("依托天水星火机床、天水锻压机床等企业，", ["天水星火机床", "天水锻压机床"]),
        ("发挥三一重工、山河智能等龙头企业的引领作用", ["三一重工", "山河智能"]),
        ("鼓励时代新材扩大芳纶纸的产能", ["时代新材"]),
        ("依托蓝思科技、惠科光电，", ["蓝思科技", "惠科光电"]),
        ("依托金川公司镍钴资源优势，", ["金川公司"]),
    ],
)
def test_enterprises_are_found_by_the_words_around_them(text: str, names: list[str]) -> None:
    assert [anchor.name for anchor in find_anchors(text, 0, len(text))] == names


@pytest.mark.parametrize(
    "text",
    [
        "以高档数控机床、智能电工电器等先进装备制造业为重点，",
        "以兰州、白银地区骨干企业为重点，",
        "以定西、陇南等中药材主产区为重点，",
        "依托资源优势、产业基础，",
        "支持龙头企业通过兼并、重组等方式组建大型企业集团",
        "鼓励民营企业扩大产能",
        "推进国家有色金属新材料产业发展",
    ],
)
def test_things_places_and_enterprises_in_general_are_no_anchors(text: str) -> None:
    assert find_anchors(text, 0, len(text)) == []


def test_anchor_is_given_once_with_its_first_place() -> None:
    text = "依托金川公司，发展甲。依托金川公司，发展乙。"
    (anchor,) = find_anchors(text, 0, len(text))
    assert (anchor.start, text[anchor.start : anchor.end]) == (2, "金川公司")
