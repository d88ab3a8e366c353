"""The entry point of the command `lianzhao`: every end of a command is one of its exit codes and one line.

0 done, 1 a named error, 2 wrong use, 130 stopped with Ctrl-C. What is slow to import is imported inside
`main`, so that Ctrl-C in the first second ends as quietly as it does later.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from contextlib import suppress
from io import TextIOWrapper

STOPPED = 130
_ADVICE = {
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "check the path",
    errno.EISDIR: "give the name of a file",
    errno.EACCES: "mend its rights, or give another place",
    errno.EPERM: "mend its rights, or give another place",
    errno.EROFS: "give a place that can be written to",
    errno.ENOSPC: "make room and try again",
    errno.EDQUOT: "make room and try again",
    errno.EFBIG: "allow larger files (ulimit -f) and try again",
}


def main() -> None:
    """Run the command line; every error ends as one line that says what to do."""
    try:
        _write_what_fits(sys.stdout)
        _run()
    except KeyboardInterrupt:
        _fail("stopped; nothing was left half-written, vectors computed so far are kept", STOPPED)
    except OSError as err:
        what = err.filename or "system"
        _fail(f"{what}: {err.strerror or err}: {_ADVICE.get(err.errno or 0, 'mend that and try again')}")
    except Exception as err:  # noqa: BLE001  the last line of defence: no traceback reaches a user
        _fail(f"unforeseen error ({type(err).__name__}: {_first_line(err)}): {_report()}")


def _run() -> None:
    import click

    from matching.errors import MatchingError
    from service.cli.commands import OutputClosed, cli
    from service.errors import ServiceError

    try:
        code = cli.main(prog_name="lianzhao", standalone_mode=False)
    except click.ClickException as err:
        err.show()
        sys.exit(2 if isinstance(err, click.UsageError) else 1)
    except click.Abort:
        raise KeyboardInterrupt from None
    except (ServiceError, MatchingError) as err:
        _fail(str(err))
    except OutputClosed:
        # The reader of our output (head, less) has seen enough: nothing to complain about.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _write_what_fits(stream: object) -> None:
    """A terminal in GBK has no ◐: that is no reason to stop half-way."""
    if isinstance(stream, TextIOWrapper):  # not so where a test catches the output
        stream.reconfigure(errors="replace")


def _fail(message: str, code: int = 1) -> None:
    with suppress(OSError):  # nobody listens
        sys.stderr.write(f"lianzhao: {message}\n")
    sys.exit(code)


def _first_line(err: Exception) -> str:
    return (str(err).strip().splitlines() or [""])[0]


def _report() -> str:
    """Keep the traceback in HOME/errors.log for whoever mends the program; says where."""
    try:
        from datetime import UTC, datetime

        from service.config import read_config

        path = read_config().home / "errors.log"
        with path.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{datetime.now(UTC).isoformat()} {sys.argv[1:]}\n{traceback.format_exc()}\n")
    except Exception:  # noqa: BLE001  whatever is broken, the first error is the one to tell
        return "please report it"
    return f"please report it with {path}"
