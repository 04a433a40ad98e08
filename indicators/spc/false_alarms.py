"""How often chance alone would make charts claim a signal: the honest small print under many charts."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from indicators.spc.charts import ChartRecord, ValueKind, chart_of
from indicators.spc.errors import InputError
from indicators.spc.joint_runs import EXACT_TO, share_outside
from indicators.spc.profiles import PROFILES, Profile, profile_of
from indicators.spc.ragged import Bools, Floats
from indicators.spc.runs import longest_run_max, n_crossings_min
from indicators.words import Words

READINGS = ("phase", "last_point")
"""Where a signal counts: anywhere in the current phase, or only when the last point shows it."""

NO_COUNT = -1.0
"""Stands for the mean count of charts that count nothing."""

_RANGE = 0.95
_N_NOW = 5_000


@dataclass(frozen=True, slots=True)
class _Grid:
    """What was simulated of one chart: shape (mean count, autocorrelation, n)."""

    mean_counts: tuple[float, ...]
    autocorrelations: Floats
    sizes: Floats
    shares: Floats


@lru_cache(maxsize=1)
def _tables() -> dict[tuple[str, str, str], _Grid]:
    """By profile, chart and reading."""
    rows: dict[tuple[str, str, str], dict[tuple[float, float, float], float]] = {}
    with (Path(__file__).parent / "tables" / "false_alarms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = (float(row["mean_count"] or NO_COUNT), float(row["autocorrelation"]), float(row["n_useful"]))
            for reading in READINGS:
                rows.setdefault((row["profile"], row["chart"], reading), {})[place] = float(row[reading])
    return {key: _grid(found) for key, found in rows.items()}


def _grid(found: dict[tuple[float, float, float], float]) -> _Grid:
    """A full box: where the correlated series were simulated at fewer sizes, the sizes between are interpolated."""
    counts, correlations, sizes = (sorted({place[axis] for place in found}) for axis in range(3))
    shares = np.empty((len(counts), len(correlations), len(sizes)))
    for row, count in enumerate(counts):
        for column, correlation in enumerate(correlations):
            known = [n for n in sizes if (count, correlation, n) in found]
            shares[row, column] = np.interp(sizes, known, [found[count, correlation, n] for n in known])
    return _Grid(tuple(counts), np.array(correlations), np.array(sizes), shares)


def _simulated_as(record: ChartRecord, *, is_correlated: bool) -> str:
    """The simulated chart that stands for this one: itself, or the one with the same kind of value."""
    own = _tables().get((PROFILES["anhoej"].code, record.code, READINGS[0]))
    if own is not None and (not is_correlated or len(own.autocorrelations) > 1):
        return record.code
    if not record.has_limits:
        return "run"
    if record.kind is ValueKind.PROPORTION:
        return "p"
    # With the same exposure each month a u chart is a c chart.
    return "c" if record.kind in (ValueKind.RATE, ValueKind.COUNT) else "i"


@dataclass(frozen=True, slots=True)
class FalseAlarm:
    """The chance that noise is called a signal, and what it was read from.

    `simulated_as`: the chart whose simulation was used; `mean_count`: the class of expected events per period that was
    used (None where the chart counts nothing); `autocorrelation`: the one used, at most 0.6; `is_exact`: counted, not
    simulated.
    """

    probability: float
    simulated_as: str
    mean_count: float | None
    autocorrelation: float
    is_exact: bool


def false_alarm(
    n_useful: int,
    chart: str,
    *,
    profile: str | Profile = "anhoej",
    reading: str = "phase",
    autocorrelation: float = 0.0,
    mean_count: float | None = None,
) -> FalseAlarm:
    """Chance that a stable process of `n_useful` useful observations claims a signal, and what it was read from.

    Parameters
    ----------
    n_useful : int
        Useful observations in the phase that is judged. Below the profile's minimum nothing is claimed: chance 0.
    chart, profile : str
        Codes in `CHARTS` and `PROFILES`.
    reading : {"phase", "last_point"}
        Whether a signal anywhere in the phase counts, or only one that the last point shows.
    autocorrelation : float
        Lag-1 autocorrelation of the values. Below 0 counts as 0; above 0.6, where the simulation ends, as 0.6.
    mean_count : float
        Expected events per period (for a proportion: or of their opposite, whichever are fewer). The nearest class,
        as a ratio, of 1, 2, 5, 10 and 50 is used; None: 50, the class of the largest counts.

    Returns
    -------
    FalseAlarm

    Notes
    -----
    A run chart of independent values is counted exactly (`joint_runs.share_outside`): whatever the distribution of the
    values, every order of the points above and below their own median is equally likely. The rest is simulated by
    `tables/make_false_alarms.py`, whose head says from which noise, and read between the simulated numbers of points;
    beyond the largest of them its figure is given, which is then too low for charts with limits. A profile with other
    lengths of its rules is simulated when it is first asked for, with 5,000 series (a tenth of a second, kept).

    References
    ----------
    Anhøj & Olesen, PLoS ONE 2014; Anhøj, PLoS ONE 2015; Anhøj & Wentzel-Larsen, PLoS ONE 2018.

    Examples
    --------
    >>> round(false_alarm(24, "run").probability, 4)
    0.0306
    >>> false_alarm(24, "u", mean_count=3).mean_count
    2.0
    """
    record, conventions = chart_of(chart), profile_of(profile)
    if reading not in READINGS:
        raise InputError(
            "unknown_reading",
            Words(
                f"Læsningen »{reading}« findes ikke. Vælg phase eller last_point.",
                f"There is no reading {reading!r}. Choose phase or last_point.",
            ),
        )
    if not np.isfinite(autocorrelation) or abs(autocorrelation) > 1:
        raise InputError(
            "autocorrelation_out_of_range",
            Words(
                f"autocorrelation = {autocorrelation}: en autokorrelation ligger mellem -1 og 1.",
                f"autocorrelation = {autocorrelation}: an autocorrelation lies between -1 and 1.",
            ),
        )
    if mean_count is not None and not mean_count >= 0:
        raise InputError(
            "negative_mean_count",
            Words(
                f"mean_count = {mean_count}: det forventede antal pr. periode er mindst 0.",
                f"mean_count = {mean_count}: the expected number per period is at least 0.",
            ),
        )
    simulated_as = _simulated_as(record, is_correlated=autocorrelation > 0)
    # Another length of a rule changes the rate (36 months: 30 % at seven and seven, 54 % at seven and five), so the
    # table of its profile will not do.
    is_tabled = PROFILES.get(conventions.code) == conventions
    grid = _tables()[conventions.code if is_tabled else PROFILES["anhoej"].code, simulated_as, reading]
    counts = np.array(grid.mean_counts)
    row = (
        len(counts) - 1 if mean_count is None else int(np.abs(np.log(counts.clip(1) / max(mean_count, 1e-9))).argmin())
    )
    of_class = None if counts[row] == NO_COUNT else float(counts[row])
    correlation = float(np.clip(autocorrelation, 0.0, max(0.0, grid.autocorrelations[-1])))
    if n_useful < conventions.minimum_useful:
        return FalseAlarm(0.0, simulated_as, of_class, correlation, is_exact=True)
    is_exact = (is_tabled and conventions.code == "anhoej" and simulated_as == "run" and reading == "phase") and (
        correlation == 0 and n_useful <= EXACT_TO
    )
    if is_exact:
        share = share_outside(n_useful, longest_run_max(n_useful), n_crossings_min(n_useful))
    elif not is_tabled:
        share = _simulated_now(
            conventions, simulated_as, reading, min(n_useful, int(grid.sizes[-1])), correlation, of_class
        )
    else:
        by_correlation = [np.interp(n_useful, grid.sizes, shares) for shares in grid.shares[row]]
        share = float(np.interp(correlation, grid.autocorrelations, by_correlation))
    return FalseAlarm(share, simulated_as, of_class, correlation, is_exact)


@lru_cache(maxsize=4096)
def _simulated_now(
    profile: Profile, chart: str, reading: str, n_points: int, autocorrelation: float, mean_count: float | None
) -> float:
    """For a profile that has no table."""
    # Imported here: the script imports the library.
    from indicators.spc.tables import make_false_alarms as script

    noise = next(each for each in script.NOISES if chart in each.charts and each.mean_count == mean_count)
    seed = (script.SEED, n_points)
    found = script.shares(noise, n_points, _N_NOW, (chart,), autocorrelation, seed, (profile,))
    return found[profile.code, chart][READINGS.index(reading)]


def false_alarm_probability(
    n_useful: int,
    chart: str,
    *,
    profile: str | Profile = "anhoej",
    reading: str = "phase",
    autocorrelation: float = 0.0,
    mean_count: float | None = None,
) -> float:
    """The chance alone of `false_alarm`, which says what the arguments mean.

    Examples
    --------
    >>> false_alarm_probability(9, "run")
    0.0
    >>> 0.03 < false_alarm_probability(36, "run") < 0.05 < false_alarm_probability(36, "i")
    True
    """
    return false_alarm(
        n_useful, chart, profile=profile, reading=reading, autocorrelation=autocorrelation, mean_count=mean_count
    ).probability


@dataclass(frozen=True, eq=False)
class FalseSignals:
    """How many signals to expect from charts in which nothing happens.

    Attributes
    ----------
    probability : ndarray of float, shape (n_series,)
        Chance of each series.
    expected : float
        Their sum.
    at_least_one : float
        Chance of one or more.
    low, high : int
        The number lies in this range with at least 95 % chance, at most 2.5 % below and at most 2.5 % above.
    distribution : ndarray of float, shape (n_series + 1,)
        Chance of 0, 1, 2 … signals.
    n_judged : int
        Series with enough observations to be judged at all.
    n_approximate : int
        Judged series whose chart was not simulated itself: the nearest one stands for it.
    """

    probability: Floats
    expected: float
    at_least_one: float
    low: int
    high: int
    distribution: Floats
    n_judged: int
    n_approximate: int

    @property
    def n_series(self) -> int:
        return len(self.probability)

    def chance_of(self, n_signals: int) -> float:
        """Chance that noise alone gives `n_signals` or more.

        Examples
        --------
        >>> round(expected_false_signals([24] * 100, "run").chance_of(10), 3)
        0.001
        """
        return float(min(1.0, self.distribution[max(0, n_signals) :].sum()))

    def say(self, language: str) -> str:
        """The sentence for the board.

        Examples
        --------
        >>> said = expected_false_signals([36] * 300 + [24] * 188, "run")
        >>> said.say("da")
        'Af 488 serier forventes 19 signaler af ren tilfældighed (i 19 af 20 tilfælde mellem 11 og 27).'
        >>> said.say("en")
        'Of 488 series, 19 signals are expected by pure chance (between 11 and 27 in 19 cases out of 20).'
        """
        number = _rounded(self.expected)
        if self.n_judged == 0:
            return _WORDS_NONE.say(language, series=self.n_series)
        words = _WORDS_ONE if number == "1" else _WORDS
        shown = number.replace(".", ",") if language != "en" else number
        series = _SERIES_ONE if self.n_series == 1 else _SERIES
        return words.say(
            language, series=series.say(language, n=self.n_series), expected=shown, low=self.low, high=self.high
        )


_SERIES = Words("{n} serier", "{n} series")
_SERIES_ONE = Words("{n} serie", "{n} series")
_WORDS = Words(
    "Af {series} forventes {expected} signaler af ren tilfældighed (i 19 af 20 tilfælde mellem {low} og {high}).",
    "Of {series}, {expected} signals are expected by pure chance (between {low} and {high} in 19 cases out of 20).",
)
_WORDS_ONE = Words(
    "Af {series} forventes {expected} signal af ren tilfældighed (i 19 af 20 tilfælde mellem {low} og {high}).",
    "Of {series}, {expected} signal is expected by pure chance (between {low} and {high} in 19 cases out of 20).",
)
_WORDS_NONE = Words(
    "Ingen af de {series} serier har nok punkter til at give signal.",
    "None of the {series} series has enough points to give a signal.",
)


def _rounded(expected: float) -> str:
    """Whole from 10; one decimal below, without an empty one."""
    return f"{expected:.0f}" if round(expected, 1) >= 10 else f"{expected:.1f}".removesuffix(".0")


def expected_false_signals(
    n_useful: ArrayLike,
    chart: str | Sequence[str],
    *,
    profile: str | Profile | Sequence[str | Profile] = "anhoej",
    reading: str | Sequence[str] = "phase",
    autocorrelation: ArrayLike = 0.0,
    mean_count: ArrayLike | None = None,
) -> FalseSignals:
    """How many of these series would claim a signal if nothing happened in any of them.

    Parameters
    ----------
    n_useful : array of int, shape (n_series,)
        Useful observations of each series' current phase.
    chart, profile, reading, autocorrelation, mean_count
        As in `false_alarm`, one for all series or one each. NaN in `autocorrelation` counts as 0, in `mean_count` as
        unknown.

    Returns
    -------
    FalseSignals

    Notes
    -----
    The number is the sum of independent coins with these chances (Poisson-binomial); its distribution is exact, by
    convolution. Series that share their patients or staff are not independent: the expected number still holds, the
    range is then too narrow.

    References
    ----------
    Wang, On the number of successes in independent trials, Statistica Sinica 1993, 3: 295-312.

    Examples
    --------
    >>> result = expected_false_signals([36, 24, 8], ["i", "run", "run"])
    >>> result.n_judged, result.low, result.high
    (2, 0, 1)
    >>> result.expected == sum(result.probability.tolist())
    True
    """
    sizes = np.atleast_1d(np.asarray(n_useful, dtype=np.float64))
    n_series = len(sizes)
    correlations = _per_series("autocorrelation", autocorrelation, n_series)
    counts = _per_series("mean_count", np.nan if mean_count is None else mean_count, n_series)
    charts, profiles, readings = (
        _each(name, given, n_series) for name, given in (("chart", chart), ("profile", profile), ("reading", reading))
    )
    known: dict[tuple[object, ...], FalseAlarm] = {}
    alarms = []
    for n, code, of_profile, of_reading, correlation, count in zip(
        sizes.tolist(), charts, profiles, readings, correlations.tolist(), counts.tolist(), strict=True
    ):
        key = (
            n,
            code,
            of_profile if isinstance(of_profile, str) else of_profile.code,
            of_reading,
            correlation,
            str(count),
        )
        if key not in known:
            known[key] = false_alarm(
                0 if np.isnan(n) else int(n),
                code,
                profile=of_profile,
                reading=of_reading,
                autocorrelation=0.0 if np.isnan(correlation) else correlation,
                mean_count=None if np.isnan(count) else count,
            )
        alarms.append(known[key])
    probability = np.array([alarm.probability for alarm in alarms])
    distribution = poisson_binomial(probability)
    cumulative = np.cumsum(distribution)
    tail = (1 - _RANGE) / 2
    is_judged: Bools = sizes >= np.array([profile_of(each).minimum_useful for each in profiles])
    return FalseSignals(
        probability=probability,
        expected=float(probability.sum()),
        at_least_one=float(-np.expm1(np.log1p(-np.minimum(probability, 1 - 1e-16)).sum())),
        low=int(np.searchsorted(cumulative, tail, side="right")),
        high=int(np.searchsorted(cumulative, 1 - tail, side="left")),
        distribution=distribution,
        n_judged=int(is_judged.sum()),
        n_approximate=sum(
            judged and alarm.simulated_as != code for judged, alarm, code in zip(is_judged, alarms, charts, strict=True)
        ),
    )


def poisson_binomial(probability: Floats) -> Floats:
    """Distribution of the number of successes in independent trials with these chances, shape (n_trials + 1,).

    Exact: the trials' two-point distributions are convolved pair by pair.

    Examples
    --------
    >>> poisson_binomial(np.array([0.5, 0.5])).tolist()
    [0.25, 0.5, 0.25]
    """
    parts = [np.array([1 - p, p]) for p in np.asarray(probability, dtype=np.float64).tolist()] or [np.ones(1)]
    while len(parts) > 1:
        pairs = [np.convolve(left, right) for left, right in zip(parts[::2], parts[1::2], strict=False)]
        parts = pairs + ([parts[-1]] if len(parts) % 2 else [])
    return parts[0]


def _wrong_length(name: str, given: int, n_series: int) -> InputError:
    return InputError(
        "lengths_differ",
        Words(
            f"{name} har {given} værdier, men der er {n_series} serier: giv én til alle eller én til hver.",
            f"{name} has {given} values but there are {n_series} series: give one for all or one each.",
        ),
    )


def _per_series(name: str, given: ArrayLike, n_series: int) -> Floats:
    values = np.asarray(given, dtype=np.float64)
    if values.ndim and len(values) != n_series:
        raise _wrong_length(name, len(values), n_series)
    return np.broadcast_to(values, (n_series,))


def _each(name: str, given: str | Profile | Sequence[Any], n_series: int) -> list[Any]:
    if isinstance(given, str | Profile):
        return [given] * n_series
    if len(given) != n_series:
        raise _wrong_length(name, len(given), n_series)
    return list(given)
