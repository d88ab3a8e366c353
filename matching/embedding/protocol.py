"""What every embedder promises; `tests/contracts/test_embedders.py` holds each of them to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]  # (done, total)


class Embedder(Protocol):
    """Texts to vectors: float32 arrays of shape (n_texts, dim), rows of length 1.

    `fingerprint` differs whenever the vectors would: model, weights, prompts. Vectors with different
    fingerprints must never be compared.
    """

    @property
    def fingerprint(self) -> str: ...

    @property
    def dim(self) -> int: ...

    def load(self) -> None:
        """Do now what the first text would wait for."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of what is asked for: requirements, needs."""
        ...

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Vectors of what is searched: phrases and sentences of companies."""
        ...
