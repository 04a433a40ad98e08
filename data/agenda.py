"""What a unit takes to its next board meeting: picks, and standing items that come every time.

| may | who |
|---|---|
| hold a unit's meetings, order its agenda, decide | its owners: leaders and quality team of it or a unit above it |
| read its agenda and its minutes | they, and administrators |
| neither | evaluators: what a team agrees on is no data of a study |

Nothing is deleted: an item that is taken off keeps its row and the moment. The order of the rows is the order of the
agenda, so that `arrange` writes new rows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from data import audit
from data.access import Viewer, require_sight
from data.errors import NotAllowed, NotFound, Refused
from data.reading import Pair
from data.schema import agenda_item, series, series_state, unit
from data.store import Store, stored_moment
from indicators.words import Words

MOST = 60  # items on one agenda

NOT_YOURS_TO_HOLD = Words(
    "Kun ledere og kvalitetsteam for {name} holder tavlemøde og ændrer dagsordenen.",
    "Only leaders and the quality team of {name} hold the board meeting and change its agenda.",
)
NOT_YOURS_TO_READ = Words(
    "Dagsorden og referater er for dem, der leder {name} eller arbejder med kvalitet der.",
    "Agenda and minutes are for those who lead {name} or work with its quality.",
)
NO_UNIT = Words("Enheden {code} findes ikke.", "There is no unit {code}.")
NO_SERIES = Words(
    "Målingen følges ikke i enheden og kan derfor ikke komme på dagsordenen.",
    "The measure is not followed in the unit, so it cannot be put on the agenda.",
)
FULL = Words(
    "Dagsordenen har allerede {most} målinger. Tag nogle af, før du lægger flere på.",
    "The agenda already has {most} measures. Take some off before you add more.",
)


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """A series on a unit's agenda. A standing item stays until it is taken off; `added_at` is UTC."""

    indicator_code: str
    unit_code: str
    is_standing: bool
    author: str
    added_at: datetime

    @property
    def pair(self) -> Pair:
        return self.indicator_code, self.unit_code


def may_hold(viewer: Viewer, board_unit: str) -> bool:
    """Whether the viewer holds this unit's board meetings and decides there.

    Examples
    --------
    >>> from data.access import SYSTEM
    >>> may_hold(SYSTEM, "NOH")
    True
    """
    return viewer.is_own(board_unit)


def may_read(viewer: Viewer, board_unit: str) -> bool:
    """Whether the viewer may read this unit's agenda and minutes."""
    return viewer.is_own(board_unit) or viewer.sees_all


def require_hold(connection: Connection, viewer: Viewer, board_unit: str) -> None:
    """Raise NotFound where there is no such unit, NotAllowed where the viewer does not hold its meetings."""
    _require(connection, board_unit, may_hold(viewer, board_unit), NOT_YOURS_TO_HOLD)


def require_reading(connection: Connection, viewer: Viewer, board_unit: str) -> None:
    """Raise NotFound where there is no such unit, NotAllowed where the viewer may not read its agenda."""
    _require(connection, board_unit, may_read(viewer, board_unit), NOT_YOURS_TO_READ)


def _require(connection: Connection, board_unit: str, is_allowed: bool, words: Words) -> None:
    row = connection.execute(select(unit.c.name_da, unit.c.name_en).where(unit.c.code == board_unit)).one_or_none()
    if row is None:
        raise NotFound(NO_UNIT, code=board_unit)
    if not is_allowed:
        raise NotAllowed(words, name=Words(row.name_da, row.name_en))


def listed(store: Store, viewer: Viewer, board_unit: str) -> list[AgendaItem]:
    """What is on the unit's agenda now, in its order; series of units the viewer may not see are left out.

    Raises
    ------
    NotFound, NotAllowed
        There is no such unit, or the viewer may not read its agenda.
    """
    with store.read() as connection:
        require_reading(connection, viewer, board_unit)
        rows = _standing_now(connection, board_unit)
    return [
        AgendaItem(row.indicator_code, row.unit_code, row.is_standing, row.author, row.added_at)
        for row in rows
        if viewer.may_see(row.unit_code)
    ]


def add(store: Store, viewer: Viewer, board_unit: str, indicator_code: str, unit_code: str, *, now: datetime) -> bool:
    """Put a series on the unit's agenda, last; False where it is there already.

    Raises
    ------
    NotFound, NotAllowed
        There is no such unit or series, the viewer does not hold the unit's meetings or may not see the series' unit.
    Refused
        The agenda is full.
    """
    pair = (indicator_code, unit_code)

    def write(connection: Connection) -> bool:
        require_hold(connection, viewer, board_unit)
        return _add(connection, viewer, board_unit, pair, now, is_standing=False)

    return store.write(write, changes_data=False)


def take_off(
    store: Store, viewer: Viewer, board_unit: str, indicator_code: str, unit_code: str, *, now: datetime
) -> bool:
    """Take a series off the unit's agenda, standing or not; False where it is not there. Raises as `add`."""

    def write(connection: Connection) -> bool:
        require_hold(connection, viewer, board_unit)
        gone = end(connection, board_unit, [(indicator_code, unit_code)], now=now, with_standing=True)
        if gone:
            _note(connection, viewer, "agenda.taken_off", board_unit, (indicator_code, unit_code), now)
        return bool(gone)

    return store.write(write, changes_data=False)


