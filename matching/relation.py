"""What a phrase says a company does with a thing: makes it, makes machines for it, trades it, serves it.

A gap for 隔膜 wants makers of 隔膜. “隔膜涂布设备” names machines, “隔膜贸易” a trader: both share nearly
every character with the requirement. In Chinese the head stands last, so the ending of the phrase tells.
"""

from __future__ import annotations

import re
from typing import Literal

from matching.passages import normalise

Relation = Literal["makes", "equips", "trades", "serves"]

RELATIONS: tuple[Relation, ...] = ("makes", "equips", "trades", "serves")

_BRACKETED = re.compile(r"[(（][^()（）]*[)）]$")
# “的研发、生产和销售”, “产销”: who makes a thing also sells it; the last word alone would make it a trader.
_MAKES_AND_SELLS = re.compile(
    r"(?:生产|制造|制作|加工|研制)[、,/和与及并]*(?:的)?(?:批发|零售|销售|经销)$|产销$"
)
_ENDINGS: tuple[tuple[Relation, re.Pattern[str]], ...] = (
    ("trades", re.compile(r"(?:贸易|经销|批发|零售|代理|进出口|销售|商贸|贸易业务|销售业务)$")),
    (
        "serves",
        re.compile(
            r"(?:技术服务|服务|检测|检验|咨询|工程|施工|安装|租赁|运输|物流|设计|培训|劳务|修理|维修|平台|应用|推广|研究)$"
        ),
    ),
    (
        "equips",
        re.compile(
            r"(?:设备|装备|装置|生产线|机械|专用机|加工机|机组|机床|模具|仪器|仪表|检测仪|配件|零部件|备件|整线)$"
        ),
    ),
)


def relation_of(phrase: str) -> Relation:
    """What the ending of `phrase` says; "makes" when it names a thing and nothing else."""
    folded = _BRACKETED.sub("", normalise(phrase))
    if _MAKES_AND_SELLS.search(folded):
        return "makes"
    for relation, ending in _ENDINGS:
        if ending.search(folded):
            return relation
    return "makes"
