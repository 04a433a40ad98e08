"""How the same indicators do outside the programme: a count of signals to hold the participants' against."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from data import reading
from data.access import SYSTEM, Viewer
from data.queries import states
from data.queries.evaluation import Group, compared_with, require_evaluator
from data.schema import cohort_unit, unit
from data.store import Store
from indicators.assessment import Variation


@dataclass(frozen=True, slots=True)
class Outside:
    """Series outside that can be judged at all, and how many of them show improvement."""

    n: int
    n_improved: int


def outside(store: Store, viewer: Viewer, groups: Sequence[Group], indicator_codes: Collection[str]) -> Outside:
    """Count the stored signals of these indicators in units that take part in nothing.

    Left out are members of `groups`, units that began in any cohort, units above or below another one that is counted
    or takes part (their figures are partly the same), and series with too few points to be judged. Nothing but the two
    counts leaves this function: whoever asks may not see the units.

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
    pairs = set()
    for indicator in sorted(set(indicator_codes)):
        there = {unit_code for code, unit_code in followed if code == indicator}
        above = {one for code in there for one in reading.upwards(parents, code)[1:]}
        inside = (members | began) & there
        pairs |= {
            (indicator, code)
            for code in there - members - began - above
            if not inside.intersection(reading.upwards(parents, code)[1:]) and (compared is None or code in compared)
        }
    found = [
        one
        for one in (states.of_units(store, SYSTEM, {code for _, code in pairs}) if pairs else [])
        if (one.indicator_code, one.unit_code) in pairs and one.variation not in (Variation.FEW, Variation.MISSING)
    ]
    return Outside(len(found), sum(one.variation is Variation.IMPROVEMENT for one in found))
