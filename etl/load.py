"""Committing a delivery: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from data import audit, month_states, outbox, reading, recording, states
from data.access import Viewer, require_delivery
from data.reading import Pair
from data.store import Connection, Store, read_info, stored_moment
from etl.report import Finding, Receipt, RowStatus
from etl.transform import KEY, compare
from indicators.words import Words

RIGHTS = Words("Kontrollerer rettigheder og ændringer", "Checking rights and changes")
WRITING = Words("Skriver tallene", "Writing the figures")
SERIES_AT_A_TIME = 1_500  # less than a second
SIGNALS = Words("Beregner signaler", "Working out the signals")


@dataclass(frozen=True, slots=True)
class Known:
    """What a check found in the store: the series of the file, their figures, and what each tidy row would do.

    `keys` are `Rows.keys_of` the figures. It holds as long as the store has this `version`; after that it must be asked
    for again.
    """

    version: int
    pairs: Sequence[Pair]
    current: pd.DataFrame
    keys: npt.NDArray[np.int64]
    compared: pd.DataFrame


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
    known: Known | None = None,
    progress: Callable[[Words, float], None] = lambda stage, share: None,
) -> Receipt:
    """Write what is new or changed of the tidy rows: delivery, observations, series states and the audit event.

    What is new is worked out again inside the transaction if anything was written since the check (`known`), because
    somebody else may have delivered; so are the rights, always. Rows that say what the store already holds add nothing,
    and a delivery in which no row says anything new writes nothing at all: its receipt has no number, and names the
    delivery that brought the same file.

    Raises
    ------
    NotAllowed
        The viewer may not deliver for one of the units.
    PeriodLocked
        A month whose figures would change was locked since the check.
    """
    pairs = list(known.pairs) if known else sorted(set(zip(rows["indicator_code"], rows["unit_code"], strict=True)))
    unit_codes = sorted({unit_code for _, unit_code in pairs})

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
            touched=tuple(sorted(changed[KEY[:2]].drop_duplicates().itertuples(index=False, name=None))),
            earlier=earlier,
        )

    def against_store(connection: Connection) -> pd.DataFrame:
        require_delivery(connection, viewer, unit_codes)
        if known is not None and int(read_info(connection, "data_version") or 0) == known.version:
            return known.compared
        return compare(rows, reading.observations(connection, pairs))

    progress(RIGHTS, 0.0)
    with store.read() as connection:
        compared = against_store(connection)
    if (compared["change"] == RowStatus.UNCHANGED).all():
        earlier = recording.newest_receipt_of(store, sha256, viewer.account_id)
        return receipt("", compared, stored_moment(now), earlier)

    def commit(connection: Connection) -> Receipt:
        compared = against_store(connection)
        changes = compared[compared["change"] != RowStatus.UNCHANGED]
        said = receipt("", compared, stored_moment(now))
        if changes.empty:
            return said
        progress(WRITING, 0.1)
        recorded = recording.record_delivery(
            connection,
            changes,
            account_id=viewer.account_id,
            file_name=file_name,
            sha256=sha256,
            origin=origin,
            note=note,
            findings=[_kept(warning) for warning in warnings],
            n_new=said.n_new,
            n_changed=said.n_changed,
            n_unchanged=said.n_unchanged,
            now=now,
        )
        month_states.submit(
            connection, changes, author=viewer.name, actor=viewer.email, receipt=recorded.receipt, now=now
        )
        # Some at a time: figures of thousands of series need not be in memory together, and somebody waits for news.
        for first in range(0, len(said.touched), SERIES_AT_A_TIME):
            progress(SIGNALS, 0.3 + 0.7 * first / len(said.touched))
            some = said.touched[first : first + SERIES_AT_A_TIME]
            states.recalculate(
                connection, some, today=today, now=now, deadline_day=store.deadline_day, give_way=store.give_way
            )
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
        outbox.queue_receipt(
            connection, account_id=viewer.account_id, receipt=recorded.receipt, touched=said.touched, now=now
        )
        return receipt(recorded.receipt, compared, recorded.recorded_at)

    return store.write(commit, about={indicator_code for indicator_code, _ in pairs})


def _kept(warning: Finding) -> dict[str, object]:
    """A warning as the delivery keeps it: where and which, never what stood in the cell."""
    kept: dict[str, object] = {"code": warning.code, "row": warning.row, "column": warning.column}
    if warning.is_confirmed:
        kept["confirmed"] = True
    if warning.stands_for > 1:
        kept["count"] = warning.stands_for
    return kept
