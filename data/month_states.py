"""Where each month of a series stands: empty, draft, without figures, submitted, returned, approved or locked.

The first two follow from what there is: no figure, or texts that somebody has begun to type. A figure makes the month
submitted, and from there people move it by the steps in `STEPS`. A change of the figure of a returned or approved month
makes it submitted again; a locked month's figure cannot change, whatever way the change would come in. A month that
will never have a figure can be declared so, with a reason: nobody waits for it, until a figure comes in all the same.

Four eyes: whoever handed in the figure that counts does not approve it, whichever roles they have, unless nobody else
leads the unit or is its quality team. Then they may, and the audit event says that it was their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from data import audit, cpr, drafts, outbox, reading, typed
from data.access import Viewer, owners, require_sight
from data.errors import NotAllowed, Refused
from data.naming import Names
from data.reading import Pair
from data.schema import delivery, month_state, series
from data.sql import statement
from data.store import Store, bulk_insert, bulk_read, stored_moment
from indicators.words import Words

Key = tuple[str, str, date]  # indicator code, unit code, first day of the period
KEY = ["indicator_code", "unit_code", "period_start"]
LONGEST_REASON = 2000


class State(StrEnum):
    EMPTY = "empty"
    DRAFT = "draft"
    NO_FIGURES = "no_figures"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    LOCKED = "locked"


STATE_NAMES: Mapping[State, Words] = {
    State.EMPTY: Words("Tom", "Empty"),
    State.DRAFT: Words("Kladde", "Draft"),
    State.NO_FIGURES: Words("Meldt uden tal", "Declared without figures"),
    State.SUBMITTED: Words("Indsendt", "Submitted"),
    State.RETURNED: Words("Sendt tilbage", "Returned"),
    State.APPROVED: Words("Godkendt", "Approved"),
    State.LOCKED: Words("Låst", "Locked"),
}


class Right(StrEnum):
    """What a step asks of whoever takes it, of the unit the month belongs to."""

    OWN = "own"  # leads it or is its quality team: sees its figures as they are (`Viewer.is_own`)
    DELIVER = "deliver"  # its quality team, or an administrator (`Viewer.may_deliver`)


@dataclass(frozen=True, slots=True)
class Step:
    """A step a month may take. `words` is what the button says; `needs_other` asks for somebody else than whoever
    handed in the figure that counts, where the unit has anybody else."""

    before: State
    after: State
    right: Right
    needs_reason: bool
    words: Words
    needs_other: bool = False

    def may_be_taken_by(self, viewer: Viewer, unit_code: str) -> bool:
        return viewer.is_own(unit_code) if self.right is Right.OWN else viewer.may_deliver(unit_code)


STEPS: tuple[Step, ...] = (
    Step(State.SUBMITTED, State.APPROVED, Right.OWN, False, Words("Godkend", "Approve"), needs_other=True),
    Step(State.SUBMITTED, State.RETURNED, Right.OWN, True, Words("Send tilbage", "Return")),
    Step(State.SUBMITTED, State.LOCKED, Right.DELIVER, False, Words("Lås", "Lock")),
    Step(State.RETURNED, State.SUBMITTED, Right.OWN, True, Words("Indsend uden ændringer", "Submit unchanged")),
    Step(State.APPROVED, State.SUBMITTED, Right.OWN, False, Words("Fortryd godkendelse", "Undo the approval")),
    Step(State.APPROVED, State.RETURNED, Right.OWN, True, Words("Send tilbage", "Return")),
    Step(State.APPROVED, State.LOCKED, Right.DELIVER, False, Words("Lås", "Lock")),
    Step(State.LOCKED, State.SUBMITTED, Right.DELIVER, True, Words("Lås op", "Unlock")),
    Step(State.EMPTY, State.NO_FIGURES, Right.DELIVER, True, Words("Meld uden tal", "Declare without figures")),
    Step(State.DRAFT, State.NO_FIGURES, Right.DELIVER, True, Words("Meld uden tal", "Declare without figures")),
    Step(State.NO_FIGURES, State.EMPTY, Right.DELIVER, False, Words("Vent tal igen", "Expect figures again")),
)
_STEPS = {(step.before, step.after): step for step in STEPS}
_OF_FIGURES = frozenset({State.SUBMITTED, State.RETURNED, State.APPROVED, State.LOCKED})

NO_STEP = Words(
    "{period} for {indicator} i {unit} er {before} og kan ikke blive {after}.",
    "{period} of {indicator} in {unit} is {before} and cannot become {after}.",
)
NOT_YOURS = {
    Right.OWN: Words(
        "Kun ledere og kvalitetsteam for {unit} kan gøre det.",
        "Only leaders and the quality team of {unit} can do that.",
    ),
    Right.DELIVER: Words(
        "Kun kvalitetsteamet for {unit} og administratorer kan gøre det.",
        "Only the quality team of {unit} and administrators can do that.",
    ),
}
OWN_FIGURES = Words(
    "Du har selv indsendt {period} for {indicator} i {unit}. En anden leder eller en anden fra kvalitetsteamet skal "
    "godkende tallene.",
    "You handed in {period} of {indicator} in {unit} yourself. Another leader, or somebody else from the quality team, "
    "must approve the figures.",
)
NOT_FOLLOWED = Words(
    "{indicator} følges ikke i {unit}, så der ventes ingen tal.",
    "{indicator} is not followed in {unit}, so that no figures are expected.",
)
NO_REASON = Words("Skriv en begrundelse.", "Give a reason.")
LONG_REASON = Words(
    "Begrundelsen er for lang: højst {most} tegn.", "The reason is too long: {most} characters at most."
)
LOCKED = Words(
    "{period} for {indicator} i {unit} er låst, og intet er ændret. Lås op med en begrundelse, eller lad tallene stå.",
    "{period} of {indicator} in {unit} is locked, and nothing was changed. Unlock it with a reason, or leave the "
    "figures as they are.",
)
LOCKED_AND_MORE = Words(
    "{period} for {indicator} i {unit} er låst, og {n} mere, og intet er ændret. Lås op med en begrundelse, eller lad "
    "tallene stå.",
    "{period} of {indicator} in {unit} is locked, and {n} more, and nothing was changed. Unlock them with a reason, or "
    "leave the figures as they are.",
)


class PeriodLocked(Refused):
    """A locked month would change; the transaction is given up, and the words say which month."""


@dataclass(frozen=True, slots=True)
class MonthState:
    """Where a month stands. `reason`, `author` and `at` (UTC) are those of its newest step, if there is one."""

    state: State
    has_draft: bool = False
    reason: str = ""
    author: str = ""
    at: datetime | None = None


EMPTY = MonthState(State.EMPTY)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken, as it stands in the month's history."""

    state: State
    reason: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenSteps:
    """What a viewer may do with a month: the steps to choose from, and why one that is theirs by right is not there."""

    steps: tuple[Step, ...]
    refusal: NotAllowed | None = None


