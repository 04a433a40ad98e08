"""The stored signals: what each series says, for the board, the goals, mail and the API."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from sqlalchemy import select

from data.access import Viewer, require_sight
from data.queries import observations
from data.reading import Pair
from data.schema import series_state
from data.states import SeriesState, Surroundings, from_row, state_of
from data.store import Store
from indicators.assessment import assess_many


def of_units(store: Store, viewer: Viewer, unit_codes: Collection[str] | None = None) -> list[SeriesState]:
    """The state of every series in the given units (None: all the viewer may see), by unit and indicator.

    Where small numbers are hidden from the viewer the state is worked out anew from what is left: the stored one, its
    centre line included, was made from figures the viewer may not see.

    Raises
    ------
    NotFound, NotAllowed
        One of the units does not exist, or the viewer may not see it.
    """
    wanted = None if unit_codes is None else frozenset(unit_codes)
    key = ("states", wanted, store.small_number, store.deadline_day, viewer.rights)
    return list(store.remember(key, partial(_of_units, store, viewer, wanted)))


def _of_units(store: Store, viewer: Viewer, unit_codes: frozenset[str] | None) -> list[SeriesState]:
    with store.read() as connection:
        query = select(series_state).order_by(series_state.c.unit_code, series_state.c.indicator_code)
        if unit_codes is not None:
            require_sight(connection, viewer, sorted(unit_codes))
            query = query.where(series_state.c.unit_code.in_(unit_codes))
        found = [from_row(row) for row in connection.execute(query) if viewer.may_see(row.unit_code)]
    strange = [state for state in found if not viewer.is_own(state.unit_code)]
    if not strange:
        return found
    by_indicator: dict[str, list[SeriesState]] = {}
    for state in strange:
        by_indicator.setdefault(state.indicator_code, []).append(state)
    # A delivery of other indicators leaves those of an indicator as they are.
    keys = {
        code: (
            "disclosed_states",
            code,
            tuple((state.unit_code, state.computed_at) for state in some),
            store.small_number,
            store.deadline_day,
            viewer.rights,
        )
        for code, some in by_indicator.items()
    }
    disclosed = store.remember_each(keys, partial(_disclosed, store, viewer, by_indicator))
    shown = {(state.indicator_code, state.unit_code): state for some in disclosed.values() for state in some}
    return [shown.get((state.indicator_code, state.unit_code), state) for state in found]


def _disclosed(
    store: Store, viewer: Viewer, by_indicator: Mapping[str, list[SeriesState]], codes: list[str]
) -> dict[str, list[SeriesState]]:
    """The states of these indicators as the viewer may see them, by indicator."""
    made: dict[str, list[SeriesState]] = {code: [] for code in codes}
    for state in _work_out(store, viewer, [state for code in codes for state in by_indicator[code]]):
        made[state.indicator_code].append(state)
    return made


def one(store: Store, viewer: Viewer, indicator_code: str, unit_code: str) -> SeriesState | None:
    """The state of one series, None while it was never calculated; raises like `of_units`."""
    states = of_units(store, viewer, [unit_code])
    return next((state for state in states if state.indicator_code == indicator_code), None)


def _work_out(store: Store, viewer: Viewer, states: list[SeriesState]) -> list[SeriesState]:
    by_pair: dict[Pair, SeriesState] = {(state.indicator_code, state.unit_code): state for state in states}
    codes = {state.indicator_code for state in states}
    hidden = observations.hidden_from(store, viewer, codes, None, store.small_number)
    touched = {(code, unit_code) for code, unit_code, _ in hidden}
    # Only these: of the others, which may be thousands, not a figure is read.
    pairs = [pair for pair in by_pair if pair in touched]
    if not pairs:
        return states
    figures = observations.current_many(store, viewer, pairs)
    with store.read() as connection:
        around = Surroundings.read(connection, pairs, deadline_day=store.deadline_day)
    found = dict(list(figures.groupby(["indicator_code", "unit_code"], sort=False)))
    # The day of the calculation stands for today: what was due then is what the stored states say too.
    asked = [around.asked(pair, frame, by_pair[pair].computed_at.date()) for pair, frame in found.items()]
    for pair, assessment in zip(found, assess_many(asked), strict=True):
        stored = by_pair[pair]
        by_pair[pair] = state_of(
            assessment,
            pair[1],
            data_version=stored.data_version,
            computed_at=stored.computed_at,
            has_hidden=True,
        )
    return list(by_pair.values())
