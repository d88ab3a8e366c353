"""The weights file: read whole, or refused with the name of what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from matching.signals import SIGNALS
from matching.weights import WeightsInvalid, read_weights
from tests.matching.bases import SHIPPED_WEIGHTS, weights


def written(folder: Path, **changes: Any) -> Path:
    known = json.loads(SHIPPED_WEIGHTS.read_text("utf-8"))
    for name, value in changes.items():
        if value is None:
            del known[name]
        elif isinstance(value, dict) and isinstance(known[name], dict):
            known[name] = {**known[name], **value}
        else:
            known[name] = value
    path = folder / "weights.json"
    path.write_text(json.dumps(known), "utf-8")
    return path


def test_the_shipped_file_weighs_every_signal() -> None:
    shipped = read_weights(SHIPPED_WEIGHTS)
    assert set(shipped.weights) == set(SIGNALS)
    against = {"excluded_product", "unheard_need"}
    assert max(shipped.weights[name] for name in against) < 0
    assert min(weight for name, weight in shipped.weights.items() if name not in against) > 0
    assert 1 > shipped.bands["A"] > shipped.bands["B"] > shipped.bands["C"] > 0


@pytest.mark.parametrize(
    ("probability", "band"),
    [
        (1.0, "A"),
        (0.6, "A"),
        (0.599, "B"),
        (0.35, "B"),
        (0.349, "C"),
        (0.15, "C"),
        (0.149, "待核"),
        (0.0, "待核"),
    ],
)
def test_a_band_starts_at_its_probability(probability: float, band: str) -> None:
    assert weights().band(probability) == band


@pytest.mark.parametrize("name", ["version", "prior", "weights", "bands", "card"])
def test_a_missing_part_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(WeightsInvalid, match=rf"weights\.json.*{name}.*restore the shipped file"):
        read_weights(written(tmp_path, **{name: None}))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"prior": "low"}, r"prior is 'low', not a number"),
        ({"prior": float("nan")}, r"prior is nan, not a number"),
        ({"prior": True}, r"prior is True"),
        ({"weights": {"word_agreement": None}}, r"weights\.word_agreement is None"),
        ({"weights": {"word_agreement": float("inf")}}, r"weights\.word_agreement is inf"),
        ({"bands": {"B": "0.3"}}, r"bands\.B is '0\.3'"),
        ({"weights": {"region_fit": 1.0}}, r"signals \['region_fit'\] do not agree"),
        ({"weights": [1, 2]}, r"cannot be read"),
        ({"bands": 3}, r"cannot be read"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(WeightsInvalid, match=told):
        read_weights(written(tmp_path, **changes))


def test_a_signal_without_a_weight_is_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    known = json.loads(path.read_text("utf-8"))
    del known["weights"]["main_business"]
    path.write_text(json.dumps(known), "utf-8")
    with pytest.raises(WeightsInvalid, match=r"signals \['main_business'\]"):
        read_weights(path)


def test_a_band_without_a_start_is_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    known = json.loads(path.read_text("utf-8"))
    known["bands"] = {"A": 0.6, "C": 0.1}
    path.write_text(json.dumps(known), "utf-8")
    with pytest.raises(WeightsInvalid, match=r"bands need A, B and C, got \['A', 'C'\]"):
        read_weights(path)


@pytest.mark.parametrize("content", ["", "{", "[]", '"text"', "null"])
def test_a_file_that_holds_no_weights_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "weights.json").write_text(content, "utf-8")
    with pytest.raises(WeightsInvalid, match=r"weights\.json: cannot be read"):
        read_weights(tmp_path / "weights.json")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsInvalid, match=r"weights none\.json: cannot be read"):
        read_weights(tmp_path / "none.json")
