"""What the official forms ask for of an entry: cooperation, channel, leader and person in charge.

Revises: 0003, 0006
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import sqlalchemy as sa
from alembic import op
from alembic.operations.base import BatchOperations

revision = "0012"
down_revision = ("0003", "0006")
branch_labels = None
depends_on = None

COLUMNS = {
    "cooperation": sa.Text(),
    "channel": sa.String(200),
    "lead_official": sa.String(200),
    "duty_person": sa.String(200),
}


def upgrade() -> None:
    with _table() as batch:
        for name, kind in COLUMNS.items():
            batch.add_column(sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    with _table() as batch:
        for name in reversed(COLUMNS):
            batch.drop_column(name)


def _table() -> AbstractContextManager[BatchOperations]:
    """The table, built anew on SQLite, so that it reads as a new one does. SQL on paper cannot rebuild."""
    context = op.get_context()
    is_rebuilt = context.dialect.name == "sqlite" and not context.as_sql
    return op.batch_alter_table("event_entry", recreate="always" if is_rebuilt else "never")
