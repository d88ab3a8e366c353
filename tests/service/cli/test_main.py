"""How commands end: help, wrong use, named errors, Ctrl-C, and what nobody foresaw."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from service.cli.commands import cli
from service.shipped import chain_profile_paths
from tests.service.cli.running import GAP, done, run

LIANZHAO = [sys.executable, "-c", "from service.cli.main import main; main()"]


def paths_below(group: click.Group, *above: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*above, name)
        if isinstance(command, click.Group):
            yield from paths_below(command, *above, name)


COMMANDS = [(), *paths_below(cli)]
PRINTS_NO_JSON = {
    (),
    ("serve",),
    ("db",),
    ("ab",),
    ("event",),
    ("feedback",),
    ("index",),
    ("show",),
    ("user",),
}  # one runs on, the others only hold commands


# Help


def test_commands_that_are_promised_are_there() -> None:
    promised = {"db", "seed", "import", "template", "index", "match", "show", "serve", "evaluate", "demo"}
    assert set(cli.commands) >= promised


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_is_answered_and_opens_nothing(path: tuple[str, ...], tmp_path: Path) -> None:
    ended = run(*path, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"Usage: {' '.join(['lianzhao', *path])} ")
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_json_is_offered_by_what_prints(path: tuple[str, ...]) -> None:
    assert ("--json" in run(*path, "--help").out) == (path not in PRINTS_NO_JSON)


def test_version_is_said() -> None:
    assert done("--version").out.startswith("lianzhao, version 0.")


# Wrong use


@pytest.mark.parametrize(
    "arguments",
    [[], ["nosuch"], ["db"], ["index", "nosuch"], ["match", "--nosuch"], ["show", "run", "x"], ["import"]],
    ids=" ".join,
)
def test_wrong_use_ends_with_two(arguments: list[str]) -> None:
    ended = run(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("Usage: lianzhao")


# Named errors


@pytest.mark.parametrize(
    "arguments",
    [
        ["db", "check"],
        ["seed", str(chain_profile_paths()[2])],
        ["import", __file__],
        ["index", "build"],
        ["index", "status"],
        ["match", GAP],
        ["match", "--need", "铜箔"],
        ["show", "chains"],
        ["show", "chain", "C03"],
        ["show", "gap", GAP],
        ["show", "company", "F1"],
        ["show", "runs"],
        ["show", "run", "1"],
        ["serve"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_without_tables_each_command_says_where_they_lack_and_what_makes_them(
    arguments: list[str], tmp_path: Path
) -> None:
    ended = run(*arguments)
    assert (ended.code, ended.out) == (1, "")
    assert str(tmp_path / "home" / "lianzhao.sqlite3") in ended.error
    assert 'has no tables yet, this release needs another: run "lianzhao db upgrade"' in ended.error


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("PORT", "abc", "LIANZHAO_PORT: 'abc' is not a whole number from 1 to 65535"),
        ("HOMEE", "x", "LIANZHAO_HOMEE: no such setting; did you mean LIANZHAO_HOME?"),
        ("LANGUAGE", "fr", "LIANZHAO_LANGUAGE: 'fr' is not one of zh, en"),
        ("EMBEDDER", "/nowhere", "LIANZHAO_EMBEDDER: /nowhere: neither bundled-e5 nor hashing nor a folder"),
        ("DATABASE_URL", "sqlite:////nowhere/x", "database /nowhere/x: unable to open database file"),
        ("HOME", __file__, f"LIANZHAO_HOME: {__file__}: File exists; give a folder"),
    ],
)
def test_setting_that_cannot_be_used_is_named(
    variable: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"LIANZHAO_{variable}", value)
    ended = run("show", "chains")
    assert ended.code == 1
    assert ended.error.startswith(message)


@pytest.mark.parametrize(
    ("code", "advice"),
    [(errno.ENOSPC, "make room and try again"), (errno.EROFS, "give a place that can be written to")],
)
def test_error_of_the_system_names_the_file_and_what_to_do(
    code: int, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "service.cli.show.list_chains", raising(OSError(code, os.strerror(code), "/some/file"))
    )
    done("db", "upgrade")
    ended = run("show", "chains")
    assert ended.code == 1
    assert ended.error == f"/some/file: {os.strerror(code)}: {advice}"


def test_file_that_is_no_database_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes.txt").write_text("hello " * 200)
    monkeypatch.setenv("LIANZHAO_DATABASE_URL", f"sqlite:///{tmp_path}/notes.txt")
    ended = run("show", "chains")
    assert ended.code == 1
    assert ended.error.startswith(f"database {tmp_path}/notes.txt: file is not a database")


# What nobody foresaw


def raising(error: BaseException) -> object:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_unforeseen_error_is_one_line_and_its_traceback_a_file(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.cli.show.list_chains", raising(RuntimeError("first line\nsecond line")))
    ended = run("show", "chains")
    assert ended.code == 1
    log = empty_home / "errors.log"
    assert ended.error == f"unforeseen error (RuntimeError: first line): please report it with {log}"
    text = log.read_text("utf-8")
    assert "['show', 'chains']\nTraceback (most recent call last)" in text
    assert text.endswith("RuntimeError: first line\nsecond line\n\n")


def test_unforeseen_error_is_one_line_where_no_file_can_be_written(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty_home / "errors.log").mkdir()
    monkeypatch.setattr("service.cli.show.list_chains", raising(RuntimeError()))
    assert run("show", "chains").error == "unforeseen error (RuntimeError: ): please report it"


# Stopping


@pytest.mark.usefixtures("empty_home")
def test_ctrl_c_ends_with_130_and_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.cli.show.list_chains", raising(KeyboardInterrupt()))
    ended = run("show", "chains")
    assert ended.code == 130
    assert ended.error == "stopped; nothing was left half-written, vectors computed so far are kept"


def test_entry_point_loads_nothing_that_takes_time() -> None:
    # What it loads by itself, Ctrl-C interrupts with a traceback.
    code = "import sys, service.cli.main; print(sorted({'click', 'numpy', 'sqlalchemy'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_ctrl_c_while_packages_are_loaded_ends_as_later_ones_do(empty_home: Path) -> None:
    # SIGINT may be ignored here, as it is below a shell's “&”.
    start = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); print(1, flush=True)\n"
    code = start + LIANZHAO[2]
    with subprocess.Popen(
        [sys.executable, "-c", code, "show", "chains"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.2)  # far from the second or so that the packages take
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (
        130,
        "lianzhao: stopped; nothing was left half-written, vectors computed so far are kept\n",
    )
    assert not (empty_home / "errors.log").exists()


@pytest.mark.usefixtures("home")
def test_reader_that_has_seen_enough_ends_the_command_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [*LIANZHAO, "show", "chain", "C03"], stdout=writing, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, b"")
