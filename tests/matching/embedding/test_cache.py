"""Vectors kept on disk: computed once, never mixed up, never in the way."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from matching.embedding import CachedEmbedder
from matching.embedding import cache as cache_module
from matching.embedding.protocol import Progress, Vectors
from matching.errors import CacheUnusable
from tests.matching.bases import CountingEmbedder, disk_full_after

TEXTS = ["电解铜箔", "核电阀门", "中药饮片"]


class CasedEmbedder(CountingEmbedder):
    """Tells LED from led, as real models do."""

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return super().embed_passages(
            [text + "大写" * any(map(str.isupper, text)) for text in texts], progress
        )


class LoadingEmbedder(CountingEmbedder):
    loaded = 0

    def load(self) -> None:
        self.loaded += 1


def test_the_model_is_loaded_whatever_is_kept(tmp_path: Path) -> None:
    inner = LoadingEmbedder()
    cached = CachedEmbedder(inner, tmp_path)
    cached.embed_queries(TEXTS)
    cached.load()
    assert inner.loaded == 1


def cache_file(folder: Path, inner: CountingEmbedder) -> Path:
    return folder / f"{inner.fingerprint}.sqlite3"


def stored(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM vector").fetchone()[0])


def test_a_second_run_computes_nothing(tmp_path: Path) -> None:
    inner = CountingEmbedder()
    first = CachedEmbedder(inner, tmp_path).embed_passages(TEXTS)
    assert sorted(inner.asked) == sorted(TEXTS)
    second = CachedEmbedder(inner, tmp_path).embed_passages(TEXTS)
    assert len(inner.asked) == 3
    assert first.tolist() == second.tolist()


def test_only_new_texts_are_computed(tmp_path: Path) -> None:
    inner = CountingEmbedder()
    embedder = CachedEmbedder(inner, tmp_path)
    embedder.embed_passages(TEXTS)
    embedder.embed_passages([*TEXTS, "铜管"])
    assert inner.asked[3:] == ["铜管"]


def test_a_text_given_twice_is_computed_once(tmp_path: Path) -> None:
    inner = CountingEmbedder()
    vectors = CachedEmbedder(inner, tmp_path).embed_passages(["铜管", "阀门", "铜管"])
    assert sorted(inner.asked) == ["铜管", "阀门"]
    assert vectors[0].tolist() == vectors[2].tolist()


def test_vectors_are_the_same_whatever_was_cached(tmp_path: Path) -> None:
    fresh = CachedEmbedder(CountingEmbedder(), tmp_path / "a").embed_passages(TEXTS)
    half = CachedEmbedder(CountingEmbedder(), tmp_path / "b")
    half.embed_passages(TEXTS[1:2])
    assert half.embed_passages(TEXTS).tolist() == fresh.tolist()


def test_a_text_that_compares_as_equal_does_not_lend_its_vector(tmp_path: Path) -> None:
    fresh = CachedEmbedder(CasedEmbedder(), tmp_path / "a").embed_passages(["LED 芯片"])
    after = CachedEmbedder(CasedEmbedder(), tmp_path / "b")
    after.embed_passages(["led芯片"])
    assert after.embed_passages(["LED 芯片"]).tolist() == fresh.tolist()


def test_vectors_are_close_to_those_of_the_inner_embedder(tmp_path: Path) -> None:
    inner = CountingEmbedder()
    assert CachedEmbedder(inner, tmp_path).embed_passages(TEXTS) == pytest.approx(
        inner.embed_passages(TEXTS), abs=1e-3
    )


def test_queries_and_passages_are_kept_apart(tmp_path: Path) -> None:
    inner = CountingEmbedder()
    embedder = CachedEmbedder(inner, tmp_path)
    embedder.embed_passages(["铜箔"])
    embedder.embed_queries(["铜箔"])
    embedder.embed_queries(["铜箔"])
    assert inner.asked == ["铜箔", "铜箔"]


def test_embedders_do_not_share_a_file(tmp_path: Path) -> None:
    for dim in (64, 128):
        CachedEmbedder(CountingEmbedder(dim), tmp_path).embed_passages(TEXTS)
    assert len(list(tmp_path.glob("*.sqlite3"))) == 2


def test_a_torn_vector_is_computed_again(tmp_path: Path) -> None:
    inner = CountingEmbedder()
    whole = CachedEmbedder(inner, tmp_path).embed_passages(TEXTS)
    with closing(sqlite3.connect(cache_file(tmp_path, inner))) as connection, connection:
        key = connection.execute("SELECT min(key) FROM vector").fetchone()[0]
        connection.execute("UPDATE vector SET v = substr(v, 1, 10) WHERE key = ?", (key,))
    mended = CachedEmbedder(inner, tmp_path)
    assert mended.embed_passages(TEXTS).tolist() == whole.tolist()
    assert len(inner.asked) == 4
    mended.embed_passages(TEXTS)
    assert len(inner.asked) == 4


def test_work_done_before_a_stop_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "WRITE_EVERY", 10)
    inner = CountingEmbedder()
    texts = [f"第{n}种阀门" for n in range(30)]

    def stop(done: int, total: int) -> None:
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        CachedEmbedder(inner, tmp_path).embed_passages(texts, stop)
    assert stored(cache_file(tmp_path, inner)) == 20
    CachedEmbedder(inner, tmp_path).embed_passages(texts)
    assert len(inner.asked) == 30


def test_progress_counts_distinct_texts_and_what_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "WRITE_EVERY", 2)
    embedder = CachedEmbedder(CountingEmbedder(), tmp_path)
    embedder.embed_passages(TEXTS)
    told: list[tuple[int, int]] = []
    embedder.embed_passages([*TEXTS, "铜管", "铜管", "阀门", "铜杆"], lambda *step: told.append(step))
    assert told == [(3, 6), (5, 6), (6, 6)]


def test_more_texts_than_one_look_up_takes_are_found_again(tmp_path: Path) -> None:
    inner = CountingEmbedder()
    texts = [f"第{n}种阀门" for n in range(1201)]
    first = CachedEmbedder(inner, tmp_path).embed_passages(texts)
    assert CachedEmbedder(inner, tmp_path).embed_passages(texts).tolist() == first.tolist()
    assert len(inner.asked) == 1201


def test_a_text_that_is_no_unicode_is_a_text(tmp_path: Path) -> None:
    class Anything(CountingEmbedder):
        def embed_queries(self, texts: Sequence[str]) -> Vectors:
            return np.ones((len(texts), self.dim), dtype=np.float32)

    assert CachedEmbedder(Anything(), tmp_path).embed_queries(["\udcb8铜"]).shape == (1, 64)


def test_threads_may_share_it(tmp_path: Path) -> None:
    embedder = CachedEmbedder(CountingEmbedder(), tmp_path)
    expected = embedder.embed_queries(TEXTS).tolist()
    results: list[object] = []
    threads = [
        Thread(target=lambda n=n: results.append(embedder.embed_queries([*TEXTS, f"铜管{n}"])[:3].tolist()))
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


class TestAFileThatCannotBeUsed:
    def test_passages_are_not_computed_for_nothing(self, tmp_path: Path) -> None:
        inner = CountingEmbedder()
        cache_file(tmp_path, inner).write_bytes(b"no database" * 100)
        with pytest.raises(CacheUnusable, match=r"counting-hashing-v1-64\.sqlite3.*delete it"):
            CachedEmbedder(inner, tmp_path).embed_passages(TEXTS)
        assert inner.asked == []

    def test_a_match_goes_on_without_it(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        inner = CountingEmbedder()
        expected = CachedEmbedder(inner, tmp_path / "good").embed_queries(TEXTS)
        cache_file(tmp_path, inner).write_bytes(b"no database" * 100)
        with caplog.at_level(logging.WARNING):
            vectors = CachedEmbedder(inner, tmp_path).embed_queries(TEXTS)
        assert vectors.tolist() == expected.tolist()
        assert "vectors not kept" in caplog.text

    def test_a_full_disk_stops_a_build_but_no_match(self, tmp_path: Path) -> None:
        embedder = CachedEmbedder(CountingEmbedder(), tmp_path)
        embedder.embed_queries(["铜箔"])
        with disk_full_after(8192):
            assert embedder.embed_queries(TEXTS).shape == (3, 64)
            with pytest.raises(CacheUnusable, match="make room"):
                embedder.embed_passages([f"第{n}种阀门" for n in range(200)])
