"""The simple systems that the engine is measured beside."""

from __future__ import annotations

import pytest

from matching.baselines import Ranker, bm25_ranker, char_ngram_ranker, dense_ranker
from matching.embedding import HashingEmbedder
from tests.matching.bases import COMPANIES, CountingEmbedder

RANKERS = {
    "bm25": lambda: bm25_ranker(COMPANIES),
    "char_ngram": lambda: char_ngram_ranker(COMPANIES),
    "dense": lambda: dense_ranker(COMPANIES, HashingEmbedder()),
}


@pytest.fixture(params=sorted(RANKERS))
def ranker(request: pytest.FixtureRequest) -> Ranker:
    return RANKERS[request.param]()


def test_every_company_has_a_score(ranker: Ranker) -> None:
    assert ranker("电解铜箔").shape == (len(COMPANIES),)


@pytest.mark.parametrize(("need", "company"), [("核电阀门", "C18"), ("氧化铈", "C15"), ("马铃薯全粉", "C19")])
def test_the_maker_of_a_plain_product_comes_first(ranker: Ranker, need: str, company: str) -> None:
    assert COMPANIES[int(ranker(need).argmax())].id == company


def test_words_that_nobody_uses_score_nothing() -> None:
    assert not bm25_ranker(COMPANIES)("飞艇").any()
    assert not char_ngram_ranker(COMPANIES)("飞艇").any()


def test_the_name_is_left_out_of_what_is_embedded() -> None:
    embedder = CountingEmbedder()
    dense_ranker(COMPANIES, embedder)
    assert embedder.asked[0].startswith("有色金属/铜加工/铜箔；公司专注于")
    assert not any("股份有限公司" in text for text in embedder.asked)
