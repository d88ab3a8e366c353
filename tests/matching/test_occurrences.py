"""Where a term stands, and what is said of the thing there."""

from __future__ import annotations

from pathlib import Path

import pytest

from matching.dictionary import Dictionary, Entry
from matching.embedding import HashingEmbedder
from matching.index.phrases import spans_of
from matching.index.release import load_release
from matching.occurrences import find_occurrences
from matching.relation import Relation, relation_at
from tests.matching.bases import build, company


@pytest.mark.parametrize(
    ("passage", "term", "prose", "relation"),
    [
        ("电解铜箔", "电解铜箔", False, "makes"),
        ("铜箔的生产和销售", "铜箔", True, "makes"),
        ("铜箔生产设备", "铜箔", False, "equips"),
        ("铜箔贸易", "铜箔", False, "trades"),
        ("贸易-铜箔", "铜箔", False, "trades"),
        ("铜箔检测服务", "铜箔", False, "serves"),
        ("产品用于铜箔", "铜箔", True, "uses"),
        ("铜箔基板", "铜箔", False, "names_other"),
        ("铜箔、铜管", "铜箔", False, "makes"),
    ],
)
def test_the_neighbourhood_tells_the_relation(passage: str, term: str, prose: bool, relation: str) -> None:
    start = passage.index(term)
    assert relation_at(passage, start, start + len(term), is_prose=prose) == relation


def test_a_latin_abbreviation_stands_alone() -> None:
    assert list(spans_of("pc", "pc树脂、pcb")) == [(0, 2)]
    assert list(spans_of("pc", "apc")) == []
    assert list(spans_of("铜箔", "铜箔铜箔")) == [(0, 2), (2, 4)]


def strengths(folder: Path, dictionary: Dictionary, asked: str, *products: str) -> dict[str, float]:
    """Product → how strongly `asked` stands in it."""
    relation: Relation = "makes"
    release = load_release(build(folder, (company("A", "甲", products),)), HashingEmbedder())
    found = find_occurrences(dictionary.expand([asked]), relation, release)
    by_text = dict(zip(release.phrases.texts, found.strength.tolist(), strict=True))
    return {product: round(by_text[product], 2) for product in products}


def test_kinds_count_nearly_whole_parts_half_and_machines_little(tmp_path: Path) -> None:
    dictionary = Dictionary([Entry("负极材料", ("负极",), ("人造石墨",), ("针状焦",))])
    products = ("负极材料", "负极", "人造石墨", "针状焦", "人造石墨设备", "铜箔")
    assert strengths(tmp_path, dictionary, "负极材料", *products) == {
        "负极材料": 1.0,
        "负极": 0.97,
        "人造石墨": 0.92,
        "针状焦": 0.5,
        "人造石墨设备": 0.37,  # 0.92 · 0.4
        "铜箔": 0.0,
    }


def test_a_look_alike_masks_only_what_it_covers(tmp_path: Path) -> None:
    dictionary = Dictionary([Entry("隔膜", (), ("锂电隔膜",), (), ("隔膜泵",))])
    found = strengths(tmp_path, dictionary, "隔膜", "隔膜泵", "隔膜泵及锂电隔膜")
    assert found == {"隔膜泵": 0.0, "隔膜泵及锂电隔膜": 1.0}


def test_a_thing_that_is_denied_is_not_named(tmp_path: Path) -> None:
    products = ("非海洋工程项目", "海洋工程", "非标海洋工程")
    found = strengths(tmp_path, Dictionary(), "海洋工程", *products)
    assert found == {"非海洋工程项目": 0.0, "海洋工程": 1.0, "非标海洋工程": 1.0}
