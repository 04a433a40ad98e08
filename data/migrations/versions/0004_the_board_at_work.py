"""What leaders do with the board: signals seen, agendas, meetings, decisions, pathways, short addresses, digests.

Notes get a circle of readers: those made before are for everybody who may see the unit, as they were.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES_WITH_ID = ("agenda_item", "meeting", "meeting_item", "decision", "pathway_step")


def upgrade() -> None:
    for table in TABLES_WITH_ID:
        op.execute(sa.schema.CreateSequence(sa.Sequence(f"{table}_id_seq")))
    op.add_column("annotation", sa.Column("visibility", sa.String))
    op.create_table(
        "signal_seen",
        sa.Column("account_id", sa.BigInteger, primary_key=True),
        sa.Column("indicator_code", sa.String, primary_key=True),
        sa.Column("unit_code", sa.String, primary_key=True),
        sa.Column("signal", sa.String, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "pin",
        sa.Column("account_id", sa.BigInteger, primary_key=True),
        sa.Column("indicator_code", sa.String, primary_key=True),
        sa.Column("unit_code", sa.String, primary_key=True),
        sa.Column("pinned_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "agenda_item",
        sa.Column("id", sa.BigInteger, sa.Sequence("agenda_item_id_seq"), primary_key=True),
        sa.Column("board_unit", sa.String, nullable=False),
        sa.Column("indicator_code", sa.String, nullable=False),
        sa.Column("unit_code", sa.String, nullable=False),
        sa.Column("is_standing", sa.Boolean, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("added_at", sa.DateTime, nullable=False),
        sa.Column("taken_off_at", sa.DateTime),
    )
    op.create_table(
        "meeting",
        sa.Column("id", sa.BigInteger, sa.Sequence("meeting_id_seq"), primary_key=True),
        sa.Column("board_unit", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
    )
    op.create_table(
        "meeting_item",
        sa.Column("id", sa.BigInteger, sa.Sequence("meeting_item_id_seq"), primary_key=True),
        sa.Column("meeting_id", sa.BigInteger, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("indicator_code", sa.String, nullable=False),
        sa.Column("unit_code", sa.String, nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("finding_da", sa.String, nullable=False),
        sa.Column("finding_en", sa.String, nullable=False),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger, sa.Sequence("decision_id_seq"), primary_key=True),
        sa.Column("meeting_id", sa.BigInteger, nullable=False),
        sa.Column("indicator_code", sa.String, nullable=False),
        sa.Column("unit_code", sa.String, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("settled_at", sa.DateTime),
        sa.Column("settled_by", sa.String, nullable=False),
        sa.Column("annotation_id", sa.BigInteger),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("withdrawn_at", sa.DateTime),
    )
    op.create_table(
        "pathway",
        sa.Column("code", sa.String, primary_key=True),
        sa.Column("name_da", sa.String, nullable=False),
        sa.Column("name_en", sa.String, nullable=False),
        sa.Column("description_da", sa.String, nullable=False),
        sa.Column("description_en", sa.String, nullable=False),
        sa.Column("is_demo", sa.Boolean, nullable=False),
        sa.Column("source", sa.String, nullable=False),
    )
    op.create_table(
        "pathway_step",
        sa.Column("id", sa.BigInteger, sa.Sequence("pathway_step_id_seq"), primary_key=True),
        sa.Column("pathway_code", sa.String, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name_da", sa.String, nullable=False),
        sa.Column("name_en", sa.String, nullable=False),
        sa.Column("sector", sa.String, nullable=False),
        sa.Column("indicator_code", sa.String),
        sa.Column("unit_code", sa.String),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("note_da", sa.String, nullable=False),
        sa.Column("note_en", sa.String, nullable=False),
    )
    op.create_table(
        "short_address",
        sa.Column("code", sa.String, primary_key=True),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "digest",
        sa.Column("account_id", sa.BigInteger, primary_key=True),
        sa.Column("told_at", sa.DateTime, nullable=False),
        sa.Column("told", sa.JSON, nullable=False),
    )
