"""What a gap asks for, apart from who keeps it: as the editor holds it, whole or not yet.

A draft may lack what a published gap must have; `missing_in` says what. `diff_contents` compares two.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, get_args

from pydantic import ValidationError

from matching.passages import normalise
from service.errors import InvalidProfile, ProfileProblem, check_text
from service.i18n import mark
from service.readers.chain_profile import Facet, GapKind, GapProfile, Level, Severity, as_problems

GAP_KINDS, FACETS, LEVELS, SEVERITIES = map(get_args, (GapKind, Facet, Level, Severity))
MAX_REQUIREMENTS = 60
MAX_REQUIREMENT_CHARS = 80
MAX_NAME_CHARS = 200
MAX_TEXT_CHARS = 2000
MAX_WEIGHT = 5.0
_INDUSTRY = re.compile(r"[A-T]([0-9]{2,4})?")


@dataclass(frozen=True, slots=True)
class RequirementContent:
    """One line of a gap. `id` is R1, R2 …; empty for a line that has none yet."""

    id: str
    text: str
    facet: str = "product"
    level: str = "must"
    weight: float = 1.0
    synonyms: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyQuote:
    """Where the policy text says it, letter by letter."""

    section: str
    quote: str


@dataclass(frozen=True, slots=True)
class GapContent:
    """One wording of a gap. `link` is the code of a link of its chain, empty where none is chosen yet."""

    title: str
    title_en: str = ""
    kind: str = "fill"
    link: str = ""
    severity: str | None = None
    need: str = ""
    note: str | None = None
    anchors: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    industry_codes: tuple[str, ...] = ()
    refs: tuple[PolicyQuote, ...] = ()
    requirements: tuple[RequirementContent, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainNames:
    """What a gap of a chain may point to."""

    links: Collection[str]
    anchors: Collection[str]
    sites: Collection[str]


def content_hash(content: GapContent) -> str:
    """Equal for equal wordings."""
    whole = json.dumps(asdict(content), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def content_from(plain: dict[str, Any]) -> GapContent:
    """The wording in a dictionary as `asdict` writes it; what is not there has its default."""
    return GapContent(
        **{
            **plain,
            **{key: tuple(plain.get(key) or ()) for key in ("anchors", "sites", "industry_codes")},
            "refs": tuple(PolicyQuote(**ref) for ref in plain.get("refs") or ()),
            "requirements": tuple(
                RequirementContent(**{**row, "synonyms": tuple(row.get("synonyms") or ())})
                for row in plain.get("requirements") or ()
            ),
        }
    )


def as_profile(code: str, content: GapContent) -> GapProfile:
    """`content` as a chain profile states it. Raises InvalidProfile with what is missing or wrong."""
    try:
        return GapProfile.model_validate({"code": code, **asdict(content)})
    except ValidationError as err:
        problems = [problem for detail in err.errors() for problem in as_problems(detail)]
        raise InvalidProfile(code, problems) from err


def missing_in(content: GapContent) -> list[ProfileProblem]:
    """What a draft still lacks before it can be reviewed."""
    lacks = (
        ("title_en", content.title_en, mark("add the English title")),
        ("need", content.need, mark("say in words what is sought")),
        ("link", content.link, mark("choose the link where it stands")),
        ("requirements", content.requirements, mark("add at least one requirement")),
        ("refs", content.refs, mark("quote the policy text that the gap rests on")),
    )
    problems = [ProfileProblem(path, "", advice) for path, value, advice in lacks if not value]
    for at, ref in enumerate(content.refs):
        if not ref.section or not ref.quote:
            advice = mark("give both the section and the literal quote")
            problems.append(ProfileProblem(f"refs[{at}]", ref.section or ref.quote, advice))
    return problems


def check_content(content: GapContent, names: ChainNames) -> None:
    """Raise InvalidProfile with everything in `content` that cannot be stored, even as a draft."""
    problems = [*_head_problems(content), *_requirement_problems(content), *_name_problems(content, names)]
    if problems:
        raise InvalidProfile(content.title or "gap", problems)
    check_text("gap", json.dumps(asdict(content), ensure_ascii=False))


def numbered(content: GapContent, taken: Collection[str] = ()) -> GapContent:
    """`content` with an id for every requirement; ids in `taken` were used by other wordings of the gap."""
    highest = max((int(used[1:]) for used in {*taken, *_ids(content)} if used[1:].isdigit()), default=0)
    rows = []
    for row in content.requirements:
        highest += not row.id
        rows.append(row if row.id else replace(row, id=f"R{highest}"))
    return replace(content, requirements=tuple(rows))


def _ids(content: GapContent) -> set[str]:
    return {row.id for row in content.requirements if row.id}


def _head_problems(content: GapContent) -> Iterator[ProfileProblem]:
    if not content.title:
        yield ProfileProblem("title", "", mark("give it a title"))
    for path, text, most in (
        ("title", content.title, MAX_NAME_CHARS),
        ("title_en", content.title_en, MAX_NAME_CHARS),
        ("need", content.need, MAX_TEXT_CHARS),
        ("note", content.note or "", MAX_TEXT_CHARS),
        *((f"refs[{at}].section", ref.section, MAX_NAME_CHARS) for at, ref in enumerate(content.refs)),
        *((f"refs[{at}].quote", ref.quote, MAX_TEXT_CHARS) for at, ref in enumerate(content.refs)),
    ):
        if len(text) > most:
            yield ProfileProblem(path, text[:40], mark("too long: shorten it"))
    if content.kind not in GAP_KINDS:
        yield ProfileProblem("kind", content.kind, mark("choose one of the list"))
    if content.severity is not None and content.severity not in SEVERITIES:
        yield ProfileProblem("severity", content.severity, mark("choose one of the list"))
    for at, code in enumerate(content.industry_codes):
        if not _INDUSTRY.fullmatch(code):
            advice = mark("no code of GB/T 4754: write a letter with up to four digits, such as C3982")
            yield ProfileProblem(f"industry_codes[{at}]", code, advice)


def _requirement_problems(content: GapContent) -> Iterator[ProfileProblem]:
    if len(content.requirements) > MAX_REQUIREMENTS:
        yield ProfileProblem(
            "requirements", str(len(content.requirements)), mark("too many: make two gaps of it")
        )
    seen: dict[str, int] = {}
    for at, row in enumerate(content.requirements):
        path = f"requirements[{at}]"
        key = normalise(row.text)
        if not key:
            yield ProfileProblem(f"{path}.text", row.text, mark("say what is required, or remove the line"))
        elif key in seen:
            yield ProfileProblem(f"{path}.text", row.text, mark("stands twice: remove one of the lines"))
        seen.setdefault(key, at)
        long = [t for t in (*row.synonyms, row.note or "") if len(t) > MAX_NAME_CHARS]
        if len(row.text) > MAX_REQUIREMENT_CHARS or long:
            yield ProfileProblem(f"{path}.text", row.text[:40], mark("too long: shorten it"))
        if row.facet not in FACETS or row.level not in LEVELS:
            yield ProfileProblem(path, f"{row.facet}, {row.level}", mark("choose one of the list"))
        if not (math.isfinite(row.weight) and 0 < row.weight <= MAX_WEIGHT):
            advice = mark("the weight is a number above 0, at most 5")
            yield ProfileProblem(f"{path}.weight", f"{row.weight:g}", advice)


def _name_problems(content: GapContent, names: ChainNames) -> Iterator[ProfileProblem]:
    if content.link and content.link not in names.links:
        yield ProfileProblem("link", content.link, mark("the chain has no such link"))
    for path, given, known in (
        ("anchors", content.anchors, names.anchors),
        ("sites", content.sites, names.sites),
    ):
        for at, name in enumerate(given):
            if name not in known:
                yield ProfileProblem(f"{path}[{at}]", name, mark("the chain has none of this name"))
