"""The list of reasons: read whole, or refused with what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import InvalidInput
from service.readers.feedback_reasons import read_reasons

GOOD = "reasons:\n  - {code: far, name: 太远, name_en: too far, verdicts: [partly]}\n"


def test_reasons_are_read_in_order(tmp_path: Path) -> None:
    path = tmp_path / "reasons.yaml"
    path.write_text(
        GOOD + "  - {code: b, name: 乙, name_en: b, verdicts: [suitable], retired: true}\n", "utf-8"
    )
    found = read_reasons(path)
    assert list(found) == ["far", "b"]
    assert (found["far"].name, found["far"].verdicts, found["far"].retired) == ("太远", ("partly",), False)
    assert found["b"].retired


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("reasons: 3", "no list of reasons"),
        ("- a", "no list of reasons"),
        ("reasons:\n  - {code: a, name: 甲}", "no list of reasons"),
        (GOOD.replace("partly", "perhaps"), "far: verdicts"),
        (GOOD + GOOD.removeprefix("reasons:\n"), "same code"),
        (GOOD.replace("far", "f" * 33), "1 to 32 characters"),
    ],
)
def test_what_is_wrong_with_a_list_is_told(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "reasons.yaml"
    path.write_text(content, "utf-8")
    with pytest.raises(InvalidInput, match=told):
        read_reasons(path)
