"""Passages: where a text is cut, and that every passage can be found again."""

from __future__ import annotations

import pytest

from matching.passages import MAX_PASSAGE_CHARS, cut_passages, join_product_names, normalise, text_key


def texts_of(field: str, text: str) -> list[str]:
    passages = cut_passages({field: text})
    assert all(text[p.start : p.end] == p.text and p.field == field for p in passages)
    return [passage.text for passage in passages]


def test_width_case_and_blanks_are_folded() -> None:
    assert normalise("ＰＢＴ 树脂　（Ａ级）") == "pbt树脂(a级)"


@pytest.mark.parametrize("text", ["a´", "a¨", "J\u030c", "ϔ\u0301", "㎡ ㈱", "ﬁ"])
def test_folding_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_texts_compared_as_equal_have_one_key() -> None:
    assert text_key("ＬＥＤ 芯片") == text_key("led芯片")
    assert text_key("氧化镧") != text_key("氧化铈")
    assert len(text_key("")) == 32


def test_each_product_is_a_passage_with_its_ordinal() -> None:
    passages = cut_passages({"product_names": "高档电解铜箔、PVC膜、气"})
    assert [(p.text, p.product, p.start, p.end) for p in passages] == [
        ("高档电解铜箔", 0, 0, 6),
        ("PVC膜", 1, 7, 11),
        ("气", 2, 12, 13),
    ]


def test_a_product_without_a_name_keeps_its_place() -> None:
    text = join_product_names(["铜箔", "", "铜管"])
    assert [(p.text, p.product) for p in cut_passages({"product_names": text})] == [("铜箔", 0), ("铜管", 2)]


def test_a_product_name_with_the_separator_stays_one_product() -> None:
    text = join_product_names(["铜、铝管材", "铜箔"])
    assert [(p.text, p.product) for p in cut_passages({"product_names": text})] == [
        ("铜，铝管材", 0),
        ("铜箔", 1),
    ]


def test_prose_is_cut_at_the_ends_of_clauses() -> None:
    assert texts_of("description", "公司生产铜箔，出口欧洲。总部在江陵；员工五百人！") == [
        "公司生产铜箔",
        "出口欧洲",
        "总部在江陵",
        "员工五百人",
    ]


def test_three_enumerated_things_are_three_passages() -> None:
    assert texts_of("business_scope", "闸阀、球阀、调节阀") == ["闸阀", "球阀", "调节阀"]


def test_two_words_joined_stay_one_passage() -> None:
    assert texts_of("business_scope", "闸阀、球阀") == ["闸阀、球阀"]


def test_a_label_is_no_part_of_the_first_passage() -> None:
    assert texts_of("business_scope", "经营范围：铜箔制造") == ["铜箔制造"]


def test_edges_are_trimmed_but_a_bracket_of_the_phrase_stays() -> None:
    assert texts_of("description", "（铜箔）") == ["铜箔"]
    assert texts_of("description", "- 聚苯硫醚（PPS）") == ["聚苯硫醚（PPS）"]


def test_one_character_of_prose_is_no_passage() -> None:
    assert texts_of("description", "铜。铜箔") == ["铜箔"]


def test_every_level_of_an_industry_is_a_passage() -> None:
    assert texts_of("industry", "有色金属/铜加工/铜箔") == ["有色金属", "铜加工", "铜箔"]


def test_a_name_is_one_passage() -> None:
    assert texts_of("full_name", "江陵、铜箔股份有限公司") == ["江陵、铜箔股份有限公司"]


def test_a_long_clause_is_cut_without_losing_a_character() -> None:
    text = "铜" * (MAX_PASSAGE_CHARS * 2 + 10)
    assert [len(part) for part in texts_of("description", text)] == [120, 120, 10]


def test_fields_come_best_source_first_and_unknown_fields_are_left_out() -> None:
    passages = cut_passages(
        {"full_name": "江陵铜箔", "notes": "内部", "description": "生产铜箔", "product_names": "铜箔"}
    )
    assert [p.field for p in passages] == ["product_names", "description", "full_name"]


@pytest.mark.parametrize("text", ["", "。。。", "、、、", "（）", " \u3000\n"])
def test_a_text_without_words_has_no_passage(text: str) -> None:
    for field in ("product_names", "description", "industry", "full_name"):
        assert texts_of(field, text) == []
