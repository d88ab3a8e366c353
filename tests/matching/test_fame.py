"""Hidden suppliers: what size adds is taken away by rows of the score, and a group stands once."""

from __future__ import annotations

from pathlib import Path

import pytest

from matching.embedding import HashingEmbedder
from matching.engine import Engine
from matching.fame import MOST_DOUBLINGS, PER_DOUBLING
from matching.records import Candidate, Filters, Gap, MatchResult
from tests.matching.bases import TODAY, build, company, shipped_weights

FOIL = Gap("G", "电解铜箔")
HIDDEN = Filters(hidden_suppliers=True)
# One that says much, and one that says the same of it and no more.
TALKER = company(
    "A",
    "大块头材料",
    (("电解铜箔", 0.5), *(f"第{i}种阀门" for i in range(30))),
    employees=8000,
    full_name="大块头材料股份有限公司",
)
SMALL = company("B", "小溪材料", (("电解铜箔", 0.5), "铜线"), employees=80, full_name="小溪材料有限公司")
GROUP = company("C", "大块头集团", ("电解铜箔",), employees=400, full_name="大块头材料集团有限公司")
OTHERS = tuple(
    company(f"X{i}", f"别家{i}", (f"别的{i}", f"另外{i}", f"其余{i}"), employees=400) for i in range(6)
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = build(tmp_path_factory.mktemp("fame"), (TALKER, SMALL, *OTHERS))
    return Engine.open(folder, HashingEmbedder(), shipped_weights())


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = build(tmp_path_factory.mktemp("groups"), (TALKER, SMALL, GROUP, *OTHERS))
    return Engine.open(folder, HashingEmbedder(), shipped_weights())


def match(engine: Engine, filters: Filters | None = None) -> MatchResult:
    return engine.match(FOIL, today=TODAY, filters=filters, limit=50)


def one(result: MatchResult, company_id: str) -> Candidate:
    (found,) = (some for some in result.candidates if some.company.id == company_id)
    return found


def test_what_size_adds_is_taken_away_by_rows_of_the_score(opened: Engine) -> None:
    usual, hidden = match(opened), match(opened, HIDDEN)
    before, after = one(usual, "A"), one(hidden, "A")
    taken = {row.signal: row for row in after.contributions if row.signal in PER_DOUBLING}
    # 32 passages against a median of 4 or 5, 8,000 employees against 400: both more than two doublings.
    assert {name: row.contribution for name, row in taken.items()} == {
        name: pytest.approx(MOST_DOUBLINGS * each) for name, each in PER_DOUBLING.items()
    }
    assert before.score_log_odds - after.score_log_odds == pytest.approx(2 * 0.52 + 2 * 0.06)
    total = after.prior + sum(row.contribution for row in after.contributions)
    assert total == pytest.approx(after.score_log_odds, abs=1e-9)


def test_who_says_little_keeps_every_point(opened: Engine) -> None:
    before, after = one(match(opened), "B"), one(match(opened, HIDDEN), "B")
    assert after.score_log_odds == pytest.approx(before.score_log_odds, abs=1e-12)
    assert [row.contribution for row in after.contributions if row.signal in PER_DOUBLING] == [0.0, 0.0]


def test_both_lists_can_be_compared(opened: Engine) -> None:
    usual, hidden = match(opened), match(opened, HIDDEN)
    ranks = {some.company.id: some.rank for some in usual.candidates}
    for some in hidden.candidates:
        assert some.usual_rank == ranks[some.company.id]
    assert all(some.usual_rank is None and some.group == () for some in usual.candidates)
    assert one(hidden, "B").rank <= ranks["B"]


def test_a_group_stands_once_with_the_others_named(grouped: Engine) -> None:
    hidden = match(grouped, HIDDEN)
    ids = [some.company.id for some in hidden.candidates]
    (head,) = (some for some in hidden.candidates if some.group)
    assert {head.company.id, *(some.id for some in head.group)} == {"A", "C"}
    assert len(ids) == len(match(grouped).candidates) - 1
    assert [some.rank for some in hidden.candidates] == [*range(1, len(ids) + 1)]


def test_the_receipt_tells_the_lists_apart(opened: Engine) -> None:
    usual, hidden = match(opened), match(opened, HIDDEN)
    assert usual.receipt["asked_sha256"] != hidden.receipt["asked_sha256"]


def test_an_empty_base_has_no_advantages(tmp_path: Path) -> None:
    empty = Engine.open(build(tmp_path, ()), HashingEmbedder(), shipped_weights())
    assert match(empty, HIDDEN).candidates == ()
