"""What the months before the start say about the comparison: a dip, another trend, an effect before there was a cause.

Passing is no proof: every check says how large a violation it could have missed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
from scipy import stats

from indicators.evaluation.counterfactual import Counterfactual, fit_untreated
from indicators.evaluation.estimate import estimated
from indicators.evaluation.leave_one_out import Average, LeaveOneOut, Spread
from indicators.evaluation.panel import Bools, Floats, Panel, any_of
from indicators.words import Words

if TYPE_CHECKING:
    from indicators.evaluation.programme_effect import Fitted, Settings

PLACEBO_MONTHS = 12
ALPHA = 0.05
ALPHA_TREND = 0.10
"""A trend that is missed does more harm than one that is suspected in vain (Roth 2022): a wider net than the others."""
POWER = 0.80


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its estimate in natural units, whether it passed, and the violation it would miss one time in five.

    For "dip" the estimate is by how much the effect changes if the months just before the start are kept. For "trend"
    it is how much of the effect such a trend would explain, not the slope; `share` is the end of its interval, in the
    direction of the effect, as a share of the effect (missing elsewhere).
    """

    code: str
    is_passed: bool
    estimate: pd.Series
    could_miss: float
    words: Words
    share: float = np.nan

    FIELDS: ClassVar[tuple[str, ...]] = (
        "check", "is_passed", "estimate", "se", "ci_low", "ci_high", "p_value",
        "could_miss", "share", "words_da", "words_en",
    )  # fmt: skip

    def row(self) -> dict[str, object]:
        """The check as a row of a table."""
        fields = {name: self.estimate[name] for name in ("estimate", "se", "ci_low", "ci_high", "p_value")}
        return {
            "check": self.code,
            "is_passed": self.is_passed,
            **fields,
            "could_miss": self.could_miss,
            "share": self.share,
            "words_da": self.words.da,
            "words_en": self.words.en,
        }


def before_start(panel: Panel, found: Fitted, settings: Settings) -> list[Check]:
    """The checks that the data allow; `found` is a fit from which something can be told."""
    assert found.fitted is not None and found.inferred is not None
    fit, weight, told, spread_of = found.fit, found.weight, found.told, found.inferred.spread_of
    checks = []
    dip = _dip(found.keeping)
    if dip is not None:
        checks.append(dip)
    # The last months before the start say most about a trend, so they count here although they are left out elsewhere.
    untreated = fit.fitted | (found.window & fit.reachable)
    if not settings.cohort_trends:
        trend = _trend(panel, fit, untreated, settings, told, weight, found.fitted, spread_of)
        if trend is not None:
            checks.append(trend)
    placebo = _placebo(panel, fit, settings, weight, spread_of)
    if placebo is not None:
        checks.append(placebo)
    return checks


def _missed(se: float, df: float, alpha: float = ALPHA) -> float:
    """Size of a violation that a two-sided test would miss one time in five."""
    return float((stats.t.ppf(1 - alpha / 2, df) + stats.norm.ppf(POWER)) * se) if np.isfinite(se) else np.nan


def _dip(keeping: pd.Series) -> Check | None:
    """Whether the months just before the start lie where they are expected, by what they do to the effect."""
    if not np.isfinite(keeping["se"]):
        return None
    is_passed = bool(keeping["p_value"] >= ALPHA)
    words = (
        Words(
            "Månederne lige før start ligger, hvor de ventes: effekten er den samme med dem, ud over tilfældighed.",
            "The months just before the start lie where expected: the effect is the same with them, but for chance.",
        )
        if is_passed
        else Words(
            "Månederne lige før start ligger anderledes end ventet og ville ændre effekten: enhederne kan være kommet "
            "med på grund af et dyk eller en top.",
            "The months just before the start differ from what is expected and would change the effect: units may "
            "have joined because of a dip or a peak.",
        )
    )
    return Check("dip", is_passed, keeping, _missed(float(keeping["se"]), float(keeping["df"])), words)


