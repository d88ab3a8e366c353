"""What goes into and comes out of the API. A field may be added; none changes its meaning within /api/v1."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["zh", "en"]


class Problem(BaseModel):
    """An error as RFC 9457 (application/problem+json) words it."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[dict[str, Any]] | None = None


class LinkOut(BaseModel):
    code: str
    name: str
    name_en: str
    position: str
    feeds: list[str]


class AnchorOut(BaseModel):
    name: str
    full_name: str | None
    place: str
    role: str
    links: list[str]
    ref: dict[str, str]


class SiteOut(BaseModel):
    name: str
    place: str
    role: str | None
    ref: dict[str, str]


class GapSummary(BaseModel):
    code: str
    title: str
    title_en: str
    kind: str
    severity: str | None
    link: str
    version: int


class ChainSummary(BaseModel):
    code: str
    name: str
    name_en: str
    output_class: str
    output_yi: int = Field(description="Target output in 亿元 (100 million yuan).")
    target_year: int
    gaps: int


class ChainOut(ChainSummary):
    summary: str
    document: str
    target_ref: dict[str, str]
    links: list[LinkOut]
    anchors: list[AnchorOut]
    sites: list[SiteOut]
    gap_list: list[GapSummary]


class PresetOut(BaseModel):
    code: str
    name: str
    name_en: str
    extension: str = Field(description="Ending of its files: .xlsx or .docx.")


class PresetList(BaseModel):
    forms: list[PresetOut]


class AnswerIn(BaseModel):
    """What a company said to one question of its talking points."""

    model_config = ConfigDict(extra="forbid")

    company: str = Field(min_length=1, max_length=200)
    question: str = Field(
        min_length=1, max_length=20, description="R1, R2 … of the gap, or F1, F2 … of facts."
    )
    text: str = Field(min_length=1, max_length=500)
    said_by: str = Field(min_length=1, max_length=200, description="The organisation that answered.")
    said_on: date | None = None


class AnswerOut(BaseModel):
    company: str
    question: str
    field: str = Field(description="The fact that it became, or note.")
    old: str | None
    new: str
    is_indexed: bool = Field(description="Whether the next index can rank the company anew because of it.")


class ChainList(BaseModel):
    chains: list[ChainSummary]


class RequirementOut(BaseModel):
    id: str
    text: str
    facet: str
    level: str
    weight: float
    synonyms: list[str]


class GapRequirementOut(RequirementOut):
    note: str | None


class GapOut(GapSummary):
    chain: str
    chain_name: str
    need: str
    note: str | None
    status: str
    requirements: list[GapRequirementOut]
    anchors: list[str]
    sites: list[str]
    industry_codes: list[str]
    policy_refs: list[dict[str, str]]


