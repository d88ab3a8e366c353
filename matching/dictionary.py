"""What the industry calls things: other names, kinds and parts of what a need asks for.

A need names a product as a policy writes it (石油化工催化剂), a company writes what it sells (加氢催化剂).
Curators keep the entries that close this distance; the engine gets them as an argument.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Literal

from matching.passages import normalise

# How a term stands to what is asked for: its own words, another name of it, a kind of it, something made
# specially for it, or the wider class that it ends in.
TermKind = Literal["self", "same", "narrower", "part", "wider"]

_MIN_CHARS = 2
# The end of a longer word names its class (烧结钕铁硼 is 钕铁硼); two characters are too few to be sure.
_MIN_CLASS_CHARS = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One concept of a chain's dictionary, as its curators wrote it."""

    term: str
    same: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase to look for, normalised, and what finding it means.

    `name` is the name of the thing it belongs to: 漆包线 belongs to 电磁线, also where
    超微细电磁线 is sought.
    """

    text: str
    kind: TermKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class Expansion:
    """All phrases that speak of one requirement, and look-alikes that do not (normalised)."""

    terms: tuple[Term, ...]
    unlike: tuple[str, ...] = ()


class Dictionary:
    """Entries by every name they have. `version` changes when any entry does."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries = tuple(entries)
        self._by_name: dict[str, list[Entry]] = {}
        for entry in self._entries:
            for name in dict.fromkeys(map(normalise, (entry.term, *entry.same))):
                if name:
                    self._by_name.setdefault(name, []).append(entry)
        whole = json.dumps([asdict(entry) for entry in self._entries], ensure_ascii=False)
        self.version = hashlib.sha256(whole.encode("utf-8")).hexdigest()[:12] if self._entries else "none"

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries in the order in which they were given."""
        return self._entries

    @cached_property
    def names(self) -> frozenset[str]:
        """Every term that an entry names, normalised; what a term is not is a term too."""
        return frozenset(
            name
            for entry in self._entries
            for name in map(
                normalise, (entry.term, *entry.same, *entry.narrower, *entry.parts, *entry.unlike)
            )
        )

    def expand(self, names: Iterable[str]) -> Expansion:
        """What to look for when a requirement is asked for: `names` are its text, then synonyms and its core.

        One level deep: kinds of kinds are not followed. Where no name has an entry, the longest ending of
        the last one that has an entry gives its terms as the wider class.
        """
        every = [name for name in map(normalise, names) if name]
        wanted = list(dict.fromkeys(every))
        found = {name: Term(name, "same" if place else "self", name) for place, name in enumerate(wanted)}
        # What is made of 马铃薯 is no kind of 马铃薯种植: of a name inside the thing's own
        # only the name counts.
        entries = [
            (_owner(name, entry), entry)
            for name in wanted
            if name == every[-1] or name not in every[-1]
            for entry in self._by_name.get(name, ())
        ]
        unlike: list[str] = []
        if entries:
            for name, entry in entries:
                _add(found, (entry.term, *entry.same), "same", name)
            for name, entry in entries:
                _add(found, entry.narrower, "narrower", name)
            for name, entry in entries:
                _add(found, entry.parts, "part", name)
        elif wanted:
            entries = self._class_of(every[-1])
            for name, entry in entries:
                _add(found, (entry.term, *entry.same), "wider", name)
        for _, entry in entries:
            unlike += (u for u in map(normalise, entry.unlike) if u and u not in found)
        terms = tuple(
            term
            for term in found.values()
            # 铜: an element is asked for by its one character.
            if len(term.text) >= _MIN_CHARS or (term.kind == "self" and term.text.isalnum())
        )
        return Expansion(terms, tuple(dict.fromkeys(unlike)))

    def _class_of(self, name: str) -> list[tuple[str, Entry]]:
        for start in range(1, len(name) - _MIN_CLASS_CHARS + 1):
            if name[start:] in self._by_name:
                return [(name[start:], entry) for entry in self._by_name[name[start:]]]
        return []


def _owner(name: str, entry: Entry) -> str:
    """Whose phrases an entry holds: its term where `name` only says more of that (芯片 for 高端芯片)."""
    term = normalise(entry.term)
    return term if term in name else name


def _add(found: dict[str, Term], phrases: Iterable[str], kind: TermKind, name: str) -> None:
    for phrase in map(normalise, phrases):
        if phrase:
            found.setdefault(phrase, Term(phrase, kind, name))
