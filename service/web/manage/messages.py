"""What is told a curator when something could not be done: in the language of the page, never lost words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.app import language_of_request
from service.errors import (
    Conflict,
    EditConflict,
    InvalidInput,
    InvalidProfile,
    NotFound,
    PermissionDenied,
    ProfileProblem,
    ServiceError,
)
from service.i18n import mark
from service.operations.compliance_review import NotClean
from service.operations.gap_publishing import FourEyes
from service.readers.documents import UnreadableDocument
from service.web.formats import moment, problem_place, say


@dataclass(frozen=True, slots=True)
class Told:
    """A notice: what happened, what to do, details line by line."""

    what: str
    do: str = ""
    lines: tuple[str, ...] = ()
    detail: str = ""


def told(error: ServiceError) -> Told:
    """`error` as a notice on the page where it happened."""
    if isinstance(error, EditConflict):
        what = say(
            mark("{who} changed it at {moment}, after you opened it. Nothing was overwritten."),
            who=error.who,
            moment=moment(error.at),
        )
        return Told(what, say(mark("What you typed is still here. Compare, then save again.")))
    if isinstance(error, InvalidProfile):
        lines = tuple(problem_line(problem) for problem in error.problems)
        return Told(say(mark("It was not saved: something is missing or wrong.")), lines=lines)
    if isinstance(error, NotClean):
        lines = tuple(f"“{row.quote}” {row.clause}" for row in error.findings)
        what = say(mark("The fair-competition check blocks it until it is reviewed."))
        return Told(what, say(mark("Word it otherwise, or record below why it is lawful.")), lines)
    if isinstance(error, UnreadableDocument):
        return Told(
            say(mark("The file {name} cannot be read."), name=error.name),
            error.said_in(language_of_request()),
        )
    what, do = next(row for kind, row in _OTHERS if isinstance(error, kind))
    return Told(say(what), say(do), detail=str(error))


_OTHERS: tuple[tuple[type[ServiceError], tuple[str, str]], ...] = (
    (
        FourEyes,
        (
            mark("Who submitted a gap may not publish it too."),
            mark("Another reviewer has to publish it: the four-eyes rule is on."),
        ),
    ),
    (PermissionDenied, (mark("Your role does not allow this."), mark("Ask an administrator."))),
    (NotFound, (mark("It is not there any more."), mark("Load the page again."))),
    (
        Conflict,
        (
            mark("This cannot be done as things stand now."),
            mark("Somebody may have been faster: load the page again and look at its state."),
        ),
    ),
    (InvalidInput, (mark("The input cannot be used as it is."), mark("Correct it and try again."))),
    (ServiceError, (mark("It could not be done."), mark("Try again."))),
)


def problem_line(problem: ProfileProblem) -> str:
    """One problem in a line: field, value, what to do."""
    place = problem_place(problem.path)
    shown = f"“{problem.value}”" if problem.value and problem.value != "nothing" else ""
    separator = "：" if language_of_request() == "zh" else ": "
    return separator.join(part for part in (place, shown, say(problem.advice)) if part)


def by_field(error: ServiceError | None) -> Mapping[str, str]:
    """Problems by path, for those that stand beside their field."""
    if not isinstance(error, InvalidProfile):
        return {}
    return {problem.path: say(problem.advice) for problem in error.problems}
