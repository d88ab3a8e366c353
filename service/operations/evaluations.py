"""Running a judged set through the engine, away from the user's database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matching.baselines import Ranker, bm25_ranker, char_ngram_ranker, dense_ranker
from matching.embedding import Embedder
from matching.engine import Engine
from matching.evaluation import Rankings, rank_with_baseline, rank_with_engine, report
from matching.index.release import build_release
from matching.judgments import read_judged_queries
from matching.records import CompanyProfile
from matching.weights import Weights
from service.errors import InvalidInput
from service.match_inputs import profile_of_record
from service.operations.imports import iterate_records

StageProgress = Callable[[str, int, int], None]  # (stage, done, total)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The report over all systems, and our own ranking of every query."""

    report: dict[str, Any]
    rankings: Rankings


def evaluate(
    queries: Path,
    qrels: Path,
    companies: Path,
    embedder: Embedder,
    weights: Weights,
    scratch: Path,
    progress: StageProgress | None = None,
) -> Evaluation:
    """Rank all `companies` for each judged query with the engine and three baselines, and measure them.

    The index is built in `scratch`, which the caller removes. Raises JudgmentsInvalid, InvalidInput.
    """
    said = progress or _silent
    judged = read_judged_queries(queries, qrels)
    profiles = _profiles(companies)
    _check_companies(profiles, {company for query in judged for company in query.grades}, companies)
    build_release(profiles, embedder, scratch, "evaluation", progress=progress)
    engine = Engine.open(scratch / "evaluation", embedder, weights)
    systems: dict[str, Rankings] = {
        "lianzhao": rank_with_engine(engine, judged, lambda done, total: said("rank", done, total))
    }
    ids = [profile.id for profile in profiles]
    rankers: dict[str, Callable[[], Ranker]] = {
        "bm25": lambda: bm25_ranker(profiles),
        "char_ngram": lambda: char_ngram_ranker(profiles),
        "dense": lambda: dense_ranker(
            profiles, embedder, lambda done, total: said("embed whole texts", done, total)
        ),
    }
    for done, (name, make) in enumerate(rankers.items()):
        said("baselines", done, len(rankers))
        systems[name] = rank_with_baseline(make(), ids, judged)
    said("baselines", len(rankers), len(rankers))
    return Evaluation(report(systems, judged), systems["lianzhao"])


def _profiles(path: Path) -> list[CompanyProfile]:
    profiles: dict[str, CompanyProfile] = {}
    for record in iterate_records(path):
        profiles.setdefault(record.external_id, profile_of_record(record))
    return list(profiles.values())


def _check_companies(profiles: list[CompanyProfile], judged: set[str], path: Path) -> None:
    known = {profile.id for profile in profiles}
    if not known & judged:
        raise InvalidInput(
            f"{path.name}: none of the {len(judged)} judged companies is in it: "
            "the ids must be those of the qrels"
        )


def _silent(stage: str, done: int, total: int) -> None:
    """Nobody watches."""
