"""Making a pathway from a ready-made set, shaping it, and changing one's own step.

Who sees what of it stands in `data.queries.pathways`; who changes what:

| who has a step in it may | of which steps |
|---|---|
| name the pathway, add a step, move a step | all: the order is shared, and moving shows nobody anything |
| rename and remove a step | one's own, and those that are nobody's |
| choose the series and who answers for it, give the step back | one's own |
| invite a unit | those that are nobody's |

A unit comes into a pathway in two ways. Whoever makes it puts in steps of the own unit; and whoever has a step invites
a unit to a step that is nobody's. Only that unit's own people then choose the series, and by doing so show it to the
others of the pathway. They may leave again, and take their series along.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from data import audit, cpr, typed
from data.access import Viewer
from data.errors import NotAllowed, NotFound, Refused
from data.queries.pathways import NO_PATHWAY, NOT_YOURS_TO_SEE, Sector
from data.schema import indicator, pathway, pathway_step, series, series_state, unit
from data.store import Store
from indicators.words import Words

LONGEST_NAME, LONGEST_OWNER = 120, 120
MOST_STEPS = 12  # a strip that can still be read

NO_SET = Words("Sættet findes ikke i kataloget.", "There is no such set in the catalogue.")
NO_STEP = Words("Trinnet findes ikke.", "There is no such step.")
NO_UNIT = Words("Enheden {code} findes ikke.", "There is no unit {code}.")
NOT_YOURS = Words(
    "Kun ledere og kvalitetsteam for {name} ændrer trinnet.",
    "Only leaders and the quality team of {name} change this step.",
)
NOT_YOUR_UNIT = Words(
    "Kun ledere og kvalitetsteam for {name} laver et forløb med enheden.",
    "Only leaders and the quality team of {name} make a pathway with the unit.",
)
IS_A_SET = Words("Et sæt fra kataloget kan ikke ændres. Lav et forløb ud fra det.", "A set of the catalogue cannot be "
    "changed. Make a pathway from it.")  # fmt: skip
IS_TAKEN = Words("Trinnet hører allerede til {name}.", "The step belongs to {name} already.")
NO_NAME = Words("Skriv, hvad forløbet hedder.", "Write what the pathway is called.")
NO_STEP_NAME = Words("Skriv, hvad trinnet hedder.", "Write what the step is called.")
TOO_MANY = Words(
    "Et forløb har højst {most} trin. Fjern et trin først.", "A pathway has {most} steps at most. Remove one first."
)
LAST_STEP = Words("Et forløb har mindst ét trin.", "A pathway has one step at least.")
LAST_OF_YOURS = Words(
    "Det er jeres eneste trin i forløbet: uden det kan I ikke se forløbet. Giv det fra jer i stedet.",
    "It is your only step in the pathway: without it you cannot see the pathway. Give it up instead.",
)
TOO_LONG = Words(
    "Teksten er for lang: højst {most} tegn. Skriv det kortere.",
    "The text is too long: {most} characters at most. Shorten it.",
)
WRONG_SECTOR = Words(
    "{name} hører ikke til den sektor, trinnet ligger i.", "{name} is not of the sector the step lies in."
)
NO_SERIES = Words("Målingen følges ikke i {name}.", "The measure is not followed in {name}.")
NO_STEP_FOR_UNIT = Words(
    "Sættet har ingen trin i den sektor, {name} hører til.", "The set has no step in the sector of {name}."
)


def fits(sector: Sector, unit_sector: str) -> bool:
    """Whether a unit of that sector can have a step of this one.

    Examples
    --------
    >>> fits(Sector.MUNICIPAL, "municipal"), fits(Sector.HOSPITAL, "municipal"), fits(Sector.PRACTICE, "regional")
    (True, False, True)
    """
    return (sector is Sector.MUNICIPAL) == (unit_sector == "municipal")


def make(store: Store, viewer: Viewer, set_code: str, name: str, unit_code: str, *, now: datetime) -> str:
    """Make a pathway from a set, with the unit in every step of its sector, and return its code.

    A step that the set measures by a national indicator gets the unit's series that contributes to it, if there is one.

    Raises
    ------
    NotFound, NotAllowed
        There is no such set or unit, or the viewer does not own the unit.
    Refused
        The name is missing, too long or holds a CPR-like number; the set has no step for the unit's sector.
    """
    said = _called(name, NO_NAME)

    def write(connection: Connection) -> str:
        template = connection.execute(select(pathway).where(pathway.c.code == set_code)).one_or_none()
        if template is None or not template.source:
            raise NotFound(NO_SET)
        place = _unit(connection, unit_code)
        if not viewer.is_own(unit_code):
            raise NotAllowed(NOT_YOUR_UNIT, name=_name(place))
        steps = connection.execute(
            select(pathway_step).where(pathway_step.c.pathway_code == set_code).order_by(pathway_step.c.position)
        ).all()
        ours = [step for step in steps if _suits(step, place)]
        if not ours:
            raise Refused(NO_STEP_FOR_UNIT, name=_name(place))
        taken = set(connection.scalars(select(pathway.c.code)))
        code = next(f"F{number}" for number in range(1, len(taken) + 2) if f"F{number}" not in taken)
        connection.execute(
            insert(pathway).values(
                code=code, name_da=said, name_en=said, description_da=template.description_da,
                description_en=template.description_en, is_demo=False, source="",
            )
        )  # fmt: skip
        for step in steps:
            is_ours = step in ours
            found = _contributing(connection, step.indicator_code, unit_code) if is_ours else None
            connection.execute(
                insert(pathway_step).values(
                    pathway_code=code, position=step.position, name_da=step.name_da, name_en=step.name_en,
                    sector=step.sector, indicator_code=found, unit_code=unit_code if is_ours else None,
                    owner=viewer.name if is_ours else "", note_da=step.note_da, note_en=step.note_en,
                )
            )  # fmt: skip
        _note(connection, viewer, "pathway.made", code, now, of=set_code, unit=unit_code)
        return code

    return store.write(write, changes_data=False)


def rename(store: Store, viewer: Viewer, code: str, name: str, *, now: datetime) -> None:
    """Call the pathway something else, in both languages.

    Raises
    ------
    NotFound, NotAllowed
        There is no such pathway, or the viewer has no step in it.
    Refused
        The name is missing, too long or holds a CPR-like number.
    """
    said = _called(name, NO_NAME)

    def write(connection: Connection) -> None:
        _require_shape(connection, viewer, code)
        before = connection.execute(select(pathway.c.name_da).where(pathway.c.code == code)).scalar_one()
        connection.execute(update(pathway).where(pathway.c.code == code).values(name_da=said, name_en=said))
        _note(connection, viewer, "pathway.renamed", code, now, before=before, after=said)

    store.write(write, changes_data=False)


def add_step(
    store: Store, viewer: Viewer, code: str, name: str, sector: Sector, unit_code: str | None, *, now: datetime
) -> int:
    """Add a step at the end, for a unit of one's own or for nobody yet, and return its number.

    Raises
    ------
    NotFound, NotAllowed
        There is no such pathway or unit, the viewer has no step in the pathway, or does not own the unit.
    Refused
        The name is missing, too long or holds a CPR-like number; there are steps enough; the unit is of another sector.
    """
    said = _called(name, NO_STEP_NAME)

    def write(connection: Connection) -> int:
        _require_shape(connection, viewer, code)
        steps = _steps(connection, code)
        if len(steps) >= MOST_STEPS:
            raise Refused(TOO_MANY, most=MOST_STEPS)
        if unit_code is not None:
            place = _unit(connection, unit_code)
            if not viewer.is_own(unit_code):
                raise NotAllowed(NOT_YOUR_UNIT, name=_name(place))
            if not _is_of(sector, place):
                raise Refused(WRONG_SECTOR, name=_name(place))
        made = connection.execute(
            insert(pathway_step)
            .values(
                pathway_code=code, position=max(step.position for step in steps) + 1, name_da=said, name_en=said,
                sector=sector.value, indicator_code=None, unit_code=unit_code,
                owner=viewer.name if unit_code is not None else "", note_da="", note_en="",
            )
            .returning(pathway_step.c.id)
        ).scalar_one()  # fmt: skip
        _note(connection, viewer, "pathway.step_added", code, now, step=said, sector=sector.value, unit=unit_code)
        return int(made)

    return store.write(write, changes_data=False)


def rename_step(store: Store, viewer: Viewer, step_id: int, name: str, *, now: datetime) -> None:
    """Call one's own step, or one that is nobody's, something else, in both languages.

    Raises
    ------
    NotFound, NotAllowed
        There is no such step, it is somebody else's, or the viewer has no step in the pathway.
    Refused
        The name is missing, too long or holds a CPR-like number.
    """
    said = _called(name, NO_STEP_NAME)

    def write(connection: Connection) -> None:
        step = _free_or_own_step(connection, viewer, step_id)
        if said in (step.name_da, step.name_en):
            return  # as it is called in the reader's language: the other language keeps its name
        connection.execute(update(pathway_step).where(pathway_step.c.id == step.id).values(name_da=said, name_en=said))
        _note(
            connection, viewer, "pathway.step_renamed", step.pathway_code, now,
            step=step.position, before=step.name_da, after=said,
        )  # fmt: skip

    store.write(write, changes_data=False)


def remove_step(store: Store, viewer: Viewer, step_id: int, *, now: datetime) -> None:
    """Take out one's own step, or one that is nobody's.

    Raises
    ------
    NotFound, NotAllowed
        There is no such step, it is somebody else's, or the viewer has no step in the pathway.
    Refused
        It is the only step there is, or the viewer's only one.
    """

    def write(connection: Connection) -> None:
        step = _free_or_own_step(connection, viewer, step_id)
        others = [one for one in _steps(connection, step.pathway_code) if one.id != step.id]
        if not others:
            raise Refused(LAST_STEP)
        if not any(one.unit_code is not None and viewer.is_own(one.unit_code) for one in others):
            raise Refused(LAST_OF_YOURS)
        connection.execute(delete(pathway_step).where(pathway_step.c.id == step.id))
        _renumber(connection, others)
        _note(
            connection, viewer, "pathway.step_removed", step.pathway_code, now,
            step=step.name_da, unit=step.unit_code, series=step.indicator_code,
        )  # fmt: skip

    store.write(write, changes_data=False)


def move_step(store: Store, viewer: Viewer, step_id: int, by: int, *, now: datetime) -> bool:
    """Move a step `by` places (-1: earlier); False where it stands at the end already. Anybody with a step may.

    Raises NotFound and NotAllowed where there is no such step, or the viewer has none in the pathway.
    """

    def write(connection: Connection) -> bool:
        step = _step(connection, step_id)
        _require_part(connection, viewer, step.pathway_code)
        steps = _steps(connection, step.pathway_code)
        at = next(place for place, one in enumerate(steps) if one.id == step.id)
        to = min(max(at + by, 0), len(steps) - 1)
        if to == at:
            return False
        steps.insert(to, steps.pop(at))
        _renumber(connection, steps)
        _note(connection, viewer, "pathway.step_moved", step.pathway_code, now, step=step.name_da, before=at + 1,
              after=to + 1)  # fmt: skip
        return True

    return store.write(write, changes_data=False)


def set_series(
    store: Store, viewer: Viewer, step_id: int, indicator_code: str | None, owner: str, *, now: datetime
) -> None:
    """Say which of the unit's series follows one's own step (None: none), and who answers for it.

    Raises
    ------
    NotFound, NotAllowed
        There is no such step, or its unit is not the viewer's.
    Refused
        The unit does not follow the indicator; the name is too long or holds a CPR-like number.
    """
    said = typed.on_one_line(owner)
    cpr.refuse(said)
    if len(said) > LONGEST_OWNER:
        raise Refused(TOO_LONG, most=LONGEST_OWNER)

    def write(connection: Connection) -> None:
        step = _own_step(connection, viewer, step_id)
        if indicator_code is not None and not _is_followed(connection, indicator_code, step.unit_code):
            raise Refused(NO_SERIES, name=_name(_unit(connection, step.unit_code)))
        connection.execute(
            update(pathway_step)
            .where(pathway_step.c.id == step.id)
            .values(indicator_code=indicator_code, owner=said or viewer.name)
        )
        _note(
            connection, viewer, "pathway.step", step.pathway_code, now,
            step=step.position, unit=step.unit_code, before=step.indicator_code, after=indicator_code,
        )  # fmt: skip

    store.write(write, changes_data=False)


def invite(store: Store, viewer: Viewer, step_id: int, unit_code: str, *, now: datetime) -> None:
    """Invite a unit to a step that is nobody's; its own people then choose the series. A viewer with a step may do so.

    Raises
    ------
    NotFound, NotAllowed
        There is no such step or unit, or the viewer has no step in the pathway.
    Refused
        The step is somebody's already, or the unit is of another sector.
    """

    def write(connection: Connection) -> None:
        step = _step(connection, step_id)
        _require_part(connection, viewer, step.pathway_code)
        if step.unit_code is not None:
            raise Refused(IS_TAKEN, name=_name(_unit(connection, step.unit_code)))
        place = _unit(connection, unit_code)
        if not _suits(step, place):
            raise Refused(WRONG_SECTOR, name=_name(place))
        connection.execute(
            update(pathway_step)
            .where(pathway_step.c.id == step.id)
            .values(unit_code=unit_code, indicator_code=None, owner="")
        )
        _note(connection, viewer, "pathway.invited", step.pathway_code, now, step=step.position, unit=unit_code)

    store.write(write, changes_data=False)


def leave(store: Store, viewer: Viewer, step_id: int, *, now: datetime) -> None:
    """Give one's own step back: it is nobody's, and its series is shown to nobody. Raises as `set_series`."""

    def write(connection: Connection) -> None:
        step = _own_step(connection, viewer, step_id)
        connection.execute(
            update(pathway_step)
            .where(pathway_step.c.id == step.id)
            .values(unit_code=None, indicator_code=None, owner="")
        )
        _note(connection, viewer, "pathway.left", step.pathway_code, now, step=step.position, unit=step.unit_code)

    store.write(write, changes_data=False)


# -------------------------------------------------------------------------------------------------- rows


def _step(connection: Connection, step_id: int) -> Row[Any]:
    row = connection.execute(select(pathway_step).where(pathway_step.c.id == step_id)).one_or_none()
    if row is None:
        raise NotFound(NO_STEP)
    if row.id < 0:
        raise Refused(IS_A_SET)
    return row


def _called(name: str, missing: Words) -> str:
    """What somebody wrote as a name, on one line; raises Refused where it is none."""
    said = typed.on_one_line(name)
    cpr.refuse(said)
    if not said:
        raise Refused(missing)
    if len(said) > LONGEST_NAME:
        raise Refused(TOO_LONG, most=LONGEST_NAME)
    return said


def _steps(connection: Connection, code: str) -> list[Row[Any]]:
    query = select(pathway_step).where(pathway_step.c.pathway_code == code)
    return list(connection.execute(query.order_by(pathway_step.c.position, pathway_step.c.id)).all())


def _renumber(connection: Connection, steps: Sequence[Row[Any]]) -> None:
    for position, one in enumerate(steps, start=1):
        if one.position != position:
            connection.execute(update(pathway_step).where(pathway_step.c.id == one.id).values(position=position))


def _free_or_own_step(connection: Connection, viewer: Viewer, step_id: int) -> Row[Any]:
    step = _step(connection, step_id)
    if step.unit_code is None:
        _require_part(connection, viewer, step.pathway_code)
    elif not viewer.is_own(step.unit_code):
        raise NotAllowed(NOT_YOURS, name=_name(_unit(connection, step.unit_code)))
    return step


def _require_shape(connection: Connection, viewer: Viewer, code: str) -> None:
    """Raise unless the pathway is one that people made, and the viewer owns a step of it."""
    _require_part(connection, viewer, code)
    if connection.scalar(select(pathway.c.source).where(pathway.c.code == code)):
        raise Refused(IS_A_SET)


def _own_step(connection: Connection, viewer: Viewer, step_id: int) -> Row[Any]:
    step = _step(connection, step_id)
    if step.unit_code is None:
        _require_part(connection, viewer, step.pathway_code)
        raise NotFound(NO_STEP)
    if not viewer.is_own(step.unit_code):
        raise NotAllowed(NOT_YOURS, name=_name(_unit(connection, step.unit_code)))
    return step


def _require_part(connection: Connection, viewer: Viewer, code: str) -> None:
    """Raise unless the viewer owns a step of the pathway."""
    units = connection.scalars(select(pathway_step.c.unit_code).where(pathway_step.c.pathway_code == code)).all()
    if not units:
        raise NotFound(NO_PATHWAY)
    if not any(one is not None and viewer.is_own(one) for one in units):
        raise NotAllowed(NOT_YOURS_TO_SEE)


def _unit(connection: Connection, code: str) -> Row[Any]:
    row = connection.execute(select(unit).where(unit.c.code == code)).one_or_none()
    if row is None:
        raise NotFound(NO_UNIT, code=code)
    return row


def _name(row: Row[Any]) -> Words:
    return Words(row.name_da, row.name_en)


def _suits(step: Row[Any], place: Row[Any]) -> bool:
    return _is_of(Sector(step.sector), place)


def _is_of(sector: Sector, place: Row[Any]) -> bool:
    return fits(sector, place.sector) and not (sector is Sector.PRACTICE and place.kind != "practice")


def _is_followed(connection: Connection, indicator_code: str, unit_code: str) -> bool:
    return any(
        connection.execute(
            select(table.c.unit_code)
            .where(table.c.indicator_code == indicator_code, table.c.unit_code == unit_code)
            .limit(1)
        ).first()
        for table in (series, series_state)
    )


def _contributing(connection: Connection, national: str | None, unit_code: str) -> str | None:
    """The indicator the unit follows that contributes to a national one, if any."""
    if national is None:
        return None
    codes = connection.scalars(
        select(indicator.c.code).where(indicator.c.contributes_to == national).distinct().order_by(indicator.c.code)
    )
    return next((code for code in codes if _is_followed(connection, code, unit_code)), None)


def _note(connection: Connection, viewer: Viewer, action: str, code: str, now: datetime, **detail: object) -> None:
    audit.append(connection, at=now, actor=viewer.email, action=action, subject=code, detail=detail)
