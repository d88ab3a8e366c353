"""Lists of ranked companies and the explanation of one of them: the same for a gap and for a typed need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol, cast

from flask import Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from matching.errors import EmptyNeed, MatchingError, UnknownCompany
from matching.records import Band, MatchResult, Requirement
from models import CompanyProvenance
from service.app import language_of_request, service
from service.errors import NotFound, status_code
from service.match_json import match_as_json
from service.operations.companies import get_company
from service.web.companies import origins_of, shared_origin
from service.web.conditions import PAGE_SIZE, Conditions
from service.web.errors import Explanation, explain_error
from service.web.facets import FacetShown, facets_shown
from service.web.formats import BAND_TO_CHECK, query_string
from service.web.responses import is_partial, wants_part
from service.web.waterfall import waterfall
from service.web.wishes import encode

_STATUS_ORDER = {"met": 0, "partial": 1, "unknown": 2, "unmet": 3}
RankOf = Callable[[str], int]  # of a company's id; raises UnknownCompany


class Matcher(Protocol):
    """Matches what is asked; `count_facets` also counts what the list could be narrowed to."""

    def __call__(self, limit: int, offset: int, *, count_facets: bool = False) -> MatchResult: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list answers: how it is matched, and at which addresses the list and its explanations are."""

    match: Matcher
    rank_of: RankOf
    conditions: Conditions
    list_endpoint: str
    candidate_endpoint: str
    arguments: Mapping[str, Any]  # what names the gap or holds the need
    subject: Mapping[str, str]  # the same as other pages name it: gap=… or need=…
    original: tuple[Requirement, ...] = ()  # the requirements before anybody edited them

    def list_url(self, **changes: Any) -> str:
        return url_for(self.list_endpoint, **self.arguments, **self.conditions.address(**changes))

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """What is looked for: as edited, or as it was."""
        return self.conditions.requirements or self.original

    @property
    def cleared_url(self) -> str:
        """The list without any condition on companies."""
        return url_for(self.list_endpoint, **self.arguments, **self.conditions.cleared().address())

    @property
    def save_url(self) -> str:
        """Where the form that keeps this view is sent."""
        arguments: dict[str, Any] = {**self.subject, **self.conditions.address(page=1, open="")}
        return url_for("pages.save_search", **arguments)

    def other_url(self, path: str, **arguments: Any) -> str:
        """The page `path` about the same question, with the edited requirements."""
        edited = {"r": self.edited} if self.edited else {}
        return f"{path}?{query_string({**self.subject, **edited, **arguments})}"

    @property
    def edited(self) -> list[str]:
        """The edited requirements as an address holds them; empty where nobody edited them."""
        return [encode(requirement) for requirement in self.conditions.requirements]

    def candidate_url(self, company_id: str, rank: int | None = None) -> str:
        """Where one explanation is. `rank` saves a search of the whole list; it may be wrong."""
        arguments = {**self.arguments, **self.conditions.address(page=1, open="")}
        if rank is not None:
            arguments["rank"] = rank
        return url_for(self.candidate_endpoint, company_id=company_id, **arguments)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: the candidate as JSON, and the little of it that a line has room for."""

    candidate: Mapping[str, Any]
    url: str
    product: Mapping[str, Any] | None
    reason: Mapping[str, Any] | None  # the requirement that speaks for it most, with its first quote
    cautions: tuple[str, ...]  # short words, without those that all lines of the page share


@dataclass(frozen=True, slots=True)
class CandidateList:
    """A page of the list. `doubtful` starts where companies no longer reach the lowest band."""

    found: Mapping[str, Any]
    suitable: tuple[Row, ...]
    doubtful: tuple[Row, ...]
    shared_cautions: tuple[str, ...]
    opened: Mapping[str, Any] | None
    pages: int
    bands: tuple[tuple[str, int, Mapping[str, Any] | None], ...]  # (band, companies, measured precision)
    facets: tuple[FacetShown, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.suitable + self.doubtful


def match_or_problem(asked: Asked) -> tuple[CandidateList | None, Explanation | None, int, str]:
    """The list; or, where the engine cannot answer, what to tell, its status and its details.

    A need without anything to match is no failure of the engine and goes through as EmptyNeed.
    """
    try:
        return list_candidates(asked), None, 200, ""
    except EmptyNeed:
        raise
    except MatchingError as error:
        return None, explain_error(error), status_code(error), str(error)


def list_candidates(asked: Asked) -> CandidateList:
    """The page of candidates that the conditions ask for."""
    state = asked.conditions
    result = asked.match(PAGE_SIZE, state.offset, count_facets=True)
    found = match_as_json(result, language_of_request())
    shown = found["candidates"] or found["nearest_misses"]
    shared = _shared_cautions(shown)
    rows = tuple(_row(asked, candidate, shared) for candidate in shown)
    opened = next((row.candidate for row in rows if row.candidate["company"]["id"] == state.open), None)
    return CandidateList(
        found=found,
        suitable=tuple(row for row in rows if row.candidate["band"] != BAND_TO_CHECK),
        doubtful=tuple(row for row in rows if row.candidate["band"] == BAND_TO_CHECK),
        shared_cautions=tuple(shared.values()),
        opened=opened or (rows[0].candidate if rows else None),
        pages=max(1, -(-result.considered // PAGE_SIZE)),
        bands=tuple((band, count, _precision(band)) for band, count in (result.bands or {}).items()),
        facets=facets_shown(result, state),
    )


def show_list(asked: Asked, session: Session, template: str, **context: Any) -> Response:
    """The page `template` with its list, or only the list when htmx asks for it.

    What the form sends field by field is led to the address that says the same shortly.
    """
    if request.args.get("edited") and not is_partial():
        return cast(Response, redirect(asked.list_url(), 303))
    listed, problem, status, detail = match_or_problem(asked)
    context |= {
        "asked": asked,
        "state": asked.conditions,
        "listed": listed,
        "problem": problem,
        "detail": detail,
        "wishes": asked.requirements,
        "home_province": service().config.home_province,
        "bands": _band_starts(),
    }
    if listed and listed.opened:
        context |= explanation_context(session, listed.opened)
    if wants_part("result"):
        response = make_response(render_template("_result.html", **context), status)
        response.headers["HX-Push-Url"] = asked.list_url()
        return response
    return make_response(render_template(template, **context), status)


def show_explanation(
    asked: Asked, session: Session, company_id: str, rank: int | None, **context: Any
) -> Response:
    """The explanation of one candidate as a page, or as the panel beside the list. Raises UnknownCompany."""
    found, place = find_candidate(asked, company_id, rank)
    candidate = (found["candidates"] or found["nearest_misses"])[place]
    context |= explanation_context(session, candidate) | {
        "asked": asked,
        "found": found,
        "receipt": found["receipt"],
    }
    if wants_part("panel"):
        response = make_response(render_template("_explanation.html", **context))
        page = (candidate["rank"] - 1) // PAGE_SIZE + 1
        response.headers["HX-Replace-Url"] = asked.list_url(page=page, open=company_id)
        return response
    neighbours = found["candidates"] or found["nearest_misses"]
    context["before"] = neighbours[place - 1] if place > 0 else None
    context["after"] = neighbours[place + 1] if place + 1 < len(neighbours) else None
    return make_response(render_template("candidate.html", **context))


def find_candidate(asked: Asked, company_id: str, rank: int | None) -> tuple[dict[str, Any], int]:
    """A piece of the list with the company in it and its place there. Raises UnknownCompany.

    Looks where `rank` says first, then where it stands in the whole order.
    """
    if rank is not None:
        result = asked.match(3, max(0, rank - 2))
        place = _place(result, company_id)
        if place is not None:
            return match_as_json(result, language_of_request()), place
    result = asked.match(3, max(0, asked.rank_of(company_id) - 2))
    place = _place(result, company_id)
    if place is None:  # the index was changed between the two
        raise UnknownCompany(f"company {company_id!r}: is no longer in this list: open the list again")
    return match_as_json(result, language_of_request()), place


def explanation_context(session: Session, candidate: Mapping[str, Any]) -> dict[str, Any]:
    """What the explanation of `candidate` shows beside the candidate itself."""
    origins = _origins(session, candidate["company"]["id"])
    quoted_fields = {evidence["field"] for row in candidate["requirements"] for evidence in row["evidence"]}
    return {
        "candidate": candidate,
        "waterfall": waterfall(candidate),
        "carriers": other_carriers(candidate),
        "main_product": main_product(candidate["company"]["products"]),
        "origins": origins,
        "shared_origin": shared_origin(origins.get(field) for field in quoted_fields),
    }


def other_carriers(candidate: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Passages that signals stand on and no requirement quotes: evidence with the labels of the signals."""
    told = {evidence["quote"] for row in candidate["requirements"] for evidence in row["evidence"]}
    found: dict[str, dict[str, Any]] = {}
    for row in candidate["contributions"]:
        for evidence in row["evidence"]:
            if evidence["quote"] not in told:
                one = found.setdefault(evidence["quote"], {"evidence": evidence, "signals": []})
                one["signals"] += [row["label"]] if row["label"] not in one["signals"] else []
    return list(found.values())


