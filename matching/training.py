"""Weights learned from judged pairs: an additive model that ranks, read as log-odds.

Every signal goes through a rising line of a few pieces (a monotone additive model), so a contribution stays a
number that can be shown. The pieces are fitted to rank: a softmax over the companies of a query against their
gains (Cao et al., Learning to Rank: From Pairwise Approach to Listwise Approach, ICML 2007), no slope below
zero. Two numbers, slope and prior, then turn the score into the probability of a suitable company (Platt),
fitted to scores of queries that were left out of the fit. All that is reported is cross-validated by query.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.dictionary import Dictionary
from matching.embedding.protocol import Embedder
from matching.engine import ENGINE_VERSION
from matching.errors import JudgmentsInvalid
from matching.index.release import Release
from matching.judgments import SUITABLE, JudgedQuery
from matching.measures import MEASURES, measure_ranking
from matching.query import prepare_query
from matching.records import Gap
from matching.retrieval import retrieve
from matching.scoring import build_context
from matching.signals import SIGNALS

Values = NDArray[np.float64]

# Nothing in a judged set of needs that exclude nothing and that somebody fulfils measures these.
FIXED = {"excluded_product": -4.0, "unheard_need": -4.0}
LEARNED = tuple(name for name in SIGNALS if name not in FIXED)

FOLDS = 12
SEEDS = (0, 1, 2)
RETRIEVAL_DEPTH = 3000
# Unjudged companies of a query that stand high in words and meaning: taken as unsuitable, as measured.
UNJUDGED = 150
# Gain of a grade in the softmax; unjudged companies have none.
GAINS = np.array([0.0, 0.3, 2.0, 5.0])
PIECES = 3
PENALTY = 0.01
DECIMALS = 4

# Where a band starts, by the probability, and what its precision must be: see `_bands`.
BAND_STARTS = {"A": 0.72, "B": 0.45, "C": 0.2}


@dataclass(frozen=True, slots=True)
class JudgedValues:
    """The signals of one query's candidates: (n, len(LEARNED)), their ids, grade (−1 for unjudged)."""

    query: JudgedQuery
    ids: tuple[str, ...]
    values: Values
    grades: NDArray[np.int64]

    @property
    def judged(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.grades >= 0)

    @property
    def fitted(self) -> NDArray[np.int64]:
        """The judged, and the unjudged that words and meaning bring up."""
        high = self.values[:, [LEARNED.index("word_agreement"), LEARNED.index("overall_similarity")]].sum(
            axis=1
        )
        order = np.argsort(-high, kind="stable")
        return np.concatenate([self.judged, order[self.grades[order] < 0][:UNJUDGED]])


@dataclass(frozen=True, slots=True)
class Trained:
    """A weights file's content, and every query's cross-validated ranking by the first seed."""

    weights: dict[str, Any]
    rankings: dict[str, list[tuple[str, float]]]


def collect_values(
    release: Release,
    embedder: Embedder,
    dictionary: Dictionary,
    queries: Sequence[JudgedQuery],
    progress: Callable[[int, int], None] | None = None,
) -> list[JudgedValues]:
    """The signals of all candidates of each query, and of the judged companies that retrieval misses."""
    everyone = np.ones(len(release.companies), dtype=np.bool_)
    ordinals = {company: ordinal for ordinal, company in enumerate(release.companies.ids)}
    collected = []
    for done, judged in enumerate(queries, start=1):
        gap = Gap(id=judged.id, need=judged.need, title=judged.title, chain=judged.chain)
        query = prepare_query(gap, release, embedder, dictionary)
        found = retrieve(query, release, everyone, RETRIEVAL_DEPTH).companies
        known = [ordinals[c] for c in judged.grades if c in ordinals and release.has_text[ordinals[c]]]
        companies = np.union1d(found, np.array(known, dtype=np.int64))
        context = build_context(query, release, companies)
        ids = tuple(release.companies.ids[i] for i in companies)
        collected.append(
            JudgedValues(
                judged,
                ids,
                np.stack([SIGNALS[name](context).values for name in LEARNED], axis=1),
                np.array([judged.grades.get(company, -1) for company in ids], dtype=np.int64),
            )
        )
        if progress is not None:
            progress(done, len(queries))
    return collected


