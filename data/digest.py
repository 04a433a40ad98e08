"""The monthly digest: a mail to whoever leads units or delivers for them, only when something changed since the last.

It says which measures got a signal or lost theirs, and what is missing: in words, never with a figure, because mail may
be forwarded and read on a telephone. The signals are the stored ones, so mail and board never disagree. Nobody gets two
in one month, and whoever switched it off on Min konto gets none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, delete, insert, select

from data import outbox
from data.access import Role, Viewer, load_viewer
from data.naming import Names
from data.outbox import MORE
from data.queries import coverage, states
from data.queries.coverage import Missing
from data.reading import Pair
from data.schema import account, role_grant
from data.schema import digest as digest_table
from data.seen import signal_of
from data.states import SeriesState
from data.store import Store, stored_moment
from indicators.assessment import Variation
from indicators.periods import name_of
from indicators.words import Words

ROLES = (Role.LEADER, Role.QUALITY_TEAM)
MOST_PER_PART = 12  # measures written out in each part of the mail
SIGNALS: Mapping[Variation, Words] = {
    Variation.CONCERN: Words("bekymrende", "concerning"),
    Variation.IMPROVEMENT: Words("forbedring", "improvement"),
    Variation.CHANGE: Words("ændring uden retning", "change without direction"),
}
GOT = Words("Nye signaler:", "New signals:")
LOST = Words("Ikke længere et signal:", "No longer a signal:")
MISSING = Words("Mangler:", "Missing:")
LINE = Words("- {indicator}, {unit}: {what}", "- {indicator}, {unit}: {what}")
NO_SIGNAL = Words("kun tilfældig variation", "random variation only")
TOO_FEW = Words("for få data", "too few data")
NOT_FOLLOWED = Words("følges ikke længere", "no longer followed")
SEVERAL = Words("{first} til {last}", "{first} to {last}")


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of everybody who could get one: mails queued, nothing new, told this month already, switched off."""

    n_mails: int
    n_unchanged: int
    n_told: int
    n_off: int


def wants(store: Store, viewer: Viewer) -> bool:
    """Whether the viewer gets the digest; everybody does until it is switched off."""
    with store.read() as connection:
        return not _told(connection, viewer.account_id).get("is_off", False)


def may_get(viewer: Viewer) -> bool:
    """Leaders and quality teams get a digest: there is something of their own to tell them."""
    return any(viewer.has(role) for role in ROLES)


def set_wanted(store: Store, viewer: Viewer, is_wanted: bool, *, now: datetime) -> None:
    """Switch the viewer's own digest on or off; `now` is UTC."""

    def write(connection: Connection) -> None:
        _keep(connection, viewer.account_id, {**_told(connection, viewer.account_id), "is_off": not is_wanted}, now)

    store.write(write, changes_data=False)


def send(store: Store, *, today: date, now: datetime, timezone: str = "Europe/Copenhagen") -> Sent:
    """Queue a digest for everybody who has news since the last and has had none this month; `now` is UTC.

    Mail and what it told are stored together, person by person: a run that is broken off can simply be repeated.
    """
    month = f"{stored_moment(now).replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)):%Y-%m}"
    n = {"mails": 0, "unchanged": 0, "told": 0, "off": 0}
    for person in _people(store):
        with store.read() as connection:
            before = _told(connection, person.id)
        if before.get("is_off"):
            n["off"] += 1
        elif before.get("month") == month:
            n["told"] += 1
        else:
            viewer = load_viewer(store, person.email, on=today)
            n["mails" if _tell(store, viewer, person, before, month, today=today, now=now) else "unchanged"] += 1
    return Sent(n["mails"], n["unchanged"], n["told"], n["off"])


def _people(store: Store) -> list[Row[Any]]:
    leads = select(role_grant.c.account_id).where(role_grant.c.role.in_([role.value for role in ROLES]))
    with store.read() as connection:
        query = select(account).where(account.c.is_active, account.c.id.in_(leads)).order_by(account.c.id)
        return list(connection.execute(query))


