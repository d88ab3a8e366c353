"""The parts of a policy text that each speak of one chain, found by their numbered headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.policy_text.words import MAKING_VERBS

# Outer headings first: a part ends where a heading of its own or an outer level starts.
_NUMBER = r"[一二三四五六七八九十百]{1,4}"
_LEVELS = (
    re.compile(rf"第{_NUMBER}(?:部分|[章篇编])"),
    re.compile(rf"{_NUMBER}、"),
    re.compile(rf"[（(]{_NUMBER}[)）]"),
    re.compile(r"\d{1,2}[.．、](?!\d)"),
    re.compile(r"[（(]\d{1,2}[)）]"),
)
_LINE = re.compile(r"[^\r\n]+")
_TITLE = re.compile(r"[^。；;：:\r\n]{1,80}")
_CHAIN = re.compile(r"(?P<name>[^，,。]{1,40}?)(?:全?产业链|产业集群|产业)(?:链条|集群)?$")
_GENERIC_NAME = re.compile(
    r"^(?:[\d一二三四五六七八九十]*[条个大]|全省|我省|全市|我市|若干|一批|优势|特色|重点|新兴|战略性|支柱|主导|传统|"
    r"首位|现代|未来|相关|先进|高端|完善|完整|上下游|关联|绿色|循环|富民|的|和|与|及|、)*$"
)
_AIM = re.compile(
    r"(?:打造|形成|建成|做强|做大|建设|培育)[^，。；;\r\n]{0,10}?亿[元级][^，。；;\r\n]{0,30}?(?:产业链|产业集群|产业)"
)
_OUTPUT = re.compile(r"(?P<count>[一二两三四五六七八九\d]*)(?P<unit>[百千万])亿[元级]?")
_YEAR = re.compile(r"到(20\d\d)年")
_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九", start=1)} | {"两": 2}
_UNITS = {"百": 100, "千": 1000, "万": 10000}


@dataclass(frozen=True, slots=True)
class Target:
    """The output that a chain is to reach, in 亿元, and where the text says it."""

    output_yi: int
    year: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """One chain in the text: `label` as printed there (二（一）), its words from `start` to `end`."""

    name: str
    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Heading:
    level: int
    number: str
    start: int
    body: int


def find_sections(text: str) -> list[Section]:
    """The chains that `text` has headings for; else the whole text as one, named after its aim."""
    headings = list(_headings(text))
    sections = []
    outer: list[_Heading] = []
    for at, heading in enumerate(headings):
        outer = [above for above in outer if above.level < heading.level] + [heading]
        title = _TITLE.match(text, heading.body)
        name = _chain_name(title[0].strip()) if title else None
        if name is None or title is None:
            continue
        after = (later.start for later in headings[at + 1 :] if later.level <= heading.level)
        label = "".join(above.number for above in outer).replace("、（", "（")
        sections.append(Section(name, label, title.end(), next(after, len(text))))
    sections = [part for part in sections if not _holds_another(part, sections)]
    if sections:
        return sections
    aim = _AIM.search(text)
    name = _chain_name(_OUTPUT.sub("", aim[0])) if aim else None
    return [Section(name or "", "", 0, len(text))] if text.strip() else []


def find_target(text: str, section: Section) -> Target | None:
    """The output that `section` aims at; the year from its words or from a sentence on the output of all."""
    for clause in re.finditer(r"[^，。；;\r\n]+", text[section.start : section.end]):
        output = _OUTPUT.search(clause[0])
        if output and re.search(r"打造|形成|做强|做大|达到|迈上|建成|突破|发展|实现", clause[0]):
            years = _YEAR.findall(text[section.start : section.end]) or _common_years(text)
            return Target(
                _number(output["count"]) * _UNITS[output["unit"]],
                int(years[0]) if len(set(years)) == 1 else None,
                section.start + clause.start(),
                section.start + clause.end(),
            )
    return None


def _common_years(text: str) -> list[str]:
    sentences = re.findall(r"[^。；;\r\n]+", text)
    return [year for part in sentences if "产业链" in part and "亿" in part for year in _YEAR.findall(part)]


def _headings(text: str) -> Iterator[_Heading]:
    for line in _LINE.finditer(text):
        start = line.start() + len(line[0]) - len(line[0].lstrip())
        for level, pattern in enumerate(_LEVELS):
            number = pattern.match(text, start, line.end())
            if number:
                body = number.end()
                while body < line.end() and text[body].isspace():
                    body += 1
                yield _Heading(level, number[0], start, body)
                break


def _chain_name(title: str) -> str | None:
    """“依托石化优势，发展精细化工产业链” gives 精细化工; None when no chain is named."""
    found = _CHAIN.search(re.split(r"[，,]", title)[-1])
    if not found:
        return None
    name = MAKING_VERBS.sub("", found["name"]).strip("“”\"' 　的")
    # 铜产业链 is a chain, 铜产业 may be anything.
    shortest = 1 if "产业链" in found[0] else 2
    return None if len(name) < shortest or _GENERIC_NAME.match(name) else name


def _holds_another(part: Section, parts: list[Section]) -> bool:
    """Whether `part` is only the roof over others: 二、培育先进制造产业 over （一）…产业链."""
    return any(other is not part and part.start <= other.start and other.end <= part.end for other in parts)


def _number(count: str) -> int:
    if count in _DIGITS:
        return _DIGITS[count]
    # 12 digits of a slip of the pen are no output.
    return int(count) if count.isdecimal() and len(count) <= 4 else 1
