"""The default model, unpacked once and kept for later runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.matching.bases import kept_models_folder


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept_models_folder(tmp_path_factory)
