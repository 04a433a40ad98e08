"""What people write on a series and decide about its lines: notes, phases, points left out, and what one keeps at hand.

| may | who |
|---|---|
| write a note, begin a phase, leave a point out, and take it back | its owners and whoever may hand in for the unit |
| pin a series, for oneself | whoever may see its unit |
| nothing but pin | evaluators: they read |

No right to change a definition is needed to write a note. Nothing is deleted: `withdrawn_at` ends it, and the chart of
an earlier day shows what stood then. Phases and points left out change what the chart says: the signal is worked out
anew in the same transaction, a reason is required, and both stay in the list of what was decided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from data import audit, chart_lines, cpr, reading, states, typed
from data.access import Viewer, require_sight
from data.errors import NotAllowed, NotFound, Refused
from data.naming import Names
from data.queries import observations
from data.queries.decisions import AnnotationKind, Visibility
from data.reading import Pair
from data.schema import annotation, exclusion, phase, pin
from data.store import Store, stored_moment
from indicators.assessment import Assessment, SeriesPhase, assess_many
from indicators.definition import IndicatorDefinition, PeriodKind
from indicators.periods import next_start, start_of
from indicators.words import Words

LONGEST_NOTE = 500
LONGEST_REASON = 500
LONGEST_NAME = 60
MOST_PINS = 60
EARLIEST = date(1990, 1, 1)

NOT_YOURS = Words(
    "Kun den, der indberetter for {unit}, og dem, der leder enheden eller arbejder med kvalitet der, kan skrive noter "
    "og ændre diagrammet.",
    "Only those who hand in for {unit}, lead it or work with its quality can write notes and change the chart.",
)
NO_TEXT = Words("Skriv, hvad der skete.", "Write what happened.")
LONG_TEXT = Words("Teksten er for lang: højst {most} tegn.", "The text is too long: {most} characters at most.")
NO_REASON = Words(
    "Skriv en begrundelse: den står ved diagrammet, så andre kan se, hvorfor det er ændret.",
    "Write a reason: it stands by the chart, so that others can see why it was changed.",
)
LONG_REASON = Words(
    "Begrundelsen er for lang: højst {most} tegn.", "The reason is too long: {most} characters at most."
)
LONG_NAME = Words("Navnet er for langt: højst {most} tegn.", "The name is too long: {most} characters at most.")
NO_DAY = Words("Vælg, hvornår noten gælder.", "Choose when the note applies.")
WRONG_DAYS = Words(
    "Noten slutter, før den begynder. Byt om på de to tidspunkter.",
    "The note ends before it begins. Swap the two.",
)
AHEAD = Words("En note kan højst ligge et år frem.", "A note can lie at most a year ahead.")
NOT_OWN = Words(
    "En note kun for enhedens egne kan skrives af dem, der hører til {unit}.",
    "A note for the unit's own people only can be written by those who belong to {unit}.",
)
NO_NOTE = Words(
    "Noten er der ikke længere: en anden har fjernet den.", "The note is gone: somebody else has removed it."
)
NOTE_OF_ALL = Words(
    "Noten gælder alle enheder. Den kan en administrator fjerne.",
    "The note is on every unit. An administrator can remove it.",
)
NO_INDICATOR = Words("Indikatoren {code} findes ikke.", "There is no indicator {code}.")
NO_SERIES = Words(
    "{indicator} har ingen tal i {unit}, så der er ikke et diagram at ændre.",
    "{indicator} has no figures in {unit}, so there is no chart to change.",
)
NO_PERIOD = Words(
    "Der er intet punkt i {period}. Vælg en periode, der har tal.",
    "There is no point in {period}. Choose a period with figures.",
)
FIRST_PERIOD = Words(
    "Målingen begynder i {period}. En ny fase kan først begynde derefter.",
    "The measure begins in {period}. A new phase can only begin after that.",
)
PHASE_THERE = Words(
    "{author} har allerede begyndt en fase i {period}. Træk den tilbage først, hvis den skal være en anden.",
    "{author} has already begun a phase in {period}. Withdraw it first if it is to be another one.",
)
NO_PHASE = Words(
    "Fasen er der ikke længere: en anden har trukket den tilbage.",
    "The phase is gone: somebody else has withdrawn it.",
)
OUT_ALREADY = Words(
    "{author} har allerede udeladt {period}.", "{author} has already left {period} out."
)  # fmt: skip
IN_ALREADY = Words(
    "{period} er med i beregningen: en anden har taget punktet med igen.",
    "{period} is part of the calculation: somebody else has taken the point back in.",
)
CHANGED = Words(
    "{author} har ændret målingens faser eller udeladte punkter, mens du så på den. Intet er gemt. Se på diagrammet "
    "igen, før du gemmer.",
    "{author} has changed the phases or points of the measure while you looked at it. Nothing is saved. Look at the "
    "chart again before you save.",
)
MANY_PINS = Words(
    "Du har allerede fastgjort {most} målinger. Løsn nogle først.",
    "You have already pinned {most} measures. Unpin some first.",
)


class Lines(StrEnum):
    """What is done to the lines of a series, as the audit trail names it."""

    BEGUN = "phase.begun"
    WITHDRAWN = "phase.withdrawn"
    EXCLUDED = "exclusion.made"
    INCLUDED = "exclusion.withdrawn"


def may_decide(viewer: Viewer, unit_code: str) -> bool:
    """Whether the viewer writes notes on the unit's series and decides about their lines.

    Examples
    --------
    >>> from data.access import SYSTEM
    >>> may_decide(SYSTEM, "NOH")
    True
    """
    return viewer.is_own(unit_code) or viewer.may_deliver(unit_code)


def require_decision(connection: Connection, viewer: Viewer, unit_code: str) -> None:
    """Raise NotFound or NotAllowed where the viewer may not see the unit, NotAllowed where it is not theirs."""
    require_sight(connection, viewer, [unit_code])
    if not may_decide(viewer, unit_code):
        raise NotAllowed(NOT_YOURS, unit=Names.read(connection, [("", unit_code)]).unit(unit_code))


# --------------------------------------------------------------------------------------------------------------- notes


def annotate(
    store: Store,
    viewer: Viewer,
    indicator_code: str | None,
    unit_code: str,
    *,
    kind: AnnotationKind,
    starts_on: date | None,
    ends_on: date | None = None,
    text: str,
    visibility: Visibility = Visibility.ALL,
    now: datetime,
) -> int:
    """Write a note on a series, or (`indicator_code` None) on every series of the unit; returns its id.

    `text` is stored as it was written, in whatever language. A range ends with `ends_on`; None is a point in time.
    The same note once more, from a second tab or a second press, is the one that is there.

    Raises
    ------
    NotFound, NotAllowed
        There is no such unit or indicator, or it is not the viewer's to write on.
    Refused
        No text, too long a text, a CPR-like number in it, no day, days the wrong way round or far ahead.
    """
    written = typed.written(text)
    if not written:
        raise Refused(NO_TEXT)
    if len(written) > LONGEST_NOTE:
        raise Refused(LONG_TEXT, most=LONGEST_NOTE)
    cpr.refuse(written)
    if starts_on is None or starts_on < EARLIEST:
        raise Refused(NO_DAY)
    if ends_on is not None and ends_on < starts_on:
        raise Refused(WRONG_DAYS)
    if max(starts_on, ends_on or starts_on) > now.date() + timedelta(days=366):
        raise Refused(AHEAD)

    def write(connection: Connection) -> int:
        require_decision(connection, viewer, unit_code)
        if indicator_code is not None:
            _definition(connection, indicator_code)
        if visibility is Visibility.OWN and not viewer.is_own(unit_code):
            raise NotAllowed(NOT_OWN, unit=Names.read(connection, [("", unit_code)]).unit(unit_code))
        columns = annotation.c
        last = ends_on if ends_on != starts_on else None
        there = connection.scalar(
            select(columns.id).where(
                columns.withdrawn_at.is_(None), columns.unit_code == unit_code,
                columns.indicator_code.is_not_distinct_from(indicator_code), columns.author == viewer.name,
                columns.starts_on == starts_on, columns.ends_on.is_not_distinct_from(last), columns.text_da == written,
                columns.kind == kind.value, columns.visibility.is_not_distinct_from(visibility.value or None),
            )
        )  # fmt: skip
        if there is not None:
            return int(there)
        made = connection.scalar(
            insert(annotation)
            .values(
                kind=kind.value,
                indicator_code=indicator_code,
                unit_code=unit_code,
                starts_on=starts_on,
                ends_on=last,
                text_da=written,
                text_en=written,
                author=viewer.name,
                created_at=stored_moment(now),
                visibility=visibility.value or None,
            )
            .returning(annotation.c.id)
        )
        audit.append(
            connection,
            at=now,
            actor=viewer.email,
            action="annotation.written",
            subject=_subject((indicator_code or "*", unit_code)),
            detail={"id": made, "kind": kind.value, "from": starts_on.isoformat(), "visibility": visibility.value},
        )
        return int(made or 0)

    return store.write(write, about=())  # no figure changes: what was worked out from figures holds


def withdraw_annotation(store: Store, viewer: Viewer, annotation_id: int, *, now: datetime) -> None:
    """Take a note off. Who may write on its unit may take it off; one on every unit only an administrator.

    Raises
    ------
    NotAllowed
        The note's unit is not the viewer's.
    Refused
        Somebody else has taken it off meanwhile, or there never was one.
    """

    def write(connection: Connection) -> None:
        row = connection.execute(
            select(annotation).where(annotation.c.id == annotation_id, annotation.c.withdrawn_at.is_(None))
        ).one_or_none()
        if row is None:
            raise Refused(NO_NOTE)
        if row.unit_code is None:
            if not (viewer.is_administrator or viewer.owns_all):
                raise NotAllowed(NOTE_OF_ALL)
        else:
            require_decision(connection, viewer, row.unit_code)
        _withdraw(connection, annotation, row.id, now)
        audit.append(
            connection,
            at=now,
            actor=viewer.email,
            action="annotation.withdrawn",
            subject=_subject((row.indicator_code or "*", row.unit_code or "*")),
            detail={"id": row.id},
        )

    store.write(write, about=())


# --------------------------------------------------------------------------------------------------------------- lines


@dataclass(frozen=True, slots=True)
class LineChange:
    """A change of the lines of one series: by whom, why, and when; then one of its four steps.

    Each works the signal out anew in its own transaction and returns what the board says of the series now.

    Parameters
    ----------
    seen : str
        What `queries.decisions.standing` said when the chart was looked at; None asks for nothing.

    Raises
    ------
    NotFound, NotAllowed
        (every step) There is no such series, or it is not the viewer's.
    Refused
        (every step) No reason, a text too long or with a CPR-like number, a period outside the series, what is asked
        for stands there already or no longer, or the lines were changed since they were seen. Nothing is stored.
    """

    store: Store
    viewer: Viewer
    indicator_code: str
    unit_code: str
    reason: str
    today: date
    now: datetime
    seen: str | None = None

    def begin_phase(self, starts_on: date, *, name: str, is_break: bool = False) -> states.SeriesState:
        """Give the series its own level from `starts_on` on: a day of its second period or a later one.

        With `is_break` the levels before and after do not compare: a definition or a system changed.
        """
        called, why = typed.on_one_line(name), _reason(self.reason)
        if len(called) > LONGEST_NAME:
            raise Refused(LONG_NAME, most=LONGEST_NAME)
        cpr.refuse(called)

        def change(there: _Standing) -> dict[str, Any]:
            start = start_of(starts_on, there.kind)
            if start <= there.periods[0]:
                raise Refused(FIRST_PERIOD, period=there.name_of(there.periods[0]))
            if start > there.periods[-1]:
                raise Refused(NO_PERIOD, period=there.name_of(start))
            for row in there.lines(phase):
                if start_of(row.starts_on, there.kind) == start:
                    raise Refused(PHASE_THERE, author=row.author, period=there.name_of(start))
            words = {"name_da": called, "name_en": called, "reason_da": why, "reason_en": why}
            there.connection.execute(insert(phase).values(starts_on=start, is_break=is_break, **words, **self._marks))
            return {"starts_on": start.isoformat(), "name": called, "is_break": is_break}

        return self._make(Lines.BEGUN, change)

    def withdraw_phase(self, starts_on: date) -> states.SeriesState:
        """Take back the phase that begins on `starts_on`."""

        def change(there: _Standing) -> dict[str, Any]:
            row = next((row for row in there.lines(phase) if row.starts_on == starts_on), None)
            if row is None:
                raise Refused(NO_PHASE)
            _withdraw(there.connection, phase, row.id, self.now)
            return {"starts_on": starts_on.isoformat(), "name": row.name_da}

        return self._make(Lines.WITHDRAWN, change)

    def exclude(self, period: date) -> states.SeriesState:
        """Leave a point out of the calculation; it stays on the chart."""
        why = _reason(self.reason)

        def change(there: _Standing) -> dict[str, Any]:
            start = start_of(period, there.kind)
            if start not in there.periods:
                raise Refused(NO_PERIOD, period=there.name_of(start))
            for row in there.lines(exclusion):
                if start_of(row.period_start, there.kind) == start:
                    raise Refused(OUT_ALREADY, author=row.author, period=there.name_of(start))
            there.connection.execute(insert(exclusion).values(period_start=start, reason=why, **self._marks))
            return {"period": start.isoformat()}

        return self._make(Lines.EXCLUDED, change)

    def include_again(self, period: date) -> states.SeriesState:
        """Take a point that was left out back in."""

        def change(there: _Standing) -> dict[str, Any]:
            row = next((row for row in there.lines(exclusion) if row.period_start == period), None)
            if row is None:
                name = there.name_of(period)
                raise Refused(IN_ALREADY, period=Words(_capital(name.da), _capital(name.en)))
            _withdraw(there.connection, exclusion, row.id, self.now)
            return {"period": period.isoformat()}

        return self._make(Lines.INCLUDED, change)

    @property
    def _marks(self) -> dict[str, Any]:
        """Which series a new row is about, who made it, and when."""
        return {
            "indicator_code": self.indicator_code,
            "unit_code": self.unit_code,
            "author": self.viewer.name,
            "created_at": stored_moment(self.now),
        }

    def _make(self, done: Lines, change: Callable[[_Standing], dict[str, Any]]) -> states.SeriesState:
        """Change the lines of the series as it stands, work its signal out anew, and note what that did to it."""
        why = _reason(self.reason)
        pair = (self.indicator_code, self.unit_code)
        columns = states.series_state.c

        def write(connection: Connection) -> states.SeriesState:
            detail = change(_open(connection, self.viewer, pair, self.seen))
            before = connection.scalar(
                select(columns.variation).where(columns.indicator_code == pair[0], columns.unit_code == pair[1])
            )
            (state,) = states.recalculate(
                connection, [pair], today=self.today, now=self.now, deadline_day=self.store.deadline_day
            )
            signal = {"before": before, "after": state.variation.value}
            audit.append(
                connection,
                at=self.now,
                actor=self.viewer.email,
                action=done.value,
                subject=_subject(pair),
                detail={**detail, "reason": why, "author": self.viewer.name, **signal},
            )
            return state

        return self.store.write(write)


def what_if(
    store: Store,
    viewer: Viewer,
    indicator_code: str,
    unit_code: str,
    *,
    begin: SeriesPhase | None = None,
    end: date | None = None,
    leave_out: date | None = None,
    take_in: date | None = None,
    today: date,
    language: str = "da",
) -> Assessment:
    """What the series would show with a phase more (`begin`) or less (`end`, its start), or a point out or in.

    Nothing is stored. Raises NotFound or NotAllowed like every query of a unit.
    """
    pair = (indicator_code, unit_code)
    figures = observations.current(store, viewer, indicator_code, unit_code)
    around = states.Surroundings.remembered(store, [pair], deadline_day=store.deadline_day, language=language)
    if indicator_code not in around.definitions:
        raise NotFound(NO_INDICATOR, code=indicator_code)
    kind = around.definitions[indicator_code].period
    phases = [one for one in around.phases.get(pair, ()) if one.starts_on != end]
    if begin is not None:
        start = start_of(begin.starts_on, kind)
        phases = [one for one in phases if start_of(one.starts_on, kind) != start] + [replace(begin, starts_on=start)]
    out = [row.period_start for row in around.exclusions.get(pair, ()) if row.period_start != take_in]
    asked = around.asked(pair, figures, today)
    return assess_many(
        [
            replace(
                asked,
                phases=sorted(phases, key=lambda one: one.starts_on),
                exclusions=[*out, leave_out] if leave_out is not None else out,
            )
        ]
    )[0]


def _reason(text: str) -> str:
    why = typed.written(text)
    if not why:
        raise Refused(NO_REASON)
    if len(why) > LONGEST_REASON:
        raise Refused(LONG_REASON, most=LONGEST_REASON)
    cpr.refuse(why)
    return why


@dataclass(frozen=True, slots=True)
class _Standing:
    """A series whose lines may be changed, inside the transaction that changes them."""

    connection: Connection
    pair: Pair
    kind: PeriodKind
    periods: list[date]  # with figures, the first first; never empty

    def lines(self, table: Table) -> list[Row[Any]]:
        """Its phases, or the points left out, that nobody has withdrawn."""
        columns = table.c
        of_pair = (columns.indicator_code == self.pair[0]) & (columns.unit_code == self.pair[1])
        return list(self.connection.execute(select(table).where(of_pair, columns.withdrawn_at.is_(None))))

    def name_of(self, period: date) -> Words:
        return Names.read(self.connection, [self.pair]).period(self.pair[0], period)


def _open(connection: Connection, viewer: Viewer, pair: Pair, seen: str | None) -> _Standing:
    """The series as it stands, if the viewer may change its lines and they are those that were seen."""
    require_decision(connection, viewer, pair[1])
    definition = _definition(connection, pair[0])
    standing = chart_lines.standing(connection, pair)
    if seen is not None and seen != standing.mark:
        raise Refused(CHANGED, author=standing.latest_author or Words("En anden", "Somebody else"))
    figures = reading.observations(connection, [pair])
    told = figures[["numerator", "denominator", "value"]].notna().any(axis=1)
    periods = sorted({start_of(_day(day), definition.period) for day in figures.loc[told, "period_start"]})
    if not periods:
        names = Names.read(connection, [pair])
        raise Refused(NO_SERIES, indicator=names.indicator(pair[0]), unit=names.unit(pair[1]))
    return _Standing(connection, pair, definition.period, periods)


# ---------------------------------------------------------------------------------------------------------------- pins


def set_pinned(
    store: Store, viewer: Viewer, indicator_code: str, unit_code: str, is_pinned: bool, *, now: datetime
) -> None:
    """Keep a series at hand, or no longer: for the viewer alone. Doing it twice changes nothing.

    Raises
    ------
    NotFound, NotAllowed
        There is no such unit or indicator, or the viewer may not see the unit.
    Refused
        Too many are pinned.
    """
    columns = pin.c
    mine = columns.account_id == viewer.account_id
    this = mine & (columns.indicator_code == indicator_code) & (columns.unit_code == unit_code)

    def write(connection: Connection) -> None:
        require_sight(connection, viewer, [unit_code])
        if not is_pinned:
            connection.execute(delete(pin).where(this))
            return
        _definition(connection, indicator_code)
        there = connection.execute(select(columns.indicator_code, columns.unit_code).where(mine)).all()
        if any(tuple(row) == (indicator_code, unit_code) for row in there):
            return
        if len(there) >= MOST_PINS:
            raise Refused(MANY_PINS, most=MOST_PINS)
        connection.execute(
            insert(pin).values(
                account_id=viewer.account_id,
                indicator_code=indicator_code,
                unit_code=unit_code,
                pinned_at=stored_moment(now),
            )
        )

    store.write(write, changes_data=False)


# -------------------------------------------------------------------------------------------------------------- inside


def _definition(connection: Connection, code: str) -> IndicatorDefinition:
    found = reading.definitions(connection, [code]).get(code)
    if found is None:
        raise NotFound(NO_INDICATOR, code=code)
    return found


def _withdraw(connection: Connection, table: Table, row_id: int, now: datetime) -> None:
    connection.execute(update(table).where(table.c.id == row_id).values(withdrawn_at=stored_moment(now)))


def _subject(pair: Pair) -> str:
    return " ".join(pair)


def _day(value: Any) -> date:
    return value.date() if isinstance(value, datetime) else value


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def end_of_period(start: date, kind: PeriodKind) -> date:
    """The last day of the period that `start` lies in: a note written after it was added later.

    Examples
    --------
    >>> end_of_period(date(2026, 2, 12), PeriodKind.MONTH)
    datetime.date(2026, 2, 28)
    """
    return next_start(start_of(start, kind), kind) - timedelta(days=1)
