"""The audit log."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.engine import Engine
from models import AuditEntry
from service.actors import COMMAND_LINE, Actor
from service.errors import PermissionDenied
from service.operations.audit import (
    AuditSearch,
    export_audit,
    list_audit,
    list_audit_actions,
    record_audit,
)
from service.operations.chains import seed_chains
from service.operations.imports import import_companies
from service.readers.chain_profile import read_chain_profile
from service.shipped import chain_profile_paths
from tests.factories import make_chain, make_company, make_gap

ADMIN = Actor("zhao", "admin", user_id=1, address="10.0.0.1")
CURATOR = Actor("qian", "curator", user_id=2)


@pytest.fixture
def log(session: Session) -> list[AuditEntry]:
    return [
        record_audit(
            session, ADMIN, "user.added", ("user_account", "wang", "王伟"), {"role": (None, "viewer")}
        ),
        record_audit(
            session, CURATOR, "gap.changed", ("gap", "C03-G13", "高档电解铜箔"), {"title": ("a", "b")}
        ),
        record_audit(session, CURATOR, "gap.published", ("gap", "C03-G13", "高档电解铜箔")),
    ]


def test_entry_says_who_what_from_which_to_which_and_from_where(session: Session) -> None:
    entry = record_audit(
        session,
        ADMIN,
        "company.changed",
        make_company(session, "江陵铜箔", external_id="X1"),
        {
            "founded_on": (None, date(2001, 2, 3)),
            "reg_capital_wan": (Decimal("10.50"), Decimal("12.00")),
            "tags": ({"乙", "甲"}, ("甲",)),
            "city": ("九江市", "九江市"),
        },
    )
    session.expire(entry)
    assert (entry.login, entry.role, entry.address) == ("zhao", "admin", "10.0.0.1")
    assert (entry.object_type, entry.object_id, entry.object_label) == ("company", "X1", "江陵铜箔")
    assert entry.changes == {
        "founded_on": [None, "2001-02-03"],
        "reg_capital_wan": ["10.50", "12.00"],
        "tags": [["乙", "甲"], ["甲"]],
    }
    assert abs(entry.at - datetime.now(UTC)) < timedelta(minutes=1)


def test_row_is_called_what_people_call_it(session: Session) -> None:
    gap = make_gap(session, make_chain(session), "CU-01")
    entry = record_audit(session, ADMIN, "gap.changed", gap)
    assert (entry.object_type, entry.object_id) == ("gap", "CU-01")


def test_long_text_is_cut(session: Session) -> None:
    entry = record_audit(session, ADMIN, "a.b", ("x", 1), {"text": ("", "长" * 5000)})
    assert len(entry.changes["text"][1]) == 2001


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (AuditSearch(), ["gap.published", "gap.changed", "user.added"]),
        (AuditSearch(who="zhao"), ["user.added"]),
        (AuditSearch(action="gap.changed"), ["gap.changed"]),
        (AuditSearch(action="gap."), ["gap.published", "gap.changed"]),
        (AuditSearch(object="C03-G13", who="qian", action="gap.changed"), ["gap.changed"]),
        (AuditSearch(object="铜箔"), ["gap.published", "gap.changed"]),
        (AuditSearch(object="user_account"), ["user.added"]),
        (AuditSearch(object="%"), []),
        (AuditSearch(who="nobody"), []),
    ],
)
def test_log_is_searched_by_who_what_and_on_what(
    session: Session, log: list[AuditEntry], search: AuditSearch, found: list[str]
) -> None:
    entries, total = list_audit(session, ADMIN, search)
    assert ([entry.action for entry in entries], total) == (found, len(found))


def test_log_is_searched_by_time(session: Session, log: list[AuditEntry]) -> None:
    now = datetime.now(UTC)
    for number, entry in enumerate(log):
        entry.at = now - timedelta(days=number)
    session.flush()
    since = AuditSearch(since=now - timedelta(days=1), until=now)
    assert [entry.action for entry in list_audit(session, ADMIN, since)[0]] == ["gap.changed"]


def test_log_is_paged(session: Session, log: list[AuditEntry]) -> None:
    entries, total = list_audit(session, ADMIN, AuditSearch(), limit=1, offset=1)
    assert ([entry.action for entry in entries], total) == (["gap.changed"], 3)


def test_export_is_itself_written_down_and_not_in_itself(session: Session, log: list[AuditEntry]) -> None:
    exported = list(export_audit(session, ADMIN, AuditSearch(who="qian")))
    assert [entry.action for entry in exported] == ["gap.changed", "gap.published"]
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (last.action, last.login, last.changes) == ("audit.exported", "zhao", {"who": [None, "qian"]})


def test_only_administrators_read_it(session: Session, log: list[AuditEntry]) -> None:
    with pytest.raises(PermissionDenied):
        list_audit(session, CURATOR, AuditSearch())
    with pytest.raises(PermissionDenied):
        export_audit(session, CURATOR, AuditSearch())
    assert list_audit_actions(session) == ["gap.changed", "gap.published", "user.added"]


def test_loaded_chains_imports_and_indexes_stand_in_the_log(
    session: Session, open_engine: Callable[[], Engine]
) -> None:
    seed_chains(session, COMMAND_LINE, [read_chain_profile(chain_profile_paths()[0])])
    import_companies(session, COMMAND_LINE, io.BytesIO(b"name\nA Ltd\n"), file_name="a.csv", source="x")
    open_engine()
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["chain.seeded", "import.finished", "index.built"]
    assert len(entries[0].changes["gaps_added"][1]) == 30
    assert entries[1].changes["rows_added"] == [None, 1]
    assert entries[2].changes == {"companies": [None, 1]}
    seed_chains(session, COMMAND_LINE, [read_chain_profile(chain_profile_paths()[0])])
    assert len(session.scalars(select(AuditEntry)).all()) == 3  # nothing changed
