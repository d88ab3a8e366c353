"""Why a company stands behind others, and what would change that: computed by scoring it again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from matching.edits import with_product, without_spans
from matching.embedding import HashingEmbedder
from matching.engine import Engine
from matching.records import CompanyProfile, Filters, Gap
from matching.standing import Standings
from matching.why_not import TOP, Outcome, WhyNot, compare, why_not
from tests.matching.bases import COMPANIES, COPPER_FOIL, TODAY, build, company, gap, must, shipped_weights

# Two things that nobody makes both of but these, so that the list is full of better ones.
# The mean length of a text is left as it was for the others, whose nearest words a company is read beside:
# matching/rescoring.py. Measured in this base of 27: 0.013.
NEAREST_BOUND = 0.02
MAKERS = tuple(
    company(f"M{i:02}", f"材料{i}", (("电解铜箔", 0.6), (second, 0.3)), province="浙江")
    for i, second in enumerate(["锂电池隔膜"] * 19 + ["锂电池隔膜贸易"] * 6)
)
OUTSIDERS = (
    company("HALF", "半边材料", (("锂电池隔膜", 0.7), "涂料"), province="浙江"),
    company("NONE", "云帆软件", (("工业软件", 0.7), ("数据平台", 0.2)), province="北京"),
)
BOTH = gap(must("电解铜箔", id="R1"), must("锂电池隔膜", id="R2"), need="电解铜箔、锂电池隔膜")


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return opened(tmp_path_factory.mktemp("crowded"), (*MAKERS, *OUTSIDERS))


def opened(folder: Path, companies: Iterable[CompanyProfile]) -> Engine:
    return Engine.open(build(folder, tuple(companies)), HashingEmbedder(), shipped_weights())


def asked(engine: Engine, company_id: str, some: Gap = BOTH, filters: Filters | None = None) -> WhyNot:
    return why_not(Standings(engine, some, today=TODAY, filters=filters), company_id)


def really(folder: Path, engine: Engine, answer: WhyNot, outcome: Outcome) -> tuple[float, int]:
    """Score and rank in a base that is built with the company changed as `outcome` says."""
    before = answer.standing.candidate.company
    after = without_spans(before, [span for change in outcome.changes for span in change.spans])
    for change in outcome.changes:
        if change.kind == "stated":
            after = with_product(after, change.requirement.text)
    ids = engine.release.companies.ids
    profiles = [engine.release.companies.get(i) for i in range(len(ids))]
    rebuilt = opened(folder, [after if some.id == after.id else some for some in profiles])
    ranked = rebuilt.match(BOTH, today=TODAY, limit=200).candidates
    (found,) = (some for some in ranked if some.company.id == after.id)
    return found.score_log_odds, found.rank


def test_the_company_at_the_last_place_is_set_beside_and_differences_add_up(crowded: Engine) -> None:
    answer = asked(crowded, "NONE")
    assert answer.standing.candidate.rank > TOP
    beside = answer.beside
    assert beside is not None
    assert beside.other.rank == TOP
    assert sum(row.difference for row in beside.rows) == pytest.approx(beside.score_difference, abs=1e-9)
    assert beside.score_difference == pytest.approx(
        answer.standing.candidate.score_log_odds - beside.other.score_log_odds, abs=1e-12
    )


def test_whoever_holds_the_last_place_is_set_beside_the_next(crowded: Engine) -> None:
    standings = Standings(crowded, BOTH, today=TODAY)
    last = standings.at(TOP).company.id
    beside = why_not(standings, last).beside
    assert beside is not None
    assert (beside.own.rank, beside.other.rank) == (TOP, TOP + 1)


def test_one_change_that_suffices_is_found_and_really_does(crowded: Engine, tmp_path: Path) -> None:
    answer = asked(crowded, "HALF")
    assert answer.standing.candidate.rank > TOP
    assert answer.smallest is not None
    assert answer.verdict == "one_change"
    (change,) = answer.smallest.changes
    assert (change.kind, change.requirement.id) == ("stated", "R1")
    score, rank = really(tmp_path, crowded, answer, answer.smallest)
    assert answer.smallest.score_log_odds == pytest.approx(score, abs=NEAREST_BOUND)
    assert answer.smallest.rank == rank <= TOP


def test_where_no_change_suffices_the_nearest_is_told(crowded: Engine, tmp_path: Path) -> None:
    answer = asked(crowded, "NONE")
    assert (answer.verdict, answer.smallest) == ("no_change", None)
    assert answer.nearest is not None
    assert answer.tried == 3  # each of two requirements, and both together
    assert answer.nearest.rank > TOP
    assert answer.nearest.score_log_odds > answer.standing.candidate.score_log_odds
    score, rank = really(tmp_path, crowded, answer, answer.nearest)
    assert answer.nearest.score_log_odds == pytest.approx(score, abs=NEAREST_BOUND)
    assert answer.nearest.rank == rank


def test_two_changes_are_tried_where_one_does_not_suffice(tmp_path: Path) -> None:
    rivals = (company(f"R{i:02}", f"对手{i}", ("电解铜箔", "石墨"), province="浙江") for i in range(25))
    engine = opened(tmp_path, (*rivals, *OUTSIDERS))
    answer = asked(engine, "NONE")
    assert answer.verdict in ("two_changes", "one_change")
    assert answer.smallest is not None
    assert answer.smallest.rank <= TOP


def test_what_would_change_the_rank_of_a_ranked_one(crowded: Engine, tmp_path: Path) -> None:
    standings = Standings(crowded, BOTH, today=TODAY)
    first = standings.at(1).company.id
    answer = why_not(standings, first)
    assert (answer.verdict, answer.smallest, answer.nearest) == ("in_top", None, None)
    lost = {outcome.changes[0].requirement.id: outcome for outcome in answer.outcomes}
    assert set(lost) == {"R1", "R2"}
    assert all(outcome.changes[0].kind == "not_stated" for outcome in answer.outcomes)
    for place, outcome in enumerate(answer.outcomes):
        score, rank = really(tmp_path / str(place), crowded, answer, outcome)
        assert outcome.score_log_odds == pytest.approx(score, abs=NEAREST_BOUND)
        assert min(outcome.rank, rank) > TOP


def test_spans_of_what_is_given_up_are_letter_by_letter_in_the_text(engine: Engine) -> None:
    answer = asked(engine, "C01", COPPER_FOIL)
    texts = answer.standing.candidate.company.texts
    spans = [span for outcome in answer.outcomes for change in outcome.changes for span in change.spans]
    assert {texts[field][start:end] for field, start, end in spans} >= {"高档电解铜箔"}
    assert all(field != "full_name" for field, _, _ in spans)


def test_an_excluded_product_given_up_is_a_change_too(engine: Engine) -> None:
    answer = asked(engine, "C03", gap(must("铝锭"), must("铜箔", level="must_not"), need="铝锭"))
    kinds = {(o.changes[0].requirement.text, o.changes[0].kind): o for o in answer.outcomes}
    given_up = kinds["铜箔", "not_stated"]
    assert given_up.score_log_odds > answer.standing.candidate.score_log_odds
    assert ("铜箔", "stated") not in kinds


def test_the_excluded_learn_where_they_would_stand(engine: Engine) -> None:
    answer = asked(engine, "C06", COPPER_FOIL, Filters(exclude_provinces=("甘肃",)))
    assert answer.standing.rank_in == "list_if_admitted"
    assert answer.beside is not None


def test_a_list_of_one_has_nobody_to_set_beside(tmp_path: Path) -> None:
    alone = opened(tmp_path, (company("A", "甲", ("铜箔",)),))
    answer = asked(alone, "A", Gap("G", "铜箔"))
    assert answer.standing.candidate.rank == 1
    assert answer.beside is None or answer.beside.score_difference == 0


@pytest.mark.parametrize("pair", [("C01", "C05"), ("C05", "C01"), ("C03", "C21")])
def test_two_candidates_side_by_side_add_up(engine: Engine, pair: tuple[str, str]) -> None:
    standings = Standings(engine, COPPER_FOIL, today=TODAY)
    own, other = (standings.of(some).candidate for some in pair)
    beside = compare(own, other)
    assert sum(row.difference for row in beside.rows) == pytest.approx(beside.score_difference, abs=1e-9)
    assert [row.own.signal for row in beside.rows] == [row.other.signal for row in beside.rows]


def test_every_company_of_the_base_gets_an_answer(engine: Engine) -> None:
    for some in COMPANIES:
        answer = asked(engine, some.id, COPPER_FOIL)
        assert answer.outcomes
        for outcome in answer.outcomes:
            assert outcome.band == engine.weights.band(outcome.probability)
