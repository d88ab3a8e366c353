"""What all tests share: a database of each kind, golden files, and the walls around a test.

A test that asks for `database`, `database_url` or `session` runs on SQLite and on PostgreSQL, with all tables
there and empty. It may commit: rows are deleted after each test.
"""

from __future__ import annotations

import functools
import os
import re
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from models import Base
from service import passwords
from service.config import PREFIX, TEST_VARIABLES
from service.db import Database, open_database, upgrade_schema

GOLDEN = Path(__file__).parent / "golden"
POSTGRES_VARIABLE, REQUIRE_VARIABLE = TEST_VARIABLES
DEFAULT_POSTGRES_URL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
DATABASE_PREFIX = "lianzhao_test_"
LEFTOVER_AGE = timedelta(hours=6)
LEFTOVER_LOCK = 5_142_601_734  # any number but that of migrations/env.py


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--learn-again", type=Path, default=None, help="A home: learn the shipped weights in it again."
    )
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden; review the diff")


# Walls: a test writes to folders of its own and talks to this machine only.


@pytest.fixture(scope="session", autouse=True)
def _walls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for variable in [name for name in os.environ if name.startswith(PREFIX)]:
            if variable not in TEST_VARIABLES:
                patch.delenv(variable)
        patch.setenv(PREFIX + "HOME", str(tmp_path_factory.mktemp("home")))
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _stay_here(getattr(socket.socket, name), lambda args: args[1]))
        patch.setattr(socket.socket, "sendto", _stay_here(socket.socket.sendto, lambda args: args[-1]))
        patch.setattr(socket, "getaddrinfo", _stay_here(socket.getaddrinfo, lambda args: args))
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Passwords are hashed as in service/passwords.py, but in a thousandth of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "HOME", str(tmp_path / "home"))


def _stay_here(call: Callable[..., Any], address_in: Callable[[tuple[Any, ...]], Any]) -> Callable[..., Any]:
    """`call`, but only to this machine."""

    @functools.wraps(call)
    def guarded(*args: Any, **named: Any) -> Any:
        address = address_in(args)
        host = address[0] if isinstance(address, tuple) and address else None
        name = host.decode() if isinstance(host, bytes) else host  # not a tuple: a Unix socket
        if name and name not in ("localhost", "::1", "::", "0.0.0.0") and not name.startswith("127."):
            # Not an Exception: code that works without a network would swallow it.
            pytest.fail(f"the test reaches for the network: {name}; tests talk to this machine only")
        return call(*args, **named)

    return guarded


# Databases: one of each kind a worker, emptied after each test.


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def _worker_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    with _new_database(request.param, tmp_path_factory.mktemp("database")) as database:
        upgrade_schema(database)
        yield database


@pytest.fixture
def database(_worker_database: Database) -> Iterator[Database]:
    """A database with all tables, empty at the start of the test."""
    yield _worker_database
    _empty(_worker_database)


@pytest.fixture
def database_url(database: Database) -> str:
    """The URL of `database`, for what opens it by itself."""
    return database.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session on `database`; what the test does not commit is rolled back."""
    with Session(database.engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bare_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table, for tests that make or break tables."""
    if request.param == "sqlite":
        with _new_database("sqlite", tmp_path) as database:
            yield database
        return
    database = request.getfixturevalue("_worker_bare_postgres")
    yield database
    database.close()
    with database.session() as session:
        session.connection().exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")


@pytest.fixture(scope="session")
def _worker_bare_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with _new_database("postgres", tmp_path_factory.getbasetemp()) as database:
        yield database