def set_standing(
    store: Store,
    viewer: Viewer,
    board_unit: str,
    indicator_code: str,
    unit_code: str,
    is_standing: bool,
    *,
    now: datetime,
) -> bool:
    """Make a series come every time, or only the next; one that is not on the agenda is put there.

    False where nothing changed. Raises as `add`.
    """
    pair = (indicator_code, unit_code)

    def write(connection: Connection) -> bool:
        require_hold(connection, viewer, board_unit)
        there = next((row for row in _standing_now(connection, board_unit) if _pair(row) == pair), None)
        if there is None:
            return _add(connection, viewer, board_unit, pair, now, is_standing=is_standing)
        if there.is_standing == is_standing:
            return False
        connection.execute(update(agenda_item).where(agenda_item.c.id == there.id).values(is_standing=is_standing))
        _note(connection, viewer, "agenda.standing" if is_standing else "agenda.once", board_unit, pair, now)
        return True

    return store.write(write, changes_data=False)


def arrange(store: Store, viewer: Viewer, board_unit: str, pairs: Sequence[Pair], *, now: datetime) -> None:
    """Put the agenda in this order: what is not on it yet is put there, what is not named comes last as it stood.

    Raises as `add`; then nothing is changed.
    """
    wanted = list(dict.fromkeys(pairs))

    def write(connection: Connection) -> None:
        require_hold(connection, viewer, board_unit)
        there = {_pair(row): row for row in _standing_now(connection, board_unit)}
        order = [*wanted, *(pair for pair in there if pair not in wanted)]
        if order == list(there):
            return
        if len(order) > MOST:
            raise Refused(FULL, most=MOST)
        for pair in order:
            if pair not in there:
                _require_series(connection, viewer, pair)
        end(connection, board_unit, there, now=now, with_standing=True)
        for pair in order:
            row = there.get(pair)
            _insert(
                connection,
                board_unit,
                pair,
                author=row.author if row is not None else viewer.name,
                at=row.added_at if row is not None else stored_moment(now),
                is_standing=row is not None and row.is_standing,
            )
        audit.append(
            connection, at=now, actor=viewer.email, action="agenda.arranged", subject=board_unit,
            detail={"series": [" ".join(pair) for pair in order]},
        )  # fmt: skip

    store.write(write, changes_data=False)


# ------------------------------------------------------------------------------------------- inside a transaction


def end(
    connection: Connection, board_unit: str, pairs: Collection[Pair], *, now: datetime, with_standing: bool = False
) -> int:
    """End the items of these series on a unit's agenda, and return how many there were; standing ones only if asked."""
    wanted = set(pairs)
    ids = [
        row.id
        for row in _standing_now(connection, board_unit)
        if _pair(row) in wanted and (with_standing or not row.is_standing)
    ]
    if ids:
        connection.execute(update(agenda_item).where(agenda_item.c.id.in_(ids)).values(taken_off_at=stored_moment(now)))
    return len(ids)


def _standing_now(connection: Connection, board_unit: str) -> Sequence[Row]:
    columns = agenda_item.c
    return connection.execute(
        select(agenda_item).where(columns.board_unit == board_unit, columns.taken_off_at.is_(None)).order_by(columns.id)
    ).all()


def _pair(row: Row) -> Pair:
    return row.indicator_code, row.unit_code


def _add(
    connection: Connection, viewer: Viewer, board_unit: str, pair: Pair, now: datetime, *, is_standing: bool
) -> bool:
    _require_series(connection, viewer, pair)
    there = _standing_now(connection, board_unit)
    if any(_pair(row) == pair for row in there):
        return False
    if len(there) >= MOST:
        raise Refused(FULL, most=MOST)
    _insert(connection, board_unit, pair, author=viewer.name, at=stored_moment(now), is_standing=is_standing)
    _note(connection, viewer, "agenda.standing" if is_standing else "agenda.added", board_unit, pair, now)
    return True


def _require_series(connection: Connection, viewer: Viewer, pair: Pair) -> None:
    require_sight(connection, viewer, [pair[1]])
    for table in (series, series_state):
        query = select(table.c.unit_code).where(table.c.indicator_code == pair[0], table.c.unit_code == pair[1])
        if connection.execute(query.limit(1)).first() is not None:
            return
    raise NotFound(NO_SERIES)


def _insert(
    connection: Connection, board_unit: str, pair: Pair, *, author: str, at: datetime, is_standing: bool
) -> None:
    connection.execute(
        insert(agenda_item).values(
            board_unit=board_unit,
            indicator_code=pair[0],
            unit_code=pair[1],
            is_standing=is_standing,
            author=author,
            added_at=at,
        )
    )


def _note(connection: Connection, viewer: Viewer, action: str, board_unit: str, pair: Pair, now: datetime) -> None:
    audit.append(
        connection, at=now, actor=viewer.email, action=action, subject=board_unit, detail={"series": " ".join(pair)}
    )
