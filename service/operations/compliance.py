"""The fair-competition check of a text: which of its clauses come near to which forbidden content.

Pure reading of text by rules that are data (`data/compliance/rules.yaml`). An aid to the reviewer: what it
finds is to be judged, and what it does not find is not thereby lawful.

A sentence ends at 。！？ or a line break and falls into segments at ；, these into clauses at ，and ：. A
mention counts unless the rule's contexts excuse it. A head such as “不得有下列行为：” governs the items after
it, in the same line or in the numbered lines that follow.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from service.compliance_records import ComplianceFinding, ComplianceRules, Context, ExcusedMention, Rule

# Blanks and marks that writers put between characters; they are not looked at. Full-width letters and
# digits and half-width Chinese punctuation are read as their usual form.
_IGNORED = frozenset(" \t\r\f\v\u3000\u00a0\u200b\ufeff“”‘’\"'「」『』*`【】")
_FOLDED = {
    **{0xFF10 + n: chr(0x30 + n) for n in range(10)},
    **{0xFF21 + n: chr(0x41 + n) for n in range(26)},
    **{0xFF41 + n: chr(0x61 + n) for n in range(26)},
    ord(","): "，",
    ord(";"): "；",
    ord(":"): "：",
    ord("!"): "！",
    ord("?"): "？",
    ord("("): "（",
    ord(")"): "）",
    ord("％"): "%",
    ord("．"): ".",
}
_DIGITS_BOTH_SIDES = re.compile(r"(?<=[0-9])[，：](?=[0-9])")  # 1,000 and 10:1 are numbers
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]*")
_SEGMENT = re.compile(r"[^；]+")
_CLAUSE = re.compile(r"[^，：；。！？]+")
_ENUMERATOR = re.compile(
    r"(?P<a>（[一二三四五六七八九十]+）)|(?P<b>[一二三四五六七八九十]+、)|(?P<c>[0-9]{1,2}[.、])|(?P<d>（[0-9]{1,2}）)"
    r"|(?P<e>[一二三四五六七八九十]+是)|(?P<f>[-•·—○●]+)|(?P<g>[①-⑳])"
)
# Words further off than this govern nothing, and a text without full stops must not take long.
_FAR = 600
_HEADING_MARKS = re.compile(r"[#>]+")


def check_text(text: str, rules: ComplianceRules) -> list[ComplianceFinding]:
    """What needs review in `text`, in the order of the text; empty when nothing was found."""
    found = _merged([judged for judged in _judge(text, rules) if isinstance(judged, ComplianceFinding)], text)
    kept = [
        finding
        for finding in found
        if not any(
            other.rule.id in finding.rule.yields_to
            and other.start < finding.end
            and finding.start < other.end
            for other in found
        )
    ]
    order = {rule.id: at for at, rule in enumerate(rules.rules)}
    return sorted(kept, key=lambda finding: (finding.start, order[finding.rule.id], finding.end))


def list_excused(text: str, rules: ComplianceRules) -> list[ExcusedMention]:
    """The mentions that were let pass, with the reason: for whoever checks the check."""
    return [judged for judged in _judge(text, rules) if isinstance(judged, ExcusedMention)]


@dataclass(frozen=True, slots=True)
class _Segment:
    """A part between semicolons. `head` is the head of the enumeration it stands in, else empty."""

    text: str
    at: int  # of its first character in the folded text
    head: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a pattern was found: in the segment, and the clauses around it."""

    segment: _Segment
    start: int
    end: int
    clause_start: int
    clause_end: int


def _judge(text: str, rules: ComplianceRules) -> Iterator[ComplianceFinding | ExcusedMention]:
    folded, places = _fold(text)
    for segment in _segments(folded):
        starts = [hit.start() for hit in _CLAUSE.finditer(segment.text)]
        ends = [hit.end() for hit in _CLAUSE.finditer(segment.text)]
        for rule in rules.rules:
            if any(not need.pattern.search(segment.text) for need in rule.needs):
                continue
            for start, end in _hits(rule, segment.text):
                first = max(bisect_right(starts, start) - 1, 0)
                last = max(bisect_right(starts, end - 1) - 1, 0)
                place = _Place(segment, start, end, starts[first], max(ends[last], end))
                begin = places[segment.at + _without_number(segment.text, starts[first], start)]
                finish = places[segment.at + place.clause_end - 1] + 1
                quote = text[begin:finish]
                excuse = next((context for context in rule.unless if _holds(context, place)), None)
                if excuse:
                    yield ExcusedMention(begin, finish, quote, rule, excuse)
                else:
                    matched = segment.text[start:end]
                    yield ComplianceFinding(begin, finish, quote, rule, matched, rule.unless)


