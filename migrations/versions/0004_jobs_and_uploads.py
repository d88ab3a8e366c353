"""Jobs, uploaded files and what an import changed, so that imports run from pages and can be undone.

Revises: 0003
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def batches() -> AbstractContextManager[BatchOperations]:
    """The table, rebuilt on SQLite, so that it reads there as a new one does. SQL on paper cannot rebuild."""
    context = op.get_context()
    is_rebuilt = context.dialect.name == "sqlite" and not context.as_sql
    return op.batch_alter_table("import_batch", recreate="always" if is_rebuilt else "never")


def upgrade() -> None:
    with batches() as batch:
        batch.add_column(sa.Column("undone_at", MOMENT, nullable=True))
        batch.add_column(sa.Column("undone_by", sa.String(100), nullable=True))

    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("actor", JSON, nullable=False),
        sa.Column("result", JSON, nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'stopped')", name=op.f("ck_job_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_state"), "job", ["state"])

    op.create_table(
        "import_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folder", sa.String(40), nullable=False),
        sa.Column("file_name", sa.String(300), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("column_mapping", JSON, nullable=False),
        sa.Column("report", JSON, nullable=True),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_import_upload_job_id_job"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
            name=op.f("fk_import_upload_batch_id_import_batch"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_upload")),
        sa.UniqueConstraint("folder", name=op.f("uq_import_upload_folder")),
    )
    op.create_index(op.f("ix_import_upload_job_id"), "import_upload", ["job_id"])
    op.create_index(op.f("ix_import_upload_batch_id"), "import_upload", ["batch_id"])

    op.create_table(
        "import_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("before", JSON, nullable=True),
        sa.Column("hash_after", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
            name=op.f("fk_import_change_batch_id_import_batch"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_change")),
        sa.UniqueConstraint("batch_id", "company_id", name=op.f("uq_import_change_batch_id_company_id")),
    )
    op.create_index(op.f("ix_import_change_batch_id"), "import_change", ["batch_id"])


def downgrade() -> None:
    for table in ("import_change", "import_upload", "job"):
        op.drop_table(table)
    with batches() as batch:
        batch.drop_column("undone_by")
        batch.drop_column("undone_at")
