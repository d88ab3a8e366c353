"""Gaps: one current wording each, and requirements that hold to their words."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Gap, GapRequirement, GapVersion
from models.gap import FACETS, GAP_KINDS, GAP_STATUSES, LEVELS
from tests.factories import make_chain, make_gap, make_gap_version


@pytest.fixture
def gap(session: Session) -> Gap:
    return make_gap(session, make_chain(session))


def requirement(version: GapVersion, **fields: Any) -> GapRequirement:
    given = {
        "req_id": "r9",
        "text": "铜箔",
        "facet": "product",
        "level": "must",
        "weight": 1.0,
        "synonyms": [],
    }
    return GapRequirement(version=version, **{**given, **fields})


@pytest.mark.parametrize(
    ("column", "values"), [("kind", GAP_KINDS), ("status", GAP_STATUSES)], ids=["kind", "status"]
)
def test_every_word_of_a_version_is_accepted(
    session: Session, gap: Gap, column: str, values: tuple[str, ...]
) -> None:
    for value in values:
        session.execute(update(GapVersion).values({column: value, "is_current": False}))
    assert session.scalar(select(getattr(GapVersion, column))) == values[-1]


@pytest.mark.parametrize("column", ["kind", "status"])
def test_unknown_word_of_a_version_is_refused(session: Session, gap: Gap, column: str) -> None:
    with pytest.raises(IntegrityError, match=f"ck_gap_version_{column}"):
        make_gap_version(session, gap, version=2, is_current=False, **{column: "wish"})


@pytest.mark.parametrize("status", ["draft", "in_review"])
def test_draft_is_never_the_current_version(session: Session, gap: Gap, status: str) -> None:
    gap.versions[0].is_current = False
    session.flush()
    with pytest.raises(IntegrityError, match="ck_gap_version_current_is_published"):
        make_gap_version(session, gap, version=2, status=status)


def test_gap_has_one_draft_at_a_time(session: Session, gap: Gap) -> None:
    make_gap_version(session, gap, version=2, is_current=False, status="draft")
    with pytest.raises(IntegrityError, match=r"uq_gap_version_open|gap_version\.gap_id"):
        make_gap_version(session, gap, version=3, is_current=False, status="in_review")


@pytest.mark.parametrize(("column", "values"), [("facet", FACETS), ("level", LEVELS)], ids=["facet", "level"])
def test_every_word_of_a_requirement_is_accepted(
    session: Session, gap: Gap, column: str, values: tuple[str, ...]
) -> None:
    for value in values:
        session.execute(update(GapRequirement).values({column: value}))
    assert session.scalar(select(getattr(GapRequirement, column))) == values[-1]


@pytest.mark.parametrize("column", ["facet", "level"])
def test_unknown_word_of_a_requirement_is_refused(session: Session, gap: Gap, column: str) -> None:
    session.add(requirement(gap.versions[0], **{column: "perhaps"}))
    with pytest.raises(IntegrityError, match=f"ck_gap_requirement_{column}"):
        session.flush()


@pytest.mark.parametrize("weight", [0.0, -1.0])
def test_requirement_weighs_more_than_nothing(session: Session, gap: Gap, weight: float) -> None:
    session.add(requirement(gap.versions[0], weight=weight))
    with pytest.raises(IntegrityError, match="ck_gap_requirement_weight_positive"):
        session.flush()


def test_requirement_id_is_taken_once_in_a_version(session: Session, gap: Gap) -> None:
    session.add(requirement(gap.versions[0], req_id="r1"))
    taken = r"uq_gap_requirement_version_id_req_id|gap_requirement\.req_id"
    with pytest.raises(IntegrityError, match=taken):
        session.flush()


def test_second_current_version_is_refused(session: Session, gap: Gap) -> None:
    with pytest.raises(IntegrityError, match=r"uq_gap_version_current|gap_version\.gap_id"):
        make_gap_version(session, gap, version=2)


def test_versions_that_are_not_current_may_be_many(session: Session, gap: Gap) -> None:
    for number in (2, 3):
        make_gap_version(session, gap, version=number, is_current=False)
    session.expire_all()
    assert [version.version for version in gap.versions] == [1, 2, 3]
    assert gap.current_version is not None
    assert gap.current_version.version == 1


def test_next_version_becomes_current_when_the_last_gives_way(session: Session, gap: Gap) -> None:
    gap.versions[0].is_current = False
    session.flush()
    make_gap_version(session, gap, version=2, requirements=["压延铜箔"])
    session.expire_all()
    assert gap.current_version is not None
    assert gap.current_version.need == "压延铜箔"


def test_each_gap_has_a_current_version_of_its_own(session: Session, gap: Gap) -> None:
    make_gap(session, gap.chain, "CU-02")
    currents = select(func.count()).select_from(GapVersion).where(GapVersion.is_current)
    assert session.scalar(currents) == 2


def test_version_number_is_taken_once_in_a_gap(session: Session, gap: Gap) -> None:
    with pytest.raises(IntegrityError, match=r"uq_gap_version_gap_id_version|gap_version\.version"):
        make_gap_version(session, gap, version=1, is_current=False)


def test_gap_code_is_taken_once_over_all_chains(session: Session, gap: Gap) -> None:
    other = make_chain(session, "AL")
    with pytest.raises(IntegrityError, match=r"uq_gap_code|gap\.code"):
        make_gap(session, other, gap.code)


def test_requirements_come_in_the_order_of_the_wording(session: Session, gap: Gap) -> None:
    version = make_gap_version(
        session, gap, version=2, is_current=False, requirements=["乙", ("甲", "should"), ("丙", "must_not")]
    )
    for place, row in enumerate(version.requirements):
        row.sort_order = -place
    session.flush()
    session.expire_all()
    assert [(row.text, row.level) for row in version.requirements] == [
        ("丙", "must_not"),
        ("甲", "should"),
        ("乙", "must"),
    ]


def test_deleted_gap_takes_its_versions_and_requirements(session: Session, gap: Gap) -> None:
    make_gap_version(session, gap, version=2, is_current=False)
    session.execute(delete(Gap))
    assert session.scalar(select(func.count()).select_from(GapVersion)) == 0
    assert session.scalar(select(func.count()).select_from(GapRequirement)) == 0


def test_chain_lists_its_gaps_by_code(session: Session, gap: Gap) -> None:
    for code in ("CU-10", "CU-02", "CU-03"):
        make_gap(session, gap.chain, code)
    session.expire_all()
    assert [row.code for row in gap.chain.gaps] == ["CU-01", "CU-02", "CU-03", "CU-10"]
