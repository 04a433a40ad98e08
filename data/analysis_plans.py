"""Analysis plans: what is to be asked and how, written and locked before the data are seen, and what came otherwise.

Everything is appended: a plan is written again as often as it takes, then locked with a date and a hash of what it
says; from then on it changes only by departures, each with what stood there before, what stands there after and why.
When somebody first sees results of a measure in some groups is written down once, wherever on the board it was, whether
there is a plan yet or not, so that everybody can see which came first.

Plans hold no figures: whoever evaluates reads them all. The author (and an administrator) writes, locks and departs.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from data import audit, cpr, typed
from data.access import Viewer
from data.errors import NotAllowed, NotFound, Refused
from data.queries.evaluation import require_evaluator
from data.schema import analysis_plan_event
from data.store import Store, stored_moment
from indicators.words import Words

WRITTEN, SEEN, LOCKED, DEPARTURE = "written", "seen", "locked", "departure"
WITHOUT_PLAN = 0  # the plan of events that belong to none: who saw results of which measure and groups
TITLE = "title"
INDICATOR, PROGRAMME, GROUPS, PLACE = "indicator", "programme", "groups", "place"  # of settings, and of what was seen
LONGEST = 4000
_NAME = re.compile("[a-z][a-z0-9_]{0,39}")

NO_PLAN = Words("Der er ingen analyseplan {id}.", "There is no analysis plan {id}.")
NO_TITLE = Words("Giv planen en titel.", "Give the plan a title.")
TOO_LONG = Words("En tekst i planen er for lang: højst {most} tegn.", "A text of the plan is too long: {most} at most.")
IS_LOCKED = Words(
    "Planen er låst. Skriv en afvigelse med en begrundelse i stedet.",
    "The plan is locked. Write a departure with a reason instead.",
)
NOT_LOCKED = Words(
    "Planen er ikke låst: ret den, som den står, i stedet for at skrive en afvigelse.",
    "The plan is not locked: mend it as it stands instead of writing a departure.",
)
NO_REASON = Words("Skriv, hvorfor I afviger fra planen.", "Write why you depart from the plan.")
NOTHING_NEW = Words("Afvigelsen siger det samme som planen.", "The departure says the same as the plan.")
NOT_YOURS = Words(
    "Planen er skrevet af {author}. Bed {author} om at ændre den, eller skriv din egen.",
    "The plan was written by {author}. Ask {author} to change it, or write one of your own.",
)


@dataclass(frozen=True, slots=True)
class Departure:
    """A part of a locked plan that was done otherwise. `field` names a text, or "settings.<name>"."""

    field: str
    before: Any
    after: Any
    reason: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sight:
    """The first time a person saw results that a plan is about. `place` is a page or file: effect, card, cohorts, …"""

    account_id: int
    name: str
    place: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as it stands (moments are UTC).

    `texts` and `settings` are what was locked, or last written; departures do not change them. `n_written` counts how
    often it was written. `hash` is SHA-256 of the canonical content at the lock. `sights` has everybody who has seen
    results of its measure in any of its groups, the first first.
    """

    id: int
    texts: Mapping[str, str]
    settings: Mapping[str, Any]
    author_id: int
    author: str
    begun_at: datetime
    written_at: datetime
    n_written: int
    sights: tuple[Sight, ...]
    locked_at: datetime | None
    locked_by: str
    hash: str
    departures: tuple[Departure, ...]

    @property
    def title(self) -> str:
        return self.texts.get(TITLE, "")

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None

    @property
    def is_as_locked(self) -> bool:
        """Whether it says what it said when it was locked; an unlocked one always does."""
        return self.locked_at is None or content_hash(self.texts, self.settings) == self.hash

    @property
    def sights_before(self) -> tuple[Sight, ...]:
        """Who had seen results when it was locked; by now, where it is not."""
        return tuple(one for one in self.sights if self.locked_at is None or one.at < self.locked_at)

    @property
    def is_locked_before_data(self) -> bool:
        """Whether it was locked before anybody saw results."""
        return self.is_locked and not self.sights_before

    @property
    def is_locked_before_author_saw(self) -> bool:
        """Whether it was locked before its author saw results, whoever else had."""
        return self.is_locked and not self.was_seen_by(self.author_id)

    def was_seen_by(self, account_id: int | None) -> bool:
        """Whether that person had seen results when it was locked, or has by now where it is not."""
        return any(one.account_id == account_id for one in self.sights_before)