def train(collected: Sequence[JudgedValues], data: Mapping[str, Any], on: str) -> Trained:
    """Weights from `collected`; `data` and the day `on` go into their card. Same input, same output.

    Raises JudgmentsInvalid when there are too few queries to leave some out.
    """
    if len(collected) < FOLDS:
        raise JudgmentsInvalid(
            f"{len(collected)} judged queries: training leaves out one in {FOLDS}, give more"
        )
    runs = [_cross_validate(collected, seed) for seed in SEEDS]
    held = [
        (run[i][rows.judged], rows.grades[rows.judged]) for run in runs for i, rows in enumerate(collected)
    ]
    slope, prior = _platt(
        np.concatenate([s for s, _ in held]), np.concatenate([g for _, g in held]) >= SUITABLE
    )
    measured = [_measured(collected, run) for run in runs]
    probabilities, outcomes = _held_out_probabilities(collected, runs)
    model = _fit(collected)
    weights: dict[str, float] = {}
    curves: dict[str, dict[str, list[float]]] = {}
    for name in SIGNALS:
        if name in FIXED:
            weights[name] = FIXED[name]
            continue
        at, value, weight = model.curve(LEARNED.index(name))
        weights[name] = round(slope * weight, DECIMALS)
        curves[name] = {"at": at, "value": value}
    content = {
        "prior": round(prior, DECIMALS),
        "weights": weights,
        "curves": curves,
        "bands": BAND_STARTS,
        "card": {
            "how": "Monotone additive model over the signals, softmax over each query's companies against "
            "the gains of their grades, no slope below zero; slope and prior by Platt on queries left "
            "out. The weights of exclusions and of needs that nobody speaks of are judgments: nothing "
            "measures them. See matching/training.py.",
            "date": on,
            "data": dict(data),
            "engine": ENGINE_VERSION,
            "settings": {
                "folds": FOLDS,
                "seeds": list(SEEDS),
                "gains": GAINS.tolist(),
                "pieces": PIECES,
                "penalty": PENALTY,
                "unjudged": UNJUDGED,
            },
            "metrics": {
                "cross_validated": {
                    name: round(float(np.mean([row[name] for rows in measured for row in rows])), 3)
                    for name in MEASURES
                },
                "expected_calibration_error": round(calibration_error(probabilities, outcomes), 3),
            },
            "band_precision": _bands(probabilities, outcomes, len(runs)),
        },
    }
    version = f"learned-{_digest(content)}"
    rankings = {
        rows.query.id: _ranking(rows, scores)[:1000] for rows, scores in zip(collected, runs[0], strict=True)
    }
    return Trained({"version": version, **content}, rankings)


