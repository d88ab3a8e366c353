"""Verdicts on candidates and blind comparisons of two rankings, so that weights can be learned from use.

Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)
LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "ab_test",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("side_a", JSON, nullable=False),
        sa.Column("side_b", JSON, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_test")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_test_name")),
    )
    op.create_index(op.f("ix_ab_test_ended_at"), "ab_test", ["ended_at"])

    op.create_table(
        "ab_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("test_id", sa.Integer(), nullable=False),
        sa.Column("gap_version_id", sa.Integer(), nullable=False),
        sa.Column("teams", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["test_id"], ["ab_test.id"], name=op.f("fk_ab_assignment_test_id_ab_test"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["gap_version_id"],
            ["gap_version.id"],
            name=op.f("fk_ab_assignment_gap_version_id_gap_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_assignment")),
        sa.UniqueConstraint(
            "test_id", "gap_version_id", name=op.f("uq_ab_assignment_test_id_gap_version_id")
        ),
    )
    for column in ("test_id", "gap_version_id"):
        op.create_index(op.f(f"ix_ab_assignment_{column}"), "ab_assignment", [column])

    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gap_version_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("company_external_id", sa.String(64), nullable=False),
        sa.Column("company_name", sa.String(200), nullable=False),
        sa.Column("login", sa.String(100), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("receipt", JSON, nullable=False),
        sa.Column("ab_test_id", sa.Integer(), nullable=True),
        sa.Column("ab_team", sa.String(1), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "verdict IN ('suitable', 'partly', 'unsuitable')", name=op.f("ck_feedback_verdict")
        ),
        sa.CheckConstraint("ab_team IN ('a', 'b')", name=op.f("ck_feedback_ab_team")),
        sa.ForeignKeyConstraint(
            ["gap_version_id"],
            ["gap_version.id"],
            name=op.f("fk_feedback_gap_version_id_gap_version"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_feedback_company_id_company"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["ab_test_id"], ["ab_test.id"], name=op.f("fk_feedback_ab_test_id_ab_test"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    for column in ("gap_version_id", "company_id", "ab_test_id"):
        op.create_index(op.f(f"ix_feedback_{column}"), "feedback", [column])
    op.create_index(
        "uq_feedback_live",
        "feedback",
        ["login", "gap_version_id", "company_external_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def downgrade() -> None:
    for table in ("feedback", "ab_assignment", "ab_test"):
        op.drop_table(table)
