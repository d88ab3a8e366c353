"""Enterprises that a policy leans on, by the words around them (依托…等骨干企业) and by their endings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from matching.need import JOINTS
from service.policy_text.places import place_names
from service.policy_text.words import GENERIC, NOT_A_THING

_ENDING = (
    r"(?:股份有限公司|有限责任公司|有限公司|集团公司|集团|公司|石化|机床|重工|钢铁|股份|药业|制药|锂业|铜业|铝业|电气|化工|生物|科技|光电|电子|机电|"
    r"汽车|航空|研究院|研究所|生物所|传动所|设计院|检验所|长控|茶油|精密|智能|重科|新材)"
)
# Of 高档数控机床 and 天水星火机床 only one is an enterprise: such endings prove nothing alone.
_COMPANY = re.compile(r"^[^、，的]{2,18}(?:公司|集团|石化|科技|光电|重工|股份|研究院|研究所|设计院)$")
_SURE = re.compile(
    r"(?:依托|支持|鼓励|发挥|以|由|、|和|与|^)(?P<name>[\w]{2,18}?(?:股份有限公司|有限责任公司|有限公司|集团公司|集团|公司))(?!化|战略|层)"
)
# “A、B等骨干企业”: whatever is enumerated are enterprises.
_NAMED = re.compile(
    r"(?:依托|以|发挥|支持|鼓励|推动|引导|依靠|聚集了|拥有|集聚了|抓住|做强|做大|培育|壮大)(?P<names>[^，。；;]{2,120}?)等(?!方式)(?:一批|[^，。；;、式建通]{0,10}?)"
    r"(?:企业|公司|链主|龙头|院所)"
)
_AS_ROLE = re.compile(
    r"以(?P<names>[^，。；;]{2,120}?)(?:等(?P<rank>[^，。；;、]{0,8}企业)?)?为(?P<role>依托|重点|骨干|链主|龙头|核心|引领|主体)"
)
_LEANED_ON = re.compile(r"依托(?P<names>[^，。；;等]{2,80})(?=[，,])")
# “扩大玉门石化特种润滑产品生产规模”, “鼓励某某扩大…产能”
_BY_PLACE = re.compile(
    r"(?:扩大|推进|支持|依托|做强|做大|、)(?P<name>[\u4e00-\u9fff]{2}(?:石化|钢铁|炼化|有色|电厂))(?!金属|产业|行业|工业|及|和)"
)
_ASKED = re.compile(
    r"(?:支持|鼓励|推动|引导)(?P<name>[\u4e00-\u9fff]{3,10}?)(?:扩大|研制|联合|建设|研发|开发|牵头|与|做强|做大)"
)
_LEAD = re.compile(r"^(?:依托|以|发挥|支持|鼓励|推动|引导|由|和|与|及)")
_NOT_A_NAME = re.compile(
    r"国家|企业|资源|优势|产业|地区|基础|条件|项目|平台|园区|基地|中心|机构|院校|高校|大学|单位|各地|我省|全省|社会|资本|市场|技术|重点|骨干|龙头|建设|"
    r"加快|发展|积极|开发|扩大|的|通过|材料|设备|装备|产品|民营|外资|农户|合作社|金融|有条件|部门|银行"
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """An enterprise named in the text: `text[start:end] == name`."""

    name: str
    start: int
    end: int


def find_anchors(text: str, start: int, end: int) -> list[Anchor]:
    """The enterprises named in `text[start:end]`, each at its first place, in the order of the text."""
    found: dict[str, Anchor] = {}
    for anchor in sorted(_mentions(text, start, end), key=lambda one: (one.start, -one.end)):
        # 金昌宇恒 inside 金昌宇恒镍网股份有限公司 at one place is one enterprise, the longer name.
        inside = any(other.start <= anchor.start and anchor.end <= other.end for other in found.values())
        if not inside:
            found.setdefault(anchor.name, anchor)
    return list(found.values())


def _mentions(text: str, start: int, end: int) -> Iterator[Anchor]:
    for hit in _NAMED.finditer(text, start, end):
        yield from _names(text, *hit.span("names"), sure=True)
    for hit in _AS_ROLE.finditer(text, start, end):
        sure = hit["rank"] is not None or hit["role"] in ("链主", "骨干", "龙头")
        yield from _names(text, *hit.span("names"), sure=sure)
    for hit in _LEANED_ON.finditer(text, start, end):
        yield from _names(text, *hit.span("names"), sure=False)
    for pattern in (_SURE, _BY_PLACE, _ASKED):
        for hit in pattern.finditer(text, start, end):
            yield from _one(text, *hit.span("name"))


def _names(text: str, start: int, end: int, *, sure: bool) -> Iterator[Anchor]:
    spans = []
    at = start
    for joint in JOINTS.finditer(text, start, end):
        spans.append((at, joint.start()))
        at = joint.end()
    spans.append((at, end))
    named = [text[a:b] for a, b in spans]
    if sure or any(_COMPANY.match(name) for name in named):
        for a, b in spans:
            yield from _one(text, a, b)


def _one(text: str, start: int, end: int) -> Iterator[Anchor]:
    lead = _LEAD.match(text[start:end])
    start += lead.end() if lead else 0
    name = text[start:end]
    if not 2 <= len(name) <= 20 or name in place_names() or not re.fullmatch(r"[\w（）()·]+", name):
        return
    if name.endswith(("公司", "集团")):
        doubtful = re.search(
            r"企业|资源|优势|^(?:国家|我省|全省|大型|一批|有关|投资|跨国|上市|龙头|骨干)", name
        )
    else:
        doubtful = _NOT_A_NAME.search(re.sub(rf"{_ENDING}$", "", name))
    if doubtful or GENERIC.match(name) or NOT_A_THING.search(name):
        return
    yield Anchor(name, start, end)
