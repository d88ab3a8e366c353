"""Companies like one, with what both of them say."""

from __future__ import annotations

from pathlib import Path

import pytest

from matching.embedding import HashingEmbedder
from matching.engine import Engine
from matching.errors import SaysNothing, UnknownCompany
from matching.similar import MOST_PASSAGES, find_similar
from tests.matching.bases import TODAY, build, company, shipped_weights

BASE = (
    company(
        "A", "江铜材料", (("电解铜箔", 0.6), ("覆铜板", 0.3), "其他业务"), full_name="江铜材料股份有限公司"
    ),
    company("B", "江铜集团", (("电解铜箔", 0.5),), full_name="江铜材料集团有限公司"),
    company("C", "东岭铜箔", (("电解铜箔", 0.7), "覆铜板"), full_name="东岭铜箔股份有限公司"),
    company("D", "东岭控股", ("电解铜箔",), full_name="东岭铜箔控股有限公司"),
    company("E", "云帆软件", (("工业软件", 0.7),), full_name="云帆软件股份有限公司"),
    company("F", "默言", full_name="默言科技股份有限公司"),
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = build(tmp_path_factory.mktemp("similar"), BASE)
    return Engine.open(folder, HashingEmbedder(), shipped_weights())


def test_who_makes_the_same_comes_first_and_neither_itself_nor_its_group_is_named(opened: Engine) -> None:
    found = find_similar(opened, "A", today=TODAY)
    ids = [some.candidate.company.id for some in found.companies]
    assert ids[0] == "C"
    assert "A" not in ids
    assert "B" not in ids


def test_a_group_is_one_line_with_the_others_named(opened: Engine) -> None:
    found = find_similar(opened, "A", today=TODAY)
    first = found.companies[0]
    assert [one.id for one in first.group] == ["D"]
    assert "D" not in [some.candidate.company.id for some in found.companies]
    assert [some.candidate.rank for some in found.companies] == [*range(1, len(found.companies) + 1)]


def test_both_sides_are_quoted_letter_by_letter(opened: Engine) -> None:
    found = find_similar(opened, "A", today=TODAY)
    assert [passage.text for passage in found.passages] == [
        "电解铜箔",
        "覆铜板",
    ]  # the larger first, no filler
    for passage in found.passages:
        assert found.company.texts[passage.field][passage.start : passage.end] == passage.text
    first = found.companies[0].candidate
    assert [row.text for row in first.requirements] == [passage.text for passage in found.passages]
    assert [row.status for row in first.requirements] == ["met", "met"]
    for row in first.requirements:
        for evidence in row.evidence:
            text = first.company.texts[evidence.field]
            assert text[evidence.start : evidence.end] == evidence.quote


def test_the_score_is_the_sum_of_its_rows(opened: Engine) -> None:
    for some in find_similar(opened, "A", today=TODAY).companies:
        rows = some.candidate.contributions
        total = some.candidate.prior + sum(row.contribution for row in rows)
        assert total == pytest.approx(some.candidate.score_log_odds, abs=1e-9)


def test_few_passages_are_asked_for(tmp_path: Path) -> None:
    many = company("M", "多品", tuple(f"第{i}种阀门" for i in range(30)))
    engine = Engine.open(build(tmp_path, (many, *BASE)), HashingEmbedder(), shipped_weights())
    assert len(find_similar(engine, "M", today=TODAY).passages) == MOST_PASSAGES


def test_who_states_nothing_is_like_nobody(opened: Engine) -> None:
    with pytest.raises(SaysNothing, match="F"):
        find_similar(opened, "F", today=TODAY)
    with pytest.raises(UnknownCompany):
        find_similar(opened, "nobody", today=TODAY)
