from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Gap, GapVersion
from service.db import Database
from service.errors import Conflict, EditConflict, InvalidProfile, NotFound, PermissionDenied
from service.gap_content import RequirementContent
from service.operations.chains import get_chain, published_gaps
from service.operations.gap_editing import (
    create_gap,
    discard_draft,
    edit_gap,
    restore_version,
)
from service.operations.gap_versions import compare_versions, get_gap_with_versions, get_version
from service.operations.gap_wordings import content_of
from service.operations.gaps import current_wording, get_gap
from tests.service.operations.gap_rows import (
    CODE,
    LI,
    NOW,
    READER,
    WANG,
    at_work,
    changed,
    new_content,
    published_gap,
    wording,
)


def edit(session: Session, gap: Gap, *texts: str, **fields: Any) -> GapVersion:
    return edit_gap(session, WANG, CODE, changed(gap, *texts, **fields), **at_work(gap), now=NOW)


def test_editing_a_published_gap_makes_a_draft_and_leaves_the_published_wording(session: Session) -> None:
    gap = published_gap(session)
    draft = edit(session, gap, "覆铜板")
    assert (draft.version, draft.status, draft.based_on, draft.is_current) == (2, "draft", 1, False)
    assert [row.req_id for row in draft.requirements] == ["R1", "R2"]
    in_force = current_wording(get_gap(session, CODE))
    assert (in_force.version, [row.text for row in in_force.requirements]) == (1, ["电解铜箔"])


def test_editing_the_draft_again_keeps_its_version_and_counts_its_revision(session: Session) -> None:
    gap = published_gap(session)
    edit(session, gap, "覆铜板")
    draft = edit(session, get_gap_with_versions(session, CODE), need="引进铜箔企业")
    assert (draft.version, draft.revision, draft.need) == (2, 2, "引进铜箔企业")
    assert [row.text for row in draft.requirements] == ["电解铜箔", "覆铜板"]


def test_saving_what_is_there_already_makes_no_draft(session: Session) -> None:
    gap = published_gap(session)
    assert edit(session, gap).version == 1
    assert len(get_gap_with_versions(session, CODE).versions) == 1


def test_id_of_a_removed_requirement_is_not_given_to_another(session: Session) -> None:
    gap = published_gap(session)
    edit(session, gap, "覆铜板")
    gap = get_gap_with_versions(session, CODE)
    rows = (wording(gap).requirements[0], RequirementContent("", "铜管"))
    draft = edit_gap(session, WANG, CODE, replace(wording(gap), requirements=rows), **at_work(gap), now=NOW)
    assert [(row.req_id, row.text) for row in draft.requirements] == [("R1", "电解铜箔"), ("R3", "铜管")]


def test_second_editor_is_told_who_was_faster_and_nothing_is_lost(session: Session) -> None:
    gap = published_gap(session)
    opened = at_work(gap)
    edit(session, gap, "覆铜板")
    with pytest.raises(EditConflict, match=r"gap CU-01: 王编辑 changed it at 2026-11-25 08:00 UTC") as caught:
        edit_gap(session, LI, CODE, changed(gap, "铜管"), **opened, now=NOW)
    assert caught.value.who == "王编辑"
    assert [row.text for row in wording(get_gap_with_versions(session, CODE)).requirements] == [
        "电解铜箔",
        "覆铜板",
    ]


def test_two_sessions_that_edit_at_once_make_one_draft(database: Database) -> None:
    """The second reads before the first commits: on both databases it waits, and is refused then."""
    with database.session() as session:
        published_gap(session)
    with database.reading() as reading:
        gap = get_gap_with_versions(reading, CODE)
        mine, opened = changed(gap, "铜管"), at_work(gap)
    with database.session() as session:
        edit(session, get_gap_with_versions(session, CODE), "覆铜板")
    with pytest.raises(EditConflict), database.session() as session:
        edit_gap(session, LI, CODE, mine, **opened, now=NOW)
    with database.reading() as reading:
        assert reading.scalars(select(GapVersion.version).order_by(GapVersion.version)).all() == [1, 2]


