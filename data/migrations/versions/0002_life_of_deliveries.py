"""What deliveries live through: withdrawn and restored, months with a state, drafts, proposals, changes of units, mail.

A delivery that was withdrawn before this step gets the event it would have had.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES_WITH_ID = ("delivery_event", "month_state", "definition_proposal", "unit_change", "api_token", "outbox")


def upgrade() -> None:
    for table in TABLES_WITH_ID:
        op.execute(sa.schema.CreateSequence(sa.Sequence(f"{table}_id_seq")))
    op.create_table(
        "delivery_event",
        sa.Column("id", sa.BigInteger, sa.Sequence("delivery_event_id_seq"), primary_key=True),
        sa.Column("delivery_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "month_state",
        sa.Column("id", sa.BigInteger, sa.Sequence("month_state_id_seq"), primary_key=True),
        sa.Column("indicator_code", sa.String, nullable=False),
        sa.Column("unit_code", sa.String, nullable=False),
        sa.Column("period_start", sa.Date, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_index("month_state_series", "month_state", ["indicator_code", "unit_code"])
    op.create_table(
        "draft",
        sa.Column("indicator_code", sa.String, primary_key=True),
        sa.Column("unit_code", sa.String, primary_key=True),
        sa.Column("period_start", sa.Date, primary_key=True),
        sa.Column("numerator", sa.String, nullable=False),
        sa.Column("denominator", sa.String, nullable=False),
        sa.Column("value", sa.String, nullable=False),
        sa.Column("sd", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("saved_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "definition_proposal",
        sa.Column("id", sa.BigInteger, sa.Sequence("definition_proposal_id_seq"), primary_key=True),
        sa.Column("indicator_code", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("unit_code", sa.String, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("author_id", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("checker_id", sa.BigInteger),
        sa.Column("checker", sa.String, nullable=False),
        sa.Column("comment", sa.String, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "former_name",
        sa.Column("unit_code", sa.String, primary_key=True),
        sa.Column("valid_to", sa.Date, primary_key=True),
        sa.Column("name_da", sa.String, nullable=False),
        sa.Column("name_en", sa.String, nullable=False),
        sa.Column("short_name", sa.String, nullable=False),
    )
    op.create_table(
        "unit_change",
        sa.Column("id", sa.BigInteger, sa.Sequence("unit_change_id_seq"), primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("unit_code", sa.String, nullable=False),
        sa.Column("to_code", sa.String),
        sa.Column("indicator_code", sa.String),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger, sa.Sequence("api_token_id_seq"), primary_key=True),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("prefix", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime),
        sa.Column("last_used_at", sa.DateTime),
        sa.Column("revoked_at", sa.DateTime),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, sa.Sequence("outbox_id_seq"), primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("recipient", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("about", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("written_at", sa.DateTime),
    )
    op.execute(
        'INSERT INTO delivery_event (id, delivery_id, kind, reason, author, "at") '
        "SELECT nextval('delivery_event_id_seq'), id, 'withdrawn', '', '', withdrawn_at "
        "FROM delivery WHERE withdrawn_at IS NOT NULL"
    )
