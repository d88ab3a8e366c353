"""Chain profiles: one YAML file a chain, checked against a schema before anything is stored.

The files in `data/chains/` and the files a curator brings are read by the same code. A wrong file is
answered with every problem at once, each as file, path, value and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.errors import InvalidProfile, ProfileProblem
from service.i18n import mark

Position = Literal["upstream", "midstream", "downstream", "supporting"]
GapKind = Literal["fill", "strengthen", "extend", "supporting", "talent"]
Facet = Literal["product", "process", "technology", "capability", "condition"]
Level = Literal["must", "should", "must_not"]
Severity = Literal["missing", "weak", "single_source", "capacity_short"]

Text = Annotated[str, Field(min_length=1, max_length=2000)]
# YAML folds lines with a blank between them, which Chinese does not have.
_FOLD = re.compile(
    r"(?<=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]) (?=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef])"
)
Prose = Annotated[Text, AfterValidator(lambda text: _FOLD.sub("", text))]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{1,31}$")]


class _Mismatch(ValueError):
    """Values that do not fit together; paths start at the model that found them."""

    def __init__(self, problems: list[ProfileProblem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.path}: {p.value}: {p.advice}" for p in problems))


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
    role: Prose
    links: list[Code] = []
    ref: PolicyRef


class SiteProfile(_Strict):
    """A park, base or region that is to carry the chain (承接载体)."""

    name: Name
    place: Name
    role: Prose | None = None
    ref: PolicyRef


class RequirementProfile(_Strict):
    id: Annotated[str, Field(pattern=r"^R[1-9][0-9]{0,3}$")]
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
    need: Prose
    requirements: Annotated[list[RequirementProfile], Field(min_length=1)]
    anchors: list[Name] = []
    sites: list[Name] = []
    industry_codes: list[Annotated[str, Field(pattern=r"^[A-T]([0-9]{2,4})?$")]] = []
    refs: Annotated[list[PolicyRef], Field(min_length=1)]
    note: Text | None = None

    @model_validator(mode="after")
    def _requirements_differ(self) -> GapProfile:
        _raise_any(
            [
                *repeated("requirements[{}].id", [r.id for r in self.requirements]),
                *repeated("requirements[{}].text", [r.text for r in self.requirements]),
            ]
        )
        return self


class ChainHead(_Strict):
    """An industrial chain without its gaps."""

    name: Name
    name_en: Name
    document: Name
    target: TargetOutput
    summary: Prose
    links: Annotated[list[LinkProfile], Field(min_length=1)]
    anchors: list[AnchorProfile] = []
    sites: list[SiteProfile] = []

    @model_validator(mode="after")
    def _names_resolve(self) -> Self:
        _raise_any(self.problems())
        return self

    def problems(self) -> list[ProfileProblem]:
        """What stands twice, and what is named that is not there."""
        links = {link.code for link in self.links}
        problems = [
            *repeated("links[{}].code", [link.code for link in self.links]),
            *repeated("anchors[{}].name", [anchor.name for anchor in self.anchors]),
            *repeated("sites[{}].name", [site.name for site in self.sites]),
        ]
        for at, link in enumerate(self.links):
            problems += _unknown(f"links[{at}].feeds[{{}}]", link.feeds, links, "links[].code")
        for at, anchor in enumerate(self.anchors):
            problems += _unknown(f"anchors[{at}].links[{{}}]", anchor.links, links, "links[].code")
        return problems


class ChainProfile(ChainHead):
    """One industrial chain as its file states it."""

    format: Literal[1]
    code: Annotated[str, Field(pattern=r"^C[0-9]{2}$")]
    gaps: Annotated[list[GapProfile], Field(min_length=1)]

    def problems(self) -> list[ProfileProblem]:
        """The same, with its gaps."""
        links = {link.code for link in self.links}
        anchors = {anchor.name for anchor in self.anchors}
        sites = {site.name for site in self.sites}
        problems = [
            *super().problems(),
            *repeated("gaps[{}].code", [gap.code for gap in self.gaps]),
            *repeated("gaps[{}].title", [gap.title for gap in self.gaps]),
        ]
        for at, gap in enumerate(self.gaps):
            problems += _unknown(f"gaps[{at}].link", [gap.link], links, "links[].code")
            problems += _unknown(f"gaps[{at}].anchors[{{}}]", gap.anchors, anchors, "anchors[].name")
            problems += _unknown(f"gaps[{at}].sites[{{}}]", gap.sites, sites, "sites[].name")
        return problems


def repeated(path: str, values: Sequence[str]) -> Iterator[ProfileProblem]:
    """A problem for every value that stands twice; `path` has a place for the ordinal."""
    first: dict[str, int] = {}
    for at, value in enumerate(values):
        if value in first:
            yield ProfileProblem(
                path.format(at),
                repr(value),
                f"already used by {path.format(first[value])}; give each its own",
            )
        first.setdefault(value, at)


def _unknown(path: str, values: Sequence[str], known: set[str], where: str) -> Iterator[ProfileProblem]:
    for at, value in enumerate(values):
        if value not in known:
            yield ProfileProblem(
                path.format(at), repr(value), f"not in {where}; add it there or mend the name"
            )


def _raise_any(problems: list[ProfileProblem]) -> None:
    if problems:
        raise _Mismatch(problems)


class _NoDoubles:
    """YAML that refuses a key given twice: PyYAML keeps the last one and drops the rest without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is not None and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key!r} given twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)  # type: ignore[misc]


