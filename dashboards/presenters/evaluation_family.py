"""The measures an analysis is declared with: the family, its primary one, and the placebo measure. No Dash here.

An address that says nothing about them takes what the plan of the measure says; one that says »ingen« has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.presenters.evaluation_choice import EvaluationChoice
from dashboards.selection import NONE, Selection
from data import analysis_plans
from data.access import Viewer
from data.analysis_plans import Plan
from data.queries.evaluation import Group
from data.store import Store

MEASURES, PRIMARY, PLACEBO = "measures", "primary", "placebo"  # of a plan's settings


@dataclass(frozen=True, slots=True)
class Declared:
    """Codes of measures: the whole family (empty: one measure alone), the primary one, the placebo ("": none)."""

    measures: tuple[str, ...]
    primary: str
    placebo: str


def plan_of(store: Store, viewer: Viewer, code: str, kind: str, groups: Iterable[str]) -> Plan | None:
    """The plan for a measure and a kind of groups: of any of these groups the one locked first, whoever wrote it.

    A plan that was locked is not put aside by a newer one, only departed from. While none is locked it is the newest.
    """
    wanted = set(groups)
    found = [
        plan
        for plan in analysis_plans.listed(store, viewer)
        if (plan.settings.get("indicator"), plan.settings.get("programme")) == (code, kind)
    ]
    locked = [one for one in found if one.locked_at is not None and wanted & set(one.settings.get("groups") or wanted)]
    if locked:
        return min(locked, key=lambda one: (one.locked_at, one.id))
    return next((one for one in found if not one.is_locked), None)


def declared_in(
    store: Store, viewer: Viewer, choice: EvaluationChoice, groups: Iterable[Group], code: str, selection: Selection
) -> Declared:
    """What the address declares beside the measure `code`; where it says nothing, what its plan says."""
    planned: Mapping[str, Any] = {}
    if None in (selection.measures, selection.primary, selection.placebo):
        plan = plan_of(store, viewer, code, choice.kind, [one.code for one in groups])
        if plan is not None:
            names = (MEASURES, PRIMARY, PLACEBO)
            planned = {name: analysis_plans.in_force(plan, f"settings.{name}") for name in names}
    offered = [one for one, _name, _count in choice.indicators]
    return settle(
        code,
        offered,
        (planned.get(MEASURES) or ()) if selection.measures is None else selection.measures,
        (planned.get(PRIMARY) or "") if selection.primary is None else selection.primary,
        (planned.get(PLACEBO) or "") if selection.placebo is None else selection.placebo,
    )


def settle(code: str, offered: Sequence[str], measures: Sequence[str], primary: str, placebo: str) -> Declared:
    """Leave out what is not offered. A placebo measure is neither the one that is asked about nor of the family.

    Examples
    --------
    >>> settle("A", ["A", "B", "C", "D"], ["B", "D", "X"], "B", "D")
    Declared(measures=('A', 'B'), primary='B', placebo='D')
    >>> settle("A", ["A", "B"], [], "B", "ingen")
    Declared(measures=(), primary='A', placebo='')
    """
    placebo = placebo if placebo in offered and placebo != code else ""
    others = [one for one in offered if one in measures and one not in (code, placebo)]
    family = tuple(one for one in offered if one == code or one in others) if others else ()
    return Declared(family, primary if primary in family else code, placebo if placebo != NONE else "")


def toggled(declared: Declared, code: str, other: str) -> tuple[str, ...]:
    """The other measures of the family with one more in, or that one out.

    Examples
    --------
    >>> toggled(Declared(("A", "B"), "A", ""), "A", "C"), toggled(Declared(("A", "B"), "A", ""), "A", "B")
    (('B', 'C'), ())
    """
    found = [one for one in declared.measures if one not in (code, other)]
    return tuple(found) if other in declared.measures else (*found, other)
