"""The effect of the programme in each unit, on the unit's main indicator, against units that have not started. No Dash.

One estimate per indicator gives the effects of all its units at once. They are kept until the figures of the indicator
change, so that only the first reader waits, and that one waits beside the page.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from dashboards.presenters.evaluation_choice import groups_key, viewer_key
from dashboards.presenters.evaluation_disclosure import coarse, unsure_of
from data.access import Viewer
from data.queries import catalogue, evaluation
from data.queries.evaluation import Group
from data.store import Store
from indicators.drawn import family_of
from indicators.evaluation import programme_effect
from indicators.evaluation.errors import EvaluationError
from indicators.words import Words

Z_95 = 1.959963984540054
WORKING = Words("Beregner effekter: måling {step} af {of}", "Estimating effects: measure {step} of {of}")
NO_EFFECT = Words(
    "Kan ikke beregnes: ingen måneder uden programmet at sammenligne med",
    "Cannot be estimated: no months without the programme to compare with",
)


@dataclass(frozen=True, slots=True)
class UnitEffect:
    """Mean effect in one unit in the indicator's unit of measure (percentage points for a percentage).

    `low` and `high` are the ends of the 95 % interval; None where too little is known of the unit to give one.
    """

    estimate: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class IndicatorEffects:
    """Of one indicator: an effect by label of unit; `reason` is why there are none, or why a unit has none."""

    of: Mapping[str, UnitEffect]
    reason: Words


def effects_by_unit(
    store: Store,
    viewer: Viewer,
    groups: Sequence[Group],
    codes: Sequence[str],
    tell: Callable[[int, int], None] = lambda step, of: None,
) -> dict[str, IndicatorEffects]:
    """By indicator the effects in the units of `groups`; `tell(step, of)` is called before each, and may stop it."""
    found: dict[str, IndicatorEffects] = {}
    for step, code in enumerate(codes, start=1):
        tell(step, len(codes))
        key = ("evaluation_by_unit", viewer_key(viewer), groups_key(groups), code)
        found[code] = store.remember(key, partial(_estimate, store, viewer, groups, code), about=[code])
    return found


def _estimate(store: Store, viewer: Viewer, groups: Sequence[Group], code: str) -> IndicatorEffects:
    definition = catalogue.indicator(store, viewer, code)
    frame = evaluation.frame(store, viewer, code, groups)
    try:
        result = programme_effect(
            frame,
            denominator="denominator" if definition.has_denominator else None,
            family=family_of(definition),
        )
    except EvaluationError as refusal:
        return IndicatorEffects({}, refusal.words)
    scale = definition.per
    unsure = unsure_of(frame, is_share=definition.is_percent)

    def told(value: float, months: int) -> float:
        """Of a unit's few months the hidden ones are not to be worked out."""
        return scale * (value if viewer.may_take_counts else coarse(value, months, unsure))

    return IndicatorEffects(
        {
            str(row.unit): UnitEffect(
                told(row.estimate, row.n_after),
                told(row.estimate - Z_95 * row.se, row.n_after) if math.isfinite(row.se) else None,
                told(row.estimate + Z_95 * row.se, row.n_after) if math.isfinite(row.se) else None,
            )
            for row in result.by_unit.itertuples()
            if math.isfinite(row.estimate)
        },
        result.not_identified[0].words if result.not_identified and result.by_unit.empty else NO_EFFECT,
    )
