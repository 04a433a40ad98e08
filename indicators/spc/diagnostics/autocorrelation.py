"""Do neighbouring points resemble one another? Then the chart cries wolf."""

from __future__ import annotations

import numpy as np
import scipy

from indicators.spc.diagnostics import seasonality
from indicators.spc.diagnostics.correlation import lag_one, p_value, pairs_of, phase_columns
from indicators.spc.diagnostics.record import Caution, Check, Code, decimal
from indicators.spc.diagnostics.series import Series
from indicators.spc.diagnostics.steps import best_step
from indicators.spc.false_alarms import false_alarm_probability
from indicators.words import Words

MINIMUM = 12
"""Fewer points, or fewer pairs of neighbours than 8, say nothing about autocorrelation."""

MINIMUM_PAIRS = 8


def false_alarms(series: Series, r: float) -> tuple[float, float]:
    """Chance that a stable series of this length signals: independent, and with lag-1 autocorrelation `r`."""
    independent, correlated = (
        false_alarm_probability(series.n, series.record.code, profile=series.profile, autocorrelation=each)
        for each in (0.0, r)
    )
    return independent, correlated


def find(series: Series, alpha: float) -> Caution | None:
    """Lag-1 autocorrelation above 0 within phases."""
    if not series.has_order or not series.record.has_runs or series.n < MINIMUM or series.is_constant:
        return None
    values, pairs, phase = pairs_of(series)
    nuisance = phase_columns(phase)
    if len(pairs) < MINIMUM_PAIRS or len(values) - nuisance.shape[1] < MINIMUM_PAIRS or np.ptp(values) == 0:
        return None
    r, p = p_value(values, pairs, nuisance)
    if p > alpha:
        return None
    season = seasonality.find(series, alpha)
    if season is not None:
        design = seasonality.design_of(series)
        assert design is not None
        p_beside_season = p_value(values, pairs, np.linalg.qr(design.columns)[0])[1]
        if p_beside_season > alpha:
            return None  # the season explains it, and has its own caution
    _, mean, sd = lag_one(values, pairs, nuisance)
    corrected = min(r - mean, 0.95)
    step = best_step(values, phase)
    p_beside_step = p if step is None else p_value(values, pairs, np.linalg.qr(np.column_stack([nuisance, step]))[0])[1]
    is_maybe_step = p_beside_step > _STEP_ALPHA
    stable, autocorrelated = false_alarms(series, corrected)
    da = (
        f"Punkter efter hinanden ligner hinanden mere, end tilfældet forklarer (r = {decimal(corrected, 'da')}). "
        f"Så slår et stabilt diagram falsk alarm i {100 * autocorrelated:.0f} % af tilfældene i stedet for "
        f"{100 * stable:.0f} %. "
    )
    en = (
        f"Neighbouring points resemble one another more than chance explains (r = {decimal(corrected, 'en')}). "
        f"A stable chart then gives a false alarm in {100 * autocorrelated:.0f}% of cases instead of "
        f"{100 * stable:.0f}%. "
    )
    if is_maybe_step:
        da += "Et skift i niveau kan være forklaringen: er noget ændret, så sæt en ny fase dér."
        en += "A shift in level may explain it: if something was changed, begin a new phase there."
    else:
        da += "Kræv flere tegn, før I handler, eller brug længere perioder."
        en += "Ask for more than one sign before you act, or use longer periods."
    return Caution(
        code=Code.AUTOCORRELATION,
        statistic=r,
        threshold=mean + sd * float(scipy.stats.norm.isf(alpha)),
        p_value=p,
        better_chart=None,
        words=Words(da, en),
        reference=CHECK.reference,
        figures={
            "autocorrelation": corrected,
            "n_pairs": len(pairs),
            "p_value_beside_step": p_beside_step,
            "is_maybe_step": float(is_maybe_step),
            "false_alarms_independent": stable,
            "false_alarms": autocorrelated,
        },
    )


_STEP_ALPHA = 0.1
"""With the best single step taken out, a p-value above this leaves nothing to explain."""

CHECK = Check(
    code="autocorrelation",
    name=Words("Naboer ligner hinanden", "Neighbours alike"),
    reference=(
        "Lag-1 autocorrelation within phases against its exact mean and variance: Moran, Biometrika 1948, 35: 255-260; "
        "Dufour & Roy, Journal of Econometrics 1985, 29: 257-273"
    ),
    find=find,
    order=100,
)
