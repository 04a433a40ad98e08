"""What people decided about a series, and noted on it: phases, points left out, dated notes; and what one has pinned.

`data.decisions` writes all of it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import or_, select

from data import chart_lines, reading
from data.access import Viewer, require_sight
from data.reading import Pair
from data.schema import annotation, pin
from data.store import Store, end_of_day
from indicators.assessment import SeriesPhase
from indicators.words import Words


class AnnotationKind(StrEnum):
    CHANGE = "change"
    EVENT = "event"
    DATA = "data"
    DECISION = "decision"
    COMMENT = "comment"


class Visibility(StrEnum):
    """Who reads a note: whoever sees the unit, or only those whose unit it is."""

    ALL = ""
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A point that is drawn and left out of the calculation."""

    period: date
    reason: str
    author: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Annotation:
    """A dated note. `indicator_code` None: on all indicators of the unit; `unit_code` None: everywhere."""

    id: int
    kind: AnnotationKind
    indicator_code: str | None
    unit_code: str | None
    starts_on: date
    ends_on: date | None
    text: Words
    author: str
    created_at: datetime
    visibility: Visibility = Visibility.ALL


def phases(
    store: Store,
    viewer: Viewer,
    indicator_code: str,
    unit_code: str,
    as_of: date | datetime | None = None,
    *,
    language: str = "da",
) -> list[SeriesPhase]:
    """The phases after the first, and a freeze of the first, by their start; raises like every query of a unit."""
    pair = (indicator_code, unit_code)
    with store.read() as connection:
        require_sight(connection, viewer, [unit_code])
        return reading.phases(connection, [pair], as_of, language=language).get(pair, [])


def exclusions(
    store: Store, viewer: Viewer, indicator_code: str, unit_code: str, as_of: date | datetime | None = None
) -> list[Exclusion]:
    """The points left out, by period; raises like every query of a unit."""
    pair = (indicator_code, unit_code)
    with store.read() as connection:
        require_sight(connection, viewer, [unit_code])
        rows = reading.exclusions(connection, [pair], as_of).get(pair, [])
    return [Exclusion(row.period_start, row.reason, row.author, row.created_at) for row in rows]


def annotations(
    store: Store, viewer: Viewer, indicator_code: str, unit_code: str, as_of: date | datetime | None = None
) -> list[Annotation]:
    """The notes that concern a series, by date: its own, those on the unit or a unit above it, those on everything.

    Above it means: on the day the note begins. A note for the unit's own people is read by nobody else.

    Raises like every query of a unit.
    """
    moment = end_of_day(as_of) or reading.FOREVER
    columns = annotation.c
    with store.read() as connection:
        require_sight(connection, viewer, [unit_code])
        hierarchy = store.remember("hierarchy", lambda: reading.Hierarchy.read(connection), about=())
        rows = connection.execute(
            select(annotation)
            .where(
                or_(columns.indicator_code.is_(None), columns.indicator_code == indicator_code),
                columns.created_at <= moment,
                or_(columns.withdrawn_at.is_(None), columns.withdrawn_at > moment),
            )
            .order_by(columns.starts_on, columns.id)
        ).all()
    return [
        Annotation(
            id=row.id,
            kind=AnnotationKind(row.kind),
            indicator_code=row.indicator_code,
            unit_code=row.unit_code,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            text=Words(row.text_da, row.text_en),
            author=row.author,
            created_at=row.created_at,
            visibility=Visibility(row.visibility or ""),
        )
        for row in rows
        if (row.unit_code is None or row.unit_code in hierarchy.above(unit_code, row.starts_on))
        and (row.visibility != Visibility.OWN or viewer.is_own(row.unit_code or unit_code))
    ]


def standing(store: Store, viewer: Viewer, indicator_code: str, unit_code: str) -> chart_lines.Standing:
    """The lines of a series as they stand now; raises like every query of a unit."""
    with store.read() as connection:
        require_sight(connection, viewer, [unit_code])
        return chart_lines.standing(connection, (indicator_code, unit_code))


def line_changes(store: Store, viewer: Viewer, indicator_code: str, unit_code: str) -> list[chart_lines.LineChange]:
    """Every time somebody changed the phases or left-out points of a series on screen, the latest first.

    What was withdrawn stands here with its reason. Raises like every query of a unit.
    """
    with store.read() as connection:
        require_sight(connection, viewer, [unit_code])
        return chart_lines.changes(connection, (indicator_code, unit_code))[::-1]


def pinned(store: Store, viewer: Viewer) -> list[Pair]:
    """The series the viewer keeps at hand, the first one pinned first; of units that are in sight."""
    columns = pin.c
    with store.read() as connection:
        rows = connection.execute(
            select(columns.indicator_code, columns.unit_code)
            .where(columns.account_id == viewer.account_id)
            .order_by(columns.pinned_at)
        ).all()
    return [(row.indicator_code, row.unit_code) for row in rows if viewer.may_see(row.unit_code)]