def content_hash(texts: Mapping[str, str], settings: Mapping[str, Any]) -> str:
    """SHA-256 of what a plan says, whatever order its parts are in.

    Examples
    --------
    >>> content_hash({"title": "A", "question": "B"}, {}) == content_hash({"question": "B", "title": "A"}, {})
    True
    """
    content = {"texts": dict(texts), "settings": dict(settings)}
    said = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(said.encode()).hexdigest()


def write(
    store: Store,
    viewer: Viewer,
    texts: Mapping[str, str],
    settings: Mapping[str, Any],
    *,
    now: datetime,
    plan_id: int | None = None,
) -> Plan:
    """Write a new plan, or an unlocked one again; the same content again changes nothing.

    `texts` are parts by name (title, question, estimand, …), `settings` values that JSON can hold.

    Raises
    ------
    NotAllowed, NotFound
        The viewer does not evaluate, or did not write the plan; there is no such plan.
    Refused
        The plan is locked, has no title, or a text is too long or holds a CPR-like number.
    """
    require_evaluator(viewer)
    kept = {name: typed.written(text) for name, text in texts.items()}
    if wrong := [name for name in kept if not _NAME.fullmatch(name)]:
        raise ValueError(f"no names of parts: {wrong}")
    cpr.refuse(*kept.values(), *_texts_in(settings))
    if not kept.get(TITLE):
        raise Refused(NO_TITLE)
    if any(len(text) > LONGEST for text in (*kept.values(), *_texts_in(settings))):
        raise Refused(TOO_LONG, most=LONGEST)
    content = {"texts": kept, "settings": json.loads(json.dumps(dict(settings), allow_nan=False))}

    def append(connection: Connection) -> int:
        if plan_id is None:
            number = _append(connection, viewer, None, WRITTEN, content, now)
        else:
            plan = _to_change(connection, viewer, plan_id)
            if plan.is_locked:
                raise Refused(IS_LOCKED)
            if content == {"texts": dict(plan.texts), "settings": dict(plan.settings)}:
                return plan_id
            number = plan_id
            _append(connection, viewer, plan_id, WRITTEN, content, now)
        _audit(connection, viewer, "evaluation.plan_written", number, {}, now)
        return number

    return get(store, viewer, store.write(append, changes_data=False))


def saw_results(
    store: Store,
    viewer: Viewer,
    indicator_codes: Iterable[str],
    programme: str,
    groups: Iterable[str],
    place: str,
    *,
    now: datetime,
) -> None:
    """Write down that the viewer saw results of these measures in these groups (codes, all of one kind).

    Only the first time counts, and only that is kept: asked again, it costs a look into memory.
    """
    require_evaluator(viewer)
    about = {PROGRAMME: programme, GROUPS: sorted(groups)}
    wanted = [{INDICATOR: code, **about} for code in sorted(set(indicator_codes))]
    key = ("results_seen", viewer.account_id, json.dumps(wanted))
    store.remember(key, partial(_note_sights, store, viewer, wanted, place, now), about=())


