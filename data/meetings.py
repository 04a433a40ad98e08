"""Board meetings: which series were treated, what was said of each that day, what was decided and whether it was done.

A unit has at most one meeting under way. A series has at most one decision per meeting; writing it anew withdraws the
one before. A decision stands as a note of kind "decision" on its series' chart, for those whose unit it is, and comes
back at the next meetings until somebody says that it was done or was not. Nothing is deleted, and every step is in the
audit log, which holds no text that anybody wrote. Who may do what: `data.agenda`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from data import agenda, audit, cpr, outbox, typed
from data.access import Viewer, require_sight
from data.errors import NotFound, Refused
from data.naming import Names
from data.queries import observations
from data.reading import Pair
from data.schema import account, annotation, meeting, meeting_item, unit
from data.schema import decision as decision_table
from data.store import Store, stored_moment
from indicators.words import Words

MOST_SERIES = 20  # of one meeting: an hour at three minutes each
LONGEST_WHAT, LONGEST_WHO = 300, 120
LONGEST_FINDING = 500

NO_MEETING = Words("Tavlemødet findes ikke.", "There is no such board meeting.")
NO_DECISION = Words("Aftalen findes ikke, eller den er skrevet om.", "There is no such decision, or it was rewritten.")
NO_SERIES = Words("Vælg mindst én måling til mødet.", "Choose at least one measure for the meeting.")
TOO_MANY = Words(
    "Et møde kan have højst {most} målinger. Tag nogle af dagsordenen.",
    "A meeting can have {most} measures at most. Take some off the agenda.",
)
UNDER_WAY = Words(
    "Der er allerede et møde i gang for enheden. Fortsæt det, eller afslut det først.",
    "A meeting is already under way for the unit. Continue it, or end it first.",
)
HAS_ENDED = Words(
    "Mødet er afsluttet, og referatet kan ikke ændres. Tag målingen med til næste møde.",
    "The meeting has ended, and its minutes cannot be changed. Take the measure to the next meeting.",
)
NOT_TREATED = Words("Målingen er ikke på mødets dagsorden.", "The measure is not on the meeting's agenda.")
NO_WHAT = Words("Skriv, hvad I har aftalt.", "Write what you have decided.")
NO_WHO = Words("Skriv, hvem der gør det.", "Write who will do it.")
TOO_LONG = Words(
    "Teksten er for lang: højst {most} tegn. Skriv det kortere.",
    "The text is too long: {most} characters at most. Shorten it.",
)
IN_THE_PAST = Words(
    "Datoen ligger før mødet. Vælg en senere dag.", "The day is before the meeting. Choose a later one."
)
TOO_FAR = Words(
    "Datoen ligger mere end to år ude i fremtiden. Kontrollér året.",
    "The day is more than two years ahead. Check the year.",
)
NO_ADDRESS = Words(
    "Din konto har ingen e-mailadresse, der kan sendes til.", "Your account has no address that mail can be sent to."
)


class Why(StrEnum):
    """Why a series was on the agenda."""

    PICKED = "picked"
    NEW = "new"
    STANDING = "standing"
    DECISION = "decision"


class State(StrEnum):
    """Whether what was decided has been done."""

    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not_done"


@dataclass(frozen=True, slots=True)
class Treated:
    """A series of a meeting. `finding` is the sentence of that day; None where the reader may not see its figures."""

    indicator_code: str
    unit_code: str
    why: Why
    finding: Words | None

    @property
    def pair(self) -> Pair:
        return self.indicator_code, self.unit_code


@dataclass(frozen=True, slots=True)
class Decision:
    """What a meeting decided about a series, by whom it is done and by when. Moments are UTC."""

    id: int
    meeting_id: int
    indicator_code: str
    unit_code: str
    what: str
    who: str
    due_on: date | None
    state: State
    settled_at: datetime | None
    settled_by: str
    author: str
    created_at: datetime
    annotation_id: int | None

    @property
    def pair(self) -> Pair:
        return self.indicator_code, self.unit_code


@dataclass(frozen=True, slots=True)
class Meeting:
    """A board meeting. `settled` are decisions of earlier meetings that were settled while it lasted."""

    id: int
    board_unit: str
    author: str
    started_at: datetime
    ended_at: datetime | None
    series: tuple[Treated, ...] = ()
    decisions: tuple[Decision, ...] = ()
    settled: tuple[Decision, ...] = ()

    @property
    def is_under_way(self) -> bool:
        return self.ended_at is None

    def decision_on(self, pair: Pair) -> Decision | None:
        return next((one for one in self.decisions if one.pair == pair), None)


# -------------------------------------------------------------------------------------------------- reading


def of(store: Store, viewer: Viewer, meeting_id: int) -> Meeting:
    """A meeting with its series, decisions and what it settled; series of units out of sight are left out.

    Raises
    ------
    NotFound, NotAllowed
        There is no such meeting, or the viewer may not read the minutes of its unit.
    """
    with store.read() as connection:
        row = _meeting_row(connection, meeting_id)
        agenda.require_reading(connection, viewer, row.board_unit)
        items = connection.execute(
            select(meeting_item).where(meeting_item.c.meeting_id == row.id).order_by(meeting_item.c.position)
        ).all()
        treated = [item for item in items if viewer.may_see(item.unit_code)]
        pairs = {(item.indicator_code, item.unit_code) for item in treated}
        decided = [one for one in _decisions(connection, meeting_ids=[row.id]) if one.pair in pairs]
        earlier = [
            one
            for one in _decisions(connection, board_unit=row.board_unit, before=row.id)
            if one.pair in pairs
            and one.settled_at is not None
            and one.settled_at >= row.started_at
            and (row.ended_at is None or one.settled_at <= row.ended_at)
        ]
    hidden = _with_hidden(store, viewer, pairs)
    return replace(
        _plain(row),
        series=tuple(
            Treated(
                item.indicator_code,
                item.unit_code,
                Why(item.why),
                None if (item.indicator_code, item.unit_code) in hidden else Words(item.finding_da, item.finding_en),
            )
            for item in treated
        ),
        decisions=tuple(decided),
        settled=tuple(earlier),
    )


def listed(store: Store, viewer: Viewer, board_unit: str, *, limit: int = 20) -> list[Meeting]:
    """The unit's ended meetings without their contents, newest first; raises as `of`."""
    with store.read() as connection:
        agenda.require_reading(connection, viewer, board_unit)
        rows = connection.execute(
            select(meeting)
            .where(meeting.c.board_unit == board_unit, meeting.c.ended_at.is_not(None))
            .order_by(meeting.c.id.desc())
            .limit(limit)
        ).all()
    return [_plain(row) for row in rows]


