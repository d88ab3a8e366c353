"""Whether explanations quote what the score stands on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matching.embedding import HashingEmbedder
from matching.engine import Engine
from matching.faithfulness import Comparison, _drawn, compare, measure_explanations, quotes_of
from matching.judgments import JudgedQuery
from matching.masking import MaskedCompany
from matching.records import Candidate
from tests.matching.bases import COPPER_FOIL, TODAY, build, company, shipped_weights

QUERIES = (
    JudgedQuery("Q1", "铜", "电解铜箔", "高档电解铜箔", {"C01": 3}),
    JudgedQuery("Q2", "稀土", "稀土氧化物", "氧化镧、氧化铈", {"C14": 3}),
)


def shown(engine: Engine, company_id: str) -> Candidate:
    found = engine.match(COPPER_FOIL, today=TODAY, limit=100).candidates
    return next(some for some in found if some.company.id == company_id)


def random(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_quotes_of_a_company_of_many_words_are_what_its_score_stands_on(engine: Engine) -> None:
    found = compare(engine, engine.prepare(COPPER_FOIL), shown(engine, "C01"), random())
    assert isinstance(found, Comparison)
    assert found.is_comprehensive
    assert found.is_sufficient
    assert found.without < found.random_without < found.whole + 0.5
    assert found.only > found.random_only


def test_a_company_that_says_one_thing_is_not_compared(tmp_path: Path) -> None:
    companies = (company("A", "甲", ("电解铜箔",), full_name=""), company("B", "乙", ("球阀", "闸阀")))
    engine = Engine.open(build(tmp_path, companies), HashingEmbedder(), shipped_weights())
    found = compare(engine, engine.prepare(COPPER_FOIL), shown(engine, "A"), random())
    assert found == "nothing else to draw"


def test_a_candidate_without_quotes_is_told_apart(engine: Engine) -> None:
    some = shown(engine, "C01")
    bare = replace(
        some,
        requirements=tuple(replace(row, evidence=()) for row in some.requirements),
        contributions=tuple(replace(row, evidence=()) for row in some.contributions),
    )
    assert compare(engine, engine.prepare(COPPER_FOIL), bare, random()) == "nothing quoted"


def test_random_passages_are_as_long_as_the_quotes_and_none_of_them(engine: Engine) -> None:
    some = shown(engine, "C01")
    ordinal = engine.release.companies.ordinal("C01")
    masked = MaskedCompany(engine.prepare(COPPER_FOIL), engine.release, engine.weights, ordinal)
    quoted = masked.said.holding({(e.field, e.start, e.end) for e in quotes_of(some)}, engine.release)
    wanted = masked.said.length[quoted].sum()
    for seed in range(10):
        drawn = _drawn(masked, quoted, random(seed))
        if drawn is not None:
            assert not (drawn & quoted).any()
            assert masked.said.length[drawn].sum() >= wanted - masked.said.length.max()


def test_only_a_fall_beyond_rounding_beats_random() -> None:
    same = Comparison("Q", "C", 1, 1.0, without=0.2, only=0.5, random_without=0.2, random_only=0.5)
    assert not same.is_comprehensive
    assert not same.is_sufficient
    better = replace(same, without=0.1, only=0.6)
    assert better.is_comprehensive
    assert better.is_sufficient


def test_report_is_the_same_for_the_same_seed_and_resolves_every_statement(engine: Engine) -> None:
    first, second = (measure_explanations(engine, QUERIES, today=TODAY, sample=6, seed=3) for _ in range(2))
    assert first == second
    assert (first["explained"], first["sampled"]) == (20, 6)
    apart = first["not_comparable"]
    assert first["compared"] + apart["nothing_quoted"] + apart["nothing_else_to_draw"] == 6
    assert first["statements"]["resolved"] == first["statements"]["total"] > 400
    assert first["statements"]["unresolved"] == []
    assert first["beats_random_share"].keys() == {"comprehensiveness", "sufficiency", "both"}


def test_all_are_scored_again_when_no_sample_is_asked(engine: Engine) -> None:
    seen: list[tuple[int, int]] = []
    measured = measure_explanations(
        engine, QUERIES[:1], today=TODAY, sample=0, progress=lambda *at: seen.append(at)
    )
    assert measured["sampled"] == measured["explained"] == 10
    assert seen[-1] == (10, 10)
    beaten = measured["beats_random_share"]
    assert beaten["sufficiency"] == pytest.approx(1.0)
