"""Clauses of a section and what each asks for: the kind of gap and the phrase that names the things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from matching.records import Facet
from service.policy_text.words import (
    KIND_VERBS,
    LABELLED_KINDS,
    MAKING_VERBS,
    RESEARCH_VERBS,
    VERB_INSIDE,
    WEAK_VERBS,
)

_SENTENCE = re.compile(r"[^。；;！？!?\r\n]+")
_LABEL = re.compile(r"^\s*([\w]{2,10})[：:]")
_OPEN, _CLOSE = "（(“《[【", "）)”》]】"

# Clauses that give reasons, means and ends, not things to be brought in.
_CIRCUMSTANCE = re.compile(
    r"^(?:依托|依靠|凭借|通过|围绕|按照|结合|根据|顺应|针对|利用|立足|坚持|适应|积极适应|充分发挥|发挥|把|将|使|使其|成为|建成|有效整合|以市场|"
    r"以.{1,60}为(?:导向|依托|基础|支撑|引领|龙头|骨干|主体|核心|链主|抓手)|在引进|短期内|注重|抓好|到\d{4}年|力争|其中|从而|做好|落实)"
)
_AIM = re.compile(
    r"^(?:打造|形成|建成|做强|做大|做大做强|创建|积极创建|建设|实现)[^、]*(?:产业链|产业集群|产业区|基地|产业园|中心|格局|集群|台阶|企业群)$|亿元|[百千万]亿级"
)
# Named building projects are under way already: nobody is to be brought in for them.
_PROJECTS = re.compile(r"等(?:一批)?(?:重点|重大|关键|标志性)*(?:工程|项目)(?:建设)?$")
# 由A向B转变, 从A转向B, 向B延伸发展
_TURN = re.compile(
    r"(?:^|[^面导转])(?:向|转向)(?!上游|下游)(?P<to>[^向]{2,80}?)(?:等)?(?:方向|领域)?(?:延伸发展|拓展延伸|延伸|转变|转型|过渡|转化|拓展|升级|发展|跨越|迈进|$)"
)
_TURN_ONLY = re.compile(r"转向(?P<to>[^向]{2,120})$")
# 在A、B等关键技术和产品方面实现突破
_BREAKTHROUGH = re.compile(
    r"在(?P<things>.{2,100}?)(?:方面|领域|环节|上)?(?:实现|取得|形成)(?:新的|重大|关键)?突破"
)
# X在A、B等领域的应用; X在A、B上的应用产业化关键技术
_USE = re.compile(
    r"(?:及其)?在(?P<uses>[^在]{2,90}?)(?:等)?(?:行业|工业)?(?:领域|方面|行业|上|中|等)(?:的)?[^在、]{0,8}应用.*$"
)
_AIMED_AT = re.compile(r"^以(?P<things>.{2,120}?)为(?:重点|目标|方向|主攻方向|主线)$")
# 与汽车制造企业、电动汽车能源包企业强强合作
_PARTNERS = re.compile(
    r"与(?P<partners>[^与]{2,60}?企业)(?:的)?(?:强强|开展|加强|深度|战略)*(?:合作|协作|联合)"
)
_IN_PLACE = re.compile(
    r"^(?:进而)?(?:在|支持|鼓励)(?P<place>(?:(?!的)\w){2,14}?)(?=布局|建设|扩大|研制|联合|牵头|发展|开展)"
)
_OBJECT_FIRST = re.compile(
    r"(?:的)?(?:研发应用|研发|研制|产业化|产业化发展|二次开发|开发|创制|规模化发展|发展|建设|回收|利用|循环利用|生产能力|生产规模|产能|质量|结构|能力|水平|规模|平台|研究和开发|体系|攻关|加工|认证|生产|制造|产业|行业|检测中心|服务)$"
)
# 打造…的西部数控机床生产基地, 建成全国重要的风电装备制造产业基地
_BASE = re.compile(
    r"(?:打造|建设|建成|创建|形成)(?P<things>[^亿]{2,60}?)(?:生产|制造|加工|产业|种植|养殖|运行维护)*(?:基地|加工制造运行维护中心)(?:建设)?$"
)
_NO_MARKET_BASE = re.compile(r"示范|国家级?高|创新|研发|孵化|实训|“|(?:国家|产业)$")
# 形成从A、B等部件到C制造的完整产业链
_FROM_TO = re.compile(
    r"从(?P<first>.{2,80}?)(?:等[^到]{0,6})?到(?P<last>[^，]{2,40}?)的?(?:完整|全)?(?:的)?产业链"
)
# 发挥当归、党参等…资源优势: what the chain already has and is to be strong in
_STRENGTH = re.compile(
    r"^(?:充分|更好)?(?:发挥|利用)(?P<things>[^，]*、[^，]*?等[^，]{0,30}?)(?:资源|产业|技术|品种|的|和|特色)*优势$"
)
_LEADERS = re.compile(r"等方式|的(?:大型|骨干|龙头|领军|优势|核心|知名)+企业(?:集团)?$")
_PURPOSE_OF_USE = re.compile(
    r"(?:围绕|面向|服务)(?P<uses>[^，]{2,60}?)(?:等)?(?:三大|两大|四大|五大)?(?:下游|领域|行业|需求)$"
)


@dataclass(frozen=True, slots=True)
class Ask:
    """What one clause asks for: `phrase` holds the things, `start`–`end` is the clause in the text.

    `facet` is set where the words around the phrase say it (an application is a condition).
    `continues` is true for a clause that goes on with the enumeration of the one before.
    """

    phrase: str
    kind: str
    start: int
    end: int
    facet: Facet | None = None
    continues: bool = False


def find_sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence with a letter in it, ；and line ends included as ends."""
    for hit in _SENTENCE.finditer(text, start, end):
        a, b = _stripped(text, *hit.span())
        if any(map(str.isalnum, text[a:b])):
            yield a, b


