"""Upgrading loses nothing: not when it stops, not when two do it, not when a table is rebuilt."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from models import Chain, ChainLink
from service import db
from service.db import MIGRATIONS, Database, check_schema, newest_version, upgrade_schema
from service.errors import SchemaMismatch
from tests.factories import make_chain
from tests.migrations.steps import INI, NEXT, alembic, folder_with_next, schema_of

NOW = newest_version()
REBUILD_CHAIN = """\
with op.batch_alter_table('chain', recreate='auto') as batch:
    batch.alter_column('summary', existing_type=sa.Text(), nullable=True)
"""
UNDO_REBUILD = REBUILD_CHAIN.replace("nullable=True", "nullable=False")


def use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "MIGRATIONS", folder)


def url_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def test_database_without_tables_is_told_apart(bare_database: Database) -> None:
    with pytest.raises(SchemaMismatch, match=r"has no tables yet.*lianzhao db upgrade"):
        check_schema(bare_database)


def test_upgraded_database_is_right(database: Database) -> None:
    check_schema(database)


def test_upgrade_of_what_is_up_to_date_changes_nothing(database: Database) -> None:
    with database.session() as session:
        make_chain(session)
    before = schema_of(database)
    upgrade_schema(database)
    assert schema_of(database) == before
    with database.reading() as session:
        assert session.scalars(select(Chain.code)).all() == ["CU"]


def test_older_database_is_told_apart(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(folder_with_next(tmp_path, "pass"), monkeypatch)
    with pytest.raises(SchemaMismatch, match=rf"has version {NOW}.*lianzhao db upgrade"):
        check_schema(database)


def test_newer_database_is_refused_and_left_alone(
    bare_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        use(folder_with_next(tmp_path, "op.create_table('later', sa.Column('id', sa.Integer()))"), patch)
        upgrade_schema(bare_database)
    for attempt in (upgrade_schema, check_schema):
        with pytest.raises(SchemaMismatch, match=f"has version {NEXT}, which this release does not know"):
            attempt(bare_database)
    assert "later" in inspect(bare_database.engine).get_table_names()


def test_upgrade_that_stops_halfway_leaves_all_as_it_was(
    bare_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade_schema(bare_database)
    with bare_database.session() as session:
        make_chain(session)
    before = schema_of(bare_database)
    halfway = (
        "op.create_table('later', sa.Column('id', sa.Integer()))\n"
        "op.execute('DELETE FROM chain_link')\n"
        "raise OSError('disk full')"
    )
    use(folder_with_next(tmp_path, halfway), monkeypatch)
    with pytest.raises(OSError, match="disk full"):
        upgrade_schema(bare_database)
    assert schema_of(bare_database) == before
    with bare_database.reading() as session:
        assert len(session.scalars(select(ChainLink)).all()) == 2
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == NOW


def test_rebuilt_table_keeps_the_rows_that_point_to_it(
    bare_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade_schema(bare_database)
    with bare_database.session() as session:
        make_chain(session, links=("mining", "smelting"))
    folder = folder_with_next(tmp_path, REBUILD_CHAIN, UNDO_REBUILD)
    use(folder, monkeypatch)
    upgrade_schema(bare_database)
    alembic(bare_database, command.downgrade, str(NOW), folder=folder)
    with bare_database.reading() as session:
        assert session.scalars(select(ChainLink.code).order_by(ChainLink.code)).all() == [
            "mining",
            "smelting",
        ]


def test_foreign_keys_hold_again_after_an_upgrade(database: Database) -> None:
    upgrade_schema(database)
    with database.session() as session:
        session.add(ChainLink(chain_id=99, code="x", name="x", name_en="x", position="upstream"))
        with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
            session.flush()
        session.rollback()


# PostgreSQL holds to its keys by itself, also during migrations.
@pytest.mark.parametrize("bare_database", ["sqlite"], indirect=True)
def test_upgrade_that_leaves_rows_pointing_nowhere_is_taken_back(
    bare_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade_schema(bare_database)
    with bare_database.session() as session:
        make_chain(session, links=("mining",))
    use(folder_with_next(tmp_path, "op.execute('DELETE FROM chain')"), monkeypatch)
    with pytest.raises(SchemaMismatch, match=r"nothing was changed: 1 rows.*row 1 of chain_link.*to chain:"):
        upgrade_schema(bare_database)
    with bare_database.reading() as session:
        assert session.scalars(select(Chain.code)).all() == ["CU"]


def test_two_processes_that_upgrade_at_once_both_succeed(bare_database: Database) -> None:
    code = """
import sys
from service.db import open_database, upgrade_schema
database = open_database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
upgrade_schema(database)
"""
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, url_of(bare_database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
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
    errors = [process.communicate(timeout=60)[1] for process in both]
    assert (errors, [process.returncode for process in both]) == (["", ""], [0, 0])
    check_schema(bare_database)


def test_alembic_command_works_on_the_database_of_the_settings(bare_database: Database) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "-c", str(INI), "upgrade", "head"],
        env={**os.environ, "LIANZHAO_DATABASE_URL": url_of(bare_database)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "Running upgrade  -> 0001" in done.stderr
    check_schema(bare_database)


def test_alembic_command_writes_sql_without_touching_the_database(
    bare_database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIANZHAO_DATABASE_URL", url_of(bare_database))
    command.upgrade(Config(INI), "head", sql=True)
    assert "CREATE TABLE gap_version" in capsys.readouterr().out
    assert inspect(bare_database.engine).get_table_names() == []


@pytest.mark.parametrize("bare_database", ["sqlite"], indirect=True)
def test_migration_drafted_by_alembic_names_no_class_of_the_models(
    bare_database: Database, tmp_path: Path
) -> None:
    folder = folder_with_next(tmp_path, "pass")
    for path in (folder / "versions").glob("[0-9]*.py"):
        path.unlink()
    alembic(bare_database, lambda config: command.revision(config, "why", True, rev_id="0001"), folder=folder)
    draft = (folder / "versions" / "0001_why.py").read_text(encoding="utf-8")
    assert draft.startswith('"""why\n')
    assert "sa.Column('created_at', sa.DateTime(timezone=True), nullable=False)" in draft
    assert "models" not in draft
    compile(draft, "0001_why.py", "exec")


def test_connection_with_an_open_transaction_is_refused(bare_database: Database) -> None:
    config = Config(INI)
    with bare_database.engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        with pytest.raises(RuntimeError, match="open transaction; end it first"):
            command.upgrade(config, "head")


def test_settings_of_the_command_and_of_the_service_are_the_same_migrations() -> None:
    assert Path(ScriptDirectory.from_config(Config(INI)).dir) == MIGRATIONS
