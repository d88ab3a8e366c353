"""The reasons that a verdict may give: a list that a curator can change without touching the program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from models.feedback import VERDICTS
from service.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with its names, and the verdicts it may stand with. A retired one is only shown."""

    code: str
    name: str
    name_en: str
    verdicts: tuple[str, ...]
    retired: bool = False


def read_reasons(path: Path) -> dict[str, Reason]:
    """The reasons of the file by their code, in its order. Raises InvalidInput naming the entry."""
    try:
        entries: Any = yaml.safe_load(path.read_text(encoding="utf-8"))["reasons"]
        reasons = [
            Reason(
                code=str(entry["code"]),
                name=str(entry["name"]),
                name_en=str(entry["name_en"]),
                verdicts=tuple(entry["verdicts"]),
                retired=bool(entry.get("retired", False)),
            )
            for entry in entries
        ]
    except (OSError, yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as err:
        raise InvalidInput(
            f"{path.name}: no list of reasons ({type(err).__name__}: {err}): write reasons, each with code, "
            "name, name_en and verdicts"
        ) from err
    for reason in reasons:
        if not set(reason.verdicts) <= set(VERDICTS) or not reason.verdicts:
            raise InvalidInput(
                f"{path.name}: reason {reason.code}: verdicts {list(reason.verdicts)} are not of {VERDICTS}"
            )
        if not 0 < len(reason.code) <= 32:
            raise InvalidInput(f"{path.name}: reason {reason.code!r}: a code has 1 to 32 characters")
    by_code = {reason.code: reason for reason in reasons}
    if len(by_code) < len(reasons):
        raise InvalidInput(f"{path.name}: two reasons have the same code")
    return by_code