def latest(store: Store, viewer: Viewer, board_unit: str) -> Meeting | None:
    """The unit's latest ended meeting, with its contents; None before the first. Raises as `of`."""
    found = listed(store, viewer, board_unit, limit=1)
    return of(store, viewer, found[0].id) if found else None


def under_way(store: Store, viewer: Viewer, board_unit: str) -> Meeting | None:
    """The unit's meeting that has begun and not ended, without its contents; raises as `of`."""
    with store.read() as connection:
        agenda.require_reading(connection, viewer, board_unit)
        row = _under_way(connection, board_unit)
    return None if row is None else _plain(row)


def open_decisions(store: Store, viewer: Viewer, board_unit: str) -> list[Decision]:
    """What the unit's meetings have decided and nobody has settled, oldest first; raises as `of`."""
    with store.read() as connection:
        agenda.require_reading(connection, viewer, board_unit)
        found = _decisions(connection, board_unit=board_unit)
    return [one for one in found if one.state is State.OPEN and viewer.may_see(one.unit_code)]


def last_agreed(store: Store, viewer: Viewer, meeting_id: int) -> dict[Pair, list[Decision]]:
    """For each series of a meeting what came before it: what was open when it began, and the newest of the rest.

    What this meeting settled stays in the list, so that it can be changed again. Raises as `of`.
    """
    here = of(store, viewer, meeting_id)
    with store.read() as connection:
        earlier = _decisions(connection, board_unit=here.board_unit, before=here.id)
    found: dict[Pair, list[Decision]] = {}
    for item in here.series:
        of_series = [one for one in earlier if one.pair == item.pair]
        newest = of_series[-1:]
        found[item.pair] = [
            one
            for one in of_series
            if one.state is State.OPEN
            or one in newest
            or (one.settled_at is not None and one.settled_at >= here.started_at)
        ]
    return found


# -------------------------------------------------------------------------------------------------- doing