def _note_sights(store: Store, viewer: Viewer, wanted: Sequence[Mapping[str, Any]], place: str, now: datetime) -> int:
    """Append what is not there yet; how many."""

    def missing(connection: Connection) -> list[Mapping[str, Any]]:
        columns = analysis_plan_event.c
        rows = connection.execute(
            select(columns.content).where(columns.plan_id == WITHOUT_PLAN, columns.account_id == viewer.account_id)
        )
        there = [{name: value for name, value in row.content.items() if name != PLACE} for row in rows]
        return [one for one in wanted if one not in there]

    def append(connection: Connection) -> int:
        found = missing(connection)
        for one in found:
            _append(connection, viewer, WITHOUT_PLAN, SEEN, {**one, PLACE: place}, now)
        return len(found)

    with store.read() as connection:
        is_new = bool(missing(connection))
    return store.write(append, changes_data=False) if is_new else 0


def lock(store: Store, viewer: Viewer, plan_id: int, *, now: datetime) -> Plan:
    """Lock a plan: its date and the hash of its content are kept; again changes nothing. Raises as `write`."""
    require_evaluator(viewer)

    def append(connection: Connection) -> None:
        plan = _to_change(connection, viewer, plan_id)
        if plan.is_locked:
            return
        found = content_hash(plan.texts, plan.settings)
        _append(connection, viewer, plan_id, LOCKED, {"hash": found}, now)
        _audit(connection, viewer, "evaluation.plan_locked", plan_id, {"hash": found}, now)

    store.write(append, changes_data=False)
    return get(store, viewer, plan_id)


def depart(store: Store, viewer: Viewer, plan_id: int, field: str, after: Any, reason: str, *, now: datetime) -> Plan:
    """Write down that a locked plan was not followed in one part: a text by name, or "settings.<name>".

    Raises
    ------
    NotAllowed, NotFound
        As `write`.
    Refused
        The plan is not locked, the reason is missing, nothing differs, or a text holds a CPR-like number.
    """
    require_evaluator(viewer)
    why = typed.written(reason)
    after = typed.written(after) if isinstance(after, str) else json.loads(json.dumps(after, allow_nan=False))
    cpr.refuse(why, field, *_texts_in([after]))
    if not why:
        raise Refused(NO_REASON)
    if any(len(text) > LONGEST for text in (why, *_texts_in([after]))):
        raise Refused(TOO_LONG, most=LONGEST)

    def append(connection: Connection) -> None:
        plan = _to_change(connection, viewer, plan_id)
        if not plan.is_locked:
            raise Refused(NOT_LOCKED)
        before = in_force(plan, field)
        if before == after:
            raise Refused(NOTHING_NEW)
        content = {"field": field, "before": before, "after": after, "reason": why}
        _append(connection, viewer, plan_id, DEPARTURE, content, now)
        _audit(connection, viewer, "evaluation.plan_departure", plan_id, {"field": field}, now)

    store.write(append, changes_data=False)
    return get(store, viewer, plan_id)


def in_force(plan: Plan, field: str) -> Any:
    """What a part of a plan says now, departures counted; None where it says nothing."""
    for one in reversed(plan.departures):
        if one.field == field:
            return one.after
    place, _, name = field.partition(".")
    return plan.settings.get(name) if place == "settings" and name else plan.texts.get(field)


def get(store: Store, viewer: Viewer, plan_id: int) -> Plan:
    """One plan; NotFound if there is none."""
    require_evaluator(viewer)
    with store.read() as connection:
        return _plan(connection, plan_id)


def listed(store: Store, viewer: Viewer) -> list[Plan]:
    """All plans, the one last begun first."""
    require_evaluator(viewer)
    by_plan: dict[int, list[Row[Any]]] = {}
    with store.read() as connection:
        for row in connection.execute(select(analysis_plan_event).order_by(analysis_plan_event.c.id)):
            by_plan.setdefault(row.plan_id, []).append(row)
    sights = by_plan.pop(WITHOUT_PLAN, [])
    return [_plan_of(rows, sights) for rows in reversed(by_plan.values())]


# --------------------------------------------------------------------------------------------------------------- inner


