"""Changes of units that can be undone: which rows belong to one decision, what stood before, and when it was undone.

`unit_change` is made anew: DuckDB adds no column that must not be empty, and nothing has written to the table yet.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("unit_change")
    op.create_table(
        "unit_change",
        sa.Column("id", sa.BigInteger, sa.Sequence("unit_change_id_seq"), primary_key=True),
        sa.Column("decision", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("unit_code", sa.String, nullable=False),
        sa.Column("to_code", sa.String),
        sa.Column("indicator_code", sa.String),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("withdrawn_at", sa.DateTime),
    )