def begin(store: Store, viewer: Viewer, board_unit: str, series: Sequence[Treated], *, now: datetime) -> int:
    """Begin a meeting on these series in this order, with what is said of each today, and return its number.

    Raises
    ------
    NotFound, NotAllowed
        There is no such unit, the viewer does not hold its meetings or may not see a series' unit.
    Refused
        There is nothing to treat, or too much; another meeting is under way.
    """
    given = list({one.pair: one for one in series}.values())
    if not given:
        raise Refused(NO_SERIES)
    if len(given) > MOST_SERIES:
        raise Refused(TOO_MANY, most=MOST_SERIES)

    def write(connection: Connection) -> int:
        agenda.require_hold(connection, viewer, board_unit)
        require_sight(connection, viewer, sorted({one.unit_code for one in given}))
        if _under_way(connection, board_unit) is not None:
            raise Refused(UNDER_WAY)
        new = connection.scalar(
            insert(meeting)
            .values(board_unit=board_unit, author=viewer.name, started_at=stored_moment(now))
            .returning(meeting.c.id)
        )
        for position, one in enumerate(given):
            finding = one.finding or Words("", "")
            connection.execute(
                insert(meeting_item).values(
                    meeting_id=new,
                    position=position,
                    indicator_code=one.indicator_code,
                    unit_code=one.unit_code,
                    why=one.why.value,
                    finding_da=finding.da[:LONGEST_FINDING],
                    finding_en=finding.en[:LONGEST_FINDING],
                )
            )
        _note(
            connection, viewer, "meeting.begun", board_unit, now, meeting=new, series=[" ".join(p.pair) for p in given]
        )
        return int(new or 0)

    return store.write(write, changes_data=False)


def decide(
    store: Store,
    viewer: Viewer,
    meeting_id: int,
    indicator_code: str,
    unit_code: str,
    *,
    what: str,
    who: str,
    due_on: date | None,
    today: date,
    now: datetime,
) -> Decision:
    """Write the one decision of a meeting on a series, in place of the one it had, and put it on the chart.

    The same decision once more changes nothing.

    Raises
    ------
    NotFound, NotAllowed
        There is no such meeting, or the viewer does not hold it.
    Refused
        The meeting has ended or does not treat the series; what or who is missing or too long, the day is before
        today, or a text holds a CPR-like number. Nothing of it is repeated.
    """
    what, who = typed.on_one_line(what), typed.on_one_line(who)
    cpr.refuse(what, who)
    if not what:
        raise Refused(NO_WHAT)
    if not who:
        raise Refused(NO_WHO)
    for text, most in ((what, LONGEST_WHAT), (who, LONGEST_WHO)):
        if len(text) > most:
            raise Refused(TOO_LONG, most=most)
    if due_on is not None and due_on < today:
        raise Refused(IN_THE_PAST)
    if due_on is not None and (due_on - today).days > 730:
        raise Refused(TOO_FAR)
    pair = (indicator_code, unit_code)

    def write(connection: Connection) -> Decision:
        row = _held(connection, viewer, meeting_id)
        _require_treated(connection, row.id, pair)
        before = _decision_of(connection, row.id, pair)
        if before is not None and (before.what, before.who, before.due_on) == (what, who, due_on):
            return before
        if before is not None:
            _withdraw(connection, before, now)
        moment = stored_moment(now)
        # For those whose unit it is: an agreement of a team is no note for a study to read.
        noted = connection.scalar(
            insert(annotation)
            .values(
                kind="decision",
                indicator_code=indicator_code,
                unit_code=unit_code,
                starts_on=today,
                text_da=what,
                text_en=what,
                author=viewer.name,
                created_at=moment,
                visibility="own",
            )
            .returning(annotation.c.id)
        )
        new = connection.scalar(
            insert(decision_table)
            .values(
                meeting_id=row.id,
                indicator_code=indicator_code,
                unit_code=unit_code,
                what=what,
                who=who,
                due_on=due_on,
                state=State.OPEN.value,
                settled_by="",
                annotation_id=noted,
                author=viewer.name,
                created_at=moment,
            )
            .returning(decision_table.c.id)
        )
        action = "meeting.decided" if before is None else "meeting.decided_anew"
        _note(connection, viewer, action, row.board_unit, now, meeting=row.id, series=" ".join(pair), decision=new)
        return _one(connection, int(new or 0))

    # A note changes no figure, but it is drawn on charts.
    return store.write(write, about=[indicator_code])


