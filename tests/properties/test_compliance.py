"""What holds for the fair-competition check of any text."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from service.compliance_records import ComplianceRules
from service.operations.compliance import check_text, list_excused
from service.readers.compliance_rules import read_compliance_rules
from service.shipped import compliance_rules_path
from tests.properties.strategies import any_text
from tests.service.operations.compliance_phrases import (
    FIRST_ILLEGAL,
    FIRST_LEGAL,
    SECOND_ILLEGAL,
    THIRD_ILLEGAL,
    THIRD_LEGAL,
)

phrases = st.sampled_from(
    [
        *FIRST_ILLEGAL,
        *SECOND_ILLEGAL,
        *THIRD_ILLEGAL,
        *FIRST_LEGAL,
        *THIRD_LEGAL,
        "不得有下列行为：",
        "（一）零地价",
    ]
)
joints = st.sampled_from(["，", "；", "。", "\n", "\n\n　　", " ", "", "：", "“", "1,000", "（二）"])
texts = st.lists(st.one_of(phrases, joints, any_text), max_size=8).map("".join)
# A paragraph that ends with a colon is the head of those after it: it does not stand for itself.
paragraphs = texts.map(lambda text: text.replace("\n", " ").strip().rstrip("：:*` \"'“”‘’「」『』【】"))


@cache
def rules() -> ComplianceRules:
    return read_compliance_rules(compliance_rules_path())


@given(texts)
def test_quote_is_the_text_at_its_place(text: str) -> None:
    for found in [*check_text(text, rules()), *list_excused(text, rules())]:
        assert text[found.start : found.end] == found.quote
        assert 0 <= found.start < found.end <= len(text)
        assert "\n" not in found.quote


@given(st.lists(paragraphs, max_size=5))
def test_paragraphs_give_the_same_findings_alone_as_together(parts: list[str]) -> None:
    text = "\n".join(parts)
    together = [(found.start, found.end, found.rule.id) for found in check_text(text, rules())]
    alone, at = [], 0
    for part in parts:
        alone += [(at + f.start, at + f.end, f.rule.id) for f in check_text(part, rules())]
        at += len(part) + 1
    assert together == alone


@given(texts)
def test_findings_of_a_rule_do_not_overlap(text: str) -> None:
    last: dict[str, int] = {}
    for found in check_text(text, rules()):
        assert found.start >= last.get(found.rule.id, 0)
        last[found.rule.id] = found.end
