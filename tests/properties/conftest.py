"""The engine that properties are checked on, and how hard they are checked.

The same examples every time, so that a red test is the change's own. To search further:
`pytest tests/properties --hypothesis-profile hunt`.
"""

from __future__ import annotations

import pytest
from hypothesis import settings

from matching.embedding import HashingEmbedder
from matching.engine import Engine
from tests.matching.bases import build, shipped_weights

settings.register_profile("steady", derandomize=True, deadline=None, max_examples=80)
settings.register_profile("hunt", deadline=None, max_examples=3000)
if settings.get_current_profile_name() == "default":
    settings.load_profile("steady")


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine.open(build(tmp_path_factory.mktemp("index")), HashingEmbedder(), shipped_weights())