def undecide(
    store: Store, viewer: Viewer, meeting_id: int, indicator_code: str, unit_code: str, *, now: datetime
) -> bool:
    """Take the decision of a meeting on a series back, and its note off the chart; False where there is none.

    Raises as `decide`.
    """
    pair = (indicator_code, unit_code)

    def write(connection: Connection) -> bool:
        row = _held(connection, viewer, meeting_id)
        before = _decision_of(connection, row.id, pair)
        if before is None:
            return False
        _withdraw(connection, before, now)
        _note(
            connection, viewer, "meeting.undecided", row.board_unit, now,
            meeting=row.id, series=" ".join(pair), decision=before.id,
        )  # fmt: skip
        return True

    return store.write(write, about=[indicator_code])


def settle(store: Store, viewer: Viewer, decision_id: int, state: State, *, now: datetime) -> Decision:
    """Say that a decision was done, was not done, or is open after all; with whom and when.

    Raises
    ------
    NotFound, NotAllowed
        There is no such decision, or the viewer does not hold the meetings of its unit.
    """

    def write(connection: Connection) -> Decision:
        before = _one(connection, decision_id)
        row = _meeting_row(connection, before.meeting_id)
        agenda.require_hold(connection, viewer, row.board_unit)
        require_sight(connection, viewer, [before.unit_code])
        if before.state is state:
            return before
        is_open = state is State.OPEN
        connection.execute(
            update(decision_table)
            .where(decision_table.c.id == before.id)
            .values(
                state=state.value,
                settled_at=None if is_open else stored_moment(now),
                settled_by="" if is_open else viewer.name,
            )
        )
        _note(
            connection, viewer, f"decision.{state.value}", row.board_unit, now,
            decision=before.id, series=" ".join(before.pair), before=before.state.value,
        )  # fmt: skip
        return _one(connection, before.id)

    return store.write(write, changes_data=False)


def end(store: Store, viewer: Viewer, meeting_id: int, *, now: datetime) -> Meeting:
    """End a meeting: its minutes are closed and its picks come off the agenda; standing items stay. Raises as `decide`.

    A meeting that has ended stays as it is.
    """

    def write(connection: Connection) -> None:
        row = _meeting_row(connection, meeting_id)
        agenda.require_hold(connection, viewer, row.board_unit)
        if row.ended_at is not None:
            return
        connection.execute(update(meeting).where(meeting.c.id == row.id).values(ended_at=stored_moment(now)))
        items = connection.execute(select(meeting_item).where(meeting_item.c.meeting_id == row.id)).all()
        taken_off = agenda.end(
            connection, row.board_unit, [(item.indicator_code, item.unit_code) for item in items], now=now
        )
        _note(connection, viewer, "meeting.ended", row.board_unit, now, meeting=row.id, taken_off=taken_off)

    store.write(write, changes_data=False)
    return of(store, viewer, meeting_id)


def mail(store: Store, viewer: Viewer, meeting_id: int, *, days: Words, now: datetime) -> None:
    """Queue the minutes of a meeting as a mail to the viewer: series and decisions by name, and never a figure.

    `days` is the day of the meeting in words. Raises NotFound and NotAllowed as `of`, Refused where the account has no
    address or the meeting is under way.
    """
    here = of(store, viewer, meeting_id)
    if here.is_under_way:
        raise Refused(STILL_ON)

    def write(connection: Connection) -> None:
        person = connection.execute(select(account).where(account.c.id == viewer.account_id)).one_or_none()
        names = Names.read(connection, [one.pair for one in here.series])
        if person is None or not outbox.queue_minutes(
            connection,
            person,
            meeting_id=here.id,
            unit=_unit_name(connection, here.board_unit),
            day=days,
            series=[(names.indicator(one.indicator_code), names.unit(one.unit_code)) for one in here.series],
            decisions=[(names.indicator(one.indicator_code), one.what, one.who, one.due_on) for one in here.decisions],
            now=now,
        ):
            raise Refused(NO_ADDRESS)
        _note(connection, viewer, "meeting.mailed", here.board_unit, now, meeting=here.id)

    store.write(write, changes_data=False)


STILL_ON = Words(
    "Mødet er ikke afsluttet endnu. Afslut det, så er referatet klar.",
    "The meeting has not ended yet. End it, and the minutes are ready.",
)


