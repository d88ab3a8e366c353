"""How often the requirements of gaps are named in an index, kept from one process to the next."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

from matching.engine import Engine
from matching.rescoring import Known

_log = logging.getLogger(__name__)


@contextmanager
def kept_counts(folder: Path, engine: Engine) -> Iterator[dict[str, Known]]:
    """The counts of the release of `engine`; what was added to them is kept in `folder`.

    A file that cannot be read or written costs time, not the answer: it is told in the log.
    """
    path = folder / f"gap-counts-{engine.release.name}.json"
    counts = _read(path, engine.release.manifest["built_at"])
    known = set(counts)
    yield counts
    if set(counts) != known:
        _write(
            path,
            {
                "built_at": engine.release.manifest["built_at"],
                "counts": {key: astuple(c) for key, c in counts.items()},
            },
        )


def _read(path: Path, built_at: str) -> dict[str, Known]:
    try:
        known = json.loads(path.read_text("utf-8"))
        if known["built_at"] == built_at:
            return {str(key): _known(*some) for key, some in known["counts"].items()}
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as err:
        _log.warning("counts not read from %s: %s", path.name, err)
    return {}


def _known(common: list[int], topic_level: float, heard: float) -> Known:
    return Known(tuple(int(n) for n in common), float(topic_level), float(heard))


def _write(path: Path, known: dict[str, object]) -> None:
    draft = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(known), "utf-8")
        draft.replace(path)
        for old in path.parent.glob("gap-counts-*.json"):
            if old != path:  # of an index that is no longer in use
                old.unlink(missing_ok=True)
    except OSError as err:
        _log.warning("counts not kept in %s: %s", path.name, err)
