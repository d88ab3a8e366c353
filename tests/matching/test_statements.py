"""Every statement of an explanation resolves; one that does not is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from matching import explanation
from matching.engine import Engine
from matching.records import Candidate, Remark
from matching.statements import CAUTION_RULES, UNKNOWN_RULES, statements_of
from service.labels import CAUTIONS, QUESTIONS
from tests.matching.bases import COPPER_FOIL, TODAY

GAP = replace(COPPER_FOIL, home_province="甘肃")


def faults(engine: Engine, candidate: Candidate) -> list[tuple[str, str]]:
    told = statements_of(candidate, GAP, engine.weights, TODAY)
    return [(statement.kind, statement.code) for statement in told if statement.fault]


@pytest.fixture
def candidate(engine: Engine) -> Candidate:
    return engine.match(GAP, today=TODAY, limit=1).candidates[0]


def test_every_statement_about_every_company_resolves(engine: Engine) -> None:
    told: set[str] = set()
    for asked in (GAP, replace(GAP, need="铜箔", title="铜箔")):
        found = engine.match(asked, today=TODAY, limit=100).candidates
        assert len(found) > 10
        for some in found:
            assert [s for s in statements_of(some, asked, engine.weights, TODAY) if s.fault] == []
            told |= {remark.code for remark in some.cautions}
    # The base has a company for most cautions; those told are checked, not passed over.
    assert told >= {
        "in_home_province",
        "special_treatment",
        "relation_trades",
        "small_share",
    }


def with_evidence(candidate: Candidate, **changes: Any) -> Candidate:
    row = candidate.requirements[0]
    evidence = replace(row.evidence[0], **changes)
    return replace(candidate, requirements=(replace(row, evidence=(evidence,)), *candidate.requirements[1:]))


def with_contribution(candidate: Candidate, **changes: Any) -> Candidate:
    first, *others = candidate.contributions
    return replace(candidate, contributions=(replace(first, **changes), *others))


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (lambda c: with_evidence(c, quote="别的"), ("quote", "R1")),
        (lambda c: with_evidence(c, start=1, quote=c.company.texts["product_names"][1:6]), ("quote", "R1")),
        (lambda c: with_evidence(c, field="technologies"), ("quote", "R1")),
        (
            lambda c: replace(c, requirements=(replace(c.requirements[0], status="unmet"),)),
            ("status", "R1"),
        ),
        (lambda c: with_contribution(c, weight=99.0), ("contribution", "requirement_coverage")),
        (lambda c: with_contribution(c, value=0.123), ("contribution", "requirement_coverage")),
        (lambda c: replace(c, score_log_odds=c.score_log_odds + 1e-6), ("score", "sum")),
        (lambda c: replace(c, cautions=(Remark("delisted"),)), ("caution", "delisted")),
        (lambda c: replace(c, cautions=(Remark("rumour"),)), ("caution", "rumour")),
        (
            lambda c: replace(c, cautions=(Remark("small_share", {"product": "无", "share": 0.01}),)),
            ("caution", "small_share"),
        ),
        (lambda c: replace(c, unknowns=(Remark("employees"),)), ("unknown", "employees")),
        (lambda c: replace(c, unknowns=(Remark("favourite_colour"),)), ("unknown", "favourite_colour")),
        (
            lambda c: replace(c, unknowns=(Remark("requirement", {"requirement": "无"}),)),
            ("unknown", "requirement"),
        ),
    ],
)
def test_a_statement_that_does_not_hold_is_found(
    engine: Engine,
    candidate: Candidate,
    tamper: Callable[[Candidate], Candidate],
    fault: tuple[str, str],
) -> None:
    assert faults(engine, candidate) == []
    assert fault in faults(engine, tamper(candidate))


def test_every_remark_that_can_be_worded_has_a_rule() -> None:
    assert CAUTION_RULES.keys() == CAUTIONS.keys()
    assert UNKNOWN_RULES.keys() == QUESTIONS.keys()
    assert set(explanation.ASKED_FACTS) < UNKNOWN_RULES.keys()
