"""A company as it would be if it said more, or less: the changes that counterfactuals are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from matching.passages import PRODUCT_SEPARATOR, join_product_names
from matching.records import CompanyProfile, Product

Span = tuple[str, int, int]  # field, start, end

_ITEM_SEPARATOR = "、"


def with_product(company: CompanyProfile, name: str) -> CompanyProfile:
    """`company` with one more product, the last of its list, without a share of the revenue."""
    names = company.texts.get("product_names", "")
    stated = [names] if names else []
    texts = {
        **company.texts,
        "product_names": PRODUCT_SEPARATOR.join([*stated, join_product_names([name])]),
    }
    # Products stand in the text by their place: one without a name would take the new one's.
    known = company.products[: names.count(PRODUCT_SEPARATOR) + 1] if names else ()
    return replace(company, texts=texts, products=(*known, Product(name)))


def without_spans(company: CompanyProfile, spans: Iterable[Span]) -> CompanyProfile:
    """`company` without what stands at `spans`; a product goes with its share."""
    texts, products = dict(company.texts), company.products
    for field, cut in _by_field(spans).items():
        if field == "product_names":
            texts[field], products = _without_products(company, cut)
        else:
            texts[field] = _without(texts[field], cut)
    return replace(company, texts={field: text for field, text in texts.items() if text}, products=products)


def only_spans(company: CompanyProfile, spans: Iterable[Span]) -> CompanyProfile:
    """`company` with nothing but what stands at `spans`, one clause each, and the products among them."""
    kept = _by_field(spans)
    texts = {
        field: "。".join(company.texts[field][start:end] for start, end in sorted(set(places)))
        for field, places in kept.items()
        if field != "product_names"
    }
    products: tuple[Product, ...] = ()
    if "product_names" in kept:
        others = [
            place
            for place in _items(company.texts["product_names"])
            if not _touches(place, kept["product_names"])
        ]
        texts["product_names"], products = _without_products(company, others)
    return replace(company, texts=texts, products=products)


def _by_field(spans: Iterable[Span]) -> dict[str, list[tuple[int, int]]]:
    fields: dict[str, list[tuple[int, int]]] = {}
    for field, start, end in spans:
        fields.setdefault(field, []).append((start, end))
    return fields


def _without(text: str, cut: list[tuple[int, int]]) -> str:
    """`text` without the places `cut`, and without the separator that an item leaves behind."""
    for start, end in sorted(set(cut), reverse=True):
        before, after = text[:start], text[end:]
        if after.startswith(_ITEM_SEPARATOR):
            after = after[1:]
        elif before.endswith(_ITEM_SEPARATOR):
            before = before[:-1]
        text = before + after
    return text


def _items(text: str) -> list[tuple[int, int]]:
    places, start = [], 0
    for item in text.split(PRODUCT_SEPARATOR):
        places.append((start, start + len(item)))
        start += len(item) + len(PRODUCT_SEPARATOR)
    return places


def _without_products(company: CompanyProfile, cut: list[tuple[int, int]]) -> tuple[str, tuple[Product, ...]]:
    text = company.texts["product_names"]
    kept = [number for number, place in enumerate(_items(text)) if not _touches(place, cut)]
    names = [text[slice(*_items(text)[number])] for number in kept]
    products = tuple(company.products[number] for number in kept if number < len(company.products))
    return PRODUCT_SEPARATOR.join(names), products


def _touches(place: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(start < place[1] and place[0] < end for start, end in others)