class MatchOptions(BaseModel):
    """How much is wanted, and which companies may stand in the answer."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=200)
    offset: int = Field(0, ge=0)
    provinces: list[str] = Field([], description="Only companies of these provinces, e.g. 江苏 or 江苏省.")
    exclude_provinces: list[str] = []
    include_home_province: bool = Field(False, description="Also companies that are already in the province.")
    listed_only: bool = False
    include_delisted: bool = False
    min_employees: int | None = Field(None, ge=0, description="Companies that state fewer are left out.")
    hidden_suppliers: bool = Field(
        False, description="Take away what size adds, as rows of the score, and fold groups."
    )
    lang: Language | None = Field(None, description="Language of labels and sentences.")


class ConditionOptions(BaseModel):
    """Which companies may stand in the order, as for a match."""

    model_config = ConfigDict(extra="forbid")

    need: str = Field(
        min_length=1, max_length=2000, description="The code of a gap, or what is sought in words."
    )
    provinces: list[str] = []
    exclude_provinces: list[str] = []
    include_home_province: bool = False
    listed_only: bool = False
    include_delisted: bool = False
    min_employees: int | None = Field(None, ge=0)
    lang: Language | None = None


class WhyNotOptions(ConditionOptions):
    company: str = Field(min_length=1, max_length=100, description="Imported id, code, or name.")


class CompareOptions(ConditionOptions):
    company: list[str] = Field(min_length=2, max_length=3, description="Two or three, each repeated once.")


class ReverseOptions(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=300)
    lang: Language | None = None


class ReverseRequest(ReverseOptions):
    text: str = Field(min_length=1, max_length=20_000, description="What the company makes and does.")


class SimilarOptions(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(10, ge=1, le=50)
    lang: Language | None = None


class RequirementIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=8)
    text: str = Field(min_length=1, max_length=80)
    facet: Literal["product", "process", "technology", "capability", "condition"] = "product"
    level: Literal["must", "should", "must_not"] = "must"
    weight: float = Field(1.0, gt=0, le=5)
    synonyms: list[str] = []


class MatchRequest(MatchOptions):
    need: str = Field(min_length=1, max_length=2000, description="What is sought, in words.")
    requirements: list[RequirementIn] = Field(
        [], max_length=50, description="Instead of those parsed from the need."
    )


class EvidenceOut(BaseModel):
    field: str
    field_label: str
    quote: str = Field(description="Letter by letter company[field][start:end].")
    start: int
    end: int
    marks: list[list[int]] = Field(description="Spans of the quote that agree with the requirement.")
    revenue_share: float | None
    strength: float
    term: str | None = Field(
        None, description="The phrase of the requirement or dictionary that stands there."
    )
    term_kind: Literal["self", "same", "narrower", "part", "wider"] | None = None
    relation: Literal["makes", "equips", "trades", "serves", "uses", "names_other"] | None = None


class RequirementRow(BaseModel):
    id: str
    text: str
    level: str
    status: Literal["met", "partial", "unmet", "unknown"]
    status_label: str
    match: float
    evidence: list[EvidenceOut]


class ContributionOut(BaseModel):
    signal: str
    label: str
    meaning: str
    value: float
    weight: float
    contribution: float
    missing: bool
    evidence: list[EvidenceOut] = Field(description="The passages that the signal stands on.")


class CautionOut(BaseModel):
    code: str
    label: str
    text: str
    params: dict[str, Any]


class UnknownOut(BaseModel):
    code: str
    text: str
    params: dict[str, Any]
    minor: bool = Field(description="A fact that completes the file rather than decides.")


class ProductOut(BaseModel):
    name: str
    revenue_share: float | None
    year: int | None


class CompanyOut(BaseModel):
    """A company's facts. Text fields it has (product_names, description …) stand beside, as stored."""

    model_config = ConfigDict(extra="allow")

    id: str
    name: str
    full_name: str | None
    province: str | None
    city: str | None
    industry: str | None
    stock_code: str | None
    uscc: str | None
    status: str | None
    ownership: str
    employees: int | None
    listed_on: str | None
    founded_on: str | None
    reg_capital_wan: float | None
    data_year: int | None
    products: list[ProductOut]


class CompanySummary(BaseModel):
    id: str
    name: str
    full_name: str | None
    province: str | None
    city: str | None
    uscc: str | None
    stock_code: str | None


class CompanyList(BaseModel):
    companies: list[CompanySummary]


class CandidateOut(BaseModel):
    """One ranked company. `prior` plus all contributions is `score`, in log-odds."""

    rank: int
    company: CompanyOut
    summary: str
    score: float
    prior: float
    probability: float
    band: Literal["A", "B", "C", "待核"]
    band_precision: dict[str, Any] | None
    contributions: list[ContributionOut]
    requirements: list[RequirementRow]
    cautions: list[CautionOut]
    unknowns: list[UnknownOut]
    usual_rank: int | None = Field(None, description="Its rank without hidden_suppliers.")
    group: list[dict[str, str]] = Field([], description="Others of its group that stand with it.")
    retrieval: dict[str, int | None]


class ReasonOut(BaseModel):
    code: str
    name: str
    name_en: str
    verdicts: list[str]
    retired: bool


class ReasonList(BaseModel):
    reasons: list[ReasonOut]


