"""A measure that the programme should not move: what moves it too moved the other one by something else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from indicators.evaluation.before_start import Check, _missed
from indicators.evaluation.estimate import FIELDS
from indicators.evaluation.programme_effect import ProgrammeEffect
from indicators.evaluation.sensitivity import Sensitivity, _check_of
from indicators.evaluation.verdict import judge
from indicators.words import Words

KEY = "placebo_outcome"


def with_placebo_outcome(
    effect: ProgrammeEffect, rows: Sensitivity, overall: pd.Series, name: Words
) -> tuple[ProgrammeEffect, Sensitivity]:
    """The same results with the placebo measure beside them, and the verdict judged again.

    The measure is a row of the sensitivity table that is never counted as valid, and a check: where its interval does
    not hold nothing, the verdict is fragile. Without an estimate it is a row with its reason and no check.

    Parameters
    ----------
    overall : Series
        What `measure_effect` gave for the placebo measure, in *its* natural units.
    name : Words
        What it is called.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> cells = [(u, t, u % 5 + (2 if u < 20 and t >= 12 + u % 2 else 0) + rng.normal(0, 0.5),
    ...           12 + u % 2 if u < 20 else 0) for u in range(40) for t in range(1, 25)]
    >>> frame = pd.DataFrame(cells, columns=["unit", "period", "numerator", "start"])
    >>> from indicators.evaluation.programme_effect import programme_effect
    >>> from indicators.evaluation.sensitivity import sensitivity
    >>> from indicators.evaluation.several_measures import measure_effect
    >>> effect = programme_effect(frame, family="linear", leave_out=0)
    >>> rows = sensitivity(frame, effect, family="linear", leave_out=0)
    >>> moved = measure_effect(frame.assign(numerator=2 * frame["numerator"]), family="linear", leave_out=0)
    >>> effect, rows = with_placebo_outcome(effect, rows, moved, Words("Fald", "Falls"))
    >>> rows.verdict.code, str(effect.checks["check"].iloc[-1]), bool(effect.checks["is_passed"].iloc[-1])
    ('fragile', 'placebo_outcome', False)
    """
    row = {
        "key": KEY,
        "name_da": f"Placebomåling: {name.da}",
        "name_en": f"Placebo outcome: {name.en}",
        "about_da": "en måling, programmet ikke skulle flytte; skal ligge omkring nul",
        "about_en": "a measure the programme should not move; should lie around nothing",
        "n_units": int(overall["n_units"]),
        **{field: float(overall[field]) for field in FIELDS},
        "is_main": False,
        "is_valid": True,
        "is_placebo": True,
        "reason_da": overall["reason_da"],
        "reason_en": overall["reason_en"],
    }
    others = rows.rows[rows.rows["key"] != KEY]
    table = pd.concat([others[others["is_valid"]], pd.DataFrame([row]), others[~others["is_valid"]]], ignore_index=True)
    checks = effect.checks[effect.checks["check"] != KEY] if len(effect.checks) else effect.checks
    if np.isfinite(overall["se"]):
        own = pd.DataFrame([_check(overall, name).row()])
        checks = pd.concat([checks, own], ignore_index=True) if len(checks) else own
    told = [_check_of(one) for one in checks.to_dict("records")]
    return (
        replace(effect, checks=checks, verdict=judge(effect.overall, told, effect.not_identified)),
        Sensitivity(table, judge(effect.overall, told, effect.not_identified, table)),
    )


def _check(overall: pd.Series, name: Words) -> Check:
    is_passed = bool(overall["ci_low"] <= 0 <= overall["ci_high"])
    words = Words(
        f"»{name.da}«, som programmet ikke skulle flytte, flyttede sig også.",
        f"“{name.en}”, which the programme should not move, moved too.",
    )
    if is_passed:
        words = Words(
            f"»{name.da}«, som programmet ikke skulle flytte, flyttede sig ikke ud over tilfældighed.",
            f"“{name.en}”, which the programme should not move, did not move beyond chance.",
        )
    return Check(KEY, is_passed, overall, _missed(float(overall["se"]), float(overall["df"])), words)
