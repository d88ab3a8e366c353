"""Lexical indexes as they would be if one company said other things: counted anew, not guessed.

What a whole rebuild would move by one company in a base of thousands is kept as it was and said here: in
`ChangedWords` the mean length of a text as it bears on the other companies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.index.lexical import (
    BM25_B,
    BM25_K1,
    HEADLESS_SHARE,
    NGRAM_LENGTH_WEIGHTS,
    NGRAM_RANGE,
    CharIndex,
    Scores,
    WordIndex,
    gram_rarity,
    grams_of,
    word_rarity,
)
from matching.passages import normalise


class ChangedWords(WordIndex):
    """`base` with `words` in place of those of the company `ordinal` (`before`); at the end, one more."""

    def __init__(
        self,
        base: WordIndex,
        ordinal: int,
        before: Sequence[str],
        words: Sequence[str],
        mean_length: float,
    ) -> None:
        self._base = base
        self._ordinal = ordinal
        self._words = Counter(words)
        self._count = base.count + (ordinal == base.count)
        self._length = len(words)
        self._mean_length = (mean_length * base.count - len(before) + len(words)) / self._count

    def postings(self, word: str) -> tuple[NDArray[np.int64], Scores]:
        documents, scores = self._base.postings(word)
        others = documents != self._ordinal
        times = self._words[word]
        rarity = word_rarity(self._count, int(others.sum()) + (times > 0))
        scores = scores[others] * np.float32(rarity / word_rarity(self._base.count, len(documents)))
        if not times:
            return documents[others], scores
        own = np.array([rarity * self._share(times)], dtype=np.float32)
        return np.append(documents[others], self._ordinal), np.append(scores, own)

    def _share(self, times: int) -> float:
        return times / (BM25_K1 * (1 - BM25_B + BM25_B * self._length / self._mean_length) + times)


def mean_length_of(words: WordIndex, ordinal: int, own: Sequence[str]) -> float:
    """The mean number of words of a text, read out of the scores of one whose words are known.

    BM25 holds it, the index on disk does not. 1 for an index without words.
    """
    found = []
    for word, times in Counter(own).items():
        documents, scores = words.postings(word)
        place = np.flatnonzero(documents == ordinal)
        if len(place):
            share = float(scores[place[0]]) / word_rarity(words.count, len(documents))
            relative = (times * (1 / share - 1) / BM25_K1 - (1 - BM25_B)) / BM25_B
            found.append(len(own) / relative)
    return float(np.median(found)) if found else 1.0


class CharsOfFew(CharIndex):
    """The n-grams of a few `texts`, weighed as in `base` after `gone` texts left it and `new` ones came.

    All texts normalised; `new` are those of `texts` that the base has not.
    """

    def __init__(
        self, base: CharIndex, texts: Sequence[str], new: Sequence[str], gone: Sequence[str]
    ) -> None:
        self._base = base
        self._n_texts = len(texts)
        self._holders: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            for gram in grams_of(text):
                self._holders.setdefault(gram, []).append(place)
        self._added = Counter(gram for text in new for gram in grams_of(text))
        self._added.subtract(gram for text in gone for gram in grams_of(text))
        self._count = base.count + len(new) - len(gone)

    @property
    def count(self) -> int:
        return self._count

    def coverage(self, term: str) -> Scores:
        result = np.zeros(self._n_texts, dtype=np.float32)
        total = 0.0
        for gram in grams_of(term):
            frequency = self._base.frequency(gram) + self._added[gram]
            weight = NGRAM_LENGTH_WEIGHTS[len(gram)] * gram_rarity(self._count, max(frequency, 1))
            total += weight
            for place in self._holders.get(gram, ()):
                result[place] += weight
        if total <= 0:
            return result
        headed = np.zeros(self._n_texts, dtype=np.bool_)
        headed[self._holders.get(normalise(term)[-1], [])] = True
        return np.asarray(np.where(headed, 1.0, HEADLESS_SHARE) * result / total, dtype=np.float32)

    def holding(self, phrase: str) -> NDArray[np.int64]:
        return np.array(self._holders.get(phrase[: NGRAM_RANGE[1]], []), dtype=np.int64)
