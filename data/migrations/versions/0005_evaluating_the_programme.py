"""What evaluators work with: declared main indicators, team scores, pseudonyms, frozen data, plans, two rights.

Evaluators that were made before have read which units they were: they keep the right to names. Nobody has the right to
take exact counts away until somebody gives it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES_WITH_ID = ("team_score", "analysis_plan_event")


def upgrade() -> None:
    for table in TABLES_WITH_ID:
        op.execute(sa.schema.CreateSequence(sa.Sequence(f"{table}_id_seq")))
    op.add_column("role_grant", sa.Column("names", sa.Boolean))
    op.add_column("role_grant", sa.Column("counts", sa.Boolean))
    op.execute("UPDATE role_grant SET names = (role = 'evaluator'), counts = FALSE")
    op.create_table(
        "project",
        sa.Column("cohort_code", sa.String, primary_key=True),
        sa.Column("unit_code", sa.String, primary_key=True),
        sa.Column("main_indicator", sa.String),
        sa.Column("declared_on", sa.Date),
        sa.Column("left_on", sa.Date),
        sa.Column("left_reason", sa.String, nullable=False),
    )
    op.create_table(
        "team_score",
        sa.Column("id", sa.BigInteger, sa.Sequence("team_score_id_seq"), primary_key=True),
        sa.Column("unit_code", sa.String, nullable=False),
        sa.Column("scored_on", sa.Date, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("recorded_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "unit_pseudonym",
        sa.Column("unit_code", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.create_table(
        "evaluation_snapshot",
        sa.Column("hash", sa.String, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("indicator_code", sa.String, nullable=False),
        sa.Column("plan_id", sa.BigInteger),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("versions", sa.JSON, nullable=False),
        sa.Column("results", sa.JSON, nullable=False),
        sa.Column("frame", sa.LargeBinary, nullable=False),
        sa.Column("n_rows", sa.Integer, nullable=False),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("frozen_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "analysis_plan_event",
        sa.Column("id", sa.BigInteger, sa.Sequence("analysis_plan_event_id_seq"), primary_key=True),
        sa.Column("plan_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
