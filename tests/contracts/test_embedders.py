"""What every embedder promises (matching/embedding/protocol.py). A new embedder is one line in EMBEDDERS."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from matching.embedding import CachedEmbedder, Embedder, HashingEmbedder

Builder = Callable[[Path, Path], Embedder]  # (models folder, an empty folder) → the embedder


def _bundled(models: Path, empty: Path) -> Embedder:
    from matching.embedding.bundled_e5 import ensure_unpacked
    from matching.embedding.sentence_model import SentenceModelEmbedder

    return SentenceModelEmbedder(ensure_unpacked(models), precision="float32")


EMBEDDERS = [
    pytest.param(lambda models, empty: HashingEmbedder(), id="hashing"),
    pytest.param(lambda models, empty: CachedEmbedder(HashingEmbedder(), empty), id="cached hashing"),
    pytest.param(_bundled, id="bundled e5", marks=pytest.mark.model),
    pytest.param(
        lambda models, empty: CachedEmbedder(_bundled(models, empty), empty),
        id="cached bundled e5",
        marks=pytest.mark.model,
    ),
]
TEXTS = ["高档电解铜箔", "核电阀门", "马铃薯全粉及变性淀粉", "", "Copper foil 6 μm"]


@pytest.fixture(scope="module", params=EMBEDDERS)
def embedder(
    request: pytest.FixtureRequest, models_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Embedder:
    build: Builder = request.param
    return build(models_folder, tmp_path_factory.mktemp("vectors"))


class TestEmbedder:
    def test_vectors_are_float32_of_its_dimension(self, embedder: Embedder) -> None:
        for vectors in (embedder.embed_queries(TEXTS), embedder.embed_passages(TEXTS)):
            assert vectors.shape == (len(TEXTS), embedder.dim)
            assert vectors.dtype == np.float32

    def test_rows_are_of_length_one_even_of_an_empty_text(self, embedder: Embedder) -> None:
        for vectors in (embedder.embed_queries(TEXTS), embedder.embed_passages(TEXTS)):
            assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)

    def test_loading_first_changes_no_vector(self, embedder: Embedder) -> None:
        before = embedder.embed_queries(TEXTS)
        embedder.load()
        assert np.array_equal(embedder.embed_queries(TEXTS), before)

    def test_no_texts_give_no_rows(self, embedder: Embedder) -> None:
        assert embedder.embed_queries([]).shape == (0, embedder.dim)
        assert embedder.embed_passages([]).shape == (0, embedder.dim)

    def test_a_row_belongs_to_its_text_whatever_stands_beside(self, embedder: Embedder) -> None:
        forward = embedder.embed_passages(TEXTS)
        backward = embedder.embed_passages(TEXTS[::-1])[::-1]
        alone = np.concatenate([embedder.embed_passages([text]) for text in TEXTS])
        assert forward == pytest.approx(backward, abs=2e-3)
        assert forward == pytest.approx(alone, abs=2e-3)

    def test_the_same_text_twice_has_the_same_vector(self, embedder: Embedder) -> None:
        vectors = embedder.embed_queries(["核电阀门", "铜管", "核电阀门"])
        assert vectors[0] == pytest.approx(vectors[2], abs=1e-6)

    def test_asking_again_gives_the_same_vectors(self, embedder: Embedder) -> None:
        assert embedder.embed_passages(TEXTS) == pytest.approx(embedder.embed_passages(TEXTS), abs=1e-6)

    def test_a_passage_with_the_words_is_nearer_than_one_of_another_trade(self, embedder: Embedder) -> None:
        query = embedder.embed_queries(["电解铜箔"])[0]
        same, other = embedder.embed_passages(["高档电解铜箔", "中药饮片"])
        assert query @ same > query @ other

    def test_progress_rises_to_the_end(self, embedder: Embedder) -> None:
        told: list[tuple[int, int]] = []
        embedder.embed_passages(
            [f"第{n}种阀门" for n in range(40)], lambda done, total: told.append((done, total))
        )
        assert told == sorted(told)
        assert told[-1][0] == told[-1][1]

    def test_the_fingerprint_is_stable_and_can_name_a_file(self, embedder: Embedder) -> None:
        assert embedder.fingerprint == embedder.fingerprint
        assert re.fullmatch(r"[a-z0-9._-]+", embedder.fingerprint)


def test_embedders_with_other_vectors_have_other_fingerprints() -> None:
    assert HashingEmbedder(256).fingerprint != HashingEmbedder(512).fingerprint
