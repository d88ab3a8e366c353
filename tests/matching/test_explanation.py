"""The reasons beside a score: statuses, quotes, cautions, unknowns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matching.embedding import HashingEmbedder
from matching.explanation import MET, MINOR_FACTS, PARTIAL, QUOTED, explain
from matching.index.release import load_release
from matching.query import prepare_query
from matching.records import Candidate, CompanyProfile, Gap, Requirement
from matching.scoring import score
from tests.matching.bases import TODAY, build, company, gap, must, weights

EMBEDDER = HashingEmbedder()
OPEN: dict[str, Any] = {
    "uscc": "91330000000000000X",
    "ownership": "private",
    "employees": 10,
    "province": "浙江",
    "data_year": 2025,
    "texts": {"description": "公司成立多年，员工都很好。"},
}


def explained(
    folder: Path,
    some: CompanyProfile,
    asked: Gap | Requirement,
    strengths: list[float] | list[list[float]],
    today: date = TODAY,
) -> Candidate:
    """`some` explained, its passages agreeing with the requirements as given: products, prose, then its name.

    `strengths`: a row a passage; rows that are not given are 0.
    """
    asked = gap(asked) if isinstance(asked, Requirement) else asked
    release = load_release(build(folder, (some, company("Z", "别家", ("别物",)))), EMBEDDER)
    scored = score(prepare_query(asked, release, EMBEDDER), release, np.array([0]), weights())
    rows = np.zeros_like(scored.context.strengths)
    for row, given in enumerate(strengths):
        rows[row] = given
    context = replace(scored.context, strengths=rows, best=rows.max(axis=0, keepdims=True))
    return explain(replace(scored, context=context), weights(), 0, 1, today)


def codes(candidate: Candidate) -> list[str]:
    return [remark.code for remark in candidate.cautions]


def unknown_codes(candidate: Candidate) -> list[str]:
    """What is asked first; what only completes the file left out."""
    return [remark.code for remark in candidate.unknowns if remark.code not in MINOR_FACTS]


class TestStatus:
    @pytest.mark.parametrize(
        ("strength", "status"),
        [
            (1.0, "met"),
            (MET, "met"),
            (MET - 0.01, "partial"),
            (PARTIAL, "partial"),
            (PARTIAL - 0.01, "unmet"),
        ],
    )
    def test_agreement_of_the_best_passage_decides(
        self, tmp_path: Path, strength: float, status: str
    ) -> None:
        talkative = company("A", "甲公司", ("铜箔", "铜管", "铜杆"), **OPEN)
        (row,) = explained(tmp_path, talkative, must("铜箔"), [0.1, strength]).requirements
        assert (row.status, row.match_0_1) == (status, pytest.approx(strength))

    @pytest.mark.parametrize(
        ("asked", "status", "questions"),
        [("超微细电磁线", "partial", 1), ("高档电磁线", "met", 1), ("电磁线", "met", 0)],
    )
    def test_a_thing_without_its_grade_is_met_in_part_and_asked_for(
        self, tmp_path: Path, asked: str, status: str, questions: int
    ) -> None:
        some = company("A", "甲公司", ("电磁线", "铜管", "铜杆"), **OPEN)
        found = explained(tmp_path, some, must(asked), [1.0])
        assert [row.status for row in found.requirements] == [status]
        assert unknown_codes(found).count("grade") == questions

    @pytest.mark.parametrize(("strength", "band"), [(1.0, "A"), (MET - 0.01, "B")])
    def test_the_best_band_needs_a_core_requirement_met(
        self, tmp_path: Path, strength: float, band: str
    ) -> None:
        some = company("A", "甲公司", ("电磁线", "铜管", "铜杆"), **OPEN)
        sure = replace(weights(), prior=9.0)
        release = load_release(build(tmp_path, (some, company("Z", "别家", ("别物",)))), EMBEDDER)
        scored = score(prepare_query(gap(must("电磁线")), release, EMBEDDER), release, np.array([0]), sure)
        rows = np.full_like(scored.context.strengths, strength)
        context = replace(scored.context, strengths=rows, best=rows.max(axis=0, keepdims=True))
        assert explain(replace(scored, context=context), sure, 0, 1, TODAY).band == band

    def test_silence_of_a_company_that_says_little_is_no_no(self, tmp_path: Path) -> None:
        (row,) = explained(tmp_path, company("A", "甲公司", ("铜管", "铜杆")), must("铜箔"), []).requirements
        assert row.status == "unknown"

    @pytest.mark.parametrize("field", ["description", "business_scope", "technologies"])
    def test_silence_beside_no_list_of_products_is_no_no(self, tmp_path: Path, field: str) -> None:
        telling = company("A", "甲公司", texts={field: "公司生产铜管，供应各地，成立多年，员工众多"})
        (row,) = explained(tmp_path, telling, must("铜箔"), []).requirements
        assert row.status == "unknown"

    def test_name_and_industry_are_not_counted_as_saying_something(self, tmp_path: Path) -> None:
        naming = company("A", "甲公司", ("铜管", "铜杆"), industry="有色金属/铜加工/铜管")
        (row,) = explained(tmp_path, naming, must("铜箔"), []).requirements
        assert row.status == "unknown"

    @pytest.mark.parametrize(
        ("facet", "status"),
        [
            ("product", "unmet"),
            ("process", "unmet"),
            ("technology", "unknown"),
            ("capability", "unknown"),
            ("condition", "unknown"),
        ],
    )
    def test_silence_is_a_no_for_what_companies_list(self, tmp_path: Path, facet: Any, status: str) -> None:
        talkative = company("A", "甲公司", ("铜管", "铜杆", "铜排"))
        (row,) = explained(tmp_path, talkative, must("铜箔", facet=facet), []).requirements
        assert row.status == status

    def test_rows_stand_in_the_order_of_the_requirements(self, tmp_path: Path) -> None:
        asked = gap(must("铜箔", id="x"), must("铜管", id="a", level="should"))
        rows = explained(
            tmp_path, company("A", "甲公司", ("铜箔", "铜管")), asked, [[1.0, 0], [0, 0.6]]
        ).requirements
        assert [(r.id, r.text, r.level, r.status) for r in rows] == [
            ("x", "铜箔", "must", "met"),
            ("a", "铜管", "should", "partial"),
        ]


class TestEvidence:
    def test_a_quote_is_the_stored_text_with_its_share_and_marks(self, tmp_path: Path) -> None:
        some = company("A", "甲公司", (("铜管", 0.1), ("高档电解铜箔", 0.8)))
        (row,) = explained(tmp_path, some, must("电解铜箔"), [0.0, 0.9]).requirements
        (quote,) = row.evidence
        assert (quote.field, quote.quote, quote.start, quote.end) == ("product_names", "高档电解铜箔", 3, 9)
        assert some.texts["product_names"][3:9] == quote.quote
        assert quote.similarity_0_1 == pytest.approx(0.9)
        assert quote.revenue_share == pytest.approx(0.8)
        assert quote.marks == ((2, 6),)

    def test_synonyms_are_marked_too(self, tmp_path: Path) -> None:
        asked = must("电解铜皮", synonyms=("铜箔",))
        (row,) = explained(tmp_path, company("A", "甲公司", ("高档铜箔",)), asked, [0.9]).requirements
        assert row.evidence[0].marks == ((2, 4),)

    def test_the_two_best_are_quoted_best_first(self, tmp_path: Path) -> None:
        some = company("A", "甲公司", ("铜箔甲", "铜箔乙", "铜箔丙"))
        (row,) = explained(tmp_path, some, must("铜箔"), [0.5, 0.9, 0.7]).requirements
        assert [e.quote for e in row.evidence] == ["铜箔乙", "铜箔丙"]

    def test_what_hardly_agrees_is_not_quoted(self, tmp_path: Path) -> None:
        some = company("A", "甲公司", ("铜箔甲", "铜箔乙"))
        (row,) = explained(tmp_path, some, must("铜箔"), [QUOTED, QUOTED - 0.01]).requirements
        assert [e.quote for e in row.evidence] == ["铜箔甲"]

    def test_the_same_words_are_quoted_once(self, tmp_path: Path) -> None:
        some = company("A", "甲公司", ("PBT 树脂", "ＰＢＴ树脂", "铜箔"))
        (row,) = explained(tmp_path, some, must("PBT"), [0.9, 0.9, 0.4]).requirements
        assert [e.quote for e in row.evidence] == ["PBT 树脂", "铜箔"]

    def test_a_share_that_is_not_stated_is_none(self, tmp_path: Path) -> None:
        (row,) = explained(tmp_path, company("A", "甲公司", ("铜箔",)), must("铜箔"), [0.9]).requirements
        assert row.evidence[0].revenue_share is None


class TestCautions:
    def test_an_open_outside_company_has_none(self, tmp_path: Path) -> None:
        assert (
            codes(explained(tmp_path, company("A", "甲公司", (("铜箔", 0.5),), **OPEN), must("铜箔"), [0.9]))
            == []
        )

    def test_a_company_of_the_province_is_no_outside_company(self, tmp_path: Path) -> None:
        asked = gap(must("铜箔"), home_province="甘肃")
        at_home = explained(tmp_path / "a", company("A", "甲公司", ("铜箔",), province="甘肃"), asked, [0.9])
        assert [(r.code, dict(r.params)) for r in at_home.cautions] == [
            ("in_home_province", {"province": "甘肃"})
        ]
        unknown = explained(tmp_path / "b", company("A", "甲公司", ("铜箔",)), asked, [0.9])
        assert codes(unknown) == []

    def test_a_delisted_company_is_told(self, tmp_path: Path) -> None:
        gone = company("A", "甲公司", ("铜箔",), status="delisted")
        assert codes(explained(tmp_path, gone, must("铜箔"), [0.9])) == ["delisted"]

    @pytest.mark.parametrize("name", ["ST甲乙", "*ST甲乙", "SST甲乙", "S*ST甲乙"])
    def test_special_treatment_is_told(self, tmp_path: Path, name: str) -> None:
        assert codes(explained(tmp_path, company("A", name, ("铜箔",)), must("铜箔"), [0.9])) == [
            "special_treatment"
        ]

    @pytest.mark.parametrize("name", ["Best Copper", "Stone Foil", "STAR Metals", "东方EAST", "甲ST"])
    def test_a_name_that_only_holds_the_letters_is_not_under_special_treatment(
        self, tmp_path: Path, name: str
    ) -> None:
        assert codes(explained(tmp_path, company("A", name, ("铜箔",)), must("铜箔"), [0.9])) == []

    @pytest.mark.parametrize(("year", "told"), [(2023, True), (2024, False), (2026, False), (None, False)])
    def test_facts_three_years_old_are_stale(self, tmp_path: Path, year: int | None, told: bool) -> None:
        some = company("A", "甲公司", ("铜箔",), data_year=year)
        candidate = explained(tmp_path, some, must("铜箔"), [0.9], today=date(2026, 1, 1))
        assert codes(candidate) == ["stale_data"] * told
        assert [dict(r.params) for r in candidate.cautions] == [{"year": 2023}] * told

    @pytest.mark.parametrize(("strength", "told"), [(0.9, True), (0.5, True), (0.49, False)])
    def test_what_the_gap_excludes_is_told_with_the_quote(
        self, tmp_path: Path, strength: float, told: bool
    ) -> None:
        asked = must("铜箔贸易", level="must_not")
        candidate = explained(tmp_path, company("A", "甲公司", ("铜箔贸易",)), asked, [strength])
        assert [(r.code, dict(r.params)) for r in candidate.cautions] == [
            ("excluded_product", {"requirement": "铜箔贸易", "quote": "铜箔贸易"})
        ] * told

    @pytest.mark.parametrize(
        ("product", "code"),
        [
            ("隔膜涂布设备", "relation_equips"),
            ("隔膜贸易", "relation_trades"),
            ("隔膜检测", "relation_serves"),
        ],
    )
    def test_who_does_not_make_the_thing_is_told(self, tmp_path: Path, product: str, code: str) -> None:
        candidate = explained(tmp_path, company("A", "甲公司", (product,)), must("隔膜"), [0.6])
        assert [(r.code, dict(r.params)) for r in candidate.cautions] == [
            (code, {"quote": product, "requirement": "隔膜"})
        ]

    def test_who_seeks_machines_is_not_warned_of_machines(self, tmp_path: Path) -> None:
        candidate = explained(tmp_path, company("A", "甲公司", ("涂布设备",)), must("涂布设备"), [0.9])
        assert codes(candidate) == []

    def test_a_relation_is_not_told_of_what_does_not_count(self, tmp_path: Path) -> None:
        candidate = explained(tmp_path, company("A", "甲公司", ("隔膜贸易",)), must("隔膜"), [0.4])
        assert codes(candidate) == []

    @pytest.mark.parametrize(("share", "told"), [(0.049, True), (0.05, False), (None, False)])
    def test_a_marginal_line_is_told(self, tmp_path: Path, share: float | None, told: bool) -> None:
        candidate = explained(tmp_path, company("A", "甲公司", (("铜箔", share),)), must("铜箔"), [0.9])
        assert codes(candidate) == ["small_share"] * told

    def test_the_same_caution_is_told_once(self, tmp_path: Path) -> None:
        asked = gap(must("隔膜"), must("锂电隔膜"))
        some = company("A", "甲公司", (("隔膜设备", 0.01),))
        candidate = explained(tmp_path, some, asked, [[0.9, 0.9]])
        assert codes(candidate) == ["relation_equips", "small_share"]


class TestUnknowns:
    def test_what_an_open_company_says_is_not_asked(self, tmp_path: Path) -> None:
        candidate = explained(tmp_path, company("A", "甲公司", (("铜箔", 0.5),), **OPEN), must("铜箔"), [0.9])
        assert unknown_codes(candidate) == ["expansion_plan"]

    def test_what_is_not_known_becomes_a_question(self, tmp_path: Path) -> None:
        candidate = explained(tmp_path, company("A", "甲公司", ("铜箔",)), must("铜箔"), [0.9])
        assert unknown_codes(candidate) == [
            "revenue_share",
            "uscc",
            "ownership",
            "employees",
            "province",
            "introduction",
            "expansion_plan",
        ]
        assert dict(candidate.unknowns[0].params) == {"product": "铜箔"}

    def test_no_employees_is_a_number_not_an_unknown(self, tmp_path: Path) -> None:
        some = company("A", "甲公司", (("铜箔", 0.5),), **{**OPEN, "employees": 0})
        assert unknown_codes(explained(tmp_path, some, must("铜箔"), [0.9])) == ["expansion_plan"]

    def test_a_requirement_that_nothing_speaks_of_is_asked(self, tmp_path: Path) -> None:
        asked = gap(must("铜箔", id="R1"), must("高活性", id="R2", facet="capability"))
        some = company("A", "甲公司", (("铜箔", 0.5),), **OPEN)
        candidate = explained(tmp_path, some, asked, [[0.9, 0.0]])
        assert [(r.code, dict(r.params)) for r in candidate.unknowns[:1]] == [
            ("requirement", {"requirement": "高活性", "id": "R2", "facet": "capability"})
        ]

    def test_nobody_is_asked_for_what_is_excluded(self, tmp_path: Path) -> None:
        some = company("A", "甲公司", (("铜管", 0.5),))
        candidate = explained(tmp_path, some, must("铜箔贸易", level="must_not"), [])
        assert "requirement" not in unknown_codes(candidate)


class TestContributions:
    def test_a_missing_signal_says_so_and_weighs_nothing(self, tmp_path: Path) -> None:
        # No industry is stated, so nothing is known of its peers.
        candidate = explained(tmp_path, company("A", "甲公司", ("铜箔",)), must("铜箔"), [0.9])
        (row,) = (c for c in candidate.contributions if c.signal == "industry_peers")
        assert (row.missing, row.value, row.contribution) == (True, 0.0, 0.0)

    def test_every_row_is_weight_times_value(self, tmp_path: Path) -> None:
        candidate = explained(tmp_path, company("A", "甲公司", (("铜箔", 0.5),)), must("铜箔"), [0.9])
        assert all(c.contribution == c.weight * c.value for c in candidate.contributions)
        assert candidate.score_log_odds == pytest.approx(
            candidate.prior + sum(c.contribution for c in candidate.contributions), abs=1e-12
        )