class _Loader(_NoDoubles, yaml.SafeLoader):
    """Says best what is wrong and where."""


class _FastLoader(_NoDoubles, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Ten times as fast where PyYAML has its C part."""


def _load(text: str) -> Any:
    try:
        return yaml.load(text, _FastLoader)  # noqa: S506 - it is a SafeLoader
    except yaml.YAMLError:
        return yaml.load(text, _Loader)  # noqa: S506 - it is a SafeLoader


def read_chain_profile(path: Path) -> ChainProfile:
    """The chain profile in the YAML file `path`.

    Raises InvalidProfile with all problems of the file: path inside it, value, what to do.
    """
    return parse_chain_profile(read_yaml(path), path.name)


def read_yaml(path: Path, error: type[InvalidProfile] = InvalidProfile) -> Any:
    """What the YAML file `path` holds. Raises `error`, naming the line, where it is no YAML."""
    try:
        return _load(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as err:
        line = err.object[: err.start].count(b"\n") + 1
        found = repr(err.object[err.start : err.end])
        raise error(
            path.name, [ProfileProblem(f"line {line}", found, "not UTF-8: save the file as UTF-8")]
        ) from err
    except yaml.YAMLError as err:
        mark = getattr(err, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(err, "problem", None) or "not YAML"
        if isinstance(err, yaml.reader.ReaderError):
            where, problem = f"character {err.position + 1}", err.reason
        raise error(path.name, [ProfileProblem(where, problem, "mend the YAML at this place")]) from err


def parse_chain_profile(content: Any, source: str) -> ChainProfile:
    """The chain profile in `content`, already read from YAML or JSON; `source` names it in errors."""
    if not isinstance(content, dict):
        found = "nothing" if content is None else type(content).__name__
        raise InvalidProfile(
            source,
            [ProfileProblem("", found, 'write a mapping that starts with "format: 1", as in data/chains')],
        )
    try:
        return ChainProfile.model_validate(content)
    except ValidationError as err:
        raise InvalidProfile(source, problems_in(err)) from err


def problems_in(error: ValidationError) -> list[ProfileProblem]:
    """Each problem that pydantic found: path, value, what to do."""
    return [problem for detail in error.errors() for problem in as_problems(detail)]


def mismatch(problems: list[ProfileProblem]) -> ValueError:
    """What a validator raises for values that do not fit together; `as_problems` gives them back."""
    return _Mismatch(problems)


def as_problems(detail: Any) -> list[ProfileProblem]:
    """The problems of one of pydantic's error details, with what to do."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"]).lstrip(".")
    error = detail.get("ctx", {}).get("error")
    if isinstance(error, _Mismatch):
        return [ProfileProblem(f"{path}.{p.path}".lstrip("."), p.value, p.advice) for p in error.problems]
    value = detail.get("input")
    shown = repr(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
    if detail["type"] == "extra_forbidden":
        advice = mark("this field is not known; remove it or mend its name")
    elif detail["type"] == "missing":
        shown, advice = "nothing", mark("add this field")
    else:
        advice = detail["msg"]
    return [ProfileProblem(path, shown[:120], advice)]
