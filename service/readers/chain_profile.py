"""Chain profiles: one YAML file a chain, checked against a schema before anything is stored.

The files in `data/chains/` and the files a curator brings are read by the same code. A wrong file is
answered with every problem at once, each as file, path, value and what to do.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.errors import InvalidProfile, ProfileProblem

Position = Literal["upstream", "midstream", "downstream", "supporting"]
GapKind = Literal["fill", "strengthen", "extend", "supporting", "talent"]
Facet = Literal["product", "process", "technology", "capability", "condition"]
Level = Literal["must", "should", "must_not"]
Severity = Literal["missing", "weak", "single_source", "capacity_short"]

Text = Annotated[str, Field(min_length=1, max_length=2000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{1,31}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class PolicyRef(_Strict):
    """Where the policy text says it: `section` as printed there, `quote` letter by letter."""

    section: Name
    quote: Text


class TargetOutput(_Strict):
    """The output the chain is to reach. `output_yi` is in 亿元 (100 million yuan)."""

    output_class: Literal["百亿", "千亿"]
    output_yi: Annotated[int, Field(gt=0)]
    year: Annotated[int, Field(ge=2000, le=2100)]
    ref: PolicyRef


class LinkProfile(_Strict):
    code: Code
    name: Name
    name_en: Name
    position: Position
    feeds: list[Code] = []


class AnchorProfile(_Strict):
    """An enterprise the chain leans on (链主/骨干企业), named as the policy names it."""

    name: Name
    full_name: Name | None = None
    place: Name
    role: Text
    links: list[Code] = []
    ref: PolicyRef


class SiteProfile(_Strict):
    """A park, base or region that is to carry the chain (承接载体)."""

    name: Name
    place: Name
    role: Text | None = None
    ref: PolicyRef


class RequirementProfile(_Strict):
    id: Annotated[str, Field(pattern=r"^R[1-9][0-9]?$")]
    text: Annotated[str, Field(min_length=1, max_length=80)]
    facet: Facet = "product"
    level: Level = "must"
    weight: Annotated[float, Field(gt=0, le=5)] = 1.0
    synonyms: list[Name] = []
    note: Text | None = None


class GapProfile(_Strict):
    code: Code
    title: Name
    title_en: Name
    kind: GapKind
    link: Code
    severity: Severity | None = None
    need: Text
    requirements: Annotated[list[RequirementProfile], Field(min_length=1)]
    anchors: list[Name] = []
    sites: list[Name] = []
    industry_codes: list[Annotated[str, Field(pattern=r"^[A-T]([0-9]{2,4})?$")]] = []
    refs: Annotated[list[PolicyRef], Field(min_length=1)]
    note: Text | None = None

    @model_validator(mode="after")
    def _requirements_differ(self) -> GapProfile:
        _no_repeats("requirement id", [r.id for r in self.requirements])
        _no_repeats("requirement text", [r.text for r in self.requirements])
        return self


class ChainProfile(_Strict):
    """One industrial chain as its file states it."""

    format: Literal[1]
    code: Annotated[str, Field(pattern=r"^C[0-9]{2}$")]
    name: Name
    name_en: Name
    document: Name
    target: TargetOutput
    summary: Text
    links: Annotated[list[LinkProfile], Field(min_length=1)]
    anchors: list[AnchorProfile] = []
    sites: list[SiteProfile] = []
    gaps: Annotated[list[GapProfile], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_resolve(self) -> ChainProfile:
        links = {link.code for link in self.links}
        anchors = {anchor.name for anchor in self.anchors}
        sites = {site.name for site in self.sites}
        _no_repeats("link code", [link.code for link in self.links])
        _no_repeats("gap code", [gap.code for gap in self.gaps])
        _no_repeats("gap title", [gap.title for gap in self.gaps])
        _no_repeats("anchor name", [anchor.name for anchor in self.anchors])
        for link in self.links:
            _must_exist(f"link {link.code} feeds", link.feeds, links, "links[].code")
        for anchor in self.anchors:
            _must_exist(f"anchor {anchor.name} links", anchor.links, links, "links[].code")
        for gap in self.gaps:
            _must_exist(f"gap {gap.code} link", [gap.link], links, "links[].code")
            _must_exist(f"gap {gap.code} anchors", gap.anchors, anchors, "anchors[].name")
            _must_exist(f"gap {gap.code} sites", gap.sites, sites, "sites[].name")
        return self


def _no_repeats(what: str, values: list[str]) -> None:
    repeated = [value for value, count in Counter(values).items() if count > 1]
    if repeated:
        raise ValueError(f"{what} used twice: {', '.join(repeated)}; give each its own")


def _must_exist(what: str, values: list[str], known: set[str], where: str) -> None:
    missing = [value for value in values if value not in known]
    if missing:
        raise ValueError(
            f"{what} names {', '.join(missing)}, which is not in {where}; add it there or mend the name"
        )


def read_chain_profile(path: Path) -> ChainProfile:
    """The chain profile in the YAML file `path`.

    Raises InvalidProfile with all problems of the file: path inside it, value, what to do.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as err:
        raise InvalidProfile(
            path.name, [ProfileProblem("", repr(err.object[err.start : err.end]), "save the file as UTF-8")]
        ) from err
    except yaml.YAMLError as err:
        mark = getattr(err, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(err, "problem", None) or "not YAML"
        raise InvalidProfile(
            path.name, [ProfileProblem(where, problem, "mend the YAML at this place")]
        ) from err
    return parse_chain_profile(content, path.name)


def parse_chain_profile(content: Any, source: str) -> ChainProfile:
    """The chain profile in `content`, already read from YAML or JSON; `source` names it in errors."""
    try:
        return ChainProfile.model_validate(content)
    except ValidationError as err:
        raise InvalidProfile(source, [_as_problem(detail) for detail in err.errors()]) from err


def _as_problem(detail: Any) -> ProfileProblem:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"]).lstrip(".")
    value = detail.get("input")
    shown = repr(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
    if detail["type"] == "extra_forbidden":
        advice = "this field is not known; remove it or mend its name"
    elif detail["type"] == "missing":
        shown, advice = "nothing", "add this field"
    else:
        advice = detail["msg"].removeprefix("Value error, ")
    return ProfileProblem(path, shown[:120], advice)
