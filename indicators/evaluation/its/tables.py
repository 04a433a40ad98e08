"""Coefficients turned into what a reader asks for: effects, the counterfactual, months."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special, stats

from indicators.evaluation.estimate import FIELDS, estimated
from indicators.evaluation.its.fit import Fit
from indicators.evaluation.its.question import Data, Options
from indicators.evaluation.residual_checks import durbin_watson

Array = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Tables:
    """Coefficients turned into what a reader asks for."""

    def __init__(self, data: Data, fit: Fit, options: Options) -> None:
        self.data, self.fit, self.options = data, fit, options
        self.half = float(stats.t.ppf(0.5 + options.confidence / 2, fit.df))
        used = data.after
        self.places = data.places[used]
        series = data.series
        weights = dict(zip(series.places.tolist(), series.denominator.tolist(), strict=True))
        self.weight = np.array([weights[place] for place in self.places.tolist()])
        without = data.design(self.places, without_effect=options.effects)
        # On the logarithm, an interval of a factor 100 either way is no counterfactual.
        log_link = not options.is_linear and not options.is_binomial
        self.is_lost = log_link and bool(self.half * self._se(without).max() > np.log(100))

    def _estimated(self, estimate: float, se: float) -> pd.Series:
        return estimated(estimate, se, self.fit.df, level=self.options.confidence)

    def _table(self, rows: dict[str, tuple[float, float]]) -> pd.DataFrame:
        """`estimated` for many rows (estimate, se) at once."""
        estimate, se = np.array(list(rows.values()), dtype=float).T
        se = np.where(np.isfinite(se) & (se > 0), se, np.nan)
        columns = {
            "estimate": estimate,
            "se": se,
            "ci_low": estimate - self.half * se,
            "ci_high": estimate + self.half * se,
            "p_value": 2 * stats.t.sf(np.abs(estimate) / se, self.fit.df),
            "df": np.where(np.isnan(se), np.nan, self.fit.df),
        }
        return pd.DataFrame(columns, index=pd.Index(list(rows), name="term"))

    def _mean(self, eta: Array) -> tuple[Array, Array]:
        """Value and its derivative at a linear predictor."""
        if self.options.is_linear:
            return eta, np.ones_like(eta)
        if self.options.is_binomial:
            share = special.expit(eta)
            return share, share * (1 - share)
        # A line that runs off far beyond the months may pass what a number can hold.
        rate = np.exp(np.minimum(eta, 600.0))
        return rate, rate

    def _both(self, places: Places) -> tuple[Array, Array, Array, Array]:
        """Value with and without the effect, and the gradients of both, at `places`."""
        out: list[Array] = []
        for gone in ((), self.options.effects):
            x = self.data.design(places, without_effect=gone)
            value, derivative = self._mean(x @ self.fit.beta)
            if self.data.base:
                value = value + np.array([self.data.base.get(int(place), np.nan) for place in places])
            out += [value, x * derivative[:, None]]
        return out[0], out[2], out[1], out[3]

    def _se(self, gradient: Array) -> Array:
        # Rounding can leave a variance a hair below 0.
        return np.sqrt(np.maximum(np.einsum("np,pq,nq->n", gradient, self.fit.covariance, gradient), 0))

    def overall(self) -> pd.DataFrame:
        fitted, without, up, down = self._both(self.places)
        w = self.weight
        total, expected = float(w @ (fitted - without)), float(w @ without)
        se = float(self._se((w @ (up - down))[None, :])[0])
        if self.is_lost:
            total = se = np.nan
        rows = {
            "natural": self._estimated(total / w.sum(), se / w.sum()),
            "relative": self._relative(float(w @ fitted), expected, w @ up, w @ down),
            "events": self._estimated(total, se),
        }
        return pd.DataFrame(rows).T.rename_axis("measure")

    def _relative(self, fitted: float, without: float, up: Array, down: Array) -> pd.Series:
        """fitted / without - 1, its interval worked out on the logarithm; missing where either is not above 0."""
        if fitted <= 0 or without <= 0 or self.fit.random_walk or self.is_lost:
            return self._estimated(np.nan, np.nan)
        se = float(self._se((up / fitted - down / without)[None, :])[0])
        log = self._estimated(np.log(fitted / without), se)
        ratio = fitted / without
        with np.errstate(over="ignore"):
            low, high = np.expm1(log["ci_low"]), np.expm1(log["ci_high"])
        return pd.Series(
            {
                "estimate": ratio - 1,
                "se": ratio * log["se"],
                "ci_low": low,
                "ci_high": high,
                "p_value": log["p_value"],
                "df": log["df"],
            }
        )

    def effects_at(self) -> tuple[pd.DataFrame, int]:
        """The table and how many horizons lie beyond the data."""
        first = int(np.ceil(self.data.segments.start))
        rows, beyond = [], 0
        for horizon in self.options.horizons:
            place = np.array([first + horizon])
            if self.is_lost or not 0 <= place[0] <= self.places.max() or not self._is_known(place)[0]:
                beyond += not self.is_lost
                rows.append(self._estimated(np.nan, np.nan))
                continue
            fitted, without, up, down = self._both(place)
            row = self._estimated(float(fitted[0] - without[0]), float(self._se(up - down)[0]))
            share = self._relative(float(fitted[0]), float(without[0]), up[0], down[0])
            row["relative"], row["relative_low"], row["relative_high"] = share.iloc[[0, 2, 3]]
            rows.append(row)
        columns = [*FIELDS, "relative", "relative_low", "relative_high"]
        index = pd.Index(self.options.horizons, name="since_start")
        return pd.DataFrame(rows, index=index).reindex(columns=columns), beyond

    def _is_known(self, places: Places) -> Bools:
        """Whether the line has a value there: the month of the year was seen, the controls have a mean."""
        known = np.ones(len(places), dtype=bool)
        if self.options.season == "months":
            number, _ = self.data.series.calendar.season(places, self.data.segments.season_length)
            known &= np.isin(number, self.data.segments.months)
        if self.data.base:
            known &= np.isin(places, list(self.data.base))
        return known

    def coefficients(self) -> pd.DataFrame:
        se = np.sqrt(np.maximum(np.diag(self.fit.covariance), 0))
        rows = {term: (b, s) for term, b, s in zip(self.data.terms, self.fit.beta, se, strict=True)}
        if self.fit.random_walk:
            # The height of a random walk is where it happened to begin.
            for term in ("intercept", "treated"):
                if term in rows:
                    rows[term] = (rows[term][0], np.nan)
        if not self.data.stacked and "slope" in rows and "time" in rows:
            gradient = np.isin(self.data.terms, ["time", "slope"]).astype(float)
            rows["trend_after"] = (float(gradient @ self.fit.beta), float(self._se(gradient[None, :])[0]))
        return self._table(rows)

    def ratios(self, table: pd.DataFrame) -> pd.DataFrame:
        if self.options.is_linear:
            return table.iloc[:0]
        return table.assign(**{name: np.exp(table[name]) for name in ("estimate", "ci_low", "ci_high")})

    def by_month(self) -> pd.DataFrame:
        data, series = self.data, self.data.series
        places = np.arange(data.last + 1)
        fitted, without, up, down = self._both(places)
        difference_se = self._se(up - down)
        eta = data.design(places, without_effect=self.options.effects)
        reach = self.half * self._se(eta)
        line = eta @ self.fit.beta
        added = without - self._mean(line)[0]
        low, high = self._mean(line - reach)[0] + added, self._mean(line + reach)[0] + added
        if self.fit.random_walk:
            low = high = np.full(len(places), np.nan)
        observed = pd.DataFrame(
            {"numerator": series.numerator, "denominator": series.denominator, "value": series.value},
            index=series.places,
        ).reindex(places)
        residual = pd.Series(self.fit.residual[data.own], index=data.places[data.own]).reindex(places)
        table = pd.DataFrame(
            {
                "period": [series.calendar.label(int(place)) for place in places],
                "numerator": observed["numerator"].to_numpy(),
                "denominator": observed["denominator"].to_numpy() if series.has_denominator else np.nan,
                "value": observed["value"].to_numpy(),
                "used": np.isin(places, data.places[data.own]),
                "after": places >= data.segments.start,
                "fitted": fitted,
                "counterfactual": without,
                "counterfactual_low": low,
                "counterfactual_high": high,
                "difference": fitted - without,
                "difference_se": difference_se,
                "difference_low": fitted - without - self.half * difference_se,
                "difference_high": fitted - without + self.half * difference_se,
                "residual": residual.to_numpy(),
            }
        )
        lines = table.columns[table.columns.get_loc("fitted") : -1]
        table.loc[~self._is_known(places), lines] = np.nan
        if self.is_lost:
            table.loc[table["after"], [name for name in lines if name != "fitted"]] = np.nan
        # Before the start there is no effect to have an interval.
        table.loc[~table["after"], [name for name in lines if name.startswith("difference")]] = np.nan
        return table

    def model(self) -> pd.Series:
        data, fit = self.data, self.fit
        _, without, _, _ = self._both(self.places)
        values = data.counted() | {
            "df": fit.df,
            "phi": fit.phi,
            "sigma": np.nan if fit.random_walk else fit.sigma,
            "log_likelihood": fit.log_likelihood,
            "dispersion": fit.dispersion,
            "pearson": fit.pearson,
            "deviance": fit.deviance,
            "lag": fit.lag,
            "durbin_watson": durbin_watson(fit.checked[data.own]),
            "counterfactual_sum": np.nan if self.is_lost else float(self.weight @ without),
        }
        return pd.Series(values, dtype=float)
