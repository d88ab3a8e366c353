"""How well gaps can be filled, saved searches, and the words that companies are looked up by.

Revises: 0004
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# As the models had them when this was written; models/ is not imported, for it goes on changing.
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)
CODE = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
_ROWS = 1000


def upgrade() -> None:
    op.create_table(
        "gap_coverage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gap_id", sa.Integer(), nullable=False),
        sa.Column("gap_version", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("index_release", sa.String(100), nullable=False),
        sa.Column("considered", sa.Integer(), nullable=False),
        sa.Column("count_a", sa.Integer(), nullable=False),
        sa.Column("count_b", sa.Integer(), nullable=False),
        sa.Column("count_c", sa.Integer(), nullable=False),
        sa.Column("top", JSON, nullable=False),
        sa.Column("provinces", JSON, nullable=False),
        sa.Column("computed_at", MOMENT, nullable=False),
        sa.Column("before", JSON, nullable=True),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["gap_id"], ["gap.id"], name=op.f("fk_gap_coverage_gap_id_gap"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_coverage")),
        sa.UniqueConstraint("gap_id", name=op.f("uq_gap_coverage_gap_id")),
    )
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(100), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("gap_code", sa.String(32), nullable=True),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("requirements", JSON, nullable=True),
        sa.Column("filters", JSON, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("top", JSON, nullable=False),
        sa.Column("considered", sa.Integer(), nullable=False),
        sa.Column("receipt", JSON, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("owner", "name", name=op.f("uq_saved_search_owner_name")),
    )
    op.create_index(op.f("ix_saved_search_owner"), "saved_search", ["owner"])
    keys = op.create_table(
        "company_search_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", CODE, nullable=False),
        sa.CheckConstraint("kind IN ('initials', 'former_name')", name=op.f("ck_company_search_key_kind")),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_company_search_key_company_id_company"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_search_key")),
        sa.UniqueConstraint(
            "company_id", "kind", "key", name=op.f("uq_company_search_key_company_id_kind_key")
        ),
    )
    op.create_index(op.f("ix_company_search_key_company_id"), "company_search_key", ["company_id"])
    op.create_index(op.f("ix_company_search_key_key"), "company_search_key", ["key"])
    op.create_index("ix_company_updated_at", "company", ["updated_at"])
    if not context.is_offline_mode():  # SQL that is only written down knows no companies
        _fill(keys)


def _fill(keys: sa.Table) -> None:
    """The initials of the companies that are there already; later ones get theirs when they are imported."""
    from pypinyin import Style, lazy_pinyin

    company = sa.table("company", sa.column("id", sa.Integer), sa.column("name", sa.String))
    rows = []
    for company_id, name in op.get_bind().execute(sa.select(company.c.id, company.c.name)).all():
        letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER, errors="default")).lower()
        key = re.sub(r"[^0-9a-z]+", "", letters)[:200]
        if key:
            rows.append({"company_id": company_id, "kind": "initials", "key": key})
    for start in range(0, len(rows), _ROWS):
        op.bulk_insert(keys, rows[start : start + _ROWS])


def downgrade() -> None:
    # Indexes of the tables go with them.
    op.drop_index("ix_company_updated_at", table_name="company")
    op.drop_table("company_search_key")
    op.drop_table("saved_search")
    op.drop_table("gap_coverage")
