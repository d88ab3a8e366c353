"""The curators' own dictionary entries over those that ship, and what a change would move.

An own entry adds names to the shipped one of its term, stands in its place, or takes it out. Engines read
the whole (`whole_dictionary`) anew when `dictionary_state` changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matching.dictionary import Dictionary, Entry
from matching.passages import normalise
from models import DictionaryEntry
from models.dictionary_entry import ENTRY_MODES
from service.actors import Actor, require
from service.errors import EditConflict, InvalidProfile, NotFound, ProfileProblem
from service.i18n import mark
from service.operations.audit import record_audit
from service.readers.dictionaries import EntryProfile, read_entry_profiles
from service.shipped import dictionary_paths

LISTS = ("same", "narrower", "parts", "unlike")
MIN_CHARS, MAX_CHARS = 2, 60
MAX_NAMES = 60
MAX_WHY_CHARS = 400


@dataclass(frozen=True, slots=True)
class EntryContent:
    """What a curator says of a term."""

    term: str
    mode: str = "add"
    same: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    why: str = ""

    @property
    def key(self) -> str:
        return normalise(self.term)


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """A term with what ships for it (with its chain) and what curators say of it."""

    term: str
    shipped: tuple[tuple[str, EntryProfile], ...]
    own: DictionaryEntry | None


@cache
def shipped_entries() -> tuple[tuple[str, EntryProfile], ...]:
    """The entries that ship, each with the code of its chain."""
    return tuple(read_entry_profiles(dictionary_paths()))


def dictionary_state(session: Session) -> tuple[object, ...]:
    """Changes whenever an own entry does."""
    entry = DictionaryEntry
    return tuple(
        session.execute(
            select(func.count(), func.max(entry.id), func.sum(entry.revision), func.max(entry.updated_at))
        ).one()
    )


def whole_dictionary(session: Session) -> Dictionary:
    """The shipped entries with those of the curators over them."""
    return merge(own_contents(session))


def own_contents(session: Session) -> list[EntryContent]:
    """What the curators say, by term."""
    return [
        content_of(row) for row in session.scalars(select(DictionaryEntry).order_by(DictionaryEntry.term_key))
    ]


def merge(own: Iterable[EntryContent]) -> Dictionary:
    """The dictionary with `own` over what ships."""
    by_key = {content.key: content for content in own}
    entries: list[Entry] = []
    placed: set[str] = set()
    for _, profile in shipped_entries():
        key = normalise(profile.term)
        content = by_key.get(key)
        if content is None:
            entries.append(_entry(profile.term, *(tuple(getattr(profile, name)) for name in LISTS)))
        elif key not in placed or content.mode == "add":
            placed.add(key)
            entries += _over(profile, content)
    left = [content for key, content in by_key.items() if key not in placed and content.mode != "off"]
    entries += [_entry(c.term, c.same, c.narrower, c.parts, c.unlike) for c in left]
    return Dictionary(entries)


def content_of(row: DictionaryEntry) -> EntryContent:
    """A stored entry as its editor holds it."""
    lists = {name: tuple(getattr(row, name)) for name in LISTS}
    return EntryContent(row.term, row.mode, why=row.why, **lists)


def find_entries(session: Session, text: str, *, limit: int) -> list[FoundEntry]:
    """Terms with `text` in one of their names, own ones first; without `text` the own ones only."""
    wanted = normalise(text)
    own = {row.term_key: row for row in session.scalars(select(DictionaryEntry))}
    found: dict[str, FoundEntry] = {
        key: FoundEntry(row.term, (), row)
        for key, row in sorted(own.items())
        if not wanted or any(wanted in normalise(name) for name in _names(content_of(row)))
    }
    if wanted:
        for chain, profile in shipped_entries():
            key = normalise(profile.term)
            names = (profile.term, *(name for part in LISTS for name in getattr(profile, part)))
            if key in found or any(wanted in normalise(name) for name in names):
                was = found.get(key, FoundEntry(profile.term, (), own.get(key)))
                found[key] = FoundEntry(was.term, (*was.shipped, (chain, profile)), was.own)
    # The term itself, then longer ones of it, then terms that only name it.
    rows = sorted(
        found.values(),
        key=lambda row: (
            bool(wanted) and wanted != normalise(row.term),
            row.own is None,
            wanted not in normalise(row.term),
        ),
    )
    return rows[:limit]


def get_entry(session: Session, term: str) -> FoundEntry:
    """All that is said of `term`, by nobody yet perhaps."""
    key = normalise(term)
    own = session.scalar(select(DictionaryEntry).where(DictionaryEntry.term_key == key))
    shipped = tuple(pair for pair in shipped_entries() if normalise(pair[1].term) == key)
    return FoundEntry(own.term if own else shipped[0][1].term if shipped else term, shipped, own)


def save_entry(session: Session, actor: Actor, content: EntryContent, *, revision: int) -> DictionaryEntry:
    """Store what the curator says of the term; `revision` is the one read, 0 where there was none.

    Raises PermissionDenied, InvalidProfile with all problems, EditConflict.
    """
    require(actor, "dictionary.edit")
    check_entry(content)
    row = session.scalar(
        select(DictionaryEntry).where(DictionaryEntry.term_key == content.key).with_for_update()
    )
    if (row.revision if row else 0) != revision:
        who, at = (row.changed_by, row.updated_at) if row else ("?", None)
        raise EditConflict(f"dictionary {content.term}", who, at)
    old = content_of(row) if row else None
    if row is None:
        row = DictionaryEntry(term_key=content.key, revision=0)
        session.add(row)
    row.term, row.mode, row.why = content.term, content.mode, content.why
    for name in LISTS:
        setattr(row, name, list(getattr(content, name)))
    row.revision, row.changed_by = row.revision + 1, actor.login
    session.flush()
    changes = {name: (getattr(old, name, None), getattr(content, name)) for name in ("mode", *LISTS, "why")}
    record_audit(session, actor, "dictionary.saved", ("dictionary", content.term), changes)
    return row


def delete_entry(session: Session, actor: Actor, term: str, *, revision: int) -> None:
    """Take back what curators said of `term`: what ships holds again. Raises NotFound, EditConflict."""
    require(actor, "dictionary.edit")
    key = normalise(term)
    row = session.scalar(select(DictionaryEntry).where(DictionaryEntry.term_key == key).with_for_update())
    if row is None:
        raise NotFound(
            f"dictionary {term}: no entry of your own: what ships cannot be deleted, only taken out"
        )
    if row.revision != revision:
        raise EditConflict(f"dictionary {term}", row.changed_by, row.updated_at)
    old = content_of(row)
    changes = {name: (getattr(old, name), None) for name in ("mode", *LISTS, "why")}
    record_audit(session, actor, "dictionary.deleted", ("dictionary", row.term), changes)
    session.delete(row)
    session.flush()


def check_entry(content: EntryContent) -> None:
    """Raise InvalidProfile with everything that is wrong in an entry."""
    problems = []
    if content.mode not in ENTRY_MODES:
        problems.append(ProfileProblem("mode", content.mode, mark("choose one of the list")))
    if not content.why.strip():
        problems.append(ProfileProblem("why", "", mark("say why, or where it is from")))
    elif len(content.why) > MAX_WHY_CHARS:
        problems.append(ProfileProblem("why", content.why[:40], mark("too long: shorten it")))
    names = _names(content)
    if content.mode == "off":
        names = (content.term,)
    elif len(names) == 1:
        problems.append(ProfileProblem("same", "", mark("give at least one name")))
    if len(names) > MAX_NAMES:
        problems.append(ProfileProblem("same", str(len(names)), mark("too many names: keep the usual ones")))
    seen: set[str] = set()
    for name in names:
        key = normalise(name)
        if len(key) < MIN_CHARS or len(name) > MAX_CHARS:
            problems.append(ProfileProblem("names", name[:MAX_CHARS], mark("a name has 2 to 60 characters")))
        elif key in seen:
            problems.append(ProfileProblem("names", name, mark("stands twice: keep one of them")))
        seen.add(key)
    if problems:
        raise InvalidProfile(content.term or "entry", problems)


def _names(content: EntryContent) -> tuple[str, ...]:
    return (content.term, *content.same, *content.narrower, *content.parts, *content.unlike)


def _over(profile: EntryProfile, content: EntryContent) -> list[Entry]:
    if content.mode == "off":
        return []
    if content.mode == "replace":
        return [_entry(content.term, content.same, content.narrower, content.parts, content.unlike)]
    lists = [(*getattr(profile, name), *getattr(content, name)) for name in LISTS]
    return [_entry(profile.term, *lists)]


def _entry(term: str, *lists: Sequence[str]) -> Entry:
    """An entry in which each name stands once."""
    return Entry(term, *(tuple(dict.fromkeys(names)) for names in lists))
