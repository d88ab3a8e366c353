"""Dictionaries of the chains: one YAML file a chain, checked against a schema before the engine gets them.

A wrong file is answered with every problem at once, each as file, path, value and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from matching.dictionary import Dictionary, Entry
from matching.passages import normalise
from service.errors import InvalidProfile, ProfileProblem
from service.readers.chain_profile import as_problems, mismatch, read_yaml, repeated

Phrase = Annotated[str, Field(min_length=2, max_length=60)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class EntryProfile(_Strict):
    """One concept: other names of it, kinds of it, parts made for it, look-alikes, and where that is from."""

    term: Phrase
    same: list[Phrase] = []
    narrower: list[Phrase] = []
    parts: list[Phrase] = []
    unlike: list[Phrase] = []
    why: Annotated[str, Field(min_length=1, max_length=400)]


class DictionaryProfile(_Strict):
    """The dictionary of one chain as its file states it."""

    format: Literal[1]
    chain: Annotated[str, Field(pattern=r"^C[0-9]{2}$")]
    entries: Annotated[list[EntryProfile], Field(min_length=1)]

    @model_validator(mode="after")
    def _terms_differ(self) -> DictionaryProfile:
        problems = list(repeated("entries[{}].term", [normalise(entry.term) for entry in self.entries]))
        if problems:
            raise mismatch(problems)
        return self


def read_dictionary(paths: Iterable[Path]) -> Dictionary:
    """The dictionary of all `paths` together. Raises InvalidProfile: all problems of the first wrong file."""
    return Dictionary(
        Entry(e.term, tuple(e.same), tuple(e.narrower), tuple(e.parts), tuple(e.unlike))
        for _, e in read_entry_profiles(paths)
    )


def read_entry_profiles(paths: Iterable[Path]) -> Iterator[tuple[str, EntryProfile]]:
    """The entries of all `paths` as written, each with the code of its chain. Raises InvalidProfile."""
    for path in paths:
        profile = _profile(path)
        yield from ((profile.chain, entry) for entry in profile.entries)


def _profile(path: Path) -> DictionaryProfile:
    content = read_yaml(path)
    if not isinstance(content, dict):
        found = "nothing" if content is None else type(content).__name__
        advice = 'write a mapping that starts with "format: 1", as in data/dictionaries'
        raise InvalidProfile(path.name, [ProfileProblem("", found, advice)])
    try:
        return DictionaryProfile.model_validate(content)
    except ValidationError as err:
        raise InvalidProfile(path.name, [p for detail in err.errors() for p in as_problems(detail)]) from err
