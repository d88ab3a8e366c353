"""What official forms ask for of an entry; facts of a company that were told in a meeting.

Revises: 0006
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import sqlalchemy as sa
from alembic import op
from alembic.operations.base import BatchOperations

revision = "0012"
down_revision = "0006"
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
    _allow_kinds((*KINDS, "stated"))


def downgrade() -> None:
    op.execute("UPDATE company_provenance SET kind = 'manual' WHERE kind = 'stated'")
    _allow_kinds(KINDS)
    with _table("event_entry") as batch:
        for name in reversed(COLUMNS):
            batch.drop_column(name)


def _allow_kinds(kinds: tuple[str, ...]) -> None:
    with _table("company_provenance") as batch:
        batch.drop_constraint(op.f("ck_company_provenance_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_company_provenance_kind"), f"kind IN {kinds}")


def _table(name: str) -> AbstractContextManager[BatchOperations]:
    """The table, built anew on SQLite, so that it reads as a new one does. SQL on paper cannot rebuild."""
    context = op.get_context()
    is_rebuilt = context.dialect.name == "sqlite" and not context.as_sql
    return op.batch_alter_table(name, recreate="always" if is_rebuilt else "never")
