"""A company scored with some of its passages blanked."""

from __future__ import annotations

import numpy as np
import pytest

from matching.engine import Engine
from matching.masking import MaskedCompany, passages_of
from matching.records import Gap
from matching.scoring import score
from tests.matching.bases import BY_ID, COPPER_FOIL


def masked(engine: Engine, company_id: str, gap: Gap = COPPER_FOIL) -> MaskedCompany:
    ordinal = engine.release.companies.ordinal(company_id)
    return MaskedCompany(engine.prepare(gap), engine.release, engine.weights, ordinal)


@pytest.mark.parametrize("company_id", [some for some in BY_ID if some != "C09"])
def test_with_nothing_blanked_the_score_is_that_of_the_match(engine: Engine, company_id: str) -> None:
    ordinal = engine.release.companies.ordinal(company_id)
    scored = score(engine.prepare(COPPER_FOIL), engine.release, np.array([ordinal]), engine.weights)
    some = masked(engine, company_id)
    everything = np.ones(len(some.said.mentions), dtype=np.bool_)
    assert some.score(everything) == pytest.approx(float(scored.scores[0]), abs=1e-5)


def test_a_company_that_says_nothing_has_the_prior(engine: Engine) -> None:
    some = masked(engine, "C01")
    assert some.score(np.zeros(len(some.said.mentions), dtype=np.bool_)) == engine.weights.prior


def test_without_what_is_sought_the_score_falls_and_scoring_leaves_no_trace(engine: Engine) -> None:
    some = masked(engine, "C02")
    foil = np.array(["铜箔" in engine.release.phrases.texts[text] for text in some.said.text])
    everything = np.ones(len(foil), dtype=np.bool_)
    whole = some.score(everything)
    assert some.score(~foil) < whole - 1
    assert some.score(foil) > some.score(~foil) + 1
    assert some.score(everything) == whole


def test_an_industry_that_is_blanked_has_no_peers(engine: Engine) -> None:
    some = masked(engine, "C02")
    industry = np.array([engine.release.phrases.texts[text] == "铜箔" for text in some.said.text])
    assert industry.any()
    context = some._context(~industry)
    assert (
        context.release.companies.industry_leaf[context.companies[0]]
        != (engine.release.companies.industry_leaf[context.companies[0]])
    )


def test_a_quoted_text_is_held_wherever_it_stands(engine: Engine) -> None:
    release = engine.release
    said = passages_of(release, release.companies.ordinal("C02"))
    # 锂电铜箔 is a product and part of a longer clause: only the product is that text.
    held = said.holding([("product_names", 0, 4)], release)
    assert [release.phrases.texts[text] for text in said.text[held]] == ["锂电铜箔"]
    assert not said.holding([("product_names", 0, 3)], release).any()
    assert said.length[held].tolist() == [4]
