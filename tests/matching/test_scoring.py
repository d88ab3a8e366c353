"""Strengths of passages and the sum in log-odds."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matching.embedding import HashingEmbedder
from matching.index.release import Release, load_release
from matching.query import Query, prepare_query
from matching.scoring import build_context, probability, score
from matching.signals import SIGNALS
from tests.matching.bases import build, company, gap, must, weights

EMBEDDER = HashingEmbedder()


@pytest.mark.parametrize(
    ("log_odds", "expected"),
    [(0.0, 0.5), (math.log(3), 0.75), (-math.log(3), 0.25), (800.0, 1.0), (-800.0, 0.0)],
)
def test_log_odds_become_probabilities_however_large(log_odds: float, expected: float) -> None:
    assert probability(log_odds) == pytest.approx(expected)


class TestStrength:
    """One company with a thing made, machines for it, and a name that says it."""

    @pytest.fixture
    def some(self, tmp_path: Path) -> Release:
        companies = (company("A", "铜箔公司", ("铜箔", "铜箔设备")), company("B", "乙乙", ("阀门",)))
        return load_release(build(tmp_path, companies), EMBEDDER)

    @staticmethod
    def strengths(release: Release, text: str, z: float, coverage: float) -> dict[tuple[str, str], float]:
        """(field, passage) → strength, where every passage lies `z` spreads up and has this coverage."""
        query: Query = prepare_query(gap(must(text)), release, EMBEDDER)
        texts = np.arange(len(release.relation))
        cosines = release.store.vectors(texts) @ query.vectors[0]
        # No one mean puts every passage z spreads up: they are taken in turn.
        found: dict[tuple[str, str], float] = {}
        for ordinal in range(len(release.relation)):
            fixed = replace(
                query,
                cosine_mean=np.array([cosines[ordinal] - z], dtype=np.float32),
                cosine_spread=np.ones(1, dtype=np.float32),
                coverage=(np.full(len(texts), coverage, dtype=np.float32),),
            )
            context = build_context(fixed, release, np.array([0]))
            profile = release.companies.get(0)
            for row, mention in enumerate(context.mentions):
                if release.mentions.text[mention] == ordinal:
                    field = ("product_names", "full_name")[int(release.mentions.field[mention] != 0)]
                    start, end = release.mentions.start[mention], release.mentions.end[mention]
                    found[field, profile.texts[field][start:end]] = float(context.strengths[row, 0])
        return found

    def test_likeness_is_half_characters_and_half_meaning(self, some: Release) -> None:
        # Meaning runs from 0 at 2 spreads to 1 at 7: 4.5 is half way. 阀门 does not stand in it.
        found = self.strengths(some, "阀门", 4.5, 0.6)
        assert found["product_names", "铜箔"] == pytest.approx(0.55, abs=1e-5)

    @pytest.mark.parametrize(("z", "meaning"), [(1.0, 0.0), (2.0, 0.0), (7.0, 1.0), (9.0, 1.0)])
    def test_meaning_stays_between_0_and_1(self, some: Release, z: float, meaning: float) -> None:
        strength = self.strengths(some, "阀门", z, 0.0)["product_names", "铜箔"]
        assert strength == pytest.approx(0.5 * meaning, abs=1e-5)

    def test_likeness_without_the_thing_itself_is_never_certain(self, some: Release) -> None:
        assert self.strengths(some, "阀门", 9.0, 1.0)["product_names", "铜箔"] == pytest.approx(0.7)

    def test_the_thing_itself_needs_no_likeness(self, some: Release) -> None:
        assert self.strengths(some, "铜箔", 0.0, 0.0)["product_names", "铜箔"] == pytest.approx(1.0)

    def test_machines_for_a_thing_count_less_than_the_thing(self, some: Release) -> None:
        found = self.strengths(some, "铜箔", 0.0, 0.0)
        assert found["product_names", "铜箔设备"] == pytest.approx(0.4)

    def test_who_seeks_machines_finds_them_whole(self, some: Release) -> None:
        assert self.strengths(some, "铜箔设备", 0.0, 0.0)["product_names", "铜箔设备"] == pytest.approx(1.0)

    def test_a_name_says_what_a_company_was_founded_for(self, some: Release) -> None:
        assert self.strengths(some, "铜箔", 7.0, 1.0)["full_name", "铜箔公司"] == pytest.approx(0.6)


class TestSum:
    def test_a_score_is_the_prior_and_every_weighed_signal(self, release: Release) -> None:
        some = weights(prior=-2.0, word_agreement=3.0, excluded_product=-4.0)
        query = prepare_query(gap(must("电解铜箔"), must("铜箔贸易", level="must_not")), release, EMBEDDER)
        scored = score(query, release, np.arange(len(release.companies)), some)
        by_hand = -2.0 + sum(some.weights[name] * scored.signals[name].values for name in SIGNALS)
        assert scored.scores == pytest.approx(by_hand, abs=1e-12)
        assert np.isfinite(scored.scores).all()

    def test_what_is_but_like_the_excluded_thing_is_not_excluded(self, release: Release) -> None:
        some = weights(excluded_product=-4.0)
        query = prepare_query(gap(must("阀门"), must("高档电解铜箔板", level="must_not")), release, EMBEDDER)
        assert query.coverage[1].max() > 0.1
        scored = score(query, release, np.arange(len(release.companies)), some)
        assert not scored.signals["excluded_product"].values.any()

    def test_without_any_weight_all_have_the_prior(self, release: Release) -> None:
        nothing = weights(prior=-1.5, **dict.fromkeys(SIGNALS, 0.0))
        query = prepare_query(gap(must("电解铜箔")), release, EMBEDDER)
        assert set(score(query, release, np.arange(5), nothing).scores.tolist()) == {-1.5}

    def test_nobody_to_score_has_no_scores(self, release: Release) -> None:
        query = prepare_query(gap(must("电解铜箔")), release, EMBEDDER)
        assert score(query, release, np.zeros(0, dtype=np.int64), weights()).scores.shape == (0,)

    def test_a_company_is_scored_alike_whoever_is_scored_beside(self, release: Release) -> None:
        query = prepare_query(gap(must("电解铜箔")), release, EMBEDDER)
        everyone = score(query, release, np.arange(len(release.companies)), weights()).scores
        some = np.array([0, 5, 20])
        assert score(query, release, some, weights()).scores == pytest.approx(everyone[some], abs=1e-6)

    def test_each_company_has_its_own_passages(self, release: Release) -> None:
        query = prepare_query(gap(must("电解铜箔")), release, EMBEDDER)
        context = build_context(query, release, np.array([2, 0, 25]))
        lengths = np.diff([*context.starts, len(context.mentions)])
        assert lengths.tolist() == [
            int(release.mentions.starts[i + 1] - release.mentions.starts[i]) for i in (2, 0, 25)
        ]
        for place, ordinal in enumerate((2, 0, 25)):
            assert context.mentions[context.starts[place]] == release.mentions.starts[ordinal]
            rows = slice(context.starts[place], context.starts[place] + lengths[place])
            assert context.best[place].tolist() == context.strengths[rows].max(axis=0).tolist()
