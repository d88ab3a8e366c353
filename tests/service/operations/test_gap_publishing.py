from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import ComplianceException, GapVersion
from service.actors import Actor
from service.db import Database
from service.errors import (
    Conflict,
    EditConflict,
    InvalidInput,
    InvalidProfile,
    NotFound,
    PermissionDenied,
    ServiceError,
)
from service.gap_content import PolicyQuote
from service.operations.chains import get_chain, published_gaps, seed_chains
from service.operations.compliance_review import (
    NotClean,
    excuse_finding,
    require_clean,
    revoke_exception,
)
from service.operations.gap_editing import create_gap, edit_gap, rebase_draft, restore_version
from service.operations.gap_publishing import (
    FourEyes,
    archive_gap,
    check_before_publishing,
    checked_text,
    publish_gap,
    return_gap,
    scope_of,
    submit_gap,
    withdraw_gap,
)
from service.operations.gap_versions import get_gap_with_versions, working_version
from service.operations.gap_wordings import content_of
from service.operations.gaps import current_wording, get_gap
from service.operations.policy_drafting import start_draft
from tests.service.operations.gap_rows import (
    CODE,
    LI,
    NOW,
    READER,
    TERMS,
    WANG,
    at_work,
    changed,
    new_content,
    published_gap,
)
from tests.service.operations.test_chains import gap as profile_gap
from tests.service.operations.test_chains import profile

REBATE = "对新引进企业给予税收返还"


def open_at(session: Session, code: str = CODE) -> dict[str, int]:
    return at_work(get_gap_with_versions(session, code))


def submitted(session: Session, *texts: str, by: Actor = WANG, **fields: Any) -> GapVersion:
    """The published gap with a changed wording in review."""
    gap = published_gap(session)
    edit_gap(session, by, CODE, changed(gap, *texts, **fields), **at_work(gap), now=NOW)
    return submit_gap(session, by, CODE, **open_at(session), now=NOW)


def publish(session: Session, actor: Actor = LI, code: str = CODE, **given: Any) -> GapVersion:
    values: dict[str, Any] = {"now": NOW, "four_eyes": True, "known_terms": TERMS, **given}
    return publish_gap(session, actor, code, **open_at(session, code), **values)


def test_published_wording_is_matched_instead_of_the_one_before(session: Session) -> None:
    submitted(session, "覆铜板")
    assert current_wording(get_gap(session, CODE)).version == 1
    found = publish(session)
    assert (found.version, found.status, found.published_by) == (2, "published", "李审核")
    in_force = current_wording(get_gap(session, CODE))
    assert (in_force.version, [row.text for row in in_force.requirements]) == (2, ["电解铜箔", "覆铜板"])
    gap = get_gap_with_versions(session, CODE)
    assert [(row.version, row.status, row.is_current) for row in gap.versions] == [
        (1, "published", False),
        (2, "published", True),
    ]


def test_with_four_eyes_who_submitted_may_not_publish(session: Session) -> None:
    submitted(session, "覆铜板")
    with pytest.raises(FourEyes, match="王编辑 submitted it and may not publish it too"):
        publish(session, WANG)
    assert publish(session, WANG, four_eyes=False).status == "published"


def test_draft_cannot_be_published_past_the_review(session: Session) -> None:
    gap = published_gap(session)
    edit_gap(session, WANG, CODE, changed(gap, "覆铜板"), **at_work(gap), now=NOW)
    with pytest.raises(Conflict, match="version 2 is draft, not in_review"):
        publish(session)


def test_what_is_in_review_cannot_be_changed_until_it_is_taken_back(session: Session) -> None:
    submitted(session, "覆铜板")
    gap = get_gap_with_versions(session, CODE)
    with pytest.raises(Conflict, match="is in review: take it back"):
        edit_gap(session, LI, CODE, changed(gap, "铜管"), **at_work(gap), now=NOW)
    withdraw_gap(session, WANG, CODE, **at_work(gap))
    gap = get_gap_with_versions(session, CODE)
    draft = edit_gap(session, LI, CODE, changed(gap, "铜管"), **at_work(gap), now=NOW)
    assert [row.text for row in draft.requirements] == ["电解铜箔", "覆铜板", "铜管"]


def test_reviewer_publishes_only_what_was_read(session: Session) -> None:
    submitted(session, "覆铜板")
    read = open_at(session)
    withdraw_gap(session, WANG, CODE, **read)
    submit_gap(session, WANG, CODE, **open_at(session), now=NOW)
    with pytest.raises(EditConflict):
        publish_gap(session, LI, CODE, **read, now=NOW, four_eyes=True, known_terms=TERMS)


