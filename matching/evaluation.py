"""A judged set run through the engine and the baselines, in one go over the same companies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from matching.baselines import Ranker
from matching.engine import Engine
from matching.judgments import JudgedQuery
from matching.measures import MEASURES, measure_ranking, paired_bootstrap
from matching.records import Gap

RUN_DEPTH = 1000  # ranks kept of each query, and written to a TREC run
# Deep enough that the engine ranks a thousand companies where there are as many.
RETRIEVAL_DEPTH = 3000

Ranking = list[tuple[str, float]]
Rankings = dict[str, Ranking]  # query id → company ids with scores, best first


def rank_with_engine(
    engine: Engine, queries: Sequence[JudgedQuery], progress: Callable[[int, int], None] | None = None
) -> Rankings:
    """The engine's ranking of each query, RUN_DEPTH deep. The province is not told: nobody is left out."""
    rankings: Rankings = {}
    for done, query in enumerate(queries, start=1):
        gap = Gap(id=query.id, need=query.need, title=query.title, chain=query.chain)
        rankings[query.id] = engine.rank_all(gap, limit=RUN_DEPTH, depth=RETRIEVAL_DEPTH)
        if progress is not None:
            progress(done, len(queries))
    return rankings


def rank_with_baseline(ranker: Ranker, ids: Sequence[str], queries: Sequence[JudgedQuery]) -> Rankings:
    """A baseline's ranking of each query by title and need, RUN_DEPTH deep; ties in the order of `ids`."""
    rankings: Rankings = {}
    for query in queries:
        scores = ranker(f"{query.title}：{query.need}")
        order = np.argsort(-scores, kind="stable")[:RUN_DEPTH]
        rankings[query.id] = [(ids[i], float(scores[i])) for i in order]
    return rankings


def report(systems: Mapping[str, Rankings], queries: Sequence[JudgedQuery]) -> dict[str, Any]:
    """Measures of every system, overall and per chain, and ours against each other one.

    Shape: `{"format", "queries", "systems": {name: {measure: mean, "per_chain": {chain: {measure: mean}}}},
    "paired_ndcg_at_10": {"ours - other": {"difference", "low", "high", "share_not_above_0"}}}`. The first
    system is ours.
    """
    rows = {
        name: [measure_ranking([c for c, _ in rankings[q.id]], q.grades) for q in queries]
        for name, rankings in systems.items()
    }
    ours, *others = systems
    return {
        "format": 1,
        "queries": len(queries),
        "systems": {name: _means(rows[name], queries) for name in systems},
        "paired_ndcg_at_10": {
            f"{ours} - {other}": paired_bootstrap(
                [row["ndcg_at_10"] for row in rows[ours]], [row["ndcg_at_10"] for row in rows[other]]
            )
            for other in others
        },
    }


def write_trec_run(rankings: Rankings, path: Path, tag: str = "lianzhao") -> None:
    """Write `query Q0 company rank score tag` lines, blank-separated as TREC tools read them."""
    lines = [
        f"{query} Q0 {company} {rank} {score:.9f} {tag}\n"
        for query, ranking in rankings.items()
        for rank, (company, score) in enumerate(ranking, start=1)
    ]
    path.write_text("".join(lines), "utf-8")


def _means(rows: list[dict[str, float]], queries: Sequence[JudgedQuery]) -> dict[str, Any]:
    by_chain: dict[str, list[dict[str, float]]] = defaultdict(list)
    for row, query in zip(rows, queries, strict=True):
        by_chain[query.chain].append(row)
    overall: dict[str, Any] = _mean(rows)
    overall["per_chain"] = {chain: _mean(some) for chain, some in by_chain.items()}
    return overall


def _mean(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([row[name] for row in rows])) for name in MEASURES}
