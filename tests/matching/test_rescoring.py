"""Scores of changed companies are those of a base in which they are really changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from matching.edits import only_spans, with_product, without_spans
from matching.embedding import HashingEmbedder
from matching.engine import Engine
from matching.records import CompanyProfile, Filters, Gap
from matching.rescoring import Rescoring, spans_for
from tests.matching.bases import BY_ID, COMPANIES, COPPER_FOIL, TODAY, build, company, shipped_weights

GAPS = (
    COPPER_FOIL,
    Gap("G3", "阀门铸件、铜箔生产设备；用于锂电池", title="阀门与铜箔"),
    Gap("G4", "氧化铈"),
)
EVERYBODY = Filters(include_delisted=True)
Edit = Callable[[CompanyProfile], CompanyProfile]


def scores(engine: Engine, gap: Gap) -> dict[str, float]:
    return dict(engine.rank_all(gap, limit=100))


def rebuilt(folder: Path, *companies: CompanyProfile, of: tuple[CompanyProfile, ...] = COMPANIES) -> Engine:
    """An engine over a base in which `companies` really are as given."""
    changed = {some.id: some for some in companies}
    whole = [changed.pop(some.id, some) for some in of] + list(changed.values())
    return Engine.open(build(folder, tuple(whole)), HashingEmbedder(), shipped_weights())


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.id)
def test_a_company_as_it_is_has_the_score_of_the_match(engine: Engine, gap: Gap) -> None:
    known = scores(engine, gap)
    rescoring = Rescoring(engine, gap)
    for some in COMPANIES:
        if some.id in known:
            assert rescoring.log_odds(some) == pytest.approx(known[some.id], abs=1e-6), some.name


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.id)
def test_rows_of_a_company_as_it_is_are_those_of_the_match(engine: Engine, gap: Gap) -> None:
    rescoring = Rescoring(engine, gap)
    for candidate in engine.match(gap, today=TODAY, limit=50).candidates:
        again = rescoring.explained(candidate.company, today=TODAY, rank=candidate.rank)
        assert [row.status for row in again.requirements] == [row.status for row in candidate.requirements]
        quoted = [[e.quote for e in row.evidence] for row in candidate.requirements]
        assert [[e.quote for e in row.evidence] for row in again.requirements] == quoted
        assert again.cautions == candidate.cautions
        assert again.unknowns == candidate.unknowns


# The mean length of a text is not moved for the others, which a company with an industry feels through its
# peers: at most so much in this base of 26, in one of thousands as many times less.
PEERS_BOUND = 2e-3
EDITS: dict[str, tuple[str, Edit]] = {
    "a product that nobody has": ("C21", lambda c: with_product(c, "高档电解铜箔卷材")),
    "a product that others have": ("C03", lambda c: with_product(c, "电解铜箔")),
    "a requirement of two": ("C17", lambda c: with_product(c, "铜箔生产设备")),
    "a company that said nothing": ("C09", lambda c: with_product(c, "氧化铈")),
    "a product less, which others have": ("C06", lambda c: without_spans(c, [("product_names", 0, 4)])),
    "a product less, which nobody else has": ("C01", lambda c: without_spans(c, [("product_names", 0, 6)])),
    "a sentence less": ("C01", lambda c: without_spans(c, [("description", 5, 11)])),
    "nothing but one clause": ("C14", lambda c: only_spans(c, [("description", 0, 8)])),
    "another text altogether": (
        "C20",
        lambda c: replace(c, texts={"description": "从事稀土分离，产品有氧化铈、氧化镨钕、阀门铸件。"}),
    ),
}


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.id)
@pytest.mark.parametrize("edit", EDITS)
def test_a_changed_company_scores_as_in_a_base_built_with_it(
    engine: Engine, tmp_path: Path, edit: str, gap: Gap
) -> None:
    company_id, change = EDITS[edit]
    changed = change(BY_ID[company_id])
    assert changed != BY_ID[company_id]
    really = scores(rebuilt(tmp_path, changed), gap)
    bound = PEERS_BOUND if changed.industry else 1e-6
    assert Rescoring(engine, gap).log_odds(changed) == pytest.approx(really[company_id], abs=bound)


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.id)
def test_a_company_that_the_base_has_not_scores_as_if_it_were_imported(
    engine: Engine, tmp_path: Path, gap: Gap
) -> None:
    stranger = company(
        "Z99", "新来材料", (("压延铜箔", 0.6), "氧化铈"), texts={"description": "产品用于锂电池。"}
    )
    really = scores(rebuilt(tmp_path, stranger), gap)
    assert Rescoring(engine, gap).log_odds(stranger) == pytest.approx(really["Z99"], abs=1e-6)


def test_nothing_of_the_base_is_changed_by_asking(engine: Engine) -> None:
    before = scores(engine, COPPER_FOIL)
    rescoring = Rescoring(engine, COPPER_FOIL)
    rescoring.log_odds(with_product(BY_ID["C21"], "电解铜箔"))
    rescoring.log_odds(company("Z99", "新来材料", ("电解铜箔",)))
    assert scores(engine, COPPER_FOIL) == before
    assert engine.release.companies.find("Z99") is None


def test_a_company_without_any_text_cannot_be_scored(engine: Engine) -> None:
    with pytest.raises(ValueError, match="no text"):
        Rescoring(engine, COPPER_FOIL).log_odds(CompanyProfile("Z", "无字"))


def test_the_places_that_speak_of_a_requirement_are_found(engine: Engine) -> None:
    rescoring = Rescoring(engine, COPPER_FOIL)
    scored = rescoring.scored(BY_ID["C06"])
    spans = spans_for(scored, 0, 0.5)
    texts = BY_ID["C06"].texts
    assert {texts[field][start:end] for field, start, end in spans} >= {"电解铜箔"}
    without = without_spans(BY_ID["C06"], [span for span in spans if span[0] != "full_name"])
    assert rescoring.log_odds(without) < float(scored.scores[0]) - 0.5
