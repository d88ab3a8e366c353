from __future__ import annotations

import pytest

from service.policy_text.sections import Section, find_sections, find_target


def names(text: str) -> list[tuple[str, str]]:
    return [(section.label, section.name) for section in find_sections(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("二、重点任务\n（一）依托优势，发展精细化工产业链。发展甲。", [("二（一）", "精细化工")]),
        ("第二部分　重点\n（三）新型显示器件产业链\n发展甲。", [("第二部分（三）", "新型显示器件")]),
        ("1．工程机械产业链：发展甲。\n2．油茶产业链：发展乙。", [("1．", "工程机械"), ("2．", "油茶")]),
        ("（一）以高分子材料为重点，培育壮大化工材料产业链。", [("（一）", "化工材料")]),
        ("（二）做大做强生物医药产业集群。", [("（二）", "生物医药")]),
    ],
)
def test_heading_that_ends_in_a_chain_opens_a_section(text: str, expected: list[tuple[str, str]]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "heading", ["（一）形成合力，为产业链培育营造环境。", "（一）打造10条优势产业链。", "（一）指导思想"]
)
def test_other_headings_open_none(heading: str) -> None:
    assert names(f"{heading}\n发展铝箔。") == [("", "")]


def test_section_ends_at_the_next_heading_of_its_level_or_above() -> None:
    text = "（一）铜产业链\n1．重点\n发展甲。\n（二）铝产业链\n发展乙。\n三、保障\n发展丙。"
    first, second = find_sections(text)
    assert text[first.start : first.end].strip() == "1．重点\n发展甲。"
    assert text[second.start : second.end].strip() == "发展乙。"


def test_roof_over_chains_is_no_chain_itself() -> None:
    assert names("一、培育化工产业\n（一）橡胶产业链\n发展甲。\n（二）塑料产业链\n发展乙。") == [
        ("一（一）", "橡胶"),
        ("一（二）", "塑料"),
    ]


@pytest.mark.parametrize(
    ("words", "output"),
    [
        ("打造千亿元铜产业链", 1000),
        ("形成百亿元铜产业链", 100),
        ("力争迈上三千亿元台阶", 3000),
        ("达到1万亿元", 10000),
    ],
)
def test_target_is_read_in_yi(words: str, output: int) -> None:
    target = find_target(words, Section("铜", "", 0, len(words)))
    assert target is not None
    assert (target.output_yi, words[target.start : target.end]) == (output, words)


def test_year_of_all_outputs_is_the_year_of_each() -> None:
    text = "到2020年，10大产业链总产值达到1万亿元。\n（一）铜产业链\n打造千亿元铜产业链。"
    (section,) = find_sections(text)
    target = find_target(text, section)
    assert target is not None
    assert (target.output_yi, target.year) == (1000, 2020)


def test_section_without_an_output_has_no_target() -> None:
    assert find_target("发展铜箔。", Section("铜", "", 0, 5)) is None