def _trend(
    panel: Panel,
    fit: Counterfactual,
    untreated: Bools,
    settings: Settings,
    told: Bools,
    weight: Floats,
    fitted: LeaveOneOut,
    spread_of: Callable[[Average], Spread],
) -> Check | None:
    """How much of the effect a trend of the participants that was there before would explain.

    One straight line of all participants against the rest is fitted to the untreated cells; what it would add up to in
    the treated cells is `line`'s reach times its slope.
    """
    group = (~panel.is_never).astype(np.int64)
    lines = np.zeros((2, len(panel.periods), 1))
    lines[1, :, 0] = (np.arange(len(panel.periods)) - len(panel.periods) / 2) / 12
    if panel.is_never.any():
        extra, grouped = lines, group
    else:
        # Nobody stays outside: the line of calendar time belongs to the months, and nothing is left to tell.
        cohorts = panel.cohorts
        if len(cohorts) < 2:
            return None
        extra = np.zeros((len(cohorts), len(panel.periods), 1))
        for place, start in enumerate(cohorts):
            since = np.arange(len(panel.periods)) - start
            extra[place, :, 0] = np.where(since < 0, np.maximum(since, -24), 0) / 12
        grouped = np.searchsorted(cohorts, panel.start)
    with_line = fit_untreated(panel, untreated, settings.family, trends=extra, group=grouped)
    if with_line.columns.shape[2] <= fit.columns.shape[2]:
        return None
    left_out = LeaveOneOut(with_line, panel.value)
    slope = float(with_line.coefficients[-1])
    reach = _reach(with_line, np.where(told, weight, 0.0))
    replicates = (slope + left_out.change[:, -1]) * reach
    in_play = any_of(with_line.fitted, 1)
    average = Average(slope * reach, np.nan, np.where(in_play, replicates, slope * reach), replicates, in_play)
    found = spread_of(average)
    if not np.isfinite(found.se):
        return None
    row = estimated(slope * reach, found.se, found.df)
    effect = fitted.average(np.where(told, weight, 0.0)).estimate
    end = row["ci_high"] if effect >= 0 else row["ci_low"]
    is_passed = bool(row["p_value"] >= ALPHA_TREND)
    words = (
        Words(
            "Deltagerne havde ikke en anden udvikling end de øvrige før start, ud over tilfældighed.",
            "Before the start the participants moved as the others did, beyond chance.",
        )
        if is_passed
        else Words(
            "Deltagerne havde en anden udvikling end de øvrige allerede før start.",
            "The participants were already moving differently from the others before the start.",
        )
    )
    return Check(
        "trend",
        is_passed,
        row,
        _missed(found.se, found.df, ALPHA_TREND),
        words,
        float(end / effect) if effect else np.nan,
    )


def _reach(fit: Counterfactual, weights: Floats) -> float:
    """By how much the mean effect over `weights` falls for one unit of the last column's coefficient."""
    total = weights.sum(axis=1)
    information = fit.information
    months = information.shape[0] - 1
    direction = np.zeros(months + 1)
    direction[-1] = 1.0
    if months:
        direction[:-1] = -np.linalg.solve(information[:-1, :-1], information[:-1, -1])
    moved = (fit.columns @ direction)[fit.group]
    share = fit.weight / fit.unit_weight[:, None]
    moved = moved - (share * moved).sum(axis=1, keepdims=True)
    return float((weights * fit.slope * moved).sum() / total.sum())


def _placebo(
    panel: Panel, fit: Counterfactual, settings: Settings, weight: Floats, spread_of: Callable[[Average], Spread]
) -> Check | None:
    """The effect of a start twelve months too early, which must be nothing."""
    since = panel.since
    pretended = fit.fitted & (since < 0) & (since >= -PLACEBO_MONTHS)
    refit = fit_untreated(panel, fit.fitted & ~pretended, settings.family)
    cells = pretended & refit.reachable
    if not cells.any():
        return None
    average = LeaveOneOut(refit, panel.value).average(np.where(cells, weight, 0.0))
    found = spread_of(average)
    if not np.isfinite(found.se):
        return None
    row = estimated(average.estimate, found.se, found.df)
    is_passed = bool(row["p_value"] >= ALPHA)
    words = (
        Words(
            "En opdigtet start 12 måneder for tidligt giver ingen effekt, som den skal.",
            "A made-up start 12 months too early shows no effect, as it should.",
        )
        if is_passed
        else Words(
            "En opdigtet start 12 måneder for tidligt giver også en effekt: sammenligningen holder ikke.",
            "A made-up start 12 months too early shows an effect as well: the comparison does not hold.",
        )
    )
    return Check("placebo", is_passed, row, _missed(found.se, found.df), words)
