"""Pathways across sectors: steps in order, each followed by one series, and who may see what of them.

Nobody owns a whole pathway. Whoever owns the unit of one of its steps (leads it, is its quality team, or stands above
it) reads the series of every step: with small numbers hidden like for any stranger, and of no unit more than that one
series. Who owns no step and may see some of the units reads those steps, and of the others their names alone.
Each step is changed by whoever owns its own unit: `data.pathways`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from data.access import Viewer
from data.errors import NotAllowed, NotFound
from data.reading import Pair
from data.schema import pathway, pathway_step, series_state
from data.store import Store
from indicators.words import Words

NO_PATHWAY = Words("Forløbet findes ikke.", "There is no such pathway.")
NOT_YOURS_TO_SEE = Words(
    "Forløbet er for dem, der har et trin i det. Bed en af dem om at invitere jeres enhed til et trin.",
    "The pathway is for those who have a step in it. Ask one of them to invite your unit to a step.",
)


class Sector(StrEnum):
    """Where a step takes place."""

    HOSPITAL = "hospital"
    MUNICIPAL = "municipal"
    PRACTICE = "practice"


class Sight(StrEnum):
    """What a viewer is shown of a step."""

    SERIES = "series"  # its series
    NO_SERIES = "no_series"  # there is none to show: nobody follows the step yet
    NO_ACCESS = "no_access"  # there is one, and it is not for this viewer


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `unit_code` is whose step it is; without one it waits for somebody to be invited.

    Codes are empty where the viewer has no access (`sight`). `is_own` says that the viewer may change it.
    """

    id: int
    position: int
    name: Words
    sector: Sector
    indicator_code: str | None
    unit_code: str | None
    owner: str
    note: Words
    sight: Sight
    is_own: bool

    @property
    def pair(self) -> Pair | None:
        if self.sight is not Sight.SERIES:
            return None
        assert self.indicator_code is not None and self.unit_code is not None
        return self.indicator_code, self.unit_code


@dataclass(frozen=True, slots=True)
class Pathway:
    """A pathway with its steps in order. A set (`is_set`) is the catalogue's, to make one's own from."""

    code: str
    name: Words
    description: Words
    is_demo: bool
    source: str
    steps: tuple[Step, ...]

    @property
    def is_set(self) -> bool:
        return bool(self.source)

    @property
    def has_own(self) -> bool:
        return any(step.is_own for step in self.steps)


def listed(store: Store, viewer: Viewer) -> list[Pathway]:
    """The pathways the viewer may see, those with a step of the viewer's first, then by name."""
    found = [one for one in _read(store, viewer) if not one.is_set and _is_in_sight(viewer, one)]
    return sorted(found, key=lambda one: (not one.has_own, one.name.da))


def sets(store: Store, viewer: Viewer) -> list[Pathway]:
    """The catalogue's ready-made sets; they are public."""
    return [one for one in _read(store, viewer) if one.is_set]


def get(store: Store, viewer: Viewer, code: str) -> Pathway:
    """One pathway.

    Raises
    ------
    NotFound, NotAllowed
        There is no such pathway, or no step of it is in the viewer's sight.
    """
    found = next((one for one in _read(store, viewer) if one.code == code), None)
    if found is None:
        raise NotFound(NO_PATHWAY)
    if not found.is_set and not _is_in_sight(viewer, found):
        raise NotAllowed(NOT_YOURS_TO_SEE)
    return found


def reader(viewer: Viewer, of: Pathway) -> Viewer:
    """The viewer, as far as this pathway goes: may see the units of its steps, and owns nothing more than before.

    For reading the series of the steps alone (`Step.pair`), and nothing else of those units.
    """
    return replace(viewer, readable_units=viewer.readable_units | {step.pair[1] for step in of.steps if step.pair})


# -------------------------------------------------------------------------------------------------- rows


def _read(store: Store, viewer: Viewer) -> list[Pathway]:
    with store.read() as connection:
        rows = connection.execute(select(pathway).order_by(pathway.c.name_da)).all()
        steps = connection.execute(
            select(pathway_step).order_by(pathway_step.c.pathway_code, pathway_step.c.position, pathway_step.c.id)
        ).all()
        followed = _followed(connection, steps)
    of_pathway: dict[str, list[Row[Any]]] = {}
    for step in steps:
        of_pathway.setdefault(step.pathway_code, []).append(step)
    return [_pathway(row, of_pathway.get(row.code, []), followed, viewer) for row in rows]


def _followed(connection: Connection, steps: Sequence[Row[Any]]) -> set[Pair]:
    """The series of the steps that there are."""
    units = {step.unit_code for step in steps if step.unit_code}
    if not units:
        return set()
    columns = series_state.c
    wanted = {(step.indicator_code, step.unit_code) for step in steps}
    rows = connection.execute(
        select(columns.indicator_code, columns.unit_code).where(columns.unit_code.in_(sorted(units)))
    )
    return {(row.indicator_code, row.unit_code) for row in rows} & wanted


def _pathway(row: Row[Any], steps: Sequence[Row[Any]], followed: set[Pair], viewer: Viewer) -> Pathway:
    owns_step = viewer.owns_all or any(step.unit_code is not None and viewer.is_own(step.unit_code) for step in steps)
    return Pathway(
        code=row.code,
        name=Words(row.name_da, row.name_en),
        description=Words(row.description_da, row.description_en),
        is_demo=row.is_demo,
        source=row.source,
        steps=tuple(_step(step, followed, viewer, owns_step=owns_step) for step in steps),
    )


def _step(row: Row[Any], followed: set[Pair], viewer: Viewer, *, owns_step: bool) -> Step:
    if (row.indicator_code, row.unit_code) not in followed:
        sight = Sight.NO_SERIES
    elif owns_step or viewer.may_see(row.unit_code):
        sight = Sight.SERIES
    else:
        sight = Sight.NO_ACCESS
    is_hidden = sight is Sight.NO_ACCESS
    return Step(
        id=row.id,
        position=row.position,
        name=Words(row.name_da, row.name_en),
        sector=Sector(row.sector),
        indicator_code=None if is_hidden else row.indicator_code,
        unit_code=None if is_hidden else row.unit_code,
        owner="" if is_hidden else row.owner,
        note=Words(row.note_da, row.note_en),
        sight=sight,
        is_own=row.unit_code is not None and viewer.is_own(row.unit_code),
    )


def _is_in_sight(viewer: Viewer, one: Pathway) -> bool:
    return viewer.sees_all or any(step.unit_code is not None and viewer.may_see(step.unit_code) for step in one.steps)