def _plan(connection: Connection, plan_id: int) -> Plan:
    columns = analysis_plan_event.c
    found = connection.execute(
        select(analysis_plan_event).where(columns.plan_id.in_([plan_id, WITHOUT_PLAN])).order_by(columns.id)
    ).all()
    rows = [row for row in found if row.plan_id == plan_id]
    if not rows or plan_id == WITHOUT_PLAN:
        raise NotFound(NO_PLAN, id=plan_id)
    return _plan_of(rows, [row for row in found if row.plan_id == WITHOUT_PLAN])


def _plan_of(rows: list[Row[Any]], sights: list[Row[Any]]) -> Plan:
    def of_kind(kind: str) -> list[Row[Any]]:
        return [row for row in rows if row.kind == kind]

    written, seen, locked = of_kind(WRITTEN), of_kind(SEEN), of_kind(LOCKED)
    return Plan(
        id=rows[0].plan_id,
        texts=written[-1].content["texts"],
        settings=written[-1].content["settings"],
        author_id=rows[0].account_id,
        author=rows[0].author,
        begun_at=rows[0].at,
        written_at=written[-1].at,
        n_written=len(written),
        sights=_first_sights(
            [*seen, *(row for row in sights if _is_about(row.content, written[-1].content["settings"]))]
        ),
        locked_at=locked[0].at if locked else None,
        locked_by=locked[0].author if locked else "",
        hash=locked[0].content["hash"] if locked else "",
        departures=tuple(Departure(**row.content, author=row.author, at=row.at) for row in of_kind(DEPARTURE)),
    )


def _is_about(seen: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    """Whether what was seen is of the measure of a plan and of any of its groups."""
    return all(seen[name] == settings.get(name) for name in (INDICATOR, PROGRAMME)) and bool(
        set(seen[GROUPS]) & set(settings.get(GROUPS) or ())
    )


def _first_sights(rows: list[Row[Any]]) -> tuple[Sight, ...]:
    """The first of every person, the first first."""
    found: dict[int, Sight] = {}
    for row in sorted(rows, key=lambda row: (row.at, row.id)):
        sight = Sight(row.account_id, row.author, str(row.content.get(PLACE, "card")), row.at)
        found.setdefault(row.account_id, sight)
    return tuple(found.values())


def _to_change(connection: Connection, viewer: Viewer, plan_id: int) -> Plan:
    plan = _plan(connection, plan_id)
    if viewer.account_id != plan.author_id and not (viewer.owns_all or viewer.is_administrator):
        raise NotAllowed(NOT_YOURS, author=plan.author)
    return plan


def _append(
    connection: Connection,
    viewer: Viewer,
    plan_id: int | None,
    kind: str,
    content: Mapping[str, Any],
    now: datetime,
) -> int:
    """Append an event and return the number of its plan; a plan's number is that of its first event."""
    new = connection.scalar(
        insert(analysis_plan_event)
        .values(
            plan_id=plan_id or 0,
            kind=kind,
            content=dict(content),
            account_id=viewer.account_id,
            author=viewer.name,
            at=stored_moment(now),
        )
        .returning(analysis_plan_event.c.id)
    )
    assert new is not None
    if plan_id is None:
        columns = analysis_plan_event.c
        connection.execute(update(analysis_plan_event).where(columns.id == new).values(plan_id=new))
    return int(plan_id or new)


def _audit(
    connection: Connection, viewer: Viewer, action: str, plan_id: int, detail: Mapping[str, Any], now: datetime
) -> None:
    audit.append(connection, at=now, actor=viewer.email, action=action, subject=str(plan_id), detail=detail)


def _texts_in(value: Any) -> list[str]:
    """Every text in a value made of mappings and lists."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for key, one in value.items() for text in (str(key), *_texts_in(one))]
    if isinstance(value, (list, tuple)):
        return [text for one in value for text in _texts_in(one)]
    return []
