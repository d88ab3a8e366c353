"""Companies like one: what it lives on is asked of all others as a need would be, with the same evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from matching.engine import Engine
from matching.errors import SaysNothing
from matching.groups import fold
from matching.passages import normalise
from matching.records import PASSAGE_FIELDS, Candidate, CompanyProfile, Filters, Gap, Passage, Requirement

# So many passages say what a company is; a longer one is a sentence about it.
MOST_PASSAGES = 8
LONGEST_CHARS = 24
# What a product list holds that is no product.
_NO_PRODUCT = re.compile(
    r"^(?:其他|其它|其中|合计|合并|抵销|内部抵销|分部间抵销|补充|主营业务|其他业务|租赁|贸易).{0,6}$"
)
_STATING = ("product_names", "main_business", "products_text", "description")
_LAST_RESORT = ("industry",)


@dataclass(frozen=True, slots=True)
class SimilarCompany:
    """A company like the one asked about. `group`: further ones of the same group, by name.

    Rows of `candidate` stand to the passages of the one asked about, in their order; its score orders
    companies and is no chance: nobody judged likeness.
    """

    candidate: Candidate
    group: tuple[CompanyProfile, ...]


@dataclass(frozen=True, slots=True)
class Similar:
    """`passages`: what the company itself says, each the requirement of the same place."""

    company: CompanyProfile
    passages: tuple[Passage, ...]
    weights: tuple[float, ...]
    companies: tuple[SimilarCompany, ...]
    considered: int


def find_similar(engine: Engine, company_id: str, *, today: date, limit: int = 10) -> Similar:
    """The `limit` companies most like `company_id`; those of its own group are left out.

    Raises UnknownCompany; SaysNothing where the company states neither product nor trade.
    """
    release = engine.release
    ordinal = release.companies.ordinal(company_id)
    company = release.companies.get(ordinal)
    central = _central_passages(engine, ordinal, company)
    if not central:
        raise SaysNothing(f"company {company_id!r}: states no product or business: import what it makes")
    passages, weights = zip(*central, strict=True)
    requirements = tuple(
        Requirement(f"P{number}", passage.text, weight=weight)
        for number, (passage, weight) in enumerate(central, start=1)
    )
    need = "、".join(requirement.text for requirement in requirements)
    ranking = engine.rank(Gap(id="", need=need, requirements=requirements), Filters())
    ordinals = [(int(place), int(ranking.retrieved.companies[place])) for place in ranking.order]
    # Its own group comes first in the folding, so that nobody of it is taken for another.
    everybody = [(-1, ordinal), *(some for some in ordinals if some[1] != ordinal)][: 4 * limit + 1]
    folded = fold(everybody, lambda some: _names(release.companies.get(some[1])))
    found = [
        SimilarCompany(
            engine.explained(ranking, place, rank, today),
            tuple(release.companies.get(other) for _, other in others),
        )
        for rank, ((place, _), others) in enumerate(folded[1 : limit + 1], start=1)
    ]
    return Similar(company, passages, weights, tuple(found), len(ordinals))


def _central_passages(engine: Engine, ordinal: int, company: CompanyProfile) -> list[tuple[Passage, float]]:
    """What the company lives on, the most central first, with what it counts; no line of business twice."""
    found = sorted(_passages(engine, ordinal, company), key=lambda some: (-some[1], some[0].start))
    stated = [some for some in found if some[0].field in _STATING] or [
        some for some in found if some[0].field in _LAST_RESORT
    ]
    chosen: dict[str, tuple[Passage, float]] = {}
    for passage, weight in stated:
        text = normalise(passage.text)
        # 电线电缆 and 电线电缆及附件 are one line of business: the more central names it.
        if not any(text in known or known in text for known in chosen):
            chosen[text] = passage, weight
    return list(chosen.values())[:MOST_PASSAGES]


def _passages(engine: Engine, ordinal: int, company: CompanyProfile) -> Iterator[tuple[Passage, float]]:
    mentions, central = engine.release.mentions, engine.release.centrality.central
    for row in range(int(mentions.starts[ordinal]), int(mentions.starts[ordinal + 1])):
        field = PASSAGE_FIELDS[mentions.field[row]]
        start, end = int(mentions.start[row]), int(mentions.end[row])
        text = company.texts[field][start:end]
        if len(text) <= LONGEST_CHARS and not _NO_PRODUCT.match(text):
            product = int(mentions.product[row])
            # A main product counts as it is; one with a fifth of the revenue hardly half of it.
            weight = float(np.round(central[row] ** 2, 4))
            yield Passage(field, start, end, text, None if product < 0 else product), weight


def _names(company: CompanyProfile) -> tuple[str, ...]:
    return company.full_name, company.name