class FeedbackIn(BaseModel):
    """A verdict on one candidate. `reason`: a code of /feedback/reasons; needed with "unsuitable"."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["suitable", "partly", "unsuitable"]
    reason: str | None = None
    note: str = Field("", max_length=500)


class FeedbackOut(BaseModel):
    gap: str
    gap_version: int
    company: str
    verdict: str
    reason: str | None
    note: str | None
    rank: int = Field(description="Where the candidate stood when the verdict was given.")
    login: str
    given_at: str
    ended_at: str | None


class MatchOut(BaseModel):
    format: Literal[1]
    language: Language
    gap: str | None
    title: str | None
    need: str
    parsed_requirements: list[RequirementOut]
    verdict: Literal["found", "none_suitable"]
    candidates: list[CandidateOut]
    nearest_misses: list[CandidateOut]
    none_suitable: bool
    considered: int
    company_count: int
    receipt: dict[str, Any]


class RunSummary(BaseModel):
    id: int
    need: str
    gap: str | None
    created_at: str
    created_by: str


class RunList(BaseModel):
    runs: list[RunSummary]


class RunOut(RunSummary):
    requirements: list[dict[str, Any]]
    filters: dict[str, Any]
    receipt: dict[str, Any]
    candidates: list[dict[str, Any]]


class StateOut(BaseModel):
    version: str
    companies: int
    chains: int
    index: dict[str, Any] | None
    index_is_stale: bool


class SearchOptions(BaseModel):
    model_config = ConfigDict(extra="forbid")

    q: str = Field(min_length=1, max_length=100, description="Part of a name, or a whole code.")
    limit: int = Field(20, ge=1, le=200)


class ExclusionOut(BaseModel):
    """A rule that leaves the company out of the list."""

    code: str
    text: str
    params: dict[str, Any]


class StandingOut(BaseModel):
    """Where a company stands; `rank_in` says in which order its rank counts."""

    rank: int
    rank_in: Literal["list", "list_if_admitted", "whole_base"]
    rank_text: str
    considered: int
    score: float
    probability: float
    band: Literal["A", "B", "C", "待核"]
    excluded_by: list[ExclusionOut]
    candidate: CandidateOut


class DifferenceOut(BaseModel):
    signal: str
    label: str
    meaning: str
    own: dict[str, Any]
    other: dict[str, Any]
    difference: float


class RequirementPair(BaseModel):
    id: str
    text: str
    level: str
    own: RequirementRow
    other: RequirementRow


class ComparisonOut(BaseModel):
    """Two companies row by row; the differences add up to `score_difference`."""

    own: dict[str, Any]
    other: CandidateOut
    score_difference: float
    contributions: list[DifferenceOut]
    requirements: list[RequirementPair]


class ChangeOut(BaseModel):
    kind: Literal["stated", "not_stated"]
    requirement: str
    text: str
    added: str | None
    removed: list[dict[str, Any]] = Field(description="Quotes that would be gone: company[field][start:end].")


class OutcomeOut(BaseModel):
    """Where the company would stand after the changes, computed by scoring it again."""

    text: str
    changes: list[ChangeOut]
    score: float
    score_difference: float
    probability: float
    band: Literal["A", "B", "C", "待核"]
    rank: int
    enters_top: bool
    leaves_top: bool


class AskedOut(BaseModel):
    format: Literal[1]
    language: Language
    gap: str | None
    title: str | None
    need: str
    parsed_requirements: list[RequirementOut]
    company_count: int
    receipt: dict[str, Any]


class WhyNotOut(AskedOut, StandingOut):
    top: int
    verdict: Literal["in_top", "one_change", "two_changes", "no_change"]
    verdict_text: str
    beside: ComparisonOut | None
    smallest_change: OutcomeOut | None
    nearest_change: OutcomeOut | None
    counterfactuals: list[OutcomeOut]
    tried: int


class CompareOut(AskedOut):
    companies: list[StandingOut]
    comparisons: list[ComparisonOut]


class GapFitOut(BaseModel):
    """A gap with the company as its candidate: the score is that of the gap's own match."""

    rank: int
    gap: str
    title: str
    need: str
    chain: str
    kind: str
    probability: float
    band: Literal["A", "B", "C", "待核"]
    candidate: CandidateOut


class ReverseOut(BaseModel):
    format: Literal[1]
    language: Language
    text: str | None
    company: str | None
    gaps_compared: int
    none_suitable: bool
    gaps: list[GapFitOut]


class PassageOut(BaseModel):
    id: str
    field: str
    field_label: str
    quote: str = Field(description="Letter by letter company[field][start:end].")
    start: int
    end: int
    weight: float


class SimilarCompanyOut(BaseModel):
    """A company like the one asked about. The score orders companies and is no chance."""

    rank: int
    company: CompanyOut
    score: float
    prior: float
    contributions: list[ContributionOut]
    requirements: list[RequirementRow]
    cautions: list[CautionOut]
    retrieval: dict[str, int | None]
    group: list[dict[str, str]]


class SimilarOut(BaseModel):
    format: Literal[1]
    language: Language
    company: CompanyOut
    passages: list[PassageOut]
    companies: list[SimilarCompanyOut]
    considered: int
