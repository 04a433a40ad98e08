"""Reminders about months that are missing: to whom they go, when there last was one, and the mails themselves.

A reminder goes to the person who answers for the figures where that is somebody with an account, else to the quality
team nearest the unit. It names indicators and months, never a figure, and it is one mail for each person and unit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, insert, select

from data import audit, cpr, reading, typed
from data.access import Role, Viewer, require_sight
from data.errors import NotAllowed, Refused
from data.naming import Names
from data.outbox import NOT_YOURS_TO_REMIND, SUBJECTS, Kind
from data.schema import account, outbox, role_grant
from data.store import Store, stored_moment
from indicators.definition import PeriodKind
from indicators.periods import name_of
from indicators.words import Words

LONGEST = 2000
MOST_UNITS = 300
PLACES = Words("navn målinger måned enhed link", "name measures month unit link")

EMPTY = Words("Skriv en besked.", "Write a message.")
TOO_LONG = Words("Beskeden er for lang: højst {most} tegn.", "The message is too long: {most} characters at most.")
NO_SUCH_PLACE = Words(
    "Tavle kender ikke [{place}]. Brug {known}.",
    "Tavle does not know [{place}]. Use {known}.",
)
NOBODY_CHOSEN = Words("Vælg mindst én enhed.", "Choose at least one unit.")
TOO_MANY = Words("Vælg højst {most} enheder ad gangen.", "Choose {most} units at most at a time.")
SIGNED = Words(
    "\n\nSendt fra Tavle af {name}. Svar til {email}.\n", "\n\nSent from Tavle by {name}. Answer to {email}.\n"
)
AND = Words(" og ", " and ")

# A sentence shorter than this many months names them all; a longer list says from when to when.
MOST_MONTHS = 4


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who a reminder goes to. `is_owner` says that the person answers for the figures by name."""

    email: str
    name: str
    is_owner: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a unit before it is reminded. `reminded_at` is the newest reminder (UTC), None: never.

    `recipients` never holds the viewer: nobody sends a mail to themselves. `is_own_task` says that nobody else is left.
    """

    unit_code: str
    recipients: tuple[Recipient, ...]
    reminded_at: datetime | None
    is_own_task: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One unit to remind: the owners by name as the series have them, and the months each indicator lacks."""

    unit_code: str
    owners: tuple[str, ...]
    missing: Mapping[str, tuple[date, ...]]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of it: how many mails wait in the outbox, and which units got none and why."""

    n_mails: int
    units: tuple[str, ...]
    already: tuple[str, ...]  # reminded today, and not sent again
    nobody: tuple[str, ...]  # nobody to write to


def standings(
    store: Store, viewer: Viewer, owners: Mapping[str, Collection[str]], *, today: date
) -> dict[str, Standing]:
    """For each unit (with the names of those who answer for its figures) who would get a reminder, and the last one.

    Raises
    ------
    NotFound, NotAllowed
        One of the units does not exist, or the viewer neither leads it nor delivers for it.
    """
    with store.read() as connection:
        _require(connection, viewer, owners)
        found = _recipients(connection, owners, today)
        last = _last(connection, owners)
    return {code: _standing(code, found[code], last.get(code), viewer) for code in owners}


def _standing(code: str, found: Sequence[Recipient], last: datetime | None, viewer: Viewer) -> Standing:
    others = tuple(one for one in found if one.email != viewer.email)
    return Standing(code, others, last, is_own_task=bool(found) and not others)


def may_remind(viewer: Viewer, unit_code: str) -> bool:
    """Those who lead a unit or deliver for it may ask for its figures; an evaluator only sees that they are missing."""
    return viewer.is_own(unit_code) or viewer.may_deliver(unit_code)


def send(
    store: Store,
    viewer: Viewer,
    asked: Sequence[Asked],
    message: str,
    *,
    today: date,
    now: datetime,
    link: Callable[[Asked], str],
    language: str,
    again: bool = False,
    timezone: str = "Europe/Copenhagen",
) -> Sent:
    """Put the reminders in the outbox, all or none, with the message filled in for each person and unit.

    `message` may hold [navn], [målinger], [måned], [enhed] and [link] (English: [name], [measures], [month], [unit]).
    A unit that was reminded earlier today is left out unless `again`.

    Raises
    ------
    Refused
        The message is empty, too long, has a place Tavle does not know, or holds a number like a CPR number; no unit is
        chosen, or too many. Nothing is queued.
    NotFound, NotAllowed
        One of the units does not exist, or the viewer neither leads it nor delivers for it. Nothing is queued.
    """
    text = checked(message)
    if not asked:
        raise Refused(NOBODY_CHOSEN)
    if len(asked) > MOST_UNITS:
        raise Refused(TOO_MANY, most=MOST_UNITS)
    zone = ZoneInfo(timezone)

    def write(connection: Connection) -> Sent:
        owners = {one.unit_code: one.owners for one in asked}
        _require(connection, viewer, owners)
        recipients, last = _recipients(connection, owners, today), _last(connection, owners)
        names = Names.read(connection, [(code, one.unit_code) for one in asked for code in one.missing])
        units, already, nobody, n_mails = [], [], [], 0
        for one in asked:
            standing = _standing(one.unit_code, recipients[one.unit_code], last.get(one.unit_code), viewer)
            if not standing.recipients or not one.missing:
                nobody.append(one.unit_code)
                continue
            if not again and was_today(standing, now, zone):
                already.append(one.unit_code)
                continue
            for person in standing.recipients:
                values = _values(one, person, names, link(one), language)
                subject = SUBJECTS[Kind.REMINDER].say(language, unit=values["enhed"])
                signed = SIGNED.say(language, name=viewer.name, email=viewer.email)
                connection.execute(
                    insert(outbox).values(
                        kind=Kind.REMINDER.value,
                        recipient=person.email,
                        subject=" ".join(subject.split()),
                        body=filled(text, values) + signed,
                        language=language,
                        about=one.unit_code,
                        author=viewer.name,
                        created_at=stored_moment(now),
                    )
                )
            n_mails += len(standing.recipients)
            units.append(one.unit_code)
            audit.append(
                connection,
                at=now,
                actor=viewer.email,
                action="reminder.queued",
                subject=one.unit_code,
                detail={
                    "mails": len(standing.recipients),
                    "months": len({period for periods in one.missing.values() for period in periods}),
                },
            )
        return Sent(n_mails, tuple(units), tuple(already), tuple(nobody))

    return store.write(write, changes_data=False)


def was_today(standing: Standing, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the newest reminder came on the local day that `now` (UTC) lies in."""
    if standing.reminded_at is None:
        return False
    return _local_day(standing.reminded_at, zone) == _local_day(stored_moment(now), zone)


