"""Running migrations on a database, and looking at what they made of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic.config import Config
from sqlalchemy import text

from service.db import MIGRATIONS, Database, newest_version

INI = MIGRATIONS / "alembic.ini"
NEXT = "9999"  # a version that no release has


def alembic(database: Database, command: Callable[..., Any], *args: Any, folder: Path = MIGRATIONS) -> None:
    """Run one of alembic.command's functions on `database`."""
    config = Config(folder / "alembic.ini")
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command(config, *args)


def folder_with_next(tmp_path: Path, upgrade: str, downgrade: str = "pass") -> Path:
    """A copy of the migrations with one more, `NEXT`, of these bodies."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    lines = [
        '"""A test\'s own."""',
        "import sqlalchemy as sa",
        "from alembic import op",
        f"revision, down_revision, branch_labels, depends_on = '{NEXT}', '{newest_version()}', None, None",
        "def upgrade():",
        *(f"    {line}" for line in upgrade.splitlines()),
        "def downgrade():",
        *(f"    {line}" for line in downgrade.splitlines()),
    ]
    (folder / "versions" / f"{NEXT}_next.py").write_text("\n".join(lines), encoding="utf-8")
    return folder


def schema_of(database: Database) -> dict[str, list[str]]:
    """All that the database itself tells of its tables, but alembic_version: name → sorted definitions."""
    read = _sqlite_schema if database.engine.dialect.name == "sqlite" else _postgres_schema
    found = read(database)
    found.pop("alembic_version", None)
    return {name: sorted(lines) for name, lines in found.items()}


def _sqlite_schema(database: Database) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with database.reading() as session:
        for table, sql in session.execute(
            text("SELECT tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        ):
            # SQLite quotes the name of a table that was renamed, which every rebuilt one is.
            sql = sql.replace(f'CREATE TABLE "{table}"', f"CREATE TABLE {table}")
            lines = [" ".join(line.split()).rstrip(" ,") for line in sql.splitlines()]
            found.setdefault(table, []).extend(line for line in lines if line)
    return found


_POSTGRES_PARTS = (
    # columns, with type, collation where it is not the type's own, NOT NULL and default
    """SELECT c.relname, concat_ws(' ', 'column', a.attname, format_type(a.atttypid, a.atttypmod),
              CASE WHEN a.attcollation <> t.typcollation THEN 'collate ' || l.collname END,
              CASE WHEN a.attnotnull THEN 'not null' END, pg_get_expr(d.adbin, d.adrelid))
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_collation l ON l.oid = a.attcollation
       LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'""",
    """SELECT c.relname, concat_ws(' ', 'constraint', k.conname, pg_get_constraintdef(k.oid))
       FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
       WHERE c.relnamespace = 'public'::regnamespace""",
    "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT c.relname, 'sequence' FROM pg_class c
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S'""",
)


def _postgres_schema(database: Database) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with database.reading() as session:
        for part in _POSTGRES_PARTS:
            for name, line in session.execute(text(part)):
                found.setdefault(name, []).append(line)
    return found
