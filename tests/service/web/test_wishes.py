"""Requirements in an address: short, exact, and checked."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching.passages import normalise
from matching.records import Requirement
from service.web.errors import InvalidAddress
from service.web.wishes import MAX_REQUIREMENTS, decode, encode, read_requirements

FOIL = Requirement("r1", "高档电解铜箔", "product", "must", 1.0, ("电解铜箔",))
words = st.text(st.sampled_from("铜箔电解aB1|\\:：、 &=%"), min_size=1, max_size=12).map(
    lambda text: " ".join(text.split())
)
named = words.filter(lambda text: bool(normalise(text)))


def test_encoding_is_short_and_can_be_read() -> None:
    assert encode(FOIL) == "m1:高档电解铜箔|电解铜箔"
    assert encode(Requirement("r2", "A|B", "condition", "must_not", 0.25)) == "x0.25d:A\\|B"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    text=named,
    synonyms=st.lists(named, max_size=4, unique=True),
    facet=st.sampled_from(["product", "process", "technology", "capability", "condition"]),
    level=st.sampled_from(["must", "should", "must_not"]),
    weight=st.integers(10, 500).map(lambda hundredths: hundredths / 100),
)
def test_what_is_encoded_is_decoded(
    app: Flask, text: str, synonyms: list[str], facet: str, level: str, weight: float
) -> None:
    wish = Requirement("r3", text, facet, level, weight, tuple(s for s in synonyms if s != text))  # type: ignore[arg-type]
    with app.test_request_context("/"):
        assert decode(encode(wish), 3) == wish


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("r=zz", "第1条要求“zz”的开头有误"),
        ("r=m1:铜箔&r=q1:铜", "第2条要求“q1:铜”的开头有误"),
        ("r=m1:", "第1条要求“”无法检索"),
        ("r=m9:铜箔", "权重“9”不是0.1至5.0之间的数"),
        ("r=m0:铜箔", "权重“0”不是"),
        ("r=x1:铜箔", "全部要求均为排除项"),
        ("&".join(["r=m1:铜"] * (MAX_REQUIREMENTS + 1)), "超过上限40条"),
        ("edited=1&text=铜&level=must", "要求表单不完整"),
        ("edited=1&text=铜&level=huge&weight=1&synonyms=&facet=product", "要求表单不完整"),
    ],
)
def test_wrong_requirement_is_told_with_its_number(app: Flask, query: str, told: str) -> None:
    with app.test_request_context(f"/find?{query}"), pytest.raises(InvalidAddress) as caught:
        read_requirements()
    assert told in str(caught.value)


def test_form_is_read_field_by_field_and_empty_or_dropped_lines_are_left_out(app: Flask) -> None:
    lines = (
        "text=铜箔&level=must&weight=2&synonyms=电解铜箔、 锂电铜箔&facet=product"
        "&text=啤酒&level=should&weight=1&synonyms=&facet=product"
        "&text=&level=must&weight=1&synonyms=&facet=product"
    )
    with app.test_request_context(f"/find?edited=1&{lines}&drop=1"):
        assert read_requirements() == (
            Requirement("r1", "铜箔", "product", "must", 2.0, ("电解铜箔", "锂电铜箔")),
        )


def test_nobody_edited_is_nothing(app: Flask) -> None:
    with app.test_request_context("/find?need=铜箔"):
        assert read_requirements() == ()
