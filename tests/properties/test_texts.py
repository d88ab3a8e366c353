"""What holds for any text: passages, keys, marks, words, requirements."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from matching.errors import EmptyNeed
from matching.index.lexical import CharIndex, cut_words, grams_of
from matching.marks import marks_in
from matching.need import core_term, parse_need
from matching.passages import MAX_PASSAGE_CHARS, cut_passages, join_product_names, normalise, text_key
from matching.records import PASSAGE_FIELDS
from matching.relation import RELATIONS, relation_of
from tests.properties.strategies import any_text, prose, terms


@given(st.dictionaries(st.sampled_from(PASSAGE_FIELDS), prose))
def test_every_passage_stands_where_it_says(texts: dict[str, str]) -> None:
    for passage in cut_passages(texts):
        assert texts[passage.field][passage.start : passage.end] == passage.text
        assert 1 <= len(passage.text) <= MAX_PASSAGE_CHARS


@given(st.dictionaries(st.sampled_from(PASSAGE_FIELDS), prose))
def test_passages_of_a_field_follow_each_other_without_overlap(texts: dict[str, str]) -> None:
    passages = cut_passages(texts)
    for before, after in pairwise(passages):
        assert before.field != after.field or before.end <= after.start
    order = [PASSAGE_FIELDS.index(passage.field) for passage in passages]
    assert order == sorted(order)


@given(st.lists(prose, max_size=6))
def test_a_product_passage_lies_in_the_name_of_its_product(names: list[str]) -> None:
    stored = join_product_names(names)
    for passage in cut_passages({"product_names": stored}):
        assert passage.product is not None
        assert passage.text in names[passage.product].replace("、", "，")


@given(any_text)
@example("a´")
@example("J\u030c")
def test_folding_is_idempotent(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert text_key(normalise(text)) == text_key(text)


@given(any_text)
def test_folding_leaves_no_blank(text: str) -> None:
    assert not any(character.isspace() for character in normalise(text))


@given(quote=prose, wanted=st.lists(terms, max_size=3))
def test_marks_lie_inside_the_quote_in_order_and_apart(quote: str, wanted: list[str]) -> None:
    marks = marks_in(quote, wanted)
    assert all(0 <= start < end <= len(quote) for start, end in marks)
    assert all(before[1] < after[0] for before, after in pairwise(marks))


@given(prose)
def test_a_quote_that_is_the_term_is_marked_but_for_its_blanks(text: str) -> None:
    marked = {place for start, end in marks_in(text, (text,)) for place in range(start, end)}
    assert marked == {place for place, character in enumerate(text) if normalise(character)}


@given(prose)
def test_a_need_is_read_or_refused_and_says_nothing_twice(need: str) -> None:
    try:
        parsed = parse_need(need)
    except EmptyNeed:
        return
    assert [requirement.id for requirement in parsed] == [f"R{n + 1}" for n in range(len(parsed))]
    assert len({normalise(requirement.text) for requirement in parsed}) == len(parsed)
    assert any(requirement.level == "must" for requirement in parsed)
    assert all(requirement.text in need or "（" in need or "(" in need for requirement in parsed)
    assert all(0 < requirement.weight <= 1 for requirement in parsed)


@given(prose)
def test_the_core_of_a_term_is_a_part_of_it(text: str) -> None:
    assert core_term(text) in text


@given(prose)
def test_any_phrase_has_a_relation(text: str) -> None:
    assert relation_of(text) in RELATIONS


@given(prose)
def test_words_are_cut_without_blanks(text: str) -> None:
    assert all(word and normalise(word) == word for word in cut_words(text))


@given(texts=st.lists(prose, max_size=5), term=terms)
def test_coverage_is_a_share_and_whole_for_the_text_itself(texts: list[str], term: str) -> None:
    coverage = CharIndex.build([*texts, term]).coverage(term)
    assert ((coverage >= 0) & (coverage <= 1 + 1e-5)).all()
    assert abs(coverage[-1] - (1.0 if grams_of(term) else 0.0)) < 1e-5