def _tell(
    store: Store, viewer: Viewer, person: Row[Any], before: Mapping[str, Any], month: str, *, today: date, now: datetime
) -> bool:
    """Queue the person's digest where there is news; False where there is none."""
    own = sorted(viewer.own_units)
    there = {(one.indicator_code, one.unit_code): one for one in states.of_units(store, viewer, own)} if own else {}
    signals = {_key(pair): signal_of(one) for pair, one in there.items() if one.variation in SIGNALS}
    gaps = coverage.missing(store, viewer, own, today=today) if own else []
    missing = sorted(f"{_key(_pair(gap))} {period}" for gap in gaps for period in gap.periods)
    told: dict[str, str] = before.get("signals", {})
    got = [pair for pair in there if _key(pair) in signals and told.get(_key(pair)) != signals[_key(pair)]]
    lost = [pair for pair in map(_of_key, told) if _key(pair) not in signals]
    if not (got or lost or set(missing) - set(before.get("missing", ()))):
        return False
    home = next(iter(viewer.home_units), own[0] if own else "")

    def write(connection: Connection) -> bool:
        if _told(connection, person.id).get("month") == month:
            return False  # somebody else was quicker
        language = person.language or "da"
        names = Names.read(connection, [*there, *lost, *map(_pair, gaps), ("", home)])
        lines = _body(names, language, there, got, lost, gaps)
        if not outbox.queue_digest(
            connection, person, unit=names.unit(home), about=home, lines="\n".join(lines), now=now
        ):
            return False
        _keep(connection, person.id, {"month": month, "signals": signals, "missing": missing}, now)
        return True

    return store.write(write, changes_data=False)


def _body(
    names: Names,
    language: str,
    there: Mapping[Pair, SeriesState],
    got: Iterable[Pair],
    lost: Iterable[Pair],
    gaps: Iterable[Missing],
) -> list[str]:
    def line(pair: Pair, what: str) -> str:
        return LINE.say(
            language,
            indicator=names.indicator(pair[0]).say(language),
            unit=names.unit(pair[1]).say(language),
            what=what,
        )

    order = list(SIGNALS)
    parts = (
        (GOT, [line(pair, SIGNALS[there[pair].variation].say(language)) for pair in sorted(
            got, key=lambda pair: (order.index(there[pair].variation), pair)
        )]),
        (LOST, [line(pair, _instead(there.get(pair)).say(language)) for pair in sorted(lost)]),
        (MISSING, [line(_pair(gap), _periods(gap, language)) for gap in gaps]),
    )  # fmt: skip
    lines: list[str] = []
    for heading, some in parts:
        if some:
            lines += ["" if lines else None, heading.say(language), *some[:MOST_PER_PART]]  # type: ignore[list-item]
            if len(some) > MOST_PER_PART:
                lines.append(MORE.say(language, n=len(some) - MOST_PER_PART))
    return [one for one in lines if one is not None]


def _instead(state: SeriesState | None) -> Words:
    if state is None:
        return NOT_FOLLOWED
    return NO_SIGNAL if state.variation is Variation.COMMON else TOO_FEW


def _periods(gap: Missing, language: str) -> str:
    first, last = (name_of(period, gap.kind).say(language) for period in (gap.oldest, gap.newest))
    return first if first == last else SEVERAL.say(language, first=first, last=last)


def _pair(gap: Missing) -> Pair:
    return gap.indicator_code, gap.unit_code


def _key(pair: Pair) -> str:
    return " ".join(pair)


def _of_key(key: str) -> Pair:
    indicator, _, unit = key.partition(" ")
    return indicator, unit


def _told(connection: Connection, account_id: int) -> dict[str, Any]:
    told = connection.scalar(select(digest_table.c.told).where(digest_table.c.account_id == account_id))
    return dict(told) if told else {}


def _keep(connection: Connection, account_id: int, told: Mapping[str, Any], now: datetime) -> None:
    connection.execute(delete(digest_table).where(digest_table.c.account_id == account_id))
    connection.execute(insert(digest_table).values(account_id=account_id, told_at=stored_moment(now), told=dict(told)))
