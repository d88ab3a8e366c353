"""Where named companies stand: the rank of the match, and one for those that a match does not show."""

from __future__ import annotations

from pathlib import Path

import pytest

from matching.embedding import HashingEmbedder
from matching.engine import Engine
from matching.errors import SaysNothing, UnknownCompany
from matching.records import CompanyProfile, Filters, Gap
from matching.standing import Order, Standings
from tests.matching.bases import COPPER_FOIL, TODAY, build, company, shipped_weights


def standings(engine: Engine, gap: Gap = COPPER_FOIL, **filters: object) -> Standings:
    return Standings(engine, gap, today=TODAY, filters=Filters(**filters))  # type: ignore[arg-type]


def test_everybody_of_the_list_stands_where_the_match_puts_him(engine: Engine) -> None:
    some = standings(engine)
    listed = engine.match(COPPER_FOIL, today=TODAY, limit=100).candidates
    assert len(some) == len(listed)
    for candidate in listed:
        standing = some.of(candidate.company.id)
        assert standing.candidate == candidate
        assert (standing.rank_in, standing.excluded_by, standing.considered) == ("list", (), len(listed))
        assert some.at(candidate.rank) == candidate


def test_the_excluded_have_the_rank_that_they_would_have(engine: Engine) -> None:
    kept = standings(engine, exclude_provinces=("甘肃", "江西"))
    standing = kept.of("C06")
    assert [remark.code for remark in standing.excluded_by] == ["province_excluded"]
    assert standing.rank_in == "list_if_admitted"
    # Without the others of both provinces: C01 and C15 do not count before it.
    free = [c.company for c in engine.match(COPPER_FOIL, today=TODAY, limit=100).candidates]
    before = free[: [c.id for c in free].index("C06")]
    assert standing.candidate.rank == 1 + sum(c.province not in ("甘肃", "江西") for c in before)
    assert standing.considered == len(kept) + 1


def test_every_rule_that_hits_is_named(engine: Engine) -> None:
    hit = standings(engine, Gap("G", "电解铜箔", home_province="河南"), exclude_provinces=("河南",),
                    provinces=("江苏",), listed_only=True, min_employees=1000).of("C07")  # fmt: skip
    assert [(remark.code, dict(remark.params)) for remark in hit.excluded_by] == [
        ("province_not_asked_for", {"province": "河南", "asked": ["江苏"]}),
        ("home_province", {"province": "河南"}),
        ("not_listed", {}),
        ("too_few_employees", {"employees": 500, "least": 1000}),
        ("delisted", {}),
    ]


@pytest.mark.parametrize(
    "filters",
    [{}, {"provinces": ("江西",)}, {"listed_only": True}, {"min_employees": 600}, {"include_delisted": True}],
)
def test_rules_are_those_of_the_list(engine: Engine, filters: dict[str, object]) -> None:
    some = standings(engine, **filters)
    allowed = engine.release.companies.allowed(some.filters)
    for ordinal, company_id in enumerate(engine.release.companies.ids):
        assert (not some.of(company_id).excluded_by) == allowed[ordinal]


def test_a_company_that_was_not_retrieved_has_its_rank_in_the_whole_base(tmp_path: Path) -> None:
    # One that shares no character with the need, and more makers than a shallow search brings up.
    makers = tuple(company(f"M{i:03}", f"甲{i}", (f"电解铜箔{i:02}",)) for i in range(40))
    other = company("X", "zzz", ("qqq",))
    engine = Engine.open(build(tmp_path, (*makers, other)), HashingEmbedder(), shipped_weights())
    shallow = Standings(engine, COPPER_FOIL, today=TODAY, depth=5)
    assert len(shallow) < 41
    standing = shallow.of("X")
    assert standing.rank_in == "whole_base"
    assert standing.candidate.rank == standing.considered == 41
    assert standing.candidate.lexical_rank is None


def test_unknown_and_silent_companies_are_refused(tmp_path: Path, engine: Engine) -> None:
    with pytest.raises(UnknownCompany):
        standings(engine).of("nobody")
    silent = Engine.open(
        build(tmp_path, (company("A", "甲", ("铜箔",)), CompanyProfile("Z", "无字"))),
        HashingEmbedder(),
        shipped_weights(),
    )
    with pytest.raises(SaysNothing, match="Z"):
        standings(silent).of("Z")


def test_an_order_ranks_those_in_it_and_those_beside_it() -> None:
    order = Order(["b", "a", "c"], [1.0, 1.0, 0.5])
    assert [order.rank(name, score) for name, score in (("a", 1.0), ("b", 1.0), ("c", 0.5))] == [1, 2, 3]
    assert order.rank("z", 0.7) == 3
    assert order.rank("c", 2.0) == 1
    assert order.rank("a", 0.1) == 3  # behind the two others, not behind itself
