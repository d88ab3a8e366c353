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
    judged_companies = {company for query in judged for company in query.grades}
    missing = _count_missing(profiles, judged_companies, companies)
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
    measured = report(systems, judged) | {"judged_companies_missing": missing}
    return Evaluation(measured, systems["lianzhao"])


def _profiles(path: Path) -> list[CompanyProfile]:
    profiles: dict[str, CompanyProfile] = {}
    for record in iterate_records(path):
        profiles.setdefault(record.external_id, profile_of_record(record))
    return list(profiles.values())


def _count_missing(profiles: list[CompanyProfile], judged: set[str], path: Path) -> int:
    """How many judged companies are not among `profiles`. Raises InvalidInput when none is."""
    missing = judged - {profile.id for profile in profiles}
    if missing == judged:
        raise InvalidInput(
            f"{path.name}: none of the {len(judged)} judged companies is in it: "
            "the ids must be those of the qrels"
        )
    return len(missing)


def _silent(stage: str, done: int, total: int) -> None:
    """Nobody watches."""
