"""Events: programme, rules, runs of the selection, the list with its versions and follow-up, meetings.

Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# As the models had them when this was written; models/ is not imported, for it goes on changing.
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)
STAGES = (
    "stage IN ('lead', 'contact', 'visit', 'negotiation', 'precheck', 'signed', 'started', 'producing', "
    "'ended')"
)


def code(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", code(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("edition", sa.String(200), nullable=False),
        sa.Column("organisation", sa.String(200), nullable=False),
        sa.Column("organiser", JSON, nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(40), nullable=False),
        sa.Column("acceptance_rate", sa.Double(), nullable=False),
        sa.Column("candidates_per_gap", sa.Integer(), nullable=False),
        sa.Column("min_probability", sa.Double(), nullable=False),
        sa.Column("private_only", sa.Boolean(), nullable=False),
        sa.Column("unknown_ownership", sa.String(16), nullable=False),
        sa.Column("unknowns", sa.String(16), nullable=False),
        sa.Column("exclude_home_province", sa.Boolean(), nullable=False),
        sa.Column("deadlines", JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("updated_by", sa.String(100), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'review', 'approved', 'issued', 'closed')", name=op.f("ck_event_state")
        ),
        sa.CheckConstraint(
            "unknowns IN ('careful', 'count', 'ignore', 'leave_out')", name=op.f("ck_event_unknowns")
        ),
        sa.CheckConstraint("seats > 0", name=op.f("ck_event_seats_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("code", name=op.f("uq_event_code")),
    )
    op.create_index(op.f("ix_event_organisation"), "event", ["organisation"], unique=False)

    op.create_table(
        "event_gap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("chain_code", code(32), nullable=False),
        sa.Column("gap_code", code(32), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.CheckConstraint("(chain_code = '') <> (gap_code = '')", name=op.f("ck_event_gap_chain_or_gap")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_gap_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_gap")),
        sa.UniqueConstraint(
            "event_id", "chain_code", "gap_code", name=op.f("uq_event_gap_event_id_chain_code_gap_code")
        ),
    )
    op.create_index(op.f("ix_event_gap_event_id"), "event_gap", ["event_id"], unique=False)

    op.create_table(
        "event_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("code", code(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("chains", JSON, nullable=False),
        sa.Column("sessions", JSON, nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_group_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_group")),
        sa.UniqueConstraint("event_id", "code", name=op.f("uq_event_group_event_id_code")),
    )
    op.create_index(op.f("ix_event_group_event_id"), "event_group", ["event_id"], unique=False)

    op.create_table(
        "event_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("code", code(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=True),
        sa.Column("attribute", sa.String(16), nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("bound", sa.String(16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("share_0_1", sa.Double(), nullable=True),
        sa.Column("unknowns", sa.String(16), nullable=True),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.CheckConstraint("bound IN ('at_least', 'at_most')", name=op.f("ck_event_rule_bound")),
        sa.CheckConstraint(
            "(count IS NULL) <> (share_0_1 IS NULL)", name=op.f("ck_event_rule_count_or_share")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_rule_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_rule")),
        sa.UniqueConstraint("event_id", "code", name=op.f("uq_event_rule_event_id_code")),
    )
    op.create_index(op.f("ix_event_rule_event_id"), "event_rule", ["event_id"], unique=False)

    op.create_table(
        "event_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("home_province", sa.String(32), nullable=True),
        sa.Column("plan", JSON, nullable=False),
        sa.Column("receipt", JSON, nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.Column("keeps_others", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('matching', 'optimal', 'feasible', 'infeasible', 'unknown')",
            name=op.f("ck_event_run_state"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_run_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_run")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_event_run_event_id_number")),
    )
    op.create_index(op.f("ix_event_run_event_id"), "event_run", ["event_id"], unique=False)

    op.create_table(
        "event_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("code", code(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('presentation', 'forum', 'signing', 'visit')", name=op.f("ck_event_session_kind")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_session_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_session")),
        sa.UniqueConstraint("event_id", "code", name=op.f("uq_event_session_event_id_code")),
    )
    op.create_index(op.f("ix_event_session_event_id"), "event_session", ["event_id"], unique=False)

    op.create_table(
        "event_slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_slot_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_slot")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_event_slot_event_id_number")),
    )
    op.create_index(op.f("ix_event_slot_event_id"), "event_slot", ["event_id"], unique=False)

    op.create_table(
        "event_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("company_external_id", code(64), nullable=False),
        sa.Column("company_name", sa.String(200), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("gap_code", code(32), nullable=True),
        sa.Column("gap_title", sa.String(200), nullable=True),
        sa.Column("chain_code", code(32), nullable=True),
        sa.Column("group_code", code(32), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("band", sa.String(8), nullable=True),
        sa.Column("gap_rank", sa.Integer(), nullable=True),
        sa.Column("frozen_rank", sa.Integer(), nullable=True),
        sa.Column("adds", sa.Double(), nullable=True),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("questions", JSON, nullable=False),
        sa.Column("cautions", JSON, nullable=False),
        sa.Column("lock", sa.String(8), nullable=True),
        sa.Column("lock_gap", code(32), nullable=True),
        sa.Column("lock_note", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("invite_status", sa.String(16), nullable=False),
        sa.Column("stage", sa.String(16), nullable=True),
        sa.Column("duty_unit", sa.String(200), nullable=True),
        sa.Column("next_action", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("amount_intended_wan", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("amount_signed_wan", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("amount_arrived_wan", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("first_listed_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "invite_status IN ('planned', 'invited', 'confirmed', 'declined', 'attended')",
            name=op.f("ck_event_entry_invite_status"),
        ),
        sa.CheckConstraint("lock IN ('in', 'out')", name=op.f("ck_event_entry_lock")),
        sa.CheckConstraint(STAGES, name=op.f("ck_event_entry_stage")),
        sa.CheckConstraint("status IN ('in', 'waiting', 'out')", name=op.f("ck_event_entry_status")),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_event_entry_company_id_company"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_entry_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["event_run.id"], name=op.f("fk_event_entry_run_id_event_run"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_entry")),
        sa.UniqueConstraint(
            "event_id", "company_external_id", name=op.f("uq_event_entry_event_id_company_external_id")
        ),
    )
    op.create_index(
        op.f("ix_event_entry_company_external_id"), "event_entry", ["company_external_id"], unique=False
    )
    op.create_index(op.f("ix_event_entry_company_id"), "event_entry", ["company_id"], unique=False)
    op.create_index(op.f("ix_event_entry_event_id"), "event_entry", ["event_id"], unique=False)
    op.create_index(op.f("ix_event_entry_run_id"), "event_entry", ["run_id"], unique=False)

    op.create_table(
        "event_list_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("receipt", JSON, nullable=False),
        sa.Column("entries", JSON, nullable=False),
        sa.Column("changes", JSON, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('solve', 'edit', 'state')", name=op.f("ck_event_list_version_kind")),
        sa.CheckConstraint(
            "state IN ('draft', 'review', 'approved', 'issued', 'closed')",
            name=op.f("ck_event_list_version_state"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_list_version_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["event_run.id"],
            name=op.f("fk_event_list_version_run_id_event_run"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_list_version")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_event_list_version_event_id_number")),
    )
    op.create_index(op.f("ix_event_list_version_event_id"), "event_list_version", ["event_id"], unique=False)
    op.create_index(op.f("ix_event_list_version_run_id"), "event_list_version", ["run_id"], unique=False)

    op.create_table(
        "event_run_gap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("gap_code", code(32), nullable=False),
        sa.Column("gap_version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("chain_code", code(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("group_code", code(32), nullable=True),
        sa.Column("candidates", JSON, nullable=True),
        sa.Column("left_out", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["event_run.id"], name=op.f("fk_event_run_gap_run_id_event_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_run_gap")),
        sa.UniqueConstraint("run_id", "gap_code", name=op.f("uq_event_run_gap_run_id_gap_code")),
    )
    op.create_index(op.f("ix_event_run_gap_run_id"), "event_run_gap", ["run_id"], unique=False)

    op.create_table(
        "event_entry_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(32), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(100), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["event_entry.id"],
            name=op.f("fk_event_entry_change_entry_id_event_entry"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_entry_change")),
    )
    op.create_index(op.f("ix_event_entry_change_entry_id"), "event_entry_change", ["entry_id"], unique=False)

    op.create_table(
        "event_entry_stage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.CheckConstraint(STAGES, name=op.f("ck_event_entry_stage_stage")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["event_entry.id"],
            name=op.f("fk_event_entry_stage_entry_id_event_entry"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_entry_stage")),
    )
    op.create_index(op.f("ix_event_entry_stage_entry_id"), "event_entry_stage", ["entry_id"], unique=False)

    op.create_table(
        "event_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("owner", code(32), nullable=False),
        sa.Column("table_number", sa.Integer(), nullable=False),
        sa.Column("gap_code", code(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["event_entry.id"],
            name=op.f("fk_event_meeting_entry_id_event_entry"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_meeting_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"],
            ["event_slot.id"],
            name=op.f("fk_event_meeting_slot_id_event_slot"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_meeting")),
        sa.UniqueConstraint("slot_id", "entry_id", name=op.f("uq_event_meeting_slot_id_entry_id")),
        sa.UniqueConstraint(
            "slot_id", "owner", "table_number", name=op.f("uq_event_meeting_slot_id_owner_table_number")
        ),
    )
    op.create_index(op.f("ix_event_meeting_entry_id"), "event_meeting", ["entry_id"], unique=False)
    op.create_index(op.f("ix_event_meeting_event_id"), "event_meeting", ["event_id"], unique=False)
    op.create_index(op.f("ix_event_meeting_slot_id"), "event_meeting", ["slot_id"], unique=False)


def downgrade() -> None:
    op.drop_table("event_meeting")
    op.drop_table("event_entry_stage")
    op.drop_table("event_entry_change")
    op.drop_table("event_run_gap")
    op.drop_table("event_list_version")
    op.drop_table("event_entry")
    op.drop_table("event_slot")
    op.drop_table("event_session")
    op.drop_table("event_run")
    op.drop_table("event_rule")
    op.drop_table("event_group")
    op.drop_table("event_gap")
    op.drop_table("event")
