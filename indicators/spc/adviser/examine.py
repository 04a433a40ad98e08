"""From points to evidence: many series in one matrix, one row each; a single series is a matrix of one row."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy

from indicators.spc.adviser import calibration
from indicators.spc.adviser.record import Caution, NoProposal
from indicators.spc.adviser.search import (
    PHI_ESTIMATED,
    PHI_NONE,
    Found,
    Series,
    normal_scores,
    posterior,
    search,
    shortest_interval,
    standardised,
    strongest,
    total,
)
from indicators.spc.ragged import Bools, Floats, Ints

INTERVAL_MASS = 0.95
"""Probability inside the interval. tests/simulation/adviser.py measures how often it covers the truth where a step of
1.0 to 2.0 sd was proposed: in the middle of 24 to 60 months in 94-99 % (normal, autoregressive, skewed, binomial,
Poisson; lognormal 92 %), after three quarters of 36 months in 92 %, of 24 months in 77 % (1.0 sd) to 97 % (2.0 sd)."""

TREND_ODDS = 3.0
"""A straight line so many times likelier than a step, whenever it came, is worth saying."""

CERTAIN = 0.95
"""Probability from which autocorrelation counts as found."""

OUTLYING_SD = 3.5
"""Robust standard deviations from its level beyond which a value is tried left out (Iglewicz and Hoaglin 1993)."""

WILD_SD = 3.0
"""Robust standard deviations beyond the 10th and 90th percentile from which a value counts as no further out."""

DIFFERENT_NEEDED = 10
"""So many values, or a quarter of a shorter series, must differ from the commonest one. With fewer, as in months of 0,
0, 0, 1, 0, the tables do not hold. Convention 13 of the project asks for 10 useful observations too."""

SEASON_P = 0.01
OVERDISPERSION_P = 0.001


@dataclass(frozen=True, slots=True)
class Points:
    """Points of many series, one row each; column = place in the calendar of the series. NaN: no value there.

    y : shape (n_series, n_columns), as it is drawn, `natural_variance` gives
    the variance of one case from the level, for proportions and rates.
    """

    y: Floats
    n: Floats | None
    is_proportion: bool = False


@dataclass(frozen=True, slots=True)
class Season:
    """Periods in a year, and the place in the year of each column of a series, from 0."""

    length: int
    place: Ints


def season_of(x: np.ndarray | None, column: Ints) -> Season | None:
    """The year of months or quarters that `x` runs through at `column`; None for other dates and anything else.

    Examples
    --------
    >>> months = np.arange("2024-01", "2025-03", dtype="datetime64[M]").astype("datetime64[ns]")
    >>> season = season_of(months, np.arange(14))
    >>> season.length, season.place.tolist()
    (12, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1])
    """
    if x is None or x.dtype.kind != "M" or len(column) < 2:
        return None
    month = x.astype("datetime64[M]")
    if (month[column].astype(x.dtype) != x[column]).any():
        return None
    number = month.astype(np.int64) % 12
    steps = np.diff(month[column].astype(np.int64))
    usual = int(np.median(steps))
    if usual == 1:
        return Season(12, number)
    return Season(4, number // 3) if usual == 3 else None


@dataclass(frozen=True, slots=True)
class Examined:
    """Evidence per series, shape (n_series,) unless said.

    `place` is the number of values before the strongest change and -1 where nothing could be judged; `column`, shape
    (n_series, width), is where each value stands in `Points`. `sd` is about the two levels.
    """

    n_values: Ints
    reason: list[NoProposal]
    statistic: Floats
    p_value: Floats
    place: Ints
    column: Ints
    before: Floats
    after: Floats
    sd: Floats
    autocorrelation: Floats
    is_autocorrelated: Bools
    log_trend_odds: Floats
    dispersion: Floats
    share: Floats
    y: Floats
    weight: Floats
    series: Series

    @property
    def is_judged(self) -> Bools:
        return self.place >= 0

    def interval(self, row: int) -> tuple[int, int]:
        """First and last place, in values, where the change of series `row` may be."""
        return shortest_interval(self.share[row], int(self.place[row]), INTERVAL_MASS)


def without(points: Points, start: int, stop: int) -> Points:
    """Only the values of columns `start` up to but not with `stop`; the others become missing."""
    y = np.full_like(points.y, np.nan)
    y[:, start:stop] = points.y[:, start:stop]
    return replace(points, y=y)


def phis_of(mode: str) -> Floats:
    return PHI_NONE if mode == "none" else PHI_ESTIMATED


def aligned(points: Points) -> tuple[Series, Floats, Floats, Ints]:
    """The values without the gaps between them, as the search takes them; and y, weight and column alike.

    Proportions and rates are standardised as (y - mean) sqrt(n) before they are ranked: the spread that counts with
    these denominators would have. Weights have mean 1 over the values of a series and are 0 beyond its length.
    """
    if points.y.shape[1] == 0:
        nothing = np.full((len(points.y), 1), np.nan)
        points = Points(nothing, None if points.n is None else nothing, points.is_proportion)
    known = ~np.isnan(points.y)
    if points.n is not None:
        known &= ~np.isnan(points.n)
    length = known.sum(axis=1)
    width = max(int(length.max(initial=0)), 1)
    column = np.argsort(~known, axis=1, kind="stable")[:, :width]
    is_value = np.arange(width) < length[:, None]
    y = np.where(is_value, np.take_along_axis(points.y, column, axis=1), np.nan)
    if points.n is None:
        weight = is_value.astype(np.float64)
        standard = y
    else:
        n = np.where(is_value, np.take_along_axis(points.n, column, axis=1), 0.0)
        cases = np.maximum(total(n), np.finfo(float).tiny)
        weight = n * length[:, None] / cases
        level = total(np.where(is_value, y, 0.0) * n) / cases
        standard = (y - level) * np.sqrt(weight)
    gap = np.zeros(column.shape, dtype=np.int64)
    gap[:, 1:] = np.where(is_value[:, 1:], np.diff(column, axis=1), 0)
    scores, as_it_is = normal_scores(standard), standardised(tamed(standard, length))
    return Series(scores, as_it_is, np.sqrt(weight), gap, length.astype(np.int64)), y, weight, column


def tamed(values: Floats, length: Ints) -> Floats:
    """Values far beyond the others brought in to 3 robust standard deviations outside the 10th and 90th percentile.

    The standard deviation is that of the differences between neighbours, by their median, and so knows nothing of a
    step; where a step holds for a tenth of the series, both levels lie between the percentiles and nothing of it is
    lost. Of normal series of 48 one in a hundred is touched, so the tables, made without this, hold. Where neighbours
    are mostly equal, nothing is brought in.

    Examples
    --------
    >>> tamed(np.array([[1.0, 2, 1, 3, 2, 90, 1, 2, 3, 1, 2, 1]]), np.array([12])).round(2).max()
    np.float64(6.15)
    """
    in_order = np.sort(values, axis=1)
    last = np.maximum(length - 1, 0)
    row = np.arange(len(values))
    low, high = in_order[row, last // 10], in_order[row, last - last // 10]
    steps = np.sort(np.abs(np.diff(values, axis=1, prepend=np.nan)), axis=1)
    sd = np.where(length > 1, (steps[row, (last - 1) // 2] + steps[row, last // 2]) / 2 / (0.6745 * np.sqrt(2)), 0.0)
    room = np.where(sd > 0, WILD_SD * sd, np.inf)
    return np.asarray(np.clip(values, (low - room)[:, None], (high + room)[:, None]))


def commonest(values: Floats) -> Ints:
    """How often the commonest value of each row comes."""
    in_order = np.sort(values, axis=1)
    column = np.arange(values.shape[1])
    starts = np.ones(values.shape, dtype=bool)
    starts[:, 1:] = in_order[:, 1:] != in_order[:, :-1]
    run = column - np.maximum.accumulate(np.where(starts, column, 0), axis=1) + 1
    return np.asarray(np.where(np.isnan(in_order), 0, run).max(axis=1), dtype=np.int64)


def examine(points: Points, *, minimum_segment: int, mode: str) -> Examined:
    """Search every series for one change of level.

    Parameters
    ----------
    points : Points
    minimum_segment : int
        Fewest values before and after a change; a series with fewer than twice as many is not judged.
    mode : str
        "estimated": autocorrelation is averaged over; "none": there is none.

    Returns
    -------
    Examined
    """
    series, y, weight, column = aligned(points)
    n_series, width = y.shape
    has_enough = series.length >= 2 * minimum_segment
    is_constant: Bools = ~np.any(series.score != 0, axis=1)
    different = series.length - commonest(y)
    is_varied = different >= np.minimum(DIFFERENT_NEEDED, np.ceil(series.length / 4))
    judged = np.flatnonzero(has_enough & ~is_constant & is_varied)
    part = series.part(judged)
    found = (
        search(part, phis=phis_of(mode))
        if len(judged)
        else Found(np.empty((0, width)), np.empty(0), np.empty(0), np.empty(0))
    )
    best, where = strongest(found.log_ratio, part.length, minimum_segment)
    share, log_total = posterior(found.log_ratio, part.length, minimum_segment)

    def spread(values: np.ndarray, missing: float) -> np.ndarray:
        whole = np.full((n_series, *values.shape[1:]), missing, dtype=values.dtype)
        whole[judged] = values
        return whole

    place = spread(where.astype(np.int64), -1)
    before, after, sd = levels(y, weight, place)
    return Examined(
        n_values=series.length,
        reason=[
            NoProposal.TOO_FEW
            if not enough
            else NoProposal.NO_VARIATION
            if constant
            else NoProposal.NONE
            if varied
            else NoProposal.MOSTLY_ALIKE
            for enough, constant, varied in zip(
                has_enough.tolist(), is_constant.tolist(), is_varied.tolist(), strict=True
            )
        ],
        statistic=spread(best, np.nan),
        p_value=spread(calibration.p_values(best, part.length, minimum_segment, mode), np.nan),
        place=place,
        column=column,
        before=before,
        after=after,
        sd=sd,
        autocorrelation=spread(found.phi, np.nan),
        is_autocorrelated=spread(found.phi_above_zero >= CERTAIN, False),
        log_trend_odds=spread(found.log_trend - log_total, np.nan),
        dispersion=_dispersion(points, y, weight, column, place),
        share=spread(share, 0.0),
        y=y,
        weight=weight,
        series=series,
    )


def _mean(y: Floats, weight: Floats, members: Bools) -> Floats:
    mass = np.where(members, weight, 0.0)
    cases, held = total(mass)[:, 0], total(mass * np.where(members, y, 0.0))[:, 0]
    return np.divide(held, cases, out=np.full(len(y), np.nan), where=cases > 0)


def levels(y: Floats, weight: Floats, place: Ints) -> tuple[Floats, Floats, Floats]:
    """Weighted mean before and after `place`, and the standard deviation about them, each of shape (n_series,)."""
    number = np.arange(y.shape[1])
    is_value = ~np.isnan(y)
    is_after = number >= place[:, None]
    judged = (place >= 0)[:, None]
    before = _mean(y, weight, is_value & ~is_after & judged)
    after = _mean(y, weight, is_value & is_after & judged)
    level = np.where(is_after, after[:, None], before[:, None])
    squares = total(np.where(is_value & judged, weight * (y - level) ** 2, 0.0))[:, 0]
    freedom = is_value.sum(axis=1) - 2
    sd = np.sqrt(np.divide(squares, freedom, out=np.full(len(y), np.nan), where=(freedom > 0) & judged[:, 0]))
    return before, after, sd


def _dispersion(points: Points, y: Floats, weight: Floats, column: Ints, place: Ints) -> Floats:
    """Variance about the levels over binomial or Poisson variance; NaN without denominators."""
    if points.n is None:
        return np.full(len(y), np.nan)
    before, after, _ = levels(y, weight, place)
    is_value = ~np.isnan(y)
    n = np.where(is_value, np.take_along_axis(points.n, column, axis=1), 0.0)
    level = np.where(np.arange(y.shape[1]) >= place[:, None], after[:, None], before[:, None])
    expected = level * (1 - level) if points.is_proportion else level
    usable = is_value & (expected > 0)
    terms = np.divide(n * (y - level) ** 2, expected, out=np.zeros_like(n), where=usable)
    freedom = usable.sum(axis=1) - 2
    return np.divide(total(terms)[:, 0], freedom, out=np.full(len(y), np.nan), where=(freedom > 0) & (place >= 0))


def permuted_p_value(series: Series, minimum_segment: int, mode: str, n_permutations: int, seed: int) -> float:
    """Share of orders of the values whose statistic is as large: exact where the values are independent.

    (1 + orders at least as large) / (1 + orders tried); one series.
    """
    n_values = int(series.length[0])
    random = np.random.default_rng(seed)
    orders = random.permuted(np.tile(np.arange(n_values), (n_permutations, 1)), axis=1)
    tried = Series(
        series.score[0, orders],
        series.standard[0, orders],
        series.scale[0, orders],
        np.tile(series.gap[:, :n_values], (n_permutations, 1)),
        np.full(n_permutations, n_values),
    )
    phis = phis_of(mode)
    own, _ = strongest(search(series, phis=phis).log_ratio, series.length, minimum_segment)
    drawn, _ = strongest(search(tried, phis=phis).log_ratio, tried.length, minimum_segment)
    return float((1 + (drawn >= own[0] - 1e-9).sum()) / (1 + n_permutations))


def cautions(
    found: Examined,
    points: Points,
    row: int,
    *,
    alpha: float,
    minimum_segment: int,
    mode: str,
    season: Season | None,
) -> tuple[Caution, ...]:
    """What else could explain the change proposed for series `row`."""
    said = []
    n_values = int(found.n_values[row])
    if mode != "none" and found.is_autocorrelated[row]:
        said.append(Caution.AUTOCORRELATION)
    if found.log_trend_odds[row] > np.log(TREND_ODDS):
        said.append(Caution.TREND)
    if _hangs_on_one_value(found, points, row, alpha, minimum_segment, mode):
        said.append(Caution.OUTLIER)
    if season is not None:
        if _span(found, row) < 2 * season.length:
            said.append(Caution.SEASON_UNKNOWN)
        elif _has_season(found, row, season):
            said.append(Caution.SEASON)
    if found.dispersion[row] > scipy.stats.chi2.ppf(1 - OVERDISPERSION_P, n_values - 2) / (n_values - 2):
        said.append(Caution.OVERDISPERSION)
    if n_values > calibration.LONGEST:
        said.append(Caution.BEYOND_TABLES)
    return tuple(said)


def _residuals(found: Examined, row: int) -> Floats:
    n_values, place = int(found.n_values[row]), int(found.place[row])
    level = np.where(np.arange(n_values) >= place, found.after[row], found.before[row])
    return (found.y[row, :n_values] - level) * np.sqrt(found.weight[row, :n_values])


def _span(found: Examined, row: int) -> int:
    columns = found.column[row, : int(found.n_values[row])]
    return int(columns[-1] - columns[0]) + 1


def _hangs_on_one_value(
    found: Examined, points: Points, row: int, alpha: float, minimum_segment: int, mode: str
) -> bool:
    """Whether a single value far from its level carries the proposal: without it nothing is proposed."""
    n_values, place = int(found.n_values[row]), int(found.place[row])
    residual = found.y[row, :n_values].copy()
    residual[:place] -= np.median(residual[:place])
    residual[place:] -= np.median(residual[place:])
    residual *= np.sqrt(found.weight[row, :n_values])
    robust_sd = np.median(np.abs(residual)) / 0.6745
    worst = int(np.abs(residual).argmax())
    if not np.abs(residual[worst]) > OUTLYING_SD * robust_sd:
        return False
    left = points.y[row : row + 1].copy()
    left[0, found.column[row, worst]] = np.nan
    kept = replace(points, y=left, n=None if points.n is None else points.n[row : row + 1])
    again = examine(kept, minimum_segment=minimum_segment, mode=mode)
    return not bool(again.p_value[0] <= alpha)


def _has_season(found: Examined, row: int, season: Season) -> bool:
    """Whether what is left beside the two levels differs between the months (or quarters) of the year.

    Kruskal-Wallis over the places in the cycle that have at least two values.
    """
    residual = _residuals(found, row)
    here = season.place[found.column[row, : len(residual)]]
    groups = [residual[here == place] for place in np.unique(here)]
    groups = [group for group in groups if len(group) > 1]
    if len(groups) < 2 or np.ptp(residual) == 0:
        return False
    return bool(scipy.stats.kruskal(*groups).pvalue < SEASON_P)
