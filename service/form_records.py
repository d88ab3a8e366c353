"""Official forms as they are filled in: the preset, and what stands in it. Plain records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from service.event_list_records import EventEntry, EventList

PresetKind = Literal["workbook", "document"]
Layout = Literal["company-page", "talking-points", "chain-map"]
RowKind = Literal["entries", "gaps"]


@dataclass(frozen=True, slots=True)
class PresetColumn:
    """A column of a workbook. `width` in characters; `format`: a number format of spreadsheets, or None."""

    field: str
    title: str
    title_en: str
    width: float
    format: str | None = None
    editable: bool = False

    def shown(self, language: str) -> str:
        """The title in `language`."""
        return self.title_en if language == "en" else self.title


@dataclass(frozen=True, slots=True)
class PresetBlock:
    """A part of a document with its heading."""

    block: str
    title: str
    title_en: str

    def shown(self, language: str) -> str:
        """The heading in `language`."""
        return self.title_en if language == "en" else self.title


@dataclass(frozen=True, slots=True)
class FormPreset:
    """What a form shows: columns of a workbook, or the layout and blocks of a document."""

    code: str
    name: str
    name_en: str
    kind: PresetKind
    paper: str
    statuses: tuple[str, ...]
    rows: RowKind = "entries"
    protect: bool = True
    frozen_columns: int = 0
    columns: tuple[PresetColumn, ...] = ()
    layout: Layout | None = None
    blocks: tuple[PresetBlock, ...] = ()
    least_questions: int = 3
    most_questions: int = 5

    @property
    def extension(self) -> str:
        """The ending of its files, with the dot."""
        return ".xlsx" if self.kind == "workbook" else ".docx"

    def shown(self, language: str) -> str:
        """The name in `language`."""
        return self.name_en if language == "en" else self.name


@dataclass(frozen=True, slots=True)
class AnchorFacts:
    """A local enterprise that the chain leans on. `links`: codes of the links it stands at."""

    name: str
    place: str
    role: str
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RequirementFacts:
    """One checkable line of a gap."""

    id: str
    text: str
    level: str


@dataclass(frozen=True, slots=True)
class GapFacts:
    """A gap in play as its current wording has it."""

    code: str
    title: str
    kind: str
    severity: str | None
    need: str
    chain_code: str
    link_code: str
    link_name: str
    position: str
    requirements: tuple[RequirementFacts, ...]
    anchors: tuple[AnchorFacts, ...]
    sites: tuple[str, ...]
    policy: tuple[tuple[str, str], ...]  # (section, quote)


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """A link of a chain."""

    code: str
    name: str
    position: str


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """A chain in play."""

    code: str
    name: str
    summary: str
    output_yi: int
    target_year: int
    links: tuple[LinkFacts, ...]
    anchors: tuple[AnchorFacts, ...]


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """What an entry does not hold of its company. `source`: where most of its facts come from."""

    founded_on: date | None = None
    listed_on: date | None = None
    reg_capital_wan: float | None = None
    data_year: int | None = None
    main_business: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row: an entry with the facts around it, or (`entry` None) a gap with the entries for it."""

    number: int
    entry: EventEntry | None
    company: CompanyFacts
    gap: GapFacts | None
    chain: ChainFacts | None
    entries: tuple[EventEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A form ready to be written. `is_stored`: its rows are of the database and can be imported again."""

    preset: FormPreset
    list: EventList
    rows: tuple[FormRow, ...]
    gaps: Mapping[str, GapFacts]
    chains: Mapping[str, ChainFacts]
    made_on: date
    run_code: str
    data_as_of: str
    is_stored: bool
    language: str

    @property
    def title(self) -> str:
        """What stands on top: event, edition, form."""
        parts = [self.list.name, self.list.edition, self.preset.shown(self.language)]
        return (" " if self.language == "en" else "").join(part for part in parts if part)
