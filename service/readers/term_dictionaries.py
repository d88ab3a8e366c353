"""The words of the dictionaries: which terms somebody has already set down as names of things."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from matching.passages import normalise
from service.errors import InvalidInput

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where PyYAML has its C part
_NAMES = ("same", "narrower", "parts", "unlike")  # what a term is not is a term too


def read_known_terms(paths: Iterable[Path]) -> frozenset[str]:
    """All terms of the dictionaries at `paths`, folded by `normalise`.

    Raises InvalidInput for a file that is no dictionary.
    """
    return frozenset(term for path in paths for term in _terms_of(path))


def _terms_of(path: Path) -> set[str]:
    try:
        content: Any = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - it is a SafeLoader
        entries = content["entries"]
        return {
            normalise(str(term))
            for entry in entries
            for term in [
                entry["term"],
                *(name for key in _NAMES for name in entry.get(key) or []),
            ]
        }
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as err:
        raise InvalidInput(
            f"{path.name}: no dictionary ({type(err).__name__}: {err}): "
            "write entries, each with a term, as in data/dictionaries"
        ) from err
