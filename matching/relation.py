"""What a phrase says a company does with a thing: makes it, makes machines for it, trades it, serves it.

A gap for 隔膜 wants makers of 隔膜. “隔膜涂布设备” names machines, “隔膜贸易” a trader: both share nearly
every character with the requirement. In Chinese the head stands last, so the ending of the phrase tells.
"""

from __future__ import annotations

import re
from typing import Literal

from matching.passages import normalise

Relation = Literal["makes", "equips", "trades", "serves"]
# At one place more can be told: 铜箔 in “用于铜箔” is a use, in “铜箔基板” a part of another name.
Occurrence = Literal["makes", "equips", "trades", "serves", "uses", "names_other"]

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


_EQUIPMENT_AFTER = re.compile(
    r"^(?:的|用|专用|类|系列|及|研发|生产|制造|加工|检测|测试|成套|自动化)*"
    r"(?:设备|装备|装置|生产线|产线|机械|机组|机床|模具|仪器|仪表|检测仪|整线|夹具|机器|配件|备件)"
)
_TRADE_AFTER = re.compile(
    r"^(?:的|类|系列|产品|材料|等|及其制品)*(?:贸易|经销|批发|零售|代理|进出口|商贸|销售|采购|购销)"
)
_SERVICE_AFTER = re.compile(
    r"^(?:的|类|系列|产品|等|及)*"
    r"(?:技术服务|服务|检测|检验|咨询|工程|施工|安装|租赁|运输|物流|设计|培训|维修|平台|软件|系统集成|解决方案|回收)"
)
_TRADE_BEFORE = re.compile(r"(?:贸易|经销|批发|零售|代理|进出口|商贸|采购|购销)[-—:]*$")
_MAKING = re.compile(r"生产|制造|研发|研制|加工|开发|冶炼|种植|养殖|酿造|产销")
_USE_BEFORE = re.compile(
    r"(?:应用于|用于|应用在|适用于|面向|服务于|客户|下游|应用领域|应用范围)[^。；;，,]{0,16}$"
)
# What may follow a name without making another name of it.
_NAME_ENDS = re.compile(
    r"^(?:$|[^0-9a-z\u3400-\u9fff]|系列|类|等|及|和|与|或|的|产品|制品|材料|业务|制造|生产|加工|研发|研制|研究|开发|销售|行业|产业|"
    r"领域|企业|公司|厂|商|以及|其|精深加工|深加工|精炼|提取|品种|品牌|项目|配套|供应|专业|为|在|由|主要|收入|分部|板块|大类|用)"
)


def relation_at(passage: str, start: int, end: int, *, is_prose: bool) -> Occurrence:
    """What `passage` (normalised) says of the thing named at `start:end`.

    A product list names products; prose also tells what they are used for (`is_prose`).
    """
    before, after = passage[:start], passage[end:]
    if is_prose and _USE_BEFORE.search(before):
        return "uses"
    if _EQUIPMENT_AFTER.match(after):
        return "equips"
    if _TRADE_AFTER.match(after):
        return "makes" if _MAKING.search(passage) else "trades"
    if _SERVICE_AFTER.match(after):
        return "makes" if _MAKING.search(passage) else "serves"
    if not _NAME_ENDS.match(after):
        return "names_other"
    if not is_prose and _TRADE_BEFORE.search(before):
        return "trades"
    return "makes"
