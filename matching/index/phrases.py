"""Exact phrases in passages: where a term stands letter by letter."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.index.lexical import CharIndex
from matching.passages import normalise


class PhraseIndex:
    """The distinct passages, normalised, found by the phrases that stand in them."""

    def __init__(self, texts: Sequence[str], chars: CharIndex) -> None:
        self.texts = texts
        self._chars = chars
        self._ordinals: dict[str, int] | None = None

    def ordinal(self, text: str) -> int | None:
        """The ordinal of the distinct text that `text` is compared as, if there is one."""
        if self._ordinals is None:  # a race between threads makes it twice, both times the same
            self._ordinals = {known: place for place, known in enumerate(self.texts)}
        return self._ordinals.get(normalise(text))

    @staticmethod
    def write(texts: Sequence[str], path: Path) -> None:
        """Write `texts`, as they are compared, to `path`."""
        path.write_text(json.dumps([normalise(text) for text in texts], ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, path: Path, chars: CharIndex) -> PhraseIndex:
        """The texts of `path` with the index `chars` over the same texts."""
        return cls(json.loads(path.read_text("utf-8")), chars)

    def containing(self, phrase: str) -> NDArray[np.int64]:
        """Ordinals of the texts that hold `phrase`, ascending."""
        wanted = normalise(phrase)
        some = self._chars.holding(wanted)
        found = [i for i in some.tolist() if wanted in self.texts[i]]
        return np.array(found, dtype=np.int64)

    def places(self, phrase: str, text: int) -> Iterator[tuple[int, int]]:
        """Spans of `phrase` in a text. A Latin abbreviation stands alone: no PC in PCB."""
        return spans_of(normalise(phrase), self.texts[text])


def spans_of(phrase: str, text: str) -> Iterator[tuple[int, int]]:
    """Spans of `phrase` in `text`, both normalised."""
    start = text.find(phrase)
    while start >= 0 and phrase:
        end = start + len(phrase)
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (_runs_on(before, phrase[0]) or _runs_on(phrase[-1], after)):
            yield start, end
        start = text.find(phrase, start + 1)


def _runs_on(left: str, right: str) -> bool:
    """Whether two neighbouring characters are of one Latin word or one number."""
    return bool(left and right) and left.isascii() and right.isascii() and left.isalnum() and right.isalnum()
