"""Vectors of one piece of work, kept in memory: the same few texts are asked for again and again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matching.embedding.protocol import Embedder, Progress, Vectors


class RememberingEmbedder:
    """An embedder that asks `inner` for each text once. One a task: it forgets nothing."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self._queries: dict[str, Vectors] = {}
        self._passages: dict[str, Vectors] = {}

    @property
    def fingerprint(self) -> str:
        return self._inner.fingerprint

    @property
    def dim(self) -> int:
        return self._inner.dim

    def load(self) -> None:
        self._inner.load()

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        missing = [text for text in dict.fromkeys(texts) if text not in self._queries]
        if missing:
            self._queries.update(zip(missing, self._inner.embed_queries(missing), strict=True))
        return self._rows([self._queries[text] for text in texts])

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        missing = [text for text in dict.fromkeys(texts) if text not in self._passages]
        if missing:
            fresh = self._inner.embed_passages(missing, progress)
            self._passages.update(zip(missing, fresh, strict=True))
        return self._rows([self._passages[text] for text in texts])

    def _rows(self, rows: list[Vectors]) -> Vectors:
        return np.stack(rows) if rows else np.zeros((0, self.dim), dtype=np.float32)
