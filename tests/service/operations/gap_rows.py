"""A chain with one published gap, and what its editors do to it, for tests of the life of a gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from models import Gap
from service.actors import Actor
from service.gap_content import GapContent, PolicyQuote, RequirementContent
from service.operations.gap_versions import get_gap_with_versions, working_version
from service.operations.gap_wordings import content_of
from tests.factories import make_chain, make_gap

WANG = Actor("王编辑", "curator")
LI = Actor("李审核", "curator")
READER = Actor("赵", "viewer")
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
CODE = "CU-01"
TERMS = frozenset({"电解铜箔", "高档电解铜箔", "覆铜板"})


def published_gap(session: Session) -> Gap:
    """A chain with two links and gap CU-01, published as version 1."""
    gap = make_gap(session, make_chain(session, links=("CU-L01", "CU-L02")), CODE)
    gap.versions[0].requirements[0].req_id = "R1"
    session.flush()
    return get_gap_with_versions(session, CODE)


def wording(gap: Gap) -> GapContent:
    """What its editor reads."""
    return content_of(working_version(gap))


def changed(gap: Gap, *texts: str, **fields: object) -> GapContent:
    """The wording at work with these requirements after its own, and `fields`."""
    content = wording(gap)
    rows = (*content.requirements, *(RequirementContent("", text) for text in texts))
    return replace(content, requirements=rows, **fields)  # type: ignore[arg-type]


def at_work(gap: Gap) -> dict[str, int]:
    """Version and revision as an editor's page holds them."""
    found = working_version(gap)
    return {"version": found.version, "revision": found.revision}


def new_content(title: str = "覆铜板", **fields: object) -> GapContent:
    """A whole wording for a new gap."""
    content = GapContent(
        title=title,
        title_en="Copper-clad laminate",
        link="CU-L01",
        need=f"引进{title}生产企业。",
        refs=(PolicyQuote("二", "补齐短板"),),
        requirements=(RequirementContent("", title),),
    )
    return replace(content, **fields)  # type: ignore[arg-type]
