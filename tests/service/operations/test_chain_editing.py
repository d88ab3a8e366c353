from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Chain
from service.errors import Conflict, EditConflict, InvalidProfile, PermissionDenied
from service.operations.chain_editing import create_chain, edit_chain, plain_head
from service.operations.chains import get_chain, seed_chains
from service.operations.gap_editing import edit_gap
from service.operations.gap_versions import get_gap_with_versions
from tests.service.conftest import CURATOR, VIEWER
from tests.service.operations.gap_rows import NOW, at_work, changed
from tests.service.operations.test_chains import profile


@pytest.fixture
def chain(session: Session) -> Chain:
    seed_chains(session, CURATOR, [profile()])
    return get_chain(session, "C03")


def content(chain: Chain, **changes: Any) -> dict[str, Any]:
    return {**deepcopy(plain_head(chain)), **changes}


def test_links_and_anchors_are_edited_and_the_audit_says_old_and_new(session: Session, chain: Chain) -> None:
    new = content(chain)
    new["links"][0]["name"] = "铜冶炼"
    new["anchors"].append({**new["anchors"][0], "name": "金川公司"})
    saved = edit_chain(session, CURATOR, "C03", new, revision=1)
    assert [link.name for link in saved.links] == ["铜冶炼", "加工"]
    assert [anchor.name for anchor in saved.anchors] == ["白银公司", "金川公司"]
    assert (saved.revision, saved.changed_by) == (2, "张三")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "chain.edited")).one()
    assert set(entry.changes) == {"links C03-L01", "anchors 金川公司"}
    old, now = entry.changes["links C03-L01"]
    assert (old["name"], now["name"]) == ("冶炼", "铜冶炼")


def test_second_editor_is_told_who_was_faster(session: Session, chain: Chain) -> None:
    edit_chain(session, CURATOR, "C03", content(chain, name="铜链"), revision=1)
    with pytest.raises(EditConflict, match="chain C03: 张三 changed it"):
        edit_chain(session, CURATOR, "C03", content(chain, name="别名链"), revision=1)
    assert get_chain(session, "C03").name == "铜链"


def test_link_at_which_gaps_stand_cannot_be_removed(session: Session, chain: Chain) -> None:
    new = content(chain)
    new["links"] = [{**new["links"][0], "feeds": []}]
    with pytest.raises(InvalidProfile, match="C03-L02 \\(C03-G01\\): gaps stand at this link"):
        edit_chain(session, CURATOR, "C03", new, revision=1)


def test_anchor_that_a_draft_names_cannot_be_removed(session: Session, chain: Chain) -> None:
    gap = get_gap_with_versions(session, "C03-G01")
    edit_gap(session, CURATOR, "C03-G01", changed(gap, anchors=("白银公司",)), **at_work(gap), now=NOW)
    with pytest.raises(InvalidProfile, match="白银公司 \\(C03-G01\\): gaps name it"):
        edit_chain(session, CURATOR, "C03", content(chain, anchors=[]), revision=1)


def test_all_problems_are_told_at_once(session: Session, chain: Chain) -> None:
    new = content(chain, summary="")
    new["links"][0]["feeds"] = ["C03-L09"]
    new["links"][1]["position"] = "sideways"
    with pytest.raises(InvalidProfile) as caught:
        edit_chain(session, CURATOR, "C03", new, revision=1)
    assert {problem.path for problem in caught.value.problems} >= {"summary", "links[1].position"}


def test_new_chain_gets_the_next_code_and_no_name_twice(session: Session, chain: Chain) -> None:
    new = content(chain, name="镍产业链", anchors=[], sites=[])
    made = create_chain(session, CURATOR, new)
    assert (made.code, made.sort_order) == ("C04", 1)
    with pytest.raises(Conflict, match="C04 has the name '镍产业链' already"):
        create_chain(session, CURATOR, new)
    with pytest.raises(PermissionDenied):
        create_chain(session, VIEWER, new)


def test_seeding_leaves_a_chain_that_curators_changed(session: Session, chain: Chain) -> None:
    edit_chain(session, CURATOR, "C03", content(chain, name="铜链", sites=[]), revision=1)
    seed_chains(session, CURATOR, [profile()])
    kept = get_chain(session, "C03")
    assert (kept.name, kept.sites, [link.code for link in kept.links]) == ("铜链", [], ["C03-L01", "C03-L02"])


def test_saving_what_is_there_changes_nothing(session: Session, chain: Chain) -> None:
    assert edit_chain(session, CURATOR, "C03", content(chain), revision=1).revision == 1
