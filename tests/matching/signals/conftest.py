"""Contexts of two companies whose passages agree with the requirements exactly as a test says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matching.embedding import HashingEmbedder
from matching.index.release import load_release
from matching.query import prepare_query
from matching.records import Requirement
from matching.scoring import build_context
from matching.signals import Context
from tests.matching.bases import build, company, gap

ContextMaker = Callable[..., Context]


@pytest.fixture
def context_of(tmp_path: Path) -> ContextMaker:
    """`context_of(requirements, strengths)`: company A has three passages (two with shares), company B two.

    The gap has no title.
    `strengths`: one row a passage (A1, A2, A's name, B1, B's name), one column a requirement.
    """

    def make(
        requirements: list[Requirement], strengths: list[list[float]], **query_changes: object
    ) -> Context:
        embedder = HashingEmbedder(64)
        companies = (
            company("A", "甲公司", (("铜箔", 0.8), ("铜管", 0.1))),
            company("B", "乙公司", ("阀门",)),
        )
        release = load_release(build(tmp_path, companies, embedder=embedder), embedder)
        query = replace(prepare_query(gap(*requirements), release, embedder), **query_changes)  # type: ignore[arg-type]
        context = build_context(query, release, np.array([0, 1]))
        rows = np.array(strengths, dtype=np.float64)
        best = np.stack([rows[:3].max(axis=0), rows[3:].max(axis=0)])
        return replace(context, strengths=rows, best=best, topics=np.zeros((len(rows), 0)))

    return make
