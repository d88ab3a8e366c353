"""Finding by words: BM25 over a company's words, and character n-grams over passages.

Words (jieba) carry whole companies; character n-grams carry the short product names that no dictionary of
words knows (锂电铜箔, 聚苯硫醚). Names of elements that the sentence model cannot read (镧, 铈, 锆) are
decided here alone. BM25 after Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), through
bm25s.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matching.passages import normalise

Scores = NDArray[np.float32]

BM25_K1 = 1.5
BM25_B = 0.75
NGRAM_RANGE = (1, 3)
# Single characters are everywhere: they only break ties, and find elements (锆) that stand alone.
NGRAM_LENGTH_WEIGHTS = {1: 0.35, 2: 1.0, 3: 1.0}
# The head of a Chinese noun stands last: 电解铜 is no 电解铜箔, whatever they share.
HEADLESS_SHARE = 0.25
_SHORT_CHARS = 120
_WORD = re.compile(r"[0-9a-z\u3400-\u9fff]")


@lru_cache(maxsize=1)
def _cutter() -> Any:
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    return jieba.Tokenizer()


def cut_words(text: str) -> list[str]:
    """The words of `text`, longer words also by their parts (电解铜箔 gives 电解 and 铜箔 too)."""
    folded = normalise(text)
    return list(_cut_short(folded) if len(folded) <= _SHORT_CHARS else _cut(folded))


@lru_cache(maxsize=8192)
def _cut_short(folded: str) -> tuple[str, ...]:
    """What is asked for is asked for again."""
    return _cut(folded)


def _cut(folded: str) -> tuple[str, ...]:
    return tuple(word for word in _cutter().lcut_for_search(folded) if _WORD.search(word))


def whole_words(text: str) -> list[str]:
    """The words of `text`, each once and none by its parts."""
    return [word for word in dict.fromkeys(_cutter().lcut(normalise(text))) if _WORD.search(word)]


class WordIndex:
    """BM25 over the words of whole companies."""

    def __init__(self, bm25: Any, vocabulary: dict[str, int], count: int) -> None:
        self._bm25 = bm25
        self._vocabulary = vocabulary
        self._count = count

    @classmethod
    def build(cls, documents: Sequence[Sequence[str]]) -> WordIndex:
        """An index over `documents`, each the words of one company."""
        import bm25s

        vocabulary: dict[str, int] = {}
        ids = [[vocabulary.setdefault(word, len(vocabulary)) for word in words] for words in documents]
        bm25 = bm25s.BM25(method="lucene", k1=BM25_K1, b=BM25_B)
        if vocabulary:
            bm25.index((ids, vocabulary), show_progress=False)
        return cls(bm25, vocabulary, len(documents))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "words.json").write_text(
            json.dumps({"count": self._count, "vocabulary": self._vocabulary}, ensure_ascii=False), "utf-8"
        )
        if self._vocabulary:
            self._bm25.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> WordIndex:
        import bm25s

        known = json.loads((folder / "words.json").read_text("utf-8"))
        bm25 = bm25s.BM25.load(str(folder), load_corpus=False) if known["vocabulary"] else None
        return cls(bm25, known["vocabulary"], known["count"])

    def weighted(self, weights: Mapping[str, float]) -> tuple[Scores, float]:
        """BM25 of every company for words that count `weights`, and the most that any text could have.

        That most is the sum of weight times idf, a word that no company has counting as the rarest.
        """
        result = np.zeros(self._count, dtype=np.float32)
        most = 0.0
        for word, weight in weights.items():
            documents, scores = self.postings(word)
            result[documents] += weight * scores
            most += weight * word_rarity(self._count, len(documents))
        return result, most

    @property
    def count(self) -> int:
        """How many documents there are."""
        return self._count

    def postings(self, word: str) -> tuple[NDArray[np.int64], Scores]:
        """The documents that have `word`, with what BM25 gives them for it."""
        token = self._vocabulary.get(word)
        if token is None:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        start, end = (int(i) for i in self._postings["indptr"][token : token + 2])
        return self._postings["indices"][start:end].astype(np.int64), self._postings["data"][start:end]

    @property
    def _postings(self) -> dict[str, Any]:
        return dict(self._bm25.scores)

    def holders(self, word: str) -> NDArray[np.int64]:
        """The documents that have `word`."""
        return self.postings(word)[0]

    def best_share(self, words: Sequence[str]) -> float:
        """The part of `words`, weighed by rarity, that one company has at most: 0 to 1."""
        had = np.zeros(self._count, dtype=np.float32)
        total = 0.0
        for word in words:
            documents = self.holders(word)
            rarity = word_rarity(self._count, len(documents))
            had[documents] += rarity
            total += rarity
        return min(1.0, float(had.max(initial=0.0)) / total) if total else 0.0

    def scores(self, words: Sequence[str]) -> Scores:
        """BM25 of every company for `words`: float32, shape (n_companies,), 0 where nothing agrees."""
        ids = [self._vocabulary[word] for word in words if word in self._vocabulary]
        if not ids:
            return np.zeros(self._count, dtype=np.float32)
        return np.asarray(self._bm25.get_scores_from_ids(ids), dtype=np.float32)


class CharIndex:
    """Character n-grams of the distinct passages: an inverted sparse matrix of shape (n_grams, n_texts)."""

    def __init__(self, grams: dict[str, int], postings: sp.csr_matrix, weights: Scores) -> None:
        self._grams = grams
        self._postings = postings
        self._weights = weights

    @classmethod
    def build(cls, texts: Sequence[str]) -> CharIndex:
        """An index over distinct `texts`. A gram weighs its idf over texts times NGRAM_LENGTH_WEIGHTS."""
        from sklearn.feature_extraction.text import CountVectorizer

        vectorizer = CountVectorizer(
            analyzer="char", ngram_range=NGRAM_RANGE, preprocessor=normalise, binary=True, dtype=np.float32
        )
        if not any(normalise(text) for text in texts):
            return cls({}, sp.csr_matrix((0, len(texts)), dtype=np.float32), np.zeros(0, dtype=np.float32))
        matrix = vectorizer.fit_transform(texts).T.tocsr()
        grams = {gram: int(row) for gram, row in vectorizer.vocabulary_.items()}
        frequency = np.diff(matrix.indptr)
        idf = np.log1p(len(texts) / (1.0 + frequency))
        by_length = np.ones(len(grams))
        for gram, row in grams.items():
            by_length[row] = NGRAM_LENGTH_WEIGHTS[len(gram)]
        return cls(grams, matrix, (idf * by_length).astype(np.float32))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "grams.json").write_text(json.dumps(self._grams, ensure_ascii=False), "utf-8")
        sp.save_npz(folder / "postings.npz", self._postings, compressed=False)
        np.save(folder / "weights.npy", self._weights)

    @classmethod
    def load(cls, folder: Path) -> CharIndex:
        grams = json.loads((folder / "grams.json").read_text("utf-8"))
        postings = sp.load_npz(folder / "postings.npz").tocsr()
        return cls(grams, postings, np.load(folder / "weights.npy"))

    def coverage(self, term: str) -> Scores:
        """How much of `term` stands in each text, grams weighed by rarity: float32, (n_texts,), 0 to 1.

        A text without the last character of `term` names another thing and counts HEADLESS_SHARE of it.
        A gram that no text holds counts with the weight of a gram seen once: what nobody makes is not
        fulfilled by the rest of the term.
        """
        wanted = grams_of(term)
        rows = [self._grams[gram] for gram in wanted if gram in self._grams]
        result = np.zeros(self._postings.shape[1], dtype=np.float32)
        if not rows:
            return result
        unseen = sum(
            NGRAM_LENGTH_WEIGHTS[len(gram)] * self._rarest for gram in wanted if gram not in self._grams
        )
        weights = self._weights[rows]
        total = float(weights.sum() + unseen)
        for row, weight in zip(rows, weights, strict=True):
            start, end = self._postings.indptr[row], self._postings.indptr[row + 1]
            result[self._postings.indices[start:end]] += weight
        headed = np.zeros(len(result), dtype=np.bool_)
        head = self._grams.get(normalise(term)[-1])
        if head is not None:
            start, end = self._postings.indptr[head], self._postings.indptr[head + 1]
            headed[self._postings.indices[start:end]] = True
        return np.asarray(np.where(headed, 1.0, HEADLESS_SHARE) * result / total, dtype=np.float32)

    @property
    def count(self) -> int:
        """How many texts there are."""
        return int(self._postings.shape[1])

    def frequency(self, gram: str) -> int:
        """How many texts hold `gram`."""
        row = self._grams.get(gram)
        return 0 if row is None else int(self._postings.indptr[row + 1] - self._postings.indptr[row])

    def holding(self, phrase: str) -> NDArray[np.int64]:
        """Ordinals of the texts that hold the rarest n-gram of the normalised `phrase`, ascending.

        Every text with the whole phrase is among them.
        """
        length = min(NGRAM_RANGE[1], len(phrase))
        rarest: NDArray[Any] | None = None
        for start in range(len(phrase) - length + 1):
            row = self._grams.get(phrase[start : start + length])
            if row is None:
                return np.zeros(0, dtype=np.int64)
            some = self._postings.indices[self._postings.indptr[row] : self._postings.indptr[row + 1]]
            if rarest is None or len(some) < len(rarest):
                rarest = some
        return np.sort(rarest).astype(np.int64) if rarest is not None else np.zeros(0, dtype=np.int64)

    @property
    def _rarest(self) -> float:
        return gram_rarity(self.count, 1)


def gram_rarity(n_texts: int, frequency: int) -> float:
    """What a gram weighs that so many of the texts hold."""
    return float(np.log1p(n_texts / (1.0 + frequency)))


def word_rarity(n_documents: int, frequency: int) -> float:
    """What a word weighs in BM25 (Lucene's idf) that so many of the documents have."""
    return float(np.log1p((n_documents - frequency + 0.5) / (frequency + 0.5)))


def grams_of(text: str) -> list[str]:
    """The distinct n-grams of the normalised `text`, in order of appearance."""
    folded = normalise(text)
    low, high = NGRAM_RANGE
    grams = [folded[i : i + n] for n in range(low, high + 1) for i in range(len(folded) - n + 1)]
    return list(dict.fromkeys(grams))
