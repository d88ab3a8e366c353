"""Progress of long work on the terminal, on standard error so that output can be piped."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

from service.i18n import translate
from service.stage_labels import STAGE_LABELS

# In a log file a line every ten seconds is enough.
_SECONDS_IN_A_LOG = 10.0


class Progress:
    """Called with (stage, done, total); shows one bar a stage. `total` 0 means that it is not known yet."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._stage = ""
        self._bar: tqdm[Any] | None = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self.close()
            self._stage = stage
            self._bar = tqdm(
                desc=translate(self._language, STAGE_LABELS.get(stage, stage)),
                total=total or None,
                file=sys.stderr,
                mininterval=0.2 if sys.stderr.isatty() else _SECONDS_IN_A_LOG,
                leave=True,
            )
        if self._bar is not None:
            if total and self._bar.total != total:
                self._bar.total = total
            self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


@contextmanager
def shown(language: str, *, quiet: bool = False) -> Iterator[Any]:
    """A Progress that is closed at the end; None when `quiet`."""
    if quiet:
        yield None
        return
    progress = Progress(language)
    try:
        yield progress
    finally:
        progress.close()
