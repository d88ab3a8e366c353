"""Verdicts: one live a person, wording and company; changed and withdrawn ones are kept; export to learn."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.judgments import read_judged_queries
from models import AuditEntry, Feedback
from service.actors import Actor
from service.errors import InvalidInput, NotFound, PermissionDenied
from service.operations.feedback import (
    FeedbackIncomplete,
    Shown,
    export_feedback,
    find_feedback,
    give_feedback,
    list_feedback,
    reasons,
    withdraw_feedback,
)
from tests.factories import make_chain, make_company, make_gap, make_gap_version
from tests.service.conftest import NOW, VIEWER

OFFICER, OTHER, THIRD = (Actor(name, "officer") for name in ("王五", "赵六", "孙七"))
SHOWN = Shown(3, {"weights": "w1", "index_release": "r1"})


@pytest.fixture(autouse=True)
def base(session: Session) -> None:
    chain = make_chain(session)
    make_gap(session, chain, "CU-01", requirements=["电解铜箔"])
    make_company(session, "嘉元科技", external_id="T1")
    make_company(session, "青岛啤酒", external_id="T3", products=["啤酒"])


def give(session: Session, verdict: str, actor: Actor = OFFICER, company: str = "T1", **how: str) -> Feedback:
    if verdict == "unsuitable":
        how = {"reason": "wrong_product", **how}
    return give_feedback(session, actor, "cu-01", company, verdict, SHOWN, now=NOW, **how)


def test_a_verdict_keeps_what_was_shown(session: Session) -> None:
    given = give(session, "partly", reason="small_line", note=" 只有一条线 ")
    assert (given.verdict, given.reason, given.note) == ("partly", "small_line", "只有一条线")
    assert (given.rank, given.receipt) == (3, {"weights": "w1", "index_release": "r1"})
    assert (given.login, given.company_name, given.created_at) == ("王五", "嘉元科技", NOW)
    assert session.scalars(select(AuditEntry.action)).all() == ["feedback.given"]


def test_a_changed_verdict_ends_the_earlier_one_and_keeps_it(session: Session) -> None:
    first, second = give(session, "suitable"), give(session, "unsuitable")
    assert find_feedback(session, OFFICER, "CU-01", "T1") is second
    assert (first.ended_at, second.ended_at) == (NOW, None)
    assert [row.verdict for row in list_feedback(session, OFFICER)] == ["unsuitable"]
    assert len(list_feedback(session, OFFICER, gap_code="cu-01", ended=True)) == 2
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.changes["verdict"]) == ("feedback.changed", ["suitable", "unsuitable"])


def test_verdicts_of_two_people_stand_side_by_side(session: Session) -> None:
    give(session, "suitable")
    give(session, "unsuitable", OTHER)
    assert len(list_feedback(session, OFFICER)) == 2


def test_a_withdrawn_verdict_is_no_more_live_and_can_be_given_again(session: Session) -> None:
    give(session, "suitable")
    assert withdraw_feedback(session, OFFICER, "CU-01", "T1", now=NOW).ended_at == NOW
    assert find_feedback(session, OFFICER, "CU-01", "T1") is None
    with pytest.raises(NotFound, match="nothing to withdraw"):
        withdraw_feedback(session, OFFICER, "CU-01", "T1", now=NOW)
    assert give(session, "partly").ended_at is None


def test_nobody_withdraws_what_another_said(session: Session) -> None:
    give(session, "suitable")
    with pytest.raises(NotFound):
        withdraw_feedback(session, OTHER, "CU-01", "T1", now=NOW)


def test_who_only_reads_gives_no_verdict(session: Session) -> None:
    with pytest.raises(PermissionDenied):
        give(session, "suitable", VIEWER)
    with pytest.raises(PermissionDenied):
        export_feedback(session, VIEWER)


@pytest.mark.parametrize(
    ("verdict", "reason", "note", "lacks"),
    [
        ("perfect", None, "", "verdict"),
        ("unsuitable", None, "", "reason"),
        ("unsuitable", "ugly", "", "reason"),
        ("suitable", "wrong_product", "", "reason"),
        ("unsuitable", "other", " ", "note"),
    ],
)
def test_a_verdict_that_lacks_something_says_what(
    session: Session, verdict: str, reason: str | None, note: str, lacks: str
) -> None:
    with pytest.raises(FeedbackIncomplete) as caught:
        give_feedback(session, OFFICER, "CU-01", "T1", verdict, SHOWN, reason=reason, note=note, now=NOW)
    assert caught.value.lacks == lacks
    assert list_feedback(session, OFFICER, ended=True) == []


def test_a_note_that_is_a_letter_and_a_company_that_is_not_there_are_refused(session: Session) -> None:
    with pytest.raises(InvalidInput, match="501 characters"):
        give(session, "suitable", note="长" * 501)
    with pytest.raises(NotFound, match="T9"):
        give(session, "suitable", company="T9")


def test_the_shipped_reasons_go_with_their_verdicts() -> None:
    assert {"wrong_product", "only_trades", "too_small", "already_invested", "moved", "stale_facts"} < set(
        reasons()
    )
    assert all(reason.name and reason.name_en for reason in reasons().values())
    assert {verdict for reason in reasons().values() for verdict in reason.verdicts} == {
        "suitable",
        "partly",
        "unsuitable",
    }


def test_the_export_is_a_judged_set(session: Session, tmp_path: Path) -> None:
    give(session, "suitable")
    give(session, "unsuitable", OTHER)
    give(session, "unsuitable", company="T3")
    give(session, "partly", OTHER, company="T3", reason="small_line")
    give(session, "suitable", THIRD, company="T3")
    exported = export_feedback(session, OFFICER)
    (tmp_path / "q.jsonl").write_text(exported.queries, "utf-8")
    (tmp_path / "r.tsv").write_text(exported.qrels, "utf-8")
    (judged,) = read_judged_queries(tmp_path / "q.jsonl", tmp_path / "r.tsv")
    # Of two the lower (0 of 2 and 0), of three the middle (1 of 0, 1 and 2).
    assert judged.grades == {"T1": 0, "T3": 1}
    assert (judged.id, judged.need, judged.chain) == ("CU-01-v1", "电解铜箔", "CU 产业链")
    assert exported.pairs == 2


def test_another_wording_is_another_query(session: Session) -> None:
    give(session, "suitable")
    wording = list_feedback(session, OFFICER)[0].gap_version
    wording.is_current = False
    session.flush()
    make_gap_version(session, wording.gap, version=2, requirements=["铜合金棒材"])
    session.expire_all()
    assert find_feedback(session, OFFICER, "CU-01", "T1") is None
    give(session, "unsuitable")
    ids = [json.loads(line)["id"] for line in export_feedback(session, OFFICER).queries.splitlines()]
    assert ids == ["CU-01-v1", "CU-01-v2"]


def test_without_verdicts_there_is_nothing_to_export(session: Session) -> None:
    with pytest.raises(NotFound, match="no verdict was given yet"):
        export_feedback(session, OFFICER)
