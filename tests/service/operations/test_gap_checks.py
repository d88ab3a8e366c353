from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from matching.engine import Engine
from service.errors import InvalidProfile
from service.operations.chains import seed_chains
from service.operations.gap_checks import KnownGap, ReleaseWords, check_profile, schema_problems, stored_gaps
from service.readers.chain_profile import ChainProfile, parse_chain_profile, read_chain_profile
from service.readers.dictionaries import read_dictionary
from service.shipped import chain_profile_paths, dictionary_paths
from tests.factories import make_company
from tests.service.conftest import CURATOR

REF = {"section": "二（三）", "quote": "发展高档电解铜箔"}
KNOWN = {"电解铜箔", "铝箔", "铝杆", "铜管", "铜棒", "丁基橡胶", "橡胶机械"}


class Base:
    """A base of 1,000 companies; `counts` says how many meet a term."""

    company_count = 1000

    def __init__(self, **counts: int) -> None:
        self.counts = counts

    def companies_with(self, term: str) -> int:
        return self.counts.get(term, 0)

    def says(self, term: str) -> bool:
        return term in self.counts


def requirement(text: str, level: str = "must", **more: Any) -> dict[str, Any]:
    return {"text": text, "level": level, **more}


def profile(*gaps: list[dict[str, Any]], code: str = "C03", **fields: Any) -> ChainProfile:
    """A chain whose gaps have these requirements; `fields` go to every gap."""
    return parse_chain_profile(
        {
            "format": 1, "code": code, "name": f"{code}链", "name_en": "Copper", "document": "opinion",
            "target": {"output_class": "千亿", "output_yi": 1000, "year": 2020, "ref": REF},
            "summary": "铜。",
            "links": [{"code": f"{code}-L01", "name": "冶炼", "name_en": "Smelting", "position": "upstream"}],
            "gaps": [
                {
                    "code": f"{code}-G{at:02d}", "title": f"缺口{at}", "title_en": f"Gap {at}",
                    "kind": "fill",
                    "link": f"{code}-L01", "need": "引进企业。", "refs": [REF],
                    "requirements": [{"id": f"R{n}", **one} for n, one in enumerate(gap, start=1)],
                    **fields,
                }
                for at, gap in enumerate(gaps, start=1)
            ],
        },
        "test",
    )  # fmt: skip


def codes(checked: ChainProfile, **how: Any) -> list[tuple[str, str, str]]:
    problems = check_profile(checked, **{"known_terms": KNOWN, **how})
    return [(problem.code, problem.severity, problem.path) for problem in problems]


def test_sound_gap_has_no_problem() -> None:
    base = Base(电解铜箔=12)
    assert codes(profile([requirement("电解铜箔")]), base=base, policy_text="发展高档电解铜箔。") == []


@pytest.mark.parametrize("text", ["新型材料", "高端产品", "先进技术"])
def test_must_of_general_words_is_too_broad(text: str) -> None:
    assert codes(profile([requirement(text)])) == [("too_broad", "error", "gaps[0].requirements[0].text")]


def test_must_of_general_words_beside_a_telling_one_is_a_warning() -> None:
    assert codes(profile([requirement("新型材料"), requirement("电解铜箔")])) == [
        ("too_broad", "warning", "gaps[0].requirements[0].text")
    ]


def test_exclusion_of_a_synonym_only_is_a_warning() -> None:
    checked = profile([requirement("电解铜箔", synonyms=["涂胶铝箔"]), requirement("铝箔", "must_not")])
    assert codes(checked) == [("excludes_wanted", "warning", "gaps[0].requirements[1]")]


def test_wish_of_general_words_is_no_problem() -> None:
    assert codes(profile([requirement("电解铜箔"), requirement("高附加值产品", "should")])) == []


@pytest.mark.parametrize(
    ("count", "problems"), [(50, []), (51, [("too_broad", "warning", "gaps[0].requirements[0].text")])]
)
def test_must_that_more_than_one_company_in_twenty_meets_is_too_broad(
    count: int, problems: list[tuple[str, str, str]]
) -> None:
    assert codes(profile([requirement("电解铜箔")]), base=Base(电解铜箔=count)) == problems


def test_requirement_that_no_company_meets_is_named_and_a_gap_that_none_meets_at_once() -> None:
    checked = profile([requirement("电解铜箔"), requirement("铝箔")])
    assert codes(checked, base=Base(电解铜箔=3)) == [
        ("no_company", "warning", "gaps[0].requirements[1].text")
    ]
    assert codes(checked, base=Base()) == [("no_company", "warning", "gaps[0].requirements")]


def test_synonym_that_a_company_meets_is_enough() -> None:
    assert codes(profile([requirement("电解铜箔", synonyms=["ED铜箔"])]), base=Base(ED铜箔=1)) == []


