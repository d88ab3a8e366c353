"""What every command needs: settings, database, engine; opened when a command asks for it."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import click

from service.config import Config, read_config
from service.db import Database, check_schema, open_database
from service.engines import EngineRoom
from service.errors import InvalidInput, check_text


class Opened:
    """Settings, database and engine of one command."""

    @cached_property
    def config(self) -> Config:
        return read_config()

    @cached_property
    def bare_database(self) -> Database:
        """The database, whatever state its tables are in."""
        return open_database(self.config.database_url)

    @cached_property
    def database(self) -> Database:
        """The database with the tables of this release. Raises SchemaMismatch."""
        check_schema(self.bare_database)
        return self.bare_database

    @cached_property
    def engines(self) -> EngineRoom:
        return EngineRoom(self.config)


pass_opened = click.make_pass_decorator(Opened, ensure=True)

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
language = click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default=None,
    help="Language of the output [default: the setting].",
)


class _Text(click.ParamType):
    """Text that can be stored and compared. Raises InvalidInput for bytes in another encoding."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        check_text((param.human_readable_name if param else "argument").lower(), str(value))
        return str(value)


TEXT = _Text()


def print_json(value: Any) -> None:
    """`value` as JSON on standard output, Chinese as it is read where the terminal's encoding has it."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=1)
    click.echo(text)


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` when it is whole; on any error nothing is left of it."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as file:
            yield file
        draft.replace(path)
    except OSError as err:
        err.filename = str(path)  # the name that the user knows
        raise
    finally:
        draft.unlink(missing_ok=True)


def check_folder_of(path: Path | None) -> None:
    """Say now, not after minutes of work, that there is no folder for `path`. Raises InvalidInput."""
    if path is not None and not path.absolute().parent.is_dir():
        raise InvalidInput(f"{path}: there is no folder {path.absolute().parent}: make it, or give another")


def match_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how much is wanted and which companies may stand in the answer."""
    options = (
        click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True),
        click.option("--offset", type=click.IntRange(0), default=0, show_default=True),
        click.option("--province", "provinces", type=TEXT, multiple=True, help="Only this province; may be repeated."),
        click.option(
            "--exclude-province",
            "exclude_provinces",
            type=TEXT,
            multiple=True,
            help="Not this province; may be repeated.",
        ),
        click.option(
            "--include-home-province", is_flag=True, help="Also companies that are already in the province."
        ),
        click.option("--listed-only", is_flag=True, help="Only companies listed on an exchange."),
        click.option("--include-delisted", is_flag=True, help="Also companies that were delisted."),
        click.option("--min-employees", type=click.IntRange(0), help="Leave out companies that state fewer."),
    )
    for option in reversed(options):
        command = option(command)
    return command
