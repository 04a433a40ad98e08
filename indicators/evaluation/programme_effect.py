"""Did the programme move the indicator, over units that start at different times?

What would have happened is fitted on untreated cells only (`counterfactual`), the effect of a treated cell is what was
observed less that, and effects are averaged. How sure the average is comes from leaving out every unit once
(`leave_one_out`). What cannot be told is not told: months without comparison, units without months before their start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from indicators.evaluation.before_start import ALPHA, Check, before_start
from indicators.evaluation.counterfactual import Counterfactual, fit_untreated
from indicators.evaluation.errors import EvaluationError, Note
from indicators.evaluation.estimate import estimated
from indicators.evaluation.few_units import FEW_UNITS, score_bootstrap
from indicators.evaluation.leave_one_out import Average, LeaveOneOut, Spread, simultaneous_factor, spread
from indicators.evaluation.panel import Bools, Floats, Ints, Panel, any_of
from indicators.evaluation.verdict import Verdict, judge
from indicators.words import Words

WEIGHTS = ("unit", "patient")
INFERENCE = ("auto", "leave-one-out", "analytic", "wild-bootstrap")
IN_PATIENTS = ("patients", "patients_ci_low", "patients_ci_high")
LEAVE_OUT = 6
"""Months before the start that are under suspicion: units join when things go badly, and drift back by themselves."""


@dataclass(frozen=True)
class Settings:
    """How the analysis was called: enough to call it again."""

    family: str
    weights: str
    leave_out: int | None
    cohort_trends: bool
    inference: str


@dataclass(frozen=True)
class ProgrammeEffect:
    """The effect of a programme with staggered starts. Natural units: a proportion has effects between -1 and 1.

    Attributes
    ----------
    overall : Series
        estimate, se, ci_low, ci_high, p_value, df; expected and observed (means over the treated cells, without and
        with the programme); relative, relative_ci_low, relative_ci_high (share of expected); patients, patients_ci_low,
        patients_ci_high (events more than expected over all treated cells); n_units, n_cells.
    by_cohort : DataFrame
        One row per cohort: cohort (its start), the fields of `overall` but for patients, n_units, n_cells.
    by_time : DataFrame
        One row per month since start: since, phase ("before", "left_out", "after"), the fields of an estimate,
        band_low and band_high (cover all months of a phase at once), n_units. The months before the start are
        predictions from the other untreated months, so that they are made like those after (Roth 2024).
    by_unit : DataFrame
        One row per unit with an effect: unit, cohort, estimate, se (autocorrelation of the untreated residuals
        allowed for), n_before, n_after.
    curve : DataFrame
        One row per cohort and period: cohort, period, since, observed, expected, expected_low, expected_high, n_units;
        expected is missing where it cannot be told. The band holds for all months after the start of a cohort at once:
        what was observed outside it differs by more than chance.
    checks : DataFrame
        One row per check: check, is_passed, estimate, se, ci_low, ci_high, p_value, could_miss, words_da, words_en.
    not_identified, notes : tuple of Note
        What cannot be told, and what else a reader must know.
    used : DataFrame
        One row per cohort: n_units, n_units_used, n_before, n_left_out, n_after, n_after_used.
    left_out : int
        Months before each start that took no part. It is the setting, where that is a number.
    keeping : Series
        An estimate: by how much the effect changes if the months just before the start are kept. It is the check "dip".
    verdict : Verdict
    settings : Settings
    """

    overall: pd.Series
    by_cohort: pd.DataFrame
    by_time: pd.DataFrame
    by_unit: pd.DataFrame
    curve: pd.DataFrame
    checks: pd.DataFrame
    not_identified: tuple[Note, ...]
    notes: tuple[Note, ...]
    used: pd.DataFrame
    left_out: int
    keeping: pd.Series
    verdict: Verdict
    settings: Settings


def programme_effect(
    frame: pd.DataFrame,
    unit: str = "unit",
    period: str = "period",
    numerator: str = "numerator",
    denominator: str | None = None,
    start: str = "start",
    family: str = "binomial",
    weights: str = "unit",
    leave_out: int | None = None,
    cohort_trends: bool = False,
    inference: str = "auto",
) -> ProgrammeEffect:
    """Estimate the effect of a programme whose units start at different times.

    Parameters
    ----------
    frame : DataFrame
        One row per unit and period; see `Panel.of`. An empty start means never.
    family : {"binomial", "linear", "poisson"}
        Scale on which untreated units move alike: log odds with the binomial likelihood, the outcome itself, or the
        log of a rate. Choose it before looking. Effects are always in natural units.
    weights : {"unit", "patient"}
        Every unit and month counts the same, or as much as its denominator: two different questions.
    leave_out : int, optional
        Months before the start that neither train the comparison nor count as treated. Without a number it is the last
        six, unless the effect with them and the effect without them agree within chance: then they are kept, because
        leaving them out widens the interval by a tenth. `left_out` and `keeping` say which, and by how much.
    cohort_trends : bool
        Let every cohort have its own straight line; wide intervals are the price.
    inference : {"auto", "leave-one-out", "analytic", "wild-bootstrap"}
        "auto" leaves out every unit once and uses Satterthwaite's degrees of freedom; with fewer than 10 units it
        switches to the wild bootstrap and says so. "analytic" is the conservative variance of Borusyak, Jaravel and
        Spiess with the mean effect of each cohort and month.

    Raises
    ------
    EvaluationError
        The frame or a setting is wrong. Data without an answer give a result whose `not_identified` says why.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> rows = [(u, t, u % 5 + 0.1 * t + (2 if u < 10 and t >= 12 else 0) + rng.normal(0, 0.5), 12 if u < 10 else 0)
    ...         for u in range(25) for t in range(1, 25)]
    >>> frame = pd.DataFrame(rows, columns=["unit", "period", "numerator", "start"])
    >>> result = programme_effect(frame, family="linear", leave_out=0)
    >>> result.overall[["estimate", "ci_low", "ci_high"]].round(1).to_list()
    [2.0, 1.9, 2.2]
    """
    _check_settings(weights, leave_out, inference)
    panel = Panel.of(
        frame, unit=unit, period=period, numerator=numerator, denominator=denominator, start=start, family=family
    )
    return effect_of(panel, Settings(family, weights, leave_out, cohort_trends, inference))


def overall_of(panel: Panel, settings: Settings) -> tuple[pd.Series, tuple[Note, ...]]:
    """The `overall` of `programme_effect` and what is not identified: a row of a table, without the rest."""
    found = _decided(panel, settings) if settings.leave_out is None else _fitted(panel, settings, settings.leave_out)
    if found.inferred is None:
        return _no_overall(), tuple(found.reasons)
    overall = found.overall()
    return overall, _why(overall, found.reasons)


def effect_of(panel: Panel, settings: Settings) -> ProgrammeEffect:
    """`programme_effect` for a panel that is read already."""
    found = _decided(panel, settings)
    told, window, fit = found.told, found.window, found.fit
    if found.inferred is None or found.fitted is None:
        return _nothing_told(panel, settings, found)
    overall = found.overall()
    reasons = _why(overall, found.reasons)
    weight = found.weight
    checks = before_start(panel, found, settings)
    return ProgrammeEffect(
        overall=overall,
        by_cohort=_by_cohort(panel, found.fitted, found.inferred, told, weight),
        by_time=_by_time(panel, fit, found.fitted, found.inferred, told, window, weight),
        by_unit=_by_unit(panel, fit, found.fitted.effect, told),
        curve=_curve(panel, fit, weight, found.fitted, found.inferred),
        checks=pd.DataFrame([check.row() for check in checks]),
        not_identified=reasons,
        notes=tuple(found.notes),
        used=_used(panel, fit, found.treated, told, window),
        left_out=found.left_out,
        keeping=found.keeping,
        verdict=judge(overall, checks, reasons),
        settings=settings,
    )


@dataclass(frozen=True)
class Fitted:
    """A fit and what can be told from it; `inferred` is None where nothing can."""

    panel: Panel
    left_out: int
    treated: Bools
    window: Bools
    told: Bools
    weight: Floats
    fit: Counterfactual
    fitted: LeaveOneOut | None
    inferred: _Inference | None
    reasons: list[Note]
    notes: list[Note]
    keeping: pd.Series

    def overall(self) -> pd.Series:
        """The mean effect over all cells that can be told, with its patients and counts."""
        if self.fitted is None or self.inferred is None:
            return _no_overall()
        weights = np.where(self.told, self.weight, 0.0)
        row = self.inferred.row(self.fitted.average(weights), weights)
        counts = pd.Series({"n_units": int(self.told.any(axis=1).sum()), "n_cells": int(self.told.sum())})
        patients = _in_patients(self.panel, self.fitted, self.inferred, self.told)
        return pd.concat([row, patients, counts.astype(object)])


def _decided(panel: Panel, settings: Settings) -> Fitted:
    """The fit that the setting asks for; without a number, the one that the data ask for; `keeping` is filled in.

    The effect with the months just before the start and the effect without them are two estimates of the same thing,
    and the first is the sharper one (Hausman 1978). Where they agree within chance the months are kept; where they do
    not, or where that cannot be told, they are left out.
    """
    asked = settings.leave_out
    without, kept = _fitted(panel, settings, asked or LEAVE_OUT), _fitted(panel, settings, 0)
    keeping = _keeping(kept, without)
    takes_out = bool(asked) if asked is not None else not keeping["p_value"] >= ALPHA  # a missing one is no agreement
    return replace(without if takes_out else kept, keeping=keeping)


def _keeping(kept: Fitted, without: Fitted) -> pd.Series:
    """By how much the effect changes, as an estimate; missing where there is nothing to compare."""
    if kept.fitted is None or kept.inferred is None or without.fitted is None or without.inferred is None:
        return estimated(np.nan, np.nan)
    if not without.window.any():
        return estimated(np.nan, np.nan)
    # The same cells in both, though keeping the months may reach some more.
    weights = np.where(without.told & kept.told, without.weight, 0.0)
    one, other = kept.fitted.average(weights), without.fitted.average(weights)
    change = one.estimate - other.estimate
    in_play = kept.inferred.in_play | without.inferred.in_play
    found = spread(change, one.replicates - other.replicates, kept.panel.start, one.has_weight, in_play)
    return estimated(change, found.se, found.df)


def _fitted(panel: Panel, settings: Settings, leave_out: int) -> Fitted:
    since = panel.since
    treated = panel.observed & (since >= 0)
    window = panel.observed & (since < 0) & (since >= -leave_out) & ~_compares_only(panel)[:, None]
    untreated = panel.observed & (since < 0) & ~window
    fit = fit_untreated(panel, untreated, settings.family, **cohort_lines(panel, settings.cohort_trends))
    told = treated & fit.reachable
    reasons = _not_identified(panel, fit, treated, told)
    notes = [*panel.notes, *fit.notes]
    weight = panel.size if settings.weights == "patient" else np.ones_like(panel.size)
    untold = estimated(np.nan, np.nan)
    if not told.any() or _is_constant(panel):
        nothing = np.zeros_like(told)
        return Fitted(panel, leave_out, treated, window, nothing, weight, fit, None, None, reasons, notes, untold)
    inference = settings.inference
    if inference == "auto":
        n_units = int(panel.observed.any(axis=1).sum())
        inference = "leave-one-out" if n_units >= FEW_UNITS else "wild-bootstrap"
        if n_units < FEW_UNITS:
            notes.append(_few_units(n_units))
    if _compares_only(panel).any():
        notes.append(LAST_COHORT_COMPARES)
    notes.append(_shared_shocks(len(panel.cohorts)))
    fitted = LeaveOneOut(fit, panel.value)
    inferred = _Inference(panel, fit, inference, fitted.effect, told)
    return Fitted(panel, leave_out, treated, window, told, weight, fit, fitted, inferred, reasons, notes, untold)


def cohort_lines(panel: Panel, is_wanted: bool) -> dict[str, np.ndarray]:
    """A straight line for each cohort as further regressors, in years since its start; nothing if not wanted."""
    if not is_wanted:
        return {}
    cohorts = panel.cohorts
    group = np.where(panel.is_never, 0, 1 + np.searchsorted(cohorts, panel.start))
    lines = np.zeros((len(cohorts) + 1, len(panel.periods), len(cohorts)))
    for place, start in enumerate(cohorts):
        lines[place + 1, :, place] = (np.arange(len(panel.periods)) - start) / 12
    return {"trends": lines, "group": group.astype(np.int64)}


class _Inference:
    """One way to a standard error, asked for by every average of an analysis."""

    def __init__(self, panel: Panel, fit: Counterfactual, method: str, effect: Floats, told: Bools) -> None:
        self._panel, self._fit, self._method = panel, fit, method
        self._effect, self._told = effect, told
        self.stratum = panel.start
        self.in_play = any_of(fit.fitted, 1) | any_of(told, 1)

    def spread_of(self, average: Average) -> Spread:
        return spread(average.estimate, average.replicates, self.stratum, average.has_weight, self.in_play)

    def row(self, average: Average, weights: Floats) -> pd.Series:
        """The estimate with its interval, and beside it the level without the programme and the relative effect."""
        found = self.spread_of(average)
        se, df = found.se, found.df
        if self._method == "analytic":
            se, df = _analytic_se(self._fit, self._effect, self._told, weights, self._panel.start), np.inf
        row = estimated(average.estimate, se, df)
        if self._method == "wild-bootstrap" and np.isfinite(found.se):
            factor, p_value = score_bootstrap(average.estimate, found.deviations, found.df)
            row = row.copy()
            row["ci_low"], row["ci_high"] = average.estimate - factor * se, average.estimate + factor * se
            row["p_value"] = p_value
        row["expected"] = average.expected
        row["observed"] = average.expected + average.estimate
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = float(np.divide(average.estimate, average.expected))
            of_relative = spread(
                relative,
                average.replicates / average.expected_replicates,
                self.stratum,
                average.has_weight,
                self.in_play,
            )
        ratio = estimated(relative, of_relative.se, of_relative.df)
        row["relative"], row["relative_ci_low"], row["relative_ci_high"] = ratio[["estimate", "ci_low", "ci_high"]]
        return row


def _check_settings(weights: str, leave_out: int | None, inference: str) -> None:
    for name, value, allowed in (("weights", weights, WEIGHTS), ("inference", inference, INFERENCE)):
        if value not in allowed:
            said = ", ".join(allowed)
            raise EvaluationError(
                f"unknown_{name}", Words(f"{name}: vælg en af {said}.", f"{name} is one of {said}, not {value!r}.")
            )
    if leave_out is not None and leave_out < 0:
        raise EvaluationError(
            "bad_leave_out", Words("leave_out er et antal måneder, 0 eller flere.", "leave_out is 0 months or more.")
        )


def _is_constant(panel: Panel) -> bool:
    seen = panel.value[panel.observed]
    return bool(len(seen) == 0 or np.ptp(seen) == 0)


def _few_units(count: int) -> Note:
    return Note(
        "few_units",
        Words.by_count(
            count,
            Words(
                "Kun 1 enhed: usikkerheden regnes med wild bootstrap, ikke ved at udelade én enhed ad gangen.",
                "Only 1 unit: the uncertainty comes from a wild bootstrap, not from leaving out units one by one.",
            ),
            Words(
                f"Kun {count} enheder: usikkerheden regnes med wild bootstrap, ikke ved at udelade én enhed ad gangen.",
                f"Only {count} units: the uncertainty comes from a wild bootstrap, "
                "not from leaving out units one by one.",
            ),
        ),
        count,
    )


LAST_COHORT_COMPARES = Note(
    "last_cohort_compares",
    Words(
        "Ingen er uden for programmet: det sidste hold er sammenligning, til det starter, og får ingen effekt selv.",
        "Nobody stays outside: the last cohort is the comparison right up to its start, and has no effect of its own.",
    ),
)


def _compares_only(panel: Panel) -> Bools:
    """Units of the last cohort where nobody stays outside: no effect of theirs can be told, so no month is left out."""
    starts = panel.start[panel.observed.any(axis=1)]
    if not len(starts) or starts.max() >= len(panel.periods):
        return np.zeros(len(panel.units), dtype=bool)
    return np.asarray(panel.start == starts.max(), dtype=bool)


def _shared_shocks(count: int) -> Note:
    return Note(
        "shared_shocks",
        Words(
            "Noget, der rammer et helt hold på én gang, er ikke dækket af intervallet: "
            f"{count} hold er for få til at måle det.",
            "What hits a whole cohort at once is not covered by the interval: "
            f"{count} {'cohort is' if count == 1 else 'cohorts are'} too few to measure it.",
        ),
        count,
    )


def _why(overall: pd.Series, reasons: list[Note]) -> tuple[Note, ...]:
    """The reasons, and one more where a figure came out with nothing to judge it by."""
    if reasons or np.isfinite(overall["se"]):
        return tuple(reasons)
    return (
        _reason(
            "no_spread",
            0,
            "Enhederne afviger slet ikke fra modellen, så det kan ikke regnes ud, hvor sikkert tallet er.",
            "The units do not deviate from the model at all, so how sure the figure is cannot be told.",
        ),
    )


def _not_identified(panel: Panel, fit: Counterfactual, treated: Bools, told: Bools) -> list[Note]:
    """Why treated cells have no answer, most general reason first."""
    found = []
    if panel.is_never.all():
        found.append(_reason("no_starts", 0, "Ingen enhed har en start.", "No unit has a start."))
        return found
    outside = ~panel.is_never & ((panel.start >= len(panel.periods)) | (panel.start < 0))
    if outside.any():
        found.append(
            _reason(
                "start_outside",
                int(outside.sum()),
                "{count} enheder har en start uden for de måneder, der er data for.",
                "{count} units have a start outside the months of the data.",
                Words(
                    "1 enhed har en start uden for de måneder, der er data for.",
                    "1 unit has a start outside the months of the data.",
                ),
            )
        )
    if not treated.any() and not outside.all(where=~panel.is_never):
        found.append(
            _reason(
                "no_months_after",
                0,
                "Ingen enhed har tal fra den måned, den startede, eller senere.",
                "No unit has figures from the month it started or later.",
            )
        )
    if _is_constant(panel):
        found.append(
            _reason(
                "constant", 0, "Alle værdier er ens: der er intet at måle.", "All values are equal: nothing to measure."
            )
        )
    has_comparison = any_of(fit.fitted, 0)
    alone = treated & ~has_comparison[None, :]
    if alone.any():
        months = int(alone.any(axis=0).sum())
        if len(panel.cohorts) == 1 and not panel.is_never.any():
            found.append(
                _reason(
                    "one_cohort",
                    0,
                    "Alle enheder starter samtidig, og ingen er uden for programmet. Der er intet at sammenligne med: "
                    "brug en afbrudt tidsserie, og sig, at den ingen kontrol har.",
                    "All units start at once and none stays outside. There is nothing to compare with: use an "
                    "interrupted time series, and say that it has no control.",
                )
            )
        found.append(
            _reason(
                "months_without_comparison",
                months,
                "{count} måneder har ingen enhed, der endnu ikke er startet. De er ikke regnet med.",
                "{count} months have no unit that has not started yet. They are left out.",
                Words(
                    "1 måned har ingen enhed, der endnu ikke er startet. Den er ikke regnet med.",
                    "1 month has no unit that has not started yet. It is left out.",
                ),
            )
        )
    without_before = treated.any(axis=1) & ~fit.fitted.any(axis=1)
    if without_before.any():
        found.append(
            _reason(
                "no_months_before",
                int(without_before.sum()),
                "{count} enheder har ingen brugbare måneder før start. Deres effekt kan ikke regnes ud.",
                "{count} units have no usable months before their start. Their effect cannot be told.",
                Words(
                    "1 enhed har ingen brugbare måneder før start. Dens effekt kan ikke regnes ud.",
                    "1 unit has no usable months before its start. Its effect cannot be told.",
                ),
            )
        )
    apart = treated & has_comparison[None, :] & any_of(fit.fitted, 1)[:, None] & ~told
    if apart.any():
        found.append(
            _reason(
                "no_common_months",
                int(apart.any(axis=1).sum()),
                "{count} enheder har ingen måneder fælles med deres sammenligning.",
                "{count} units share no months with their comparison.",
                Words(
                    "1 enhed har ingen måneder fælles med sin sammenligning.",
                    "1 unit shares no months with its comparison.",
                ),
            )
        )
    single = [start for start in panel.cohorts if told[panel.start == start].any(axis=1).sum() == 1]
    if single:
        found.append(
            _reason(
                "single_unit_cohort",
                len(single),
                "{count} hold har kun én enhed: en usikkerhed for holdet kan ikke regnes ud.",
                "{count} cohorts have one unit only: how sure the cohort's effect is cannot be told.",
                Words(
                    "1 hold har kun én enhed: en usikkerhed for holdet kan ikke regnes ud.",
                    "1 cohort has one unit only: how sure the cohort's effect is cannot be told.",
                ),
            )
        )
    return found


def _reason(code: str, count: int, da: str, en: str, one: Words | None = None) -> Note:
    many = Words(da.format(count=count), en.format(count=count))
    return Note(code, Words.by_count(count, one or many, many), count)


def _no_overall() -> pd.Series:
    names = ("expected", "observed", "relative", "relative_ci_low", "relative_ci_high", *IN_PATIENTS)
    nothing = estimated(np.nan, np.nan)
    return pd.concat([nothing, pd.Series(dict.fromkeys(names, np.nan)), pd.Series({"n_units": 0, "n_cells": 0})])


def _nothing_told(panel: Panel, settings: Settings, found: Fitted) -> ProgrammeEffect:
    overall = _no_overall()
    fields = ["estimate", "se", "ci_low", "ci_high", "p_value", "df"]
    return ProgrammeEffect(
        overall=overall,
        by_cohort=pd.DataFrame(columns=["cohort", *fields, "n_units", "n_cells"]),
        by_time=pd.DataFrame(columns=["since", "phase", *fields, "band_low", "band_high", "n_units"]),
        by_unit=pd.DataFrame(columns=["unit", "cohort", "estimate", "se", "n_before", "n_after"]),
        curve=_curve(panel, found.fit, found.weight),
        checks=pd.DataFrame(columns=list(Check.FIELDS)),
        not_identified=tuple(found.reasons),
        notes=tuple(found.notes),
        used=_used(panel, found.fit, found.treated, found.told, found.window),
        left_out=found.left_out,
        keeping=found.keeping,
        verdict=judge(overall, (), found.reasons),
        settings=settings,
    )


def _in_patients(panel: Panel, fitted: LeaveOneOut, inferred: _Inference, told: Bools) -> pd.Series:
    """Events more than expected over all treated cells, with the interval of the patient-weighted mean."""
    weights = np.where(told, panel.size, 0.0)
    row = inferred.row(fitted.average(weights), weights)
    total = weights.sum()
    fields = {"patients": "estimate", "patients_ci_low": "ci_low", "patients_ci_high": "ci_high"}
    return pd.Series({name: float(row[of]) * total for name, of in fields.items()})


def _by_cohort(panel: Panel, fitted: LeaveOneOut, inferred: _Inference, told: Bools, weight: Floats) -> pd.DataFrame:
    rows = []
    for start in panel.cohorts:
        cells = told & (panel.start == start)[:, None]
        label = panel.cohort_label(int(start))
        count = int(cells.any(axis=1).sum())
        if not count:
            rows.append({"cohort": label, **estimated(np.nan, np.nan), "n_units": 0, "n_cells": 0})
            continue
        weights = np.where(cells, weight, 0.0)
        row = inferred.row(fitted.average(weights), weights)
        if count == 1:
            row[["se", "ci_low", "ci_high", "p_value", "df", "relative_ci_low", "relative_ci_high"]] = np.nan
        rows.append({"cohort": label, **row, "n_units": count, "n_cells": int(cells.sum())})
    return pd.DataFrame(rows)


def _by_time(
    panel: Panel,
    fit: Counterfactual,
    fitted: LeaveOneOut,
    inferred: _Inference,
    told: Bools,
    window: Bools,
    weight: Floats,
) -> pd.DataFrame:
    since = panel.since
    before = fit.fitted & ~panel.is_never[:, None]
    rows, deviations = [], []
    usable = told | (window & fit.reachable) | before
    for month in np.unique(since[usable & ~panel.is_never[:, None]]):
        cells = usable & (since == month)
        phase = "after" if month >= 0 else "left_out" if window[cells].any() else "before"
        source = fitted if phase != "before" else LeaveOneOut(fit, panel.value, removed=cells)
        weights = np.where(cells, weight, 0.0)
        average = source.average(weights)
        found = inferred.spread_of(average)
        if int(average.has_weight.sum()) < 2:
            found = Spread(np.nan, np.nan, np.zeros_like(found.deviations))
        row = estimated(average.estimate, found.se, found.df)
        rows.append({"since": int(month), "phase": phase, **row, "n_units": int(average.has_weight.sum())})
        deviations.append(found.deviations)
    table = pd.DataFrame(rows)
    return _with_bands(table, np.array(deviations).T)


def _with_bands(table: pd.DataFrame, deviations: Floats) -> pd.DataFrame:
    low, high = np.full(len(table), np.nan), np.full(len(table), np.nan)
    is_after = (table["phase"] == "after").to_numpy()
    for rows in (is_after, ~is_after):
        if rows.any():
            factor = simultaneous_factor(deviations[:, rows])
            # A t quantile where the units are few: the normal draws know no degrees of freedom.
            half = (table["ci_high"] - table["estimate"]).to_numpy()[rows] * factor / 1.959964
            low[rows] = table["estimate"].to_numpy()[rows] - half
            high[rows] = table["estimate"].to_numpy()[rows] + half
    return table.assign(band_low=low, band_high=high)


def _by_unit(panel: Panel, fit: Counterfactual, effect: Floats, told: Bools) -> pd.DataFrame:
    """Mean effect of each unit; its error lets the months of a unit hang together as the untreated residuals do."""
    left = np.where(fit.fitted, panel.value - fit.expected, 0.0)
    counts = fit.fitted.sum(axis=1)
    deviation = np.sqrt((left**2).sum(axis=1) / np.maximum(counts - 1, 1))
    echo = _autocorrelation(left / np.where(deviation > 0, deviation, 1.0)[:, None], fit.fitted)
    lags = np.abs(np.subtract.outer(np.arange(len(panel.periods)), np.arange(len(panel.periods))))
    together = echo[lags]
    rows = []
    for place in np.flatnonzero(told.any(axis=1)):
        after, before = told[place], fit.fitted[place]
        contrast = np.where(after, 1 / after.sum(), 0.0) - np.where(before, 1 / before.sum(), 0.0)
        rows.append(
            {
                "unit": panel.units[place],
                "cohort": panel.cohort_label(int(panel.start[place])),
                "estimate": float(effect[place][after].mean()),
                "se": float(deviation[place] * np.sqrt(max(contrast @ together @ contrast, 0.0))) or np.nan,
                "n_before": int(before.sum()),
                "n_after": int(after.sum()),
            }
        )
    return pd.DataFrame(rows)


def _autocorrelation(left: Floats, fitted: Bools, longest: int = 12) -> Floats:
    """Pooled autocorrelation of the residuals by lag, tapered to 0 after `longest` (Bartlett); shape (n_periods,)."""
    n_periods = left.shape[1]
    own = (left[fitted] ** 2).mean() if fitted.any() else 1.0
    echo = np.zeros(n_periods)
    echo[0] = 1.0
    for lag in range(1, min(longest, n_periods - 1) + 1):
        both = fitted[:, lag:] & fitted[:, :-lag]
        if both.any() and own > 0:
            found = (left[:, lag:] * left[:, :-lag])[both].mean() / own
            echo[lag] = found * (1 - lag / (longest + 1))
    return echo


def _curve(
    panel: Panel,
    fit: Counterfactual,
    weight: Floats,
    fitted: LeaveOneOut | None = None,
    inferred: _Inference | None = None,
) -> pd.DataFrame:
    rows = []
    labels = [*((int(s), panel.cohort_label(int(s))) for s in panel.cohorts), (None, None)]
    for start, label in labels:
        members = panel.is_never if start is None else panel.start == start
        if not members.any():
            continue
        cells = panel.observed & members[:, None]
        known = cells & fit.reachable
        total = np.where(cells, weight, 0.0).sum(axis=0)
        total_known = np.where(known, weight, 0.0).sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            observed = np.where(cells, weight * panel.value, 0.0).sum(axis=0) / total
            expected = np.where(known, weight * fit.expected, 0.0).sum(axis=0) / total_known
        half = np.full(len(panel.periods), np.nan)
        if start is not None and fitted is not None and inferred is not None:
            half = _half_band(known & (panel.since >= 0), weight, fitted, inferred)
        rows.append(
            pd.DataFrame(
                {
                    "cohort": label,
                    "period": panel.periods,
                    "since": np.nan if start is None else np.arange(len(panel.periods)) - start,
                    "observed": observed,
                    "expected": expected,
                    "expected_low": expected - half,
                    "expected_high": expected + half,
                    "n_units": cells.sum(axis=0),
                }
            )
        )
    return pd.concat([part.astype({"cohort": object, "since": float}) for part in rows], ignore_index=True)


def _half_band(cells: Bools, weight: Floats, fitted: LeaveOneOut, inferred: _Inference) -> Floats:
    """Half the width of the band around what was expected of one cohort, by period: it holds for all months after the
    start at once, and is missing where fewer than two units stand behind a month."""
    half = np.full(cells.shape[1], np.nan)
    deviations, places = [], []
    for place in np.flatnonzero(any_of(cells, 0)):
        weights = np.zeros_like(weight)
        weights[:, place] = np.where(cells[:, place], weight[:, place], 0.0)
        average = fitted.average(weights)
        found = inferred.spread_of(average)
        if int(average.has_weight.sum()) < 2 or not np.isfinite(found.se):
            continue
        row = estimated(average.estimate, found.se, found.df)
        half[place] = float(row["ci_high"] - row["estimate"])
        deviations.append(found.deviations)
        places.append(place)
    if places:
        half[places] *= simultaneous_factor(np.array(deviations).T) / 1.959964
    return half


def _used(panel: Panel, fit: Counterfactual, treated: Bools, told: Bools, window: Bools) -> pd.DataFrame:
    rows = []
    for start in [*panel.cohorts, None]:
        members = panel.is_never if start is None else panel.start == start
        if not members.any():
            continue
        rows.append(
            {
                "cohort": None if start is None else panel.cohort_label(int(start)),
                "n_units": int(members.sum()),
                "n_units_used": int((told | fit.fitted)[members].any(axis=1).sum()),
                "n_before": int(fit.fitted[members].sum()),
                "n_left_out": int(window[members].sum()),
                "n_after": int(treated[members].sum()),
                "n_after_used": int(told[members].sum()),
            }
        )
    return pd.DataFrame(rows)


def _analytic_se(fit: Counterfactual, effect: Floats, told: Bools, weights: Floats, start: Ints) -> float:
    """Standard error of Borusyak, Jaravel and Spiess (2024), equation 7, clustered by unit.

    A treated cell's error is its effect less the weighted mean effect of its cohort in that month; an untreated cell's
    is its residual. The weights of the untreated cells come from the profiled information.
    """
    total = weights.sum()
    pull = weights * fit.slope
    unit_weight = fit.unit_weight
    share = fit.weight / unit_weight[:, None]
    gradient = np.zeros(fit.columns.shape[2])
    for number, own in enumerate(fit.columns):
        rows = fit.group == number
        gradient += (pull[rows].sum(axis=1, keepdims=True) * share[rows] - pull[rows]).sum(axis=0) @ own
    answer = np.linalg.solve(fit.information, gradient) if len(gradient) else gradient
    of_column = (fit.columns @ answer)[fit.group]
    # Score of a unit against the months, with its own level profiled out, and against that level.
    centred = of_column - (share * of_column).sum(axis=1, keepdims=True)
    level = -pull.sum(axis=1) / unit_weight
    with_residual = (fit.residual * (centred + level[:, None])).sum(axis=1)
    left = np.zeros_like(effect)
    for one in np.unique(start[told.any(axis=1)]):
        rows = (start == one)[:, None] & told
        share_squared = np.where(rows, weights**2, 0.0)
        mass = share_squared.sum(axis=0)
        mean = (share_squared * effect).sum(axis=0) / np.where(mass > 0, mass, 1.0)
        left = np.where(rows, effect - mean[None, :], left)
    of_unit = (weights * left).sum(axis=1) + with_residual
    return float(np.sqrt((of_unit**2).sum()) / total)