def steps_from(viewer: Viewer, unit_code: str, state: State) -> tuple[Step, ...]:
    """The steps this viewer has the right to with a month of that unit that stands in `state`, four eyes aside.

    Examples
    --------
    >>> from data.access import SYSTEM
    >>> [step.after.value for step in steps_from(SYSTEM, "NOH", State.LOCKED)]
    ['submitted']
    """
    return tuple(step for step in STEPS if step.before is state and step.may_be_taken_by(viewer, unit_code))


def open_steps(
    store: Store, viewer: Viewer, indicator_code: str, unit_code: str, period: date, *, now: datetime
) -> OpenSteps:
    """The steps `set_state` would let this viewer take with one month now; raises as `of_months`."""
    key = (indicator_code, unit_code, period)
    with store.read() as connection:
        require_sight(connection, viewer, [unit_code])
        here = _standing(connection, [unit_code], period, period).get(key, EMPTY)
        steps = steps_from(viewer, unit_code, here.state)
        if not any(step.needs_other for step in steps):
            return OpenSteps(steps)
        if not _four_eyes(connection, viewer, {key}, now).barred:
            return OpenSteps(steps)
        names = Names.read(connection, [(indicator_code, unit_code)])
    return OpenSteps(tuple(step for step in steps if not step.needs_other), _own_figures(names, key))