# -------------------------------------------------------------------------------------------------- rows


def _plain(row: Row[Any]) -> Meeting:
    return Meeting(row.id, row.board_unit, row.author, row.started_at, row.ended_at)


def _meeting_row(connection: Connection, meeting_id: int) -> Row[Any]:
    row = connection.execute(select(meeting).where(meeting.c.id == meeting_id)).one_or_none()
    if row is None:
        raise NotFound(NO_MEETING)
    return row


def _held(connection: Connection, viewer: Viewer, meeting_id: int) -> Row[Any]:
    """A meeting under way that the viewer holds."""
    row = _meeting_row(connection, meeting_id)
    agenda.require_hold(connection, viewer, row.board_unit)
    if row.ended_at is not None:
        raise Refused(HAS_ENDED)
    return row


def _under_way(connection: Connection, board_unit: str) -> Row[Any] | None:
    return connection.execute(
        select(meeting)
        .where(meeting.c.board_unit == board_unit, meeting.c.ended_at.is_(None))
        .order_by(meeting.c.id.desc())
        .limit(1)
    ).one_or_none()


def _require_treated(connection: Connection, meeting_id: int, pair: Pair) -> None:
    columns = meeting_item.c
    query = select(columns.id).where(
        columns.meeting_id == meeting_id, columns.indicator_code == pair[0], columns.unit_code == pair[1]
    )
    if connection.execute(query).first() is None:
        raise Refused(NOT_TREATED)


def _decisions(
    connection: Connection,
    *,
    meeting_ids: Collection[int] | None = None,
    board_unit: str | None = None,
    before: int | None = None,
) -> list[Decision]:
    """Decisions that hold, oldest first: of some meetings, or of a unit's, those before a meeting alone."""
    query = select(decision_table).where(decision_table.c.withdrawn_at.is_(None)).order_by(decision_table.c.id)
    if meeting_ids is not None:
        query = query.where(decision_table.c.meeting_id.in_(set(meeting_ids)))
    if board_unit is not None:
        query = query.join(meeting, meeting.c.id == decision_table.c.meeting_id).where(
            meeting.c.board_unit == board_unit
        )
    if before is not None:
        query = query.where(decision_table.c.meeting_id < before)
    return [_decision(row) for row in connection.execute(query)]


def _decision_of(connection: Connection, meeting_id: int, pair: Pair) -> Decision | None:
    return next((one for one in _decisions(connection, meeting_ids=[meeting_id]) if one.pair == pair), None)


def _one(connection: Connection, decision_id: int) -> Decision:
    row = connection.execute(
        select(decision_table).where(decision_table.c.id == decision_id, decision_table.c.withdrawn_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound(NO_DECISION)
    return _decision(row)


def _decision(row: Row[Any]) -> Decision:
    return Decision(
        id=row.id,
        meeting_id=row.meeting_id,
        indicator_code=row.indicator_code,
        unit_code=row.unit_code,
        what=row.what,
        who=row.who,
        due_on=row.due_on,
        state=State(row.state),
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        author=row.author,
        created_at=row.created_at,
        annotation_id=row.annotation_id,
    )


def _withdraw(connection: Connection, one: Decision, now: datetime) -> None:
    moment = stored_moment(now)
    connection.execute(update(decision_table).where(decision_table.c.id == one.id).values(withdrawn_at=moment))
    connection.execute(update(annotation).where(annotation.c.id == one.annotation_id).values(withdrawn_at=moment))


def _with_hidden(store: Store, viewer: Viewer, pairs: Collection[Pair]) -> set[Pair]:
    """The series with a figure that is too small for this viewer: a sentence on them was made from such figures too."""
    strange = {pair for pair in pairs if not viewer.is_own(pair[1])}
    if not strange:
        return set()
    hidden = observations.hidden_from(store, viewer, {code for code, _ in strange}, None, store.small_number)
    return strange & {(code, unit_code) for code, unit_code, _ in hidden}


def _unit_name(connection: Connection, code: str) -> Words:
    row = connection.execute(select(unit.c.name_da, unit.c.name_en).where(unit.c.code == code)).one()
    return Words(row.name_da, row.name_en)


def _note(connection: Connection, viewer: Viewer, action: str, subject: str, now: datetime, **detail: object) -> None:
    audit.append(connection, at=now, actor=viewer.email, action=action, subject=subject, detail=detail)
