"""The version of the running code, for receipts."""

from __future__ import annotations

from functools import cache
from importlib import metadata


@cache
def code_version() -> str:
    """The installed version of LianZhao, e.g. 0.1.0."""
    return metadata.version("lianzhao")
