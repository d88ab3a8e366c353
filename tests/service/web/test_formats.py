from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace

import pytest
from flask import Flask
from markupsafe import Markup

from service.web import formats


@pytest.fixture
def in_chinese(app: Flask) -> Iterator[None]:
    with app.test_request_context("/?lang=zh"):
        yield


@pytest.fixture
def in_english(app: Flask) -> Iterator[None]:
    with app.test_request_context("/?lang=en"):
        yield


@pytest.mark.parametrize(
    ("probability", "shown"),
    [(0.0, "<1"), (0.004, "<1"), (0.006, "1"), (0.354, "35"), (0.994, "99"), (0.996, ">99"), (1.0, ">99")],
)
def test_chance_never_says_never_or_always(probability: float, shown: str) -> None:
    assert formats.chance(probability) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(1.234, "+1.23"), (-9.3, "−9.30"), (0.0, "0.00"), (-0.001, "0.00"), (0.004, "0.00")]
)
def test_contribution_has_its_sign_unless_it_is_nothing(value: float, shown: str) -> None:
    assert formats.signed(value) == shown


@pytest.mark.usefixtures("in_chinese")
def test_money_is_told_in_wan_and_yi() -> None:
    assert formats.money_wan(Decimal("5000.00")) == "5,000 万元"
    assert formats.money_wan(Decimal("12345")) == "1.23 亿元"
    assert formats.money_wan(None) == "—"


@pytest.mark.usefixtures("in_english")
def test_money_is_told_in_million_yuan() -> None:
    assert formats.money_wan(Decimal("5000.00")) == "50 million yuan"


@pytest.mark.usefixtures("in_english")
def test_target_is_told_in_billion_yuan() -> None:
    assert formats.output(SimpleNamespace(output_class="千亿", output_yi=1000)) == "100 billion yuan"


@pytest.mark.usefixtures("in_english")
def test_chinese_on_an_english_page_is_marked_with_what_is_inside_it() -> None:
    assert formats.data("makes 镍60合金 & <b>铜</b>") == Markup(
        'makes <span lang="zh-CN">镍60合金</span> &amp; &lt;b&gt;<span lang="zh-CN">铜</span>&lt;/b&gt;'
    )


@pytest.mark.usefixtures("in_english")
def test_quotation_marks_stay_with_the_english_sentence() -> None:
    assert formats.data("it names “铜箔”; no more") == Markup(
        'it names “<span lang="zh-CN">铜箔</span>”; no more'
    )


@pytest.mark.usefixtures("in_chinese")
def test_data_on_a_chinese_page_is_only_escaped() -> None:
    assert formats.data("铜<b>") == Markup("铜&lt;b&gt;")


@pytest.mark.usefixtures("in_chinese")
def test_marks_of_a_quote_are_drawn_around_escaped_text() -> None:
    evidence = {"quote": "高<铜箔", "marks": [[2, 4]]}
    assert formats.quoted(evidence) == Markup("“高&lt;<mark>铜箔</mark>”")


@pytest.mark.usefixtures("in_english")
def test_names_follow_the_language() -> None:
    link = SimpleNamespace(name="铜箔", name_en="Copper foil")
    assert formats.named(link) == "Copper foil"
    assert formats.listed(["铜", "Al"]) == Markup('<span lang="zh-CN">铜</span>, Al')


@pytest.mark.usefixtures("in_chinese")
def test_code_without_a_word_stays_as_it_is() -> None:
    assert formats.FILTERS["exchange"]("HKEX") == "HKEX"
    assert formats.FILTERS["exchange"]("SSE") == "上海证券交易所"
    assert formats.FILTERS["severity"](None) == ""