def find_asks(text: str, start: int, end: int) -> Iterator[Ask]:
    """What the section `text[start:end]` asks for, clause by clause, in the order of the text."""
    labelled: str | None = None
    line_end = -1
    for sentence_start, sentence_end in find_sentences(text, start, end):
        if sentence_start > line_end:
            labelled, line_end = None, _line_end(text, sentence_start)
        label = _LABEL.match(text[sentence_start:sentence_end])
        if label:
            labelled = next((kind for word, kind in LABELLED_KINDS.items() if word in label[1]), labelled)
            sentence_start += label.end()
        current: str | None = None
        for a, b in _clauses(text, sentence_start, sentence_end):
            asks = list(_asks_of(text[a:b], a, b, current))
            for ask in asks:
                yield _relabelled(ask, labelled)
            current = asks[-1].kind if asks else None


def _asks_of(clause: str, start: int, end: int, current: str | None) -> Iterator[Ask]:
    partners = _PARTNERS.search(clause)
    if partners:
        yield Ask(partners["partners"], "extend", start, end, "condition")
        return
    broken = _BREAKTHROUGH.search(clause)
    if broken:
        technical = "技术" in broken["things"]
        yield Ask(broken["things"], "talent" if technical else "strengthen", start, end)
        return
    aimed = _AIMED_AT.match(clause)
    if aimed:
        if not re.search(r"企业|地区|产区", aimed["things"]):
            yield Ask(aimed["things"], "fill", start, end)
        return
    uses = _PURPOSE_OF_USE.match(clause)
    if uses and "、" in uses["uses"]:
        yield Ask(uses["uses"], "extend", start, end, "condition")
        return
    if _PROJECTS.search(clause) or _LEADERS.search(clause):
        return
    chain = _FROM_TO.search(clause)
    if chain:
        yield Ask(chain["first"], "fill", start, end)
        yield Ask(chain["last"], "fill", start, end, continues=True)
        return
    base = _BASE.search(clause)
    if base and not _NO_MARKET_BASE.search(base["things"]):
        yield Ask(base["things"], "strengthen", start, end)
        return
    strength = _STRENGTH.match(clause)
    if strength:
        yield Ask(strength["things"], "strengthen", start, end)
        return
    if _AIM.search(clause) and "等" not in clause:
        return
    turn = _TURN_ONLY.search(clause) or _TURN.search(clause)
    if turn and not _CIRCUMSTANCE.match(clause):
        yield Ask(turn["to"], "extend", start, end)
        return
    if _CIRCUMSTANCE.match(clause):
        return
    yield from _made(clause, start, end, current)


def _made(clause: str, start: int, end: int, current: str | None) -> Iterator[Ask]:
    placed = _IN_PLACE.match(clause)
    words = clause[placed.end() :] if placed else clause
    verbs = MAKING_VERBS.match(words)
    if verbs is None and current is None:
        verbs = VERB_INSIDE.search(words)
        if verbs is None or verbs.start() > 12 or "、" in words[: verbs.start()]:
            return
    if verbs is None:  # the enumeration goes on after a comma
        yield from _with_uses(clause, current or "fill", start, end, continues=True)
        return
    phrase = re.sub(r"(?<!全)产业链$", "产业", words[verbs.end() :])
    if WEAK_VERBS.match(verbs[0]) and not (
        "等" in phrase or "、" in phrase or _USE.search(phrase) or _OBJECT_FIRST.search(phrase)
    ):
        return
    yield from _with_uses(phrase, _kind(verbs[0], phrase), start, end)


def _with_uses(phrase: str, kind: str, start: int, end: int, *, continues: bool = False) -> Iterator[Ask]:
    use = _USE.search(phrase)
    if use is None:
        yield Ask(phrase, kind, start, end, continues=continues)
        return
    kind = "extend" if kind == "fill" else kind
    if use.start() >= 2:
        yield Ask(phrase[: use.start()], kind, start, end, continues=continues)
    yield Ask(use["uses"], kind, start, end, "condition", continues=use.start() >= 2 or continues)


def _kind(verbs: str, phrase: str) -> str:
    if re.search(r"人才|团队|队伍", phrase):
        return "talent"
    if RESEARCH_VERBS.search(verbs):
        if re.search(r"技术|工艺", phrase):
            return "talent"
        if "突破" in verbs or "攻" in verbs:
            return "strengthen"
    return next((kind for kind, words in KIND_VERBS if words.search(verbs)), "fill")


def _relabelled(ask: Ask, kind: str | None) -> Ask:
    if kind is None or ask.kind == "talent":
        return ask
    return Ask(ask.phrase, kind, ask.start, ask.end, ask.facet, ask.continues)


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Pieces between commas and colons that do not stand in brackets."""
    depth, a = 0, start
    for at in range(start, end):
        char = text[at]
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth = max(0, depth - 1)
        elif char in "，,：:" and depth == 0:
            yield from _some(text, a, at)
            a = at + 1
    yield from _some(text, a, end)


def _some(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    a, b = _stripped(text, start, end)
    if a < b:
        yield a, b


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _line_end(text: str, at: int) -> int:
    ends = [place for place in (text.find("\n", at), text.find("\r", at)) if place >= 0]
    return min(ends, default=len(text))
