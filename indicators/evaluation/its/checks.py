"""What the months and their deviations say about whether the answer can be trusted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from indicators.evaluation.its import words as say
from indicators.evaluation.its.fit import Fit
from indicators.evaluation.its.question import Data, Options
from indicators.evaluation.residual_checks import durbin_watson, ljung_box
from indicators.words import Words

ENOUGH = 12
"""Months wanted before and after (Lopez Bernal 2017 and EPOC ask for several; a year covers the season once)."""

ENOUGH_FOR_SEASON = 24
"""Two whole years: one year cannot tell a season from a trend."""


def checks(data: Data, fit: Fit, options: Options, lags: Sequence[int] | None) -> pd.DataFrame:
    rows: list[dict[str, object]] = []

    def add(
        code: str, verdict: str, words: Words, statistic: float = np.nan, p: float = np.nan, df: float = np.nan
    ) -> None:
        rows.append(
            {"code": code, "verdict": verdict, "statistic": statistic, "p_value": p, "df": df}
            | {"da": words.da, "en": words.en}
        )

    count = data.counted()
    for code, n in (("months_before", count["n_before"]), ("months_after", count["n_after"])):
        add(code, "pass" if n >= ENOUGH else "warn", say.months(code, int(n), ENOUGH), n)
    if options.season:
        n = count["n_before"] + count["n_after"]
        add("season_months", "pass" if n >= ENOUGH_FOR_SEASON else "warn", say.season(int(n), ENOUGH_FOR_SEASON), n)
    missing = int(count["n_missing"])
    add("missing_months", "pass" if missing == 0 else "warn", say.missing(missing), missing)
    residual, places = fit.checked[data.own], data.places[data.own]
    n = len(residual)
    chosen = tuple(lags) if lags is not None else tuple(m for m in (12, 24) if n > 2 * m) or (max(n // 5, 1),)
    for m in chosen:
        test = ljung_box(residual, places, m, fitted=fit.fitted_error_parameters if m > 1 else 0)
        verdict = "info" if np.isnan(test.p_value) else "warn" if test.p_value < 0.05 else "pass"
        words = say.autocorrelation(verdict, m, fit.errors)
        add(f"ljung_box_{m}", verdict, words, test.statistic, test.p_value, float(m))
    add("durbin_watson", "info", say.durbin_watson(), durbin_watson(residual))
    if np.isfinite(fit.phi):
        verdict = "warn" if fit.random_walk or fit.phi > 0.8 else "pass"
        add("phi", verdict, say.phi(fit.phi, fit.random_walk), fit.phi)
    if np.isfinite(fit.dispersion) and not options.family.startswith("quasi") and fit.errors == "none":
        verdict = "warn" if fit.dispersion > 1.5 else "pass"
        add("dispersion", verdict, say.dispersion(fit.dispersion), fit.dispersion)
    return pd.DataFrame(rows).set_index("code")
