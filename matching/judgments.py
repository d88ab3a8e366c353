"""Judged sets on disk: queries as JSON lines, grades as TREC qrels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matching.errors import JudgmentsInvalid

SUITABLE = 2  # grades of at least this are suitable
_GRADES = ("0", "1", "2", "3")


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """One gap of a judged set, with the grade (0 to 3) of every company that was read for it."""

    id: str
    chain: str
    title: str
    need: str
    grades: Mapping[str, int]


def read_judged_queries(queries: Path, qrels: Path) -> list[JudgedQuery]:
    """The queries of a judged set that have grades, in the order of the file.

    `queries`: `{"id", "chain", "title", "need"}` a line. `qrels`: `query 0 company grade` a line.
    Raises JudgmentsInvalid with file and line.
    """
    grades = _read_grades(qrels)
    judged: list[JudgedQuery] = []
    for number, line in enumerate(_lines(queries), start=1):
        if not line.strip():
            continue
        try:
            known = json.loads(line)
            query_id, need = str(known["id"]), str(known["need"])
        except (ValueError, KeyError, TypeError) as err:
            raise JudgmentsInvalid(
                f"{queries.name} line {number}: {line[:60]!r}: "
                'write {"id", "chain", "title", "need"} as JSON'
            ) from err
        if query_id in grades:
            judged.append(
                JudgedQuery(
                    query_id, str(known.get("chain", "")), str(known.get("title", "")), need, grades[query_id]
                )
            )
    if not judged:
        raise JudgmentsInvalid(
            f"{queries.name} and {qrels.name} have no query in common: check that the ids are written alike"
        )
    return judged


def _read_grades(path: Path) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        parts = line.split()
        try:
            query, _, company, grade = parts
            if grade not in _GRADES:
                raise ValueError(grade)
            grades.setdefault(query, {})[company] = int(grade)
        except ValueError as err:
            raise JudgmentsInvalid(
                f"{path.name} line {number}: {line[:60]!r}: "
                "write query, 0, company and grade (0 to 3), separated by tabs"
            ) from err
    return grades


def _lines(path: Path) -> list[str]:
    try:
        # Not splitlines(): a JSON text may hold other ends of line (U+2028) inside a string.
        return path.read_text("utf-8-sig").split("\n")
    except OSError as err:
        raise JudgmentsInvalid(f"{path}: cannot be read ({err.strerror}): check the path") from err
    except UnicodeDecodeError as err:
        raise JudgmentsInvalid(f"{path.name}: is not UTF-8 text: save it as UTF-8") from err
