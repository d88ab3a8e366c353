"""Settings: read once, checked, and silent about secrets."""

from __future__ import annotations

import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from service.config import MIN_SECRET_CHARS, PREFIX, SETTINGS, TEST_VARIABLES, Config, read_config
from service.errors import ConfigError

KEY = "k" * MIN_SECRET_CHARS


def read(tmp_path: Path, **values: str) -> Config:
    """The settings with HOME in `tmp_path` and LIANZHAO_<name> of `values`."""
    return read_config({f"{PREFIX}HOME": str(tmp_path), **{PREFIX + name: v for name, v in values.items()}})


def refusal(tmp_path: Path, **values: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, **values)
    return caught.value


def test_without_settings_the_defaults_hold(tmp_path: Path) -> None:
    config = read(tmp_path)
    assert config == Config(
        home=tmp_path,
        database_url=f"sqlite:///{tmp_path}/lianzhao.sqlite3",
        embedder="bundled-e5",
        precision="auto",
        threads=2,
        language="zh",
        host="127.0.0.1",
        port=8000,
        access="open",
        session_idle_minutes=60,
        session_hours=12,
        proxies=0,
        home_province="甘肃",
        given_secret_key=None,
    )


def test_every_setting_is_read(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        DATABASE_URL="postgresql://bureau@db/lianzhao",
        EMBEDDER="hashing",
        PRECISION="bfloat16",
        THREADS="4",
        LANGUAGE="en",
        HOST="0.0.0.0",
        PORT="9000",
        SECRET_KEY=KEY,
        ACCESS="login",
        SESSION_IDLE_MINUTES="30",
        SESSION_HOURS="8",
        PROXIES="1",
        HOME_PROVINCE="宁夏",
    )
    assert config == Config(
        home=tmp_path,
        database_url="postgresql+psycopg://bureau@db/lianzhao",
        embedder="hashing",
        precision="bfloat16",
        threads=4,
        language="en",
        host="0.0.0.0",
        port=9000,
        access="login",
        session_idle_minutes=30,
        session_hours=8,
        proxies=1,
        home_province="宁夏",
        given_secret_key=KEY,
    )


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_setting_says_what_it_is_for(setting: Any) -> None:
    assert setting.variable == f"LIANZHAO_{setting.name}"
    assert setting.help.endswith(".")


def test_defaults_are_read_as_a_set_variable_would_be(tmp_path: Path) -> None:
    written_out = {s.name: s.default for s in SETTINGS if s.name != "HOME" and s.default}
    assert read(tmp_path, **written_out) == read(tmp_path)


@pytest.mark.parametrize("value", ["", "  ", "\t"])
@pytest.mark.parametrize("name", [s.name for s in SETTINGS if s.name not in ("HOME", "HOME_PROVINCE")])
def test_empty_variable_is_as_if_not_set(tmp_path: Path, name: str, value: str) -> None:
    assert read(tmp_path, **{name: value}) == read(tmp_path)


def test_blanks_around_a_value_do_not_count(tmp_path: Path) -> None:
    assert read(tmp_path, PORT=" 9000\n").port == 9000


# Overrides, as the command line gives them.


def test_override_goes_before_the_environment(tmp_path: Path) -> None:
    environ = {"LIANZHAO_HOME": str(tmp_path), "LIANZHAO_PORT": "9000"}
    assert read_config(environ, port=8001).port == 8001
    assert read_config(environ, port=None).port == 9000


def test_override_is_checked_like_a_variable(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"LIANZHAO_PORT: '0' is not a whole number from 1 to 65535"):
        read_config({"LIANZHAO_HOME": str(tmp_path)}, port=0)


def test_override_of_no_setting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="LIANZHAO_COLOUR: no such setting"):
        read_config({"LIANZHAO_HOME": str(tmp_path)}, colour="red")


# Variables that are no setting.


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("DATABASE_URI", "DATABASE_URL"), ("DB_URL", "DATABASE_URL"), ("LANG", "LANGUAGE"), ("port", "PORT")],
)
def test_slip_of_the_pen_is_answered_with_the_right_name(tmp_path: Path, slip: str, meant: str) -> None:
    error = refusal(tmp_path, **{slip: "x"})
    assert str(error) == f"LIANZHAO_{slip}: no such setting; did you mean LIANZHAO_{meant}?"
    assert error.setting == f"LIANZHAO_{slip}"


def test_variable_like_no_setting_is_answered_with_all_of_them(tmp_path: Path) -> None:
    message = str(refusal(tmp_path, XYZZY="1"))
    assert message.startswith("LIANZHAO_XYZZY: no such setting; unset it; settings are ")
    assert all(setting.variable in message for setting in SETTINGS)


def test_other_variables_are_nobodys_business(tmp_path: Path) -> None:
    environ = {"LIANZHAO_HOME": str(tmp_path), "PORT": "1", "lianzhao_port": "2", "PATH": ""}
    assert read_config(environ).port == 8000


