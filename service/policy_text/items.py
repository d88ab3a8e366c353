"""From the object of a verb to its items: joints, brackets, the class after 等, endings that say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from matching.need import AND_SO_ON, JOINTS
from matching.passages import normalise
from matching.records import Facet
from service.policy_text.places import place_names
from service.policy_text.words import GENERIC, MAKING_VERBS, NOT_A_THING

MIN_CHARS, MAX_CHARS = 2, 30
MAX_PIECE_CHARS = 60  # a longer piece between two joints names no thing

_BRACKET = re.compile(r"[（(][^（()）]*[)）]")
_QUALITY = re.compile(r"^[高低超新强耐抗防轻精]?[^、]{0,3}(?:性|率|型|级|度|档)$")
_LEAD = re.compile(
    r"^(?:一批|一系列|系列|各种|各类|多种|其他|有关|相关|包括|以及|及其|及|和|与|或|等|若干|一些|部分|[一两二三四五]大|"
    r"[^、的]{0,6}(?:全国|国内|国家|西部|我国|我省|世界|国际)(?:级|最大|重要|知名|一流|领先)?的|(?:全国|国内|我国|西部)(?:最大|重要|知名|一流)?|"
    r"[\u4e00-\u9fff]{1,6}(?:地区|流域|灌区)|(?:具有|拥有|有(?![价色机限效]))[^、的]{2,20}的|基于[^、的]{2,20}的|[^、的]{1,8}化的|[^、的]{2,8}下(?:应用|使用)的?|"
    r"\d[\d.]*(?:米|万吨|吨|万千瓦|千瓦|兆瓦|kV|MW|GW)(?:[—–~～至-]+\d[\d.]*(?:米|万吨|吨|万千瓦|千瓦|兆瓦|kV))?(?:及以上|以上|级)?(?:的)?|"
    r"(?:预防控制|预防和控制|防治|防控)|[^、的]{0,12}(?:好|高|强|大|用途|应用|需|紧缺|完备|独特|自主|依赖进口|受制于人|为主)的|的)"
)
_MAKING = (
    "研发应用|研究和开发|研发|研制|研究|开发|规模化生产|生产|产业化发展|产业化|集成化|成套化|规模化发展|规模化|发展|建设|创制|二次开发|创新应用|普及应用|"
    "应用推广|推广应用|应用领域|应用范围|应用市场|应用|推广|普及|示范|升级|提升|改造|引进|布局|培育|攻关|突破|协同攻关|联合攻关|技术攻关|组装集成"
)
_MATTER = (
    "关键技术与核心部件|产业化关键技术|产业化应用关键技术|关键核心技术|关键共性技术|关键技术|核心技术|共性技术|关键零部件|技术瓶颈|技术水平|"
    "(?:智能化|数控化|自动化)水平|生产能力|生产规模|生产基地|加工基地|制造基地|产业基础|研发平台|中试平台|示范中心|中心|生产企业|制造企业|加工企业|配套企业|供应商|"
    "企业|项目|产能|能力和水平|水平和能力|能力|水平|供应|规模|质量|品质|比例|比重|品种|产品市场|市场份额|市场|份额|体系|产业|行业|领域|方面|环节|方向|系列产品|系列|"
    "产品结构|结构|品牌影响力|力度|市场地位|地位|(?:整车|整机|市场|产能|领先)优势|三种元素|[一二两三四五六][大块个项](?:短板|环节)|工程师队伍|人才队伍|人才团队|"
    "研发团队|团队|队伍|人才|本地配套率?|国产替代|(?:生产|制造)企业来?[^、的]{0,6}落户|依赖进口的缺口"
)
_TAIL = re.compile(rf"(?:的)?(?:{_MAKING}|{_MATTER}|的(?:缺口|短板|难题|瓶颈)|等|及其|及|和|与|以及|并)$")
_TECHNICAL = re.compile(
    r"(?:技术|工艺|工程化|攻关|制备|核心技术|技术瓶颈)(?:和产品|方面|难题|瓶颈|水平|研发|攻关|与核心部件|应用|的)*$"
)
_PROCESS = re.compile(
    r"(?:工艺|冶炼|加工|分离|提纯|回收|拆解|利用|熔铸|合成|裂化|聚合|氧化|氢化|硝化|光化|异构化|加氢|烧结|压延|培养|种植|养殖|采收|脱壳|压榨|繁育|抚育|提取|纯化|发酵|再生)$"
)
_SERVICE = re.compile(
    r"(?:服务业?|物流|商务|运维|租赁|认证|溯源|追溯|评估|检测评估|仓储|营销|试验|修磨|运行维护)$"
)


@dataclass(frozen=True, slots=True)
class Item:
    """A thing that an enumeration names; `is_class` when it sums up the things before 等."""

    text: str
    facet: Facet
    is_class: bool = False


def read_items(phrase: str, facet: Facet | None = None) -> list[Item]:
    """The items of `phrase`, each text a piece of it (brackets left out).

    `facet` overrides what the endings say.
    """
    bare = _without_brackets(phrase)
    default: Facet = "technology" if _TECHNICAL.search(bare) else "product"
    listed, *summaries = AND_SO_ON.split(bare)
    pieces = [(piece, False) for piece in _pieces(listed)]
    for summary in summaries:
        pieces += [(piece, True) for piece in _pieces(re.sub(r"^(?:系列)?产品的", "", summary))]
    items = []
    for piece, is_class in pieces:
        text = trimmed(piece)
        if text and text not in place_names():
            items.append(Item(text, facet or _facet(piece, text, default), is_class))
    return items


def trimmed(piece: str) -> str:
    """The thing in `piece` without leading verbs and trailing makings; empty when it names none."""
    text = piece.strip(" 　“”\"'‘’·—-")
    if len(text) > MAX_PIECE_CHARS:
        return ""
    if NOT_A_THING.search(text) and not _TAIL.search(text):
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
