"""The shipped weights: learned with what is here, and learned again to the same bytes."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from matching import training
from matching.embedding import BUNDLED, open_embedder
from matching.engine import ENGINE_VERSION
from service.operations.evaluations import train
from service.readers.dictionaries import read_dictionary
from service.shipped import dictionary_paths, weights_path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
QUERIES, QRELS = SHARED / "eval" / "queries.jsonl", SHARED / "eval" / "qrels.tsv"
CORPUS = SHARED / "corpus" / "companies.jsonl"

needs_judgments = pytest.mark.skipif(
    not (QRELS.is_file() and CORPUS.is_file()),
    reason="the judged set is not here: put it at ../shared/eval and ../shared/corpus beside the repository",
)


@pytest.fixture(scope="module")
def card() -> dict[str, object]:
    known: dict[str, object] = json.loads(weights_path().read_text("utf-8"))["card"]
    return known


def test_they_were_learned_with_this_engine_and_these_settings(card: dict[str, object]) -> None:
    assert card["engine"] == ENGINE_VERSION, 'signals have changed: run "lianzhao train"'
    assert card["settings"] == {
        "folds": training.FOLDS,
        "seeds": list(training.SEEDS),
        "gains": training.GAINS.tolist(),
        "pieces": training.PIECES,
        "penalty": training.PENALTY,
        "unjudged": training.UNJUDGED,
    }


@needs_judgments
def test_they_were_learned_from_these_judgments(card: dict[str, dict[str, object]]) -> None:
    for name, path in (("queries", QUERIES), ("qrels", QRELS), ("companies", CORPUS)):
        assert card["data"][f"{name}_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest(), name


@needs_judgments
def test_they_are_learned_again_to_the_same_bytes(
    tmp_path: Path, card: dict[str, dict[str, object]], request: pytest.FixtureRequest
) -> None:
    home: Path | None = request.config.getoption("--learn-again")
    if home is None:
        pytest.skip(
            "takes ten minutes without kept vectors: --learn-again=FOLDER, a home with model and cache"
        )
    dictionary = read_dictionary(dictionary_paths())
    assert card["data"]["dictionary"] == dictionary.version, 'entries have changed: run "lianzhao train"'
    embedder = open_embedder(BUNDLED, models_folder=home / "models", cache_folder=home / "cache")
    day = date.fromisoformat(str(card["date"]))
    trained = train(QUERIES, QRELS, CORPUS, embedder, dictionary, tmp_path / "scratch", day)
    again = json.dumps(trained.weights, ensure_ascii=False, indent=1) + "\n"
    assert again == weights_path().read_text("utf-8")
