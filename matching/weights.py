"""Weights of the signals: a versioned file, never numbers in the code."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matching.errors import MatchingError
from matching.records import Band
from matching.signals import SIGNALS


class WeightsInvalid(MatchingError, ValueError):
    """A weights file that cannot be used."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds: `score = prior + Σ weights[signal] · value`. `bands`: the probability each band starts at."""

    version: str
    prior: float
    weights: Mapping[str, float]
    bands: Mapping[str, float]
    card: Mapping[str, Any]

    def band(self, probability: float) -> Band:
        """The band of a probability; 待核 below the lowest."""
        if probability >= self.bands["A"]:
            return "A"
        if probability >= self.bands["B"]:
            return "B"
        return "C" if probability >= self.bands["C"] else "待核"


def read_weights(path: Path) -> Weights:
    """The weights in the JSON file `path`. Raises WeightsInvalid naming the field."""
    try:
        known = json.loads(path.read_text("utf-8"))
        weights = Weights(
            known["version"],
            _number("prior", known["prior"]),
            {name: _number(f"weights.{name}", value) for name, value in known["weights"].items()},
            {name: _number(f"bands.{name}", value) for name, value in known["bands"].items()},
            known["card"],
        )
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as err:
        raise WeightsInvalid(
            f"weights {path.name}: cannot be read ({err!r}): restore the shipped file"
        ) from err
    if set(weights.weights) != set(SIGNALS):
        differ = sorted(set(weights.weights) ^ set(SIGNALS))
        raise WeightsInvalid(
            f"weights {path.name}: signals {differ} do not agree with this version's {list(SIGNALS)}"
        )
    if not {"A", "B", "C"} <= weights.bands.keys():
        raise WeightsInvalid(f"weights {path.name}: bands need A, B and C, got {sorted(weights.bands)}")
    return weights


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} is {value!r}, not a number")
    return float(value)
