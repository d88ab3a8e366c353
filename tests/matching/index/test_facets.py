"""What lists of companies are narrowed by."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from matching.embedding import HashingEmbedder
from matching.engine import Engine
from matching.index.facets import make_facet, size_of
from matching.records import Filters, Tag
from tests.matching.bases import TODAY, build, company, gap, must, shipped_weights


@pytest.mark.parametrize(
    ("employees", "size"),
    [
        (None, "unknown"),
        (0, "micro"),
        (19, "micro"),
        (20, "small"),
        (299, "small"),
        (300, "medium"),
        (999, "medium"),
        (1000, "large"),
    ],
)
def test_size_follows_the_statistical_classes(employees: int | None, size: str) -> None:
    assert size_of(employees) == size


def test_company_counts_under_each_of_its_values_and_under_unknown_without_any() -> None:
    facet = make_facet([["甲", "乙"], ["乙"], []])
    assert facet.count(np.array([True, True, True])) == {"甲": 1, "乙": 2, "unknown": 1}
    assert facet.count(np.array([False, True, False])) == {"乙": 1}
    assert facet.having(["甲", "unknown"], 3).tolist() == [True, False, True]


FOIL = ("电解铜箔",)
BASE = (
    company("A", "甲公司", FOIL, province="江苏", employees=50, ownership="private", data_year=2024),
    company("B", "乙公司", FOIL, province="江苏", employees=5000, ownership="state", data_year=2025),
    company("C", "丙公司", FOIL, province="广东", employees=500, stock_code="600001", tags=(Tag("小巨人"),)),
    company("D", "丁公司", ("软件",), province="广东", employees=10),
)
ASKED = gap(must("电解铜箔"))


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine.open(build(tmp_path, BASE), HashingEmbedder(), shipped_weights())


def found(engine: Engine, **filters: object) -> tuple[list[str], dict[str, dict[str, int]]]:
    result = engine.match(ASKED, today=TODAY, filters=Filters(**filters), count_facets=True)  # type: ignore[arg-type]
    facets = {name: dict(counts) for name, counts in (result.facets or {}).items()}
    return sorted(c.company.id for c in result.candidates if c.band != "待核"), facets


def test_facets_count_the_companies_that_suit(engine: Engine) -> None:
    suitable, facets = found(engine)
    assert suitable == ["A", "B", "C"]
    assert facets["province"] == {"江苏": 2, "广东": 1}
    assert facets["size"] == {"small": 1, "large": 1, "medium": 1}
    assert facets["listing"] == {"not_listed": 2, "listed": 1}
    assert facets["tag"] == {"unknown": 2, "小巨人": 1}
    assert facets["year"] == {"2024": 1, "2025": 1, "unknown": 1}


def test_a_choice_narrows_the_list_and_all_facets_but_its_own(engine: Engine) -> None:
    suitable, facets = found(engine, provinces=("江苏",))
    assert suitable == ["A", "B"]
    assert facets["province"] == {"江苏": 2, "广东": 1}
    assert facets["size"] == {"small": 1, "large": 1}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"sizes": ("large",)}, ["B"]),
        ({"sizes": ("large", "small")}, ["A", "B"]),
        ({"ownerships": ("state",)}, ["B"]),
        ({"listings": ("listed",)}, ["C"]),
        ({"tags": ("小巨人",)}, ["C"]),
        ({"years": ("2024",)}, ["A"]),
        ({"years": ("unknown",)}, ["C"]),
        ({"provinces": ("江苏",), "sizes": ("medium",)}, []),
    ],
)
def test_each_facet_chooses(engine: Engine, filters: dict[str, object], expected: list[str]) -> None:
    assert found(engine, **filters)[0] == expected


def test_bands_are_counted_and_chosen(engine: Engine) -> None:
    whole = engine.match(ASKED, today=TODAY, count_facets=True)
    bands = dict(whole.bands or {})
    assert sum(bands.values()) == whole.considered
    for band, count in bands.items():
        chosen = engine.match(ASKED, today=TODAY, filters=Filters(bands=(band,)))
        assert chosen.considered == count
        assert {c.band for c in chosen.candidates} <= {band}
        assert chosen.best_band == whole.best_band  # of the whole ranking, whatever was chosen


def test_release_written_before_facets_were_columns_counts_the_same(tmp_path: Path) -> None:
    folder = build(tmp_path, BASE)
    new = Engine.open(folder, HashingEmbedder(), shipped_weights())
    path = folder / "companies" / "columns.json"
    known = json.loads(path.read_text("utf-8"))
    for name in ("ownership", "tags", "data_year"):
        del known[name]
    old = type(new.release.companies)(
        folder / "companies" / "profiles.jsonl", new.release.companies._offsets, known
    )
    for name, facet in new.release.companies.facets.items():
        everyone = np.ones(len(BASE), dtype=np.bool_)
        assert old.facets[name].count(everyone) == facet.count(everyone)
