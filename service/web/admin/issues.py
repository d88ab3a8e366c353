"""Issues of an import for a page: in words, filtered, paged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request

from service.app import language_of_request
from service.readers.company_issues import Issue, advice_sentence, problem_sentence
from service.web.formats import query_string

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class IssueRow:
    """One issue in the reader's language."""

    row: int
    column: str
    value: str
    is_error: bool
    problem: str
    advice: str


@dataclass(frozen=True, slots=True)
class IssuePage:
    """One page of issues; `shown` is "errors" or "" for all."""

    rows: tuple[IssueRow, ...]
    errors: int
    total: int
    page: int
    pages: int
    shown: str

    def address(self, *, page: int = 1, shown: str | None = None) -> str:
        """The address of another page, or of the same with other issues."""
        arguments = {"issues": self.shown if shown is None else shown, "page": page}
        return (
            f"{request.path}?{query_string({k: v for k, v in arguments.items() if v not in ('', 1)})}#issues"
        )


def page_of_issues(issues: Iterable[Issue]) -> IssuePage:
    """The page of `issues` that the address asks for."""
    shown = "errors" if request.args.get("issues") == "errors" else ""
    page = max(1, request.args.get("page", 1, type=int))
    start = (page - 1) * PER_PAGE
    rows: list[IssueRow] = []
    errors = total = matching = 0
    for issue in issues:
        total += 1
        errors += issue.severity == "error"
        if shown and issue.severity != "error":
            continue
        if start <= matching < start + PER_PAGE:
            rows.append(_in_words(issue))
        matching += 1
    return IssuePage(tuple(rows), errors, total, page, max(1, -(-matching // PER_PAGE)), shown)


def _in_words(issue: Issue) -> IssueRow:
    language = language_of_request()
    return IssueRow(
        issue.row,
        issue.column,
        issue.value,
        issue.severity == "error",
        problem_sentence(language, issue),
        advice_sentence(language, issue),
    )
