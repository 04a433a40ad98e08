"""Groups that evaluators make themselves, units in them that are only compared with, and team scores taken back.

Learning teams and lists that were there before belong to nobody and stay as they are.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("unit_group_member", sa.Column("never_starts", sa.Boolean))
    op.add_column("team_score", sa.Column("withdrawn_at", sa.DateTime))
    op.create_table(
        "made_group",
        sa.Column("code", sa.String, primary_key=True),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("changed_by", sa.String, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
        sa.Column("closed_at", sa.DateTime),
        sa.Column("closed_by", sa.String, nullable=False),
    )
