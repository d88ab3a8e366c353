"""Invitations: what they name, and that what the law forbids is not written."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import docx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry
from service.compliance_records import ComplianceRules
from service.errors import NotFound
from service.operations.event_exports import export_form
from service.operations.invitations import InvitationRefused, draft_invitation
from service.readers.compliance_rules import read_compliance_rules
from service.readers.form_presets import get_form_preset
from service.shipped import compliance_rules_path, form_preset_paths
from service.writers.invitations import write_invitation
from tests.factories import make_company
from tests.service.event_lists import ORGANISER, make_entry, make_event

TODAY = date(2027, 3, 1)


def actions(session: Session) -> list[str]:
    """What the audit log says was done, in order."""
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.fixture(scope="module")
def rules() -> ComplianceRules:
    return read_compliance_rules(compliance_rules_path())


def test_letter_names_products_gap_programme_and_deadline(
    session: Session, rules: ComplianceRules, tmp_path: Path
) -> None:
    event = make_event(
        session,
        deadlines=[{"name": "参会回执截止", "due_on": "2027-04-25"}],
        sessions=[{"code": "open", "name": "主场推介会", "kind": "presentation"}],
    )
    make_entry(session, event, "江陵铜箔", cooperation="共建铜箔中试线")

    letter = draft_invitation(session, ORGANISER, "LS2027", "江陵铜箔", rules, today=TODAY)

    text = letter.text
    for part in (
        "江陵铜箔股份有限公司：",
        "省商务厅定于2027年5月18日至20日在兰州市举办“民企陇上行（示例届）”",
        "“电解铜箔”",
        "“高档电解铜箔”的需求契合",
        "共建铜箔中试线。",
        "主场推介会",
        "敬请于2027年4月25日前",
    ):
        assert part in text
    assert "%" not in text  # no score leaves the house
    target = io.BytesIO()
    write_invitation(letter, target)
    document = docx.Document(target)
    assert document.paragraphs[0].text == "邀请函"
    assert document.core_properties.keywords == "LS2027-R0-V0"
    assert actions(session)[-1] == "event.invitation_drafted"


def test_text_that_the_law_forbids_is_refused_with_its_clause(
    session: Session, rules: ComplianceRules
) -> None:
    event = make_event(session)
    make_entry(session, event, "江陵铜箔", cooperation="项目投产后给予企业税收返还")
    with pytest.raises(InvitationRefused, match="第十条") as refused:
        draft_invitation(session, ORGANISER, "LS2027", "江陵铜箔", rules, today=TODAY)
    assert "税收返还" in str(refused.value)
    assert "event.invitation_drafted" not in actions(session)


def test_company_that_is_not_on_the_list_is_not_invited(session: Session, rules: ComplianceRules) -> None:
    make_event(session)
    make_company(session, "别家公司")
    with pytest.raises(NotFound, match="put it there before it is invited"):
        draft_invitation(session, ORGANISER, "LS2027", "别家公司", rules, today=TODAY)


def test_typed_texts_of_an_export_are_checked_and_the_export_is_in_the_log(
    session: Session, rules: ComplianceRules
) -> None:
    event = make_event(session)
    make_entry(session, event, "江陵铜箔", note="承诺税收返还")
    make_entry(session, event, "嘉元铜业", note="已电话沟通")
    preset = get_form_preset(form_preset_paths(), "对接台账")

    export = export_form(session, ORGANISER, preset, "LS2027", rules, today=TODAY)

    assert [(row.company, row.field) for row in export.findings] == [("江陵铜箔", "note")]
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "event.exported")).one()
    assert entry.object_id == "LS2027"
    assert entry.changes["compliance_findings"] == [None, 1]
