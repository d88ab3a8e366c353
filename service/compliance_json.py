"""Findings of the fair-competition check as JSON, their sentences in the reader's language."""

from __future__ import annotations

from typing import Any

from service.compliance_records import ComplianceFinding, Severity
from service.i18n import mark, translate

SEVERITIES: dict[Severity, str] = {
    "blocked": mark("Blocked until reviewed"),
    "warning": mark("To be checked"),
}
_REASON = mark(
    "The words “{words}” stand for: {forbids}. Nothing there excuses them (looked for: {contexts})."
)
_UNVERIFIED = mark("The number of this clause has not been compared with the official text.")


def finding_as_json(finding: ComplianceFinding, language: str) -> dict[str, Any]:
    """One finding; `reason` says what gave the alarm and why no exception applied."""
    return {
        "start": finding.start,
        "end": finding.end,
        "quote": finding.quote,
        "rule": finding.rule.id,
        "clause": finding.clause,
        "severity": finding.severity,
        "advice": finding.rule.advice[language],
        "reason": reason(finding, language),
    }


def reason(finding: ComplianceFinding, language: str) -> str:
    """Why it is a finding, in a sentence."""
    separator = "；" if language == "zh" else "; "
    text = translate(
        language,
        _REASON,
        words=finding.matched,
        forbids=finding.rule.clause.forbids[language],
        contexts=separator.join(context.name[language] for context in finding.looked_for),
    )
    if not finding.rule.clause.verified:
        text += ("" if language == "zh" else " ") + translate(language, _UNVERIFIED)
    return text
