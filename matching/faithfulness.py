"""Whether an explanation says what the score stands on, measured by blanking passages and scoring again.

Comprehensiveness: how far the log-odds fall without the quoted passages; sufficiency: how far they fall with
nothing but these (DeYoung et al., ERASER: A Benchmark to Evaluate Rationalized NLP Models, ACL 2020). Both
are set against passages of the same company that were not quoted, drawn at random to the same length. A
company that says hardly more than what is quoted has no such passages: it is counted apart, not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from matching.engine import Engine
from matching.judgments import JudgedQuery
from matching.masking import Kept, MaskedCompany
from matching.query import Query
from matching.records import Candidate, Evidence, Filters, Gap
from matching.scoring import probability
from matching.statements import Statement, statements_of

# The best so many of each query are explained; a sample of them is scored again.
EXPLAINED = 10
SAMPLE = 100
DRAWS = 10
UNRESOLVED_LISTED = 50
# What a float32 sum may differ by: less is no difference.
_SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Comparison:
    """Log-odds of one candidate: whole, without its quotes, with its quotes only; random ones are means."""

    query: str
    company: str
    rank: int
    whole: float
    without: float
    only: float
    random_without: float
    random_only: float

    @property
    def is_comprehensive(self) -> bool:
        return self.without < self.random_without - _SAME

    @property
    def is_sufficient(self) -> bool:
        return self.only > self.random_only + _SAME


def measure_explanations(
    engine: Engine,
    queries: Sequence[JudgedQuery],
    *,
    today: date,
    sample: int = SAMPLE,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """The report on the explanations of the best candidates of `queries`; the same seed, the same report.

    Statements are checked for all of them, passages blanked for `sample` drawn at random (0: for all).
    """
    statements: list[tuple[str, str, Statement]] = []
    found: list[tuple[int, Candidate]] = []
    gaps = [Gap(id=query.id, need=query.need, title=query.title, chain=query.chain) for query in queries]
    for number, gap in enumerate(gaps):
        shown = engine.match(gap, today=today, limit=EXPLAINED, filters=Filters(include_delisted=True))
        for candidate in shown.candidates:
            found.append((number, candidate))
            told = statements_of(candidate, gap, engine.weights, today)
            statements += [(gap.id, candidate.company.id, statement) for statement in told]
    rng = np.random.default_rng(seed)
    chosen = sorted(rng.permutation(len(found))[: sample or len(found)].tolist())
    compared: list[Comparison] = []
    silent = alone = 0
    asked: tuple[int, Query] | None = None
    for done, place in enumerate(chosen, start=1):
        number, candidate = found[place]
        if asked is None or asked[0] != number:
            asked = number, engine.prepare(gaps[number])
        outcome = compare(engine, asked[1], candidate, np.random.default_rng([seed, place]))
        silent += outcome == "nothing quoted"
        alone += outcome == "nothing else to draw"
        if isinstance(outcome, Comparison):
            compared.append(outcome)
        if progress is not None:
            progress(done, len(chosen))
    return {
        "explained": len(found),
        "sampled": len(chosen),
        "compared": len(compared),
        "not_comparable": {"nothing_quoted": silent, "nothing_else_to_draw": alone},
        "draws": DRAWS,
        "seed": seed,
        **_summary(compared),
        "statements": _resolution(statements),
    }


def compare(
    engine: Engine, query: Query, candidate: Candidate, rng: np.random.Generator, draws: int = DRAWS
) -> Comparison | str:
    """The candidate scored again, or why it cannot be compared."""
    company = engine.release.companies.ordinal(candidate.company.id)
    masked = MaskedCompany(query, engine.release, engine.weights, company)
    quoted = masked.said.holding({(e.field, e.start, e.end) for e in quotes_of(candidate)}, engine.release)
    if not quoted.any():
        return "nothing quoted"
    drawn = [some for _ in range(draws) if (some := _drawn(masked, quoted, rng)) is not None]
    if not drawn:
        return "nothing else to draw"
    return Comparison(
        query=query.gap.id,
        company=candidate.company.id,
        rank=candidate.rank,
        whole=masked.score(np.ones(len(quoted), dtype=np.bool_)),
        without=masked.score(~quoted),
        only=masked.score(quoted),
        random_without=float(np.mean([masked.score(~some) for some in drawn])),
        random_only=float(np.mean([masked.score(some) for some in drawn])),
    )


def quotes_of(candidate: Candidate) -> list[Evidence]:
    """All that the explanation of `candidate` quotes."""
    rows = [row.evidence for row in candidate.requirements]
    rows += [row.evidence for row in candidate.contributions]
    return [evidence for some in rows for evidence in some]


def _drawn(masked: MaskedCompany, quoted: Kept, rng: np.random.Generator) -> Kept | None:
    """Passages not quoted, as long together as the quoted ones; None where there are not so many.

    A text that stands in several places counts once, as it does among the quoted.
    """
    said = masked.said
    texts, first = np.unique(said.text, return_index=True)
    lengths = said.length[first]
    is_quoted = np.isin(texts, said.text[quoted])
    wanted = int(lengths[is_quoted].sum())
    others = rng.permutation(np.flatnonzero(~is_quoted))
    total = np.cumsum(lengths[others])
    if not len(total) or total[-1] < wanted:
        return None
    enough = int(np.searchsorted(total, wanted)) + 1
    return np.isin(said.text, texts[others[:enough]])


def _summary(compared: Sequence[Comparison]) -> dict[str, Any]:
    def means(kept: str, random: str) -> dict[str, float | None]:
        values = {
            "drop_log_odds": [c.whole - getattr(c, kept) for c in compared],
            "random_drop_log_odds": [c.whole - getattr(c, random) for c in compared],
            "drop_probability": [probability(c.whole) - probability(getattr(c, kept)) for c in compared],
            "random_drop_probability": [
                probability(c.whole) - probability(getattr(c, random)) for c in compared
            ],
        }
        return {name: round(float(np.mean(some)), 4) if some else None for name, some in values.items()}

    def share(holds: Callable[[Comparison], bool]) -> float | None:
        return round(float(np.mean([holds(c) for c in compared])), 4) if compared else None

    return {
        "comprehensiveness": means("without", "random_without"),
        "sufficiency": means("only", "random_only"),
        "beats_random_share": {
            "comprehensiveness": share(lambda c: c.is_comprehensive),
            "sufficiency": share(lambda c: c.is_sufficient),
            "both": share(lambda c: c.is_comprehensive and c.is_sufficient),
        },
        "behind_random": [
            {"query": c.query, "company": c.company, "rank": c.rank}
            for c in compared
            if not (c.is_comprehensive and c.is_sufficient)
        ],
    }


def _resolution(statements: Sequence[tuple[str, str, Statement]]) -> dict[str, Any]:
    faulty = [(query, company, said) for query, company, said in statements if said.fault]
    return {
        "total": len(statements),
        "resolved": len(statements) - len(faulty),
        "unresolved": [
            {"query": query, "company": company, "kind": s.kind, "code": s.code, "fault": s.fault}
            for query, company, s in faulty[:UNRESOLVED_LISTED]
        ],
    }
