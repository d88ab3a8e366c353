"""What a dictionary entry would move: the gaps whose words it touches, their first places then and now."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matching.dictionary import Dictionary
from matching.engine import Engine
from matching.need import core_term, topics_of
from matching.records import Gap as GapRecord
from models import Gap, GapVersion
from service.match_inputs import filters_from, gap_record
from service.operations.dictionary_editing import EntryContent, merge, own_contents
from service.operations.gap_previews import Move, compare_rankings

SHOWN = 10
# Each gap is ranked twice; more at once would keep the curator waiting.
MAX_RANKED = 12


@dataclass(frozen=True, slots=True)
class GapEffect:
    """One gap that the entry touches: who moved within its first places."""

    code: str
    title: str
    title_en: str
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class DictionaryEffect:
    """All gaps touched. Of `touched`, the first `MAX_RANKED` were ranked; `effects` are those that moved."""

    touched: tuple[str, ...]
    ranked: int
    effects: tuple[GapEffect, ...]


def preview_effect(
    session: Session, engine: Engine, term_key: str, content: EntryContent | None, home_province: str | None
) -> DictionaryEffect:
    """What storing `content` for the term would move; None takes the own entry back."""
    own = [row for row in own_contents(session) if row.key != term_key]
    new = merge([*own, content] if content else own)
    renewed = engine.with_dictionary(new)
    versions = [row for row in _published(session) if _is_touched(row, engine.dictionary, new)]
    effects = []
    for version in versions[:MAX_RANKED]:
        record = gap_record(version, home_province)
        moves, left = compare_rankings(
            engine, record, renewed, record, filters_from({}, home_province), SHOWN
        )
        moved = [move for move in (*moves.values(), *left) if move.before != move.now]
        if moved:
            effects.append(GapEffect(version.gap.code, version.title, version.title_en, tuple(moved)))
    touched = tuple(version.gap.code for version in versions)
    return DictionaryEffect(touched, min(len(versions), MAX_RANKED), tuple(effects))


def _published(session: Session) -> list[GapVersion]:
    return list(
        session.scalars(
            select(GapVersion)
            .join(Gap)
            .options(
                selectinload(GapVersion.gap).selectinload(Gap.chain), selectinload(GapVersion.requirements)
            )
            .where(GapVersion.is_current, GapVersion.status == "published")
            .order_by(Gap.code)
        )
    )


def _is_touched(version: GapVersion, old: Dictionary, new: Dictionary) -> bool:
    record: GapRecord = gap_record(version, None)
    asked = [(row.text, *row.synonyms, core_term(row.text)) for row in record.requirements]
    asked += [(topic, core_term(topic)) for topic in topics_of(record.title)]
    return any(old.expand(names) != new.expand(names) for names in asked)
