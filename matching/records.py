"""What goes into the engine and what comes out: plain dataclasses, no behaviour beyond simple reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Facet = Literal["product", "process", "technology", "capability", "condition"]
Level = Literal["must", "should", "must_not"]
Status = Literal["met", "partial", "unmet", "unknown"]
Band = Literal["A", "B", "C", "待核"]

# Text fields of a company that are cut into passages, best source first. `full_name` is found by words
# only: a company's own name lowers the quality of its vector (measured, see data/README.md).
PASSAGE_FIELDS = (
    "product_names",
    "main_business",
    "products_text",
    "business_scope",
    "description",
    "technologies",
    "industry",
    "full_name",
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One checkable line of a gap (要求)."""

    id: str
    text: str
    facet: Facet = "product"
    level: Level = "must"
    weight: float = 1.0
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap (缺口) as the engine sees it. Without requirements, they are parsed from `need`."""

    id: str
    need: str
    requirements: tuple[Requirement, ...] = ()
    title: str = ""
    chain: str = ""
    kind: str = ""
    version: int | None = None
    home_province: str | None = None  # where the gap is: a company there is no outside company


@dataclass(frozen=True, slots=True)
class Product:
    """A product or business line of a company; `revenue_share` in (0, 1], None when not stated."""

    name: str
    revenue_share: float | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A qualification or honour (资质荣誉); not held after `valid_to`."""

    code: str
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class CompanyProfile:
    """A company as the engine sees it. `texts`: field → stored text, letter by letter (PASSAGE_FIELDS)."""

    id: str
    name: str
    texts: Mapping[str, str] = field(default_factory=dict)
    products: tuple[Product, ...] = ()
    full_name: str = ""
    province: str | None = None
    city: str | None = None
    industry: str | None = None
    stock_code: str | None = None
    uscc: str | None = None
    status: str | None = None
    ownership: str = "unknown"
    employees: int | None = None
    listed_on: date | None = None
    founded_on: date | None = None
    reg_capital_wan: float | None = None
    data_year: int | None = None
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """`texts[field][start:end]` of a company. `product` is the ordinal of the product it names, else None."""

    field: str
    start: int
    end: int
    text: str
    product: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quoted passage: `quote == company.texts[field][start:end]`, with the words that agree marked.

    `similarity_0_1` is the strength of the agreement with the requirement, `marks` are offsets into the
    quote. `term` is the phrase of the requirement or the dictionary that stands there letter by letter,
    `term_kind` what it is to the requirement (TermKind), `term_name` the name of the thing whose phrase it
    is, `relation` what is said of it (Occurrence).
    """

    field: str
    quote: str
    start: int
    end: int
    similarity_0_1: float
    revenue_share: float | None = None
    marks: tuple[tuple[int, int], ...] = ()
    term: str | None = None
    term_kind: str | None = None
    relation: str | None = None
    term_name: str | None = None


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """How one company stands to one requirement."""

    id: str
    text: str
    level: Level
    status: Status
    match_0_1: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Contribution:
    """One row of the score: `contribution == weight * value`. A missing signal has value 0 and says so.

    `evidence`: the passages that carry it, where it stands on passages of its own.
    """

    signal: str
    value: float
    weight: float
    contribution: float
    missing: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """A caution or an unknown: a code with its parameters; the sentence is made at the edge."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BandPrecision:
    """The share of suitable companies among `n` judged ones of a band, measured with the weights."""

    value: float
    n: int
    as_of: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ranked company with its reasons. `score_log_odds == prior + sum(c.contribution)`."""

    rank: int
    company: CompanyProfile
    score_log_odds: float
    prior: float
    probability: float
    band: Band
    contributions: tuple[Contribution, ...]
    requirements: tuple[RequirementResult, ...]
    cautions: tuple[Remark, ...]
    unknowns: tuple[Remark, ...]
    lexical_rank: int | None = None
    dense_rank: int | None = None
    band_precision: BandPrecision | None = None
    # Where hidden suppliers are asked for: its rank without that, and others of its group that stand with it.
    usual_rank: int | None = None
    group: tuple[CompanyProfile, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """Hard conditions on candidates; an empty tuple or None sets no condition."""

    provinces: tuple[str, ...] = ()
    exclude_provinces: tuple[str, ...] = ()
    listed_only: bool = False
    min_employees: int | None = None
    include_delisted: bool = False
    # Facets: a company must have one of the values; one that does not state any has the value "unknown".
    ownerships: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    bands: tuple[Band, ...] = ()
    # No condition, but another order: size adds nothing, and a group stands once.
    hidden_suppliers: bool = False

    def without_facets(self) -> Filters:
        """The same with nothing chosen of what lists are narrowed by."""
        return Filters(
            exclude_provinces=self.exclude_provinces,
            include_delisted=self.include_delisted,
            hidden_suppliers=self.hidden_suppliers,
        )


@dataclass(frozen=True, slots=True)
class MatchResult:
    """The answer to one gap. `receipt` holds all that is needed to compute the same again."""

    gap: Gap
    requirements: tuple[Requirement, ...]
    candidates: tuple[Candidate, ...]
    considered: int  # companies scored exactly
    company_count: int  # companies in the release
    receipt: Mapping[str, Any]
    best_band: Band | None = (
        None  # of the whole ranking, whatever page was asked for; None without candidates
    )
    # Companies of each band and of each value of each facet, what else was chosen held; None: not asked.
    bands: Mapping[Band, int] | None = None
    facets: Mapping[str, Mapping[str, int]] | None = None
