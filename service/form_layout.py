"""How an exported workbook is laid out, so that it can be read again wherever its parts were moved to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

FORMAT = 1
META_SHEET = "_lianzhao"
META_MARK = "lianzhao form"
ROW_TITLE = "行标识（勿改）"  # header of the hidden first column
# What stands in the hidden column beside rows that are no entries, and above it in the row of keys.
ROW_KEY, HEAD, FOOT = "@row", "@head", "@foot"


@dataclass(frozen=True, slots=True)
class FormMeta:
    """What the hidden sheet says of the file. `fields`: of the columns, with their `titles`."""

    format: int
    event: str
    preset: str
    language: str
    run_code: str
    version: int
    made_on: str
    fields: tuple[str, ...]
    titles: tuple[str, ...]
    editable: tuple[str, ...]
    is_stored: bool

    def as_json(self) -> str:
        """As the first cell of the hidden sheet has it."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> FormMeta:
        """What `as_json` wrote. Raises ValueError, KeyError or TypeError where it is something else."""
        known: dict[str, Any] = json.loads(text)
        values: Any = {name: known[name] for name in cls.__slots__}
        for name in ("fields", "titles", "editable"):
            values[name] = tuple(values[name])
        return cls(**values)


def row_token(event: str, entry_id: int, row_version: int) -> str:
    """The stable mark of a row: entry, row version, and a check that neither was changed or cut off."""
    check = hashlib.sha256(f"{event}|{entry_id}|{row_version}".encode()).hexdigest()[:8]
    return f"E{entry_id}-V{row_version}-{check}"


def read_token(event: str, token: str) -> tuple[int, int] | None:
    """(entry, row version) of a mark; None where it is not one of this event."""
    parts = token.strip().split("-")
    if len(parts) != 3 or not (parts[0][1:].isdecimal() and parts[1][1:].isdecimal()):
        return None
    entry_id, version = int(parts[0][1:]), int(parts[1][1:])
    return (entry_id, version) if row_token(event, entry_id, version) == token.strip() else None


def checksum(meta: str, rows: Sequence[Sequence[str]]) -> str:
    """What the hidden sheet was when it was written, as 32 hex digits."""
    digest = hashlib.sha256(meta.encode())
    for row in rows:
        digest.update(("\x1f".join(row) + "\x1e").encode("utf-8", "replace"))
    return digest.hexdigest()[:32]


def kept(value: str | None) -> str:
    """`value` as the hidden sheet keeps it: behind a mark, so that no program takes a code for a number."""
    return f"|{value or ''}"


def kept_value(text: object) -> str | None:
    """What `kept` was given."""
    return str(text or "").removeprefix("|") or None
