"""What official forms ask for of an entry; facts of a company that were told in a meeting.

Revises: 0007
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import sqlalchemy as sa
from alembic import op
from alembic.operations.base import BatchOperations

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS = {
    "cooperation": sa.Text(),
    "channel": sa.String(200),
    "lead_official": sa.String(200),
    "duty_person": sa.String(200),
}


KINDS = ("official", "self", "press", "inferred", "manual")


def upgrade() -> None:
    with _table("event_entry") as batch:
        for name, kind in COLUMNS.items():
            batch.add_column(sa.Column(name, kind, nullable=True))
    _allow_kinds((*KINDS, "stated"), KINDS)


def downgrade() -> None:
    op.execute("UPDATE company_provenance SET kind = 'manual' WHERE kind = 'stated'")
    _allow_kinds(KINDS, (*KINDS, "stated"))
    with _table("event_entry") as batch:
        for name in reversed(COLUMNS):
            batch.drop_column(name)


def _allow_kinds(kinds: tuple[str, ...], before: tuple[str, ...]) -> None:
    # SQLite builds the table anew; SQL on paper can look up none, so it is told here what the table is.
    with op.batch_alter_table("company_provenance", copy_from=_provenance(before)) as batch:
        batch.drop_constraint(op.f("ck_company_provenance_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_company_provenance_kind"), f"kind IN {kinds}")


def _provenance(kinds: tuple[str, ...]) -> sa.Table:
    """The table as it is before the change."""
    return sa.Table(
        "company_provenance",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(32), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("fetched_on", sa.Date(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.CheckConstraint(f"kind IN {kinds}", name=op.f("ck_company_provenance_kind")),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
            name=op.f("fk_company_provenance_batch_id_import_batch"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_company_provenance_company_id_company"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_provenance")),
        sa.UniqueConstraint("company_id", "field", name=op.f("uq_company_provenance_company_id_field")),
        sa.Index(op.f("ix_company_provenance_batch_id"), "batch_id"),
        sa.Index(op.f("ix_company_provenance_company_id"), "company_id"),
    )


def _table(name: str) -> AbstractContextManager[BatchOperations]:
    """The table, built anew on SQLite, so that it reads as a new one does. SQL on paper cannot rebuild."""
    context = op.get_context()
    is_rebuilt = context.dialect.name == "sqlite" and not context.as_sql
    return op.batch_alter_table(name, recreate="always" if is_rebuilt else "never")