def of_months(
    store: Store,
    viewer: Viewer,
    unit_codes: Collection[str],
    *,
    first: date = date.min,
    last: date = date.max,
) -> dict[Key, MonthState]:
    """Where the months of the given units stand, periods from `first` to `last`; a month that is not there is empty.

    Raises
    ------
    NotFound, NotAllowed
        One of the units does not exist, or the viewer may not see it.
    """
    with store.read() as connection:
        require_sight(connection, viewer, unit_codes)
        return _standing(connection, unit_codes, first, last)


def one(store: Store, viewer: Viewer, indicator_code: str, unit_code: str, period: date) -> MonthState:
    """Where one month stands; raises as `of_months`."""
    found = of_months(store, viewer, [unit_code], first=period, last=period)
    return found.get((indicator_code, unit_code, period), EMPTY)


def taken(store: Store, viewer: Viewer, indicator_code: str, unit_code: str, period: date) -> list[Taken]:
    """Every step a month has taken, newest first; raises as `of_months`."""
    columns = month_state.c
    with store.read() as connection:
        require_sight(connection, viewer, [unit_code])
        rows = connection.execute(
            select(columns.state, columns.reason, columns.author, columns.at)
            .where(
                columns.indicator_code == indicator_code,
                columns.unit_code == unit_code,
                columns.period_start == period,
            )
            .order_by(columns.id.desc())
        )
        return [Taken(State(row.state), row.reason, row.author, row.at) for row in rows]


def set_state(
    store: Store, viewer: Viewer, months: Iterable[Key], after: State, *, now: datetime, reason: str = ""
) -> int:
    """Take these months to a state, all of them or none, and return how many moved; those there already stay.

    Months that are sent back are told to whoever delivered their figures, by mail.

    Raises
    ------
    NotFound, NotAllowed
        There is no such unit, or the viewer may not take the step there; or it is an approval of what the viewer
        handed in, and the unit has somebody else to give it.
    Refused
        A month stands where no step leads to `after`, the reason is missing, too long or holds a CPR-like number.
    """
    wanted = sorted(set(months))
    why = typed.written(reason)
    cpr.refuse(why)
    if len(why) > LONGEST_REASON:
        raise Refused(LONG_REASON, most=LONGEST_REASON)

    def write(connection: Connection) -> int:
        units = sorted({unit_code for _, unit_code, _ in wanted})
        require_sight(connection, viewer, units)
        days = [day for _, _, day in wanted]
        there = _standing(connection, units, min(days), max(days))
        names = Names.read(connection, [(code, unit_code) for code, unit_code, _ in wanted])
        if after is State.NO_FIGURES:
            _require_followed(connection, wanted, names)
        moved: dict[Pair, dict[State, list[date]]] = {}
        watched: set[Key] = set()
        for code, unit_code, day in wanted:
            before = there.get((code, unit_code, day), EMPTY).state
            if before is after:
                continue
            step = _STEPS.get((before, after))
            if step is None:
                raise Refused(
                    NO_STEP,
                    period=_capital(names.period(code, day)),
                    indicator=names.indicator(code),
                    unit=names.unit(unit_code),
                    before=_small(STATE_NAMES[before]),
                    after=_small(STATE_NAMES[after]),
                )
            if not step.may_be_taken_by(viewer, unit_code):
                raise NotAllowed(NOT_YOURS[step.right], unit=names.unit(unit_code))
            if step.needs_reason and not why:
                raise Refused(NO_REASON)
            moved.setdefault((code, unit_code), {}).setdefault(before, []).append(day)
            if step.needs_other:
                watched.add((code, unit_code, day))
        eyes = _four_eyes(connection, viewer, watched, now)
        if eyes.barred:
            raise _own_figures(names, min(eyes.barred))
        _record(connection, viewer, moved, after, why, now, eyes.alone)
        if after is State.RETURNED and moved:
            _tell(connection, viewer, moved, why, now)
        return sum(len(some) for of_series in moved.values() for some in of_series.values())

    # No figure changes: what was worked out from figures holds. What is waited for does, and that is asked of all.
    changes_what_is_due = after in (State.NO_FIGURES, State.EMPTY)
    return store.write(write, about={code for code, _, _ in wanted} if changes_what_is_due else ()) if wanted else 0