def calibration_error(probabilities: Values, outcomes: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error over bins of equal mass: the mean distance of probability and outcome."""
    order = np.argsort(probabilities, kind="stable")
    parts = np.array_split(order, bins)
    return float(
        sum(len(p) * abs(probabilities[p].mean() - outcomes[p].mean()) for p in parts if len(p)) / len(order)
    )


@dataclass(frozen=True, slots=True)
class _Model:
    """Knots of every signal, and the rise of its curve over each piece, in the order of the signals."""

    knots: tuple[Values, ...]
    rises: tuple[Values, ...]

    def scores(self, values: Values) -> Values:
        return _basis(values, self.knots) @ np.concatenate(self.rises)

    def curve(self, column: int) -> tuple[list[float], list[float], float]:
        """Where the curve bends, its values there from 0 to 1, and the weight that they are multiplied by."""
        knots, rises = self.knots[column], self.rises[column]
        weight = float(rises.sum())
        at = [round(float(x), DECIMALS) for x in knots]
        if weight <= 0:
            return [0.0, 1.0], [0.0, 1.0], 0.0
        value = [0.0, *(round(float(x), DECIMALS) for x in np.cumsum(rises)[:-1] / weight), 1.0]
        return at, value, weight


def _fit(collected: Sequence[JudgedValues]) -> _Model:
    from scipy.optimize import minimize

    pool = np.concatenate([rows.values[rows.fitted] for rows in collected])
    knots = tuple(_knots(pool[:, column]) for column in range(pool.shape[1]))
    bases = [_basis(rows.values[rows.fitted], knots) for rows in collected]
    wanted = [_gains(rows.grades[rows.fitted]) for rows in collected]
    widths = np.concatenate([np.diff(k) / (k[-1] - k[0]) for k in knots])
    spreads = np.concatenate(
        [np.full(len(k) - 1, pool[:, i].std() / (k[-1] - k[0]) + 1e-6) for i, k in enumerate(knots)]
    )
    penalty = PENALTY * spreads**2 / widths

    def loss(rises: Values) -> tuple[float, Values]:
        total, slope = 0.0, np.zeros_like(rises)
        for basis, gain in zip(bases, wanted, strict=True):
            scores = basis @ rises
            scores -= scores.max()
            share = np.exp(scores)
            mass = share.sum()
            total -= float(gain @ (scores - np.log(mass)))
            slope += basis.T @ (share / mass - gain)
        count = len(bases)
        return total / count + float(penalty @ rises**2), slope / count + 2 * penalty * rises

    found = minimize(
        loss,
        np.zeros(len(widths)),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, None)] * len(widths),
        options={"maxiter": 300},
    )
    ends = np.cumsum([len(k) - 1 for k in knots])[:-1]
    return _Model(knots, tuple(np.split(found.x, ends)))


def _knots(measured: Values) -> Values:
    """Ends of the pieces: 0, quantiles of what is above 0, nearly the largest, 1 or the largest."""
    positive = measured[measured > 1e-6]
    if not len(positive):
        return np.array([0.0, 1.0])
    inner = np.quantile(positive, np.linspace(0, 1, PIECES + 1)[1:-1])
    ends = (np.quantile(positive, 0.995), max(1.0, float(positive.max())))
    return np.unique(np.round([0.0, *inner, *ends], DECIMALS))


def _basis(values: Values, knots: Sequence[Values]) -> Values:
    """How far every value has come through every piece: 0 to 1."""
    columns = [
        np.clip((values[:, i] - low) / (high - low), 0.0, 1.0)
        for i, k in enumerate(knots)
        for low, high in pairwise(k)
    ]
    return np.stack(columns, axis=1)


def _gains(grades: NDArray[np.int64]) -> Values:
    gains = np.where(grades >= 0, GAINS[np.clip(grades, 0, len(GAINS) - 1)], 0.0)
    return gains / gains.sum() if gains.sum() else np.full(len(gains), 1 / max(len(gains), 1))


def _cross_validate(collected: Sequence[JudgedValues], seed: int) -> list[Values]:
    """Scores of every query's companies by a model that did not see the query."""
    fold = _folds(len(collected), seed)
    scores: list[Values] = [np.zeros(0)] * len(collected)
    for left_out in range(FOLDS):
        model = _fit([rows for i, rows in enumerate(collected) if fold[i] != left_out])
        for i in np.flatnonzero(fold == left_out).tolist():
            scores[i] = model.scores(collected[i].values)
    return scores


def _folds(count: int, seed: int) -> NDArray[np.int64]:
    fold = np.zeros(count, dtype=np.int64)
    fold[np.random.default_rng(seed).permutation(count)] = np.arange(count) % FOLDS
    return fold


def _ranking(rows: JudgedValues, scores: Values) -> list[tuple[str, float]]:
    order = np.lexsort((np.array(rows.ids), -np.round(scores, 9)))
    return [(rows.ids[i], float(scores[i])) for i in order]


def _measured(collected: Sequence[JudgedValues], scores: Sequence[Values]) -> list[dict[str, float]]:
    return [
        measure_ranking([company for company, _ in _ranking(rows, some)], rows.query.grades)
        for rows, some in zip(collected, scores, strict=True)
    ]


def _platt(scores: Values, suitable: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and prior that make `scores` log-odds of being suitable."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e6).fit(scores[:, None], suitable)
    return max(float(fitted.coef_[0, 0]), 0.0), float(fitted.intercept_[0])


def _held_out_probabilities(
    collected: Sequence[JudgedValues], runs: Sequence[Sequence[Values]]
) -> tuple[Values, NDArray[np.bool_]]:
    """Probability and outcome of every judged pair, neither weights nor calibration having seen its query."""
    probabilities, outcomes = [], []
    for run, seed in zip(runs, SEEDS, strict=True):
        fold = _folds(len(collected), seed)
        pairs = [
            (run[i][rows.judged], rows.grades[rows.judged] >= SUITABLE) for i, rows in enumerate(collected)
        ]
        for left_out in range(FOLDS):
            others = [pair for i, pair in enumerate(pairs) if fold[i] != left_out]
            slope, prior = _platt(
                np.concatenate([s for s, _ in others]), np.concatenate([y for _, y in others])
            )
            for i in np.flatnonzero(fold == left_out).tolist():
                probabilities.append(1.0 / (1.0 + np.exp(-(slope * pairs[i][0] + prior))))
                outcomes.append(pairs[i][1])
    return np.concatenate(probabilities), np.concatenate(outcomes)


def _bands(probabilities: Values, outcomes: NDArray[np.bool_], runs: int) -> dict[str, dict[str, float]]:
    """Share of suitable companies among the judged of each band, left out of the fit, and their number."""
    measured: dict[str, dict[str, float]] = {}
    upper = np.inf
    for band, start in BAND_STARTS.items():
        inside = (probabilities >= start) & (probabilities < upper)
        count = int(inside.sum())
        value = round(float(outcomes[inside].mean()), 3) if count else 0.0
        measured[band] = {"value": value, "n": round(count / runs)}
        upper = start
    return measured


def _digest(content: Mapping[str, Any]) -> str:
    import hashlib

    kept = {name: content[name] for name in ("prior", "weights", "curves", "bands")}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:8]
