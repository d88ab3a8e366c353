"""Vector stores: the nearest passages to a vector. FAISS does the work; the exact one is the reference.

Every store passes `tests/contracts/test_vector_stores.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from matching.embedding.protocol import Vectors
from matching.errors import IndexDamaged
from matching.index.arrays import check_whole

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]


class VectorStore(Protocol):
    """Unit vectors by ordinal. Scores are inner products, which for unit vectors are cosines."""

    @classmethod
    def build(cls, vectors: Vectors) -> Self: ...

    @classmethod
    def load(cls, path: Path) -> Self: ...

    def save(self, path: Path) -> None: ...

    @property
    def count(self) -> int: ...

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> tuple[Vectors, Ids]:
        """Scores and ordinals of the `k` nearest, both of shape (n_queries, min(k, count)), best first.

        `allowed`: bool array of shape (count,); others are not found. Rows are filled up with ordinal −1.
        """
        ...

    def vectors(self, ids: Ids) -> Vectors:
        """The vectors at `ids`: float32 array of shape (n_ids, dim)."""
        ...


class ExactStore:
    """All cosines by numpy. The small real reference; right for a few thousand passages."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = np.ascontiguousarray(vectors, dtype=np.float32)

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        return cls(vectors)

    @classmethod
    def load(cls, path: Path) -> Self:
        try:
            return cls(np.load(path, allow_pickle=False))
        except (OSError, ValueError, EOFError) as err:
            raise IndexDamaged(_damaged(path, err)) from err

    def save(self, path: Path) -> None:
        with path.open("wb") as file:
            np.save(file, self._vectors, allow_pickle=False)
        check_whole(path)

    @property
    def count(self) -> int:
        return len(self._vectors)

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> tuple[Vectors, Ids]:
        scores = queries @ self._vectors.T
        if allowed is not None:
            scores[:, ~allowed] = -np.inf
        k = min(k, self.count)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k].astype(np.int64)
        best = np.take_along_axis(scores, order, axis=1).astype(np.float32)
        order[np.isneginf(best)] = -1
        return best, order

    def vectors(self, ids: Ids) -> Vectors:
        return self._vectors[ids]


class FaissStore:
    """FAISS, 16-bit scalar quantiser: half the memory and time of a flat index at .999 recall (measured).

    Memory-mapped, so that several processes share one copy.
    """

    # Up to this size the decoded vectors are kept beside the index: reading single ones out of it is slow.
    DECODED_BYTES = 512 * 1024 * 1024

    def __init__(self, index: Any) -> None:
        self._index = index
        self._decoded: Vectors | None = None

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        import faiss

        index = faiss.IndexScalarQuantizer(
            vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        index.train(vectors[:1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> Self:
        import faiss

        try:
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
        except RuntimeError as err:
            raise IndexDamaged(_damaged(path, err)) from err

    def save(self, path: Path) -> None:
        import faiss

        # Through a file of Python's: given a path, faiss only prints that the last bytes found no room.
        with path.open("wb") as file:
            faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write))

    @property
    def count(self) -> int:
        return int(self._index.ntotal)

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> tuple[Vectors, Ids]:
        import faiss

        k = min(k, self.count)
        if k == 0:
            return np.zeros((len(queries), 0), np.float32), np.zeros((len(queries), 0), np.int64)
        params = None
        if allowed is not None:
            bitmap = np.packbits(allowed, bitorder="little")
            params = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bitmap))
        scores, ids = self._index.search(np.ascontiguousarray(queries, dtype=np.float32), k, params=params)
        return scores, ids

    def vectors(self, ids: Ids) -> Vectors:
        if len(ids) == 0:
            return np.zeros((0, self._index.d), dtype=np.float32)
        if self._decoded is None and self.count * self._index.d * 4 <= self.DECODED_BYTES:
            self._decoded = self._index.reconstruct_n(0, self.count)
        if self._decoded is not None:
            return self._decoded[ids]
        return np.asarray(self._index.reconstruct_batch(np.ascontiguousarray(ids, dtype=np.int64)))


STORES: dict[str, type[ExactStore] | type[FaissStore]] = {"exact": ExactStore, "faiss": FaissStore}


def _damaged(path: Path, err: Exception) -> str:
    return f'index file {path.name}: cannot be read ({err}): run "lianzhao index build" to build it anew'
