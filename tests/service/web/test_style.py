"""The one style sheet, to which every set of pages appends its section."""

from __future__ import annotations

import re
from pathlib import Path

import service

_STYLE = Path(service.__file__).parent / "static" / "lianzhao.css"


def test_no_section_of_the_style_sheet_is_caught_inside_the_one_before() -> None:
    style = _STYLE.read_text(encoding="utf-8")
    bare = re.sub(r"/\*.*?\*/", lambda comment: "\n" * comment[0].count("\n"), style, flags=re.DOTALL)
    depth = 0
    for number, line in enumerate(bare.splitlines(), 1):
        assert not (line.startswith("@media") and depth), f"line {number} is inside an unclosed block"
        depth += line.count("{") - line.count("}")
        assert depth >= 0, f"line {number} closes a block that is not open"
    assert depth == 0
