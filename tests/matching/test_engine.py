"""A gap in, ranked and explained candidates out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from matching.embedding import HashingEmbedder
from matching.engine import Engine
from matching.errors import EmptyNeed, IndexMissing
from matching.records import Candidate, Filters, Gap, MatchResult
from tests.matching.bases import (
    BY_ID,
    COMPANIES,
    COPPER_FOIL,
    NOBODY_MAKES,
    RELEASE,
    TODAY,
    build,
    company,
    gap,
    must,
    shipped_weights,
)


def match(engine: Engine, some: Gap = COPPER_FOIL, **how: object) -> MatchResult:
    return engine.match(some, today=TODAY, **how)  # type: ignore[arg-type]


def ids(result: MatchResult) -> list[str]:
    return [candidate.company.id for candidate in result.candidates]


def candidate(result: MatchResult, company_id: str) -> Candidate:
    (found,) = (some for some in result.candidates if some.company.id == company_id)
    return found


def cautions(result: MatchResult, company_id: str) -> list[str]:
    return [remark.code for remark in candidate(result, company_id).cautions]


@pytest.fixture
def opened(tmp_path: Path) -> Engine:
    """An engine over three companies that are alike but for their ids, and one of another trade."""
    alike = (
        company(i, f"{name}公司", (("氧化铈", 0.5),)) for i, name in (("C", "丙"), ("A", "甲"), ("B", "乙"))
    )
    return Engine.open(
        build(tmp_path, (*alike, company("D", "丁公司", ("软件",)))), HashingEmbedder(), shipped_weights()
    )


class TestRanking:
    def test_the_makers_come_first(self, engine: Engine) -> None:
        result = match(engine)
        assert set(ids(result)[:3]) == {"C01", "C06", "C08"}
        assert candidate(result, "C01").band == "A"
        assert ids(match(engine, Gap("G", "氧化铈")))[0] == "C15"
        assert ids(match(engine, Gap("G", "核电阀门")))[0] == "C18"

    def test_traders_and_machine_makers_stand_behind_the_makers(self, engine: Engine) -> None:
        order = ids(match(engine, Gap("G", "锂电池隔膜")))
        assert order.index("C12") < order.index("C13")
        order = ids(match(engine, Gap("G", "电解铜箔")))
        assert order.index("C06") < order.index("C05")

    def test_ranks_count_from_one_and_scores_fall(self, engine: Engine) -> None:
        result = match(engine)
        assert [c.rank for c in result.candidates] == list(range(1, len(result.candidates) + 1))
        scores = [c.score_log_odds for c in result.candidates]
        assert scores == sorted(scores, reverse=True)

    def test_pages_join_without_a_seam(self, engine: Engine) -> None:
        whole = match(engine, limit=10).candidates
        pages = [*match(engine, limit=4).candidates, *match(engine, limit=6, offset=4).candidates]
        assert pages == list(whole)

    def test_a_page_beyond_the_end_is_empty(self, engine: Engine) -> None:
        assert match(engine, offset=1000).candidates == ()
        assert match(engine, limit=0).candidates == ()

    def test_ties_are_broken_by_id(self, opened: Engine) -> None:
        result = match(opened, Gap("G", "氧化铈"))
        assert ids(result)[:3] == ["A", "B", "C"]
        assert len({c.score_log_odds for c in result.candidates[:3]}) == 1

    def test_what_each_side_found_is_told(self, engine: Engine) -> None:
        result = match(engine, Gap("G", "氧化铈"))
        best = candidate(result, "C15")
        assert (best.lexical_rank, best.dense_rank) == (1, 1)
        # Never named by the words of the need: no lexical rank.
        assert candidate(match(engine, Gap("G", "氧化铈"), limit=30), "C21").lexical_rank is None

    def test_how_many_were_considered_is_told(self, engine: Engine) -> None:
        result = match(engine, limit=3)
        assert result.company_count == 26
        assert 20 <= result.considered <= 25  # one is delisted

    def test_ranking_all_gives_the_same_order_and_scores(self, engine: Engine) -> None:
        result = match(engine, filters=Filters(include_delisted=True), limit=30)
        assert engine.rank_all(COPPER_FOIL, limit=30) == [
            (c.company.id, pytest.approx(c.score_log_odds, abs=1e-9)) for c in result.candidates
        ]


class TestNobodySuitable:
    def test_what_nobody_makes_finds_nobody_suitable(self, engine: Engine) -> None:
        result = match(engine, NOBODY_MAKES)
        assert {c.band for c in result.candidates} <= {"待核"}
        assert {row.status for c in result.candidates for row in c.requirements} <= {"unmet", "unknown"}

    def test_a_common_word_alone_makes_nobody_suitable(self, engine: Engine) -> None:
        result = match(engine, Gap("G", "航空发动机叶片设备"))
        assert {row.status for c in result.candidates for row in c.requirements} <= {"unmet", "unknown"}
        assert {c.band for c in result.candidates} <= {"待核"}

    def test_a_need_without_words_is_refused(self, engine: Engine) -> None:
        with pytest.raises(EmptyNeed):
            match(engine, Gap("G", "  "))

    def test_an_empty_base_has_no_candidates(self, tmp_path: Path) -> None:
        empty = Engine.open(build(tmp_path, ()), HashingEmbedder(), shipped_weights())
        result = match(empty)
        assert (result.candidates, result.considered, result.company_count) == ((), 0, 0)

    @pytest.mark.parametrize("store", ["exact", "faiss"])
    def test_filters_that_nobody_passes_leave_nobody(self, tmp_path: Path, store: str) -> None:
        some = Engine.open(build(tmp_path, store=store), HashingEmbedder(), shipped_weights())
        result = match(some, filters=Filters(provinces=("西藏",)))
        assert (result.candidates, result.considered) == ((), 0)

    def test_an_engine_without_a_release_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(IndexMissing):
            Engine.open(tmp_path / RELEASE, HashingEmbedder(), shipped_weights())


class TestFilters:
    def test_the_delisted_are_left_out_unless_asked_for(self, engine: Engine) -> None:
        assert "C07" not in ids(match(engine, limit=50))
        kept = match(engine, filters=Filters(include_delisted=True))
        assert cautions(kept, "C07") == ["delisted"]

    def test_provinces_are_asked_for_and_left_out(self, engine: Engine) -> None:
        only = match(engine, filters=Filters(provinces=("江西", "广东")), limit=50)
        assert {c.company.province for c in only.candidates} == {"江西", "广东"}
        without = match(engine, filters=Filters(exclude_provinces=("甘肃",)), limit=50)
        assert "C06" not in ids(without)
        assert "C01" in ids(without)

    def test_listed_companies_only(self, engine: Engine) -> None:
        assert set(ids(match(engine, filters=Filters(listed_only=True), limit=50))) == {"C01", "C08"}

    def test_a_filter_does_not_change_the_score_of_those_it_lets_through(self, engine: Engine) -> None:
        free = match(engine, limit=50)
        filtered = match(engine, filters=Filters(exclude_provinces=("甘肃", "江西")), limit=50)
        scores = {c.company.id: c.score_log_odds for c in free.candidates}
        assert all(scores[c.company.id] == pytest.approx(c.score_log_odds) for c in filtered.candidates)

    def test_who_is_at_home_stays_with_a_caution(self, engine: Engine) -> None:
        result = match(engine, replace(COPPER_FOIL, home_province="甘肃"))
        assert cautions(result, "C06") == ["in_home_province"]
        assert cautions(result, "C01") == []


class TestExclusions:
    GAP = gap(must("电解铜箔"), must("铜箔贸易", level="must_not"))

    def test_what_is_excluded_costs_and_is_told(self, engine: Engine) -> None:
        free, excluding = match(engine, gap(must("电解铜箔"))), match(engine, self.GAP)
        assert candidate(excluding, "C05").score_log_odds < candidate(free, "C05").score_log_odds - 1
        assert "excluded_product" in cautions(excluding, "C05")
        assert "excluded_product" not in cautions(excluding, "C06")

    def test_who_does_not_do_it_loses_nothing(self, engine: Engine) -> None:
        free, excluding = match(engine, gap(must("电解铜箔"))), match(engine, self.GAP)
        lost = {
            c.signal: c.contribution
            for c in candidate(excluding, "C06").contributions
            if c.signal == "excluded_product"
        }
        assert lost == {"excluded_product": 0.0}
        assert candidate(excluding, "C06").score_log_odds == pytest.approx(
            candidate(free, "C06").score_log_odds, abs=0.2
        )

    def test_a_gap_that_only_excludes_can_be_matched(self, engine: Engine) -> None:
        result = match(engine, gap(must("电解铜箔", level="must_not"), need="铜箔"))
        assert {row.level for c in result.candidates for row in c.requirements} == {"must_not"}

    def test_weights_of_zero_can_be_matched(self, engine: Engine) -> None:
        result = match(engine, gap(must("电解铜箔", weight=0.0)))
        assert ids(result)


class TestReceipt:
    def test_it_names_all_that_made_the_ranks(self, engine: Engine) -> None:
        receipt = dict(match(engine, replace(COPPER_FOIL, version=3)).receipt)
        assert len(receipt.pop("asked_sha256")) == 64
        assert receipt == {
            "gap": "G1",
            "gap_version": 3,
            "index_release": RELEASE,
            "company_snapshot": "test-1",
            "embedder": "hashing-v1-512",
            "weights": shipped_weights().version,
            "dictionary": "none",
            "engine": "3",
            "code_version": "0",
            "depth": 400,
            "as_of": "2026-06-01",
        }

    def test_the_same_question_has_the_same_receipt_on_every_page(self, engine: Engine) -> None:
        assert match(engine, limit=3).receipt == match(engine, limit=7, offset=2).receipt

    @pytest.mark.parametrize(
        ("other", "filters"),
        [
            (replace(COPPER_FOIL, need="电解铜箔"), Filters()),
            (replace(COPPER_FOIL, title="铜箔"), Filters()),
            (replace(COPPER_FOIL, home_province="甘肃"), Filters()),
            (replace(COPPER_FOIL, requirements=(must("铜箔"),)), Filters()),
            (COPPER_FOIL, Filters(listed_only=True)),
        ],
    )
    def test_another_question_has_another_receipt(self, engine: Engine, other: Gap, filters: Filters) -> None:
        asked = match(engine).receipt["asked_sha256"]
        assert match(engine, other, filters=filters).receipt["asked_sha256"] != asked

    def test_a_free_need_has_no_gap_in_its_receipt(self, engine: Engine) -> None:
        assert match(engine, Gap("", "铜箔")).receipt["gap"] is None

    def test_a_release_built_again_gives_the_same_answer(self, engine: Engine, tmp_path: Path) -> None:
        again = Engine.open(build(tmp_path), HashingEmbedder(), shipped_weights())
        assert match(again, limit=50) == match(engine, limit=50)

    def test_the_order_of_the_companies_changes_no_rank(self, engine: Engine, tmp_path: Path) -> None:
        turned = Engine.open(build(tmp_path, COMPANIES[::-1]), HashingEmbedder(), shipped_weights())
        assert ids(match(turned, limit=10)) == ids(match(engine, limit=10))


class TestThreads:
    def test_many_threads_get_what_one_gets(self, engine: Engine) -> None:
        gaps = [
            Gap(f"G{n}", need)
            for n, need in enumerate(["电解铜箔", "氧化铈", "核电阀门", "马铃薯全粉", "软件"])
        ]
        alone = [match(engine, some, limit=30) for some in gaps]
        with ThreadPoolExecutor(max_workers=2) as pool:
            together = list(pool.map(lambda some: match(engine, some, limit=30), gaps * 8))
        assert together == alone * 8

    def test_an_engine_of_faiss_may_be_shared_from_the_first_match(self, tmp_path: Path) -> None:
        folder = build(tmp_path, store="faiss")
        alone = match(Engine.open(folder, HashingEmbedder(), shipped_weights()), limit=30)
        shared = Engine.open(folder, HashingEmbedder(), shipped_weights())
        with ThreadPoolExecutor(max_workers=2) as pool:
            assert list(pool.map(lambda _: match(shared, limit=30), range(8))) == [alone] * 8


def test_both_stores_give_the_same_ranks(engine: Engine, tmp_path: Path) -> None:
    faiss = Engine.open(build(tmp_path, store="faiss"), HashingEmbedder(), shipped_weights())
    assert ids(match(faiss, limit=5)) == ids(match(engine, limit=5))


def test_the_day_of_asking_decides_what_is_stale(engine: Engine) -> None:
    asked = Gap("G", "饲草收获机")
    old = engine.match(asked, today=date(2026, 6, 1), limit=1).candidates[0]
    new = engine.match(asked, today=date(2022, 6, 1), limit=1).candidates[0]
    assert old.company == BY_ID["C26"] == new.company
    assert [r.code for r in old.cautions] == ["stale_data"]
    assert [r.code for r in new.cautions] == []
    assert old.score_log_odds == new.score_log_odds
