"""The rules of the fair-competition check: one YAML file, checked before anything is judged by it.

A wrong file is answered with every problem at once, each as path, value and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.compliance_records import Clause, ComplianceRules, Context, Reach, Rule, Severity, Where
from service.errors import InvalidInput, ProfileProblem

_TERM = re.compile(r"<([A-Z]+)>")
_NESTING = 5


class InvalidRules(InvalidInput):
    """A file of rules that cannot be used; `problems` lists all of its faults."""

    def __init__(self, source: str, problems: list[ProfileProblem]) -> None:
        self.source = source
        self.problems = problems
        super().__init__("\n".join(f"{source}: {p.path or 'file'}: {p.value}: {p.advice}" for p in problems))


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


_Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,40}$")]
_Text = Annotated[str, Field(min_length=1, max_length=4000)]


class _Both(_Strict):
    zh: _Text
    en: _Text


class _Measures(_Strict):
    cite: _Text
    verified: bool


class _ClauseRow(_Strict):
    id: _Id
    cite: Annotated[str, Field(pattern=r"^《.+》第.+条")]
    forbids: _Both
    verified: bool
    measures: _Measures


class _ContextRow(_Strict):
    id: _Id
    name: _Both
    where: Where
    reach: Reach = "segment"
    pattern: _Text
    broken_by: _Text | None = None


class _RuleRow(_Strict):
    id: _Id
    name: _Both
    clause: _Id
    severity: Severity
    patterns: Annotated[list[_Text], Field(min_length=1)]
    needs: list[_Id] = []
    unless: list[_Id] = []
    also_unless: list[_Id] = []
    yields_to: list[_Id] = []
    advice: _Both


class _File(_Strict):
    format: Literal[1]
    law: _Text
    in_force_since: date
    clauses: Annotated[list[_ClauseRow], Field(min_length=1)]
    terms: dict[Annotated[str, Field(pattern=r"^[A-Z]+$")], _Text] = {}
    contexts: list[_ContextRow] = []
    rules: Annotated[list[_RuleRow], Field(min_length=1)]


def read_compliance_rules(path: Path) -> ComplianceRules:
    """The rules in the YAML file `path`. Raises InvalidRules with all problems of the file."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as err:
        problem = ProfileProblem(
            f"byte {err.start}", repr(err.object[err.start : err.end]), "save it as UTF-8"
        )
        raise InvalidRules(path.name, [problem]) from err
    except yaml.YAMLError as err:
        mark = getattr(err, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = ProfileProblem(
            where, getattr(err, "problem", None) or "not YAML", "mend the YAML at this place"
        )
        raise InvalidRules(path.name, [problem]) from err
    return parse_compliance_rules(content, path.name)


def parse_compliance_rules(content: object, source: str) -> ComplianceRules:
    """The rules in `content`, already read from YAML; `source` names it in errors."""
    try:
        file = _File.model_validate(content)
    except ValidationError as err:
        raise InvalidRules(
            source,
            [
                ProfileProblem(_path(detail["loc"]), repr(detail.get("input"))[:120], detail["msg"])
                for detail in err.errors()
            ],
        ) from err
    problems = [*_doubles(file), *_unknown_names(file)]
    patterns = _Patterns(file.terms)
    clauses = {row.id: _clause(row) for row in file.clauses}
    contexts = {row.id: _context(row, at, patterns) for at, row in enumerate(file.contexts)}
    rules = []
    for at, row in enumerate(file.rules):
        compiled = [
            patterns.compiled(f"rules[{at}].patterns[{number}]", text)
            for number, text in enumerate(row.patterns)
        ]
        if problems:
            continue
        rules.append(
            Rule(
                id=row.id,
                name=row.name.model_dump(),
                clause=clauses[row.clause],
                severity=row.severity,
                patterns=tuple(compiled),
                unless=tuple(contexts[name] for name in (*row.unless, *row.also_unless)),
                needs=tuple(contexts[name] for name in row.needs),
                yields_to=frozenset(row.yields_to),
                advice=row.advice.model_dump(),
            )
        )
    problems += patterns.problems
    if problems:
        raise InvalidRules(source, problems)
    return ComplianceRules(file.law, file.in_force_since, tuple(rules))


class _Patterns:
    """Compiles patterns with their <TERMS> filled in, and keeps what is wrong with them."""

    def __init__(self, terms: dict[str, str]) -> None:
        self._terms = terms
        self.problems: list[ProfileProblem] = []

    def compiled(self, path: str, text: str) -> re.Pattern[str]:
        filled = text
        for _ in range(_NESTING):
            filled = _TERM.sub(lambda found: self._terms.get(found[1], found[0]), filled)
        left = _TERM.search(filled)
        if left:
            self.problems.append(
                ProfileProblem(path, left[0], "not in terms, or terms that name each other; add or mend it")
            )
            return re.compile("(?!)")
        try:
            pattern = re.compile(filled)
        except re.error as err:
            self.problems.append(ProfileProblem(path, text[:120], f"no regular expression: {err}"))
            return re.compile("(?!)")
        if pattern.search(""):
            self.problems.append(ProfileProblem(path, text[:120], "matches the empty text; make it say more"))
        return pattern


def _clause(row: _ClauseRow) -> Clause:
    return Clause(
        row.id, row.cite, row.forbids.model_dump(), row.verified, row.measures.cite, row.measures.verified
    )


def _context(row: _ContextRow, at: int, patterns: _Patterns) -> Context:
    broken_by = row.broken_by and patterns.compiled(f"contexts[{at}].broken_by", row.broken_by)
    return Context(
        row.id,
        row.name.model_dump(),
        row.where,
        row.reach,
        patterns.compiled(f"contexts[{at}].pattern", row.pattern),
        broken_by or None,
    )


def _doubles(file: _File) -> Iterator[ProfileProblem]:
    tables = {
        "clauses": [row.id for row in file.clauses],
        "contexts": [row.id for row in file.contexts],
        "rules": [row.id for row in file.rules],
    }
    for table, ids in tables.items():
        for at, name in enumerate(ids):
            if name in ids[:at]:
                yield ProfileProblem(f"{table}[{at}].id", repr(name), "already used; give each its own")


def _unknown_names(file: _File) -> Iterator[ProfileProblem]:
    contexts = {row.id for row in file.contexts}
    rules = {row.id for row in file.rules}
    clauses = {row.id for row in file.clauses}
    for at, row in enumerate(file.rules):
        named = (
            ("clause", [row.clause], clauses, "clauses"),
            ("unless", row.unless, contexts, "contexts"),
            ("also_unless", row.also_unless, contexts, "contexts"),
            ("needs", row.needs, contexts, "contexts"),
            ("yields_to", row.yields_to, rules, "rules"),
        )
        for column, names, known, table in named:
            for name in names:
                if name not in known:
                    yield ProfileProblem(
                        f"rules[{at}].{column}", repr(name), f"not in {table}; add it there or mend the name"
                    )


def _path(parts: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")
