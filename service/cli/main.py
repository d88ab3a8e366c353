"""The command `lianzhao`. Commands call operations; what they print is made here.

Exit codes: 0 done, 1 a named error (one line on standard error), 2 wrong use, 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import click

from matching.errors import MatchingError
from service.cli.companies import import_command, template
from service.cli.database import db, seed
from service.cli.demo import demo
from service.cli.evaluate import evaluate
from service.cli.event import event
from service.cli.index import index
from service.cli.match import match
from service.cli.serve import serve
from service.cli.show import show
from service.config import read_config
from service.errors import ServiceError
from service.version import code_version

STOPPED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(code_version(), prog_name="lianzhao")
def cli() -> None:
    """LianZhao 链招: outside companies for the gaps of industrial chains, with reasons that can be checked.

    Data live in LIANZHAO_HOME (default ./instance). "lianzhao demo" sets up everything and shows it.
    """


for command in (demo, db, seed, import_command, template, index, match, show, serve, evaluate, event):
    cli.add_command(command)


def main() -> None:
    """Run the command line; every error ends as one line that says what to do."""
    try:
        code = cli.main(prog_name="lianzhao", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as err:
        err.show()
        sys.exit(2 if isinstance(err, click.UsageError) else 1)
    except (click.Abort, KeyboardInterrupt):
        _fail("stopped; nothing was left half-written, vectors computed so far are kept", STOPPED)
    except (ServiceError, MatchingError) as err:
        _fail(str(err))
    except BrokenPipeError:
        # The reader of our output (head, less) has seen enough: nothing to complain about.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as err:
        _fail(
            f"{err.filename or 'system'}: {err.strerror or err}: "
            "make it readable or writable, or free space, and try again"
        )
    except Exception as err:  # noqa: BLE001  the last line of defence: no traceback reaches a user
        _fail(f"unforeseen error ({type(err).__name__}: {err}): {_report()}")


def _fail(message: str, code: int = 1) -> None:
    click.echo(f"lianzhao: {message}", err=True)
    sys.exit(code)


def _report() -> str:
    """Keep the traceback in HOME/errors.log for whoever mends the program; says where."""
    try:
        path: Path = read_config().home / "errors.log"
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC).isoformat()} {sys.argv[1:]}\n{traceback.format_exc()}\n")
    except (OSError, ServiceError):
        return "please report it"
    return f"please report it with {path}"
