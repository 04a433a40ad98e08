"""Writing a delivery: its own row and its observations, inside the transaction of whoever delivers.

Observations are append-only: a correction is a new row of a later delivery, never a change of an old one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, insert, select

from data.schema import delivery, observation
from data.store import Store, bulk_insert, stored_moment

OBSERVATION_COLUMNS = (
    "indicator_code",
    "indicator_version",
    "unit_code",
    "period_start",
    "period_kind",
    "numerator",
    "denominator",
    "value",
    "note",
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The delivery as it was written."""

    delivery_id: int
    receipt: str
    recorded_at: datetime


def receipt_number(year: int, delivery_id: int) -> str:
    """The number a person quotes. The delivery's own number runs on across years, so no two are alike.

    Examples
    --------
    >>> receipt_number(2026, 123)
    'T-2026-000123'
    """
    return f"T-{year}-{delivery_id:06d}"


def record_delivery(
    connection: Connection,
    observations: pd.DataFrame,
    *,
    account_id: int,
    file_name: str,
    sha256: str,
    origin: str,
    note: str,
    findings: Sequence[Mapping[str, object]],
    n_new: int,
    n_changed: int,
    n_unchanged: int,
    now: datetime,
) -> Recorded:
    """Write one delivery and its new or changed observations (`OBSERVATION_COLUMNS`, `sd` optional).

    Raises
    ------
    sqlalchemy.exc.IntegrityError
        A denominator that is not above 0 or a negative numerator: the checks before this let it through.
    """
    sequence: Any = delivery.c.id.default
    delivery_id = connection.execute(select(sequence.next_value())).scalar_one()
    recorded_at = stored_moment(now)
    receipt = receipt_number(recorded_at.year, delivery_id)
    connection.execute(
        insert(delivery).values(
            id=delivery_id,
            receipt=receipt,
            account_id=account_id,
            file_name=file_name,
            sha256=sha256,
            origin=origin,
            state="committed",
            note=note,
            n_new=n_new,
            n_changed=n_changed,
            n_unchanged=n_unchanged,
            findings=[dict(finding) for finding in findings],
            recorded_at=recorded_at,
        )
    )
    columns = [name for name in (*OBSERVATION_COLUMNS, "sd") if name in observations.columns]
    bulk_insert(connection, observation, observations[columns].assign(delivery_id=delivery_id, recorded_at=recorded_at))
    return Recorded(delivery_id, receipt, recorded_at)


def newest_receipt_of(store: Store, sha256: str, account_id: int) -> str:
    """The receipt of this account's newest committed delivery with this very content, or ""."""
    with store.read() as connection:
        return (
            connection.scalar(
                select(delivery.c.receipt)
                .where(
                    delivery.c.sha256 == sha256,
                    delivery.c.account_id == account_id,
                    delivery.c.state == "committed",
                )
                .order_by(delivery.c.id.desc())
                .limit(1)
            )
            or ""
        )
