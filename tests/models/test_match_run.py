"""Stored runs: what they point to stays, or is let go without losing the run."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Company, Gap, MatchCandidate, MatchRun
from tests.factories import make_chain, make_company, make_gap


@pytest.fixture
def company(session: Session) -> Company:
    return make_company(session, external_id="C1")


@pytest.fixture
def run(session: Session, company: Company) -> MatchRun:
    gap = make_gap(session, make_chain(session))
    run = MatchRun(
        gap_version=gap.versions[0], need="电解铜箔", requirements=[], filters={}, receipt={}, created_by="t"
    )
    run.candidates = [candidate(1, company_id=company.id, company_external_id="C1")]
    session.add(run)
    session.flush()
    return run


def candidate(rank: int, **fields: Any) -> MatchCandidate:
    given = {
        "company_external_id": f"C{rank}",
        "score": 1.5,
        "probability": 0.8,
        "band": "A",
        "explanation": {},
    }
    return MatchCandidate(rank=rank, **{**given, **fields})


def test_rank_is_taken_once_in_a_run(session: Session, run: MatchRun) -> None:
    run.candidates.append(candidate(1, company_external_id="C2"))
    with pytest.raises(IntegrityError, match=r"uq_match_candidate_run_id_rank|match_candidate\.rank"):
        session.flush()


def test_company_is_ranked_once_in_a_run(session: Session, run: MatchRun) -> None:
    run.candidates.append(candidate(2, company_external_id="C1"))
    taken = r"uq_match_candidate_run_id_company_external_id|match_candidate\.company_external_id"
    with pytest.raises(IntegrityError, match=taken):
        session.flush()


def test_candidates_come_by_rank(session: Session, run: MatchRun) -> None:
    run.candidates += [candidate(3), candidate(2)]
    session.flush()
    session.expire_all()
    assert [row.rank for row in run.candidates] == [1, 2, 3]


def test_score_comes_back_to_the_last_bit(session: Session, run: MatchRun) -> None:
    score = 0.1 + 0.2  # 0.30000000000000004
    run.candidates[0].score = score
    session.flush()
    session.expire_all()
    assert run.candidates[0].score == score


def test_candidate_outlives_its_company(session: Session, run: MatchRun) -> None:
    session.execute(delete(Company))
    session.expire_all()
    left = run.candidates[0]
    assert (left.company, left.company_external_id, left.rank) == (None, "C1", 1)


def test_gap_with_a_stored_run_cannot_be_deleted(session: Session, run: MatchRun) -> None:
    with pytest.raises(IntegrityError, match=r"fk_match_run_gap_version_id_gap_version|FOREIGN KEY"):
        session.execute(delete(Gap))


def test_run_of_a_typed_need_has_no_gap(session: Session) -> None:
    run = MatchRun(need="电解铜箔", requirements=[], filters={}, receipt={}, created_by="t")
    session.add(run)
    session.flush()
    session.expire_all()
    assert run.gap_version is None


def test_deleted_run_takes_its_candidates(session: Session, run: MatchRun) -> None:
    session.execute(delete(MatchRun))
    assert session.scalar(select(func.count()).select_from(MatchCandidate)) == 0
