"""Which characters of a quote agree with a requirement, for highlighting."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

MIN_RUN = 2


def marks_in(quote: str, terms: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Spans of `quote` that stand in one of `terms`, in order, not overlapping.

    Full and half width are alike. Runs shorter than two characters are not marked, unless the term itself is
    one character.
    """
    folded, origin = _fold(quote)
    marked = [False] * len(quote)
    for term in terms:
        wanted, _ = _fold(term)
        for start, end in _runs(folded, wanted):
            for position in range(start, end):
                marked[origin[position]] = True
    return _spans(marked)


@lru_cache(maxsize=8192)
def _fold(text: str) -> tuple[str, list[int]]:
    """`text` as it is compared, with the place each folded character comes from."""
    characters: list[str] = []
    origin: list[int] = []
    for place, character in enumerate(text):
        for folded in unicodedata.normalize("NFKC", character).lower():
            if not folded.isspace():
                characters.append(folded)
                origin.append(place)
    return "".join(characters), origin


def _runs(text: str, wanted: str) -> list[tuple[int, int]]:
    shortest = min(MIN_RUN, len(wanted))
    runs: list[tuple[int, int]] = []
    at = 0
    while shortest and at < len(text):
        length = 0
        while at + length < len(text) and text[at : at + length + 1] in wanted:
            length += 1
        if length >= shortest:
            runs.append((at, at + length))
        at += 1  # the next run may begin inside this one
    return runs


def _spans(marked: list[bool]) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    start: int | None = None
    for place, is_marked in enumerate([*marked, False]):
        if is_marked and start is None:
            start = place
        elif not is_marked and start is not None:
            spans.append((start, place))
            start = None
    return tuple(spans)
