"""Where the words of a requirement stand letter by letter, and what is said of the thing there.

Exacter than likeness: 电解铜 shares most of its characters with 电解铜箔 and is another thing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.dictionary import Expansion, Term, TermKind
from matching.index.phrases import spans_of
from matching.index.release import Release
from matching.modifiers import set_apart_by
from matching.relation import Occurrence, Relation, relation_at

# How much a term counts by what it is to the requirement, and an occurrence by what is said there. Judgments
# of the trade, not fitted: who makes a kind of it makes it, a part is half of it, a use is no making.
KIND_SHARE: dict[TermKind, float] = {"self": 1.0, "same": 0.97, "narrower": 0.92, "part": 0.5, "wider": 0.55}
RELATION_SHARE: dict[Occurrence, float] = {
    "makes": 1.0,
    "names_other": 0.45,
    "equips": 0.4,
    "trades": 0.5,
    "serves": 0.4,
    "uses": 0.3,
}
# Endings that name a class of things, not a thing: they stand in every second text.
_GENERIC = frozenset(
    (
        "材料",
        "设备",
        "产品",
        "制品",
        "装备",
        "系统",
        "技术",
        "服务",
        "助剂",
        "装置",
        "部件",
        "零部件",
        "器件",
        "生产",
        "加工",
        "工程",
    )
)
# “非海洋工程项目”, “不含铜箔”: the thing is named to say that it is not meant.
_DENIED = re.compile(r"(?:非|不含|不包括|不包含)$")


@dataclass(frozen=True, slots=True)
class Occurrences:
    """The best place of one requirement in each text. Arrays of shape (n_texts,)."""

    strength: NDArray[np.float32]  # 0 where no term stands
    term: NDArray[np.int16]  # position in `terms`, −1 for none
    relation: NDArray[np.uint8]  # position in OCCURRENCES
    look_alike: NDArray[np.bool_]  # holds a look-alike, and no term outside of it
    lacking: NDArray[np.bool_]  # the term stands there without what sets the asked thing apart
    terms: tuple[Term, ...]

    def at(self, text: int) -> tuple[Term | None, Occurrence | None]:
        """The term that stands in a text and what is said of it there; None where none does."""
        position = int(self.term[text])
        return (None, None) if position < 0 else (self.terms[position], OCCURRENCES[self.relation[text]])


OCCURRENCES: tuple[Occurrence, ...] = ("makes", "equips", "trades", "serves", "uses", "names_other")


def find_occurrences(
    expansion: Expansion, asked: Relation, release: Release, requirement: str = ""
) -> Occurrences:
    """The places of `expansion` in all texts; `asked` is what the `requirement` itself names (equipment…)."""
    count = len(release.relation)
    strength = np.zeros(count, dtype=np.float32)
    term_of = np.full(count, -1, dtype=np.int16)
    relation_of_text = np.zeros(count, dtype=np.uint8)
    look_alike, lacking = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    masks: dict[int, list[tuple[int, int]]] = {}
    for phrase in expansion.unlike:
        for text in release.phrases.containing(phrase).tolist():
            masks.setdefault(text, []).extend(spans_of(phrase, release.phrases.texts[text]))
    look_alike[list(masks)] = True
    for position, term in enumerate(expansion.terms):
        share = KIND_SHARE[term.kind]
        if term.text in _GENERIC:
            continue
        apart = set_apart_by(requirement, term.name)
        for text in release.phrases.containing(term.text).tolist():
            if strength[text] >= share:
                continue
            passage = release.phrases.texts[text]
            for start, end in spans_of(term.text, passage):
                if any(s <= start and end <= e for s, e in masks.get(text, ())):
                    continue
                if _DENIED.search(passage, 0, start):
                    continue
                said = relation_at(passage, start, end, is_prose=bool(release.is_prose[text]))
                found = share * (1.0 if said == asked else RELATION_SHARE[said])
                if found > strength[text]:
                    strength[text] = found
                    term_of[text] = position
                    relation_of_text[text] = OCCURRENCES.index(said)
                    lacking[text] = apart is not None and not apart.is_claim and apart.words not in passage
    look_alike &= strength == 0
    return Occurrences(strength, term_of, relation_of_text, look_alike, lacking, expansion.terms)
