"""Which companies are scored exactly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matching.embedding import HashingEmbedder
from matching.index.release import Release, load_release
from matching.query import prepare_query
from matching.records import Gap
from matching.retrieval import Retrieved, by_company, retrieve
from tests.matching.bases import BY_ID, COMPANIES, build, company, gap, must

EMBEDDER = HashingEmbedder()


def found(
    release: Release, some: Gap, allowed: np.ndarray | None = None, depth: int = 400
) -> dict[str, tuple[int, int]]:  # type: ignore[type-arg]
    """Company id → (lexical rank, dense rank)."""
    everyone = np.ones(len(release.companies), dtype=np.bool_)
    retrieved: Retrieved = retrieve(
        prepare_query(some, release, EMBEDDER), release, everyone if allowed is None else allowed, depth
    )
    assert retrieved.companies.tolist() == sorted(set(retrieved.companies.tolist()))
    ranks = zip(retrieved.lexical_rank.tolist(), retrieved.dense_rank.tolist(), strict=True)
    return dict(zip((release.companies.ids[i] for i in retrieved.companies), ranks, strict=True))


def test_who_names_the_thing_is_found_from_both_sides(release: Release) -> None:
    lexical, dense = found(release, gap(must("电解铜箔"), need="电解铜箔"))["C06"]
    assert 1 <= lexical <= 5
    assert 1 <= dense <= 5


def test_only_those_allowed_are_found_and_ranks_are_among_them(release: Release) -> None:
    allowed = np.array([c.id in ("C02", "C06") for c in COMPANIES])
    ranks = found(release, gap(must("电解铜箔"), need="电解铜箔"), allowed)
    assert set(ranks) == {"C02", "C06"}
    assert ranks["C06"] == (1, 1)
    assert ranks["C02"] == (2, 2)


def test_a_filter_finds_the_next_best_however_many_others_are_nearer(tmp_path: Path) -> None:
    # 铜薄箔 shares characters with the need, but no word: it is found by passages or not at all.
    nearer = (
        company(f"N{n}", f"{'甲乙丙丁戊'[n]}公司", (f"电解铜箔{n}",), province="江西") for n in range(5)
    )
    far = company("F", "己公司", ("铜薄箔",), province="西藏")
    release = load_release(build(tmp_path, (*nearer, far)), EMBEDDER)
    only_far = np.array([c == "F" for c in release.companies.ids])
    assert found(release, gap(must("电解铜箔")), only_far, depth=1) == {"F": (0, 1)}


def test_with_nobody_allowed_nobody_is_found(release: Release) -> None:
    assert found(release, gap(must("电解铜箔")), np.zeros(len(COMPANIES), dtype=np.bool_)) == {}


def test_any_requirement_brings_its_companies(release: Release) -> None:
    ranks = found(release, gap(must("核电阀门"), must("氧化铈")), depth=1)
    assert {"C18", "C15"} <= set(ranks)


def test_what_is_excluded_brings_nobody(release: Release) -> None:
    ranks = found(release, gap(must("核电阀门"), must("氧化铈", level="must_not")), depth=1)
    assert "C18" in ranks
    assert "C15" not in ranks


def test_the_depth_limits_each_side(release: Release) -> None:
    # C01 has the nearest passage and the whole phrase; C07 says nothing but these words, so most of its text.
    assert set(found(release, gap(must("高档电解铜箔")), depth=1)) == {"C01", "C07"}
    assert len(found(release, gap(must("高档电解铜箔")), depth=400)) > 10


def test_a_name_alone_is_found_by_words_only(release: Release) -> None:
    ranks = found(release, Gap("G", BY_ID["C09"].name), depth=1)
    assert ranks["C09"][0] == 1
    assert ranks["C09"][1] == 0


def test_a_company_without_any_text_is_never_found(tmp_path: Path) -> None:
    silent = company("S", "", texts={"full_name": ""})
    release = load_release(build(tmp_path, (company("A", "甲公司", ("铜箔",)), silent)), EMBEDDER)
    assert set(found(release, gap(must("铜箔")))) == {"A"}


def test_a_gap_that_only_excludes_can_be_asked(release: Release) -> None:
    assert "C06" in found(release, gap(must("电解铜箔", level="must_not"), need="铜箔"))


@pytest.mark.parametrize("store", ["exact", "faiss"])
def test_the_best_come_up_whatever_the_store(tmp_path: Path, store: str) -> None:
    release = load_release(build(tmp_path, store=store), EMBEDDER)
    assert found(release, gap(must("氧化铈")), depth=1)["C15"] == (1, 1)


def test_the_value_of_a_company_is_that_of_its_best_text(release: Release) -> None:
    values = np.arange(len(release.relation), dtype=np.float32)
    best = by_company(values, release)
    starts = release.mentions.starts
    assert best.tolist() == [
        values[release.mentions.text[starts[i] : starts[i + 1]]].max() for i in range(len(COMPANIES))
    ]


def test_a_company_without_text_has_no_value(tmp_path: Path) -> None:
    companies = (company("S", ""), company("A", "甲公司"), company("T", ""))
    release = load_release(build(tmp_path, companies), EMBEDDER)
    assert by_company(np.array([0.5], dtype=np.float32), release).tolist() == [-np.inf, 0.5, -np.inf]
