"""Signals that ask where in a company the agreement stands: centre, title, places, peers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matching.signals import (
    agreeing_fields,
    core_business,
    industry_peers,
    nearest_words,
    title_agreement,
    unheard_need,
)
from tests.matching.bases import must
from tests.matching.signals.conftest import ContextMaker

NOTHING = [[0.0]] * 5


def test_agreement_counts_by_how_central_the_passage_is(context_of: ContextMaker) -> None:
    # A's second product has a tenth of the revenue: sqrt(0.1 / 0.5); B's only product is its first: 0.9.
    context = context_of([must("铜箔")], [[0.0], [1.0], [0.0], [1.0], [0.0]])
    assert core_business.measure(context).values == pytest.approx([0.2**0.5, 0.9], abs=1e-6)


def test_a_product_with_half_the_revenue_is_wholly_central(context_of: ContextMaker) -> None:
    context = context_of([must("铜箔")], [[1.0], [0.0], [0.0], [0.0], [0.0]])
    assert core_business.measure(context).values == pytest.approx([1.0, 0.0])


def test_without_a_must_and_a_title_nothing_is_central(context_of: ContextMaker) -> None:
    context = context_of([must("铜箔", level="should")], [[1.0]] * 5)
    for signal in (core_business, agreeing_fields, title_agreement):
        assert signal.measure(context).missing.all()


def test_the_title_agrees_by_the_best_passage_beside_the_nearest(
    context_of: ContextMaker,
) -> None:
    topics = np.array([[0.2, 0.0], [0.0, 0.9], [0.1, 0.0], [0.0, 0.0], [0.3, 0.0]])
    context = replace(context_of([must("铜箔")], NOTHING, topic_level=0.75), topics=topics)
    # 0.9 / 0.75 = 1.2 is the most that counts.
    assert title_agreement.measure(context).values == pytest.approx([1.0, 0.3 / 0.75 / 1.2])


def test_words_are_read_beside_the_nearest_of_the_base(context_of: ContextMaker) -> None:
    scores = {"all_word_scores": np.array([3.0, 30.0], dtype=np.float32), "all_word_level": 5.0}
    assert nearest_words.measure(context_of([must("铜箔")], NOTHING, **scores)).values == pytest.approx(
        [0.5, 1.0]
    )


@pytest.mark.parametrize(("heard", "value"), [(1.0, 0.0), (0.85, 0.0), (0.65, 0.5), (0.45, 1.0), (0.1, 1.0)])
def test_what_the_base_does_not_speak_of_is_unheard_for_every_company(
    context_of: ContextMaker, heard: float, value: float
) -> None:
    signal = unheard_need.measure(context_of([must("铜箔")], NOTHING, heard=heard))
    assert signal.values == pytest.approx([value, value])
    assert not signal.missing.any()


def test_products_and_name_are_two_of_four_places(context_of: ContextMaker) -> None:
    context = context_of([must("铜箔")], [[1.0], [1.0], [0.6], [0.5], [0.6]])
    assert agreeing_fields.measure(context).values == pytest.approx([0.5, 0.25])


def test_a_company_without_an_industry_has_no_peers(context_of: ContextMaker) -> None:
    signal = industry_peers.measure(context_of([must("铜箔")], NOTHING))
    assert signal.missing.all()
    assert signal.values.tolist() == [0.0, 0.0]


def test_peers_are_the_likest_of_the_same_industry_without_oneself(context_of: ContextMaker) -> None:
    scores = {"word_scores": np.array([1.0, 1.0], dtype=np.float32)}
    context = context_of([must("铜箔")], NOTHING, **scores)
    context.release.companies.industry_leaf = np.array([1, 1])
    context.release.company_vectors[:] = 0.0
    # Two companies equally like: each has the other, half of all there is.
    assert industry_peers.measure(context).values == pytest.approx([0.5, 0.5])
    context.release.companies.industry_leaf = np.array([1, 2])
    assert industry_peers.measure(context).values == pytest.approx([0.0, 0.0])
