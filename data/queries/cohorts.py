"""Cohorts of the programme: that they were held is public; who and which units took part is seen with the units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from data.access import Viewer
from data.errors import NotFound
from data.schema import cohort, cohort_unit, participant
from data.store import Store
from indicators.words import Words

NO_COHORT = Words("Holdet {code} findes ikke.", "There is no cohort {code}.")


@dataclass(frozen=True, slots=True)
class CohortRow:
    """One class of leaders. `dates_as_published` is what the source says where it gives no day."""

    code: str
    number: int | None
    name: Words
    starts_on: date | None
    ends_on: date | None
    dates_as_published: str
    participants: int | None
    is_demo: bool
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class ParticipantRow:
    """One leader in a cohort."""

    name: str
    title: str
    unit_code: str
    is_demo: bool


@dataclass(frozen=True, slots=True)
class CohortUnit:
    """One unit that takes part, with its dates."""

    unit_code: str
    starts_on: date
    ends_on: date | None


def all(store: Store, viewer: Viewer) -> list[CohortRow]:
    """Every cohort, by number."""
    query = select(cohort).order_by(cohort.c.number.nulls_last(), cohort.c.code)
    with store.read() as connection:
        return [
            CohortRow(
                code=row.code,
                number=row.number,
                name=Words(row.name_da, row.name_en),
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                dates_as_published=row.dates_as_published,
                participants=row.participants,
                is_demo=row.is_demo,
                note=row.note,
                source=row.source,
            )
            for row in connection.execute(query)
        ]


def units(store: Store, viewer: Viewer, code: str) -> list[CohortUnit]:
    """The units of a cohort that the viewer may see, by start; NotFound if there is no such cohort."""
    query = (
        select(cohort_unit)
        .where(cohort_unit.c.cohort_code == code)
        .order_by(cohort_unit.c.starts_on, cohort_unit.c.unit_code)
    )
    with store.read() as connection:
        _require_cohort(connection, code)
        return [
            CohortUnit(row.unit_code, row.starts_on, row.ends_on)
            for row in connection.execute(query)
            if viewer.may_see(row.unit_code)
        ]


def participants(store: Store, viewer: Viewer, code: str) -> list[ParticipantRow]:
    """The leaders of a cohort whose units the viewer may see, by name; NotFound if there is no such cohort."""
    query = select(participant).where(participant.c.cohort_code == code).order_by(participant.c.name, participant.c.id)
    with store.read() as connection:
        _require_cohort(connection, code)
        return [
            ParticipantRow(row.name, row.title, row.unit_code, row.is_demo)
            for row in connection.execute(query)
            if viewer.may_see(row.unit_code)
        ]


def _require_cohort(connection: Connection, code: str) -> None:
    if connection.scalar(select(cohort.c.code).where(cohort.c.code == code)) is None:
        raise NotFound(NO_COHORT, code=code)