def test_unknown_term_is_one_that_neither_dictionary_nor_company_has() -> None:
    checked = profile([requirement("铜薄片")])
    unknown = ("unknown_term", "warning", "gaps[0].requirements[0].text")
    assert codes(checked) == [unknown]
    assert unknown in codes(checked, base=Base())
    assert codes(checked, base=Base(铜薄片=1)) == []
    assert codes(profile([requirement("铜薄片", synonyms=["电解铜箔"])])) == []
    assert codes(profile([requirement("铜薄片", facet="condition")])) == []


def test_known_core_of_a_praised_term_is_known() -> None:
    assert codes(profile([requirement("高档电解铜箔")])) == []


def test_gap_without_a_must_finds_anybody() -> None:
    checked = profile([requirement("电解铜箔", "should"), requirement("铝箔", "must_not")])
    assert codes(checked) == [("no_must", "error", "gaps[0].requirements")]


def test_exclusion_that_is_part_of_a_wanted_name_is_an_error() -> None:
    problems = check_profile(
        profile([requirement("丁基橡胶"), requirement("橡胶", "must_not")]), known_terms=KNOWN | {"橡胶"}
    )
    assert [(p.code, p.path, p.value) for p in problems] == [
        ("excludes_wanted", "gaps[0].requirements[1]", "橡胶")
    ]
    assert "'丁基橡胶'" in problems[0].advice


def test_exclusion_that_is_longer_than_the_wanted_name_is_right() -> None:
    assert codes(profile([requirement("丁基橡胶"), requirement("橡胶机械", "must_not")])) == []


def test_quote_must_stand_in_the_policy_text() -> None:
    checked = profile([requirement("电解铜箔")])
    assert codes(checked, policy_text="发展铝箔。") == [("quote_not_found", "error", "gaps[0].refs[0].quote")]
    assert codes(checked, policy_text="发展 高档电解铜箔。") == [
        ("quote_not_literal", "warning", "gaps[0].refs[0].quote")
    ]


def test_gap_with_the_musts_of_another_is_a_duplicate_also_by_synonym() -> None:
    checked = profile(
        [requirement("电解铜箔", synonyms=["ED铜箔"])], [requirement("ED铜箔", synonyms=["电解铜箔"])]
    )
    assert codes(checked) == [("duplicate", "error", "gaps[1]")]


def test_gap_with_half_of_the_musts_of_another_overlaps() -> None:
    first = [requirement(text) for text in ("电解铜箔", "铝箔", "铝杆", "铜管")]
    second = [requirement(text) for text in ("电解铜箔", "铝箔", "铜棒")]
    assert codes(profile(first, second)) == [("overlap", "warning", "gaps[1]")]
    assert codes(profile(first, [requirement("铝箔"), requirement("铜棒")])) == []


def test_team_for_a_technology_is_no_duplicate_of_its_product() -> None:
    checked = profile([requirement("电解铜箔")])
    team = profile([requirement("电解铜箔")], code="C04", kind="talent")
    stored = [*_known(team)]
    assert codes(checked, stored=stored) == []


def _known(one: ChainProfile) -> Any:
    for gap in one.gaps:
        yield KnownGap(gap.code, gap.title, gap.kind, tuple(frozenset({r.text}) for r in gap.requirements))


def test_duplicate_in_the_database_is_found_but_not_the_gap_itself(session: Session) -> None:
    seed_chains(
        session, CURATOR, [profile([requirement("电解铜箔")]), profile([requirement("铝箔")], code="C04")]
    )
    session.flush()
    again = profile([requirement("铝箔")])
    assert codes(again, stored=stored_gaps(session, but_of="C03")) == [("duplicate", "error", "gaps[0]")]
    same = profile([requirement("电解铜箔")])
    assert codes(same, stored=stored_gaps(session, but_of="C03")) == []


def test_words_of_a_release_are_counted_by_company(
    session: Session, open_engine: Callable[[], Engine]
) -> None:
    make_company(session, products=["电解铜箔", "高档电解铜箔"])
    make_company(session, products=["电解铜箔"])
    make_company(session, products=["铝箔"])
    words = ReleaseWords(open_engine().release)
    assert words.company_count == 3
    assert words.companies_with("电解铜箔") == 2
    assert words.companies_with("丁基橡胶") == 0
    assert words.says("铝箔")
    assert not words.says("铝杆")
    assert not words.says(" ")


def test_profile_without_a_policy_reference_says_so() -> None:
    with pytest.raises(InvalidProfile) as caught:
        profile([requirement("电解铜箔")], refs=[])
    assert [(p.code, p.severity, p.path) for p in schema_problems(caught.value)] == [
        ("no_policy_reference", "error", "gaps[0].refs")
    ]


@pytest.mark.parametrize("path", chain_profile_paths(), ids=lambda path: path.stem)
def test_shipped_profiles_have_no_error(path: Path) -> None:
    problems = check_profile(read_chain_profile(path), known_terms=read_dictionary(dictionary_paths()).names)
    assert [problem for problem in problems if problem.severity == "error"] == []
