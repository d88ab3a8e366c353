from __future__ import annotations

import pytest

from service.initials import initials


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("江西铜业", "jxty"),
        ("重庆啤酒", "cqpj"),  # 重 is read chóng here
        ("*ST中孚", "stzf"),
        ("TCL科技", "tclkj"),
        ("3M中国", "3mzg"),
        ("（）", ""),
    ],
)
def test_initials_are_what_is_typed(name: str, typed: str) -> None:
    assert initials(name) == typed
