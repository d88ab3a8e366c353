"""What a phrase says a company does with a thing."""

from __future__ import annotations

import pytest

from matching.relation import Relation, relation_of


@pytest.mark.parametrize(
    ("phrase", "relation"),
    [
        ("锂电池隔膜", "makes"),
        ("聚苯硫醚（PPS）", "makes"),
        ("电解铜箔制造", "makes"),
        ("隔膜涂布设备", "equips"),
        ("数控机床", "equips"),
        ("铜箔生产线", "equips"),
        ("机床配件", "equips"),
        ("涂布设备（进口）", "equips"),
        ("电解铜箔贸易", "trades"),
        ("化工产品进出口", "trades"),
        ("药品批发", "trades"),
        ("铜箔销售", "trades"),
        ("软件外包服务", "serves"),
        ("水质检测", "serves"),
        ("管道工程", "serves"),
        ("工业互联网平台", "serves"),
        ("", "makes"),
    ],
)
def test_the_ending_tells_the_relation(phrase: str, relation: Relation) -> None:
    assert relation_of(phrase) == relation


@pytest.mark.parametrize(
    "phrase",
    [
        "铜箔的研发、生产和销售",
        "铜箔生产、销售",
        "铜箔的生产及销售",
        "阀门制造与销售",
        "饲料产销",
        "加工销售",
    ],
)
def test_who_makes_and_sells_a_thing_makes_it(phrase: str) -> None:
    assert relation_of(phrase) == "makes"
