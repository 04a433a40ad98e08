"""How an indicator does outside the programme: units and their stored signals, to hold the participants' against."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from data import reading
from data.access import SYSTEM, Viewer
from data.queries import states
from data.queries.evaluation import Group, aliases_of, compared_with, require_evaluator
from data.schema import cohort_unit, unit
from data.store import Store
from indicators.assessment import Variation


def stored_outside(store: Store, viewer: Viewer, groups: Sequence[Group], indicator_code: str) -> dict[str, Variation]:
    """By pseudonym the stored signal of an indicator in the units that take part in nothing.

    Left out are members of `groups`, units that began in any cohort, and units above or below another one that is
    counted or takes part (their figures are partly the same). Only pseudonyms leave this function: whoever asks may not
    see the units.

    Raises
    ------
    NotAllowed
        The viewer does not evaluate.
    """
    require_evaluator(viewer)
    members = {code for one in groups for code in one.starts}
    compared = compared_with(groups)
    with store.read() as connection:
        followed = reading.expectations_in(connection)
        began = set(connection.scalars(select(cohort_unit.c.unit_code)))
        parents = {row.code: row.parent_code for row in connection.execute(select(unit.c.code, unit.c.parent_code))}
    there = {unit_code for code, unit_code in followed if code == indicator_code}
    above = {one for code in there for one in reading.upwards(parents, code)[1:]}
    inside = (members | began) & there
    outside = {
        code
        for code in there - members - began - above
        if not inside.intersection(reading.upwards(parents, code)[1:]) and (compared is None or code in compared)
    }
    stored = {
        one.unit_code: one.variation
        for one in (states.of_units(store, SYSTEM, outside) if outside else [])
        if one.indicator_code == indicator_code
    }
    aliases = aliases_of(store, viewer, outside)
    return {aliases[code]: stored.get(code, Variation.MISSING) for code in outside}
