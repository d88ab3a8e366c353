"""Which characters of a quote are highlighted."""

from __future__ import annotations

from matching.marks import marks_in


def marked(quote: str, *terms: str) -> list[str]:
    return [quote[start:end] for start, end in marks_in(quote, terms)]


def test_the_words_of_the_term_are_marked() -> None:
    assert marked("公司生产高档电解铜箔产品", "高档电解铜箔") == ["高档电解铜箔"]


def test_parts_of_the_term_are_marked_where_they_stand() -> None:
    assert marked("铜箔用于电解", "电解铜箔") == ["铜箔", "电解"]


def test_one_character_in_common_is_not_marked() -> None:
    assert marked("铜管", "电解铜箔") == []


def test_a_term_of_one_character_is_marked() -> None:
    assert marked("氧化锆粉", "锆") == ["锆"]


def test_full_and_half_width_are_alike() -> None:
    assert marked("ＰＢＴ树脂", "pbt") == ["ＰＢＴ"]


def test_blanks_in_the_quote_do_not_hide_a_word_and_are_not_marked() -> None:
    assert marks_in("铜 箔", ("铜箔",)) == ((0, 1), (2, 3))


def test_a_run_that_begins_inside_another_is_marked_too() -> None:
    # 铜箔 stands in the term, and so does 箔材: all three characters agree.
    assert marked("铜箔材", "铜箔与箔材") == ["铜箔材"]


def test_marks_of_several_terms_are_joined() -> None:
    assert marks_in("高档电解铜箔", ("高档电解", "解铜箔")) == ((0, 6),)


def test_one_character_that_folds_to_several_is_marked_once() -> None:
    assert marks_in("5㎏袋", ("kg",)) == ((1, 2),)


def test_nothing_is_marked_without_terms_or_words() -> None:
    assert marks_in("铜箔", ()) == ()
    assert marks_in("铜箔", ("",)) == ()
    assert marks_in("", ("铜箔",)) == ()
