"""Companies for a need in the reader's own words."""

from __future__ import annotations

from flask import Response, make_response, render_template, request
from sqlalchemy.orm import Session

from matching.errors import EmptyNeed
from matching.need import parse_need
from matching.records import Gap, MatchResult
from service.app import service
from service.errors import InvalidInput, status_code
from service.operations.explanations import rank_in_list
from service.operations.match_runs import MAX_NEED_CHARS, match_need
from service.web.access import current_actor
from service.web.candidates import Asked, canonical, show_explanation, show_list, today
from service.web.conditions import read_conditions, read_rank

# Needs as officers write them, one of each shape that is understood.
EXAMPLES = (
    "高档电解铜箔",
    "锂离子电池隔膜、电解液",
    "引进丁基橡胶、乙丙橡胶等国内紧缺橡胶生产企业",
    "中药饮片，用于大健康产业",
)


def show_find() -> Response:
    """The form, and the ranked candidates once there is a need."""
    need = _need()
    if not need:
        return make_response(_form_page(need, error=None))
    with service().database.reading() as session:
        try:
            return show_list(
                ask_need(session, need), session, "find.html", need=need, examples=EXAMPLES, error=None
            )
        except (EmptyNeed, InvalidInput) as error:
            return make_response(_form_page(need, error), status_code(error))


def show_find_candidate(company_id: str) -> Response:
    """Why one company stands where it stands for the need. Raises UnknownCompany, EmptyNeed."""
    need = _need()
    with service().database.reading() as session:
        return show_explanation(ask_need(session, need), session, company_id, read_rank(), need=need)


def _need() -> str:
    return request.args.get("need", "").strip()


def _form_page(need: str, error: Exception | None) -> str:
    return render_template(
        "find.html",
        need=need,
        error=error,
        is_too_long=len(need) > MAX_NEED_CHARS,
        max_chars=MAX_NEED_CHARS,
        examples=EXAMPLES,
        listed=None,
        problem=None,
        state=read_conditions(),
    )


def ask_need(session: Session, need: str) -> Asked:
    """What the address asks of a need in words. Raises EmptyNeed."""
    home = service().config.home_province
    original = parse_need(need) if len(need) <= MAX_NEED_CHARS else ()
    conditions = canonical(read_conditions(), original)

    def match(limit: int, offset: int, *, count_facets: bool = False) -> MatchResult:
        return match_need(
            current_actor(),
            service().engines.engine(session),
            need,
            today=today(),
            limit=limit,
            offset=offset,
            filters=conditions.filters(home),
            home_province=home,
            requirements=conditions.requirements,
            count_facets=count_facets,
        )

    def rank_of(company_id: str) -> int:
        return rank_in_list(
            current_actor(),
            service().engines.engine(session),
            Gap(id="", need=need, requirements=conditions.requirements, home_province=home),
            company_id,
            filters=conditions.filters(home),
        )

    return Asked(
        match,
        rank_of,
        conditions,
        "pages.show_find",
        "pages.show_find_candidate",
        {"need": need},
        {"need": need},
        original,
    )