def _local_day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.replace(tzinfo=UTC).astimezone(zone).date()


# ------------------------------------------------------------------------------------------------------------ the text


def checked(message: str) -> str:
    """The message with its ends trimmed; Refused with what is wrong with it.

    Examples
    --------
    >>> checked(" Kære [navn] ")
    'Kære [navn]'
    >>> checked("Kære [fornavn]")
    Traceback (most recent call last):
    data.errors.Refused: Tavle does not know [fornavn]. Use [name], [measures], [month], [unit], [link].
    """
    text = typed.written(message)
    if not text:
        raise Refused(EMPTY)
    if len(text) > LONGEST:
        raise Refused(TOO_LONG, most=LONGEST)
    cpr.refuse(text)
    known = {*PLACES.da.split(), *PLACES.en.split()}
    for place in re.findall(r"\[([^\[\]\n]{1,40})\]", text):
        if place.casefold() not in known:
            shown = Words(*(", ".join(f"[{name}]" for name in said.split()) for said in (PLACES.da, PLACES.en)))
            raise Refused(NO_SUCH_PLACE, place=place, known=shown)
    return text


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with its places filled, Danish or English; what is filled in is never read for places again.

    Examples
    --------
    >>> filled("Kære [navn], vi mangler [measures].", {"navn": "Ida [link]", "målinger": "Sepsis", "link": "x"})
    'Kære Ida [link], vi mangler Sepsis.'
    """
    danish = dict(zip(PLACES.en.split(), PLACES.da.split(), strict=True))

    def put(match: re.Match[str]) -> str:
        place = match[1].casefold()
        return values.get(danish.get(place, place), match[0])

    return re.sub(r"\[([^\[\]\n]{1,40})\]", put, text)


def _values(one: Asked, person: Recipient, names: Names, link: str, language: str) -> dict[str, str]:
    months = sorted({period for periods in one.missing.values() for period in periods})
    spans = {tuple(periods) for periods in one.missing.values()}

    def said(some: Iterable[date]) -> list[str]:
        return [name_of(month, PeriodKind.MONTH).say(language) for month in some]

    measures = []
    for code, periods in one.missing.items():
        name = names.indicator(code).say(language)
        # Where all lack the same months, these stand once, in [måned].
        measures.append(name if len(spans) == 1 else f"{name} ({_together(said(periods), language)})")
    return {
        "navn": person.name,
        "målinger": _together(measures, language, most=len(measures)),
        "måned": _together(said(months), language),
        "enhed": names.unit(one.unit_code).say(language),
        "link": link,
    }


def _together(parts: Sequence[str], language: str, most: int = MOST_MONTHS) -> str:
    if len(parts) > most:
        return f"{parts[0]} – {parts[-1]} ({len(parts)})"
    return AND.say(language).join(filter(None, (", ".join(parts[:-1]), parts[-1])))


# ------------------------------------------------------------------------------------------------------------ to whom


def _require(connection: Connection, viewer: Viewer, codes: Iterable[str]) -> None:
    codes = list(codes)
    require_sight(connection, viewer, codes)
    if not all(may_remind(viewer, code) for code in codes):
        raise NotAllowed(NOT_YOURS_TO_REMIND)


def _recipients(
    connection: Connection, owners: Mapping[str, Collection[str]], today: date
) -> dict[str, list[Recipient]]:
    """For each unit the accounts named as owners with a grant there or above; without any, the nearest quality team."""
    rows = connection.execute(
        select(account.c.email, account.c.name, role_grant.c.unit_code, role_grant.c.role)
        .join(role_grant, role_grant.c.account_id == account.c.id)
        .where(account.c.is_active, account.c.email.like("%_@_%"), role_grant.c.unit_code.is_not(None))
        .order_by(account.c.email)
    ).all()
    by_name: dict[str, list[Any]] = {}
    teams: dict[str, list[Any]] = {}
    for row in rows:
        by_name.setdefault(row.name.casefold(), []).append(row)
        if row.role == Role.QUALITY_TEAM.value:
            teams.setdefault(row.unit_code, []).append(row)
    hierarchy = reading.Hierarchy.read(connection)
    found: dict[str, list[Recipient]] = {}
    for code, names in owners.items():
        above = hierarchy.above(code, today)
        mine = {
            row.email: Recipient(row.email, row.name, is_owner=True)
            for name in names
            for row in by_name.get(name.casefold(), ())
            if row.unit_code in above
        }
        if not mine:
            team = next((teams[one] for one in above if one in teams), [])
            mine = {row.email: Recipient(row.email, row.name, is_owner=False) for row in team}
        found[code] = list(mine.values())
    return found


def _last(connection: Connection, codes: Collection[str]) -> dict[str, datetime]:
    return {
        row.about: row.at
        for row in connection.execute(
            select(outbox.c.about, func.max(outbox.c.created_at).label("at"))
            .where(outbox.c.kind == Kind.REMINDER.value, outbox.c.about.in_(list(codes)))
            .group_by(outbox.c.about)
        )
    }
