"""Drafts of any text: quotes are literal, nothing is raised."""

from __future__ import annotations

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from service.operations.drafts import draft_chains
from service.policy_text.sections import find_sections
from service.readers.documents import UnreadableDocument, read_document

# What the rules turn on, more often than chance would have it.
_WORDS = st.sampled_from(
    (
        *[
            "一、",
            "（一）",
            "第二部分",
            "1.",
            "依托",
            "以",
            "为重点",
            "为依托",
            "发展",
            "重点发展",
            "延伸",
            "突破",
            "研发",
            "配套",
            "引进",
            "提升",
            "打造",
        ],
        *[
            "千亿元",
            "百亿",
            "产业链",
            "产业",
            "基地",
            "等",
            "技术",
            "工艺",
            "企业",
            "公司",
            "集团",
            "石化",
            "向",
            "由",
            "转变",
            "在",
            "领域",
            "的",
            "应用",
            "与",
            "和",
            "及",
        ],
        *[
            "及其",
            "、",
            "，",
            "。",
            "；",
            "：",
            "（",
            "）",
            "“",
            "”",
            "铜箔",
            "铝",
            "橡胶",
            "兰州",
            "到2020年",
            "补链：",
            "合作",
            "从",
            "到",
            "完整",
            "方面实现突破",
            "生产",
        ],
        *["制造", "研制", "规模化", "高端", "12000米—", "系列", "TDI", "/", "𠀀", "ﬁ"],
        *("\n", "\r\n", " ", "\u3000", "\u2028"),
    )
)
policies = st.lists(st.one_of(_WORDS, st.characters()), max_size=80).map("".join)


@given(st.one_of(policies, st.text(max_size=200)))
def test_every_draft_stands_literally_in_the_text(text: str) -> None:
    for chain in draft_chains(text):
        for anchor in chain.anchors:
            assert text[anchor.start : anchor.end] == anchor.name
        if chain.target:
            assert "亿" in text[chain.target.start : chain.target.end]
        for gap in chain.gaps:
            quote = text[gap.start : gap.end]
            assert quote
            assert quote == quote.strip()
            assert gap.requirements
            assert gap.title
            bare = re.sub(r"[（()）]", "", re.sub(r"[（(][^（()）]*[)）]", "", quote))
            assert all(item.text in bare for item in gap.requirements)


@given(policies)
def test_sections_do_not_overlap_and_stand_in_order(text: str) -> None:
    sections = find_sections(text)
    assert all(0 <= one.start <= one.end <= len(text) for one in sections)
    assert all(one.end <= next_one.start for one, next_one in itertools.pairwise(sections))


@given(policies)
def test_drafting_twice_gives_the_same(text: str) -> None:
    assert draft_chains(text) == draft_chains(text)


@given(
    st.sampled_from([".txt", ".docx", ".pdf"]), st.one_of(st.binary(max_size=300), policies.map(str.encode))
)
def test_any_bytes_are_text_or_a_named_error(ending: str, content: bytes) -> None:
    text = said = ""
    try:
        text = read_document(f"a{ending}", content).text
    except UnreadableDocument as err:
        said = str(err)
    assert said.startswith(f"a{ending}: ") or (text.strip() and "\r" not in text)