def _require_followed(connection: Connection, months: Collection[Key], names: Names) -> None:
    columns = series.c
    rows = connection.execute(
        select(columns.indicator_code, columns.unit_code).where(
            columns.unit_code.in_({unit_code for _, unit_code, _ in months})
        )
    )
    followed = {(row.indicator_code, row.unit_code) for row in rows}
    for code, unit_code, _day in months:
        if (code, unit_code) not in followed:
            raise Refused(NOT_FOLLOWED, indicator=_capital(names.indicator(code)), unit=names.unit(unit_code))


def _record(
    connection: Connection,
    viewer: Viewer,
    moved: Mapping[Pair, Mapping[State, list[date]]],
    after: State,
    reason: str,
    now: datetime,
    alone: Collection[Key] = (),
) -> None:
    rows = [
        (code, unit_code, day)
        for (code, unit_code), of_series in moved.items()
        for some in of_series.values()
        for day in some
    ]
    _add(connection, pd.DataFrame(rows, columns=KEY), after, reason, viewer.name, now)
    for (code, unit_code), of_series in moved.items():
        for before, some in of_series.items():
            own = [day.isoformat() for day in some if (code, unit_code, day) in alone]
            audit.append(
                connection,
                at=now,
                actor=viewer.email,
                action=f"month.{after.value}",
                subject=f"{code} {unit_code}",
                detail={"before": before.value, "months": [day.isoformat() for day in some], "reason": reason}
                | ({"own_figures": own} if own else {}),
            )


@dataclass(frozen=True, slots=True)
class _FourEyes:
    """Of the months asked about those the viewer handed in: `barred` wait for somebody else, `alone` has nobody."""

    barred: frozenset[Key]
    alone: frozenset[Key]


def _four_eyes(connection: Connection, viewer: Viewer, months: Collection[Key], now: datetime) -> _FourEyes:
    if viewer.owns_all or not months:
        return _FourEyes(frozenset(), frozenset())
    handed_in = _handed_in(connection, {(code, unit_code) for code, unit_code, _ in months})
    own = {key for key in months if handed_in.get(key) == viewer.account_id}
    # The day in UTC: rights move with a unit at the turn of a month, not of an hour.
    people = owners(connection, {unit_code for _, unit_code, _ in own}, on=stored_moment(now).date()) if own else {}
    alone = {key for key in own if people[key[1]] <= {viewer.account_id}}
    return _FourEyes(frozenset(own - alone), frozenset(alone))


def _own_figures(names: Names, key: Key) -> NotAllowed:
    code, unit_code, day = key
    return NotAllowed(
        OWN_FIGURES, period=names.period(code, day), indicator=names.indicator(code), unit=names.unit(unit_code)
    )


def _handed_in(connection: Connection, pairs: Collection[Pair]) -> dict[Key, int]:
    """By month the account that handed in the figure which counts now."""
    current = reading.observations(connection, pairs)
    deliverer = {
        row.id: row.account_id
        for row in connection.execute(
            select(delivery.c.id, delivery.c.account_id).where(delivery.c.id.in_(set(current["delivery_id"].tolist())))
        )
    }
    rows = zip(*(current[name] for name in (*KEY, "delivery_id")), strict=True)
    return {(code, unit_code, day): deliverer[one] for code, unit_code, day, one in rows}


def _tell(
    connection: Connection, viewer: Viewer, moved: Mapping[Pair, Mapping[State, list[date]]], reason: str, now: datetime
) -> None:
    returned = {(*pair, day) for pair, of_series in moved.items() for some in of_series.values() for day in some}
    outbox.queue_returned(
        connection,
        [(*key, account_id) for key, account_id in _handed_in(connection, moved.keys()).items() if key in returned],
        reason=reason,
        author=viewer.name,
        now=now,
    )


