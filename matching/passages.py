"""Cutting a company's text into passages with exact offsets, and the key of a passage's text.

A passage is a product name, an item of an enumeration or a clause: short enough that one vector says one
thing. Offsets point into the stored text, so a quote can always be found again.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from matching.records import PASSAGE_FIELDS, Passage

PRODUCT_SEPARATOR = "、"

_CLAUSE = re.compile(r"[^。！？!?；;，,\n\r\t]+")
_ITEM = re.compile(r"[^、]+")
_LABEL = re.compile(r"^(?:主营业务|主要产品|经营范围|主要业务|公司主营)[:：]")
_INDUSTRY_LEVEL = re.compile(r"[^/]+")
_EDGES = " \u3000\xa0·•*-—:：()（）[]【】\"'“”‘’"

_TERM_CHARS = 24

MIN_CLAUSE_CHARS = 2
MAX_PASSAGE_CHARS = 120
# An enumeration is cut into its items only when it has this many: two words joined by 、 often name one
# thing.
MIN_ENUMERATION_ITEMS = 3


def normalise(text: str) -> str:
    """`text` as it is compared: full width folded (NFKC), lower case, no blanks. Idempotent."""
    return _normalise_term(text) if len(text) <= _TERM_CHARS else _normalise(text)


@lru_cache(maxsize=32768)
def _normalise_term(text: str) -> str:
    """Terms of needs and dictionaries are compared again and again."""
    return _normalise(text)


def _normalise(text: str) -> str:
    folded = "".join(unicodedata.normalize("NFKC", text).lower().split())
    # Characters that a blank or a capital kept apart may now be composed (´ is a blank and a mark to NFKC).
    return unicodedata.normalize("NFKC", folded)


def text_key(text: str) -> str:
    """The key of a passage's text: 32 hex digits, equal for texts that are compared as equal."""
    return hashlib.blake2b(normalise(text).encode(), digest_size=16).hexdigest()


def cut_passages(texts: Mapping[str, str]) -> list[Passage]:
    """The passages of a company in the order of PASSAGE_FIELDS; `texts[p.field][p.start:p.end] == p.text`."""
    passages: list[Passage] = []
    for field in PASSAGE_FIELDS:
        text = texts.get(field)
        if not text:
            continue
        if field == "product_names":
            passages.extend(_cut_products(text))
        elif field == "full_name":
            passages.extend(_trimmed(field, text, 0, len(text)))
        elif field == "industry":
            for match in _INDUSTRY_LEVEL.finditer(text):
                passages.extend(_trimmed(field, text, match.start(), match.end()))
        else:
            passages.extend(_cut_prose(field, text))
    return passages


def join_product_names(names: list[str]) -> str:
    """The stored `product_names` text of a company: names in order, with a separator that none contains."""
    return PRODUCT_SEPARATOR.join(name.replace(PRODUCT_SEPARATOR, "，") for name in names)


def _cut_products(text: str) -> Iterator[Passage]:
    for match in _ITEM.finditer(text):
        # Counted by separators: a product without a name is no item, but has its place among the products.
        ordinal = text.count(PRODUCT_SEPARATOR, 0, match.start())
        yield from _trimmed("product_names", text, match.start(), match.end(), product=ordinal)


def _cut_prose(field: str, text: str) -> Iterator[Passage]:
    for clause in _CLAUSE.finditer(text):
        start, end = clause.span()
        label = _LABEL.match(text[start:end])
        if label:
            start += label.end()
        items = [(start + m.start(), start + m.end()) for m in _ITEM.finditer(text[start:end])]
        if len(items) >= MIN_ENUMERATION_ITEMS:
            for item_start, item_end in items:
                yield from _trimmed(field, text, item_start, item_end)
        else:
            yield from _trimmed(field, text, start, end)


def _trimmed(field: str, text: str, start: int, end: int, product: int | None = None) -> Iterator[Passage]:
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES and not _closes_bracket(text, start, end):
        end -= 1
    if not any(map(str.isalnum, text[start:end])):  # nothing but signs: 。。。
        return
    while end - start > MAX_PASSAGE_CHARS:
        yield Passage(
            field, start, start + MAX_PASSAGE_CHARS, text[start : start + MAX_PASSAGE_CHARS], product
        )
        start += MAX_PASSAGE_CHARS
    if end - start >= (1 if product is not None else MIN_CLAUSE_CHARS):
        yield Passage(field, start, end, text[start:end], product)


def _closes_bracket(text: str, start: int, end: int) -> bool:
    """Whether the bracket that ends the span was opened inside it, so that it belongs to the phrase."""
    opening = {")": "(", "）": "（", "]": "[", "】": "【", "”": "“", "’": "‘"}.get(text[end - 1])
    return opening is not None and opening in text[start : end - 1]
