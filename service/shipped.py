"""Where the files are that ship with LianZhao: the package `data`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

WEIGHTS = "learned-2.json"


def _data() -> Path:
    return Path(str(files("data")))


def chain_profile_paths() -> list[Path]:
    """The shipped chain profiles in the order of the plan."""
    return sorted((_data() / "chains").glob("*.yaml"))


def event_plan_paths() -> list[Path]:
    """The shipped sample events."""
    return sorted((_data() / "events").glob("*.yaml"))


def companies_path() -> Path:
    """The shipped company base."""
    return _data() / "companies" / "a-share-companies.jsonl"


def dictionary_paths() -> list[Path]:
    """The shipped dictionaries of the chains."""
    return sorted((_data() / "dictionaries").glob("*.yaml"))


def weights_path() -> Path:
    """The weights that are in use."""
    return _data() / "weights" / WEIGHTS


def feedback_reasons_path() -> Path:
    """The reasons that a verdict may give."""
    return _data() / "feedback" / "reasons.yaml"


def compliance_rules_path() -> Path:
    """The rules of the fair-competition check."""
    return _data() / "compliance" / "rules.yaml"


def form_preset_paths() -> list[Path]:
    """The shipped presets of official forms."""
    return sorted((_data() / "forms").glob("*.yaml"))
