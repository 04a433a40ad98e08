"""Committing a delivery: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import pandas as pd

from data import audit, reading, recording, states
from data.access import Viewer, require_delivery
from data.store import Connection, Store, stored_moment
from etl.report import Finding, Receipt, RowStatus
from etl.transform import compare


def load(
    store: Store,
    viewer: Viewer,
    rows: pd.DataFrame,
    *,
    file_name: str,
    sha256: str,
    origin: str,
    note: str,
    warnings: Sequence[Finding],
    today: date,
    now: datetime,
) -> Receipt:
    """Write what is new or changed of the tidy rows: delivery, observations, series states and the audit event.

    What is new is worked out again inside the transaction, because somebody else may have delivered since the check;
    so are the rights. Rows that say what the store already holds add nothing, and a delivery in which no row says
    anything new writes nothing at all: its receipt has no number, and names the delivery that brought the same file.

    Raises
    ------
    NotAllowed
        The viewer may not deliver for one of the units.
    """
    pairs = sorted(set(zip(rows["indicator_code"], rows["unit_code"], strict=True)))

    def receipt(number: str, compared: pd.DataFrame, recorded_at: datetime, earlier: str = "") -> Receipt:
        changed = compared[compared["change"] != RowStatus.UNCHANGED]
        return Receipt(
            number=number,
            n_new=int((compared["change"] == RowStatus.NEW).sum()),
            n_changed=int((compared["change"] == RowStatus.CHANGED).sum()),
            n_unchanged=int((compared["change"] == RowStatus.UNCHANGED).sum()),
            recorded_at=recorded_at,
            file_name=file_name,
            sha256=sha256,
            touched=tuple(sorted(set(zip(changed["indicator_code"], changed["unit_code"], strict=True)))),
            earlier=earlier,
        )

    with store.read() as connection:
        require_delivery(connection, viewer, sorted(set(rows["unit_code"])))
        compared = compare(rows, reading.observations(connection, pairs))
    if (compared["change"] == RowStatus.UNCHANGED).all():
        earlier = recording.newest_receipt_of(store, sha256, viewer.account_id)
        return receipt("", compared, stored_moment(now), earlier)

    def commit(connection: Connection) -> Receipt:
        require_delivery(connection, viewer, sorted(set(rows["unit_code"])))
        compared = compare(rows, reading.observations(connection, pairs))
        changes = compared[compared["change"] != RowStatus.UNCHANGED]
        said = receipt("", compared, stored_moment(now))
        if changes.empty:
            return said
        recorded = recording.record_delivery(
            connection,
            changes,
            account_id=viewer.account_id,
            file_name=file_name,
            sha256=sha256,
            origin=origin,
            note=note,
            findings=[{"code": w.code, "row": w.row, "column": w.column} for w in warnings],
            n_new=said.n_new,
            n_changed=said.n_changed,
            n_unchanged=said.n_unchanged,
            now=now,
        )
        states.recalculate(connection, said.touched, today=today, now=now, deadline_day=store.deadline_day)
        audit.append(
            connection,
            at=now,
            actor=viewer.email,
            action="delivery",
            subject=recorded.receipt,
            detail={
                "file_name": file_name,
                "sha256": sha256,
                "origin": origin,
                "new": said.n_new,
                "changed": said.n_changed,
                "unchanged": said.n_unchanged,
                "series": len(said.touched),
            },
        )
        return receipt(recorded.receipt, compared, recorded.recorded_at)

    return store.write(commit)
