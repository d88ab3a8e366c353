"""From a company to the gaps that it could fill: each score is that of the gap's own match."""

from __future__ import annotations

import pytest

from matching.engine import Engine
from matching.errors import SaysNothing
from matching.records import CompanyProfile, Gap
from matching.reverse import GapMatcher, counts_key, profile_of_text
from tests.matching.bases import BY_ID, COMPANIES, COPPER_FOIL, TODAY

GAPS = (
    COPPER_FOIL,
    Gap("G2", "氧化铈、氧化镧", title="稀土氧化物"),
    Gap("G3", "核电阀门、闸阀"),
    Gap("G4", "中药饮片，用于大健康产业"),
)


@pytest.fixture(scope="module")
def matcher(engine: Engine) -> GapMatcher:
    return GapMatcher(engine, GAPS, {})


def test_a_company_of_the_base_has_the_scores_of_the_matches(engine: Engine, matcher: GapMatcher) -> None:
    for some in COMPANIES:
        fits = {fit.gap.id: fit.candidate.score_log_odds for fit in matcher.fits(some, today=TODAY)}
        assert len(fits) == len(GAPS)
        for gap in GAPS:
            known = dict(engine.rank_all(gap, limit=100))
            if some.id in known:
                assert fits[gap.id] == pytest.approx(known[some.id], abs=1e-6)


def test_the_gap_that_it_fills_comes_first_with_quotes(matcher: GapMatcher) -> None:
    first, *others = matcher.fits(BY_ID["C15"], today=TODAY)
    assert first.gap.id == "G2"
    assert first.candidate.rank == 1
    quotes = [e.quote for row in first.candidate.requirements for e in row.evidence]
    assert "氧化铈" in quotes
    assert [fit.candidate.rank for fit in others] == [2, 3, 4]
    scores = [fit.candidate.score_log_odds for fit in (first, *others)]
    assert scores == sorted(scores, reverse=True)


def test_a_text_is_a_company_of_its_own_whose_quotes_stand_in_it(matcher: GapMatcher) -> None:
    text = "我公司是专业的阀门企业，主要产品有核电阀门、闸阀、截止阀。"
    first = matcher.fits(profile_of_text(text), today=TODAY, limit=1)[0]
    assert first.gap.id == "G3"
    for row in first.candidate.requirements:
        for evidence in row.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote
    assert {row.status for row in first.candidate.requirements} == {"met"}


def test_what_nobody_seeks_fits_no_gap(matcher: GapMatcher) -> None:
    fits = matcher.fits(profile_of_text("婚庆摄影、儿童乐园、电影放映"), today=TODAY)
    assert {fit.candidate.band for fit in fits} == {"待核"}


def test_a_text_without_words_is_refused(matcher: GapMatcher) -> None:
    with pytest.raises(SaysNothing):
        matcher.fits(profile_of_text("。。。"), today=TODAY)
    with pytest.raises(SaysNothing):
        matcher.fits(CompanyProfile("Z", "无字"), today=TODAY)


def test_gaps_without_words_are_left_out(engine: Engine) -> None:
    assert len(GapMatcher(engine, (COPPER_FOIL, Gap("E", "  ")), {})) == 1


def test_counts_are_taken_where_known_and_kept_where_not(engine: Engine) -> None:
    counts: dict[str, list[int]] = {}
    told: list[tuple[int, int]] = []
    first = GapMatcher(engine, GAPS, counts, lambda done, total: told.append((done, total)))
    assert set(counts) == {counts_key(gap, engine) for gap in GAPS}
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    again = GapMatcher(engine, GAPS, counts, lambda done, total: told.append((done, total)))
    assert len(told) == 4  # nothing was counted
    one, two = (some.fits(BY_ID["C01"], today=TODAY) for some in (first, again))
    assert one == two


def test_another_wording_is_another_key(engine: Engine) -> None:
    assert counts_key(COPPER_FOIL, engine) != counts_key(Gap("G1", "高档电解铜箔"), engine)
