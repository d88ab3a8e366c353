from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matching.signals.overall_similarity import measure
from tests.matching.bases import must
from tests.matching.signals.conftest import ContextMaker


def test_it_is_the_distance_above_the_base_in_spreads(context_of: ContextMaker) -> None:
    context = context_of([must("铜箔")], [[0.0]] * 5)
    vectors = np.array([[0.8, 0.6], [0.4, 0.916515]], dtype=np.float32)
    context = replace(
        context,
        release=replace(context.release, company_vectors=vectors),
        query=replace(context.query, need_vector=np.array([1.0, 0.0], dtype=np.float32)),
    )
    # Cosines 0.8 and 0.4: mean 0.6, spread 0.2, so one spread above and one below; five count as full.
    assert measure(context).values == pytest.approx([0.2, 0.0], abs=1e-5)


def test_a_company_that_says_nothing_but_its_name_is_missing(context_of: ContextMaker) -> None:
    context = context_of([must("铜箔")], [[0.0]] * 5)
    vectors = context.release.company_vectors.copy()
    vectors[1] = 0.0
    signal = measure(replace(context, release=replace(context.release, company_vectors=vectors)))
    assert signal.missing.tolist() == [False, True]
    assert signal.values[1] == 0.0


def test_a_base_where_all_are_alike_divides_by_no_spread(context_of: ContextMaker) -> None:
    context = context_of([must("铜箔")], [[0.0]] * 5)
    same = np.repeat(context.release.company_vectors[:1], 2, axis=0)
    signal = measure(replace(context, release=replace(context.release, company_vectors=same)))
    assert signal.values == pytest.approx([0.0, 0.0], abs=1e-3)
