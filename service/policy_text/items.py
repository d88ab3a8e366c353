"""From the object of a verb to its items: joints, brackets, the class after 等, endings that say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from matching.need import AND_SO_ON, JOINTS
from matching.passages import normalise
from matching.records import Facet
from service.policy_text.words import GENERIC, MAKING_VERBS, NOT_A_THING

MIN_CHARS, MAX_CHARS = 2, 30

_BRACKET = re.compile(r"[（(][^（()）]*[)）]")
_QUALITY = re.compile(r"^[高低超新强耐抗防轻精]?[^、]{0,3}(?:性|率|型|级|度|档)$")
_LEAD = re.compile(
    r"^(?:一批|一系列|系列|各种|各类|多种|其他|有关|相关|包括|以及|及其|及|和|与|或|等|若干|一些|部分|(?:一|两|二|三|四|五)大|"
    r"[^、的]{0,12}(?:好|高|强|大|用途|应用|需|急需|紧缺|完备|独特|自主|依赖进口|受制于人|为主)的|为主的|的)"
)
_TAIL = re.compile(
    r"(?:的)?(?:(?:等)?(?:研发应用|研究和开发|研发|研制|研究|开发|生产|产业化发展|产业化|集成化|成套化|规模化|规模化发展|发展|建设|创制|二次开发|创新应用|"
    r"普及应用|应用推广|推广应用|应用领域|应用范围|应用市场|应用|推广|普及|示范|升级|提升|改造|引进|布局|培育|攻关|突破|协同攻关|联合攻关|技术攻关|"
    r"关键技术与核心部件|产业化关键技术|产业化应用关键技术|关键核心技术|关键共性技术|关键技术|核心技术|共性技术|关键零部件|"
    r"技术水平|生产能力|生产规模|生产基地|加工基地|制造基地|研发平台|中试平台|生产企业|制造企业|加工企业|配套企业|供应商|企业|项目|产能|能力和水平|"
    r"能力|水平|供应|规模|质量|品质|比例|比重|品种|产品市场|市场份额|市场|份额|体系|产业|行业|领域|方面|环节|方向|系列产品|系列|产品结构|结构|"
    r"三种元素|等|及其|及|和|与|以及|并))+$"
)
_TECHNICAL = re.compile(r"(?:技术|工艺|工程化|攻关|制备|核心技术|技术瓶颈)(?:和产品|方面|难题|瓶颈|水平|研发|攻关|与核心部件|应用|的)*$")
_PROCESS = re.compile(
    r"(?:工艺|冶炼|加工|分离|提纯|回收|拆解|利用|熔铸|合成|裂化|聚合|氧化|氢化|硝化|光化|异构化|加氢|烧结|压延|培养|种植|养殖|采收|脱壳|压榨|繁育|抚育|提取|纯化|发酵|再生)$"
)
_SERVICE = re.compile(r"(?:服务业?|物流|商务|运维|租赁|认证|溯源|追溯|评估|检测评估|仓储|营销)$")


@dataclass(frozen=True, slots=True)
class Item:
    """A thing that an enumeration names; `is_class` when it sums up the things before 等."""

    text: str
    facet: Facet
    is_class: bool = False


def read_items(phrase: str, facet: Facet | None = None) -> list[Item]:
    """The items of `phrase`, each text a piece of it (brackets left out). `facet` overrides what the endings say."""
    bare = _without_brackets(phrase)
    default: Facet = "technology" if _TECHNICAL.search(bare) else "product"
    listed, *summaries = AND_SO_ON.split(bare)
    pieces = [(piece, False) for piece in _pieces(listed)]
    for summary in summaries:
        pieces += [(piece, True) for piece in _pieces(re.sub(r"^(?:系列)?产品的", "", summary))]
    items = []
    for piece, is_class in pieces:
        text = trimmed(piece)
        if text:
            items.append(Item(text, facet or _facet(piece, text, default), is_class))
    return items


def trimmed(piece: str) -> str:
    """The thing in `piece` without leading verbs and trailing makings; empty when it names none."""
    text = piece.strip(" 　“”\"'‘’·—-")
    if NOT_A_THING.search(text):
        return ""
    text = MAKING_VERBS.sub("", text) if len(MAKING_VERBS.sub("", text)) >= MIN_CHARS else text
    before = None
    while before != text:
        before = text
        text = _LEAD.sub("", text, count=1).strip()
        shorter = _TAIL.sub("", text).rstrip("的").strip()
        # 贵金属 alone would be wider than 贵金属系列产品.
        kept = 4 if text.endswith("系列产品") else MIN_CHARS
        text = shorter if len(shorter) >= kept else text
    if not MIN_CHARS <= len(normalise(text)) <= MAX_CHARS or not re.search(r"[\w]", text):
        return ""
    if NOT_A_THING.search(text) or (_QUALITY.match(text) and len(text) <= 4):
        return ""
    return "" if GENERIC.match(text) and not text.endswith("装备制造") else text


def _pieces(phrase: str) -> Iterator[str]:
    yield from JOINTS.split(phrase)


def _without_brackets(phrase: str) -> str:
    return re.sub(r"[（()）]", "", _BRACKET.sub("", phrase))


def _facet(piece: str, text: str, default: Facet) -> Facet:
    if _SERVICE.search(text):
        return "capability"
    if "技术" in piece and not piece.endswith("产品"):
        return "technology"
    if _PROCESS.search(text):
        return "process"
    return default
