from __future__ import annotations

import pytest

from matching.records import Remark
from service.labels import FACET_LABELS, FACET_QUESTIONS, QUESTIONS, percent, question_sentence


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (1.0, "100%"),
        (0.564, "56%"),
        (0.01, "1%"),
        (0.004, "0.4%"),
        (0.0005, "0.1%"),
        (0.0004, "<0.1%"),
        (0.0, "0.0%"),
    ],
)
def test_share_is_shown_as_people_read_it(share: float, shown: str) -> None:
    assert percent(share) == shown


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_facet_and_each_fact_has_its_own_question(language: str) -> None:
    assert set(FACET_QUESTIONS) == set(FACET_LABELS)
    asked = [
        question_sentence(
            language, Remark("requirement", {"requirement": "烧结", "id": "R1", "facet": facet})
        )
        for facet in FACET_LABELS
    ]
    asked += [
        question_sentence(
            language,
            Remark(
                code, {"product": "铜箔", "requirement": "烧结", "words": "高纯", "quote": "铜箔", "count": 3}
            ),
        )
        for code in QUESTIONS
        if code != "requirement"
    ]
    assert len(set(asked)) == len(asked)
    assert all(question.strip()[-1] in "?？.。" for question in asked)
    assert all("烧结" in question for question in asked[: len(FACET_LABELS)])


def test_a_requirement_of_a_stored_run_without_a_facet_is_asked_plainly() -> None:
    plain = question_sentence("en", Remark("requirement", {"requirement": "烧结", "id": "R1"}))
    assert plain == "Does the company have “烧结”? Its text does not say."
