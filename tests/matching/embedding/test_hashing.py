"""The small embedder without a model. What all embedders promise stands in tests/contracts."""

from __future__ import annotations

import pytest

from matching.embedding import HashingEmbedder


def cosine(one: str, other: str) -> float:
    first, second = HashingEmbedder().embed_passages([one, other])
    return float(first @ second)


def test_texts_without_a_character_in_common_are_far_apart() -> None:
    assert abs(cosine("铜箔", "阀门")) < 0.2


def test_texts_compared_as_equal_have_one_vector() -> None:
    assert cosine("ＰＢＴ 树脂", "pbt树脂") == pytest.approx(1.0, abs=1e-6)


def test_more_in_common_is_nearer() -> None:
    assert cosine("电解铜箔", "高档电解铜箔") > cosine("电解铜箔", "铜管") > cosine("电解铜箔", "中药饮片")


def test_queries_and_passages_share_a_space() -> None:
    embedder = HashingEmbedder()
    assert embedder.embed_queries(["铜箔"]).tolist() == embedder.embed_passages(["铜箔"]).tolist()


def test_the_fingerprint_names_the_dimension() -> None:
    assert HashingEmbedder(128).fingerprint == "hashing-v1-128"
