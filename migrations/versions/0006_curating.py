"""What curators need: drafts of gap wordings, own dictionary entries, policy texts at work, exceptions.

Revises: 0005
"""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)
OPEN = "status IN ('draft', 'in_review')"


def upgrade() -> None:
    with op.batch_alter_table("chain", recreate=_recreate()) as batch:
        batch.add_column(sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
        batch.add_column(sa.Column("changed_by", sa.String(100), nullable=True))
    with op.batch_alter_table("gap_version", recreate=_recreate()) as batch:
        for column in _version_columns():
            batch.add_column(column)
        if not _is_sqlite_on_paper():
            batch.create_check_constraint(
                op.f("ck_gap_version_current_is_published"),
                "NOT is_current OR status IN ('published', 'archived')",
            )
    op.create_index(
        "uq_gap_version_open",
        "gap_version",
        ["gap_id"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    _create_compliance_exception()
    _create_dictionary_entry()
    _create_policy_draft()


def downgrade() -> None:
    for table in ("policy_draft_item", "policy_draft", "dictionary_entry", "compliance_exception"):
        op.drop_table(table)
    # The release before knows no drafts: it would take one for the wording in force.
    op.execute(
        "DELETE FROM gap_requirement WHERE version_id IN (SELECT id FROM gap_version WHERE " + OPEN + ")"
    )
    op.execute("DELETE FROM gap_version WHERE " + OPEN)
    op.drop_index("uq_gap_version_open", "gap_version")
    with op.batch_alter_table("gap_version", recreate=_recreate()) as batch:
        if not _is_sqlite_on_paper():
            batch.drop_constraint(op.f("ck_gap_version_current_is_published"), type_="check")
        for column in _version_columns():
            batch.drop_column(column.name)
    with op.batch_alter_table("chain", recreate=_recreate()) as batch:
        batch.drop_column("changed_by")
        batch.drop_column("revision")


def _recreate() -> Literal["always", "never"]:
    """On SQLite a table is rebuilt, so that it reads there as a new one does. SQL on paper cannot rebuild."""
    context = op.get_context()
    return "always" if context.dialect.name == "sqlite" and not context.as_sql else "never"


def _is_sqlite_on_paper() -> bool:
    """Where a table can neither be rebuilt nor given a constraint."""
    context = op.get_context()
    return context.dialect.name == "sqlite" and bool(context.as_sql)


def _version_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.Column("changed_by", sa.String(100), nullable=True),
        sa.Column("change_note", sa.Text(), nullable=True),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("submitted_by", sa.String(100), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("published_by", sa.String(100), nullable=True),
    ]


def _create_compliance_exception() -> None:
    op.create_table(
        "compliance_exception",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(100), nullable=False),
        sa.Column("rule_id", sa.String(41), nullable=False),
        sa.Column("clause", sa.String(200), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("quote_hash", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compliance_exception")),
        sa.UniqueConstraint(
            "scope", "rule_id", "quote_hash", name=op.f("uq_compliance_exception_scope_rule_id_quote_hash")
        ),
    )


def _create_dictionary_entry() -> None:
    op.create_table(
        "dictionary_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(60), nullable=False),
        sa.Column("term_key", sa.String(60), nullable=False),
        sa.Column("mode", sa.String(8), nullable=False),
        sa.Column("same", JSON, nullable=False),
        sa.Column("narrower", JSON, nullable=False),
        sa.Column("parts", JSON, nullable=False),
        sa.Column("unlike", JSON, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(100), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint("mode IN ('add', 'replace', 'off')", name=op.f("ck_dictionary_entry_mode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dictionary_entry")),
        sa.UniqueConstraint("term_key", name=op.f("uq_dictionary_entry_term_key")),
    )


def _create_policy_draft() -> None:
    op.create_table(
        "policy_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_draft")),
    )
    op.create_table(
        "policy_draft_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("section", sa.String(200), nullable=False),
        sa.Column("chain_name", sa.String(200), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("decision", sa.String(8), nullable=False),
        sa.Column("decided_by", sa.String(100), nullable=True),
        sa.Column("chain_id", sa.Integer(), nullable=True),
        sa.Column("made", sa.String(200), nullable=True),
        sa.CheckConstraint("kind IN ('chain', 'anchor', 'gap')", name=op.f("ck_policy_draft_item_kind")),
        sa.CheckConstraint(
            "decision IN ('open', 'accepted', 'rejected')", name=op.f("ck_policy_draft_item_decision")
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["policy_draft.id"],
            name=op.f("fk_policy_draft_item_draft_id_policy_draft"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["chain_id"],
            ["chain.id"],
            name=op.f("fk_policy_draft_item_chain_id_chain"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_draft_item")),
        sa.UniqueConstraint("draft_id", "sort_order", name=op.f("uq_policy_draft_item_draft_id_sort_order")),
    )
    op.create_index(op.f("ix_policy_draft_item_draft_id"), "policy_draft_item", ["draft_id"])
    op.create_index(op.f("ix_policy_draft_item_chain_id"), "policy_draft_item", ["chain_id"])
