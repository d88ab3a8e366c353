"""Endpoints that answer questions about a match: why not, compare, reverse, similar. All only read."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, jsonify
from spectree import SpecTree
from sqlalchemy.orm import Session

from matching.standing import Standings
from service.actors import VISITOR
from service.api import schemas
from service.api.answers import answers
from service.app import language_of_request, service
from service.explanation_json import compare_as_json, fits_as_json, similar_as_json, why_not_as_json
from service.match_inputs import filters_from
from service.operations.explanations import (
    ask_why_not,
    asked_gap,
    compare_companies,
    gaps_for_company,
    gaps_for_text,
    similar_companies,
    standings_of,
)


def add_explanations(api: Blueprint, spec: SpecTree) -> None:
    """Serve the endpoints from `api` and describe them in `spec`."""
    for rule, view, model, ambiguous, method in (
        ("/why-not", show_why_not, schemas.WhyNotOut, True, "GET"),
        ("/compare", show_comparison, schemas.CompareOut, True, "GET"),
        ("/reverse", match_text, schemas.ReverseOut, False, "POST"),
        ("/companies/<key>/gaps", list_company_gaps, schemas.ReverseOut, True, "GET"),
        ("/companies/<key>/similar", list_similar, schemas.SimilarOut, True, "GET"),
    ):
        checked = spec.validate(resp=answers(model, ambiguous=ambiguous), tags=["match"])(view)
        api.add_url_rule(rule, view_func=checked, methods=[method])


def show_why_not(query: schemas.WhyNotOptions) -> Response:
    """Where a company stands for a need, what sank it, and what would bring it among the first 20."""
    with service().database.reading() as session:
        standings = _standings(session, query)
        answer = ask_why_not(session, VISITOR, standings, query.company)
    return jsonify(why_not_as_json(standings, answer, query.lang or language_of_request()))


def show_comparison(query: schemas.CompareOptions) -> Response:
    """Two or three companies side by side for a need; the differences add up to that of the scores."""
    with service().database.reading() as session:
        standings = _standings(session, query)
        found = compare_companies(session, VISITOR, standings, query.company)
    return jsonify(compare_as_json(standings, found, query.lang or language_of_request()))


def match_text(json: schemas.ReverseRequest) -> Response:
    """The published gaps that a company described in words could fill. Only reads: nothing is stored."""
    with service().database.reading() as session:
        matcher = service().engines.gap_matcher(session)
        fits = gaps_for_text(VISITOR, matcher, json.text, today=_today(), limit=json.limit)
    language = json.lang or language_of_request()
    return jsonify(fits_as_json(fits, len(matcher), language, text=json.text, company=None))


def list_company_gaps(key: str, query: schemas.ReverseOptions) -> Response:
    """The published gaps that a company of the base could fill."""
    with service().database.reading() as session:
        matcher = service().engines.gap_matcher(session)
        fits = gaps_for_company(session, VISITOR, matcher, key, today=_today(), limit=query.limit)
    language = query.lang or language_of_request()
    return jsonify(fits_as_json(fits, len(matcher), language, text=None, company=key))


def list_similar(key: str, query: schemas.SimilarOptions) -> Response:
    """Companies like one, with what both of them say."""
    with service().database.reading() as session:
        engine = service().engines.engine(session)
        found = similar_companies(session, VISITOR, engine, key, today=_today(), limit=query.limit)
    return jsonify(similar_as_json(found, query.lang or language_of_request()))


def _standings(session: Session, query: schemas.ConditionOptions) -> Standings:
    home = service().config.home_province
    return standings_of(
        VISITOR,
        service().engines.engine(session),
        asked_gap(session, query.need, home),
        today=_today(),
        filters=filters_from(query.model_dump(), home),
    )


def _today() -> date:
    return date.today()  # noqa: DTZ011  the day of the place where the server stands
