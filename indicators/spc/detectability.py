"""How soon would a change show? The power of a chart, told as months.

>>> import pandas as pd
>>> from indicators import spc
>>> frame = pd.DataFrame({
...     "period": pd.date_range("2023-01-01", periods=24, freq="MS"),
...     "numerator": [31, 28, 35, 30, 33, 29, 36, 30, 32, 34, 27, 31] * 2, "denominator": [100] * 24,
... })
>>> found = detectability(spc.analyse(frame, chart="p", multiply=100), to=40)
>>> found.months, found.words.en
(10, 'A shift from 31.3 to 40.0 is seen within about 10 months with 80% probability.')
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, log10, sqrt
from pathlib import Path

import numpy as np
import pandas as pd

from indicators import spc
from indicators.spc.charts import ValueKind, chart_of
from indicators.spc.constants import MINIMUM_USEFUL
from indicators.spc.displays.sigma_chart import sigma_of
from indicators.spc.errors import InputError
from indicators.spc.profiles import profile_of
from indicators.spc.ragged import Bools, Floats
from indicators.spc.result import SpcResult
from indicators.words import Words

POWER = 0.8
"""The usual promise of a trial: four of five real changes are seen."""

WITHIN = 12
"""A year: what a programme can wait for."""

SPREADS = {
    "run": "none",
    "i": "moving_range",
    "pp": "moving_range",
    "up": "moving_range",
    "p": "counted",
    "u": "counted",
    "c": "counted",
}
"""How a chart finds its sigma, by which it is looked up: `tables/make_detectability.py` says what each stands for."""

_RECENT = 12

MONTHS = Words("måneder", "months")


@dataclass(frozen=True, slots=True)
class _Curves:
    """Simulated probabilities, shape (n_baselines, n_shifts, n_months), months 1 … the last."""

    baselines: Floats
    shifts: Floats
    seen: Floats


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, str, bool], _Curves]:
    rows: dict[tuple[str, str, bool], list[dict[str, str]]] = {}
    with (Path(__file__).parent / "tables" / "detectability.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault((row["profile"], row["spread"], row["is_frozen"] == "1"), []).append(row)
    found = {}
    for key, each in rows.items():
        months = [int(name[1:]) for name in each[0] if name[:1] == "m" and name[1:].isdigit()]
        every = np.arange(1, max(months) + 1)
        baselines = sorted({float(row["n_baseline"]) for row in each})
        shifts = sorted({float(row["shift_sd"]) for row in each})
        seen = np.empty((len(baselines), len(shifts), len(every)))
        for row in each:
            place = baselines.index(float(row["n_baseline"])), shifts.index(float(row["shift_sd"]))
            seen[place] = np.interp(every, months, [float(row[f"m{month}"]) for month in months])
        found[key] = _Curves(np.array(baselines), np.array(shifts), seen)
    return found


def _curves(chart: str, profile: str, is_frozen: bool, n_baseline: int, spread: str | None = None) -> _Curves:
    """The curves at one length of baseline: read between the simulated lengths, shape (1, n_shifts, n_months)."""
    code, conventions = chart_of(chart).code, profile_of(profile).code
    if code not in SPREADS:
        known = ", ".join(SPREADS)
        raise InputError(
            "chart_without_table",
            Words(
                f"Hvor hurtigt et skift ses, er ikke regnet ud for diagrammet »{code}«. Vælg et af: {known}.",
                f"How soon a shift shows has not been simulated for chart {code!r}. Choose one of: {known}.",
            ),
        )
    key = conventions, spread or SPREADS[code], is_frozen
    if key not in _table():
        simulated = ", ".join(sorted({each[0] for each in _table()}))
        raise InputError(
            "profile_without_table",
            Words(
                f"Hvor hurtigt et skift ses, er ikke regnet ud for profilen »{conventions}«, kun for: {simulated}.",
                f"How soon a shift shows has not been simulated for profile {conventions!r}, only for: {simulated}.",
            ),
        )
    if n_baseline < MINIMUM_USEFUL:
        raise InputError("baseline_too_short", _too_short(n_baseline))
    curves = _table()[key]
    n = min(float(n_baseline), float(curves.baselines[-1]))
    after = min(int(np.searchsorted(curves.baselines, n)), len(curves.baselines) - 1)
    before = max(after - 1, 0)
    width = curves.baselines[after] - curves.baselines[before]
    share = (n - curves.baselines[before]) / width if width else 0.0
    seen = (1 - share) * curves.seen[before] + share * curves.seen[after]
    return _Curves(np.array([n]), curves.shifts, seen[None])


def _too_short(n: int) -> Words:
    return Words(f"{n} af {MINIMUM_USEFUL} nødvendige", f"{n} of {MINIMUM_USEFUL} needed")


def probability_seen(
    chart: str, n_baseline: int, shift_sd: float, *, is_frozen: bool = False, profile: str = "anhoej"
) -> Floats:
    """Probability that a step of `shift_sd` standard deviations is seen within 1, 2 … 60 points after it.

    Parameters
    ----------
    chart : str
        run, i, p, u, c, or pp and up (whose sigma is measured as on an i chart).
    n_baseline : int
        Stable points before the step, at least 10; beyond 60 the figures of 60 hold.
    shift_sd : float
        Size of the step in standard deviations of a single point; its sign does not matter. Beyond 4 the figures of
        4 hold. 0 gives what chance alone would show.
    is_frozen : bool
        Centre and limits stay those of the baseline; otherwise every new point moves them.
    profile : str
        Simulated: anhoej.

    Returns
    -------
    array of float, shape (60,)

    Raises
    ------
    InputError
        chart_without_table, profile_without_table, baseline_too_short, unknown chart or profile.

    Notes
    -----
    Simulated by `tables/make_detectability.py` on independent normal noise, the chart being looked at after every
    point; read between the simulated lengths and sizes by straight lines. Published for comparison: a run chart of 36
    months with a step of 1.5 sd midway, looked at once, shows it in 54 % of cases; the simulation gives 54.0 %.

    Examples
    --------
    >>> seen = probability_seen("run", 24, 1.5)
    >>> bool(seen[5] < seen[11] < seen[23])
    True
    """
    if not np.isfinite(shift_sd):
        raise InputError(
            "shift_not_finite", Words("Skiftets størrelse skal være et tal.", "The size of the shift must be a number.")
        )
    return _at(_curves(chart, profile, is_frozen, n_baseline), shift_sd)


def _at(curves: _Curves, shift_sd: float) -> Floats:
    size = min(abs(shift_sd), float(curves.shifts[-1]))
    after = max(int(np.searchsorted(curves.shifts, size)), 1)
    low, high = curves.shifts[after - 1], curves.shifts[after]
    share = (size - low) / (high - low)
    return np.asarray((1 - share) * curves.seen[0, after - 1] + share * curves.seen[0, after])


def months_to_see(
    chart: str,
    n_baseline: int,
    shift_sd: float,
    *,
    power: float = POWER,
    is_frozen: bool = False,
    profile: str = "anhoej",
) -> int | None:
    """The fewest points after a step within which it is seen with probability `power`; None: not within 60.

    Examples
    --------
    >>> months_to_see("run", 24, 0.5) is None, months_to_see("i", 24, 3)
    (True, 5)
    """
    _check(power, 1)
    return _first(probability_seen(chart, n_baseline, shift_sd, is_frozen=is_frozen, profile=profile), power)


def _first(seen: Floats, power: float) -> int | None:
    found = np.flatnonzero(seen >= power)
    return int(found[0]) + 1 if len(found) else None


def smallest_shift_sd(
    chart: str,
    n_baseline: int,
    *,
    within: int = WITHIN,
    power: float = POWER,
    is_frozen: bool = False,
    profile: str = "anhoej",
) -> float | None:
    """The smallest step, in standard deviations, seen within `within` points with probability `power`.

    None where even a step of 4 standard deviations is not.

    Examples
    --------
    >>> 1 < smallest_shift_sd("i", 24) < smallest_shift_sd("run", 24) < 2.5
    True
    """
    _check(power, within)
    return _smallest(_curves(chart, profile, is_frozen, n_baseline), within, power)


def _smallest(curves: _Curves, within: int, power: float) -> float | None:
    # Monte-Carlo noise must not make the curve turn back.
    seen = np.maximum.accumulate(curves.seen[0, :, within - 1])
    if seen[-1] < power:
        return None
    after = int(np.argmax(seen >= power))
    if after == 0:
        return 0.0
    low, high = seen[after - 1], seen[after]
    return float(np.interp(power, [low, high], curves.shifts[after - 1 : after + 1]))


def _check(power: float, within: int) -> None:
    last = next(iter(_table().values())).seen.shape[2]
    if not 0 < power < 1:
        raise InputError(
            "power_out_of_range",
            Words(
                f"power = {power} skal ligge mellem 0 og 1: 0.8 er 80 %.", f"power = {power} must be between 0 and 1."
            ),
        )
    if not 1 <= within <= last:
        raise InputError(
            "within_out_of_range",
            Words(f"within = {within} skal ligge fra 1 til {last}.", f"within = {within} must be from 1 to {last}."),
        )


@dataclass(frozen=True)
class Detectability:
    """What a chart would see, and how soon.

    Attributes
    ----------
    chart, profile : str
    n_baseline : int
        Points that stand before the step.
    is_frozen : bool
    is_stable : bool
        The baseline claims no signal; where it does, the figures are those of a stable one with the same noise.
    uses_limits : bool
        The limit on the side of the shift can be crossed. False on run charts, and where it is cut at 0 or 100 %.
    centre, sigma, to, shift : float
        In the unit of the indicator (multiplied). sigma: standard deviation of a single point.
    shift_sd : float
        Size of the shift in sigma.
    denominator : float or None
        The denominator per point that sigma was taken at (p, u).
    months : int or None
        The shift is seen within so many points with probability `power`; None: not within 60.
    probability_within, by_chance : float
        Probability that it is seen within `within` points, and of a signal in the same time without any shift.
    smallest_shift, smallest_shift_sd : float or None
        The smallest shift seen within `within` points with probability `power`.
    denominator_needed : int or None
        The denominator per point at which this very shift would be (p, u).
    curve : DataFrame
        months, probability.
    reason : Words or None
        Why nothing can be said; the figures are then NaN or None.
    """

    chart: str
    profile: str
    n_baseline: int
    is_frozen: bool
    is_stable: bool
    uses_limits: bool
    centre: float
    sigma: float
    to: float
    shift: float
    shift_sd: float
    denominator: float | None
    power: float
    within: int
    months: int | None
    probability_within: float
    by_chance: float
    smallest_shift: float | None
    smallest_shift_sd: float | None
    denominator_needed: int | None
    curve: pd.DataFrame
    reason: Words | None
    unit: str = ""
    points_are: Words = MONTHS

    @property
    def words(self) -> Words:
        """How soon the shift is seen, in one sentence."""
        return Words(self._seen("da"), self._seen("en"))

    @property
    def words_of_smallest(self) -> Words:
        """The reverse question, in one sentence."""
        return Words(self._smallest("da"), self._smallest("en"))

    def _seen(self, language: str) -> str:
        if self.reason is not None:
            return _NOTHING.say(language, reason=self.reason.say(language))
        if self.shift == 0:
            return _NO_SHIFT.say(language)
        months = self.months
        words = _SEEN if months is not None else _NOT_SEEN
        if months == 1:
            words = _SEEN_AT_ONCE
        return words.say(
            language,
            centre=self._number(self.centre, language),
            to=self._number(self.to, language),
            months=months if months is not None else len(self.curve),
            points=self.points_are.say(language),
            percent=f"{100 * self.power:.0f}",
        )

    def _smallest(self, language: str) -> str:
        if self.reason is not None:
            return _NOTHING.say(language, reason=self.reason.say(language))
        words = _SMALLEST if self.smallest_shift is not None else _NO_SMALLEST
        return words.say(
            language,
            shift=self._number(self.smallest_shift or 0.0, language),
            within=self.within,
            points=self.points_are.say(language),
            percent=f"{100 * self.power:.0f}",
        )

    def _number(self, value: float, language: str) -> str:
        """As many decimals as a tenth of sigma needs."""
        digits = max(0, -floor(log10(self.sigma / 3))) if self.sigma > 0 else 1
        text = f"{value:.{min(max(digits, 1 if self.sigma < 30 else 0), 6)}f}"
        return (text.replace(".", ",") if language == "da" else text) + self.unit


_SEEN = Words(
    "Et skift fra {centre} til {to} ses inden for ca. {months} {points} med {percent} % sandsynlighed.",
    "A shift from {centre} to {to} is seen within about {months} {points} with {percent}% probability.",
)
_SEEN_AT_ONCE = Words(
    "Et skift fra {centre} til {to} ses på det første punkt med {percent} % sandsynlighed.",
    "A shift from {centre} to {to} is seen on the first point with {percent}% probability.",
)
_NOT_SEEN = Words(
    "Et skift fra {centre} til {to} ses ikke med {percent} % sandsynlighed inden for {months} {points}: det er for "
    "lille i forhold til variationen.",
    "A shift from {centre} to {to} is not seen with {percent}% probability within {months} {points}: it is too small "
    "beside the variation.",
)
_SMALLEST = Words(
    "Det mindste skift, der ses inden for {within} {points} med {percent} % sandsynlighed, er {shift}.",
    "The smallest shift seen within {within} {points} with {percent}% probability is {shift}.",
)
_NO_SMALLEST = Words(
    "Intet skift ses inden for {within} {points} med {percent} % sandsynlighed.",
    "No shift is seen within {within} {points} with {percent}% probability.",
)
_NOTHING = Words(
    "Det kan ikke siges, hvor hurtigt et skift ses: {reason}.", "How soon a shift shows cannot be said: {reason}."
)
_NO_SHIFT = Words("Der er intet skift at se.", "There is no shift to see.")


def detectability(
    result: SpcResult,
    *,
    to: float | None = None,
    shift: float | None = None,
    shift_sd: float | None = None,
    within: int = WITHIN,
    power: float = POWER,
    denominator: float | None = None,
    unit: str = "",
    points_are: Words = MONTHS,
) -> Detectability:
    """How soon the current phase of a chart would show a shift.

    Parameters
    ----------
    result : SpcResult
        Its last phase is the baseline; where that is frozen, its frozen part, and the lines stay.
    to, shift, shift_sd : float
        One of them: the new level, or the signed change, in the unit of the indicator; or its size in sigma.
    within, power : int, float
        The reverse question: the smallest shift seen within so many points with this probability.
    denominator : float, optional
        Expected denominator per point on p and u charts (default: that of the last 12 points with a value, averaged as
        the variance asks, by 1 / denominator).
    unit : str
        Written behind numbers: " %".
    points_are : Words
        What a point is, in the plural.

    Returns
    -------
    Detectability

    Raises
    ------
    InputError
        shift_not_given (none or several of the three), chart_without_table, profile_without_table,
        power_out_of_range, within_out_of_range, denominator_not_positive, level_out_of_range.

    Notes
    -----
    sigma is that of the chart: (upper - centre) / 3 from moving ranges (i, pp, up at their last 12 points; a run chart
    is measured as an i chart would be), sqrt(centre (1 - centre) / denominator) for p, sqrt(centre / denominator) for
    u, sqrt(centre) for c. The noise after the shift is taken to be that before it; a share that falls from 30 to 10 %
    varies less and is seen a little sooner. Where the limit on the side of the shift is cut at 0 or 100 % the figures
    are those of a run chart: no point can cross it. Autocorrelation and season make all of it slower.

    References
    ----------
    Anhøj & Olesen, Run charts revisited, PLoS ONE 2014; Anhøj, Diagnostic value of run chart analysis, PLoS ONE 2015.

    Examples
    --------
    >>> frame = pd.DataFrame({"period": range(1, 6), "numerator": [4, 5, 6, 5, 4]})
    >>> detectability(spc.analyse(frame, chart="c"), to=9).words.en
    'How soon a shift shows cannot be said: 5 of 10 needed.'
    """
    points = result.points[result.points["phase"] == result.points["phase"].iloc[-1]]
    y = points["y"].to_numpy(dtype=np.float64)
    feeds = (points["in_baseline"] & points["included"]).to_numpy(dtype=bool)
    is_frozen = not bool(points["in_baseline"].all())
    centre = float(points["centre"].iloc[-1])
    multiply = result.multiply
    n_baseline = int((feeds & ~np.isnan(y)).sum())
    size: float | None = None
    if SPREADS.get(result.chart.code) == "counted":
        size = denominator
        if size is None and result.has_denominator:
            known = points["n"].to_numpy(dtype=np.float64)[~np.isnan(y)][-_RECENT:]
            size = float(1 / np.mean(1 / known)) if len(known) else None
        sigma = _counted_sigma(result.chart.code, centre / multiply, size) * multiply
    else:
        sigma = _measured_sigma(result, points, feeds)
    last = result.phases.iloc[-1]
    return detectability_of(
        result.chart.code,
        n_baseline,
        centre=centre,
        sigma=sigma,
        to=to,
        shift=shift,
        shift_sd=shift_sd,
        within=within,
        power=power,
        denominator=size,
        is_frozen=is_frozen,
        profile=result.profile.code,
        multiply=multiply,
        is_stable=not any(signal.phase == int(last["phase"]) for signal in result.signals),
        unit=unit,
        points_are=points_are,
    )


def detectability_of(
    chart: str,
    n_baseline: int,
    *,
    centre: float,
    sigma: float | None = None,
    to: float | None = None,
    shift: float | None = None,
    shift_sd: float | None = None,
    within: int = WITHIN,
    power: float = POWER,
    denominator: float | None = None,
    is_frozen: bool = False,
    profile: str = "anhoej",
    multiply: float = 1,
    is_stable: bool = True,
    unit: str = "",
    points_are: Words = MONTHS,
) -> Detectability:
    """The same from baseline figures, before a chart exists.

    centre, sigma, to and shift are in the unit of the indicator. On p, u and c charts sigma may be left out: it follows
    from `centre` and `denominator`. The other arguments are those of `detectability`.

    Examples
    --------
    >>> found = detectability_of("p", 24, centre=20, to=12, denominator=80, multiply=100, unit="%")
    >>> round(found.shift_sd, 2), found.denominator_needed > 80
    (1.79, False)
    >>> found.words_of_smallest.en
    'The smallest shift seen within 12 months with 80% probability is 7.4%.'
    """
    _check(power, within)
    record = chart_of(chart)
    if denominator is not None and not (np.isfinite(denominator) and denominator > 0):
        raise InputError(
            "denominator_not_positive", Words("nævneren skal være over 0", "the denominator must be above 0")
        )
    if sigma is None:
        if SPREADS.get(record.code) != "counted":
            raise InputError(
                "sigma_not_given",
                Words(f"{record.name.da} kræver sigma.", f"A {record.name.en} needs sigma to be given."),
            )
        sigma = _counted_sigma(record.code, centre / multiply, denominator) * multiply
    shift, shift_in_sd = _one_of(to, shift, shift_sd, centre, sigma)
    highest = multiply if record.kind is ValueKind.PROPORTION else np.inf
    lowest = 0.0 if record.is_not_negative else -np.inf
    if not lowest <= centre + shift <= highest and shift_sd is None and np.isfinite(centre):
        raise InputError(
            "level_out_of_range",
            Words(f"{centre + shift:g} er ikke en mulig værdi.", f"{centre + shift:g} is not a possible value."),
        )
    spread = SPREADS.get(record.code)
    if spread == "counted":
        limit = centre + (3 if shift > 0 else -3) * sigma
        if not lowest <= limit <= highest:
            spread = "none"
    reason = None
    if n_baseline < MINIMUM_USEFUL:
        reason = _too_short(n_baseline)
    elif not sigma > 0:
        reason = Words("ingen variation", "no variation")
    # Even where nothing can be said, an unknown chart or profile is an error of the call.
    curves = _curves(record.code, profile, is_frozen, max(n_baseline, MINIMUM_USEFUL), spread)
    seen = _at(curves, shift_in_sd) if reason is None else np.full(curves.seen.shape[2], np.nan)
    smallest = _smallest(curves, within, power) if reason is None else None
    needed = None
    if smallest and shift and denominator is not None and record.code in ("p", "u"):
        share = centre / multiply
        variance = share * (1 - share) if record.kind is ValueKind.PROPORTION else share
        needed = ceil(variance / (abs(shift) / multiply / smallest) ** 2)
    return Detectability(
        chart=record.code,
        profile=profile,
        n_baseline=n_baseline,
        is_frozen=is_frozen,
        is_stable=is_stable,
        uses_limits=spread != "none",
        centre=centre,
        sigma=sigma,
        to=centre + shift,
        shift=shift,
        shift_sd=abs(shift_in_sd),
        denominator=denominator,
        power=power,
        within=within,
        months=_first(seen, power) if reason is None and shift_in_sd else None,
        probability_within=float(seen[within - 1]),
        by_chance=float(_at(curves, 0.0)[within - 1]) if reason is None else float("nan"),
        smallest_shift=None if smallest is None else smallest * sigma,
        smallest_shift_sd=smallest,
        denominator_needed=needed,
        curve=pd.DataFrame({"months": np.arange(1, len(seen) + 1), "probability": seen}),
        reason=reason,
        unit=unit,
        points_are=points_are,
    )


def _one_of(
    to: float | None, shift: float | None, shift_sd: float | None, centre: float, sigma: float
) -> tuple[float, float]:
    given = [each for each in (to, shift, shift_sd) if each is not None]
    if len(given) != 1 or not np.isfinite(given[0]):
        raise InputError(
            "shift_not_given",
            Words("Giv netop ét af to, shift og shift_sd.", "Give exactly one of to, shift and shift_sd."),
        )
    if shift_sd is not None:
        return shift_sd * sigma, shift_sd
    change = shift if shift is not None else given[0] - centre
    return change, change / sigma if sigma > 0 else 0.0


def _counted_sigma(chart: str, centre: float, denominator: float | None) -> float:
    """Exact standard deviation of a point on a p, u or c chart, before multiplication."""
    if not np.isfinite(centre):
        return float("nan")
    record = chart_of(chart)
    if record.needs_denominator and denominator is None:
        raise InputError("no_denominator", record.words_of_missing_denominator)
    spread = centre * (1 - centre) if record.kind is ValueKind.PROPORTION else centre
    return sqrt(max(spread, 0.0) / (denominator if record.needs_denominator and denominator else 1.0))


def _measured_sigma(result: SpcResult, points: pd.DataFrame, feeds: Bools) -> float:
    """From the chart's own limits at its last points; a run chart is measured as an I chart of the same points."""
    if result.chart.has_limits:
        known = sigma_of(result, np.ones(len(result.points), dtype=bool))[0][-len(points) :]
        known = known[~np.isnan(known)][-_RECENT:]
    else:
        is_missing = points["y"].isna().to_numpy()
        frame = pd.DataFrame({"period": np.arange(len(points)), "numerator": points["y"].to_numpy()})
        if not (feeds & ~is_missing).any():
            return 0.0
        single = spc.analyse(
            frame[feeds | is_missing], chart="i", n=None, screen_moving_ranges=result.screen_moving_ranges
        )
        known = sigma_of(single, np.ones(len(single.points), dtype=bool))[0]
        known = known[~np.isnan(known)]
    return float(np.sqrt(np.mean(known**2))) if len(known) else 0.0
