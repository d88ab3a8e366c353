"""What is looked for when something is asked for."""

from __future__ import annotations

from matching.dictionary import Dictionary, Entry

DICTIONARY = Dictionary(
    [
        Entry("负极材料", ("锂电负极",), ("人造石墨", "石墨化"), ("针状焦",), ("负极板栅",)),
        Entry("人造石墨", ("人工石墨",), ("石墨粉",)),
        Entry("聚苯硫醚", ("PPS",)),
    ]
)


def kinds(*names: str) -> dict[str, str]:
    return {term.text: term.kind for term in DICTIONARY.expand(names).terms}


def test_a_term_brings_its_names_kinds_and_parts_one_level_deep() -> None:
    assert kinds("负极材料") == {
        "负极材料": "self",
        "锂电负极": "same",
        "人造石墨": "narrower",
        "石墨化": "narrower",
        "针状焦": "part",
    }


def test_another_name_finds_the_same_entry() -> None:
    assert kinds("锂电负极")["负极材料"] == "same"
    assert kinds("ＰＰＳ") == {"pps": "self", "聚苯硫醚": "same"}


def test_the_core_and_synonyms_of_a_requirement_are_other_names_of_it() -> None:
    assert kinds("高端负极材料", "负极材料")["负极材料"] == "same"


def test_the_end_of_a_longer_word_names_its_class_and_brings_no_siblings() -> None:
    assert kinds("硅碳负极材料") == {"硅碳负极材料": "self", "负极材料": "wider", "锂电负极": "wider"}


def test_look_alikes_are_told_apart() -> None:
    assert DICTIONARY.expand(["负极材料"]).unlike == ("负极板栅",)
    assert DICTIONARY.expand(["负极板栅"]).unlike == ()


def test_what_no_entry_names_is_looked_for_as_it_is() -> None:
    assert kinds("飞艇") == {"飞艇": "self"}
    assert kinds("", "。") == {}


def test_the_version_tells_one_dictionary_from_another() -> None:
    assert Dictionary().version == "none"
    assert DICTIONARY.version != Dictionary([Entry("负极材料")]).version
    assert len(DICTIONARY) == 3


def test_an_element_is_looked_for_by_its_one_character() -> None:
    assert [(term.text, term.kind) for term in Dictionary().expand(["铜"]).terms] == [("铜", "self")]


def test_what_is_made_of_a_thing_is_no_kind_of_growing_it() -> None:
    crops = Dictionary([Entry("马铃薯", ("土豆",), ("薯片",)), Entry("商品薯", ("马铃薯种植",), ())])
    texts = [term.text for term in crops.expand(("马铃薯种植", "马铃薯", "马铃薯种植")).terms]
    assert texts == ["马铃薯种植", "马铃薯", "商品薯"]


def test_every_phrase_tells_whose_it_is() -> None:
    names = {term.text: term.name for term in DICTIONARY.expand(("高端负极材料", "负极材料")).terms}
    assert names["高端负极材料"] == "高端负极材料"
    assert names["人造石墨"] == "负极材料"