def main_product(products: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The product with the largest share; the first where none states one."""
    if not products:
        return None
    return max(products, key=lambda product: product["revenue_share"] or 0.0)


def strongest_reason(candidate: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The requirement that speaks for the company most, if it has a quote; core ones come first."""
    rows = [row for row in candidate["requirements"] if row["level"] != "must_not" and row["evidence"]]
    if not rows:
        return None
    best = min(rows, key=lambda row: (row["level"] != "must", _STATUS_ORDER[row["status"]], -row["match"]))
    return {**best, "evidence": best["evidence"][0]}


def _band_starts() -> dict[str, str]:
    """From which chance on a company is in band a, b or c."""
    return {letter.lower(): f"{start * 100:.0f}" for letter, start in service().engines.weights.bands.items()}


def _precision(band: str) -> Mapping[str, Any] | None:
    known = service().engines.weights.precision(cast(Band, band))
    return {"value": known.value, "n": known.n, "as_of": known.as_of} if known else None


def canonical(conditions: Conditions, original: Sequence[Requirement]) -> Conditions:
    """`conditions` without edited requirements that say the same as the original ones."""

    def said(some: Sequence[Requirement]) -> list[tuple[Any, ...]]:
        return [(r.text, r.facet, r.level, round(r.weight, 2), r.synonyms) for r in some]

    if said(conditions.requirements) == said(original):
        return replace(conditions, requirements=())
    return conditions


def today() -> date:
    """The day of the place where the server stands."""
    return date.today()  # noqa: DTZ011


def _row(asked: Asked, candidate: Mapping[str, Any], shared: Mapping[str, str]) -> Row:
    company = candidate["company"]
    cautions = dict.fromkeys(row["label"] for row in candidate["cautions"] if row["code"] not in shared)
    return Row(
        candidate=candidate,
        url=asked.candidate_url(company["id"], candidate["rank"]),
        product=main_product(company["products"]),
        reason=strongest_reason(candidate),
        cautions=tuple(cautions),
    )


def _shared_cautions(candidates: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Cautions that every line of the page would repeat: code → short words."""
    if len(candidates) < 2:
        return {}
    labels = {row["code"]: row["label"] for row in candidates[0]["cautions"]}
    for candidate in candidates[1:]:
        codes = {row["code"] for row in candidate["cautions"]}
        labels = {code: label for code, label in labels.items() if code in codes}
    return labels


def _place(result: MatchResult, company_id: str) -> int | None:
    ids = [candidate.company.id for candidate in result.candidates]
    return ids.index(company_id) if company_id in ids else None


def _origins(session: Session, company_id: str) -> dict[str, CompanyProvenance]:
    """Where each field comes from; empty for a company that the index has and the database no more."""
    try:
        company = get_company(session, company_id)
    except NotFound:
        return {}
    return origins_of(company)
