"""Installations for the command line: an empty one, and one with a chain, a few companies and an index."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.service.cli.running import COMPANIES, done, small_profile, write_jsonl, write_profile


@pytest.fixture(autouse=True)
def _words_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANZHAO_EMBEDDER", "hashing")


@pytest.fixture(scope="session")
def _installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIANZHAO_EMBEDDER", "hashing")
        patch.setenv("LIANZHAO_HOME", str(folder / "home"))
        done("db", "upgrade")
        shutil.copytree(folder / "home", folder / "empty")
        done("seed", write_profile(folder / "chain.yaml", small_profile(3)))
        done("import", write_jsonl(folder / "companies.jsonl", COMPANIES))
        done("index", "build")
    return folder


@pytest.fixture
def empty_home(_installation: Path, tmp_path: Path) -> Path:
    """The LIANZHAO_HOME of the test, with tables and nothing in them."""
    return Path(shutil.copytree(_installation / "empty", tmp_path / "home"))


@pytest.fixture
def home(_installation: Path, tmp_path: Path) -> Path:
    """The LIANZHAO_HOME of the test: one chain, the companies of `running.py`, an index over them."""
    return Path(shutil.copytree(_installation / "home", tmp_path / "home"))
