"""What Alembic runs: on the connection that service/db.py hands over, or, from the `alembic` command, on the
database of the settings.
"""

from __future__ import annotations

import logging
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, text

import models
from models.base import UtcDateTime
from service.config import read_config
from service.db import open_database
from service.errors import SchemaMismatch

# Any number that is no other program's: two processes that upgrade at once take turns by it.
POSTGRES_LOCK = 5_142_601_733


def render_type(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:  # noqa: ARG001
    """Migrations name plain types: a class of models/ may change after they are written."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


OPTIONS: dict[str, Any] = {
    "target_metadata": models.Base.metadata,
    # Also where autogenerate runs on PostgreSQL: there a batch is plain ALTER TABLE, but SQLite needs it.
    "render_as_batch": True,
    "render_item": render_type,
    "compare_type": True,
    "compare_server_default": True,
}


def run_on(connection: Connection) -> None:
    """Run all in one transaction, so that a stopped upgrade leaves the tables as they were."""
    is_sqlite = connection.dialect.name == "sqlite"
    if connection.in_transaction():
        raise RuntimeError("migrations were given a connection with an open transaction; end it first")
    try:
        if is_sqlite:
            # A batch drops and rebuilds a table; with keys enforced the drop would delete the rows that point
            # to it. SQLite ignores the switch inside a transaction, hence the bare driver connection.
            set_foreign_keys(connection, "OFF")
            connection.execution_options(lianzhao_write=True)
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": POSTGRES_LOCK})
            context.configure(connection=connection, **OPTIONS)
            context.run_migrations()
            if is_sqlite:
                refuse_broken_keys(connection)
    finally:
        if is_sqlite and not connection.invalidated:
            set_foreign_keys(connection, "ON")


def set_foreign_keys(connection: Connection, state: Literal["ON", "OFF"]) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA foreign_keys={state}")


def refuse_broken_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        table, row, target, _ = broken[0]
        raise SchemaMismatch(
            f"upgrade stopped, nothing was changed: {len(broken)} rows point to what is not there, the first "
            f"is row {row} of {table}, which points to {target}: correct or delete them and run it again"
        )


def run() -> None:
    handed_over: Connection | None = context.config.attributes.get("connection")
    if handed_over is not None:
        run_on(handed_over)
        return
    url = read_config().database_url
    if context.is_offline_mode():
        context.configure(url=url, literal_binds=True, dialect_opts={"paramstyle": "named"}, **OPTIONS)
        with context.begin_transaction():
            context.run_migrations()
        return
    logging.basicConfig(format="%(message)s")
    logging.getLogger("alembic").setLevel(logging.INFO)
    database = open_database(url)
    try:
        with database.engine.connect() as connection:
            run_on(connection)
    finally:
        database.close()


run()
