"""Signals somebody has marked as seen: per person, and only as long as the signal is the same one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from data.access import Viewer, require_sight
from data.schema import signal_seen
from data.states import SeriesState
from data.store import Store, stored_moment
from indicators.words import Words

NO_SERIES = Words("Målingen følges ikke længere i enheden.", "The measure is no longer followed in the unit.")


def signal_of(state: SeriesState) -> str:
    """What the signal of a state is known by: its kind, its rule and its first period.

    A signal that grows by a month is the same one; another rule, another direction or a new beginning is not.
    """
    first = state.signal_first.isoformat() if state.signal_first else ""
    return f"{state.variation.value} {state.rule or ''} {first}"


def seen(store: Store, viewer: Viewer) -> dict[tuple[str, str], str]:
    """(indicator, unit) -> the signal the viewer has marked as seen there."""
    columns = signal_seen.c
    with store.read() as connection:
        rows = connection.execute(
            select(columns.indicator_code, columns.unit_code, columns.signal).where(
                columns.account_id == viewer.account_id
            )
        )
        return {(row.indicator_code, row.unit_code): row.signal for row in rows}


def mark(store: Store, viewer: Viewer, states: list[SeriesState], *, now: datetime) -> None:
    """Note that the viewer has seen the signals of `states`; `now` is UTC. Raises where a unit is not in sight."""

    def write(connection: Connection) -> None:
        require_sight(connection, viewer, sorted({state.unit_code for state in states}))
        for state in states:
            _forget(connection, viewer, state.indicator_code, state.unit_code)
            connection.execute(
                signal_seen.insert().values(
                    account_id=viewer.account_id,
                    indicator_code=state.indicator_code,
                    unit_code=state.unit_code,
                    signal=signal_of(state),
                    seen_at=stored_moment(now),
                )
            )

    store.write(write, changes_data=False)


def unmark(store: Store, viewer: Viewer, indicator_code: str, unit_code: str) -> None:
    """Take the mark away again."""
    store.write(lambda connection: _forget(connection, viewer, indicator_code, unit_code), changes_data=False)


def _forget(connection: Connection, viewer: Viewer, indicator_code: str, unit_code: str) -> None:
    columns = signal_seen.c
    connection.execute(
        delete(signal_seen).where(
            columns.account_id == viewer.account_id,
            columns.indicator_code == indicator_code,
            columns.unit_code == unit_code,
        )
    )
