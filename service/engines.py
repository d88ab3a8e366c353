"""The engine of a running process: opened once, changed when another index release comes into use."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy.orm import Session

from matching.dictionary import Dictionary
from matching.embedding import Embedder, open_embedder
from matching.engine import Engine
from matching.reverse import GapMatcher, GapProgress
from matching.weights import Weights, read_weights
from service.config import Config
from service.gap_counts import kept_counts
from service.operations.dictionary_editing import dictionary_state, whole_dictionary
from service.operations.explanations import published_gap_records, published_wordings
from service.operations.index_releases import get_current_release
from service.readers.dictionaries import read_dictionary
from service.shipped import dictionary_paths, weights_path


class EngineRoom:
    """Holds the embedder, the weights and the engine of one process. Safe to share between threads."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = Lock()
        self._engine: Engine | None = None
        self._words: tuple[object, ...] = ()
        self._matcher: tuple[tuple[Any, ...], GapMatcher] | None = None

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder that the settings name. Raises EmbedderUnavailable."""
        return open_embedder(
            self._config.embedder,
            models_folder=self._config.models_folder,
            cache_folder=self._config.cache_folder,
            precision=self._config.precision,
            threads=self._config.threads,
        )

    @cached_property
    def weights(self) -> Weights:
        """The installation's weights, or those that ship. Raises WeightsInvalid."""
        return read_weights(self._config.weights_file or weights_path())

    @cached_property
    def dictionary(self) -> Dictionary:
        """The shipped dictionaries of the chains, without what curators added. Raises InvalidProfile."""
        return read_dictionary(dictionary_paths())

    @property
    def index_folder(self) -> Path:
        return self._config.index_folder

    def engine(self, session: Session) -> Engine:
        """The engine over the release in use, with the dictionary as curators have it now.

        Raises IndexMissing, IndexDamaged or IndexMismatch.
        """
        name, words = get_current_release(session).name, dictionary_state(session)
        with self._lock:
            if self._engine is None or self._engine.release.name != name:
                self._engine = Engine.open(
                    self.index_folder / name, self.embedder, self.weights, whole_dictionary(session)
                )
            elif self._words != words:
                self._engine = self._engine.with_dictionary(whole_dictionary(session))
            self._words = words
            return self._engine

    def gap_matcher(self, session: Session, progress: GapProgress | None = None) -> GapMatcher:
        """The published gaps, ready to be asked of companies; made anew when index or gaps changed.

        What is dear to count is kept beside the vectors. Raises as `engine`.
        """
        engine = self.engine(session)
        key = (engine.release.name, engine.dictionary.version, published_wordings(session))
        with self._lock:
            if self._matcher is None or self._matcher[0] != key:
                with kept_counts(self._config.cache_folder, engine) as counts:
                    gaps = published_gap_records(session, self._config.home_province)
                    self._matcher = key, GapMatcher(engine, gaps, counts, progress)
            return self._matcher[1]
