"""All tables of the first release: chains, gaps, companies, imports, index releases, match runs, users.

Revises: nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# As the models had them when this was written; models/ is not imported, for it goes on changing.
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def code(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "chain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", code(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("output_class", sa.String(16), nullable=False),
        sa.Column("output_yi", sa.Integer(), nullable=False),
        sa.Column("target_year", sa.Integer(), nullable=False),
        sa.Column("target_ref", JSON, nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain")),
        sa.UniqueConstraint("code", name=op.f("uq_chain_code")),
        sa.UniqueConstraint("name", name=op.f("uq_chain_name")),
    )

    op.create_table(
        "company",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", code(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("full_name", sa.String(300), nullable=True),
        sa.Column("name_key", sa.String(300), nullable=False),
        sa.Column("uscc", sa.String(18), nullable=True),
        sa.Column("stock_code", sa.String(16), nullable=True),
        sa.Column("exchange", sa.String(16), nullable=True),
        sa.Column("listed_on", sa.Date(), nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(32), nullable=True),
        sa.Column("ownership", sa.String(16), nullable=False),
        sa.Column("province", sa.String(64), nullable=True),
        sa.Column("city", sa.String(64), nullable=True),
        sa.Column("region_code", sa.String(6), nullable=True),
        sa.Column("industry", sa.String(200), nullable=True),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("reg_capital_wan", sa.Numeric(16, 2), nullable=True),
        sa.Column("main_business", sa.Text(), nullable=True),
        sa.Column("business_scope", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("technologies", sa.Text(), nullable=True),
        sa.Column("products_text", sa.Text(), nullable=True),
        sa.Column("product_names", sa.Text(), nullable=True),
        sa.Column("data_year", sa.Integer(), nullable=True),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "ownership IN ('private', 'state', 'foreign', 'mixed', 'unknown')",
            name=op.f("ck_company_ownership"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sa.UniqueConstraint("external_id", name=op.f("uq_company_external_id")),
        sa.UniqueConstraint("uscc", name=op.f("uq_company_uscc")),
    )
    op.create_index(op.f("ix_company_name"), "company", ["name"])
    op.create_index(op.f("ix_company_name_key"), "company", ["name_key"])
    op.create_index(op.f("ix_company_province"), "company", ["province"])
    op.create_index(op.f("ix_company_region_code"), "company", ["region_code"])
    op.create_index(op.f("ix_company_stock_code"), "company", ["stock_code"])

    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(300), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("file_format", sa.String(16), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("column_mapping", JSON, nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_added", sa.Integer(), nullable=False),
        sa.Column("rows_updated", sa.Integer(), nullable=False),
        sa.Column("rows_unchanged", sa.Integer(), nullable=False),
        sa.Column("rows_rejected", sa.Integer(), nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.Column("imported_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )

    op.create_table(
        "index_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("manifest", JSON, nullable=False),
        sa.Column("company_count", sa.Integer(), nullable=False),
        sa.Column("passage_count", sa.Integer(), nullable=False),
        sa.Column("text_count", sa.Integer(), nullable=False),
        sa.Column("built_at", MOMENT, nullable=False),
        sa.Column("built_by", sa.String(100), nullable=False),
        sa.Column("build_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_release")),
        sa.UniqueConstraint("name", name=op.f("uq_index_release_name")),
    )
    op.create_index(op.f("ix_index_release_is_current"), "index_release", ["is_current"])

    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(100), nullable=False),
        sa.Column("display_name", sa.String(100), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("region_code", sa.String(6), nullable=True),
        sa.Column("password_hash", sa.String(300), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "role IN ('viewer', 'officer', 'organiser', 'curator', 'admin')",
            name=op.f("ck_user_account_role"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("login", name=op.f("uq_user_account_login")),
    )

    op.create_table(
        "anchor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("full_name", sa.String(200), nullable=True),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("link_codes", JSON, nullable=False),
        sa.Column("ref", JSON, nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chain_id"], ["chain.id"], name=op.f("fk_anchor_chain_id_chain"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchor")),
        sa.UniqueConstraint("chain_id", "name", name=op.f("uq_anchor_chain_id_name")),
    )
    op.create_index(op.f("ix_anchor_chain_id"), "anchor", ["chain_id"])

    op.create_table(
        "chain_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain_id", sa.Integer(), nullable=False),
        sa.Column("code", code(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("position", sa.String(16), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "position IN ('upstream', 'midstream', 'downstream', 'supporting')",
            name=op.f("ck_chain_link_position"),
        ),
        sa.ForeignKeyConstraint(
            ["chain_id"], ["chain.id"], name=op.f("fk_chain_link_chain_id_chain"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_link")),
        sa.UniqueConstraint("chain_id", "code", name=op.f("uq_chain_link_chain_id_code")),
    )
    op.create_index(op.f("ix_chain_link_chain_id"), "chain_link", ["chain_id"])

    op.create_table(
        "company_passage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(32), nullable=False),
        sa.Column("start_at", sa.Integer(), nullable=False),
        sa.Column("end_at", sa.Integer(), nullable=False),
        sa.Column("text_key", sa.String(32), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.CheckConstraint("start_at >= 0 AND end_at > start_at", name=op.f("ck_company_passage_span")),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_company_passage_company_id_company"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_passage")),
    )
    op.create_index(op.f("ix_company_passage_company_id"), "company_passage", ["company_id"])
    op.create_index(op.f("ix_company_passage_text_key"), "company_passage", ["text_key"])

    op.create_table(
        "company_product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("revenue_share", sa.Double(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "revenue_share > 0 AND revenue_share <= 1", name=op.f("ck_company_product_revenue_share_0_1")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_company_product_company_id_company"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_product")),
    )
    op.create_index(op.f("ix_company_product_company_id"), "company_product", ["company_id"])

    op.create_table(
        "company_provenance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(32), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("fetched_on", sa.Date(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("details", JSON, nullable=True),
        sa.CheckConstraint(
            "kind IN ('official', 'self', 'press', 'inferred', 'manual')",
            name=op.f("ck_company_provenance_kind"),
        ),
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
    )
    op.create_index(op.f("ix_company_provenance_batch_id"), "company_provenance", ["batch_id"])
    op.create_index(op.f("ix_company_provenance_company_id"), "company_provenance", ["company_id"])

    op.create_table(
        "company_tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(100), nullable=False),
        sa.Column("level", sa.String(32), nullable=True),
        sa.Column("batch", sa.String(64), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_company_tag_company_id_company"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_tag")),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_company_tag_company_id_code")),
    )
    op.create_index(op.f("ix_company_tag_company_id"), "company_tag", ["company_id"])

    op.create_table(
        "gap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", code(32), nullable=False),
        sa.Column("chain_id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["chain_id"], ["chain.id"], name=op.f("fk_gap_chain_id_chain"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap")),
        sa.UniqueConstraint("code", name=op.f("uq_gap_code")),
    )
    op.create_index(op.f("ix_gap_chain_id"), "gap", ["chain_id"])

    op.create_table(
        "import_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("column_name", sa.String(200), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("code", sa.String(48), nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.CheckConstraint("severity IN ('error', 'warning')", name=op.f("ck_import_issue_severity")),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
            name=op.f("fk_import_issue_batch_id_import_batch"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_issue")),
    )
    op.create_index(op.f("ix_import_issue_batch_id"), "import_issue", ["batch_id"])

    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("ref", JSON, nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chain_id"], ["chain.id"], name=op.f("fk_site_chain_id_chain"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("chain_id", "name", name=op.f("uq_site_chain_id_name")),
    )
    op.create_index(op.f("ix_site_chain_id"), "site", ["chain_id"])

    op.create_table(
        "chain_link_feed",
        sa.Column("from_link_id", sa.Integer(), nullable=False),
        sa.Column("to_link_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("from_link_id <> to_link_id", name=op.f("ck_chain_link_feed_no_loop")),
        sa.ForeignKeyConstraint(
            ["from_link_id"],
            ["chain_link.id"],
            name=op.f("fk_chain_link_feed_from_link_id_chain_link"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["to_link_id"],
            ["chain_link.id"],
            name=op.f("fk_chain_link_feed_to_link_id_chain_link"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("from_link_id", "to_link_id", name=op.f("pk_chain_link_feed")),
    )
    op.create_index(op.f("ix_chain_link_feed_to_link_id"), "chain_link_feed", ["to_link_id"])

    op.create_table(
        "gap_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gap_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("severity", sa.String(24), nullable=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("title_en", sa.String(200), nullable=False),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("anchors", JSON, nullable=False),
        sa.Column("sites", JSON, nullable=False),
        sa.Column("industry_codes", JSON, nullable=False),
        sa.Column("policy_refs", JSON, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.CheckConstraint(
            "kind IN ('fill', 'strengthen', 'extend', 'supporting', 'talent')",
            name=op.f("ck_gap_version_kind"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'in_review', 'published', 'archived')", name=op.f("ck_gap_version_status")
        ),
        sa.ForeignKeyConstraint(
            ["gap_id"], ["gap.id"], name=op.f("fk_gap_version_gap_id_gap"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["chain_link.id"],
            name=op.f("fk_gap_version_link_id_chain_link"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_version")),
        sa.UniqueConstraint("gap_id", "version", name=op.f("uq_gap_version_gap_id_version")),
    )
    op.create_index(op.f("ix_gap_version_gap_id"), "gap_version", ["gap_id"])
    op.create_index(op.f("ix_gap_version_link_id"), "gap_version", ["link_id"])
    op.create_index(
        "uq_gap_version_current",
        "gap_version",
        ["gap_id"],
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )

    op.create_table(
        "gap_requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("req_id", sa.String(8), nullable=False),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("facet", sa.String(16), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("synonyms", JSON, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "facet IN ('product', 'process', 'technology', 'capability', 'condition')",
            name=op.f("ck_gap_requirement_facet"),
        ),
        sa.CheckConstraint("level IN ('must', 'should', 'must_not')", name=op.f("ck_gap_requirement_level")),
        sa.CheckConstraint("weight > 0", name=op.f("ck_gap_requirement_weight_positive")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["gap_version.id"],
            name=op.f("fk_gap_requirement_version_id_gap_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_requirement")),
        sa.UniqueConstraint("version_id", "req_id", name=op.f("uq_gap_requirement_version_id_req_id")),
    )
    op.create_index(op.f("ix_gap_requirement_version_id"), "gap_requirement", ["version_id"])

    op.create_table(
        "match_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gap_version_id", sa.Integer(), nullable=True),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("requirements", JSON, nullable=False),
        sa.Column("filters", JSON, nullable=False),
        sa.Column("receipt", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(
            ["gap_version_id"],
            ["gap_version.id"],
            name=op.f("fk_match_run_gap_version_id_gap_version"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_run")),
    )
    op.create_index(op.f("ix_match_run_gap_version_id"), "match_run", ["gap_version_id"])

    op.create_table(
        "match_candidate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("company_external_id", sa.String(64), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("band", sa.String(8), nullable=False),
        sa.Column("explanation", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_match_candidate_company_id_company"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["match_run.id"], name=op.f("fk_match_candidate_run_id_match_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_candidate")),
        sa.UniqueConstraint(
            "run_id", "company_external_id", name=op.f("uq_match_candidate_run_id_company_external_id")
        ),
        sa.UniqueConstraint("run_id", "rank", name=op.f("uq_match_candidate_run_id_rank")),
    )
    op.create_index(op.f("ix_match_candidate_company_id"), "match_candidate", ["company_id"])
    op.create_index(op.f("ix_match_candidate_run_id"), "match_candidate", ["run_id"])


def downgrade() -> None:
    # Indexes go with their tables.
    op.drop_table("match_candidate")
    op.drop_table("match_run")
    op.drop_table("gap_requirement")
    op.drop_table("gap_version")
    op.drop_table("chain_link_feed")
    op.drop_table("site")
    op.drop_table("import_issue")
    op.drop_table("gap")
    op.drop_table("company_tag")
    op.drop_table("company_provenance")
    op.drop_table("company_product")
    op.drop_table("company_passage")
    op.drop_table("chain_link")
    op.drop_table("anchor")
    op.drop_table("user_account")
    op.drop_table("index_release")
    op.drop_table("import_batch")
    op.drop_table("company")
    op.drop_table("chain")