def test_variables_of_the_tests_are_known(tmp_path: Path) -> None:
    environ = {"LIANZHAO_HOME": str(tmp_path), **dict.fromkeys(TEST_VARIABLES, "x")}
    assert read_config(environ).port == 8000


# Bad values: each names its setting, the value and what to do.


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "0", "'0' is not a whole number from 1 to 65535"),
        ("PORT", "65536", "'65536' is not a whole number from 1 to 65535"),
        ("PORT", "http", "'http' is not a whole number"),
        ("PORT", "-1", "'-1' is not a whole number"),
        ("PORT", "8000.0", "'8000.0' is not a whole number"),
        ("PORT", "８０００", "'８０００' is not a whole number"),
        ("THREADS", "0", "'0' is not a whole number from 1 to 256"),
        ("THREADS", "257", "'257' is not a whole number from 1 to 256"),
        ("THREADS", "²", "'²' is not a whole number"),
        ("LANGUAGE", "de", "'de' is not one of zh, en"),
        ("LANGUAGE", "ZH", "'ZH' is not one of zh, en"),
        ("PRECISION", "float16", "'float16' is not one of auto, float32, bfloat16"),
        ("HOST", "http://0.0.0.0", "'http://0.0.0.0' is no address; write 127.0.0.1"),
        ("HOST", "a b", "'a b' is no address"),
        ("HOST", "0.0.0.0/24", "'0.0.0.0/24' is no address"),
        ("HOME_PROVINCE", "火星", "'火星' is no province; write one such as 甘肃, or nothing"),
        ("HOME_PROVINCE", "兰州市", "'兰州市' is no province"),
        ("EMBEDDER", "bge-m3", "bge-m3: neither bundled-e5 nor hashing nor a folder"),
        ("SECRET_KEY", "short", f"5 characters are too few; give {MIN_SECRET_CHARS} or more"),
        ("DATABASE_URL", "lianzhao.db", "not a database URL; write postgresql://user@host/name"),
        ("DATABASE_URL", "mysql://u@h/db", "mysql is not known; use sqlite:///"),
        ("DATABASE_URL", "postgresql://u@h:port/db", "not a database URL"),
        ("DATABASE_URL", "sqlite://", "sqlite:// is in memory, where each thread has its own; give a file"),
        ("DATABASE_URL", "sqlite:///:memory:", "is in memory"),
    ],
)
def test_value_that_cannot_be_used_is_refused(tmp_path: Path, name: str, value: str, says: str) -> None:
    error = refusal(tmp_path, **{name: value})
    assert error.setting == f"LIANZHAO_{name}"
    assert str(error).startswith(f"LIANZHAO_{name}: ")
    assert says in str(error)


# HOME.


def test_home_is_made_with_its_parents(tmp_path: Path) -> None:
    home = tmp_path / "a" / "省 局?#%20"
    config = read_config({"LIANZHAO_HOME": str(home)})
    assert home.is_dir()
    assert list(home.iterdir()) == []
    assert (config.index_folder, config.cache_folder, config.models_folder) == (
        home / "index",
        home / "cache",
        home / "models",
    )


def test_database_file_is_in_home_whatever_homes_name_is(tmp_path: Path) -> None:
    home = tmp_path / "省 局?#%20"
    url = read_config({"LIANZHAO_HOME": str(home)}).database_url
    assert make_url(url).database == str(home / "lianzhao.sqlite3")


def test_home_is_instance_in_the_working_folder_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = read_config({})
    assert config.home == tmp_path / "instance"
    monkeypatch.chdir("/")
    assert config.home == tmp_path / "instance"  # does not move with the working folder


def test_tilde_in_home_is_the_users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_config({"LIANZHAO_HOME": "~/lianzhao"}).home == tmp_path / "lianzhao"


def test_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("")
    with pytest.raises(
        ConfigError, match=rf"LIANZHAO_HOME: {taken}: .*; give a folder that LianZhao may write"
    ):
        read_config({"LIANZHAO_HOME": str(taken)})


def test_empty_override_of_home_is_refused() -> None:
    with pytest.raises(ConfigError, match="LIANZHAO_HOME: empty; give the folder"):
        read_config({}, home="")


# Province, embedder.


@pytest.mark.parametrize("written", ["甘肃", "甘肃省", " 甘肃省 ", "甘 肃"])
def test_province_is_kept_by_its_short_name(tmp_path: Path, written: str) -> None:
    assert read(tmp_path, HOME_PROVINCE=written).home_province == "甘肃"


@pytest.mark.parametrize(
    ("written", "short"), [("广西壮族自治区", "广西"), ("内蒙古自治区", "内蒙古"), ("北京市", "北京")]
)
def test_regions_and_cities_of_the_rank_of_provinces_count(tmp_path: Path, written: str, short: str) -> None:
    assert read(tmp_path, HOME_PROVINCE=written).home_province == short