def test_difference_of_two_versions_is_told_by_requirement(session: Session) -> None:
    gap = published_gap(session)
    rows = (
        replace(wording(gap).requirements[0], weight=2.0, synonyms=("铜箔",)),
        RequirementContent("", "覆铜板", level="should"),
    )
    content = replace(wording(gap), title="铜箔", requirements=rows)
    edit_gap(session, WANG, CODE, content, **at_work(gap), now=NOW)
    diff = compare_versions(get_gap_with_versions(session, CODE), 1, 2)
    assert [(change.field, change.old, change.new) for change in diff.fields] == [
        ("title", "电解铜箔", "铜箔")
    ]
    assert [(row.id, row.change) for row in diff.requirements] == [("R1", "changed"), ("R2", "added")]
    assert [(field.field, field.old, field.new) for field in diff.requirements[0].fields] == [
        ("weight", 1.0, 2.0),
        ("synonyms", (), ("铜箔",)),
    ]
    back = compare_versions(get_gap_with_versions(session, CODE), 2, 1)
    assert [(row.id, row.change) for row in back.requirements] == [("R1", "changed"), ("R2", "removed")]


def test_new_gap_is_a_draft_with_the_next_number_and_is_not_matched(session: Session) -> None:
    published_gap(session)
    gap = create_gap(session, WANG, "CU", new_content(), now=NOW)
    assert (gap.code, gap.current_version) == ("CU-G01", None)
    assert gap.open_version is not None
    assert gap.open_version.status == "draft"
    with pytest.raises(NotFound):
        get_gap(session, gap.code)
    assert [found.code for found in published_gaps(get_chain(session, "CU"))] == [CODE]
    assert create_gap(session, WANG, "CU", new_content("铜管"), now=NOW).code == "CU-G02"
    with pytest.raises(Conflict, match="gap code CU-G02: is taken"):
        create_gap(session, WANG, "CU", new_content("铜排"), now=NOW, code="cu-g02")


def test_draft_may_be_incomplete_but_not_wrong(session: Session) -> None:
    published_gap(session)
    bare = new_content(title_en="", need="", refs=(), requirements=())
    gap = create_gap(session, WANG, "CU", bare, now=NOW)
    assert gap.open_version is not None
    wrong = new_content(
        link="nowhere",
        anchors=("某公司",),
        industry_codes=("9",),
        requirements=(RequirementContent("", "铜", weight=9.0), RequirementContent("", "铜")),
    )
    with pytest.raises(InvalidProfile) as caught:
        create_gap(session, WANG, "CU", wrong, now=NOW)
    assert [problem.path for problem in caught.value.problems] == [
        "industry_codes[0]",
        "requirements[0].weight",
        "requirements[1].text",
        "link",
        "anchors[0]",
    ]


def test_old_version_is_restored_as_a_draft(session: Session) -> None:
    gap = published_gap(session)
    edit(session, gap, "覆铜板", need="别的需求")
    gap = get_gap_with_versions(session, CODE)
    draft = restore_version(session, LI, CODE, 1, **at_work(gap), now=NOW)
    assert (draft.version, draft.status, draft.change_note) == (2, "draft", "restored from version 1")
    assert content_of(draft) == content_of(get_version(gap, 1))


def test_discarded_draft_leaves_the_published_wording(session: Session) -> None:
    gap = published_gap(session)
    edit(session, gap, "覆铜板")
    discard_draft(session, WANG, CODE, **at_work(get_gap_with_versions(session, CODE)))
    gap = get_gap_with_versions(session, CODE)
    assert (gap.open_version, [row.version for row in gap.versions]) == (None, [1])
    with pytest.raises(Conflict, match="has no draft to discard"):
        discard_draft(session, WANG, CODE, **at_work(gap))


def test_gap_that_was_never_published_goes_with_its_draft(session: Session) -> None:
    published_gap(session)
    gap = create_gap(session, WANG, "CU", new_content(), now=NOW)
    discard_draft(session, WANG, gap.code, **at_work(gap))
    with pytest.raises(NotFound):
        get_gap_with_versions(session, "CU-G01")


def test_reader_may_not_edit(session: Session) -> None:
    gap = published_gap(session)
    with pytest.raises(PermissionDenied):
        edit_gap(session, READER, CODE, changed(gap, "铜管"), **at_work(gap), now=NOW)
    with pytest.raises(PermissionDenied):
        create_gap(session, READER, "CU", new_content(), now=NOW)
