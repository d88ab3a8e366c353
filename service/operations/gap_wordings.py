"""Between the rows of a gap's version and its wording as editors hold it."""

from __future__ import annotations

from dataclasses import asdict

from models import GapRequirement, GapVersion
from service.gap_content import GapContent, PolicyQuote, RequirementContent, content_hash


def content_of(version: GapVersion) -> GapContent:
    """The wording of a stored version."""
    return GapContent(
        title=version.title,
        title_en=version.title_en,
        kind=version.kind,
        link=version.link.code,
        severity=version.severity,
        need=version.need,
        note=version.note,
        anchors=tuple(version.anchors),
        sites=tuple(version.sites),
        industry_codes=tuple(version.industry_codes),
        refs=tuple(PolicyQuote(ref["section"], ref["quote"]) for ref in version.policy_refs),
        requirements=tuple(
            RequirementContent(
                row.req_id, row.text, row.facet, row.level, row.weight, tuple(row.synonyms), row.note
            )
            for row in version.requirements
        ),
    )


def write_content(version: GapVersion, content: GapContent, link_id: int) -> None:
    """Give `version` the wording `content`; `link_id` is the row of its link."""
    version.link_id, version.kind, version.severity = link_id, content.kind, content.severity
    version.title, version.title_en = content.title, content.title_en
    version.need, version.note = content.need, content.note
    version.anchors, version.sites = list(content.anchors), list(content.sites)
    version.industry_codes = list(content.industry_codes)
    version.policy_refs = [asdict(ref) for ref in content.refs]
    version.content_hash = content_hash(content)
    version.requirements = [
        GapRequirement(
            req_id=row.id,
            text=row.text,
            facet=row.facet,
            level=row.level,
            weight=row.weight,
            synonyms=list(row.synonyms),
            note=row.note,
            sort_order=place,
        )
        for place, row in enumerate(content.requirements)
    ]
