"""An engine over the companies of the test's database, by the hashing embedder: small, and real."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from matching.embedding import HashingEmbedder
from matching.engine import Engine
from matching.weights import read_weights
from service.actors import Actor
from service.operations.index_releases import build_index, use_index
from service.shipped import weights_path

CURATOR = Actor("张三", "curator")
VIEWER = Actor("李四", "viewer")
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@pytest.fixture
def open_engine(session: Session, tmp_path: Path) -> Callable[[], Engine]:
    """Index the companies of `session` and open an engine over them."""

    def index_and_open() -> Engine:
        folder = tmp_path / "index"
        built = build_index(session, CURATOR, HashingEmbedder(), folder, now=NOW)
        release = use_index(session, CURATOR, built)
        return Engine.open(folder / release.name, HashingEmbedder(), read_weights(weights_path()))

    return index_and_open
