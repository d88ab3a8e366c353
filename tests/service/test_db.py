"""The database: one transaction a block, and named errors when it cannot be used."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from models import User
from service import db
from service.db import Database, open_database, upgrade_schema
from service.errors import DatabaseBusy, DatabaseUnavailable
from tests.factories import make_user


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    return tmp_path / "x.sqlite3"


@pytest.fixture
def on_file(sqlite_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The database in `sqlite_file`, not connected yet; who waits for it waits shortly."""
    monkeypatch.setattr(db, "BUSY_TIMEOUT_S", 0.2)
    with closing(open_database(f"sqlite:///{sqlite_file}")) as database:
        yield database


def logins(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(User.login).order_by(User.id)))


def test_what_is_written_is_committed_at_the_end_of_the_block(database: Database) -> None:
    with database.session() as session:
        make_user(session, login="wang")
    assert logins(database) == ["wang"]


def test_an_error_takes_all_of_the_block_back(database: Database) -> None:
    with pytest.raises(KeyError), database.session() as session:  # noqa: PT012  the block is what is tested
        make_user(session, login="wang")
        raise KeyError
    assert logins(database) == []


def test_a_broken_constraint_takes_all_of_the_block_back_and_stays_an_integrity_error(
    database: Database,
) -> None:
    with pytest.raises(IntegrityError), database.session() as session:  # noqa: PT012  as above
        make_user(session, login="wang")
        make_user(session, login="wang")
    assert logins(database) == []


def test_what_is_changed_while_reading_is_not_kept(database: Database) -> None:
    with database.reading() as session:
        make_user(session, login="wang")
    assert logins(database) == []


def test_rows_can_be_used_after_the_block(database: Database) -> None:
    with database.session() as session:
        user = make_user(session, login="wang")
    assert user.login == "wang"


def test_reading_does_not_wait_for_a_writer(database: Database) -> None:
    with database.session() as session:
        make_user(session, login="wang")
        assert logins(database) == []


def test_second_writer_waits_for_the_first(database: Database) -> None:
    order = []

    def write() -> None:
        with database.session() as session:
            make_user(session, login="second")
            order.append("second")

    with database.session() as session:
        make_user(session, login="first")
        other = threading.Thread(target=write)
        other.start()
        if database.engine.dialect.name == "sqlite":  # PostgreSQL lets both write at once
            other.join(timeout=0.2)
        order.append("first")
    other.join(timeout=10)
    assert sorted(order) == ["first", "second"]
    assert sorted(logins(database)) == ["first", "second"]
    if database.engine.dialect.name == "sqlite":
        assert order == ["first", "second"]


# SQLite.


def test_sqlite_is_opened_as_it_should(on_file: Database) -> None:
    with on_file.reading() as session:
        pragmas = [
            session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "synchronous")
        ]
    assert pragmas == ["wal", 1, 1]  # 1: NORMAL


def test_sqlite_that_another_process_reads_can_be_opened(on_file: Database, sqlite_file: Path) -> None:
    # A file that is not in WAL mode cannot be switched then; it works as it is.
    with closing(sqlite3.connect(sqlite_file, isolation_level=None)) as other:
        other.execute("CREATE TABLE t (a)")
        other.execute("BEGIN")
        other.execute("SELECT * FROM t").fetchall()
        with on_file.reading() as session:
            assert session.scalar(text("SELECT count(*) FROM t")) == 0
            assert session.scalar(text("PRAGMA foreign_keys")) == 1


def test_sqlite_that_another_process_writes_for_too_long_is_busy(
    on_file: Database, sqlite_file: Path
) -> None:
    upgrade_schema(on_file)
    with closing(sqlite3.connect(sqlite_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy, match=r"another process is writing.*try again"), on_file.session():
            pytest.fail("the block must not begin")
        with pytest.raises(DatabaseBusy, match="another process is writing"):
            upgrade_schema(on_file)


def test_sqlite_file_in_no_folder_is_unavailable(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/missing/x.sqlite3")
    with pytest.raises(DatabaseUnavailable, match=r"unable to open database file.*LIANZHAO_DATABASE_URL"):
        logins(database)


@pytest.mark.parametrize("attempt", [upgrade_schema, logins])
def test_file_that_is_no_database_is_unavailable(
    on_file: Database, sqlite_file: Path, attempt: Callable[[Database], object]
) -> None:
    sqlite_file.write_text("公司,产品\n" * 200, encoding="utf-8")
    with pytest.raises(DatabaseUnavailable, match=r"not a database.*LIANZHAO_DATABASE_URL"):
        attempt(on_file)


# PostgreSQL.


def test_server_that_does_not_answer_is_unavailable() -> None:
    database = open_database("postgresql+psycopg://u:hunter2@127.0.0.1:1/db")
    for attempt in (upgrade_schema, logins):
        with pytest.raises(DatabaseUnavailable, match="LIANZHAO_DATABASE_URL") as caught:
            attempt(database)
        assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "_worker_database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_connection_that_breaks_is_unavailable_and_the_next_works(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable), database.session() as session:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert logins(database) == []


@pytest.mark.parametrize(
    "_worker_database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_lock_that_is_held_for_too_long_is_busy(database: Database) -> None:
    with database.session() as session:
        make_user(session, login="wang")
    with database.session() as holder:
        holder.execute(text("UPDATE user_account SET role = 'admin'"))
        with pytest.raises(DatabaseBusy), database.session() as session:  # noqa: PT012  as above
            session.execute(text("SET LOCAL lock_timeout = '100ms'"))
            session.execute(text("UPDATE user_account SET role = 'officer'"))
