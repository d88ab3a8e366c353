"""Named errors of the engine. Each also inherits the built-in it resembles."""

from __future__ import annotations


class MatchingError(Exception):
    """Any error of the engine that a user is told about: its text says what, where and what to do."""


class IndexMissing(MatchingError, LookupError):
    """No index release where one is needed."""


class IndexDamaged(MatchingError, ValueError):
    """An index release whose files do not agree with its manifest."""


class IndexMismatch(MatchingError, ValueError):
    """An index release built with another embedder, or another format, than the one running."""


class IndexNotWritten(MatchingError, OSError):
    """The index release could not be written; nothing of it was kept."""


class EmbedderUnavailable(MatchingError, LookupError):
    """The embedding model cannot be loaded."""


class CacheUnusable(MatchingError, OSError):
    """The file of computed vectors cannot be read or written."""


class MissingExtra(MatchingError, ImportError):
    """An optional package is not installed."""


class EmptyNeed(MatchingError, ValueError):
    """A need without a word that could be matched."""


class UnknownCompany(MatchingError, LookupError):
    """A company id that is not in the index release."""


class JudgmentsInvalid(MatchingError, ValueError):
    """A file of a judged set that cannot be read."""


class SelectionInvalid(MatchingError, ValueError):
    """A selection that cannot be asked for: values out of range, or locks that contradict each other."""


class SaysNothing(MatchingError, ValueError):
    """A company without any text: there is nothing to compare."""
