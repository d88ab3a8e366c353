"""Presets of official forms: one YAML file a form, checked against a schema and the fields there are.

Presets are data because bureaus differ: what stands in which column under which heading is theirs to say.
A wrong file is answered with every problem at once, each as file, path, value and what to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.errors import InvalidProfile, NotFound, ProfileProblem
from service.form_fields import FIELDS
from service.form_records import FormPreset, PresetBlock, PresetColumn
from service.readers.chain_profile import problems_in, read_yaml

# The blocks that each layout of a document knows.
BLOCKS = {
    "company-page": ("facts", "why", "evidence", "gap", "cautions", "questions", "contacts"),
    "talking-points": ("opening", "points", "questions", "cautions", "record"),
    "chain-map": ("position", "link", "anchors", "gaps", "companies", "duty"),
}

Title = Annotated[str, Field(min_length=1, max_length=60)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
Status = Literal["in", "waiting", "out"]


class InvalidPreset(InvalidProfile):
    """A preset that does not fit the schema; `problems` lists all of them."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class _Column(_Strict):
    field: str
    title: Title
    title_en: Title
    width: Annotated[float, Field(ge=3, le=100)]
    format: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    editable: bool = False

    @model_validator(mode="after")
    def _is_known(self) -> _Column:
        known = FIELDS.get(self.field)
        if known is None:
            raise ValueError(f"{self.field!r} is no field: known are {', '.join(FIELDS)}")
        if self.editable and known.entry_field is None:
            raise ValueError(f"{self.field!r} cannot be edited: take editable away")
        return self


class _Block(_Strict):
    block: str
    title: Title
    title_en: Title


class _Questions(_Strict):
    least: Annotated[int, Field(ge=1, le=10)] = 3
    most: Annotated[int, Field(ge=1, le=10)] = 5


class _File(_Strict):
    format: Literal[1]
    code: Code
    name: Title
    name_en: Title
    kind: Literal["workbook", "document"]
    rows: Literal["entries", "gaps"] = "entries"
    statuses: Annotated[list[Status], Field(min_length=1)]
    paper: Literal["A4", "A3"] = "A4"
    protect: bool = True
    frozen_columns: Annotated[int, Field(ge=0, le=20)] = 0
    columns: list[_Column] = []
    layout: Literal["company-page", "talking-points", "chain-map"] | None = None
    blocks: list[_Block] = []
    questions: _Questions = _Questions()

    @model_validator(mode="after")
    def _fits_together(self) -> _File:
        if self.kind == "workbook" and (not self.columns or self.layout or self.blocks):
            raise ValueError("a workbook has columns, and neither layout nor blocks")
        if self.kind == "document" and (self.columns or self.layout is None or not self.blocks):
            raise ValueError("a document has layout and blocks, and no columns")
        _check_once("columns[].field", (column.field for column in self.columns))
        _check_once("columns[].title", (column.title for column in self.columns))
        _check_once("columns[].title_en", (column.title_en for column in self.columns))
        _check_once("blocks[].block", (block.block for block in self.blocks))
        for column in self.columns:
            if self.rows not in FIELDS[column.field].rows:
                raise ValueError(f"columns[].field: {column.field!r} is nothing of a row of {self.rows}")
        known = BLOCKS.get(self.layout or "", ())
        for block in self.blocks:
            if block.block not in known:
                raise ValueError(f"blocks[].block: {block.block!r}: known are {', '.join(known)}")
        return self


def _check_once(where: str, values: Iterable[str]) -> None:
    for value, count in Counter(values).items():
        if count > 1:
            raise ValueError(f"{where}: {value!r} stands {count} times; give it once")


def read_form_preset(path: Path) -> FormPreset:
    """The preset in the YAML file `path`. Raises InvalidPreset with all problems of the file."""
    return parse_form_preset(read_yaml(path, InvalidPreset), path.name)


def parse_form_preset(content: Any, source: str) -> FormPreset:
    """The preset in `content`, already read from YAML; `source` names it in errors."""
    if not isinstance(content, dict):
        found = "nothing" if content is None else type(content).__name__
        advice = 'write a mapping that starts with "format: 1", as in data/forms'
        raise InvalidPreset(source, [ProfileProblem("", found, advice)])
    try:
        file = _File.model_validate(content)
    except ValidationError as err:
        raise InvalidPreset(source, problems_in(err)) from err
    return FormPreset(
        code=file.code,
        name=file.name,
        name_en=file.name_en,
        kind=file.kind,
        paper=file.paper,
        statuses=tuple(file.statuses),
        rows=file.rows,
        protect=file.protect,
        frozen_columns=file.frozen_columns,
        columns=tuple(PresetColumn(**column.model_dump()) for column in file.columns),
        layout=file.layout,
        blocks=tuple(PresetBlock(**block.model_dump()) for block in file.blocks),
        least_questions=file.questions.least,
        most_questions=file.questions.most,
    )


def list_form_presets(paths: Iterable[Path]) -> list[FormPreset]:
    """The presets of `paths` by their order. Raises InvalidPreset, also where two have one code."""
    presets: list[FormPreset] = []
    for path in paths:
        preset = read_form_preset(path)
        if any(preset.code == other.code for other in presets):
            advice = "another file has this code: give each its own"
            raise InvalidPreset(path.name, [ProfileProblem("code", preset.code, advice)])
        presets.append(preset)
    return presets


def get_form_preset(paths: Iterable[Path], name: str) -> FormPreset:
    """The preset of this code or name, in either language. Raises NotFound, InvalidPreset."""
    presets = list_form_presets(paths)
    wanted = name.strip().casefold()
    for preset in presets:
        if wanted in (preset.code, preset.name.casefold(), preset.name_en.casefold()):
            return preset
    known = ", ".join(f"{preset.code} ({preset.name})" for preset in presets)
    raise NotFound(f"preset {name!r}: not found: there are {known}")
