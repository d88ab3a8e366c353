"""The walls of conftest.py: no network, no folder of an installation; and golden files that are compared."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from service.config import read_config
from tests import conftest

NO_NETWORK = "the test reaches for the network"


@pytest.mark.parametrize("host", ["example.com", "8.8.8.8", "2001:4860:4860::8888", b"example.com"])
def test_name_or_address_of_another_machine_is_not_looked_up(host: str | bytes) -> None:
    with pytest.raises(pytest.fail.Exception, match=NO_NETWORK):
        socket.getaddrinfo(host, 443)


@pytest.mark.parametrize("call", ["connect", "connect_ex"])
def test_other_machines_are_not_connected_to(call: str) -> None:
    with socket.socket() as plug, pytest.raises(pytest.fail.Exception, match=NO_NETWORK):
        getattr(plug, call)(("192.0.2.1", 443))


def test_nothing_is_sent_to_other_machines() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as plug:
        with pytest.raises(pytest.fail.Exception, match=NO_NETWORK):
            plug.sendto(b"?", ("192.0.2.1", 53))
        with pytest.raises(pytest.fail.Exception, match=NO_NETWORK):
            plug.sendto(b"?", 0, ("192.0.2.1", 53))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_may_be_talked_to(host: str) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    with server, socket.create_connection((host, server.getsockname()[1]), timeout=5) as plug:
        plug.sendall(b"a")
        with server.accept()[0] as other:
            assert other.recv(1) == b"a"


def test_home_is_a_folder_of_the_test(tmp_path: Path) -> None:
    assert read_config().home == tmp_path / "home"


def test_settings_of_the_developer_do_not_reach_a_test() -> None:
    assert {name for name in os.environ if name.startswith("LIANZHAO_")} <= {
        "LIANZHAO_HOME",
        "LIANZHAO_TEST_POSTGRES_URL",
        "LIANZHAO_REQUIRE_SERVERS",
    }


@pytest.fixture
def golden_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(conftest, "GOLDEN", tmp_path)
    return tmp_path


@pytest.fixture
def updating(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    return lambda on: monkeypatch.setattr(request.config.option, "update_golden", on)


def test_golden_text_is_compared_to_the_letter(
    golden: Callable[[str, str], None], golden_folder: Path, updating: Callable[[bool], None]
) -> None:
    updating(False)
    (golden_folder / "a.txt").write_bytes("电解铜箔\r\n".encode())
    golden("a.txt", "电解铜箔\r\n")
    with pytest.raises(AssertionError, match="--update-golden rewrites"):
        golden("a.txt", "电解铜箔\n")


def test_golden_text_that_is_not_there_fails(
    golden: Callable[[str, str], None], golden_folder: Path, updating: Callable[[bool], None]
) -> None:
    updating(False)
    with pytest.raises(pytest.fail.Exception, match=r"tests/golden/a\.txt is not there"):
        golden("a.txt", "")


def test_golden_text_is_rewritten_when_asked(
    golden: Callable[[str, str], None], golden_folder: Path, updating: Callable[[bool], None]
) -> None:
    updating(True)
    golden("api/a.txt", "新\n")
    assert (golden_folder / "api" / "a.txt").read_bytes() == "新\n".encode()
