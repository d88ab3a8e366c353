"""What every vector store promises (matching/index/stores.py): STORES is the list of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matching.embedding.protocol import Vectors
from matching.errors import IndexDamaged
from matching.index.stores import STORES, VectorStore
from tests.matching.bases import disk_full_after

# Three unit vectors in a plane and one across; cosines with (1, 0, 0, 0) are 1, 0.8, 0 and 0.6.
VECTORS = np.array(
    [[1.0, 0.0, 0.0, 0.0], [0.8, 0.6, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.6, 0.0, 0.8, 0.0]], dtype=np.float32
)
ACROSS = VECTORS[:1]
# Stores may keep 16 bits of a number.
CLOSE = 2e-3


@pytest.fixture(params=sorted(STORES))
def kind(request: pytest.FixtureRequest) -> type[VectorStore]:
    store: type[VectorStore] = STORES[request.param]
    return store


@pytest.fixture
def store(kind: type[VectorStore], tmp_path: Path) -> VectorStore:
    """A store that has been to the disk and back."""
    kind.build(VECTORS).save(tmp_path / "vectors.bin")
    return kind.load(tmp_path / "vectors.bin")


def random_units(count: int, dim: int = 32) -> Vectors:
    vectors = np.random.default_rng(7).standard_normal((count, dim)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


class TestVectorStore:
    def test_the_nearest_come_first_with_their_cosines(self, store: VectorStore) -> None:
        scores, ids = store.search(ACROSS, 3)
        assert ids.tolist() == [[0, 1, 3]]
        assert scores[0] == pytest.approx([1.0, 0.8, 0.6], abs=CLOSE)

    def test_each_query_has_its_own_row(self, store: VectorStore) -> None:
        _, ids = store.search(VECTORS, 1)
        assert ids.tolist() == [[0], [1], [2], [3]]

    def test_more_than_there_are_gives_all(self, store: VectorStore) -> None:
        scores, ids = store.search(ACROSS, 100)
        assert scores.shape == ids.shape == (1, 4)
        assert ids.tolist() == [[0, 1, 3, 2]]

    def test_only_allowed_vectors_are_found_and_rows_are_filled_up(self, store: VectorStore) -> None:
        allowed = np.array([False, True, False, True])
        scores, ids = store.search(ACROSS, 3, allowed)
        assert ids.tolist() == [[1, 3, -1]]
        assert scores[0, :2] == pytest.approx([0.8, 0.6], abs=CLOSE)
        assert scores[0, 2] < -1.0

    def test_with_nothing_allowed_nothing_is_found(self, store: VectorStore) -> None:
        _, ids = store.search(ACROSS, 2, np.zeros(4, dtype=np.bool_))
        assert ids.tolist() == [[-1, -1]]

    def test_with_all_allowed_it_is_the_same_as_without_a_mask(self, store: VectorStore) -> None:
        free, masked = store.search(VECTORS, 4), store.search(VECTORS, 4, np.ones(4, dtype=np.bool_))
        assert free[1].tolist() == masked[1].tolist()

    @pytest.mark.parametrize("count", [1, 7, 8, 9, 64, 65])
    def test_a_mask_of_any_length_lets_through_what_it_says(
        self, kind: type[VectorStore], count: int
    ) -> None:
        vectors = random_units(count)
        allowed = np.arange(count) % 3 == 0
        _, ids = kind.build(vectors).search(vectors[:2], count, allowed)
        assert {int(i) for row in ids for i in row if i >= 0} == set(np.flatnonzero(allowed).tolist())

    def test_it_finds_what_plain_arithmetic_finds(self, kind: type[VectorStore]) -> None:
        vectors, queries = random_units(500), random_units(520)[500:]
        scores, ids = kind.build(vectors).search(queries, 10)
        cosines = queries @ vectors.T
        assert scores == pytest.approx(-np.sort(-cosines, axis=1)[:, :10], abs=CLOSE)
        assert np.take_along_axis(cosines, ids, axis=1) == pytest.approx(scores, abs=CLOSE)

    def test_vectors_come_back_by_ordinal(self, store: VectorStore) -> None:
        back = store.vectors(np.array([3, 0, 3], dtype=np.int64))
        assert back.dtype == np.float32
        assert back == pytest.approx(VECTORS[[3, 0, 3]], abs=CLOSE)
        assert store.vectors(np.zeros(0, dtype=np.int64)).shape == (0, 4)

    def test_no_queries_give_no_rows(self, store: VectorStore) -> None:
        scores, ids = store.search(VECTORS[:0], 3)
        assert scores.shape == ids.shape == (0, 3)

    def test_an_empty_store_is_a_store(self, kind: type[VectorStore], tmp_path: Path) -> None:
        kind.build(VECTORS[:0]).save(tmp_path / "vectors.bin")
        empty = kind.load(tmp_path / "vectors.bin")
        assert empty.count == 0
        assert empty.search(ACROSS, 5)[1].shape == (1, 0)
        assert empty.search(ACROSS, 5, np.zeros(0, dtype=np.bool_))[1].shape == (1, 0)
        assert empty.vectors(np.zeros(0, dtype=np.int64)).shape == (0, 4)

    def test_searching_changes_nothing(self, store: VectorStore) -> None:
        before = store.search(ACROSS, 4)
        store.search(ACROSS, 4, np.array([True, False, False, False]))
        after = store.search(ACROSS, 4)
        assert before[1].tolist() == after[1].tolist()
        assert store.count == 4

    @pytest.mark.parametrize("kept_bytes", [0, 10, -1])
    def test_a_file_cut_short_is_refused(
        self, kind: type[VectorStore], tmp_path: Path, kept_bytes: int
    ) -> None:
        path = tmp_path / "vectors.bin"
        kind.build(random_units(100)).save(path)
        path.write_bytes(path.read_bytes()[:kept_bytes])
        with pytest.raises(IndexDamaged, match=r"vectors\.bin.*lianzhao index build"):
            kind.load(path)

    def test_a_file_that_is_not_there_is_refused(self, kind: type[VectorStore], tmp_path: Path) -> None:
        with pytest.raises(IndexDamaged, match=r"vectors\.bin"):
            kind.load(tmp_path / "vectors.bin")

    @pytest.mark.parametrize("short_by", [1, 100, 20_000])
    def test_a_full_disk_is_told_however_little_is_missing(
        self, kind: type[VectorStore], tmp_path: Path, short_by: int
    ) -> None:
        store = kind.build(random_units(1000))
        store.save(tmp_path / "whole.bin")
        size = (tmp_path / "whole.bin").stat().st_size
        with disk_full_after(size - short_by), pytest.raises(OSError):
            store.save(tmp_path / "vectors.bin")
