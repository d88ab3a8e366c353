"""Embedding with a SentenceTransformer model in a local folder."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from matching.embedding.bundled_e5 import MARK
from matching.embedding.protocol import Progress, Vectors
from matching.errors import EmbedderUnavailable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# One batch holds about this many characters, counting padding: enough to keep two cores busy, small enough
# to stay in cache.
BATCH_CHARS = 4096
_CALIBRATION_TEXTS = [f"高性能电解铜箔及铜合金精密加工产品 {n}" for n in range(64)]
# bfloat16 must win clearly, or the exact one is taken.
_CALIBRATION_GAIN = 1.15

_log = logging.getLogger(__name__)


class SentenceModelEmbedder:
    """A SentenceTransformer model from `folder`, loaded on the first text.

    `precision` "auto" measures float32 against bfloat16 once a machine: bfloat16 pays only where the CPU
    has instructions for it. The prompts are those in the folder's own `lianzhao-model.json` or, without one,
    those named "query" and "passage" (or "document") in the model's configuration.
    """

    def __init__(self, folder: Path, *, precision: str = "auto", threads: int = 2) -> None:
        if not (folder / "modules.json").is_file():
            raise EmbedderUnavailable(
                f"embedding model {folder}: no modules.json there: set LIANZHAO_EMBEDDER to the folder of a "
                'SentenceTransformer model, or to "bundled-e5"'
            )
        self._folder = folder
        self._precision = precision
        self._threads = threads
        self._loading = Lock()

    @cached_property
    def fingerprint(self) -> str:
        digest = hashlib.sha256()
        mark = self._folder / MARK
        for name in ("modules.json", "config.json", "config_sentence_transformers.json", "tokenizer.json"):
            if (self._folder / name).is_file():
                digest.update(name.encode() + (self._folder / name).read_bytes())
        if mark.is_file():
            digest.update(mark.read_bytes())  # names the checksum of the weights it was unpacked from
        else:
            # Also what stands in the folders of modules: how vectors are pooled, a layer on top.
            for part in sorted(self._folder.rglob("*")):
                if part.suffix in (".safetensors", ".bin") or part.name == "config.json":
                    digest.update(part.relative_to(self._folder).as_posix().encode())
                    with part.open("rb") as file:
                        digest.update(hashlib.file_digest(file, "sha256").digest())
        return f"{self._folder.name.lower()}-{digest.hexdigest()[:12]}"

    @cached_property
    def dim(self) -> int:
        for name in ("1_Pooling/config.json", "config.json"):
            path = self._folder / name
            if path.is_file():
                config = json.loads(path.read_text("utf-8"))
                size = (
                    config.get("embedding_dimension")
                    or config.get("word_embedding_dimension")
                    or config.get("hidden_size")
                )
                if size:
                    return int(size)
        return int(self._model.get_sentence_embedding_dimension() or 0)

    def load(self) -> None:
        self.embed_queries(["准备"])  # the first text also makes the kernels ready

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, self._prompts[0], None)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._embed(texts, self._prompts[1], progress)

    @cached_property
    def _prompts(self) -> tuple[str, str]:
        mark = self._folder / MARK
        if mark.is_file():
            known = json.loads(mark.read_text("utf-8"))
            return known["query_prompt"], known["passage_prompt"]
        prompts = self._model.prompts
        return prompts.get("query") or "", prompts.get("passage") or prompts.get("document") or ""

    @property
    def _model(self) -> SentenceTransformer:
        with self._loading:  # two first matches at once must not load it twice
            return self._loaded

    @cached_property
    def _loaded(self) -> SentenceTransformer:
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(self._threads)
        silence_transformers()
        # Loaded at once in the precision it will have, where that is known: never both in memory.
        known = self._precision if self._precision != "auto" else kept_precision(*self._calibration)
        try:
            model = SentenceTransformer(
                str(self._folder),
                device="cpu",
                local_files_only=True,  # the networks are closed: no look-up of newer files on a hub
                model_kwargs={"dtype": getattr(torch, known or "float32")},
            )
        except (OSError, ValueError, RuntimeError) as err:
            raise EmbedderUnavailable(
                f"embedding model {self._folder}: cannot be loaded ({err}): "
                "delete the folder to have it unpacked again, or mend the model"
            ) from err
        if known is None:
            quicker = calibrate(*self._calibration, measure=lambda precision: _seconds(model, precision))
            model = model.to(getattr(torch, quicker))
        return model

    @property
    def _calibration(self) -> tuple[Path, str]:
        """Where the quicker precision of a machine is kept, and the name of this machine."""
        return self._folder.parent / "precision.json", f"{_cpu_name()}/{self._threads}"

    def _embed(self, texts: Sequence[str], prompt: str, progress: Progress | None) -> Vectors:
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        done = 0
        for batch in _batches(order, texts):
            encoded = self._model.encode(
                [prompt + texts[row] for row in batch],
                batch_size=len(batch),
                convert_to_numpy=False,
                convert_to_tensor=True,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
            vectors[batch] = encoded.float().numpy()
            done += len(batch)
            if progress is not None:
                progress(done, len(texts))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def kept_precision(path: Path, machine: str) -> str | None:
    """The quicker precision as `path` has it. A file that another machine wrote is not believed."""
    kept = _kept_calibration(path)
    if kept.get("machine") == machine and kept.get("precision") in ("float32", "bfloat16"):
        return str(kept["precision"])
    return None


def calibrate(path: Path, machine: str, *, measure: Callable[[str], float]) -> str:
    """The quicker precision here, "float32" or "bfloat16": from `path`, or measured and kept there.

    `measure(precision)` gives seconds for the same work.
    """
    known = kept_precision(path, machine)
    if known is not None:
        return known
    exact, brief = measure("float32"), measure("bfloat16")
    precision = "bfloat16" if exact / brief >= _CALIBRATION_GAIN else "float32"
    _log.info("float32 %.3f s, bfloat16 %.3f s: %s from now on", exact, brief, precision)
    kept = {"machine": machine, "precision": precision, "float32_s": exact, "bfloat16_s": brief}
    try:
        path.write_text(json.dumps(kept, indent=1), "utf-8")
    except OSError as err:  # a read-only model folder: measured again the next time
        _log.warning("calibration not kept in %s: %s", path, err)
    return precision


def _kept_calibration(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def silence_transformers() -> None:
    """Keep the library's own progress bars and load reports off the terminal: ours say what is going on."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()


def _seconds(model: SentenceTransformer, precision: str) -> float:
    import torch

    model.to(getattr(torch, precision))
    model.encode(_CALIBRATION_TEXTS[:8], show_progress_bar=False)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        model.encode(_CALIBRATION_TEXTS, batch_size=64, convert_to_tensor=True, show_progress_bar=False)
        times.append(time.perf_counter() - start)
    return sorted(times)[1]


def _batches(order: list[int], texts: Sequence[str]) -> list[list[int]]:
    batches: list[list[int]] = []
    batch: list[int] = []
    longest = 0
    for row in order:  # longest first: the first text of a batch sets its padded length
        if not batch:
            longest = len(texts[row]) + 4
        if batch and longest * (len(batch) + 1) > BATCH_CHARS:
            batches.append(batch)
            batch, longest = [], len(texts[row]) + 4
        batch.append(row)
    if batch:
        batches.append(batch)
    return batches


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        lines: list[Any] = info.read_text("utf-8", "replace").splitlines()
        for key in ("model name", "CPU part"):
            for line in lines:
                if line.startswith(key):
                    return str(line.partition(":")[2].strip())
    return "unknown"
