"""The audit log as csv."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

from models import AuditEntry
from service.audit_labels import change_label, deed_label, object_label
from service.i18n import mark, translate

_HEADERS = (
    mark("When"),
    mark("Who"),
    mark("Role"),
    mark("Deed"),
    mark("Kind of object"),
    mark("Number"),
    mark("Name"),
    mark("Changes"),
    mark("From address"),
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def audit_csv(entries: Iterable[AuditEntry], language: str) -> Iterator[str]:
    """The entries line by line, in UTF-8 with BOM for spreadsheets; no cell can run as a formula."""
    yield "\ufeff" + _line([translate(language, header) for header in _HEADERS])
    for entry in entries:
        changes = "; ".join(
            f"{change_label(language, field)}: {_shown(old)} → {_shown(new)}"
            for field, (old, new) in entry.changes.items()
        )
        yield _line(
            [
                entry.at.astimezone().isoformat(sep=" ", timespec="seconds"),
                entry.login,
                entry.role,
                deed_label(language, entry.action),
                object_label(language, entry.object_type),
                entry.object_id,
                entry.object_label,
                changes,
                entry.address,
            ]
        )


def _shown(value: object) -> str:
    if value is None:
        return "—"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell for cell in cells])
    return out.getvalue()
