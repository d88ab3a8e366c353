from __future__ import annotations

import numpy as np
import pytest

from matching.signals.word_agreement import measure
from tests.matching.bases import must
from tests.matching.signals.conftest import ContextMaker

ROWS = [[0.0]] * 5


def test_it_is_the_share_of_all_that_could_agree(context_of: ContextMaker) -> None:
    scores = {"word_scores": np.array([1.5, 3.0], dtype=np.float32), "word_mass": 6.0}
    assert measure(context_of([must("铜箔")], ROWS, **scores)).values == pytest.approx([0.25, 0.5])


def test_the_best_of_a_base_where_nobody_fits_has_little(context_of: ContextMaker) -> None:
    # Only 铜 of it stands anywhere, as a part of 铜管: the rest weighs as words that nobody has.
    assert measure(context_of([must("飞艇蒙皮铜管")], ROWS)).values.max() < 0.4


def test_words_that_nobody_uses_agree_with_nobody(context_of: ContextMaker) -> None:
    signal = measure(context_of([must("飞艇")], ROWS))
    assert signal.values.tolist() == [0.0, 0.0]
    assert not signal.missing.any()
