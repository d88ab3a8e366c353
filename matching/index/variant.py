"""A release as it would be if one company said other things, made in milliseconds from the one in use.

What is compared company by company (vectors, words, industries) is whole, with the changed company in its
place. Passages are only those of the changed company: it alone can be scored over a variant.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.centrality import centrality
from matching.embedding.protocol import Embedder, Vectors
from matching.index.changed import ChangedWords, CharsOfFew, mean_length_of
from matching.index.phrases import PhraseIndex
from matching.index.release import (
    Mentions,
    Release,
    distinct_texts,
    embeddable,
    mean_vector,
    share_of,
    words_of,
)
from matching.index.stores import STORES, ExactStore
from matching.passages import cut_passages, normalise
from matching.records import PASSAGE_FIELDS, CompanyProfile
from matching.relation import RELATIONS, relation_of

_PRODUCT = PASSAGE_FIELDS.index("product_names")


@dataclass(frozen=True, slots=True)
class Variant:
    """`release` with the changed company at `ordinal`, and what its texts are to the base's."""

    release: Release
    ordinal: int
    new: NDArray[np.int64]  # ordinals, in `release`, of texts that the base has not
    gone: NDArray[np.int64]  # ordinals, in the base, of texts that nobody has any more
    text_count: int  # distinct texts of the whole base after the change


class Place:
    """The place of one company in a release, where variants of it can stand; a stranger's is at the end."""

    def __init__(self, release: Release, embedder: Embedder, company_id: str) -> None:
        self.base = release
        self._embedder = embedder
        ordinal = release.companies.find(company_id)
        self.is_new = ordinal is None
        self.ordinal = len(release.companies) if ordinal is None else ordinal

    def variant(self, company: CompanyProfile) -> Variant:
        """The release with `company` here. Nothing is written."""
        base = self.base
        cut = cut_passages(company.texts)
        texts, own = distinct_texts([(cut, [share_of(company, passage) for passage in cut])])
        folded = [normalise(text) for text in texts]
        places = (base.phrases.ordinal(text) for text in folded)
        known = np.array([-1 if place is None else place for place in places], dtype=np.int64)
        new, gone = np.flatnonzero(known < 0), np.setdiff1d(self._only_here, known)
        embedded = embeddable(own, len(texts))
        embedded[known >= 0] |= base.embedded[known[known >= 0]]
        vectors = self._vectors(texts, known, embedded)
        chars = CharsOfFew(
            base.chars, folded, [folded[i] for i in new], [base.phrases.texts[i] for i in gone]
        )
        mean = self._mean(own, known, vectors, embedded)
        mentions = replace(own, starts=self._starts(len(own.text)))
        changed = replace(
            base,
            companies=base.companies.with_company(self.ordinal, company),
            mentions=mentions,
            relation=np.array([RELATIONS.index(relation_of(text)) for text in texts], dtype=np.uint8),
            embedded=embedded,
            store=ExactStore(vectors),
            words=self._words(company),
            chars=chars,
            phrases=PhraseIndex(folded, chars),
            company_vectors=self._with_own(base.company_vectors, mean[None]),
            sample=self._sample(vectors[new[embedded[new]]], gone),
            has_text=self._with_own(base.has_text, np.array([bool(cut)])),
            is_prose=self._is_prose(own, known),
            centrality=centrality(mentions),
        )
        return Variant(changed, self.ordinal, new, gone, chars.count)

    @cached_property
    def _mentions(self) -> slice:
        """The base's passages of this company."""
        starts = self.base.mentions.starts
        return slice(0, 0) if self.is_new else slice(int(starts[self.ordinal]), int(starts[self.ordinal + 1]))

    @cached_property
    def _only_here(self) -> NDArray[np.int64]:
        """Ordinals of the base's texts that no other company has."""
        own, times = np.unique(self.base.mentions.text[self._mentions], return_counts=True)
        everywhere = np.bincount(self.base.mentions.text, minlength=len(self.base.relation))
        return np.asarray(own[everywhere[own] == times], dtype=np.int64)

    @cached_property
    def _products_elsewhere(self) -> NDArray[np.int32]:
        """Ordinals of the base's texts that other companies have as a product's name."""
        is_product = self.base.mentions.field == _PRODUCT
        is_product[self._mentions] = False
        return np.asarray(np.unique(self.base.mentions.text[is_product]))

    @cached_property
    def _words_before(self) -> list[str]:
        return [] if self.is_new else words_of(self.base.companies.get(self.ordinal))

    @cached_property
    def _mean_length(self) -> float:
        if not self.is_new:
            return mean_length_of(self.base.words, self.ordinal, self._words_before)
        some = int(np.argmax(self.base.has_text)) if len(self.base.companies) else None
        if some is None:
            return 1.0
        return mean_length_of(self.base.words, some, words_of(self.base.companies.get(some)))

    def _starts(self, count: int) -> NDArray[np.int64]:
        starts = np.zeros(len(self.base.companies) + self.is_new + 1, dtype=np.int64)
        starts[self.ordinal + 1 :] = count
        return starts

    def _words(self, company: CompanyProfile) -> ChangedWords:
        return ChangedWords(
            self.base.words, self.ordinal, self._words_before, words_of(company), self._mean_length
        )

    def _with_own(self, values: NDArray[Any], own: NDArray[Any]) -> NDArray[Any]:
        """`values` of all companies with that of this one."""
        return np.concatenate([values[: self.ordinal], own, values[self.ordinal + 1 :]])

    def _vectors(self, texts: list[str], known: NDArray[np.int64], embedded: NDArray[np.bool_]) -> Vectors:
        """Vectors as the base's store would give them."""
        vectors = np.zeros((len(texts), self._embedder.dim), dtype=np.float32)
        stored = np.zeros(len(texts), dtype=np.bool_)
        stored[known >= 0] = self.base.embedded[known[known >= 0]]
        vectors[stored] = self.base.store.vectors(known[stored])
        fresh = np.flatnonzero(embedded & ~stored)
        if len(fresh):
            made = self._embedder.embed_passages([texts[i] for i in fresh])
            store = STORES[self.base.manifest["store"]].build(made)
            vectors[fresh] = store.vectors(np.arange(len(fresh)))
        return vectors

    def _mean(
        self, own: Mentions, known: NDArray[np.int64], vectors: Vectors, embedded: NDArray[np.bool_]
    ) -> Vectors:
        """The company's own vector, as the index keeps it; the same where its passages are.

        A store that rounds its vectors (FAISS) rounds this one too.
        """
        before = self.base.mentions.text[self._mentions]
        if len(before) and np.array_equal(np.sort(known[own.text]), np.sort(before)):
            return np.asarray(self.base.company_vectors[self.ordinal])
        texts = own.text[embedded[own.text]]
        mean = mean_vector(vectors[texts]) if len(texts) else np.zeros(vectors.shape[1], dtype=np.float32)
        return np.asarray(mean.astype(np.float16), dtype=np.float32)

    def _sample(self, fresh: Vectors, gone: NDArray[np.int64]) -> Vectors:
        """The sample that cosines are read against; only one that holds all texts knows of the change."""
        ids = np.flatnonzero(self.base.embedded)
        if len(ids) > len(self.base.sample):
            return self.base.sample
        return np.concatenate([self.base.sample[~np.isin(ids, gone)], fresh])

    def _is_prose(self, own: Mentions, known: NDArray[np.int64]) -> NDArray[np.bool_]:
        prose = ~np.isin(known, self._products_elsewhere)
        prose[own.text[own.field == _PRODUCT]] = False
        return prose
