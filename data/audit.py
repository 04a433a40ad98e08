"""What somebody did, in rows chained by hash: a row that was changed, moved or removed breaks the chain.

Each row's hash is SHA-256 over the hash before it and its own content. The last hash is also kept in `store_info`, so
that rows cut off the end show. The chain shows tampering by whoever edits rows; somebody who may rewrite the whole
store can rewrite the chain as well, so keep the head (`tavle doctor` prints it) somewhere else if that matters.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from data.schema import audit_event
from data.store import read_info, stored_moment, write_info

HEAD = "audit_head"
FIRST = "0" * 64  # the hash before the first row


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One thing somebody did: `actor` is an e-mail address, `subject` what it was done to, `detail` what changed."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """Whether the chain is whole. `broken_at` is the id of the first row that does not follow from those before it;
    None with `is_whole` False means that rows are missing at the end."""

    is_whole: bool
    n_events: int
    broken_at: int | None
    head: str


def append(
    connection: Connection,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Add one event inside the transaction of the thing itself, and return its id.

    Called on the writer's connection only, so that no two events follow the same one. `detail` holds JSON values and
    never a password, a token or personal data of patients.
    """
    previous = read_info(connection, HEAD) or FIRST
    moment = stored_moment(at)
    content = json.loads(json.dumps(dict(detail or {})))
    fingerprint = _fingerprint(previous, moment, actor, action, subject, content)
    new = connection.scalar(
        insert(audit_event)
        .values(
            at=moment,
            actor=actor,
            action=action,
            subject=subject,
            detail=content,
            previous_hash=previous,
            hash=fingerprint,
        )
        .returning(audit_event.c.id)
    )
    write_info(connection, HEAD, fingerprint)
    return int(new or 0)


def verify_chain(connection: Connection) -> ChainCheck:
    """Work every hash out again, in order."""
    head, count = FIRST, 0
    for row in connection.execute(select(audit_event).order_by(audit_event.c.id)):
        right = _fingerprint(head, row.at, row.actor, row.action, row.subject, row.detail)
        if row.previous_hash != head or row.hash != right:
            return ChainCheck(False, count, row.id, head)
        head, count = row.hash, count + 1
    return ChainCheck((read_info(connection, HEAD) or FIRST) == head, count, None, head)


def _fingerprint(previous: str, at: datetime, actor: str, action: str, subject: str, detail: Mapping[str, Any]) -> str:
    content = json.dumps([previous, at.isoformat(), actor, action, subject, detail], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