def test_reviewer_sends_back_with_a_reason(session: Session) -> None:
    submitted(session, "覆铜板")
    with pytest.raises(InvalidInput, match="tell the writer what to change"):
        return_gap(session, LI, CODE, **open_at(session), reason=" ")
    draft = return_gap(session, LI, CODE, **open_at(session), reason="覆铜板不属本链")
    assert (draft.status, draft.review_note) == ("draft", "覆铜板不属本链")


def test_incomplete_draft_is_not_submitted_and_told_what_it_lacks(session: Session) -> None:
    gap = published_gap(session)
    edit_gap(session, WANG, CODE, changed(gap, title_en="", refs=()), **at_work(gap), now=NOW)
    with pytest.raises(InvalidProfile) as caught:
        submit_gap(session, WANG, CODE, **open_at(session), now=NOW)
    assert [problem.path for problem in caught.value.problems] == ["title_en", "refs"]


def test_gap_check_error_needs_a_reason(session: Session) -> None:
    published_gap(session)
    create_gap(session, WANG, "CU", new_content("电解铜箔"), now=NOW)
    submit_gap(session, WANG, "CU-G01", **open_at(session, "CU-G01"), now=NOW)
    with pytest.raises(InvalidInput, match=r"asks for the same as CU-01 '电解铜箔' in the database"):
        publish(session, code="CU-G01")
    assert publish(session, code="CU-G01", reason="两个园区分别承接").status == "published"


def test_check_does_not_compare_a_gap_with_its_own_published_wording(session: Session) -> None:
    found = submitted(session, note="同上")
    check = check_before_publishing(session, CODE, content_of(found), known_terms=TERMS)
    assert check.is_clean


def test_quote_with_other_signs_than_the_policy_text_at_work_is_told(session: Session) -> None:
    text = "意见\n（一）铜产业链。重点发展电解铜箔、覆铜板。"
    found = submitted(session, refs=(PolicyQuote("（一）", "重点发展 电解铜箔、覆铜板"),))
    start_draft(session, WANG, "", text)
    check = check_before_publishing(session, CODE, content_of(found), known_terms=TERMS)
    assert [(problem.code, problem.path) for problem in check.problems] == [
        ("quote_not_literal", "refs[0].quote")
    ]


def test_forbidden_promise_blocks_until_a_reviewer_says_why_it_is_lawful(session: Session) -> None:
    submitted(session, note=f"{REBATE}。")
    with pytest.raises(NotClean, match=REBATE) as caught:
        publish(session)
    finding = caught.value.findings[0]
    content = content_of(working_version(get_gap_with_versions(session, CODE)))
    text = checked_text(content)
    given = (scope_of(CODE), text, finding.rule.id, finding.quote)
    with pytest.raises(PermissionDenied):
        excuse_finding(session, READER, *given, "经省级批准", now=NOW)
    with pytest.raises(InvalidInput, match="say why it is lawful"):
        excuse_finding(session, LI, *given, " 好 ", now=NOW)
    kept = excuse_finding(session, LI, *given, "依据国务院批准的专项政策", now=NOW)
    assert (kept.created_by, kept.created_at, kept.clause) == ("李审核", NOW, finding.clause)
    with pytest.raises(Conflict, match="李审核 has excused it already"):
        excuse_finding(session, LI, *given, "依据国务院批准的专项政策", now=NOW)
    assert publish(session).status == "published"


def test_excuse_holds_for_its_place_and_words_only(session: Session) -> None:
    rule = require_not_clean(session, "gap:A", REBATE)
    excuse_finding(session, LI, "gap:A", REBATE, rule, REBATE, "依据国务院批准", now=NOW)
    assert [row.exception is not None for row in require_clean(session, "gap:A", REBATE)] == [True]
    require_not_clean(session, "gap:B", REBATE)
    require_not_clean(session, "gap:A", f"{REBATE}和奖励")
    with pytest.raises(NotFound, match="nothing such is found"):
        excuse_finding(session, LI, "gap:A", "铜箔", rule, REBATE, "依据国务院批准", now=NOW)
    kept = session.scalars(select(ComplianceException)).one()
    revoke_exception(session, LI, kept.id)
    require_not_clean(session, "gap:A", REBATE)


def require_not_clean(session: Session, scope: str, text: str) -> str:
    with pytest.raises(NotClean) as caught:
        require_clean(session, scope, text)
    return caught.value.findings[0].rule.id


def test_harmless_text_is_clean(session: Session) -> None:
    assert require_clean(session, "export:1", "引进高档电解铜箔生产企业。") == []


def test_archived_gap_is_no_longer_matched_and_comes_back_through_review(session: Session) -> None:
    published_gap(session)
    with pytest.raises(InvalidInput, match="say why"):
        archive_gap(session, LI, CODE, version=1, now=NOW, reason="")
    archive_gap(session, LI, CODE, version=1, now=NOW, reason="已引进")
    assert published_gaps(get_chain(session, "CU")) == []
    restore_version(session, WANG, CODE, 1, **open_at(session), now=NOW)
    assert published_gaps(get_chain(session, "CU")) == []
    submit_gap(session, WANG, CODE, **open_at(session), now=NOW)
    publish(session)
    assert [gap.code for gap in published_gaps(get_chain(session, "CU"))] == [CODE]


