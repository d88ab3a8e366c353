"""What holds for any gap, any filters, any company beside."""

from __future__ import annotations

import math
import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from matching.embedding import HashingEmbedder
from matching.engine import Engine
from matching.explanation import MET, PARTIAL, QUOTED
from matching.records import Candidate, Filters, Gap
from tests.matching.bases import COMPANIES, COPPER_FOIL, TODAY, build, company, shipped_weights
from tests.properties.strategies import filters as any_filters
from tests.properties.strategies import gaps

OPEN = Filters(include_delisted=True)


def candidates(engine: Engine, gap: Gap, filters: Filters = OPEN) -> tuple[Candidate, ...]:
    return engine.match(gap, today=TODAY, limit=100, filters=filters).candidates


@given(gap=gaps)
def test_contributions_add_up_to_the_score(engine: Engine, gap: Gap) -> None:
    for candidate in candidates(engine, gap):
        assert math.isfinite(candidate.score_log_odds)
        total = candidate.prior + sum(row.contribution for row in candidate.contributions)
        assert abs(total - candidate.score_log_odds) <= 1e-9
        for row in candidate.contributions:
            assert row.contribution == row.weight * row.value
            assert -1e-9 <= row.value <= 1 + 1e-6
            assert not (row.missing and row.value)


@given(gap=gaps)
def test_probability_and_band_are_those_of_the_score(engine: Engine, gap: Gap) -> None:
    for candidate in candidates(engine, gap):
        assert math.isclose(
            candidate.probability, 1 / (1 + math.exp(-candidate.score_log_odds)), rel_tol=1e-9
        )
        musts = [row.status for row in candidate.requirements if row.level == "must"]
        by_probability = engine.weights.band(candidate.probability)
        doubtful = by_probability == "A" and musts and "met" not in musts
        assert candidate.band == ("B" if doubtful else by_probability)


@given(gap=gaps)
def test_bands_are_counted_as_they_are_shown(engine: Engine, gap: Gap) -> None:
    shown = engine.match(gap, today=TODAY, limit=100, filters=OPEN, count_facets=True)
    assert shown.bands is not None
    for band, count in shown.bands.items():
        assert count == sum(candidate.band == band for candidate in shown.candidates)


@given(gap=gaps)
def test_every_quote_is_letter_by_letter_in_the_text(engine: Engine, gap: Gap) -> None:
    for candidate in candidates(engine, gap):
        for row in candidate.requirements:
            for evidence in row.evidence:
                text = candidate.company.texts[evidence.field]
                assert text[evidence.start : evidence.end] == evidence.quote
                assert QUOTED <= evidence.similarity_0_1 <= row.match_0_1
                assert all(0 <= start < end <= len(evidence.quote) for start, end in evidence.marks)


@given(gap=gaps)
def test_statuses_follow_the_strength_and_what_is_met_is_quoted(engine: Engine, gap: Gap) -> None:
    for candidate in candidates(engine, gap):
        for row in candidate.requirements:
            if row.match_0_1 >= PARTIAL:
                assert row.status == ("met" if row.match_0_1 >= MET else "partial")
                assert row.evidence
            else:
                assert row.status in ("unmet", "unknown")


@given(gap=gaps)
def test_every_requirement_has_a_row_in_its_order(engine: Engine, gap: Gap) -> None:
    result = engine.match(gap, today=TODAY, limit=100)
    asked = [(requirement.id, requirement.text) for requirement in result.requirements]
    assert all([(row.id, row.text) for row in some.requirements] == asked for some in result.candidates)


@given(gap=gaps, filters=any_filters)
def test_filters_never_let_an_excluded_company_through(engine: Engine, gap: Gap, filters: Filters) -> None:
    for candidate in candidates(engine, gap, filters):
        some = candidate.company
        assert not filters.provinces or some.province in filters.provinces
        assert some.province not in filters.exclude_provinces
        assert not filters.listed_only or (some.stock_code and some.status != "delisted")
        assert filters.include_delisted or some.status != "delisted"
        if filters.min_employees is not None and some.employees is not None:
            assert some.employees >= filters.min_employees


@given(gap=gaps, filters=any_filters)
def test_a_filter_takes_away_and_adds_nobody(engine: Engine, gap: Gap, filters: Filters) -> None:
    free = {some.company.id: some.score_log_odds for some in candidates(engine, gap)}
    for candidate in candidates(engine, gap, filters):
        assert math.isclose(free[candidate.company.id], candidate.score_log_odds, rel_tol=1e-6, abs_tol=1e-6)


@given(gap=gaps, filters=any_filters)
def test_the_same_receipt_gives_the_same_ranks(engine: Engine, gap: Gap, filters: Filters) -> None:
    first = engine.match(gap, today=TODAY, limit=100, filters=filters)
    second = engine.match(gap, today=TODAY, limit=100, filters=filters)
    assert first.receipt == second.receipt
    assert first == second


@given(gap=gaps)
def test_nobody_stands_twice_and_scores_fall(engine: Engine, gap: Gap) -> None:
    ranked = candidates(engine, gap)
    assert len({some.company.id for some in ranked}) == len(ranked)
    assert [some.rank for some in ranked] == list(range(1, len(ranked) + 1))
    rounded = [round(some.score_log_odds, 9) for some in ranked]
    assert all(before >= after - 1e-9 for before, after in pairwise(rounded))


@settings(max_examples=15)
@given(
    products=st.lists(
        st.text(alphabet="bcdfghjklmnpqrstvwxz", min_size=3, max_size=12), min_size=1, max_size=4
    )
)
def test_a_company_of_another_trade_changes_no_status_and_comes_before_nobody(
    engine: Engine, products: list[str]
) -> None:
    stranger = company("X", "Stranger", tuple(products), province="新疆")
    with tempfile.TemporaryDirectory() as folder:
        wider = Engine.open(build(Path(folder), (*COMPANIES, stranger)), HashingEmbedder(), shipped_weights())
        before, after = candidates(engine, COPPER_FOIL), candidates(wider, COPPER_FOIL)
    statuses = {some.company.id: [row.status for row in some.requirements] for some in before}
    seen = {some.company.id: [row.status for row in some.requirements] for some in after}
    assert {company_id: seen[company_id] for company_id in statuses} == statuses
    # Of those that make nothing of it, two may change places: how rare a word is depends on the base.
    assert [some.company.id for some in after[:5]] == [some.company.id for some in before[:5]]