# ------------------------------------------------------------------------------------- inside a delivery's transaction


def settled(connection: Connection, pairs: Iterable[Pair]) -> dict[Key, State]:
    """The months of these series a change of figures concerns: returned, approved, locked, declared without figures."""
    frame = _settled(connection, pairs)
    keys = zip(*(frame[name] for name in KEY), strict=True)
    return {key: State(state) for key, state in zip(keys, frame["state"], strict=True)}


def submit(
    connection: Connection, changes: pd.DataFrame, *, author: str, actor: str, receipt: str, now: datetime
) -> None:
    """What a change of figures means for the months: called in the transaction that changes them.

    `changes` has indicator_code, unit_code and period_start (date) of every month whose figures become others. Locked
    months refuse the whole change; returned and approved ones are submitted again, with the receipt as the reason;
    drafts of these months end.

    Raises
    ------
    PeriodLocked
        One of the months is locked. The transaction must be given up.
    """
    if changes.empty:
        return
    pairs = changes[KEY[:2]].drop_duplicates().itertuples(index=False, name=None)
    there = _settled(connection, pairs)
    if len(there):
        there = there.merge(changes[KEY].drop_duplicates(), on=KEY)
    locked = there[there["state"] == State.LOCKED]
    if len(locked):
        first = locked.iloc[0]
        code, unit_code = first["indicator_code"], first["unit_code"]
        names = Names.read(connection, [(code, unit_code)])
        raise PeriodLocked(
            LOCKED if len(locked) == 1 else LOCKED_AND_MORE,
            period=_capital(names.period(code, first["period_start"])),
            indicator=names.indicator(code),
            unit=names.unit(unit_code),
            n=len(locked) - 1,
        )
    if len(there):
        _add(connection, there[KEY], State.SUBMITTED, receipt, author, now)
        audit.append(
            connection,
            at=now,
            actor=actor,
            action="month.submitted",
            subject=receipt,
            detail={
                "months": [
                    f"{row.indicator_code} {row.unit_code} {row.period_start.isoformat()} {row.state}"
                    for row in there.itertuples(index=False)
                ]
            },
        )
    drafts.end_of(connection, changes)


def _settled(connection: Connection, pairs: Iterable[Pair]) -> pd.DataFrame:
    wanted = list(pairs)
    return bulk_read(
        connection,
        statement("settled_months"),
        {"indicators": [code for code, _ in wanted], "units": [unit_code for _, unit_code in wanted]},
    )


def _add(connection: Connection, months: pd.DataFrame, state: State, reason: str, author: str, now: datetime) -> None:
    bulk_insert(
        connection,
        month_state,
        months[KEY].assign(state=state.value, reason=reason, author=author, at=stored_moment(now)),
    )


def _standing(connection: Connection, unit_codes: Collection[str], first: date, last: date) -> dict[Key, MonthState]:
    frame = bulk_read(
        connection, statement("month_states"), {"units": sorted(set(unit_codes)), "first": first, "last": last}
    )
    return {
        (row.indicator_code, row.unit_code, row.period_start): _state_of(row) for row in frame.itertuples(index=False)
    }


def _state_of(row: Any) -> MonthState:
    step = State(row.state) if isinstance(row.state, str) else None
    state: State
    if step is State.LOCKED:
        state = step
    elif row.is_delivered:
        state = step if step is not None and step in _OF_FIGURES else State.SUBMITTED
    elif step is State.NO_FIGURES:
        state = step
    else:
        state = State.DRAFT if row.has_draft else State.EMPTY
    if step is None:
        return MonthState(state, bool(row.has_draft))
    return MonthState(state, bool(row.has_draft), row.reason, row.author, row.at)


def _capital(words: Words) -> Words:
    return Words(words.da[:1].upper() + words.da[1:], words.en[:1].upper() + words.en[1:])


def _small(words: Words) -> Words:
    return Words(words.da.lower(), words.en.lower())
