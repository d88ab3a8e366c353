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
    """Settings, database and engine of one command; left as a context, its connections are closed."""

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        if "bare_database" in vars(self):
            self.bare_database.close()

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


pass_opened = click.make_pass_decorator(Opened)

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
language = click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default=None,
    help="Language of the output [default: the setting].",
)


def stored_text(ctx: click.Context, param: click.Parameter, value: Any) -> Any:  # noqa: ARG001  click's signature
    """Callback of an argument in words: `value`. Raises InvalidInput for bytes in another encoding."""
    for text in value if isinstance(value, tuple) else [value]:
        check_text(param.human_readable_name.lower(), text or "")
    return value


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
    if path.exists() and not path.is_file():  # /dev/stdout is written to, never replaced
        with path.open("wb") as stream:
            yield stream
        return
    draft = path.resolve().with_name(f".lianzhao-{secrets.token_hex(8)}")
    try:
        with draft.open("xb") as file:
            yield file
        draft.replace(path.resolve())
    except OSError as err:
        if err.filename == str(draft):
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
    command = condition_options(command)
    command = click.option(
        "--hidden-suppliers",
        is_flag=True,
        help="Take away what size adds, as rows of the score, so that small ones surface; groups stand once.",
    )(command)
    command = click.option("--offset", type=click.IntRange(0), default=0, show_default=True)(command)
    return click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)(command)


def condition_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which companies may stand in the answer."""
    options = (
        click.option(
            "--province",
            "provinces",
            callback=stored_text,
            multiple=True,
            help="Only this province; may be repeated.",
        ),
        click.option(
            "--exclude-province",
            "exclude_provinces",
            callback=stored_text,
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
