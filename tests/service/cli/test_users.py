"""`lianzhao user`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.service.cli.running import done, run


def test_first_administrator_gets_a_password_shown_once(empty_home: Path) -> None:
    assert done("user", "list").out == "还没有账号：lianzhao user add LOGIN --role admin\n"
    made = done("user", "add", "wang", "--role", "admin", "--name", "王伟", "--json").json
    assert made["role"] == "admin"
    assert made["must_change_password"] is True
    assert len(made["password"]) == 19
    assert done("user", "list").out == "wang\tadmin\t在用\t王伟\n"
    assert made["password"] not in done("user", "list", "--json").out


def test_account_of_a_region_is_listed_with_it(empty_home: Path) -> None:
    done("user", "add", "li", "--role", "officer", "--region", "620100")
    assert done("user", "list").out == "li\tofficer\t在用\tli\t兰州市\n"


def test_account_is_disabled_and_enabled_again(empty_home: Path) -> None:
    done("user", "add", "wang")
    assert done("user", "disable", "wang").out == "wang：已停用\n".replace("：", ": ")
    assert done("user", "list", "--json").json[0]["active"] is False
    done("user", "enable", "WANG")
    assert done("user", "list", "--json").json[0]["active"] is True


def test_password_is_reset(empty_home: Path) -> None:
    first = done("user", "add", "wang", "--json").json["password"]
    assert done("user", "reset-password", "wang", "--json").json["password"] != first


def test_token_is_told_once(empty_home: Path) -> None:
    done("user", "add", "wang", "--role", "officer")
    made = done("user", "token", "wang", "--role", "admin", "--days", "7", "--json").json
    assert made["token"].startswith("lz_")
    assert made["role"] == "officer"  # no more than the account


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "w"), "login 'w': give 2 to 50 letters"),
        (("add", "li", "--region", "1"), "region '1': is no code"),
        (("disable", "nobody"), "user 'nobody': not found"),
        (("token", "nobody"), "user 'nobody': not found"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    empty_home: Path, arguments: tuple[str, ...], told: str
) -> None:
    ended = run("user", *arguments)
    assert ended.code == 1
    assert told in ended.err
    assert ended.err.count("\n") == 1


def test_last_administrator_stays(empty_home: Path) -> None:
    done("user", "add", "wang", "--role", "admin")
    assert "last administrator" in run("user", "disable", "wang").err
