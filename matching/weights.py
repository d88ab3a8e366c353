"""Weights of the signals: a versioned file, never numbers in the code."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.errors import MatchingError
from matching.records import Band, BandPrecision
from matching.signals import SIGNALS

_RESTORE = "restore the shipped file"


class WeightsInvalid(MatchingError, ValueError):
    """A weights file that cannot be used."""


@dataclass(frozen=True, slots=True)
class Curve:
    """How a signal counts: straight lines through (at, value), rising from 0 to 1, level beyond the ends."""

    at: tuple[float, ...]
    value: tuple[float, ...]

    def __call__(self, measured: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.interp(measured, self.at, self.value)


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds: `score = prior + Σ weights[signal] · curve(measured)`; without a curve as measured.

    `bands`: the probability each band starts at.
    """

    version: str
    prior: float
    weights: Mapping[str, float]
    bands: Mapping[str, float]
    card: Mapping[str, Any]
    curves: Mapping[str, Curve] = field(default_factory=dict)

    def precision(self, band: Band) -> BandPrecision | None:
        """What the card says of a band; None when it was not measured."""
        known = self.card.get("band_precision", {}).get(band)
        return known and BandPrecision(float(known["value"]), int(known["n"]), str(self.card["date"]))

    def value(self, signal: str, measured: NDArray[np.float64]) -> NDArray[np.float64]:
        """`measured` as it is weighed: 0 to 1, and 0 stays 0."""
        curve = self.curves.get(signal)
        return measured if curve is None else curve(measured)

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
    except (OSError, ValueError) as err:
        raise WeightsInvalid(f"weights {path.name}: cannot be read ({err!r}): {_RESTORE}") from err
    return weights_of(known, path.name)


def weights_of(known: Any, name: str) -> Weights:
    """The weights that a file's content `known` holds. Raises WeightsInvalid naming file and field."""
    try:
        weights = Weights(
            known["version"],
            _number("prior", known["prior"]),
            {name: _number(f"weights.{name}", value) for name, value in known["weights"].items()},
            {name: _number(f"bands.{name}", value) for name, value in known["bands"].items()},
            known["card"],
            {name: _curve(name, value) for name, value in known.get("curves", {}).items()},
        )
    except (ValueError, KeyError, AttributeError, TypeError) as err:
        raise WeightsInvalid(f"weights {name}: cannot be read ({err!r}): {_RESTORE}") from err
    if set(weights.weights) != set(SIGNALS):
        differ = sorted(set(weights.weights) ^ set(SIGNALS))
        raise WeightsInvalid(
            f"weights {name}: signals {differ} do not agree with this version's {list(SIGNALS)}"
        )
    if set(weights.curves) - set(SIGNALS):
        raise WeightsInvalid(
            f"weights {name}: curves of no signal: {sorted(set(weights.curves) - set(SIGNALS))}"
        )
    if not {"A", "B", "C"} <= weights.bands.keys():
        raise WeightsInvalid(f"weights {name}: bands need A, B and C, got {sorted(weights.bands)}")
    return weights


def _curve(name: str, known: Any) -> Curve:
    at = tuple(_number(f"curves.{name}.at", value) for value in known["at"])
    value = tuple(_number(f"curves.{name}.value", some) for some in known["value"])
    if len(at) != len(value) or len(at) < 2:
        raise ValueError(
            f"curves.{name}: {len(at)} points and {len(value)} values, two or more of each needed"
        )
    if at[0] < 0 or any(b <= a for a, b in pairwise(at)):
        raise ValueError(f"curves.{name}.at is {list(at)}, not rising from 0 on")
    if value[0] != 0 or value[-1] != 1 or any(b < a for a, b in pairwise(value)):
        raise ValueError(f"curves.{name}.value is {list(value)}, not rising from 0 to 1")
    return Curve(at, value)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} is {value!r}, not a number")
    return float(value)
