"""The REST API under /api/v1: the same operations as the pages, as JSON. OpenAPI at /api/v1/openapi.json."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Blueprint, Flask, Request, Response, jsonify, request
from pydantic import ValidationError
from spectree import SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData

from matching.records import Requirement
from service.api import schemas
from service.api.answers import NAMED, answers
from service.api.events import add_event_endpoints
from service.api.explanations import add_explanations
from service.api.forms import UPLOADS, add_forms
from service.api.problems import RequestInvalid, add_problems
from service.api.rows import (
    chain_as_json,
    chain_summary,
    company_summary,
    feedback_as_json,
    gap_as_json,
    run_as_json,
    run_summary,
    state_as_json,
)
from service.app import language_of_request, service
from service.errors import NotFound
from service.match_inputs import filters_from, profile_of
from service.match_json import company_as_json, match_as_json
from service.operations.chains import get_chain, list_chains
from service.operations.companies import find_companies, get_company
from service.operations.feedback import find_feedback, give_feedback, reasons, withdraw_feedback
from service.operations.gaps import get_gap
from service.operations.index_releases import get_index_state
from service.operations.match_runs import get_run, list_runs, match_need
from service.operations.shown_lists import Look, match_shown, shown_candidate
from service.version import code_version
from service.web.access import csrf, current_actor, require_current

PREFIX = "/api/v1"


def _refuse_invalid(req: Request, resp: Any, error: Any, instance: Any, adapter: Any) -> None:  # noqa: ARG001  spectree's signature
    if isinstance(error, ValidationError):
        raise RequestInvalid(
            [
                {
                    "place": ".".join(str(part) for part in detail["loc"]) or "body",
                    "value": repr(detail.get("input"))[:200],
                    "reason": detail["msg"],
                }
                for detail in error.errors(include_url=False)
            ]
        )


spec = SpecTree(
    "flask",
    title="LianZhao 链招",
    description="Matches outside companies against the gaps of industrial chains.",
    version="1",
    security_schemes=[
        SecurityScheme(
            name="token",
            data=SecuritySchemeData(
                type=SecureType.HTTP,
                scheme="bearer",
                description="A token of an account. Not needed for reading where LIANZHAO_ACCESS is open.",
            ),
        )
    ],
    security=[{"token": []}, {}],
    before=_refuse_invalid,
    mode="strict",
)
api = Blueprint("api", __name__, url_prefix=PREFIX)
add_problems(api)
add_explanations(api, spec)
add_event_endpoints(api, spec)


def add_api(app: Flask) -> None:
    """Serve the API from `app`."""
    csrf.exempt(api)  # it knows tokens only, which no other site can make a browser send
    app.register_blueprint(api)


def _today() -> date:
    """The day of the place where the server stands."""
    return date.today()  # noqa: DTZ011


@api.get("/state")
@spec.validate(resp=answers(schemas.StateOut), tags=["state"])
def show_state() -> dict[str, Any]:
    """Version, number of companies, and the index in use."""
    with service().database.reading() as session:
        return state_as_json(get_index_state(session), len(list_chains(session)), code_version())


@api.get("/chains")
@spec.validate(resp=answers(schemas.ChainList), tags=["chains"])
def list_all_chains() -> dict[str, Any]:
    """All chains in the order of the plan."""
    with service().database.reading() as session:
        return {"chains": [chain_summary(chain) for chain in list_chains(session)]}


@api.get("/chains/<code>")
@spec.validate(resp=answers(schemas.ChainOut), tags=["chains"])
def show_chain(code: str) -> dict[str, Any]:
    """One chain with its links, anchors, sites and published gaps."""
    with service().database.reading() as session:
        return chain_as_json(get_chain(session, code))


@api.get("/gaps/<code>")
@spec.validate(resp=answers(schemas.GapOut), tags=["gaps"])
def show_gap(code: str) -> dict[str, Any]:
    """One gap in its current wording, with its requirements and what the policy says."""
    with service().database.reading() as session:
        return gap_as_json(get_gap(session, code))


@api.get("/gaps/<code>/candidates")
@spec.validate(resp=answers(schemas.MatchOut), tags=["match"])
def list_candidates(code: str, query: schemas.MatchOptions) -> Response:
    """Ranked, explained candidates for one gap."""
    home = service().config.home_province
    with service().database.reading() as session:
        look = Look(current_actor(), code, _today(), filters_from(query.model_dump(), home), home)
        engine = service().engines.engine(session)
        result = match_shown(session, engine, look, limit=query.limit, offset=query.offset)
    # As a finished response: spectree would walk through every value of a dict in Python first.
    return jsonify(match_as_json(result, query.lang or language_of_request()))


@api.get("/feedback/reasons")
@spec.validate(resp=answers(schemas.ReasonList), tags=["feedback"])
def list_reasons() -> dict[str, Any]:
    """The reasons that a verdict may give."""
    return {"reasons": [asdict(reason) for reason in reasons().values()]}


@api.get("/gaps/<code>/candidates/<company_id>/feedback")
@spec.validate(resp=answers(schemas.FeedbackOut), tags=["feedback"])
def show_feedback(code: str, company_id: str) -> dict[str, Any]:
    """The own live verdict."""
    require_current("feedback.give")
    with service().database.reading() as session:
        found = find_feedback(session, current_actor(), code, company_id)
        if found is None:
            raise NotFound(f"no verdict of yours on {company_id!r} for gap {code}: give one with POST")
        return feedback_as_json(found)


@api.post("/gaps/<code>/candidates/<company_id>/feedback")
@spec.validate(resp=answers(schemas.FeedbackOut), tags=["feedback"])
def post_feedback(code: str, company_id: str, json: schemas.FeedbackIn) -> dict[str, Any]:
    """Say whether a candidate suits; the own earlier verdict on it is ended."""
    require_current("feedback.give")
    home = service().config.home_province
    with service().database.reading() as session:
        look = Look(current_actor(), code, _today(), filters_from({}, home), home)
        shown = shown_candidate(session, service().engines.engine(session), look, company_id)
    with service().database.session() as writing:
        given = give_feedback(
            writing,
            current_actor(),
            code,
            company_id,
            json.verdict,
            shown,
            reason=json.reason,
            note=json.note,
            now=service().clock(),
        )
        return feedback_as_json(given)


@api.delete("/gaps/<code>/candidates/<company_id>/feedback")
@spec.validate(resp=answers(schemas.FeedbackOut), tags=["feedback"])
def delete_feedback(code: str, company_id: str) -> dict[str, Any]:
    """Withdraw the own verdict; it is kept as ended."""
    require_current("feedback.give")
    with service().database.session() as writing:
        withdrawn = withdraw_feedback(writing, current_actor(), code, company_id, now=service().clock())
        return feedback_as_json(withdrawn)


@api.post("/match")
@spec.validate(resp=answers(schemas.MatchOut), tags=["match"])
def match(json: schemas.MatchRequest) -> Response:
    """Ranked, explained candidates for a need in words. Only reads: nothing is stored."""
    home = service().config.home_province
    with service().database.reading() as session:
        engine = service().engines.engine(session)
    result = match_need(
        current_actor(),
        engine,
        json.need,
        requirements=tuple(
            Requirement(r.id, r.text, r.facet, r.level, r.weight, tuple(r.synonyms))
            for r in json.requirements
        ),
        today=_today(),
        limit=json.limit,
        offset=json.offset,
        filters=filters_from(json.model_dump(), home),
        home_province=home,
    )
    return jsonify(match_as_json(result, json.lang or language_of_request()))


@api.get("/companies")
@spec.validate(resp=answers(schemas.CompanyList), tags=["companies"])
def search_companies(query: schemas.SearchOptions) -> dict[str, Any]:
    """Companies by part of a name or by code."""
    with service().database.reading() as session:
        found = find_companies(session, query.q, limit=query.limit)
        return {"companies": [company_summary(company) for company in found]}


@api.get("/companies/<key>")
@spec.validate(resp=answers(schemas.CompanyOut), tags=["companies"])
def show_company(key: str) -> dict[str, Any]:
    """One company by imported id, credit code, stock code or exact name."""
    with service().database.reading() as session:
        return company_as_json(profile_of(get_company(session, key)))


@api.get("/runs")
@spec.validate(resp=answers(schemas.RunList), tags=["runs"])
def list_stored_runs() -> dict[str, Any]:
    """Match runs that were kept, newest first."""
    with service().database.reading() as session:
        return {"runs": [run_summary(run) for run in list_runs(session)]}


@api.get("/runs/<int:run_id>")
@spec.validate(resp=answers(schemas.RunOut), tags=["runs"])
def show_run(run_id: int) -> dict[str, Any]:
    """One kept match run with its receipt and its candidates as they were explained then."""
    with service().database.reading() as session:
        return run_as_json(get_run(session, run_id))


add_forms(api, spec, NAMED)


@api.get("/openapi.json")
def show_openapi() -> Response:
    """The description of this API in OpenAPI 3.1."""
    return jsonify(spec.spec)


@api.before_request
def _refuse_broken_json() -> Response | None:
    if request.method in ("POST", "PUT", "PATCH") and request.endpoint not in UPLOADS:
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise RequestInvalid(
                [
                    {
                        "place": "body",
                        "value": request.get_data(as_text=True)[:200],
                        "reason": "send a JSON object in UTF-8 with Content-Type: application/json",
                    }
                ]
            )
    return None
