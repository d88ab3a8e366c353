"""Whether the gaps of a chain profile would find companies, and the right ones, before they are published."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal, Protocol

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matching.index.release import Release
from matching.need import core_term
from matching.passages import normalise
from matching.query import COMMON_COVERAGE
from models import Gap, GapVersion
from service.errors import InvalidProfile
from service.i18n import mark, translate
from service.policy_text.words import GENERIC
from service.readers.chain_profile import ChainProfile, GapProfile, RequirementProfile

Severity = Literal["error", "warning"]

# A must that one company in twenty meets sorts nothing; of fewer than 20 companies it says nothing.
TOO_MANY_SHARE = 0.05
TOO_MANY_AT_LEAST = 20
# Two gaps that share this much of the smaller one's musts send officers to the same companies.
OVERLAP_SHARE = 0.5
# 合资合作 or 科技成果转化能力 are no terms of a trade.
_IN_DICTIONARIES = ("product", "process", "technology")
QUOTE_NOT_LITERAL = mark("in the policy text with other signs or blanks: copy the quote letter by letter")
SAID = 0.999  # all n-grams of a term stand in one text


@dataclass(frozen=True, slots=True)
class GapProblem:
    """One problem: `path` inside the profile, the value there, and what to do.

    `message` is the advice with {placeholders} for `params`; `advice_in` says it in a language.
    """

    code: str
    severity: Severity
    path: str
    value: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def advice(self) -> str:
        """The advice in English."""
        return self.advice_in("en")

    def advice_in(self, language: str) -> str:
        """The advice in `language`."""
        return translate(language, self.message, **self.params)

    def as_json(self, language: str) -> dict[str, str]:
        """The problem as scripts read it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "path": self.path,
            "value": self.value,
            "advice": self.advice_in(language),
        }


class CompanyWords(Protocol):
    """What the check asks of a company base."""

    company_count: int

    def companies_with(self, term: str) -> int:
        """How many companies have a passage that fulfils `term` in words."""

    def says(self, term: str) -> bool:
        """Whether any passage holds `term` whole."""


class ReleaseWords:
    """The words of an index release, as the gap check asks for them."""

    def __init__(self, release: Release) -> None:
        self._chars = release.chars
        self._text = release.mentions.text
        self._company = np.repeat(
            np.arange(len(release.mentions.starts) - 1), np.diff(release.mentions.starts)
        )
        self.company_count = int(release.has_text.sum())

    def companies_with(self, term: str) -> int:
        if not normalise(term):
            return 0
        found = self._chars.coverage(term) >= COMMON_COVERAGE
        return len(np.unique(self._company[found[self._text]]))

    def says(self, term: str) -> bool:
        return bool(normalise(term)) and bool((self._chars.coverage(term) >= SAID).any())


@dataclass(frozen=True, slots=True)
class KnownGap:
    """A gap of the database as far as it is compared: what its musts are, under all their names."""

    code: str
    title: str
    kind: str
    musts: tuple[frozenset[str], ...]


def stored_gaps(session: Session, *, but_of: str | None = None) -> list[KnownGap]:
    """The current gaps of the database, without those of the chain `but_of`, which the file replaces."""
    rows = session.scalars(
        select(Gap)
        .options(
            selectinload(Gap.chain), selectinload(Gap.current_version).selectinload(GapVersion.requirements)
        )
        .order_by(Gap.code)
    )
    return [
        KnownGap(
            row.code,
            version.title,
            version.kind,
            tuple(_names(r.text, r.synonyms) for r in version.requirements if r.level == "must"),
        )
        for row in rows
        if (version := row.current_version) is not None and row.chain.code != but_of
    ]


def check_profile(
    profile: ChainProfile,
    *,
    known_terms: Collection[str],
    stored: Sequence[KnownGap] = (),
    base: CompanyWords | None = None,
    policy_text: str | None = None,
) -> list[GapProblem]:
    """All problems of the gaps of `profile`, gap by gap, those between gaps last.

    Without `base` it is not asked who meets a requirement; without `policy_text` quotes are not compared.
    """
    return check_gaps(
        profile.gaps, known_terms=known_terms, stored=stored, base=base, policy_text=policy_text
    )


