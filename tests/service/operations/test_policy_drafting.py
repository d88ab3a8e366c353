from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from models import PolicyDraft, PolicyDraftItem
from service.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from service.operations.chains import get_chain, list_chains
from service.operations.gap_versions import get_gap_with_versions
from service.operations.policy_drafting import (
    accept_item,
    accept_section,
    content_of_item,
    delete_draft,
    edit_item,
    get_draft,
    list_drafts,
    reject_item,
    reopen_item,
    start_draft,
    suggest_chain,
)
from tests.factories import make_chain
from tests.service.conftest import CURATOR, VIEWER
from tests.service.operations.gap_rows import NOW

TEXT = """关于培育铜产业链的意见
二、重点任务
（一）铜加工产业链。依托白银公司等骨干企业，重点发展高档电解铜箔、覆铜板。突破铜箔轧制、表面处理等关键技术。
（二）镍产业链。引进镍基合金生产企业。
"""


@pytest.fixture
def draft(session: Session) -> PolicyDraft:
    make_chain(session, "C03", name="铜加工", links=("C03-L01", "C03-L02"))
    return start_draft(session, CURATOR, "", TEXT)


def items(draft: PolicyDraft, kind: str) -> list[PolicyDraftItem]:
    return [item for item in draft.items if item.kind == kind]


def accept(session: Session, draft: PolicyDraft, item: PolicyDraftItem, link: str = "C03-L01") -> str:
    done = accept_item(session, CURATOR, draft.id, item.id, chain_code="C03", link=link, now=NOW)
    return str(done.made)


def test_every_draft_is_kept_with_the_words_it_comes_from(session: Session, draft: PolicyDraft) -> None:
    kept = get_draft(session, draft.id)
    assert (kept.name, kept.created_by) == ("关于培育铜产业链的意见", "张三")
    assert [item.chain_name for item in items(kept, "chain")] == ["铜加工", "镍"]
    foil = items(kept, "gap")[0]
    assert kept.text[foil.start : foil.end].startswith("重点发展高档电解铜箔")
    assert [row.text for row in content_of_item(foil).requirements] == ["高档电解铜箔", "覆铜板"]
    assert all(item.decision == "open" for item in kept.items)


def test_accepted_gap_is_a_draft_of_the_chain_with_its_quote(session: Session, draft: PolicyDraft) -> None:
    code = accept(session, draft, items(draft, "gap")[0], "C03-L02")
    version = get_gap_with_versions(session, code).open_version
    assert version is not None
    assert (code, version.status, version.link.code) == ("C03-G01", "draft", "C03-L02")
    assert version.policy_refs[0]["quote"] in TEXT
    assert [row.req_id for row in version.requirements] == ["R1", "R2"]
    with pytest.raises(Conflict, match="张三 has accepted it already"):
        accept(session, draft, items(draft, "gap")[0])


def test_change_before_accepting_is_what_is_stored(session: Session, draft: PolicyDraft) -> None:
    foil = items(draft, "gap")[0]
    content = content_of_item(foil)
    edit_item(
        session,
        CURATOR,
        draft.id,
        foil.id,
        replace(content, title="铜箔", requirements=content.requirements[:1]),
    )
    version = get_gap_with_versions(session, accept(session, draft, foil)).open_version
    assert version is not None
    assert (version.title, [row.text for row in version.requirements]) == ("铜箔", ["高档电解铜箔"])


def test_rejected_draft_can_be_taken_up_again(session: Session, draft: PolicyDraft) -> None:
    foil = items(draft, "gap")[0]
    assert reject_item(session, CURATOR, draft.id, foil.id).decision == "rejected"
    with pytest.raises(Conflict):
        accept(session, draft, foil)
    assert reopen_item(session, CURATOR, draft.id, foil.id).decision == "open"
    accept(session, draft, foil)


def test_accepted_anchor_joins_the_chain_once(session: Session, draft: PolicyDraft) -> None:
    anchor = items(draft, "anchor")[0]
    assert accept(session, draft, anchor) == "白银公司"
    assert [row.name for row in get_chain(session, "C03").anchors] == ["白银公司"]


def test_drafted_chain_becomes_a_new_chain(session: Session, draft: PolicyDraft) -> None:
    accept(session, draft, items(draft, "chain")[1])
    made = get_chain(session, "C04")
    assert (made.name, made.document, len(made.links)) == ("镍", "关于培育铜产业链的意见", 1)


def test_whole_section_is_accepted_at_once_and_the_rest_told(session: Session, draft: PolicyDraft) -> None:
    section = items(draft, "gap")[0].section
    accepted, refused = accept_section(
        session, CURATOR, draft.id, section, chain_code="C03", link="C03-L01", now=NOW
    )
    kept = get_draft(session, draft.id)
    assert accepted == sum(item.decision == "accepted" for item in kept.items) > 1
    assert refused == []
    assert [item.decision for item in items(kept, "chain")] == ["open", "open"]


def test_chain_is_suggested_by_its_name(session: Session, draft: PolicyDraft) -> None:
    chains = list_chains(session)
    assert suggest_chain(chains, "铜加工产业链") is chains[0]
    assert suggest_chain(chains, "中医药") is None
    assert suggest_chain(chains, "") is None


def test_text_without_chains_says_what_to_give(session: Session) -> None:
    with pytest.raises(InvalidInput, match="no chain and no gap found"):
        start_draft(session, CURATOR, "", "会议结束。")
    with pytest.raises(InvalidInput, match="too many"):
        start_draft(session, CURATOR, "", "铜" * 300_001)
    with pytest.raises(PermissionDenied):
        start_draft(session, VIEWER, "", TEXT)


def test_text_put_away_leaves_what_was_accepted(session: Session, draft: PolicyDraft) -> None:
    code = accept(session, draft, items(draft, "gap")[0])
    delete_draft(session, CURATOR, draft.id)
    assert list_drafts(session) == []
    with pytest.raises(NotFound):
        get_draft(session, draft.id)
    assert get_gap_with_versions(session, code).open_version is not None
