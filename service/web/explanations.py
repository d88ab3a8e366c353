"""Pages that answer questions about a match: why not this company, which of these, what could it fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, request, url_for
from sqlalchemy.orm import Session

from matching.errors import EmptyNeed, SaysNothing, UnknownCompany
from matching.standing import Standings
from models import Company
from service.actors import VISITOR
from service.app import language_of_request, service
from service.errors import Conflict, InvalidInput, NotFound, status_code
from service.explanation_json import compare_as_json, fits_as_json, similar_as_json, why_not_as_json
from service.operations.companies import find_companies
from service.operations.explanations import (
    MAX_COMPARED,
    ask_why_not,
    asked_gap,
    compare_companies,
    gaps_for_company,
    gaps_for_text,
    similar_companies,
    standings_of,
)
from service.web.candidates import today
from service.web.conditions import read_conditions
from service.web.responses import wants_part
from service.web.side_by_side import side_by_side

REFUSALS = (NotFound, Conflict, InvalidInput, EmptyNeed, UnknownCompany, SaysNothing)
MAX_CHOICES = 8
MAX_PAGE_TEXT = 2000
SHOWN_FITS = 12


@dataclass(frozen=True, slots=True)
class Refused:
    """A question that cannot be answered as it is: why, and the companies that may have been meant."""

    error: Exception
    company: str = ""
    choices: Sequence[Company] = ()
    endpoint: str = ""

    def again(self, company_id: str) -> str:
        """The same question about one of the choices."""
        arguments: dict[str, Any] = {**request.args.to_dict(), "company": company_id}
        return url_for(self.endpoint, **arguments)

    @property
    def code(self) -> str:
        """The kind of the error, for the template's words."""
        return type(self.error).__name__


def show_why_not() -> Response:
    """Where one company stands, what sank it, and what would bring it among the first 20."""
    need, (company, *_) = _need(), (*_companies(), "")
    context: dict[str, Any] = {"need": need, "company": company, "known": None, "refused": None}
    status = 200
    with service().database.reading() as session:
        if need and company:
            try:
                standings = _standings(session, need)
                known = why_not_as_json(
                    standings, ask_why_not(session, VISITOR, standings, company), language_of_request()
                )
                context |= {"known": known, "sides": _beside(known)}
            except REFUSALS as error:
                context["refused"], status = _refused(session, error, company), status_code(error)
        part = "_why_not.html" if wants_part("why-not") else "why_not.html"
        return make_response(render_template(part, **context), status)


def show_comparison() -> Response:
    """Two or three companies side by side."""
    need, companies = _need(), _companies()[:MAX_COMPARED]
    context: dict[str, Any] = {"need": need, "companies": companies, "known": None, "refused": None}
    status = 200
    with service().database.reading() as session:
        if need and len(companies) > 1:
            try:
                standings = _standings(session, need)
                found = compare_companies(session, VISITOR, standings, companies)
                known = compare_as_json(standings, found, language_of_request())
                candidates = [one["candidate"] for one in known["companies"]]
                context |= {"known": known, "sides": side_by_side(candidates, known["comparisons"])}
            except REFUSALS as error:
                context["refused"], status = _refused(session, error, ""), status_code(error)
        return make_response(render_template("compare.html", **context), status)


def show_reverse() -> Response:
    """The published gaps that a company, or a text about one, could fill."""
    text = request.args.get("text", "").strip()[:MAX_PAGE_TEXT]
    company = request.args.get("company", "").strip()[:100]
    context: dict[str, Any] = {"text": text, "company": company, "known": None, "refused": None}
    status = 200
    with service().database.reading() as session:
        if text or company:
            try:
                matcher = service().engines.gap_matcher(session)
                if text:
                    fits = gaps_for_text(VISITOR, matcher, text, today=today(), limit=SHOWN_FITS)
                else:
                    fits = gaps_for_company(
                        session, VISITOR, matcher, company, today=today(), limit=SHOWN_FITS
                    )
                context["known"] = fits_as_json(
                    fits, len(matcher), language_of_request(), text=text, company=company
                )
            except REFUSALS as error:
                context["refused"], status = _refused(session, error, company), status_code(error)
        part = "_fits.html" if wants_part("fits") else "reverse.html"
        return make_response(render_template(part, max_chars=MAX_PAGE_TEXT, **context), status)


def show_similar() -> Response:
    """Companies like one, with what both of them say."""
    company = request.args.get("company", "").strip()[:100]
    context: dict[str, Any] = {"company": company, "known": None, "refused": None}
    status = 200
    with service().database.reading() as session:
        try:
            engine = service().engines.engine(session)
            found = similar_companies(session, VISITOR, engine, company, today=today())
            context["known"] = similar_as_json(found, language_of_request())
        except REFUSALS as error:
            context["refused"], status = _refused(session, error, company), status_code(error)
        part = "_similar.html" if wants_part("similar") else "similar.html"
        return make_response(render_template(part, **context), status)


def _need() -> str:
    """A gap's code or a need in words; pages may name either in the address."""
    return (request.args.get("gap", "").strip() or request.args.get("need", "").strip())[:2001]


def _companies() -> list[str]:
    return [key.strip()[:100] for key in request.args.getlist("company") if key.strip()]


def _standings(session: Session, need: str) -> Standings:
    home = service().config.home_province
    return standings_of(
        VISITOR,
        service().engines.engine(session),
        asked_gap(session, need, home),
        today=today(),
        filters=read_conditions().filters(home),
    )


def _beside(known: Mapping[str, Any]) -> Any:
    if known["beside"] is None:
        return side_by_side([known["candidate"]], [])
    return side_by_side([known["candidate"], known["beside"]["other"]], [known["beside"]])


def _refused(session: Session, error: Exception, company: str) -> Refused:
    choices: Sequence[Company] = ()
    if company and isinstance(error, NotFound | Conflict):
        choices = find_companies(session, company, limit=MAX_CHOICES)
    return Refused(error, company, choices, request.endpoint or "")
