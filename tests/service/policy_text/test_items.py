from __future__ import annotations

import time

import pytest

from service.policy_text.items import read_items, trimmed


@pytest.mark.parametrize(
    ("piece", "thing"),
    [
        ("系列三元前驱体材料", "三元前驱体材料"),
        ("高性能抛光粉的研制及产业化", "高性能抛光粉"),
        ("市场前景好的工程塑料", "工程塑料"),
        ("行走机构的本地配套水平", "行走机构"),
        ("12000米—15000米超深井陆地钻机", "超深井陆地钻机"),
        ("具有民族特色的箱包", "箱包"),
        ("有色金属压延", "有色金属压延"),
        ("有价金属的循环利用", "有价金属的循环利用"),
        ("贵金属系列产品", "贵金属系列产品"),
        ("加速器设备", "加速器设备"),
        ("挖掘机械", "挖掘机械"),
        ("高性能膜", "高性能膜"),
    ],
)
def test_the_thing_is_left_without_praise_and_making(piece: str, thing: str) -> None:
    assert trimmed(piece) == thing


@pytest.mark.parametrize(
    "piece", ["高附加值产品", "核心竞争力", "高活性", "产业链", "重点领域", "1000亿元", "铜", ""]
)
def test_what_names_no_thing_is_dropped(piece: str) -> None:
    assert trimmed(piece) == ""


def test_bracket_is_no_item_and_class_is_marked() -> None:
    items = read_items("TDI（二异氰酸酯）、黄（红）芪等药材")
    assert [(item.text, item.is_class) for item in items] == [("TDI", False), ("黄芪", False), ("药材", True)]


def test_places_are_no_items() -> None:
    assert [item.text for item in read_items("定西、铝箔")] == ["铝箔"]


@pytest.mark.parametrize("word", ["规模化发展", "产业化发展", "的技术攻关", "等", "智能化"])
def test_endings_repeated_without_end_cost_no_time(word: str) -> None:
    started = time.monotonic()
    read_items(word * 2000 + "铝")
    read_items("、".join([word * 10 + "铝"] * 200))
    assert time.monotonic() - started < 2
