"""The database: opened once, one transaction a request, job or command.

Operations flush; whoever opened the session here commits by leaving the block without an error.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from service.errors import DatabaseBusy, DatabaseUnavailable, SchemaMismatch

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
# An import of 100,000 rows holds the write lock of SQLite for about as long.
BUSY_TIMEOUT_S = 300


class Database:
    """One database with its connections."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session to write with: committed at the end of the block, rolled back on any error.

        On SQLite the write lock is taken at the start, so that two writers wait instead of failing halfway.
        Raises DatabaseBusy or DatabaseUnavailable.
        """
        with self._open({"lianzhao_write": True}) as session:
            yield session
            session.commit()

    @contextmanager
    def brief_session(self) -> Iterator[Session]:
        """As `session`, but for what may as well be left out: DatabaseBusy comes at once, not in minutes."""
        with self._open({"lianzhao_write": True, "lianzhao_wait_s": 0}) as session:
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to read with; what is changed in it is not kept. Never waits for writers on SQLite."""
        with self._open({}) as session:
            yield session

    @contextmanager
    def _open(self, options: dict[str, Any]) -> Iterator[Session]:
        try:
            with self._sessions() as session:
                session.connection(execution_options=options)
                yield session
        except DBAPIError as err:
            if _is_outage(err):
                raise _named(err, self.place) from err
            raise

    @property
    def place(self) -> str:
        """The file, or the URL without its password: what a message may say."""
        url = self.engine.url
        is_file = url.get_backend_name() == "sqlite"
        return str(url.database) if is_file else url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """The database at `url` (SQLite or PostgreSQL). Connects to nothing yet."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(url, pool_pre_ping=True)
    return Database(engine)


def upgrade_schema(database: Database) -> None:
    """Bring the tables to this release's version; nothing happens where they are.

    Raises SchemaMismatch when they are newer, DatabaseUnavailable or DatabaseBusy.
    """
    with _connection(database) as connection:
        _refuse_newer(connection, database.place)
        connection.rollback()  # the migrations begin a transaction of their own, see migrations/env.py
        config = _alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def check_schema(database: Database) -> None:
    """Raise SchemaMismatch unless the tables are those of this release."""
    with _connection(database) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        if found == newest_version():
            return
        _refuse_newer(connection, database.place)
    state = f"has version {found}" if found else "has no tables yet"
    raise SchemaMismatch(
        f"database {database.place} {state}, this release needs another: "
        'run "lianzhao db upgrade", or set LIANZHAO_HOME if it is kept elsewhere'
    )


def newest_version() -> str | None:
    """The version that the tables of this release have."""
    return ScriptDirectory.from_config(_alembic()).get_current_head()


def _alembic() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _refuse_newer(connection: Connection, place: str) -> None:
    found = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaMismatch(
            f"database {place} has version {found}, which this release does not know: "
            "a newer release wrote it; run that release, or restore the copy made before the upgrade"
        )


@contextmanager
def _connection(database: Database) -> Iterator[Connection]:
    try:
        with database.engine.connect() as connection:
            yield connection
    except DBAPIError as err:
        if _is_outage(err):
            raise _named(err, database.place) from err
        raise


def _prepare_sqlite(connection: Any, record: Any) -> None:  # noqa: ARG001  SQLAlchemy's signature
    # SQLAlchemy begins transactions itself (see _begin_sqlite): the driver's leave out reads and DDL.
    connection.isolation_level = None
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as err:
        # Two processes open a new file at once: SQLite does not wait here, and the other switches it.
        if err.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    driver: Any = connection.connection.driver_connection
    wait_s = options.get("lianzhao_wait_s", BUSY_TIMEOUT_S)
    # On the driver's connection: it is no statement of ours, and connections are used again by others.
    driver.execute(f"PRAGMA busy_timeout={int(wait_s * 1000)}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("lianzhao_write", False) else "BEGIN")


def _is_outage(err: DBAPIError) -> bool:
    # The bare DatabaseError is SQLite's for a damaged file, or one that is no database.
    return type(err) in (OperationalError, DatabaseError) or err.connection_invalidated


def _named(err: DBAPIError, place: str) -> DatabaseBusy | DatabaseUnavailable:
    reason = str(err.orig).strip().splitlines()[0] if str(err.orig).strip() else type(err.orig).__name__
    if "locked" in reason or "lock timeout" in reason:
        return DatabaseBusy(
            f"database: another process is writing ({reason}): wait until it is done and try again"
        )
    if "is full" in reason or "No space left" in reason:
        return DatabaseUnavailable(f"database {place}: {reason}: make room and try again; nothing was stored")
    return DatabaseUnavailable(
        f"database {place}: {reason}: check LIANZHAO_DATABASE_URL, the server, and the rights of the folder"
    )
