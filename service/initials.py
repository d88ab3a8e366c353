"""The initials of a Chinese name's pinyin, as people type them: 江西铜业 gives jxty."""

from __future__ import annotations

import re

_NOT_TYPED = re.compile(r"[^0-9a-z]+")
MAX_CHARS = 200


def initials(name: str) -> str:
    """Initials of the Chinese in `name` with its letters and digits, lower case; empty where it has none."""
    from pypinyin import Style, lazy_pinyin  # a table of words: read when the first name is

    spelled = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER, errors="default"))
    return _NOT_TYPED.sub("", spelled.lower())[:MAX_CHARS]
