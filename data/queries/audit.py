"""What somebody did, for administrators."""

from __future__ import annotations

from sqlalchemy import select

from data import audit
from data.access import Viewer
from data.audit import AuditEvent, ChainCheck
from data.schema import audit_event
from data.store import Store


def recent(
    store: Store, viewer: Viewer, limit: int = 100, *, subject: str | None = None, action: str | None = None
) -> list[AuditEvent]:
    """The newest events first: all, those about one subject, or those of one kind; administrators only."""
    viewer.require_administrator()
    query = select(audit_event).order_by(audit_event.c.id.desc()).limit(limit)
    if subject is not None:
        query = query.where(audit_event.c.subject == subject)
    if action is not None:
        query = query.where(audit_event.c.action == action)
    with store.read() as connection:
        return [
            AuditEvent(row.id, row.at, row.actor, row.action, row.subject, row.detail, row.hash)
            for row in connection.execute(query)
        ]


def check(store: Store, viewer: Viewer) -> ChainCheck:
    """Whether the chain of events is whole; administrators only."""
    viewer.require_administrator()
    with store.read() as connection:
        return audit.verify_chain(connection)
