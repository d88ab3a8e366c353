"""All commands. They call operations; what they print is made here."""

from __future__ import annotations

from typing import Any

import click

from service.cli.companies import import_command, template
from service.cli.compliance import check_compliance
from service.cli.context import Opened
from service.cli.database import db, seed
from service.cli.demo import demo
from service.cli.drafts import draft_gaps
from service.cli.evaluate import evaluate
from service.cli.event_forms import FORM_COMMANDS
from service.cli.event_lists import event
from service.cli.gap_checks import check_gap
from service.cli.index import index
from service.cli.match import match
from service.cli.serve import serve
from service.cli.show import show
from service.cli.train import train
from service.cli.users import user
from service.version import code_version


class OutputClosed(Exception):
    """Whoever read the output has gone. Not an OSError, of which click makes an exit code of its own."""


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as err:
            raise OutputClosed from err


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(code_version(), prog_name="lianzhao")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """LianZhao 链招: outside companies for the gaps of industrial chains, with reasons that can be checked.

    Data live in LIANZHAO_HOME (default ./instance). "lianzhao demo" sets up everything and shows it.
    """
    ctx.obj = ctx.with_resource(Opened())


for command in (
    demo,
    db,
    seed,
    import_command,
    template,
    index,
    match,
    show,
    serve,
    evaluate,
    check_compliance,
    check_gap,
    draft_gaps,
    event,
    train,
    user,
):
    cli.add_command(command)
for command in FORM_COMMANDS:
    event.add_command(command)
