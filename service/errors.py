"""Named errors of the service. Each also inherits the built-in it resembles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from matching.errors import EmptyNeed, MatchingError, SaysNothing, SelectionInvalid, UnknownCompany


class ServiceError(Exception):
    """Any error that a user is told about: its text says what, where and what to do."""


class NotFound(ServiceError, LookupError):
    """What was asked for is not there."""


class PermissionDenied(ServiceError, PermissionError):
    """The actor's role does not allow this."""


class SignInNeeded(PermissionDenied):
    """Nobody is signed in, or the token is not good; somebody who is may be allowed."""


class Conflict(ServiceError, ValueError):
    """It clashes with what is already stored."""


class EditConflict(Conflict):
    """Somebody else changed it since it was read: says who and when. `who` is their login."""

    def __init__(self, what: str, who: str, at: datetime | None) -> None:
        self.what, self.who, self.at = what, who, at
        moment = f" at {at:%Y-%m-%d %H:%M} UTC" if at else ""
        super().__init__(
            f"{what}: {who} changed it{moment} since you opened it; nothing was overwritten: "
            "compare the two and save again"
        )


class InvalidInput(ServiceError, ValueError):
    """The input cannot be used as it is."""


def check_text(name: str, text: str) -> None:
    """Raise InvalidInput where `text` holds halves of characters, which can neither be stored nor compared.

    That is what becomes of bytes in another encoding on the command line, and of a lone "\\ud800" in JSON.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as err:
        raise InvalidInput(
            f"{name} {text[:60]!a}: is no UTF-8 text: set the terminal or the program that sends it to UTF-8"
        ) from err


class ConfigError(ServiceError, ValueError):
    """A setting that cannot be used; `setting` is its variable's name."""

    def __init__(self, setting: str, message: str) -> None:
        self.setting = setting
        super().__init__(f"{setting}: {message}")


class DatabaseUnavailable(ServiceError, ConnectionError):
    """The database cannot be opened or the connection to it broke."""


class DatabaseBusy(ServiceError, TimeoutError):
    """Another process was writing to the database for too long."""


class SchemaMismatch(ServiceError, RuntimeError):
    """The tables are missing, older or newer than this release needs."""


@dataclass(frozen=True, slots=True)
class ProfileProblem:
    """One problem of a chain profile: path inside the file, the value there, what to do."""

    path: str
    value: str
    advice: str


class InvalidProfile(InvalidInput):
    """A chain profile that does not fit the schema; `problems` lists all of them."""

    def __init__(self, source: str, problems: list[ProfileProblem]) -> None:
        self.source = source
        self.problems = problems
        lines = [f"{source}: {p.path or 'file'}: {p.value}: {p.advice}" for p in problems]
        super().__init__("\n".join(lines))


class InvalidEventPlan(InvalidProfile):
    """An event plan that does not fit the schema; `problems` lists all of them."""


# The one table of status codes: an error has that of the first row it is an instance of.
_STATUS_CODES: tuple[tuple[type[Exception], int], ...] = (
    (NotFound, 404),
    (SignInNeeded, 401),
    (PermissionDenied, 403),
    (Conflict, 409),
    (InvalidInput, 422),
    (EmptyNeed, 422),
    (SaysNothing, 422),
    (SelectionInvalid, 422),
    (UnknownCompany, 404),
    (DatabaseBusy, 503),
    (DatabaseUnavailable, 503),
    (SchemaMismatch, 503),
    (MatchingError, 503),  # no index, a damaged one, no model: the operator has to act, then it works
)


def status_code(error: Exception) -> int:
    """The HTTP status of a named error; 500 for any other."""
    return next((code for kind, code in _STATUS_CODES if isinstance(error, kind)), 500)
