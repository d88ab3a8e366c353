"""The simple systems that LianZhao is measured beside: what a search box could do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.embedding.protocol import Embedder
from matching.index.lexical import WordIndex, cut_words
from matching.passages import normalise
from matching.records import CompanyProfile

# All that a company says, as one text.
TEXT_FIELDS = ("full_name", "industry", "description", "product_names")
# The sentence model reads no more than this; more text only costs time.
DENSE_CHARS = 400

Ranker = Callable[[str], NDArray[np.float32]]  # a need in words → a score for each company


def bm25_ranker(companies: Sequence[CompanyProfile]) -> Ranker:
    """BM25 over the words of whole companies."""
    index = WordIndex.build([cut_words(_text(company)) for company in companies])
    return lambda need: index.scores(cut_words(need))


def char_ngram_ranker(companies: Sequence[CompanyProfile]) -> Ranker:
    """Cosine of TF-IDF over character pairs and triples."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        analyzer="char", ngram_range=(2, 3), sublinear_tf=True, preprocessor=normalise, dtype=np.float32
    )
    matrix = vectorizer.fit_transform([_text(company) for company in companies])
    return lambda need: np.asarray((matrix @ vectorizer.transform([need]).T).toarray()[:, 0])


def dense_ranker(
    companies: Sequence[CompanyProfile],
    embedder: Embedder,
    progress: Callable[[int, int], None] | None = None,
) -> Ranker:
    """Cosine of the embedding of the whole text, without the company's name."""
    texts = [
        "；".join(company.texts.get(field, "") for field in TEXT_FIELDS if field != "full_name")[:DENSE_CHARS]
        for company in companies
    ]
    vectors = embedder.embed_passages(texts, progress)
    return lambda need: np.asarray(vectors @ embedder.embed_queries([need])[0])


def _text(company: CompanyProfile) -> str:
    return "；".join(company.texts[field] for field in TEXT_FIELDS if company.texts.get(field))
