"""Months that somebody has begun to type: texts as they were written, counted in nothing.

There is one draft per month of a series, whoever types it: two people on the same month see each other's work, and the
later one stands. A draft ends when the month is delivered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
from sqlalchemy import Connection, delete, select

from data import cpr
from data.access import Viewer, require_delivery
from data.errors import NotFound, Refused
from data.schema import account, draft, indicator
from data.store import Store, bulk_upsert, stored_moment
from indicators.words import Words

Key = tuple[str, str, date]  # indicator code, unit code, first day of the period

FIELDS = ("numerator", "denominator", "value", "sd", "note")
LONGEST = {"numerator": 100, "denominator": 100, "value": 100, "sd": 100, "note": 2000}

NO_INDICATOR = Words("Indikatoren {code} findes ikke.", "There is no indicator {code}.")
TOO_LONG = Words(
    "En tekst i kladden er for lang: højst {most} tegn.", "A text in the draft is too long: {most} characters at most."
)


@dataclass(frozen=True, slots=True)
class Draft:
    """One month as it was typed. `account_name` and `saved_at` (UTC) say who saved it last; they are set by `load`."""

    indicator_code: str
    unit_code: str
    period_start: date
    numerator: str = ""
    denominator: str = ""
    value: str = ""
    sd: str = ""
    note: str = ""
    account_name: str = ""
    saved_at: datetime | None = None

    @property
    def key(self) -> Key:
        return self.indicator_code, self.unit_code, self.period_start

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, field).strip() for field in FIELDS)


def save(store: Store, viewer: Viewer, drafts: Iterable[Draft], *, now: datetime) -> int:
    """Keep these months as they are typed now, all of them or none, and return how many there are; empty ones end.

    Raises
    ------
    NotFound, NotAllowed
        There is no such unit or indicator, or the viewer may not deliver for the unit.
    Refused
        A text holds a CPR-like number or is too long. Nothing of it is repeated.
    """
    given = list({one.key: one for one in drafts}.values())
    for one in given:
        cpr.refuse(*(getattr(one, field) for field in FIELDS))
        for field, most in LONGEST.items():
            if len(getattr(one, field)) > most:
                raise Refused(TOO_LONG, most=most)
    kept = [one for one in given if not one.is_empty]

    def write(connection: Connection) -> int:
        require_delivery(connection, viewer, sorted({one.unit_code for one in given}))
        codes = {one.indicator_code for one in given}
        known = set(connection.scalars(select(indicator.c.code).where(indicator.c.code.in_(codes))))
        for code in sorted(codes - known):
            raise NotFound(NO_INDICATOR, code=code)
        end(connection, [one.key for one in given if one.is_empty])
        if kept:
            moment = stored_moment(now)
            rows = [
                {name: getattr(one, name) for name in ("indicator_code", "unit_code", "period_start", *FIELDS)}
                | {"account_id": viewer.account_id, "saved_at": moment}
                for one in kept
            ]
            bulk_upsert(connection, draft, pd.DataFrame(rows))
        return len(kept)

    # No figure depends on a draft.
    return store.write(write, changes_data=False) if given else 0


def load(store: Store, viewer: Viewer, unit_codes: Collection[str]) -> list[Draft]:
    """The drafts of the given units, by unit, indicator and period.

    Raises
    ------
    NotFound, NotAllowed
        There is no such unit, or the viewer may not deliver for it: what is only typed is for those who deliver.
    """
    query = (
        select(draft, account.c.name.label("account_name"))
        .join(account, account.c.id == draft.c.account_id, isouter=True)
        .where(draft.c.unit_code.in_(set(unit_codes)))
        .order_by(draft.c.unit_code, draft.c.indicator_code, draft.c.period_start)
    )
    with store.read() as connection:
        require_delivery(connection, viewer, unit_codes)
        return [
            Draft(
                row.indicator_code,
                row.unit_code,
                row.period_start,
                **{name: getattr(row, name) for name in FIELDS},
                account_name=row.account_name or "",
                saved_at=row.saved_at,
            )
            for row in connection.execute(query)
        ]


def clear(store: Store, viewer: Viewer, months: Iterable[Key]) -> int:
    """Throw away the drafts of these months, and return how many there were; raises as `load`."""
    given = sorted(set(months))

    def write(connection: Connection) -> int:
        require_delivery(connection, viewer, sorted({unit_code for _, unit_code, _ in given}))
        return end(connection, given)

    return store.write(write, changes_data=False) if given else 0


def end(connection: Connection, months: Collection[Key]) -> int:
    """End the drafts of these months inside a transaction, and return how many there were."""
    units = {unit_code for _, unit_code, _ in months}
    there = _keys(connection, units) if units else set()
    return _end(connection, there.intersection(months))


def end_of(connection: Connection, rows: pd.DataFrame) -> int:
    """As `end`, for a delivery's rows (indicator_code, unit_code, period_start), of which there may be a million."""
    there = _keys(connection, set(rows["unit_code"].unique()))
    if not there:
        return 0
    typed = pd.DataFrame(sorted(there), columns=["indicator_code", "unit_code", "period_start"])
    told = rows[typed.columns].merge(typed).drop_duplicates()
    return _end(connection, set(told.itertuples(index=False, name=None)))


def _keys(connection: Connection, units: Collection[str]) -> set[Key]:
    columns = draft.c
    query = select(columns.indicator_code, columns.unit_code, columns.period_start).where(columns.unit_code.in_(units))
    return {(row.indicator_code, row.unit_code, row.period_start) for row in connection.execute(query)}


def _end(connection: Connection, months: Collection[Key]) -> int:
    for code, unit_code, day in sorted(months):
        columns = draft.c
        is_this = (columns.indicator_code == code) & (columns.unit_code == unit_code) & (columns.period_start == day)
        connection.execute(delete(draft).where(is_this))
    return len(months)