@pytest.mark.parametrize("value", ["", "  "])
def test_province_can_be_set_to_none(tmp_path: Path, value: str) -> None:
    assert read(tmp_path, HOME_PROVINCE=value).home_province is None


def test_embedder_may_be_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bge-m3").mkdir()
    monkeypatch.chdir(tmp_path)
    assert read(tmp_path, EMBEDDER="bge-m3").embedder == str(tmp_path / "bge-m3")


# Database URLs.


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u@h/db", "postgresql+psycopg://u@h/db"),
        ("postgresql://u@h/db", "postgresql+psycopg://u@h/db"),
        ("postgresql+psycopg2://u:p%40ss@h:5433/db", "postgresql+psycopg://u:p%40ss@h:5433/db"),
        ("postgresql+psycopg://h/db?sslmode=require", "postgresql+psycopg://h/db?sslmode=require"),
        ("postgresql:///db?host=/run/pg", "postgresql+psycopg:///db?host=/run/pg"),
        ("sqlite:///x.db", "sqlite:///x.db"),
        ("sqlite:////srv/x.db", "sqlite:////srv/x.db"),
        ("sqlite+pysqlite:///x.db", "sqlite:///x.db"),
        ("sqlite+aiosqlite:///x.db", "sqlite:///x.db"),
    ],
)
def test_database_url_is_given_the_driver_that_is_installed(tmp_path: Path, given: str, used: str) -> None:
    assert make_url(read(tmp_path, DATABASE_URL=given).database_url) == make_url(used)


def test_password_reaches_the_driver(tmp_path: Path) -> None:
    config = read(tmp_path, DATABASE_URL="postgresql://u:p%40ss@h/db")
    assert make_url(config.database_url).password == "p@ss"


# Secrets.


def test_neither_password_nor_key_is_in_the_repr(tmp_path: Path) -> None:
    config = read(tmp_path, DATABASE_URL="postgresql://u:hunter2-pw@h/db", SECRET_KEY="hunter2-key-hunter2")
    assert "hunter2" not in repr(config)


@pytest.mark.parametrize(
    "url",
    [
        "://u:hunter2@h/db",
        "host=h password=hunter2",
        "mysql://u:hunter2@h/db",
        "postgresql://u:hunter2@h:hunter2/db",
        "postgresql://u:hunter2@[::1/db",
        "oracle+cx:hunter2@h",
    ],
)
def test_password_is_in_no_error_nor_in_its_traceback(tmp_path: Path, url: str) -> None:
    error = refusal(tmp_path, DATABASE_URL=url)
    assert "hunter2" not in "".join(traceback.format_exception(error))


def test_short_key_is_not_repeated(tmp_path: Path) -> None:
    assert "hunter2" not in str(refusal(tmp_path, SECRET_KEY="hunter2"))


def test_given_key_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    assert read(tmp_path, SECRET_KEY=KEY).secret_key == KEY
    assert list(tmp_path.iterdir()) == []


def test_key_is_made_on_first_use_and_kept(tmp_path: Path) -> None:
    config = read(tmp_path)
    assert list(tmp_path.iterdir()) == []
    key = config.secret_key
    assert len(key) == 64  # 48 random bytes
    assert read(tmp_path).secret_key == key
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_each_home_has_a_key_of_its_own(tmp_path: Path) -> None:
    assert read(tmp_path / "a").secret_key != read(tmp_path / "b").secret_key


def test_key_file_is_for_its_owner_only(tmp_path: Path) -> None:
    assert read(tmp_path).secret_key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"short\n", b"   " * 20])
def test_damaged_key_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret_key").write_bytes(content)
    with pytest.raises(ConfigError, match=r"LIANZHAO_SECRET_KEY: .*secret_key is damaged; delete it"):
        _ = read(tmp_path).secret_key


def test_key_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_bytes(b"\xff" * 40)
    with pytest.raises(ConfigError, match=r"LIANZHAO_SECRET_KEY: .*make the file readable, or set the key"):
        _ = read(tmp_path).secret_key


def test_key_file_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").mkdir()
    with pytest.raises(ConfigError, match=r"LIANZHAO_SECRET_KEY: .*make the file readable, or set the key"):
        _ = read(tmp_path).secret_key


def test_key_made_by_two_processes_at_once_is_one(tmp_path: Path) -> None:
    code = """
import sys
from service.config import read_config
config = read_config({"LIANZHAO_HOME": sys.argv[1]})
print("ready", flush=True)
sys.stdin.readline()
print(config.secret_key)
"""
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    keys = [process.communicate(timeout=60)[0].strip() for process in both]
    assert keys[0] == keys[1] == read(tmp_path).secret_key
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_process_that_comes_second_takes_the_key_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other's file appears between the look and the writing."""
    kept = tmp_path / "secret_key"
    kept.write_text("first" * 10, encoding="ascii")
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: False if path == kept else exists(path))
    assert read(tmp_path).secret_key == "first" * 10
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
