"""`lianzhao serve`: where it listens, and what it says when it cannot."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from types import SimpleNamespace
from typing import Any

import pytest

from tests.service.cli.running import GAP, done, run

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What waitress was asked to serve, which it does not do here."""
    calls: list[dict[str, Any]] = []

    def create(_app: object, **named: Any) -> SimpleNamespace:
        return SimpleNamespace(run=lambda: calls.append(named))

    monkeypatch.setattr("waitress.server.create_server", create)
    monkeypatch.setattr("service.cli.serve._warm", lambda _: None)
    return calls


def test_taken_port_is_refused_and_named(served: list[dict[str, Any]]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("serve", "--port", str(port))
    assert (ended.code, ended.out) == (1, "")
    assert ended.error == (
        f"LIANZHAO_PORT: 127.0.0.1:{port}: Address already in use: stop what listens there or give --port"
    )
    assert served == []


def test_address_of_another_machine_is_refused_and_named(
    free_port: int, served: list[dict[str, Any]]
) -> None:
    ended = run("serve", "--host", "127.0.0.1.5", "--port", str(free_port))
    assert ended.code == 1
    assert ended.error.startswith(f"LIANZHAO_HOST: 127.0.0.1.5:{free_port}: ")
    assert ended.error.endswith("give an address of this machine, 127.0.0.1, or 0.0.0.0 for all")
    assert served == []


@pytest.mark.parametrize("arguments", [["--port", "0"], ["--port", "x"], ["--port", "65536"]])
def test_wrong_use_ends_with_two(arguments: list[str], served: list[dict[str, Any]]) -> None:
    assert run("serve", *arguments).code == 2
    assert served == []


def test_options_go_before_settings(
    free_port: int, served: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANZHAO_PORT", "1")
    ended = done("serve", "--port", str(free_port))
    assert ended.out == f"LianZhao: http://127.0.0.1:{free_port}/  (按Ctrl-C停止)\n"
    assert [(call["host"], call["port"]) for call in served] == [("127.0.0.1", free_port)]


def test_service_answers_until_it_is_stopped(free_port: int) -> None:
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "from service.cli.main import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "serve", "--port", str(free_port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert str(free_port) in process.stdout.readline()
            address = f"http://127.0.0.1:{free_port}/api/v1/gaps/{GAP}"
            with urllib.request.urlopen(address, timeout=10) as answer:
                assert GAP in answer.read().decode()
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, err) == (0, "")
