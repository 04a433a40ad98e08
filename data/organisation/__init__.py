"""Units over time: what happens to them on a date, planned in words before it is done, and undone where it can be.

`plan` says what a change will do and what stands in the way; `carry_out` (or `rename`, `merge`, `split`, `close`,
`move`, `move_task`) does it in one transaction with a reason and a line in the audit trail; `undo` puts back what stood
before, as long as nothing has been built on it. Administrators only.

A change may be decided ahead of its date: until then pages show the organisation as it still is. Figures are never
moved: each stays with the unit it was delivered for, and `data.succession` takes them together where a chart is read
as the organisation is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from data import states
from data.access import Viewer
from data.errors import DataError
from data.organisation import writing
from data.organisation.changes import (
    KIND_NAMES,
    Change,
    Close,
    Kind,
    Merge,
    Move,
    MoveTask,
    NewUnit,
    Open,
    Rename,
    Split,
    kind_of,
)
from data.organisation.draft import Draft, Late, Snapshot, drafted
from data.organisation.sentences import Said
from data.reading import Pair
from data.schema import unit, unit_change
from data.store import Store
from indicators.words import Words

__all__ = [
    "KIND_NAMES",
    "Change",
    "Close",
    "Decision",
    "Kind",
    "Late",
    "Merge",
    "Move",
    "MoveTask",
    "NewUnit",
    "NotPossible",
    "Open",
    "Plan",
    "Rename",
    "Said",
    "Split",
    "carry_out",
    "close",
    "decided",
    "merge",
    "move",
    "move_task",
    "plan",
    "rename",
    "split",
    "undo",
    "why_not_undo",
]

NOT_POSSIBLE = Words("{why}", "{why}")


class NotPossible(DataError):  # noqa: N818  a state, named as people say it
    """A change, or the undoing of one, that something stands in the way of; `problems` are all of it."""

    def __init__(self, problems: Sequence[Said]) -> None:
        self.problems = tuple(problems)
        super().__init__(NOT_POSSIBLE, why=" ".join(one.say("en") for one in problems))

    def reason(self, language: str) -> str:
        return " ".join(one.say(language) for one in self.problems)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change will do.

    `problems` is empty when it can be done. `steps` say what happens, `attention` what people must see to; each is a
    sentence with `.say(language)`. `ends`, `starts` and `breaks` are series (indicator code, unit code).
    """

    change: Change
    valid_from: date
    problems: tuple[Said, ...]
    steps: tuple[Said, ...]
    attention: tuple[Said, ...]
    ends: tuple[Pair, ...]
    starts: tuple[Pair, ...]
    breaks: tuple[Pair, ...]
    late: tuple[Late, ...]

    @property
    def kind(self) -> Kind:
        return kind_of(self.change)

    @property
    def is_possible(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class Decision:
    """A change as it was decided: `units` are the old, `to` the new (or the new parent)."""

    number: int
    kind: Kind
    valid_from: date
    units: tuple[str, ...]
    to: tuple[str, ...]
    indicators: tuple[str, ...]
    names: Mapping[str, Words]
    reason: str
    author: str
    at: datetime
    is_undone: bool


def plan(store: Store, viewer: Viewer, change: Change, *, valid_from: date, reason: str = "") -> Plan:
    """What `change` will do on `valid_from`, the first day of the new; nothing is written.

    Raises
    ------
    NotAllowed
        The viewer is no administrator.
    """
    viewer.require_administrator()
    with store.read() as connection:
        # What is missing until it is done is the reason; a plan without one is still worth reading.
        return _planned(drafted(Snapshot(connection), change, valid_from, reason or "–"))


def carry_out(
    store: Store, viewer: Viewer, change: Change, *, valid_from: date, reason: str, today: date, now: datetime
) -> tuple[int, Plan]:
    """Do it: everything the plan says, in one transaction. Returns the decision's number and the plan.

    Raises
    ------
    NotAllowed
        The viewer is no administrator.
    NotPossible
        Something stands in the way; nothing has changed.
    """
    viewer.require_administrator()

    def write(connection: Connection) -> tuple[int, Plan]:
        return carry_out_within(
            connection, viewer, change, valid_from=valid_from, reason=reason, today=today, now=now,
            deadline_day=store.deadline_day,
        )  # fmt: skip

    return store.write(write)


def carry_out_within(
    connection: Connection,
    viewer: Viewer,
    change: Change,
    *,
    valid_from: date,
    reason: str,
    today: date,
    now: datetime,
    deadline_day: int,
) -> tuple[int, Plan]:
    """`carry_out` inside a transaction that does more; raises `NotPossible`, and the transaction must be given up."""
    draft = drafted(Snapshot(connection), change, valid_from, reason)
    if draft.problems:
        raise NotPossible(draft.problems)
    number = writing.write(connection, draft, viewer, reason=reason, now=now)
    if pairs := writing.touched(draft):
        states.recalculate(connection, pairs, today=today, now=now, deadline_day=deadline_day)
    return number, _planned(draft)


def _planned(draft: Draft) -> Plan:
    return Plan(
        change=draft.change,
        valid_from=draft.valid_from,
        problems=tuple(draft.problems),
        steps=tuple(draft.steps),
        attention=tuple(draft.attention),
        ends=tuple(draft.ends),
        starts=tuple(draft.starts),
        breaks=tuple(draft.breaks),
        late=tuple(draft.late),
    )


# ------------------------------------------------------------------------------------------------- each by its name


def rename(
    store: Store,
    viewer: Viewer,
    unit_code: str,
    name: Words,
    *,
    short_name: str = "",
    valid_from: date,
    reason: str,
    today: date,
    now: datetime,
) -> int:
    """Give a unit another name from a day on; its number. Raises like `carry_out`."""
    change = Rename(unit_code, name, short_name)
    return carry_out(store, viewer, change, valid_from=valid_from, reason=reason, today=today, now=now)[0]


def merge(
    store: Store,
    viewer: Viewer,
    unit_codes: Sequence[str],
    into: NewUnit | str,
    *,
    shares_rights: bool = False,
    valid_from: date,
    reason: str,
    today: date,
    now: datetime,
) -> int:
    """Make units one from a day on, a new one or one that is there; its number. Raises like `carry_out`."""
    change = Merge(tuple(unit_codes), into, shares_rights)
    return carry_out(store, viewer, change, valid_from=valid_from, reason=reason, today=today, now=now)[0]


def split(
    store: Store,
    viewer: Viewer,
    unit_code: str,
    into: Sequence[NewUnit | str],
    *,
    children: Mapping[str, str] | None = None,
    valid_from: date,
    reason: str,
    today: date,
    now: datetime,
) -> int:
    """Make one unit several from a day on; its number. Raises like `carry_out`."""
    change = Split(unit_code, tuple(into), children or {})
    return carry_out(store, viewer, change, valid_from=valid_from, reason=reason, today=today, now=now)[0]


def close(
    store: Store, viewer: Viewer, unit_code: str, *, valid_from: date, reason: str, today: date, now: datetime
) -> int:
    """Close a unit: `valid_from` is the first day without it. Its number. Raises like `carry_out`."""
    return carry_out(store, viewer, Close(unit_code), valid_from=valid_from, reason=reason, today=today, now=now)[0]


def move(
    store: Store,
    viewer: Viewer,
    unit_code: str,
    parent_code: str,
    *,
    valid_from: date,
    reason: str,
    today: date,
    now: datetime,
) -> int:
    """Let a unit belong under another from a day on; its number. Raises like `carry_out`."""
    change = Move(unit_code, parent_code)
    return carry_out(store, viewer, change, valid_from=valid_from, reason=reason, today=today, now=now)[0]


def move_task(
    store: Store,
    viewer: Viewer,
    indicator_code: str,
    unit_codes: Sequence[str],
    to_code: str,
    *,
    valid_from: date,
    reason: str,
    today: date,
    now: datetime,
) -> int:
    """Let another unit do, and count, what an indicator follows from a day on; its number. Raises like `carry_out`."""
    change = MoveTask(indicator_code, tuple(unit_codes), to_code)
    return carry_out(store, viewer, change, valid_from=valid_from, reason=reason, today=today, now=now)[0]


# ------------------------------------------------------------------------------------------------- what was decided


def decided(store: Store, viewer: Viewer, *, with_undone: bool = True) -> list[Decision]:
    """The changes that were decided, the latest date first. What happens to units is public: anybody may read it."""
    with store.read() as connection:
        names = {row.code: Words(row.name_da, row.name_en) for row in connection.execute(select(unit))}
        rows = connection.execute(select(unit_change).order_by(unit_change.c.id)).all()
    by_number: dict[int, list[Any]] = {}
    for row in rows:
        if with_undone or row.withdrawn_at is None:
            by_number.setdefault(row.decision, []).append(row)
    found = [_decision(number, of_one, names) for number, of_one in by_number.items()]
    return sorted(found, key=lambda one: (one.valid_from, one.number), reverse=True)


def _decision(number: int, rows: Sequence[Any], names: Mapping[str, Words]) -> Decision:
    first = rows[0]
    # Units that moved because their parent was split are part of the split.
    own = [row for row in rows if row.kind == first.kind]
    units = tuple(dict.fromkeys(row.unit_code for row in own))
    to = tuple(dict.fromkeys(row.to_code for row in own if row.to_code))
    return Decision(
        number=number,
        kind=Kind(first.kind),
        valid_from=first.valid_from,
        units=units,
        to=to,
        indicators=tuple(dict.fromkeys(row.indicator_code for row in own if row.indicator_code)),
        names={code: names.get(code, Words(code, code)) for code in (*units, *to)},
        reason=first.reason,
        author=first.author,
        at=first.at,
        is_undone=first.withdrawn_at is not None,
    )


def why_not_undo(store: Store, viewer: Viewer, number: int) -> tuple[Said, ...]:
    """What stands in the way of undoing a decision; nothing, if it can be undone."""
    viewer.require_administrator()
    with store.read() as connection:
        return tuple(writing.in_the_way_of_undoing(connection, number))


def undo(store: Store, viewer: Viewer, number: int, *, today: date, now: datetime) -> None:
    """Put back what stood before a decision. The decision stays in the list as undone.

    Raises
    ------
    NotAllowed
        The viewer is no administrator.
    NotPossible
        Figures have been delivered since for what it made, or another change has been built on it.
    """
    viewer.require_administrator()

    def write(connection: Connection) -> None:
        problems = writing.in_the_way_of_undoing(connection, number)
        if problems:
            raise NotPossible(problems)
        pairs = writing.undo(connection, number, viewer, now=now)
        states.recalculate(connection, pairs, today=today, now=now, deadline_day=store.deadline_day)

    store.write(write)