def test_archiving_waits_for_the_open_draft(session: Session) -> None:
    submitted(session, "覆铜板")
    with pytest.raises(Conflict, match="has an open draft"):
        archive_gap(session, LI, CODE, version=1, now=NOW, reason="已引进")


def test_draft_of_an_older_wording_is_compared_before_it_is_submitted(session: Session) -> None:
    """Seeding publishes a newer wording while somebody writes on the old one."""
    seed_chains(session, LI, [profile()])
    code = "C03-G01"
    gap = get_gap_with_versions(session, code)
    edit_gap(session, WANG, code, changed(gap, "覆铜板"), **at_work(gap), now=NOW)
    newer = [profile_gap(code, "铜箔", "锂电铜箔")]
    seed_chains(session, LI, [profile(gaps=newer)])
    assert current_wording(get_gap(session, code)).version == 3
    with pytest.raises(Conflict, match="version 3 was published by 李审核"):
        submit_gap(session, WANG, code, **open_at(session, code), now=NOW)
    draft = rebase_draft(session, WANG, code, **open_at(session, code), now=NOW)
    assert (draft.version, draft.based_on) == (4, 3)
    submit_gap(session, WANG, code, **open_at(session, code), now=NOW)
    assert publish(session, code=code, reason="已核对").version == 4


def test_seeding_keeps_what_curators_published_or_archived(session: Session) -> None:
    seed_chains(session, LI, [profile()])
    for code in ("C03-G01", "C03-G02"):
        gap = get_gap_with_versions(session, code)
        edit_gap(session, WANG, code, changed(gap, f"{code}用铜"), **at_work(gap), now=NOW)
        submit_gap(session, WANG, code, **open_at(session, code), now=NOW)
        publish(session, code=code, reason="已核对")
    archive_gap(session, LI, "C03-G02", version=2, now=NOW, reason="已引进")
    create_gap(session, WANG, "C03", new_content(link="C03-L01"), now=NOW)
    report = seed_chains(session, LI, [profile()])[0]
    assert report.gaps_kept == ("C03-G01", "C03-G02")
    assert (report.gaps_changed, report.gaps_archived) == ((), ())
    assert [gap.code for gap in published_gaps(get_chain(session, "C03"))] == ["C03-G01"]


def test_published_row_is_the_same_to_the_last_column_whatever_follows(session: Session) -> None:
    published_gap(session)
    row = session.execute(select(*GapVersion.__table__.c).where(GapVersion.version == 1)).one()
    gap = get_gap_with_versions(session, CODE)
    edit_gap(session, WANG, CODE, changed(gap, "覆铜板"), **at_work(gap), now=NOW)
    submit_gap(session, WANG, CODE, **open_at(session), now=NOW)
    publish(session)
    after = session.execute(select(*GapVersion.__table__.c).where(GapVersion.version == 1)).one()
    changed_columns = {
        column.name for column, old, new in zip(GapVersion.__table__.c, row, after, strict=True) if old != new
    }
    assert changed_columns == {"is_current"}


def test_of_two_reviewers_that_publish_at_once_one_is_told_to_load_again(database: Database) -> None:
    with database.session() as session:
        submitted(session, "覆铜板")
        read = open_at(session)
    done = race(
        database,
        lambda session, actor: publish_gap(
            session, actor, CODE, **read, now=NOW, four_eyes=False, known_terms=TERMS
        ),
    )
    assert sorted(done) == ["Conflict", "done"] or sorted(done) == ["EditConflict", "done"]
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(GapVersion.is_current)) == 1


def test_of_two_editors_that_save_at_once_one_is_told_of_the_other(database: Database) -> None:
    with database.session() as session:
        gap = published_gap(session)
        read, mine = at_work(gap), changed(gap, "覆铜板")
    done = race(
        database,
        lambda session, actor: edit_gap(
            session, actor, CODE, replace(mine, title=actor.login), **read, now=NOW + timedelta(minutes=1)
        ),
    )
    assert sorted(done) == ["EditConflict", "done"]


def race(database: Database, deed: Any) -> list[str]:
    """What came of `deed` done by two people at the same moment, each in a transaction of its own."""
    start, outcomes = threading.Barrier(2), []

    def run(actor: Actor) -> None:
        start.wait()
        try:
            with database.session() as session:
                deed(session, actor)
            outcomes.append("done")
        except ServiceError as err:
            outcomes.append(type(err).__name__)

    threads = [threading.Thread(target=run, args=(actor,)) for actor in (WANG, LI)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