def _hits(rule: Rule, text: str) -> Iterator[tuple[int, int]]:
    """All places where a pattern is found, also ones that overlap: an excused one must not hide another."""
    for pattern in rule.patterns:
        at = 0
        while hit := pattern.search(text, at):
            yield hit.span()
            at = hit.start() + 1


def _holds(context: Context, place: _Place) -> bool:
    text = place.segment.text
    if context.where == "segment":
        return context.pattern.search(text) is not None
    if context.where == "clause":
        return context.pattern.search(text, place.clause_start, place.clause_end) is not None
    if context.where == "inside":
        return context.pattern.search(text, place.start, place.end) is not None
    if context.where == "after":
        return context.pattern.search(text[place.end : place.end + _FAR]) is not None
    before = _before(context, place)
    return any(
        context.broken_by is None or not context.broken_by.search(before, hit.end())
        for hit in context.pattern.finditer(before)
    )


def _before(context: Context, place: _Place) -> str:
    text = place.segment.text
    if context.reach == "segment":
        return f"{place.segment.head}；{text[max(place.start - _FAR, 0) : place.start]}"
    start = place.clause_start
    if context.reach == "near" and start:
        start = max((text.rfind(mark, 0, start - 1) + 1 for mark in "，："), default=0)
    return text[start : place.start]


def _fold(text: str) -> tuple[str, list[int]]:
    """The text without what is not looked at, and for each character its place in `text`."""
    characters, places = [], []
    for at, character in enumerate(text):
        if character not in _IGNORED:
            characters.append("\n" if character in "\u2028\u2029\u0085" else character.translate(_FOLDED))
            places.append(at)
    return _DIGITS_BOTH_SIDES.sub("\0", "".join(characters)), places


def _segments(folded: str) -> Iterator[_Segment]:
    at, lead = 0, _Lead()
    for line in folded.split("\n"):
        if line:
            kind = _kind(line)
            lead = lead.at_line(kind)
            for sentence in _SENTENCE.finditer(line):
                head = lead.head
                for part in _SEGMENT.finditer(sentence[0]):
                    yield _Segment(part[0], at + sentence.start() + part.start(), head)
                    head = head or _head(part[0])
            if line.endswith("："):
                lead = _Lead(line[line.rfind("。") + 1 :], own_kind=kind)
        at += len(line) + 1


@dataclass(frozen=True, slots=True)
class _Lead:
    """The head of a list over several lines, and how it and its items are numbered."""

    head: str = ""
    own_kind: str = ""
    item_kind: str = ""

    def at_line(self, kind: str) -> _Lead:
        """The same head where the line is an item of its list, else none."""
        is_item = kind and kind != self.own_kind and kind == (self.item_kind or kind)
        return replace(self, item_kind=kind) if self.head and is_item else _Lead()


def _kind(line: str) -> str:
    found = _ENUMERATOR.match(_HEADING_MARKS.sub("", line, count=1) if line[:1] in "#>" else line)
    return found.lastgroup or "" if found else ""


def _head(segment: str) -> str:
    """What stands before the colon of a segment that opens an enumeration, else empty."""
    return segment[: segment.rfind("：") + 1]


def _without_number(text: str, start: int, hit: int) -> int:
    found = _ENUMERATOR.match(text, start)
    return found.end() if found and found.end() <= hit else start


def _merged(findings: list[ComplianceFinding], text: str) -> list[ComplianceFinding]:
    """One finding for the overlapping ones of a rule."""
    result: list[ComplianceFinding] = []
    for finding in sorted(findings, key=lambda one: (one.rule.id, one.start, one.end)):
        last = result[-1] if result else None
        if last and last.rule.id == finding.rule.id and finding.start < last.end:
            end = max(last.end, finding.end)
            result[-1] = replace(last, end=end, quote=text[last.start : end])
        else:
            result.append(finding)
    return result
