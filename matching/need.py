"""From a need in words to requirements: what is enumerated, what is asked of it, what it is for.

Policy texts enumerate: “丁基橡胶、乙丙橡胶等国内紧缺橡胶及橡胶制品”. The items are what is sought, the class
after 等 sums them up, verbs (引进, 发展) and endings (生产企业) say nothing about the product, and a clause
that starts with 用于 or 提升 names a use, which a company need not state.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from matching.errors import EmptyNeed
from matching.passages import normalise
from matching.records import Facet, Gap, Level, Requirement

ITEM_WEIGHT = 1.0
CLASS_WEIGHT = 0.5  # “等橡胶制品”: the class is wider than what is asked for
USE_WEIGHT = 0.3
QUALITY_WEIGHT = 0.2

_CLAUSES = re.compile(r"[。；;，,！!？?\n]+")
_LABEL = re.compile(r"^([^：:、]{2,12})[：:]")
_VERBS = re.compile(
    r"^(?:重点|积极|大力|加快|着力|努力|优先|主要|拟(?!除虫)|需|需要|急需|希望|计划|鼓励|支持|推动|推进(?![剂器])|促进(?!剂)|进一步)*"
    r"(?:引进|引入|掌握|招引|引育|招商|寻找|寻求|对接|发展|培育(?!钻石)|开发|研发|建设(?!机械)|打造|突破|拓展|延伸|做强|做大|承接|布局|补齐|配套(?!件)|形成)*"
    r"(?:一批|一家|若干)?"
)
_ENDINGS = re.compile(
    r"(?:的)?(?:研发|研究|设计|生产|制造|加工|供应|配套|开发|服务|应用|和|与|及|、)*"
    r"(?:生产企业|制造企业|加工企业|龙头企业|骨干企业|配套企业|研发企业|企业|厂商|厂家|供应商|制造商|生产商|公司|项目|团队|产业|行业)$"
)
_USE = re.compile(
    r"^(?:主要)?(?:用于|应用于|适用于|面向|服务(?:于|(?!器|机器人))|依托|发挥|具有|补上|做长|与本地|为(?!客|人)|由(?!壬)|提升(?!机(?![械电器]))|提高|带动|围绕|满足|防治|实现|推动|促进(?!剂)|替代|拓展应用)"
)
# “A、B等C”. No such 等 is in 等离子, 等静压, 等速万向节, 高等级; 等速冻食品 and 等离子交换膜 are.
AND_SO_ON = re.compile(r"(?<!高)等(?!离子(?!交换)|静压|级|温锻|速(?:万向|驱动))")
# “企业落户”, “企业入驻兰州新区”: where it should go is no part of the thing.
_SETTLING = re.compile(r"(?:研发|生产|制造|加工|服务|和|及|、)*企业(?:落户|入驻|来).*$")
_MAKING = re.compile(r"(?:研发|研制|生产|制造|精深加工|深加工|加工|产业化|系列产品|及|和)+$")
_QUALITY = re.compile(r"^[高低超新强耐抗防轻精]?[^、]{0,3}(?:性|率|型|级|化|度|档)$")
_MODIFIERS = re.compile(
    r"^(?:国内紧缺|国内领先|市场前景好的?|不同用途的?|各种|各类|多种|多品种|系列|其他|相关|有关|"
    r"高档|高端|中高端|高性能|高品质|优质|优势|特色|先进|新型|现代|新一代|大型|重大|关键|核心|绿色|智能化?|品牌|高附加值|高技术|"
    r"高[\u3400-\u9fff]{1,2}[性率]|特种|精密|超微细|高强高导|高强型|功能性|高效节能|国产|精品|传统|主要|重点|规模化|专业化|标准化)的?"
)
# 和 and 与 inside words are no joints: 饱和, 中和, 共和, 调和…
JOINTS = re.compile(
    r"、|以及|及其|(?<=[^饱中共调缓混温总平祥])和(?![田平县谐])|与|(?<![普涉以埃触顾波])及(?!以[上下])|或者|或|/"
)
_BRACKETS = re.compile(r"[（(]([^（()）]*)[)）]")
_MIN_CHARS = 2
# 需求：… labels the need, 人用疫苗：… names a class.
_BLANK_LABEL = re.compile(
    r"^(?:[一二三四五六七八九十\d.（）()]*)(?:本次|我方|我司|企业|园区|项目|重点|主要|具体|合作|招商|采购|技术|产品|产业|引进|招引|对接|补链)*"
    r"(?:需求|要求|内容|方向|领域|目标|重点|缺口|环节|对象|清单|说明|概况|简介|如下|名称|产品|项目|技术|企业)$"
)
# Things of one character; of any other (膜, 茶) one would not know what is meant.
ELEMENTS = frozenset(
    "氢氦锂铍硼碳氮氧氟氖钠镁铝硅磷硫氯氩钾钙钪钛钒铬锰铁钴镍铜锌镓锗砷硒溴氪铷锶钇锆铌钼锝钌铑钯银镉铟锡锑碲碘氙铯钡"
    "镧铈镨钕钷钐铕钆铽镝钬铒铥镱镥铪钽钨铼锇铱铂金汞铊铅铋钋砹氡钫镭锕钍镤铀"
)
# “立式与卧式加工中心”, “全液压与高气压潜孔钻”: what ends like the modifier of the next shares its head.
_PARALLEL = re.compile(r"^[\u3400-\u9fff]{1,3}([压型式性级温速频效相轴轮向])$")


def requirements_of(gap: Gap) -> tuple[Requirement, ...]:
    """The requirements of `gap`: its own, or those parsed from its need.

    Raises EmptyNeed when neither holds a word that could be matched.
    """
    named = any(normalise(requirement.text) for requirement in gap.requirements)
    return gap.requirements if named else parse_need(gap.need)


def parse_need(need: str) -> tuple[Requirement, ...]:
    """The requirements in the words of `need`, ids R1, R2… in the order of the text.

    Raises EmptyNeed when nothing in `need` could be matched.
    """
    seen: dict[str, Requirement] = {}
    for text, facet, level, weight in _terms(need):
        key = normalise(text)
        if key and key not in seen:
            core = core_term(text)
            synonyms = (core,) if normalise(core) != key else ()
            seen[key] = Requirement(f"R{len(seen) + 1}", text, facet, level, weight, synonyms)
    if not seen:
        raise EmptyNeed(
            f"need {need[:40]!r}: no product, process or technology found in it: "
            "write what is sought, for example 高档电解铜箔"
        )
    if all(requirement.level != "must" for requirement in seen.values()):
        return tuple(
            Requirement(r.id, r.text, r.facet, "must", ITEM_WEIGHT, r.synonyms) for r in seen.values()
        )
    return tuple(seen.values())


def core_term(text: str) -> str:
    """The thing itself, two characters or more: 高档电解铜箔 gives 电解铜箔, 变性淀粉加工 gives 变性淀粉."""
    core = text
    ending = _MAKING.search(core)
    if ending and len(core[: ending.start()].rstrip("的")) >= _MIN_CHARS:
        core = core[: ending.start()].rstrip("的")
    while True:
        match = _MODIFIERS.match(core)
        if not match or len(core) - match.end() < _MIN_CHARS:
            return core
        core = core[match.end() :]


def topics_of(title: str) -> tuple[str, ...]:
    """What a title names: 矿山与隧道装备 sums up what its need lists. Empty where it names no thing."""
    try:
        named = parse_need(title)
    except EmptyNeed:
        return ()
    return tuple(r.text for r in named if r.level == "must" and not _MODIFIERS.fullmatch(r.text))


def _terms(need: str) -> Iterator[tuple[str, Facet, Level, float]]:
    for raw in _CLAUSES.split(need):
        clause = raw.strip()
        label = _LABEL.match(clause)
        if label:
            if not _BLANK_LABEL.match(label.group(1)):
                yield label.group(1), "product", "should", CLASS_WEIGHT
            clause = clause[label.end() :]
        if _USE.match(clause):
            for item in _items(_USE.sub("", clause)):
                yield item, "condition", "should", USE_WEIGHT
            continue
        items, *summaries = AND_SO_ON.split(_VERBS.sub("", clause))
        for item in _items(items):
            yield _graded(item, ITEM_WEIGHT)
        for place, summary in enumerate(summaries, start=1):
            # “A等B、C等D”: B sums up A, then C is sought and summed up by D.
            is_last = place == len(summaries)
            for nth, item in enumerate(_items(summary.lstrip("的"))):
                yield _graded(item, CLASS_WEIGHT if is_last or not nth else ITEM_WEIGHT)


def _graded(item: str, weight: float) -> tuple[str, Facet, Level, float]:
    if _QUALITY.match(item) and len(item) <= 4:
        return item, "capability", "should", QUALITY_WEIGHT
    return item, "product", "must", weight


def _items(text: str) -> Iterator[str]:
    inside = [piece for bracket in _BRACKETS.findall(text) for piece in JOINTS.split(bracket)]
    for piece in [*_with_heads(JOINTS.split(_BRACKETS.sub("", text))), *inside]:
        item = _ENDINGS.sub("", _SETTLING.sub("", piece).strip(" 　“”\"'的")).strip("的")
        if len(normalise(item)) >= _MIN_CHARS or item in ELEMENTS:
            yield item


def _with_heads(pieces: list[str]) -> list[str]:
    """`pieces` of an enumeration, those that are but a modifier with the head of the next."""
    whole: list[str] = []
    for piece in reversed(pieces):
        modifier = _PARALLEL.match(piece)
        if modifier and whole:
            before, ending, head = whole[0].partition(modifier.group(1))
            if ending and len(before) <= len(piece) and len(head) >= _MIN_CHARS:
                piece += head
        whole.insert(0, piece)
    return whole
