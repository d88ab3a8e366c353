"""One release over the invented companies, built once a session, and an engine over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from matching.embedding import HashingEmbedder
from matching.engine import Engine
from matching.index.release import Release
from tests.matching import bases


@pytest.fixture(scope="session")
def release_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the release; only for reading."""
    return bases.build(tmp_path_factory.mktemp("index"))


@pytest.fixture(scope="session")
def engine(release_folder: Path) -> Engine:
    """An engine with the shipped weights."""
    return Engine.open(release_folder, HashingEmbedder(), bases.shipped_weights())


@pytest.fixture(scope="session")
def release(engine: Engine) -> Release:
    return engine.release