def check_gaps(
    gaps: Sequence[GapProfile],
    *,
    known_terms: Collection[str],
    stored: Sequence[KnownGap] = (),
    base: CompanyWords | None = None,
    policy_text: str | None = None,
) -> list[GapProblem]:
    """The same for gaps without their chain."""
    problems: list[GapProblem] = []
    for at, gap in enumerate(gaps):
        path = f"gaps[{at}]"
        problems += _policy_problems(gap, path, policy_text)
        problems += _level_problems(gap, path)
        problems += _word_problems(gap, path, known_terms, base)
        if base is not None:
            problems += _base_problems(gap, path, base)
    return [*problems, *_duplicates(gaps, stored)]


def schema_problems(error: InvalidProfile) -> list[GapProblem]:
    """The problems of a profile that does not fit the schema, in the same form."""
    return [
        GapProblem(
            "no_policy_reference" if _is_about_refs(problem.path) else "invalid_profile",
            "error",
            problem.path,
            problem.value,
            problem.advice,
        )
        for problem in error.problems
    ]


def _is_about_refs(path: str) -> bool:
    return path.startswith("gaps[") and path.endswith(".refs")


def _policy_problems(gap: GapProfile, path: str, policy_text: str | None) -> Iterator[GapProblem]:
    if policy_text is None:
        return
    folded = normalise(policy_text)
    for at, ref in enumerate(gap.refs):
        if ref.quote in policy_text:
            continue
        if normalise(ref.quote) in folded:
            where = f"{path}.refs[{at}].quote"
            yield GapProblem("quote_not_literal", "warning", where, ref.quote, QUOTE_NOT_LITERAL)
        else:
            advice = mark("not in the policy text: quote the sentence that the gap rests on")
            yield GapProblem("quote_not_found", "error", f"{path}.refs[{at}].quote", ref.quote, advice)


def _level_problems(gap: GapProfile, path: str) -> Iterator[GapProblem]:
    levels = sorted({requirement.level for requirement in gap.requirements})
    if "must" not in levels:
        advice = mark("only wishes and exclusions: say with a must what a company has to make or master")
        yield GapProblem("no_must", "error", f"{path}.requirements", ", ".join(levels), advice)
    wanted = [
        (r.text, name) for r in gap.requirements if r.level != "must_not" for name in [r.text, *r.synonyms]
    ]
    for at, requirement in enumerate(gap.requirements):
        if requirement.level != "must_not":
            continue
        for excluded in [requirement.text, *requirement.synonyms]:
            # A wanted name that holds an excluded one whole is excluded with it; 柴油 in 柴油机 is not.
            hit = next((pair for pair in wanted if _within(excluded, pair[1])), None)
            if hit:
                term, name = hit
                advice = mark("also excludes {name}, which {term} asks for: make the exclusion narrower")
                where = f"{path}.requirements[{at}]"
                severity: Severity = "error" if name == term else "warning"
                params = {"name": repr(name), "term": repr(term)}
                yield GapProblem("excludes_wanted", severity, where, excluded, advice, params)
                break


def _within(part: str, whole: str) -> bool:
    return bool(normalise(part)) and normalise(part) in normalise(whole)


def _word_problems(
    gap: GapProfile, path: str, known_terms: Collection[str], base: CompanyWords | None
) -> Iterator[GapProblem]:
    musts = [_is_general(r.text) for r in gap.requirements if r.level == "must"]
    severity: Severity = (
        "error" if all(musts) else "warning"
    )  # beside a must that sorts, one more does little
    for at, requirement in enumerate(gap.requirements):
        where = f"{path}.requirements[{at}].text"
        if _is_general(requirement.text):
            if requirement.level == "must":
                advice = mark(
                    "only general words, which nearly every company uses: name the product or technology"
                )
                yield GapProblem("too_broad", severity, where, requirement.text, advice)
        elif requirement.facet in _IN_DICTIONARIES and not _is_known(requirement, known_terms, base):
            yield GapProblem("unknown_term", "warning", where, requirement.text, _UNKNOWN[base is not None])


