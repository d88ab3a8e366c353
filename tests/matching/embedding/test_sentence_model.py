"""The adapter of SentenceTransformer models: what it does before a model is loaded."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from matching.embedding.bundled_e5 import MARK
from matching.embedding.sentence_model import BATCH_CHARS, SentenceModelEmbedder, _batches, calibrate
from matching.errors import EmbedderUnavailable

MACHINE = "EPYC/2"


def model_folder(folder: Path, **files: str) -> Path:
    """A folder that looks like a model; its weights are a few bytes."""
    named = {
        "modules.json": "[]",
        "config.json": '{"hidden_size": 8}',
        "model.safetensors": "weights",
        "1_Pooling/config.json": '{"word_embedding_dimension": 16, "pooling_mode_mean_tokens": true}',
        **files,
    }
    for name, content in named.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    return folder


def fingerprint(folder: Path) -> str:
    return SentenceModelEmbedder(folder).fingerprint


def test_a_folder_without_a_model_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(EmbedderUnavailable, match=r"no modules\.json there: set LIANZHAO_EMBEDDER"):
        SentenceModelEmbedder(tmp_path)


@pytest.mark.model  # not the model, but the libraries that load it: five seconds
def test_a_model_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    broken = SentenceModelEmbedder(
        model_folder(
            tmp_path, **{"modules.json": '[{"idx": 0, "name": "0", "path": "", "type": "no.such.Module"}]'}
        )
    )
    with pytest.raises(EmbedderUnavailable, match="cannot be loaded"):
        broken.embed_queries(["铜箔"])


def test_the_dimension_is_read_without_loading_the_model(tmp_path: Path) -> None:
    assert SentenceModelEmbedder(model_folder(tmp_path)).dim == 16


def test_threads_that_come_first_together_load_the_model_once(tmp_path: Path) -> None:
    loads: list[int] = []

    class Slow(SentenceModelEmbedder):
        @cached_property
        def _loaded(self) -> Any:
            loads.append(1)
            time.sleep(0.05)
            return object()

    model = Slow(model_folder(tmp_path))
    with ThreadPoolExecutor(max_workers=4) as pool:
        assert len(set(pool.map(lambda _: model._model, range(4)))) == 1
    assert loads == [1]


class TestFingerprint:
    def test_copies_of_a_model_have_one(self, tmp_path: Path) -> None:
        one, other = model_folder(tmp_path / "a" / "BGE"), model_folder(tmp_path / "b" / "BGE")
        assert fingerprint(one) == fingerprint(other)
        assert fingerprint(one).startswith("bge-")

    @pytest.mark.parametrize(
        "name",
        ["model.safetensors", "config.json", "1_Pooling/config.json", "tokenizer.json", "modules.json"],
    )
    def test_it_changes_with_every_part(self, tmp_path: Path, name: str) -> None:
        before = fingerprint(model_folder(tmp_path))
        (tmp_path / name).write_text('{"other": 1}', "utf-8")
        assert fingerprint(tmp_path) != before

    @pytest.mark.parametrize("name", ["pytorch_model.bin", "2_Dense/model.safetensors"])
    def test_weights_of_other_formats_and_layers_count(self, tmp_path: Path, name: str) -> None:
        before = fingerprint(model_folder(tmp_path))
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("weights", "utf-8")
        assert fingerprint(tmp_path) != before

    def test_the_mark_of_the_default_model_stands_for_its_weights(self, tmp_path: Path) -> None:
        before = fingerprint(model_folder(tmp_path, **{MARK: '{"source_sha256": "1"}'}))
        (tmp_path / MARK).write_text('{"source_sha256": "2"}', "utf-8")
        assert fingerprint(tmp_path) != before


class TestCalibration:
    @staticmethod
    def times(float32: float, bfloat16: float) -> Callable[[str], float]:
        return lambda precision: {"float32": float32, "bfloat16": bfloat16}[precision]

    @staticmethod
    def never(precision: str) -> float:
        raise AssertionError(f"{precision} was measured again")

    def test_bfloat16_must_win_clearly(self, tmp_path: Path) -> None:
        path = tmp_path / "precision.json"
        assert calibrate(path, machine="a", measure=self.times(1.16, 1.0)) == "bfloat16"
        assert calibrate(path, machine="b", measure=self.times(1.14, 1.0)) == "float32"

    def test_a_machine_is_measured_once(self, tmp_path: Path) -> None:
        path = tmp_path / "precision.json"
        calibrate(path, machine=MACHINE, measure=self.times(2.0, 1.0))
        assert calibrate(path, machine=MACHINE, measure=self.never) == "bfloat16"

    def test_a_file_of_another_machine_is_not_believed(self, tmp_path: Path) -> None:
        path = tmp_path / "precision.json"
        calibrate(path, machine=MACHINE, measure=self.times(2.0, 1.0))
        assert calibrate(path, machine="Kunpeng/2", measure=self.times(1.0, 2.0)) == "float32"

    @pytest.mark.parametrize(
        "content", ["", "{", "[]", json.dumps({"machine": MACHINE, "precision": "auto"}), '"bfloat16"']
    )
    def test_a_file_that_says_nothing_is_measured_anew(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "precision.json"
        path.write_text(content, "utf-8")
        assert calibrate(path, machine=MACHINE, measure=self.times(2.0, 1.0)) == "bfloat16"
        assert json.loads(path.read_text("utf-8"))["machine"] == MACHINE

    def test_a_folder_that_cannot_be_written_stops_nothing(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = tmp_path / "missing" / "precision.json"
        with caplog.at_level(logging.WARNING):
            assert calibrate(path, machine=MACHINE, measure=self.times(2.0, 1.0)) == "bfloat16"
        assert "calibration not kept" in caplog.text


class TestBatches:
    @staticmethod
    def batches(texts: list[str]) -> list[list[int]]:
        return _batches(sorted(range(len(texts)), key=lambda row: -len(texts[row])), texts)

    def test_every_text_is_in_one_batch(self) -> None:
        texts = ["铜" * (n % 400) for n in range(1000)]
        assert sorted(row for batch in self.batches(texts) for row in batch) == list(range(1000))

    def test_a_padded_batch_keeps_to_the_limit(self) -> None:
        texts = ["铜" * (n % 400) for n in range(1000)]
        for batch in self.batches(texts):
            assert len(batch) * max(len(texts[row]) for row in batch) <= BATCH_CHARS

    def test_a_text_beyond_the_limit_goes_alone(self) -> None:
        assert self.batches(["铜" * (BATCH_CHARS + 1), "铜"]) == [[0], [1]]

    def test_no_texts_make_no_batch(self) -> None:
        assert self.batches([]) == []
