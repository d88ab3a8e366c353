"""Requirements as the reader edited them: read from a form or an address, written into an address.

One requirement is one argument `r`: its level and weight, its facet, its text, its synonyms, as in
`r=m1:高档电解铜箔|电解铜箔` (m must, s should, x must_not; p product, c process, t technology, a capability,
d condition; the product's letter is left out). A backslash before | or \\ takes it letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

from flask import request

from matching.passages import normalise
from matching.records import Facet, Level, Requirement
from service.i18n import mark
from service.web.errors import InvalidAddress
from service.web.formats import say

MAX_REQUIREMENTS = 40
MAX_TEXT_CHARS = 200
MAX_SYNONYMS = 30
MIN_WEIGHT, MAX_WEIGHT = 0.1, 5.0
_LEVELS: dict[str, Level] = {"m": "must", "s": "should", "x": "must_not"}
_FACETS: dict[str, Facet] = {
    "p": "product",
    "c": "process",
    "t": "technology",
    "a": "capability",
    "d": "condition",
}
_LEVEL_LETTERS = {level: letter for letter, level in _LEVELS.items()}
_FACET_LETTERS = {facet: letter for letter, facet in _FACETS.items()}
_HEAD = re.compile(r"([msx])(\d(?:\.\d{1,2})?)([pctad]?)")
_SEPARATORS = re.compile(r"[、，,；;\n|]+")


def encode(requirement: Requirement) -> str:
    """`requirement` as one argument of an address."""
    facet = "" if requirement.facet == "product" else _FACET_LETTERS[requirement.facet]
    weight = f"{requirement.weight:.2f}".rstrip("0").rstrip(".")
    words = "|".join(_escaped(word) for word in (requirement.text, *requirement.synonyms))
    return f"{_LEVEL_LETTERS[requirement.level]}{weight}{facet}:{words}"


def decode(argument: str, number: int) -> Requirement:
    """The requirement in one argument of an address. Raises InvalidAddress, naming what is wrong."""
    head, colon, words = argument.partition(":")
    known = _HEAD.fullmatch(head)
    if not colon or known is None:
        raise InvalidAddress(
            say(
                mark(
                    "Requirement {number} in the address, “{value}”, does not begin like m1: "
                    "a level (m, s or x), a weight, a colon."
                ),
                number=number,
                value=argument[:40],
            )
        )
    level, weight, facet = known.groups()
    text, *synonyms = _split(words)
    return make_requirement(number, text, _LEVELS[level], weight, _FACETS[facet or "p"], synonyms)


def read_requirements() -> tuple[Requirement, ...]:
    """The requirements as edited; empty where nobody edited them. Raises InvalidAddress.

    A form sends its fields in parallel (text, level, weight, synonyms, facet); a line without a text, or one
    that is marked to be left out, is removed.
    """
    given = request.args.getlist("r")
    if request.args.get("edited"):
        given = []
        found = _from_form()
    else:
        found = [decode(argument, number) for number, argument in enumerate(given, start=1)]
    if len(found) > MAX_REQUIREMENTS:
        raise InvalidAddress(
            say(
                mark("{count} requirements are too many: at most {most}."),
                count=len(found),
                most=MAX_REQUIREMENTS,
            )
        )
    if found and all(requirement.level == "must_not" for requirement in found):
        raise InvalidAddress(
            say(mark("Every requirement excludes something: keep at least one that is sought."))
        )
    return tuple(found)


def split_synonyms(text: str) -> list[str]:
    """Synonyms as they are typed: separated by 、, a comma, a semicolon or a new line."""
    return [word for part in _SEPARATORS.split(text) if (word := part.strip())]


def make_requirement(
    number: int, text: str, level: Level, weight: str, facet: Facet, synonyms: Sequence[str]
) -> Requirement:
    """A checked requirement. Raises InvalidAddress."""
    text = " ".join(text.split())
    if not normalise(text) or len(text) > MAX_TEXT_CHARS:
        raise InvalidAddress(
            say(
                mark("Requirement {number}: “{value}” is no text of 1 to {most} characters to look for."),
                number=number,
                value=text[:40],
                most=MAX_TEXT_CHARS,
            )
        )
    heavy = _weight(weight)
    if heavy is None:
        raise InvalidAddress(
            say(
                mark("Requirement {number}, {text}: weight “{value}” is not a number from {low} to {high}."),
                number=number,
                text=text[:20],
                value=weight[:20],
                low=MIN_WEIGHT,
                high=MAX_WEIGHT,
            )
        )
    words = tuple(dict.fromkeys(word for word in synonyms if normalise(word) and word != text))
    if len(words) > MAX_SYNONYMS or any(len(word) > MAX_TEXT_CHARS for word in words):
        raise InvalidAddress(
            say(
                mark("Requirement {number}, {text}: at most {most} synonyms of {chars} characters each."),
                number=number,
                text=text[:20],
                most=MAX_SYNONYMS,
                chars=MAX_TEXT_CHARS,
            )
        )
    return Requirement(f"r{number}", text, facet, level, heavy, words)


def _from_form() -> list[Requirement]:
    columns = [request.args.getlist(name) for name in ("text", "level", "weight", "synonyms", "facet")]
    if len({len(column) for column in columns}) != 1:
        raise InvalidAddress(say(mark("The form of the requirements came incomplete: load the page again.")))
    dropped = set(request.args.getlist("drop"))
    found: list[Requirement] = []
    for place, (text, level, weight, synonyms, facet) in enumerate(zip(*columns, strict=True)):
        if not text.strip() or str(place) in dropped:
            continue
        if level not in get_args(Level) or facet not in get_args(Facet):
            raise InvalidAddress(
                say(mark("The form of the requirements came incomplete: load the page again."))
            )
        number = len(found) + 1
        found.append(
            make_requirement(
                number,
                text,
                _LEVELS[_LEVEL_LETTERS[level]],
                weight,
                facet,
                split_synonyms(synonyms),
            )
        )
    return found


def _weight(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return round(value, 2) if MIN_WEIGHT <= value <= MAX_WEIGHT else None


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("|", "\\|")


def _split(words: str) -> list[str]:
    found, word, at = [], "", 0
    while at < len(words):
        letter = words[at]
        if letter == "\\" and at + 1 < len(words):
            word += words[at + 1]
            at += 2
            continue
        if letter == "|":
            found.append(word)
            word = ""
        else:
            word += letter
        at += 1
    return [*found, word]
