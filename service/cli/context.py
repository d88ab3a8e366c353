"""What every command needs: settings, database, engine; opened when a command asks for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

import click

from service.config import Config, read_config
from service.db import Database, check_schema, open_database
from service.engines import EngineRoom


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


def print_json(value: Any) -> None:
    """`value` as JSON on standard output, Chinese as it is read."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


def match_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how much is wanted and which companies may stand in the answer."""
    options = (
        click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True),
        click.option("--offset", type=click.IntRange(0), default=0, show_default=True),
        click.option("--province", "provinces", multiple=True, help="Only this province; may be repeated."),
        click.option("--exclude-province", "exclude_provinces", multiple=True, help="Not this province."),
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
