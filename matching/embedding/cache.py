"""Vectors already computed, kept on disk by model and text.

An index is built from hundreds of thousands of texts, most of them known from the last time. Vectors are
written as they are computed, so a build that is killed goes on where it was.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from matching.embedding.protocol import Embedder, Progress, Vectors
from matching.errors import CacheUnusable

# Written after this many new vectors: what a kill can lose is about ten seconds of work.
WRITE_EVERY = 2048
_LOOKUP_KEYS = 500

_log = logging.getLogger(__name__)


class CachedEmbedder:
    """An embedder that asks `inner` only for texts it has not seen. Vectors are stored as float16.

    The same float16 rounding is applied to fresh vectors, so a result does not depend on what was cached.
    For the same reason a vector is kept for the exact text: LED and led are compared as equal elsewhere,
    but a model tells them apart.
    """

    def __init__(self, inner: Embedder, cache_folder: Path) -> None:
        self._inner = inner
        self._path = cache_folder / f"{inner.fingerprint}.sqlite3"

    @property
    def fingerprint(self) -> str:
        return self._inner.fingerprint

    @property
    def dim(self) -> int:
        return self._inner.dim

    def load(self) -> None:
        self._inner.load()  # whatever is kept: the next text may be a new one

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        try:
            return self._embed("q", texts, None)
        except sqlite3.Error as err:  # a full or read-only disk must not stop a match
            _log.warning("vectors not kept in %s: %s", self._path.name, err)
            return _unit(self._compute("q", list(texts)))

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Raises CacheUnusable: hours of work that could not be kept are better not begun."""
        try:
            return self._embed("p", texts, progress)
        except sqlite3.Error as err:
            raise CacheUnusable(
                f"vector cache {self._path}: {err}: make room or mend the folder's rights; "
                "if the file is damaged, delete it and its vectors are computed again"
            ) from err

    def _embed(self, role: str, texts: Sequence[str], progress: Progress | None) -> Vectors:
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        rows_by_key: dict[bytes, list[int]] = {}
        for row, text in enumerate(texts):
            rows_by_key.setdefault(_key(role, text), []).append(row)
        with closing(self._connect()) as connection:
            missing = self._read_known(connection, rows_by_key, vectors)
            done = len(rows_by_key) - len(missing)
            if progress is not None:
                progress(done, len(rows_by_key))
            # Alike lengths together, so that a batch is hardly padded.
            missing.sort(key=lambda key: len(texts[rows_by_key[key][0]]), reverse=True)
            for start in range(0, len(missing), WRITE_EVERY):
                keys = missing[start : start + WRITE_EVERY]
                fresh = self._compute(role, [texts[rows_by_key[key][0]] for key in keys])
                self._write(connection, keys, fresh)
                for key, vector in zip(keys, fresh, strict=True):
                    vectors[rows_by_key[key]] = vector
                done += len(keys)
                if progress is not None:
                    progress(done, len(rows_by_key))
        return _unit(vectors)

    def _compute(self, role: str, texts: list[str]) -> Vectors:
        fresh = self._inner.embed_queries(texts) if role == "q" else self._inner.embed_passages(texts)
        return fresh.astype(np.float16).astype(np.float32)

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=30.0)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, v BLOB) WITHOUT ROWID")
        return connection

    def _read_known(
        self, connection: sqlite3.Connection, rows_by_key: dict[bytes, list[int]], vectors: Vectors
    ) -> list[bytes]:
        keys = sorted(rows_by_key)
        found: set[bytes] = set()
        for start in range(0, len(keys), _LOOKUP_KEYS):
            some = keys[start : start + _LOOKUP_KEYS]
            marks = ",".join("?" * len(some))
            for key, blob in connection.execute(f"SELECT key, v FROM vector WHERE key IN ({marks})", some):
                vector = np.frombuffer(blob, dtype=np.float16)
                if vector.shape == (self.dim,):  # a torn write is simply computed again
                    vectors[rows_by_key[key]] = vector
                    found.add(key)
        return [key for key in keys if key not in found]

    @staticmethod
    def _write(connection: sqlite3.Connection, keys: list[bytes], vectors: Vectors) -> None:
        rows = [(key, vector.astype(np.float16).tobytes()) for key, vector in zip(keys, vectors, strict=True)]
        with connection:
            connection.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", rows)


def _key(role: str, text: str) -> bytes:
    return role.encode() + hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)
