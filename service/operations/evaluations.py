"""Running a judged set through the engine, away from the user's database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from matching.baselines import Ranker, bm25_ranker, char_ngram_ranker, dense_ranker
from matching.dictionary import Dictionary
from matching.embedding import Embedder
from matching.engine import Engine
from matching.evaluation import Rankings, rank_with_baseline, rank_with_engine, report
from matching.faithfulness import measure_explanations
from matching.guard import PairedTest, paired_tests, refuse_losers
from matching.index.release import build_release, load_release
from matching.judgments import JudgedQuery, read_judged_queries
from matching.records import CompanyProfile
from matching.training import Trained, collect_values
from matching.training import train as learn
from matching.weights import Weights, weights_of
from service.errors import InvalidInput
from service.match_inputs import company_snapshot, iterate_profiles, profile_of_record
from service.operations.imports import iterate_records

StageProgress = Callable[[str, int, int], None]  # (stage, done, total)


@dataclass(frozen=True, slots=True)
class Explanations:
    """How explanations are measured: as of which day, for how many candidates (0: all), by which seed."""

    today: date
    sample: int
    seed: int = 0


@dataclass(frozen=True, slots=True)
class JudgedFiles:
    """A judged set on disk."""

    queries: Path
    qrels: Path


@dataclass(frozen=True, slots=True)
class Companies:
    """The companies that are ranked, what to call where they come from, and a checksum of what they are."""

    profiles: list[CompanyProfile]
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Retrained:
    """New weights and, where there were others to compare, the paired test on each judged set."""

    trained: Trained
    tests: dict[str, PairedTest]


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
    dictionary: Dictionary,
    scratch: Path,
    progress: StageProgress | None = None,
    explanations: Explanations | None = None,
) -> Evaluation:
    """Rank all `companies` for each judged query with the engine and three baselines, and measure them.

    With `explanations`, also whether what is quoted is what the score stands on. The index is built in
    `scratch`, which the caller removes. Raises JudgmentsInvalid, InvalidInput.
    """
    said = progress or _silent
    judged = read_judged_queries(queries, qrels)
    profiles = _profiles(companies)
    judged_companies = {company for query in judged for company in query.grades}
    missing = _count_missing(profiles, judged_companies, companies.name)
    build_release(profiles, embedder, scratch, "evaluation", progress=progress)
    engine = Engine.open(scratch / "evaluation", embedder, weights, dictionary)
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
    if explanations is not None:
        measured["explanations"] = measure_explanations(
            engine,
            judged,
            today=explanations.today,
            sample=explanations.sample,
            seed=explanations.seed,
            progress=lambda done, total: said("explanations", done, total),
        )
    return Evaluation(measured, systems["lianzhao"])


def train(
    judged: Mapping[str, JudgedFiles],
    companies: Path | Companies,
    embedder: Embedder,
    dictionary: Dictionary,
    scratch: Path,
    on: date,
    progress: StageProgress | None = None,
    in_use: Weights | None = None,
) -> Retrained:
    """Weights learned from judged sets over `companies`; the same files and day give the same weights.

    Where two sets grade the same pair, the later one counts. With `in_use`, the new weights are measured
    against those in use on every set. The index is built in `scratch`, which the caller removes.
    Raises JudgmentsInvalid, InvalidInput, and WeightsLose where the new weights lose.
    """
    said = progress or _silent
    sets = {name: read_judged_queries(files.queries, files.qrels) for name, files in judged.items()}
    together = _merged(sets.values())
    base = companies if isinstance(companies, Companies) else _companies_of(companies)
    _count_missing(base.profiles, {company for query in together for company in query.grades}, base.name)
    build_release(base.profiles, embedder, scratch, "training", progress=progress)
    release = load_release(scratch / "training", embedder)
    collected = collect_values(
        release, embedder, dictionary, together, lambda done, total: said("rank", done, total)
    )
    last = list(judged.values())[-1]
    data = {
        "queries": len(together),
        "judged_pairs": sum(len(query.grades) for query in together),
        "companies": len(base.profiles),
        "queries_sha256": _sha256(last.queries),
        "qrels_sha256": _sha256(last.qrels),
        "companies_sha256": base.sha256,
        "embedder": embedder.fingerprint,
        "dictionary": dictionary.version,
    }
    if len(judged) > 1:
        data["sets"] = {
            name: {"queries_sha256": _sha256(files.queries), "qrels_sha256": _sha256(files.qrels)}
            for name, files in judged.items()
        }
    trained = learn(collected, data, on.isoformat())
    if in_use is None:
        return Retrained(trained, {})
    new = weights_of(trained.weights, "new")
    tests = paired_tests(new, in_use, collected, sets)
    refuse_losers(tests, new, in_use)
    return Retrained(trained, tests)


def companies_in(session: Session) -> Companies:
    """The companies of the database."""
    return Companies(list(iterate_profiles(session)), "the database", company_snapshot(session))


def _merged(sets: Iterable[Sequence[JudgedQuery]]) -> list[JudgedQuery]:
    """Every query once, with the grades of all sets; the later set has the last word."""
    merged: dict[str, JudgedQuery] = {}
    for judged in sets:
        for query in judged:
            known = merged.get(query.id, query)
            if (known.title, known.need) != (query.title, query.need):
                raise InvalidInput(
                    f"query {query.id!r} is worded in two ways in the judged sets: give the second another id"
                )
            merged[query.id] = replace(query, grades={**known.grades, **query.grades})
    return list(merged.values())


def _companies_of(path: Path) -> Companies:
    return Companies(_profiles(path), path.name, _sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _profiles(path: Path) -> list[CompanyProfile]:
    profiles: dict[str, CompanyProfile] = {}
    for record in iterate_records(path):
        profiles.setdefault(record.external_id, profile_of_record(record))
    return list(profiles.values())


def _count_missing(profiles: list[CompanyProfile], judged: set[str], name: str) -> int:
    """How many judged companies are not among `profiles`. Raises InvalidInput when none is."""
    missing = judged - {profile.id for profile in profiles}
    if missing == judged:
        raise InvalidInput(
            f"{name}: none of the {len(judged)} judged companies is in it: the ids must be those of the qrels"
        )
    return len(missing)


def _silent(stage: str, done: int, total: int) -> None:
    """Nobody watches."""
