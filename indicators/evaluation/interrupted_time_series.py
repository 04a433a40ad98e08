"""Interrupted time series: did the months after the start depart from where the months before were heading?

Segmented regression (Wagner et al. 2002; Lopez Bernal et al. 2017) with a jump (level) and a bend (slope) at the start,
with or without seasons and control series, on values, rates or proportions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from indicators.evaluation.errors import Note
from indicators.evaluation.estimate import FIELDS
from indicators.evaluation.its import words as say
from indicators.evaluation.its.checks import checks
from indicators.evaluation.its.fit import fit
from indicators.evaluation.its.question import Data, Options, controls_of, without_answer
from indicators.evaluation.its.tables import Tables
from indicators.evaluation.one_series import places_of, read_series, start_of
from indicators.evaluation.segments import Segments


@dataclass(frozen=True, slots=True)
class InterruptedTimeSeries:
    """What `interrupted_time_series` gives. All tables have the fields estimate, se, ci_low, ci_high, p_value, df.

    overall : DataFrame, rows
        `natural` (fitted minus counterfactual over the months after the start, in the units of the value: each month
        counts by its denominator, or as one), `relative` (the same as a proportion of the counterfactual) and `events`
        (summed over those months: patients, events, or the sum of the values).
    effects_at : DataFrame, index `since_start` (periods after the month of the start): the effect there in the units of
        the value, and relative, relative_low, relative_high. Missing beyond the data.
    coefficients : DataFrame, index term: on the scale of the model (value, log rate, log odds).
        `trend_after` is time + slope.
    ratios : DataFrame, index term: exp(coefficient), its interval, and the standard error of the coefficient. Empty for
        the linear family.
    by_month : DataFrame, one row per period from the first to the last: period, numerator, denominator, value, used,
        after, fitted, counterfactual, counterfactual_low, counterfactual_high, difference, difference_se,
        difference_low, difference_high, residual (of the value; deviance residual for counts).
    model : Series n, n_before, n_after, n_missing, df, phi, sigma, log_likelihood, dispersion, pearson, deviance, lag,
        durbin_watson, counterfactual_sum.
    covariance : DataFrame, of the coefficients.
    checks : DataFrame, index code: verdict ("pass", "warn" or "info"), statistic, p_value, df, da, en.
    not_identified : why there is no answer, or no answer to a part. notes : what else a reader must know.
    """

    overall: pd.DataFrame
    effects_at: pd.DataFrame
    coefficients: pd.DataFrame
    ratios: pd.DataFrame
    by_month: pd.DataFrame
    model: pd.Series
    covariance: pd.DataFrame
    checks: pd.DataFrame
    family: str
    errors: str
    not_identified: tuple[Note, ...]
    notes: tuple[Note, ...]

    @property
    def level(self) -> pd.Series:
        """The coefficient of the jump; with controls by interaction, how much larger it is than theirs."""
        return self._change("level")

    @property
    def slope(self) -> pd.Series:
        """The coefficient of the bend, likewise."""
        return self._change("slope")

    def _change(self, name: str) -> pd.Series:
        beside = f"treated:{name}"
        rows = self.coefficients
        return rows.loc[beside if beside in rows.index else name, list(FIELDS)]

    @property
    def is_identified(self) -> bool:
        """Whether there is an effect at all."""
        return bool(self.overall["estimate"].notna().any())


def interrupted_time_series(
    frame: pd.DataFrame,
    period: str = "period",
    numerator: str = "numerator",
    denominator: str | None = None,
    start: object = "start",
    family: str = "linear",
    season: str | int | tuple[str, int] | None = None,
    errors: str = "auto",
    controls: pd.DataFrame | Mapping[str, pd.DataFrame] | str | Sequence[str] | None = None,
    *,
    comparison: str = "interaction",
    control_unit: str = "unit",
    trend: bool = True,
    level: bool = True,
    slope: bool = True,
    harmonics: int = 2,
    season_length: int = 12,
    lag: int | None = None,
    small_sample: bool | None = None,
    minimum_dispersion: float = 1.0,
    leave_out: Iterable[Hashable] = (),
    transition: int = 0,
    horizons: Sequence[int] = (6, 12, 18),
    first_time: float = 1.0,
    slope_starts_at: float = 0.0,
    ljung_box_lags: Sequence[int] | None = None,
    confidence: float = 0.95,
) -> InterruptedTimeSeries:
    """Level, slope and counterfactual of one series.

    Parameters
    ----------
    frame : one row per period (rows of a period are added up where that makes sense). Periods are months (dates, texts
        like 2024-03, pandas periods) or whole numbers.
    period, numerator, denominator : column names. The value is numerator / denominator, or the numerator.
    start : the first period that counts as after, or the name of a column that holds it.
    family : "linear" (the value), "poisson", "quasi-poisson" (events; log link, the denominator as offset), "binomial",
        "quasi-binomial" (proportion; logit link, denominator needed).
    season : None, "harmonics" (`harmonics` pairs of sine and cosine; a number or ("harmonics", n) chooses them),
        or "months" (one level a month).
    errors : "auto" (linear: "reml-ar1", or "none" below 12 months; counts: "none"), "reml-ar1", "ml-ar1",
        "prais-winsten" (linear only), "newey-west", "none" (independent months).
    controls : other series without the intervention: a long frame with the same columns and one series per
        `control_unit`, a mapping of names to frames, or (without denominators) columns of `frame`.
    comparison : "interaction" (one model of all series; the effect is how much more the series changes than the
        controls) or "difference" (linear only: the series minus the mean of the controls).
    trend : whether there is a slope from the first month on (without it: a comparison of before and after).
    level, slope : whether the line may jump and bend at the start.
    lag, small_sample : of Newey-West. Default lag 4 (n / 100)^(2/9); factor n / (n - k) for the linear family only.
    minimum_dispersion : the quasi families never take the dispersion below it (a dispersion below 1 is mostly chance).
    leave_out, transition : periods kept out of the fit and the effect; so many months from the start likewise.
    horizons : periods after the start at which the effect is given.
    first_time, slope_starts_at : what the columns `time` and `slope` are in the first month, and in the month of the
        start. They move the intercept and the level, never the counterfactual.
    ljung_box_lags : default 12 and 24 where there are more than twice as many months, else a fifth of the months.

    Returns
    -------
    InterruptedTimeSeries

    Raises
    ------
    EvaluationError
        A column, a figure or a setting that cannot be used.

    Notes
    -----
    Intervals: t with n - k degrees of freedom (linear), normal (counts). The counterfactual is the fitted mean without
    level and slope; differences and sums by the delta method with the covariance of the coefficients. No method here
    has full coverage in short or strongly autocorrelated series (Turner et al. 2021), and without controls everything
    that changed at the same time counts as effect; the notes say both.

    References
    ----------
    Lopez Bernal, Cummins and Gasparrini, Int J Epidemiol 2017;46:348 and 2018;47:2082; Wagner et al., J Clin Pharm Ther
    2002;27:299; Linden, Stata Journal 2015;15:480; Turner et al., BMC Med Res Methodol 2021;21:181.

    Examples
    --------
    >>> frame = pd.DataFrame({"month": range(1, 25), "n": [50, 52, 49, 51] * 3 + [60, 62, 59, 61] * 3, "of": 100})
    >>> result = interrupted_time_series(frame, "month", "n", "of", start=13, family="binomial", slope=False)
    >>> result.ratios.loc["level", ["estimate", "ci_low", "ci_high"]].round(2).tolist()
    [1.5, 1.09, 2.08]
    >>> float(result.overall.loc["natural", "estimate"].round(3))
    0.1
    """
    options = Options.of(
        family, season, errors, comparison, level, slope, harmonics, season_length, lag, small_sample,
        minimum_dispersion, transition, horizons, confidence, has_denominator=denominator is not None,
        has_controls=controls is not None,
    )  # fmt: skip
    series = read_series(frame, period, numerator, denominator, family=family)
    notes = list(series.notes)
    begin = start_of(frame, start, series.calendar)
    out = places_of(leave_out, series.calendar)
    out |= {float(np.ceil(begin)) + month for month in range(transition)}
    others = controls_of(controls, frame, period, numerator, denominator, control_unit, family, series.calendar)
    segments = Segments(
        series.calendar, begin, trend, level, slope, options.season, options.harmonics, season_length, first_time,
        slope_starts_at,
    )  # fmt: skip
    data = Data.of(series, others, segments, out, options)
    notes += data.notes
    reasons = without_answer(data, options)
    found = None
    if not reasons:
        found, problem = fit(data, options)
        reasons += [problem] if problem else []
    if found is None:
        return _nothing(data, options, tuple(reasons), tuple(notes))
    if found.random_walk:
        reasons.append(say.random_walk())
    notes += [say.coverage(), *([] if others else [say.no_control()])]
    if options.errors == "auto" and found.errors == "none" and family == "linear":
        notes.append(say.too_short_for_ar1(len(data.y)))
    tables = Tables(data, found, options)
    if tables.is_lost:
        reasons.append(say.unknown_counterfactual())
    effects_at, beyond = tables.effects_at()
    reasons += [say.beyond_data(beyond)] if beyond else []
    overall = tables.overall()
    coefficients = tables.coefficients()
    natural = overall.loc["natural"]
    if np.isfinite(natural["estimate"]) and np.isnan(natural["se"]):
        reasons.append(say.no_standard_error())
    return InterruptedTimeSeries(
        overall=overall,
        effects_at=effects_at,
        coefficients=coefficients,
        ratios=tables.ratios(coefficients),
        by_month=tables.by_month(),
        model=tables.model(),
        covariance=pd.DataFrame(found.covariance, index=data.terms, columns=data.terms),
        checks=checks(data, found, options, ljung_box_lags),
        family=family,
        errors=found.errors,
        not_identified=tuple(reasons),
        notes=tuple(notes),
    )


def _nothing(data: Data, options: Options, reasons: tuple[Note, ...], notes: tuple[Note, ...]) -> InterruptedTimeSeries:
    """No answer: the same tables with nothing but the observed months in them."""
    series = data.series
    missing = pd.DataFrame(np.nan, index=["natural", "relative", "events"], columns=list(FIELDS))
    at = pd.DataFrame(
        np.nan,
        index=pd.Index(options.horizons, name="since_start"),
        columns=[*FIELDS, "relative", "relative_low", "relative_high"],
    )
    coefficients = pd.DataFrame(np.nan, index=pd.Index(data.terms, name="term"), columns=list(FIELDS))
    places = np.arange(data.last + 1)
    table = pd.DataFrame(
        {"numerator": series.numerator, "denominator": series.denominator, "value": series.value}, index=series.places
    ).reindex(places)
    table.insert(0, "period", [series.calendar.label(int(place)) for place in places])
    if not series.has_denominator:
        table["denominator"] = np.nan
    table["used"] = np.isin(places, data.places[data.own])
    table["after"] = places >= data.segments.start
    empty = ["fitted", "counterfactual", "counterfactual_low", "counterfactual_high", "difference", "difference_se",
             "difference_low", "difference_high", "residual"]  # fmt: skip
    table = table.reindex(columns=[*table.columns, *empty])
    names = ["df", "phi", "sigma", "log_likelihood", "dispersion", "pearson", "deviance", "lag", "durbin_watson",
             "counterfactual_sum"]  # fmt: skip
    reasons_table = pd.DataFrame(
        [
            {"code": note.code, "verdict": "warn", "statistic": np.nan, "p_value": np.nan, "df": np.nan}
            | {"da": note.words.da, "en": note.words.en}
            for note in reasons
        ]
    ).set_index("code")
    return InterruptedTimeSeries(
        overall=missing.rename_axis("measure"),
        effects_at=at,
        coefficients=coefficients,
        ratios=coefficients.iloc[:0] if options.is_linear else coefficients,
        by_month=table.reset_index(drop=True),
        model=pd.Series(data.counted() | dict.fromkeys(names, np.nan), dtype=float),
        covariance=pd.DataFrame(np.nan, index=data.terms, columns=data.terms),
        checks=reasons_table,
        family=options.family,
        errors=options.errors,
        not_identified=reasons,
        notes=notes,
    )