@contextmanager
def _new_database(kind: str, folder: Path) -> Iterator[Database]:
    if kind == "sqlite":
        with closing(open_database(f"sqlite:///{folder / 'lianzhao.sqlite3'}")) as database:
            yield database
        return
    server = _postgres_server()
    # The moment in the name tells leftovers of killed runs from the databases of runs that go on beside this.
    name = f"{DATABASE_PREFIX}{datetime.now(UTC):%Y%m%d%H%M%S}_{secrets.token_hex(4)}"
    with _administering(server) as connection:
        _drop_leftovers(connection)
        connection.execute(
            text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' {_locale(connection)}")
        )
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    try:
        url = server.set(database=name).render_as_string(hide_password=False)
        with closing(open_database(url)) as database:
            yield database
    finally:
        with _administering(server) as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def _postgres_server() -> URL:
    """The server to make databases on. Skips the test where none answers, unless servers are required."""
    url, problem = _ask_postgres()
    if not problem:
        return url
    reason = f"no PostgreSQL answers at {url} ({problem}): start one or set {POSTGRES_VARIABLE}"
    if os.environ.get(REQUIRE_VARIABLE) == "1":
        pytest.fail(f"{REQUIRE_VARIABLE} is set, but {reason}", pytrace=False)
    pytest.skip(reason)


@functools.cache
def _ask_postgres() -> tuple[URL, str]:
    url = make_url(os.environ.get(POSTGRES_VARIABLE) or DEFAULT_POSTGRES_URL)
    try:
        with _administering(url) as connection:
            connection.execute(text("SELECT 1"))
    except OperationalError as err:
        return url, str(err.orig).strip().splitlines()[0]
    return url, ""


@contextmanager
def _administering(server: URL) -> Iterator[Connection]:
    engine = create_engine(
        server, isolation_level="AUTOCOMMIT", poolclass=NullPool, connect_args={"connect_timeout": 5}
    )
    with engine.connect() as connection:
        yield connection


def _locale(connection: Connection) -> str:
    """A locale that sorts as an office's server does, not by code points as SQLite does."""
    has_icu = connection.scalar(text("SELECT count(*) FROM pg_collation WHERE collprovider = 'i'"))
    version = connection.scalar(text("SELECT current_setting('server_version_num')::int"))
    return "LOCALE_PROVIDER icu ICU_LOCALE 'zh-Hans-CN'" if has_icu and version >= 150000 else ""


def _drop_leftovers(connection: Connection) -> None:
    if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEFTOVER_LOCK}):
        return  # another worker is at it
    names = connection.scalars(
        text("SELECT datname FROM pg_database WHERE starts_with(datname, :prefix)"),
        {"prefix": DATABASE_PREFIX},
    )
    for name in names.all():
        made_at = re.fullmatch(DATABASE_PREFIX + r"(\d{14})_[0-9a-f]{8}", name)
        if made_at and _moment(made_at[1]) < datetime.now(UTC) - LEFTOVER_AGE:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LEFTOVER_LOCK})


def _moment(digits: str) -> datetime:
    return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _empty(database: Database) -> None:
    """Delete all rows and start ids at 1 again. Many times faster than TRUNCATE, which waits for the disk."""
    tables = list(reversed(Base.metadata.sorted_tables))
    statements = [f"DELETE FROM {table.name}" for table in tables]
    if database.engine.dialect.name == "postgresql":
        # Not for ever, if the test left a connection in the middle of a transaction.
        statements.insert(0, "SET LOCAL lock_timeout = '10s'")
        statements += [
            f"SELECT setval('{table.name}_id_seq', 1, false)" for table in tables if "id" in table.c
        ]
        statements = ["; ".join(statements)]  # one way to the server and back
    with database.session() as session:
        for statement in statements:
            session.connection().exec_driver_sql(statement)


# Golden files: what others read, kept as text.


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """`golden(name, text)` fails unless tests/golden/name holds `text`; --update-golden rewrites it."""

    def compare(name: str, found: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(found.encode("utf-8"))
        elif not path.exists():
            pytest.fail(f"tests/golden/{name} is not there: run pytest --update-golden and review it")
        else:
            assert found == path.read_bytes().decode("utf-8"), (
                f"tests/golden/{name}: pytest --update-golden rewrites"
            )

    return compare
