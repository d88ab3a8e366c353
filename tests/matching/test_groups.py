"""Companies of one group, told by their names."""

from __future__ import annotations

import pytest

from matching.groups import fold, name_stem


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("江西铜业股份有限公司", "江西铜业"),
        ("江西铜业集团有限公司", "江西铜业"),
        ("江西铜业（集团）有限公司", "江西铜业"),
        ("江西铜业", "江西铜业"),
        ("*ST江特电机", "江特电机"),
        ("粤高速公路B", "粤高速公路"),
        ("东方集团", ""),  # a brand of many: too little to tell by
        ("集团", ""),
        ("", ""),
    ],
)
def test_a_name_without_its_legal_form(name: str, stem: str) -> None:
    assert name_stem(name) == stem


def test_a_group_stands_where_its_first_stands() -> None:
    names = ["江西铜业股份有限公司", "云南铜业股份有限公司", "江西铜业集团有限公司", "东方集团", "东方股份"]
    folded = fold(names, lambda name: [name])
    assert folded == [
        ("江西铜业股份有限公司", ["江西铜业集团有限公司"]),
        ("云南铜业股份有限公司", []),
        ("东方集团", []),
        ("东方股份", []),
    ]


def test_any_of_the_names_folds() -> None:
    folded = fold([("甲乙丙股份", "甲乙丙材料有限公司"), ("", "甲乙丙材料集团")], lambda names: names)
    assert len(folded) == 1
