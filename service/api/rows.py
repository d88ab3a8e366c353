"""Table rows as the JSON of the API and of `lianzhao show --json`."""

from __future__ import annotations

from typing import Any

from models import Chain, Company, Feedback, Gap, GapVersion, MatchRun
from service.operations.chains import published_gaps
from service.operations.gaps import current_wording
from service.operations.index_releases import IndexState


def chain_summary(chain: Chain) -> dict[str, Any]:
    return {
        "code": chain.code,
        "name": chain.name,
        "name_en": chain.name_en,
        "output_class": chain.output_class,
        "output_yi": chain.output_yi,
        "target_year": chain.target_year,
        "gaps": len(published_gaps(chain)),
    }


def chain_as_json(chain: Chain) -> dict[str, Any]:
    return {
        **chain_summary(chain),
        "summary": chain.summary,
        "document": chain.document,
        "target_ref": chain.target_ref,
        "links": [
            {
                "code": link.code,
                "name": link.name,
                "name_en": link.name_en,
                "position": link.position,
                "feeds": [fed.code for fed in link.feeds],
            }
            for link in chain.links
        ],
        "anchors": [
            {
                "name": anchor.name,
                "full_name": anchor.full_name,
                "place": anchor.place,
                "role": anchor.role,
                "links": anchor.link_codes,
                "ref": anchor.ref,
            }
            for anchor in chain.anchors
        ],
        "sites": [
            {"name": site.name, "place": site.place, "role": site.role, "ref": site.ref}
            for site in chain.sites
        ],
        "gap_list": [gap_summary(gap.code, current_wording(gap)) for gap in published_gaps(chain)],
    }


def gap_summary(code: str, version: GapVersion) -> dict[str, Any]:
    return {
        "code": code,
        "title": version.title,
        "title_en": version.title_en,
        "kind": version.kind,
        "severity": version.severity,
        "link": version.link.code,
        "version": version.version,
    }


def gap_as_json(gap: Gap) -> dict[str, Any]:
    version = current_wording(gap)
    return {
        **gap_summary(gap.code, version),
        "chain": gap.chain.code,
        "chain_name": gap.chain.name,
        "need": version.need,
        "note": version.note,
        "status": version.status,
        "requirements": [
            {
                "id": row.req_id,
                "text": row.text,
                "facet": row.facet,
                "level": row.level,
                "weight": row.weight,
                "synonyms": row.synonyms,
                "note": row.note,
            }
            for row in version.requirements
        ],
        "anchors": version.anchors,
        "sites": version.sites,
        "industry_codes": version.industry_codes,
        "policy_refs": version.policy_refs,
    }


def company_summary(company: Company) -> dict[str, Any]:
    return {
        "id": company.external_id,
        "name": company.name,
        "full_name": company.full_name,
        "province": company.province,
        "city": company.city,
        "uscc": company.uscc,
        "stock_code": company.stock_code,
    }


def feedback_as_json(row: Feedback) -> dict[str, Any]:
    return {
        "gap": row.gap_version.gap.code,
        "gap_version": row.gap_version.version,
        "company": row.company_external_id,
        "verdict": row.verdict,
        "reason": row.reason,
        "note": row.note,
        "rank": row.rank,
        "login": row.login,
        "given_at": row.created_at.isoformat(timespec="seconds"),
        "ended_at": row.ended_at.isoformat(timespec="seconds") if row.ended_at else None,
    }


def run_summary(run: MatchRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "need": run.need,
        "gap": run.receipt.get("gap"),
        "created_at": run.created_at.isoformat(timespec="seconds"),
        "created_by": run.created_by,
    }


def run_as_json(run: MatchRun) -> dict[str, Any]:
    return {
        **run_summary(run),
        "requirements": run.requirements,
        "filters": run.filters,
        "receipt": run.receipt,
        "candidates": [candidate.explanation for candidate in run.candidates],
    }


def state_as_json(state: IndexState, chains: int, version: str) -> dict[str, Any]:
    release = state.release
    return {
        "version": version,
        "companies": state.companies,
        "chains": chains,
        "index": release
        and {
            "name": release.name,
            "built_at": release.built_at.isoformat(timespec="seconds"),
            "companies": release.company_count,
            "passages": release.passage_count,
            "texts": release.text_count,
            "embedder": release.manifest.get("embedder"),
        },
        "index_is_stale": state.is_stale,
    }
