"""A small real embedder without a model: hashed character pairs and triples.

Feature hashing after Weinberger et al., Feature Hashing for Large Scale Multitask Learning, ICML 2009,
through scikit-learn. Texts that share characters are near each other; meaning is out of its reach.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matching.embedding.protocol import Progress, Vectors
from matching.passages import normalise


class HashingEmbedder:
    """Embeds by hashed character n-grams; the reference for tests, and for machines without a model."""

    def __init__(self, dim: int = 512) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer

        self._dim = dim
        self._vectorizer = HashingVectorizer(
            analyzer="char", ngram_range=(1, 3), n_features=dim, norm="l2", preprocessor=normalise
        )

    @property
    def fingerprint(self) -> str:
        return f"hashing-v1-{self._dim}"

    @property
    def dim(self) -> int:
        return self._dim

    def load(self) -> None:
        """Nothing is waited for."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        vectors = self._embed(texts)
        if progress is not None:
            progress(len(texts), len(texts))
        return vectors

    def _embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self._dim), dtype=np.float32)
        vectors = np.asarray(self._vectorizer.transform(texts).toarray(), dtype=np.float32)
        # An empty text, or one whose features cancel out, still gets a row of length 1.
        vectors[np.linalg.norm(vectors, axis=1) == 0.0, 0] = 1.0
        return vectors
