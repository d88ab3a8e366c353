"""The match turned round: from what one company says to the gaps that it could fill."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import asdict, dataclass
from datetime import date

from matching.embedding.remembering import RememberingEmbedder
from matching.engine import Engine
from matching.errors import EmptyNeed
from matching.explanation import explain
from matching.index.variant import Place
from matching.query import asked_texts, prepare_query
from matching.records import Candidate, CompanyProfile, Gap
from matching.rescoring import Known, Rescoring

# What a gap's query knows of a whole release, by the gap's key: dear to count, small to keep.
Counts = MutableMapping[str, Known]
GapProgress = Callable[[int, int], None]  # (done, total)


@dataclass(frozen=True, slots=True)
class GapFit:
    """A gap with the company as its candidate; `candidate.rank` is the gap's place among all gaps."""

    gap: Gap
    candidate: Candidate


def profile_of_text(text: str) -> CompanyProfile:
    """A company of which nothing is known but what `text` says of it."""
    return CompanyProfile(id="", name="", texts={"description": text})


class GapMatcher:
    """Gaps made ready for one release, to be asked of companies. Build it once, use it often.

    Safe to share between threads once built.
    """

    def __init__(
        self, engine: Engine, gaps: Iterable[Gap], counts: Counts, progress: GapProgress | None = None
    ) -> None:
        """`counts` is read, and gains what was missing. Gaps without a word to match are left out."""
        self.engine = engine
        self._embedder = RememberingEmbedder(engine.embedder)
        self._gaps: list[tuple[Gap, Rescoring]] = []
        some = list(gaps)
        self._embedder.embed_queries([text for gap in some for text in _texts(gap)])
        for done, gap in enumerate(some, start=1):
            key = counts_key(gap, engine)
            if not _texts(gap):
                continue
            if key not in counts:
                query = prepare_query(gap, engine.release, self._embedder, engine.dictionary)
                counts[key] = Known.of(query)
                if progress is not None:
                    progress(done, len(some))
            self._gaps.append((gap, Rescoring(engine, gap, known=counts[key], embedder=self._embedder)))

    def __len__(self) -> int:
        return len(self._gaps)

    def fits(self, company: CompanyProfile, *, today: date, limit: int = 20) -> tuple[GapFit, ...]:
        """The `limit` gaps that `company` fits best, best first; each score is that of the gap's own match.

        Ties are broken by the gap's id. Raises SaysNothing for a company without any text.
        """
        variant = Place(self.engine.release, self._embedder, company.id).variant(company)
        scored = [(gap, rescoring.over(variant)) for gap, rescoring in self._gaps]
        scored.sort(key=lambda some: (-round(float(some[1].scores[0]), 9), some[0].id))
        return tuple(
            GapFit(gap, explain(some, self.engine.weights, 0, rank, today))
            for rank, (gap, some) in enumerate(scored[:limit], start=1)
        )


def counts_key(gap: Gap, engine: Engine) -> str:
    """What the counts of a gap depend on, beside the release."""
    asked = json.dumps([asdict(gap), engine.dictionary.version], ensure_ascii=False)
    return hashlib.sha256(asked.encode("utf-8")).hexdigest()[:24]


def _texts(gap: Gap) -> list[str]:
    try:
        return asked_texts(gap)
    except EmptyNeed:
        return []
