from __future__ import annotations

import numpy as np
import pytest

from matching.signals.word_agreement import measure
from tests.matching.bases import must
from tests.matching.signals.conftest import ContextMaker

ROWS = [[0.0]] * 5


def test_it_is_the_share_of_the_best_company(context_of: ContextMaker) -> None:
    scores = {"word_scores": np.array([1.5, 3.0], dtype=np.float32)}
    assert measure(context_of([must("铜箔")], ROWS, **scores)).values == pytest.approx([0.5, 1.0])


def test_words_that_nobody_uses_agree_with_nobody(context_of: ContextMaker) -> None:
    signal = measure(context_of([must("飞艇")], ROWS))
    assert signal.values.tolist() == [0.0, 0.0]
    assert not signal.missing.any()