_UNKNOWN = {
    False: mark("no dictionary has this term or a synonym of it: check the spelling or add synonyms"),
    True: mark(
        "no dictionary and no company's text has this term or a synonym of it: "
        "check the spelling or add synonyms"
    ),
}


def _is_general(text: str) -> bool:
    return GENERIC.match(core_term(text)) is not None


def _is_known(
    requirement: RequirementProfile, known_terms: Collection[str], base: CompanyWords | None
) -> bool:
    names = [requirement.text, core_term(requirement.text), *requirement.synonyms]
    if any(normalise(name) in known_terms for name in names):
        return True
    return base is not None and any(base.says(name) for name in names)


def _base_problems(gap: GapProfile, path: str, base: CompanyWords) -> Iterator[GapProblem]:
    limit = max(TOO_MANY_AT_LEAST, int(base.company_count * TOO_MANY_SHARE))
    met = []
    unmet: list[GapProblem] = []
    for at, requirement in enumerate(gap.requirements):
        if requirement.level == "must_not":
            continue
        where = f"{path}.requirements[{at}].text"
        count = base.companies_with(requirement.text)
        if requirement.level == "must" and count > limit:
            advice = mark("{count} of {all} companies meet it: name a narrower product or technology")
            params = {"count": count, "all": base.company_count}
            yield GapProblem("too_broad", "warning", where, requirement.text, advice, params)
        by_any = count or max((base.companies_with(name) for name in requirement.synonyms), default=0)
        if requirement.level == "must":
            met.append(by_any > 0)
        if by_any == 0:
            advice = mark("no company of the base meets it or a synonym: add synonyms, or import companies")
            unmet.append(GapProblem("no_company", "warning", where, requirement.text, advice))
    if met and not any(met):  # no error: the base may lack what the gap rightly asks for
        advice = mark("no company of the base meets any must of this gap: add synonyms, or import companies")
        yield GapProblem("no_company", "warning", f"{path}.requirements", gap.title, advice)
    else:
        yield from unmet


def _duplicates(gaps: Sequence[GapProfile], stored: Sequence[KnownGap]) -> Iterator[GapProblem]:
    own = [
        KnownGap(
            gap.code,
            gap.title,
            gap.kind,
            tuple(_names(r.text, r.synonyms) for r in gap.requirements if r.level == "must"),
        )
        for gap in gaps
    ]
    for (_, first), (at, second) in combinations(enumerate(own), 2):
        yield from _duplicate(second, at, first, in_file=True)
    codes = {gap.code for gap in own}
    for at, gap in enumerate(own):
        for other in stored:
            if other.code not in codes:
                yield from _duplicate(gap, at, other, in_file=False)


def _duplicate(gap: KnownGap, at: int, other: KnownGap, *, in_file: bool) -> Iterator[GapProblem]:
    # A team for a technology and a plant for its product are two gaps, though they share words.
    if (gap.kind == "talent") != (other.kind == "talent") or not gap.musts or not other.musts:
        return
    small, large = sorted((gap.musts, other.musts), key=len)
    shared = sum(any(mine & theirs for theirs in large) for mine in small)
    share = shared / len(small)
    if share < OVERLAP_SHARE or (shared == 1 and share < 1):
        return
    same = share == 1 and len(small) == len(large)
    yield GapProblem(
        "duplicate" if same else "overlap",
        "error" if same else "warning",
        f"gaps[{at}]",
        gap.title,
        _SHARED[same, in_file],
        {"shared": shared, "code": other.code, "title": repr(other.title)},
    )


_SHARED = {
    (True, True): mark(
        "asks for the same as {code} {title} in this file: merge them or say what sets them apart"
    ),
    (True, False): mark(
        "asks for the same as {code} {title} in the database: merge them or say what sets them apart"
    ),
    (False, True): mark(
        "asks for {shared} of the same things as {code} {title} in this file: "
        "merge them or say what sets them apart"
    ),
    (False, False): mark(
        "asks for {shared} of the same things as {code} {title} in the database: "
        "merge them or say what sets them apart"
    ),
}


def _names(text: str, synonyms: Sequence[object]) -> frozenset[str]:
    return frozenset(normalise(str(name)) for name in (text, *synonyms)) - {""}
