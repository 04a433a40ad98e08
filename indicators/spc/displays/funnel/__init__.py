"""Funnel plot: units side by side at one time, each against the limits that its own size allows chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from indicators.spc.displays.funnel.methods import KINDS, LEVELS, METHODS, Kind, Level, Method, chosen
from indicators.spc.displays.funnel.overdispersion import FORMS, Adjustment, Dispersion, Form, Trimming, estimate
from indicators.spc.displays.funnel.result import FunnelResult, Recipe, Side, Why, limit_columns
from indicators.spc.displays.funnel.units import DEFAULT_UNIT, per_unit
from indicators.spc.displays.record import Display
from indicators.spc.errors import InputError
from indicators.words import Words

__all__ = [
    "DISPLAY",
    "FORMS",
    "KINDS",
    "LEVELS",
    "METHODS",
    "TIE",
    "Adjustment",
    "Form",
    "FunnelResult",
    "Kind",
    "Method",
    "Side",
    "Trimming",
    "Why",
    "limits",
]

TIE = 1e-9
"""A value this near its limit lies on it, in distances of the limit from the target: decimals are not exact."""


def limits(
    frame: pd.DataFrame | None = None,
    numerator: Any = "numerator",
    denominator: Any = "denominator",
    unit: Any = DEFAULT_UNIT,
    *,
    kind: str = "proportion",
    method: str = "exact",
    overdispersion: str = "none",
    target: float | str | None = None,
    multiply: float = 1,
    outlier_level: float = 99.8,
    trim: float = 0.1,
    trimming: str | None = None,
    tau2: float | None = None,
    round_expected: bool | None = None,
    quantiles: str = "exact",
) -> FunnelResult:
    """Compare units at one time against what chance allows each.

    Parameters
    ----------
    frame : DataFrame, optional
        One or more rows a unit, in any order. Without it, `numerator`, `denominator` and `unit` are given as arrays.
    numerator, denominator, unit : str or array-like
        Columns of the frame, or the values themselves. Rows of one unit are summed; a row that lacks numerator or
        denominator loses both. Without units every row is one, numbered from 1.
    kind : str
        A code in `KINDS`: proportion (numerator out of denominator), ratio (events per denominator, taken as known:
        days, births), standardised (observed over expected).
    method : str
        A code in `METHODS`, for the unadjusted limits: exact, quantile, interpolated, normal, wilson (proportions),
        funnelplotr.
    overdispersion : str
        "none", or a code in `FORMS`: cqc, shmi, two_counts (ratios), funnelplotr (proportions, ratios).
    target : float or "pooled", optional
        The centre line, before multiplication. Default: 1 for standardised ratios, else pooled, the sum of numerators
        over the sum of denominators.
    multiply : float
        Factor on values, target and limits, applied last: 100 for percent.
    outlier_level : float
        99.8 or 95: which limits decide `is_outlier`. A value equal to a limit is not outside.
    trim : float
        Share of units at each end that is trimmed before phi is estimated, from 0 up to but not including 0.5.
    trimming : str, optional
        "drop" or "winsorise". Default: as the form has it.
    tau2 : float, optional
        A variance between units that is given instead of estimated, such as last year's, on the scale of the form.
    round_expected : bool, optional
        Round expected numbers to two decimals. Default: as the form has it (shmi does), for standardised ratios only.
    quantiles : str
        "exact", or "rounded": 1.959964 and 3.090232, as FunnelPlotR writes them.

    Returns
    -------
    FunnelResult

    Raises
    ------
    InputError
        A ValueError that names the row: a denominator not above 0, a numerator above its denominator in a proportion,
        a negative or infinite number, a missing unit; or the argument: an unknown code, a target out of range.

    Notes
    -----
    Exact limits: a numerator x is outside when P(X <= x) or P(X >= x) is below 0.001 (99.8 %) or 0.025 (95 %), X
    binomial with n = denominator or Poisson with mean target times denominator; they are continuous in the denominator.

    Over-dispersion: on the scale of the form, z = (y - y_target) / s; phi = mean of z^2 after trimming; tau2 = max(0,
    (n phi - (n - 1)) / (sum w - sum w^2 / sum w)), w = 1 / s^2; adjusted limits = back(y_target +- q sqrt(s^2 + tau2)).
    Scales: arcsine of the square root, s = 1 / (2 sqrt n), for proportions; square root, s = 1 / (2 sqrt n), for ratios
    in cqc; logarithm, s = 1 / sqrt(target n), in shmi. All limits stand on the scale of the value. Where tau2 is 0 the
    unadjusted limits decide; where it is not, the outer of the two, since allowing for more variation cannot narrow a
    funnel. (Method funnelplotr lets the formula decide, as FunnelPlotR does.)

    References
    ----------
    Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in Medicine 2005;24:1185-1202.
    Spiegelhalter, Handling over-dispersion of performance indicators, Qual Saf Health Care 2005;14:347-351.
    Spiegelhalter et al., Statistical methods for healthcare regulation, J R Stat Soc A 2012;175:1-47.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "unit": ["A", "B", "C", "D"], "numerator": [12, 9, 48, 22], "denominator": [100, 60, 150, 200],
    ... })
    >>> result = limits(frame, multiply=100)
    >>> result.units[["unit", "value", "lower", "upper"]].round(1).to_dict("split")["data"]
    [['A', 12.0, 6.6, 31.0], ['B', 15.0, 3.6, 35.2], ['C', 32.0, 8.5, 28.4], ['D', 11.0, 9.7, 26.9]]
    >>> result.outliers[["unit", "side"]].to_dict("list")
    {'unit': ['C'], 'side': ['above']}

    The same from arrays:

    >>> limits(numerator=[12, 9, 48, 22], denominator=[100, 60, 150, 200]).outliers.unit.tolist()
    [3]
    """
    chosen(kind, KINDS, "unknown_kind", "slags værdi", "kind")
    chosen(method, METHODS, "unknown_method", "metode", "method")
    chosen(overdispersion, {"none": None, **FORMS}, "unknown_overdispersion", "form", "overdispersion")
    chosen(quantiles, {"exact": None, "rounded": None}, "unknown_quantiles", "fraktiler", "quantiles")
    what, how = KINDS[kind], METHODS[method]
    is_asked = overdispersion != "none"
    form = FORMS[overdispersion] if is_asked else next(iter(FORMS.values()))
    _refuse_unfit(what, how, form)
    level = _level(outlier_level)
    way = _trimming(trimming, form)
    if not 0 <= trim < 0.5:
        raise InputError(
            "trim_out_of_range",
            Words(
                f"trim er {trim}: den skal være fra 0 til under 0,5", f"trim is {trim}: it must be from 0 to below 0.5"
            ),
        )
    if tau2 is not None and not (np.isfinite(tau2) and tau2 >= 0):
        raise InputError("negative_tau2", Words("tau2 skal være 0 eller mere", "tau2 must be 0 or more"))
    if not (np.isfinite(multiply) and multiply > 0):
        raise InputError("multiply_out_of_range", Words("multiply skal være over 0", "multiply must be above 0"))

    units = per_unit(frame, numerator, denominator, unit, what)
    units["value"] = units.numerator / units.denominator
    units["z"] = units["error"] = np.nan
    rounds = what.is_expected and (is_asked and form.rounds_expected if round_expected is None else round_expected)
    if rounds:
        units["denominator"] = _rounded(units)
    centre, why = _target(units, what, target)
    recipe, dispersion = None, _no_dispersion(len(units))
    if why is Why.NONE:
        reported = units.value.notna().to_numpy()
        if how.needs_whole:
            _refuse_parts(units, what)
        dispersion = _dispersion(units, reported, what, form, centre, way, trim)
        adjustment, between = _adjustment(is_asked, dispersion, tau2)
        recipe = Recipe(what, how, form, adjustment, centre, between, tau2 is not None, quantiles == "rounded")
    else:
        adjustment, between = (Adjustment.NOT_POSSIBLE if is_asked else Adjustment.NOT_ASKED), 0.0
    units = _judged(units, recipe, dispersion, centre, multiply, level, why)
    return FunnelResult(
        kind=what,
        method=how,
        form=form,
        units=units,
        target=centre * multiply,
        phi=dispersion.phi,
        tau2=between,
        adjustment=adjustment,
        multiply=multiply,
        outlier_level=level,
        is_pooled=target == "pooled" or (target is None and what.target is None),
        why=why,
        dispersion=dispersion,
        recipe=recipe,
    )


def _refuse_unfit(kind: Kind, method: Method, form: Form) -> None:
    for what, record, fits in (
        ("unknown_method", method, kind.code in method.limits),
        ("unknown_overdispersion", form, kind.code in form.scales),
    ):
        if not fits:
            raise InputError(
                what,
                Words(
                    f"{record.code} findes ikke for en {kind.name.da}",
                    f"{record.code} does not exist for a {kind.name.en}",
                ),
            )


def _level(percent: float) -> Level:
    if percent not in LEVELS:
        raise InputError(
            "unknown_level",
            Words(f"outlier_level er {percent}: vælg 95 eller 99,8", f"outlier_level is {percent}: choose 95 or 99.8"),
        )
    return LEVELS[percent]


def _trimming(code: str | None, form: Form) -> Trimming:
    if code is None:
        return form.trimming
    chosen(code, {each.value: each for each in Trimming}, "unknown_trimming", "trimning", "trimming")
    return Trimming(code)


def _rounded(units: pd.DataFrame) -> list[float]:
    # round() of a number rounds its exact decimal expansion, as R does; NumPy multiplies by 100 first.
    rounded = [round(value, 2) for value in units.denominator]
    for value, label in zip(rounded, units.unit, strict=True):
        if value == 0:
            raise InputError(
                "zero_denominator",
                Words(
                    f"{label}: det forventede antal er 0 efter afrunding til to decimaler; brug round_expected=False, "
                    "eller tag enheden ud",
                    f"{label}: the expected number is 0 once rounded to two decimals; use round_expected=False or "
                    "leave the unit out",
                ),
            )
    return rounded


def _refuse_parts(units: pd.DataFrame, kind: Kind) -> None:
    columns = ["denominator"] if not kind.is_expected and np.isfinite(kind.maximum) else []
    for column in columns:
        values = units[column].dropna()
        if (values % 1 != 0).any():
            label = units.unit[values.index[values % 1 != 0][0]]
            raise InputError(
                "not_whole",
                Words(
                    f"{label}: {column} er ikke et helt tal; vælg metoden exact, som kan regne med brøkdele",
                    f"{label}: {column} is no whole number; choose method exact, which can do with fractions",
                ),
            )


def _target(units: pd.DataFrame, kind: Kind, target: float | str | None) -> tuple[float, Why]:
    if isinstance(target, str) and target != "pooled":
        raise InputError(
            "unknown_target",
            Words(
                f"målet er {target!r}: giv et tal eller pooled", f"the target is {target!r}: give a number or pooled"
            ),
        )
    given = kind.target if target is None else None if isinstance(target, str) else float(target)
    if given is not None and not 0 < given < kind.maximum:
        ends = ("over 0", "above 0") if np.isinf(kind.maximum) else ("mellem 0 og 1", "between 0 and 1")
        raise InputError(
            "target_out_of_range",
            Words(
                f"målet er {given:g}: det skal ligge {ends[0]} og angives før der ganges med multiply",
                f"the target is {given:g}: it must lie {ends[1]} and is given before multiplication",
            ),
        )
    if units.value.isna().all():
        return np.nan if given is None else given, Why.NO_DATA
    if given is not None:
        return given, Why.NONE
    pooled = float(units.numerator.sum() / units.denominator.sum())
    if pooled == 0:
        return pooled, Why.NO_EVENTS
    if pooled >= kind.maximum:
        return pooled, Why.ALL_EVENTS
    return pooled, Why.NONE


def _no_dispersion(n_units: int) -> Dispersion:
    return Dispersion(np.full(n_units, np.nan), np.zeros(n_units, dtype=bool), 0, np.nan, np.nan)


def _dispersion(
    units: pd.DataFrame, reported: np.ndarray, kind: Kind, form: Form, target: float, trimming: Trimming, trim: float
) -> Dispersion:
    """Dispersion of the units that reported, laid along all units; puts z into `units`."""
    scale = form.scales[kind.code]
    x, n = (units.loc[reported, column].to_numpy() for column in ("numerator", "denominator"))
    error = scale.error(x, n, target)
    z = (scale.observed(x, n) - scale.of_target(target)) / error
    found = estimate(z, error, trimming, trim)
    along = _no_dispersion(len(units))
    along.z_trimmed[reported], along.is_trimmed[reported] = found.z_trimmed, found.is_trimmed
    units.loc[reported, "z"], units.loc[reported, "error"] = z, error
    return Dispersion(along.z_trimmed, along.is_trimmed, found.n, found.phi, found.tau2)


def _adjustment(is_asked: bool, dispersion: Dispersion, given: float | None) -> tuple[Adjustment, float]:
    if not is_asked:
        if given is not None:
            raise InputError(
                "tau2_without_form",
                Words(
                    "tau2 er givet, men overdispersion er none: vælg den form, som tau2 hører til",
                    "tau2 is given but overdispersion is none: choose the form that tau2 belongs to",
                ),
            )
        return Adjustment.NOT_ASKED, 0.0
    if given is None and not dispersion.is_estimated:
        return Adjustment.NOT_POSSIBLE, 0.0
    between = dispersion.tau2 if given is None else float(given)
    return (Adjustment.MADE if between > 0 else Adjustment.NOT_NEEDED), between


def _judged(
    units: pd.DataFrame,
    recipe: Recipe | None,
    dispersion: Dispersion,
    target: float,
    multiply: float,
    level: Level,
    why: Why,
) -> pd.DataFrame:
    """The units with limits laid along, values multiplied, and who is outside."""
    reported = units.value.notna().to_numpy()
    table = pd.DataFrame(np.nan, index=units.index, columns=limit_columns())
    if recipe is not None:
        computed = recipe.table(units.denominator.to_numpy()[reported], multiply)
        table.loc[reported, computed.columns] = computed.to_numpy()
    result = pd.concat([units[["unit", "numerator", "denominator"]], table], axis=1)
    result.insert(3, "value", units.value * multiply)
    result.insert(4, "target", target * multiply)
    result.insert(5, "z", units.z)
    # The distance in errors that hold the variance between units too.
    between = 0.0 if recipe is None else recipe.tau2
    result.insert(6, "z_adjusted", units.z * units.error / np.sqrt(units.error**2 + between))
    result.insert(7, "z_trimmed", dispersion.z_trimmed)
    result.insert(8, "is_trimmed", dispersion.is_trimmed)
    far_below, far_above = _outside(result.value, result.target, table.lower, table.upper)
    near_below, near_above = _outside(result.value, result.target, table.warning_lower, table.warning_upper)
    is_far, is_near = far_below | far_above, near_below | near_above
    below, above = (far_below, far_above) if level.percent == 99.8 else (near_below, near_above)
    result["is_outside_95"], result["is_outside_998"] = is_near, is_far
    result["is_outlier"] = below | above
    result["side"] = np.select([above, below], [Side.ABOVE.value, Side.BELOW.value], default=Side.INSIDE.value)
    result["why"] = np.where(reported, why.value, Why.NO_DATA.value)
    return result


def _outside(value: pd.Series, target: pd.Series, lower: pd.Series, upper: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    below = value < lower - TIE * (target - lower)
    above = value > upper + TIE * (upper - target)
    return below.to_numpy(), above.to_numpy()


DISPLAY = Display(
    code="funnel",
    name=Words("Tragtdiagram", "Funnel plot"),
    use=Words(
        "Sammenlign enheder på ét tidspunkt: hvem afviger mere, end deres størrelse og tilfældet forklarer?",
        "Compare units at one time: who differs by more than their size and chance explain?",
    ),
    needs=Words(
        "Én række pr. enhed med tæller og nævner (eller observeret og forventet antal), helst mindst 10 enheder.",
        "One row a unit with numerator and denominator (or observed and expected number), preferably 10 units or more.",
    ),
    reference="Spiegelhalter, Funnel plots for comparing institutional performance, Stat Med 2005;24:1185-1202",
    compute=limits,
    order=20,
)
