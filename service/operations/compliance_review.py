"""Texts that leave a desk pass the fair-competition check; a reviewer may excuse a finding.

An excuse holds in one place (`scope`, such as gap:C03-G13 or export:12), for one rule and the very words
found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ComplianceException
from service.actors import Actor, require
from service.compliance_records import ComplianceFinding, ComplianceRules
from service.errors import Conflict, InvalidInput, NotFound
from service.operations.audit import record_audit
from service.operations.compliance import check_text
from service.readers.compliance_rules import read_compliance_rules
from service.shipped import compliance_rules_path

MIN_REASON_CHARS = 4
MAX_REASON_CHARS = 2000


class NotClean(Conflict):
    """A text with findings that block it until a reviewer has excused them; `findings` are those."""

    def __init__(self, what: str, findings: Sequence[ComplianceFinding]) -> None:
        self.findings = tuple(findings)
        told = "; ".join(f"“{finding.quote}” ({finding.clause})" for finding in findings)
        super().__init__(
            f"{what}: the fair-competition check found what may be forbidden: {told}: "
            "word it otherwise, or let a reviewer record why it is lawful"
        )


@dataclass(frozen=True, slots=True)
class ReviewedFinding:
    """A finding, and the exception that excuses it if there is one."""

    finding: ComplianceFinding
    exception: ComplianceException | None

    @property
    def blocks(self) -> bool:
        return self.finding.severity == "blocked" and self.exception is None


@cache
def shipped_rules() -> ComplianceRules:
    """The rules in force, as they ship."""
    return read_compliance_rules(compliance_rules_path())


def review_text(
    session: Session, scope: str, text: str, rules: ComplianceRules | None = None
) -> list[ReviewedFinding]:
    """What the check finds in `text`, each with the exception that holds for it in `scope`."""
    findings = check_text(text, rules or shipped_rules())
    if not findings:
        return []
    excused = {
        (row.rule_id, row.quote_hash): row
        for row in session.scalars(select(ComplianceException).where(ComplianceException.scope == scope))
    }
    return [
        ReviewedFinding(finding, excused.get((finding.rule.id, _hash(finding.quote)))) for finding in findings
    ]


def require_clean(
    session: Session, scope: str, text: str, rules: ComplianceRules | None = None
) -> list[ReviewedFinding]:
    """What was found in `text` and does not block it. Raises NotClean when something does.

    For whatever leaves the desk: a gap that is published, a list that is exported. `scope` names it.
    """
    reviewed = review_text(session, scope, text, rules)
    blocking = [row.finding for row in reviewed if row.blocks]
    if blocking:
        raise NotClean(scope, blocking)
    return reviewed


def excuse_finding(
    session: Session,
    actor: Actor,
    scope: str,
    text: str,
    rule_id: str,
    quote: str,
    reason: str,
    *,
    now: datetime,
) -> ComplianceException:
    """Record why a finding in `text` is lawful: who, when and why. Raises NotFound when there is none such.

    Raises PermissionDenied, InvalidInput without a reason, Conflict when it is excused already.
    """
    require(actor, "gap.review")
    given = reason.strip()
    if not MIN_REASON_CHARS <= len(given) <= MAX_REASON_CHARS:
        raise InvalidInput(
            f"reason: {len(given)} characters: say why it is lawful in at least {MIN_REASON_CHARS}, "
            f"at most {MAX_REASON_CHARS}"
        )
    found = next(
        (
            r
            for r in review_text(session, scope, text)
            if (r.finding.rule.id, r.finding.quote) == (rule_id, quote)
        ),
        None,
    )
    if found is None:
        raise NotFound(f"{scope}: nothing such is found in it now: {rule_id} “{quote[:60]}”: check it again")
    if found.exception is not None:
        raise Conflict(f"{scope}: {found.exception.created_by} has excused it already")
    row = ComplianceException(
        scope=scope,
        rule_id=rule_id,
        clause=found.finding.clause,
        quote=quote,
        quote_hash=_hash(quote),
        reason=given,
        created_at=now,
        created_by=actor.login,
    )
    session.add(row)
    session.flush()
    changes = {"quote": (None, quote), "clause": (None, row.clause), "reason": (None, given)}
    record_audit(session, actor, "compliance.excused", ("compliance", scope), changes)
    return row


def revoke_exception(session: Session, actor: Actor, exception_id: int) -> None:
    """Take an exception back: what it excused blocks again from now on. Raises NotFound, PermissionDenied."""
    require(actor, "gap.review")
    row = session.get(ComplianceException, exception_id)
    if row is None:
        raise NotFound(f"exception {exception_id}: not found: it was taken back already")
    changes = {"quote": (row.quote, None), "clause": (row.clause, None), "reason": (row.reason, None)}
    record_audit(session, actor, "compliance.revoked", ("compliance", row.scope), changes)
    session.delete(row)
    session.flush()


def list_exceptions(session: Session, *, limit: int = 200) -> list[ComplianceException]:
    """What was excused, the newest first."""
    return list(
        session.scalars(select(ComplianceException).order_by(ComplianceException.id.desc()).limit(limit))
    )


def _hash(quote: str) -> str:
    return hashlib.sha256(quote.encode()).hexdigest()
