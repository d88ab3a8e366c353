"""From a policy text to draft gaps: rules over official Chinese, each draft with the words it comes from.

Drafts are proposals for a curator to accept, edit or reject; nothing is stored here.
"""

from __future__ import annotations

from dataclasses import dataclass

from matching.passages import normalise
from service.policy_text.anchors import Anchor, find_anchors
from service.policy_text.clauses import Ask, find_asks
from service.policy_text.items import Item, read_items
from service.policy_text.sections import Section, Target, find_sections, find_target

TITLE_CHARS = 40


@dataclass(frozen=True, slots=True)
class DraftGap:
    """A proposed gap; `text[start:end]` are the clauses that it comes from."""

    title: str
    kind: str
    requirements: tuple[Item, ...]
    anchors: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DraftChain:
    """A proposed chain; `name` is empty when the text has none."""

    name: str
    section: str
    target: Target | None
    anchors: tuple[Anchor, ...]
    gaps: tuple[DraftGap, ...]


def draft_chains(text: str) -> list[DraftChain]:
    """The chains of the policy `text` with their draft gaps, in the order of the text; never raises."""
    chains = []
    for section in find_sections(text):
        anchors = find_anchors(text, section.start, section.end)
        gaps = _draft_gaps(text, section, anchors)
        if section.name or gaps or anchors:
            target = find_target(text, section)
            chains.append(DraftChain(section.name, section.label, target, tuple(anchors), tuple(gaps)))
    return chains


def _draft_gaps(text: str, section: Section, anchors: list[Anchor]) -> list[DraftGap]:
    gaps = []
    seen: set[str] = set()
    names = {anchor.name for anchor in anchors}
    for asks in _grouped(list(find_asks(text, section.start, section.end))):
        items = []
        for ask in asks:
            for item in read_items(_without(ask.phrase, anchors), ask.facet):
                key = normalise(item.text)
                if key not in seen and item.text != section.name and item.text not in names:
                    seen.add(key)
                    items.append(item)
        if items:
            start, end = asks[0].start, asks[-1].end
            near = _anchors_near(text, section, anchors, start)
            kind = "talent" if all(item.facet == "technology" for item in items) else asks[0].kind
            gaps.append(DraftGap(_title(items), kind, tuple(items), near, start, end))
    return gaps


def _grouped(asks: list[Ask]) -> list[list[Ask]]:
    groups: list[list[Ask]] = []
    for ask in asks:
        if groups and ask.continues:
            groups[-1].append(ask)
        else:
            groups.append([ask])
    return groups


def _without(phrase: str, anchors: list[Anchor]) -> str:
    """`玉门石化特种润滑产品` without the enterprise that makes it already."""
    for anchor in anchors:
        if phrase.startswith(anchor.name):
            return phrase[len(anchor.name) :]
    return phrase


def _anchors_near(text: str, section: Section, anchors: list[Anchor], start: int) -> tuple[str, ...]:
    """The enterprises named in the gap's own sentence, else in the one before it in its paragraph."""
    paragraph = max(section.start, text.rfind("\n", 0, start) + 1)
    end = text.find("。", start)
    before, _, own = text[paragraph : end if end >= 0 else section.end].rpartition("。")
    for sentence in (own, before.rpartition("。")[2]):
        named = tuple(anchor.name for anchor in anchors if anchor.name in sentence)
        if named:
            return named
    return ()


def _title(items: list[Item]) -> str:
    """The class if the text sums the things up in one, else the first things."""
    classes = [item.text for item in items if item.is_class and item.facet != "condition"]
    names = classes if len(classes) == 1 else [item.text for item in items]
    title = names[0]
    for count, name in enumerate(names[1:3], start=2):
        if len(title) + len(name) + 2 > TITLE_CHARS:
            return f"{title}等"
        title = f"{title}、{name}"
        if count < len(names) and count == 3:
            return f"{title}等"
    return title
