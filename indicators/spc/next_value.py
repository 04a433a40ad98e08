"""What next month's value would have to be to become a signal, above and below."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor, log10

import numpy as np
import pandas as pd

from indicators import spc
from indicators.spc.charts import ChartRecord, ValueKind
from indicators.spc.errors import InputError
from indicators.spc.ragged import Bools, Floats
from indicators.spc.result import SpcResult
from indicators.spc.rules import RULES, Rule
from indicators.words import Words

N_CANDIDATES = 129
"""Values tried at once."""

_COUNTED_TO = 400
"""Counts up to this many are all tried; above, only near the places where the answer changes."""

_REACH = 4.0
"""How far values are tried beyond centre and limits, in widths from limit to limit or spreads of the data."""

_PRECISION = 2e-6
"""Share of the range to which a limit between values that are no counts is found."""

DENOMINATOR_OF = 12
"""The expected denominator is the median of this many latest ones."""


class NoNextValue(StrEnum):
    """Why no next value, or none that can be told, would be a signal."""

    NONE = ""
    TOO_FEW = "too_few"
    NO_ORDER = "no_order"
    NO_VARIATION = "no_variation"
    NOT_POSSIBLE = "not_possible"
    NOT_REBUILT = "not_rebuilt"


_REASONS: dict[NoNextValue, Words] = {
    NoNextValue.TOO_FEW: Words(
        "Med det næste punkt er der kun {n} brugbare punkter; {needed} skal der til, før noget er et signal.",
        "With the next point there are only {n} useful points; {needed} are needed before anything is a signal.",
    ),
    NoNextValue.NO_ORDER: Words(
        "Punkterne har ingen rækkefølge i tid, så der er intet næste punkt.",
        "The points have no order in time, so there is no next point.",
    ),
    NoNextValue.NO_VARIATION: Words(
        "Der er ingen variation at måle det næste punkt mod.",
        "There is no variation to measure the next point against.",
    ),
    NoNextValue.NOT_POSSIBLE: Words(
        "Ingen mulig værdi er et signal: grænserne kan ikke overskrides, og det næste punkt fuldender ikke et mønster.",
        "No possible value is a signal: the limits cannot be passed, and the next point completes no pattern.",
    ),
    NoNextValue.NOT_REBUILT: Words(
        "Diagrammet kan ikke regnes efter ud fra sine punkter alene.",
        "The chart cannot be worked out again from its points alone.",
    ),
}
_SHORT_RUN = Words(
    " Den sidste serie er {run} lang; med det næste punkt bliver den højst {next}, og {needed} er et signal.",
    " The latest run is {run} long; with the next point it is {next} at most, and {needed} is a signal.",
)


@dataclass(frozen=True, slots=True)
class Region:
    """Next values that are a signal: from `low` to `high`, ends included, in units of the chart.

    None for an end: as far as a value can go. `low_numerator` and `high_numerator` are the counts where the chart
    counts. `rule` fires at the end nearest the centre.
    """

    low: float | None
    high: float | None
    low_numerator: int | None
    high_numerator: int | None
    rule: Rule


@dataclass(frozen=True, slots=True)
class NextValue:
    """What the next value would have to be to become a signal.

    Attributes
    ----------
    above, below : Region or None
        Every value from `above.low` upward, and from `below.high` downward, is a signal. None: there is no such value.
        The same region in both: any value is.
    regions : tuple of Region
        All signals, lowest first; besides above and below there may be one in the middle.
    denominator : float or None
        The denominator that is expected.
    is_count : bool
        Whether the ends are the exact counts; else they are found to 2e-6 of the range that was tried, a little inside
        the region.
    reason : NoNextValue
        Why there is no region; NONE when there is.
    period : Words
        The name of the next point: "april".
    n_useful, needed : int
        Useful points including the next one, and how many it takes before anything is a signal.
    run, run_needed : int
        Length of the run the chart ends with, and the length from which a run is a signal with the next point; 0 where
        the profile asks no such thing.
    """

    above: Region | None
    below: Region | None
    regions: tuple[Region, ...]
    denominator: float | None
    is_count: bool
    reason: NoNextValue
    period: Words
    n_useful: int
    needed: int
    run: int
    run_needed: int

    def say(self, language: str, *, unit_of_measure: str = "", digits: int | None = None) -> str:
        """The sentence, or the reason why there is none.

        Parameters
        ----------
        language : {"da", "en"}
        unit_of_measure : str
            Put after the value: "%" or "days".
        digits : int
            Decimals of the value; None: as many as the distance between the regions asks for. Values are rounded so
            that what is said stays true.
        """
        if self.reason is not NoNextValue.NONE:
            sentence = _REASONS[self.reason].say(language, n=self.n_useful, needed=self.needed)
            if self.reason is NoNextValue.NOT_POSSIBLE and self.run_needed > self.run + 1:
                sentence += _SHORT_RUN.say(language, run=self.run, next=self.run + 1, needed=self.run_needed)
            return sentence
        period = self.period.say(language)
        if self.above is not None and self.above is self.below:
            return _ANY.say(language, period=period, Period=_capital(period), rule=_rule(self.above, language))
        places = self._digits() if digits is None else digits
        parts = []
        for region, is_above in ((self.above, True), (self.below, False)):
            if region is None:
                continue
            end, count = (region.low, region.low_numerator) if is_above else (region.high, region.high_numerator)
            assert end is not None
            value = _number(end, places, language, up=is_above, is_exact=self.is_count)
            value = _with_unit(value, unit_of_measure, language)
            words = (_COUNT_ABOVE if is_above else _COUNT_BELOW) if self.is_count else (_ABOVE if is_above else _BELOW)
            parts.append(
                words.say(
                    language,
                    period=period,
                    value=value,
                    count=self._fraction(count, language),
                    rule=_rule(region, language),
                )
            )
        if not parts:
            return _BETWEEN.say(language, period=period, Period=_capital(period), rule=_rule(self.regions[0], language))
        return " ".join(parts)

    def _fraction(self, count: int | None, language: str) -> str:
        if count is None or self.denominator is None:
            return ""
        of = _number(self.denominator, 0, language, up=True, is_exact=True)
        return _OF.say(language, count=_number(count, 0, language, up=True, is_exact=True), of=of)

    def _digits(self) -> int:
        ends = [
            end for region in self.regions for end in (region.low, region.high) if end is not None and np.isfinite(end)
        ]
        if self.is_count and self.denominator is None:
            return 0
        size = max(abs(end) for end in ends)
        return 1 if size == 0 else int(np.clip(2 - floor(log10(size)), 0, 6))


_ANY = Words(
    "Hvad {period} end bliver, er det et signal ({rule}).", "Whatever {period} becomes, it is a signal ({rule})."
)
_BETWEEN = Words(
    "{Period} kan blive et signal ({rule}), men ikke ved at ligge særlig højt eller lavt.",
    "{Period} can become a signal ({rule}), but not by lying particularly high or low.",
)
_COUNT_ABOVE = Words(
    "Ligger {period} på {value}{count} eller derover, er det et signal ({rule}).",
    "If {period} is {value}{count} or above, it is a signal ({rule}).",
)
_COUNT_BELOW = Words(
    "Ligger {period} på {value}{count} eller derunder, er det et signal ({rule}).",
    "If {period} is {value}{count} or below, it is a signal ({rule}).",
)
_ABOVE = Words(
    "Ligger {period} over {value}, er det et signal ({rule}).",
    "If {period} is above {value}, it is a signal ({rule}).",
)
_BELOW = Words(
    "Ligger {period} under {value}, er det et signal ({rule}).",
    "If {period} is below {value}, it is a signal ({rule}).",
)
_OF = Words(" ({count} af {of})", " ({count} of {of})")
_NEXT = Words("det næste punkt", "the next point")
_MONTHS = (
    Words("januar", "January"),
    Words("februar", "February"),
    Words("marts", "March"),
    Words("april", "April"),
    Words("maj", "May"),
    Words("juni", "June"),
    Words("juli", "July"),
    Words("august", "August"),
    Words("september", "September"),
    Words("oktober", "October"),
    Words("november", "November"),
    Words("december", "December"),
)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _rule(region: Region, language: str) -> str:
    return RULES[region.rule].name.say(language)


def _number(value: float, digits: int, language: str, *, up: bool, is_exact: bool) -> str:
    """Rounded outward, so that what is said to be a signal is one; counts have their own exact value."""
    if not is_exact:
        step = 10.0**digits
        value = (ceil(value * step - 1e-9) if up else floor(value * step + 1e-9)) / step
    text = f"{value:,.{digits}f}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def _with_unit(value: str, unit_of_measure: str, language: str) -> str:
    if not unit_of_measure:
        return value
    return f"{value}%" if unit_of_measure == "%" and language == "en" else f"{value} {unit_of_measure}"


@dataclass(frozen=True, slots=True)
class _Chart:
    """The current phase, ready to be continued: raw values or numerators, before multiplication."""

    result: SpcResult
    record: ChartRecord
    y: Floats
    n: Floats | None
    freeze: int | None
    centre: float | None
    non_negative: bool
    denominator: float | None

    @property
    def divisor(self) -> float:
        return 1.0 if self.denominator is None else self.denominator

    def analysed(self, candidates: Floats) -> pd.DataFrame:
        """One row per candidate, and first the chart as it stands."""
        n_points, n_series = len(self.y), len(candidates) + 1
        y = np.empty((n_series, n_points + 1))
        y[:, :-1], y[1:, -1] = self.y, candidates
        there = np.ones(y.shape, dtype=bool)
        there[0, -1] = False
        frame = pd.DataFrame(
            {
                "candidate": np.repeat(np.arange(n_series), n_points + 1),
                "x": np.tile(np.arange(n_points + 1), n_series),
                "y": y.ravel(),
            }
        )
        if self.n is not None:
            n = np.empty(y.shape)
            n[:, :-1], n[:, -1] = self.n, self.denominator
            frame["n"] = n.ravel()
        return spc.analyse_many(
            frame[there.ravel()],
            by=["candidate"],
            chart=self.record.code,
            x="x",
            y="y",
            n=None if self.n is None else "n",
            profile=self.result.profile,
            method=self.result.method,
            freeze=self.freeze,
            centre=self.centre,
            screen_moving_ranges=self.result.screen_moving_ranges,
            non_negative=self.non_negative,
        )


def next_value(
    result: SpcResult,
    *,
    denominator: float | None = None,
    period: Words | None = None,
    centre: float | None = None,
    non_negative: bool = False,
) -> NextValue:
    """What the next value would have to be to become a signal under the chart's own profile.

    Parameters
    ----------
    result : SpcResult
        A chart of `spc.analyse`. Its current phase is continued by one point, with its freeze and exclusions.
    denominator : float
        The expected denominator of the next point; None: the median of the last 12, whole where all of them are.
    period : Words
        What the next point is called; None: the next month's name where the points are months, else "the next point".
    centre, non_negative
        As they were given to `spc.analyse`; the result does not hold them.

    Returns
    -------
    NextValue

    Raises
    ------
    InputError
        A denominator not above 0.

    Notes
    -----
    Every candidate is a whole chart: the current phase and the candidate go through `spc.analyse_many`, so that it
    moves centre and limits as it will when it comes (where nothing is frozen), and every rule of the profile is asked.
    A candidate is a signal when a claimed signal includes it, or when it makes crossings too few that were not before.
    Charts that count are answered exactly: up to 400 counts are all tried, above only those around each change. Other
    values are tried on a grid that is narrowed down to 2e-6 of its range, which ends 4 widths beyond limits and data.
    Any signal counts, as it does on the chart itself: chance alone gives one now and then.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "period": pd.date_range("2024-04-01", periods=12, freq="MS"),
    ...     "numerator": [31, 28, 35, 30, 33, 29, 36, 30, 32, 34, 27, 33], "denominator": 50,
    ... })
    >>> answer = next_value(spc.analyse(frame, chart="p", multiply=100))
    >>> print(answer.say("en", unit_of_measure="%")[:75])
    If April is 86.0% (43 of 50) or above, it is a signal (outside the limits).
    >>> answer.above.low_numerator, answer.below.high_numerator
    (43, 20)
    """
    if denominator is not None and not (denominator > 0 and np.isfinite(denominator)):
        raise InputError(
            "zero_denominator",
            Words(
                f"denominator = {denominator}: den ventede nævner skal være over 0.",
                f"denominator = {denominator}: the expected denominator must be above 0.",
            ),
        )
    name = period or _next_period(result.points["x"])
    chart = _chart(result, denominator, centre, non_negative)
    if chart is None:
        return _none(NoNextValue.NOT_REBUILT, result, name, denominator)
    is_count = _is_count(chart)
    tried = _Tried(chart, is_count)
    now = tried.now
    if tried.reason is not NoNextValue.NONE:
        return _none(tried.reason, result, name, chart.denominator)
    if not _agrees(now, result):
        return _none(NoNextValue.NOT_REBUILT, result, name, chart.denominator)
    tried.narrow_down()
    regions = tried.regions()
    above = next((region for region in regions if region.high is None), None)
    below = next((region for region in regions if region.low is None), None)
    some = tried.rows.iloc[len(tried.rows) // 2]
    n_useful, needed = int(tried.rows["n_useful"].max()), result.profile.minimum_useful
    reason = NoNextValue.NONE
    if not regions:
        claimed = tried.rows["is_claimed"].to_numpy().any()
        reason = (
            NoNextValue.TOO_FEW
            if n_useful < needed
            else NoNextValue.NOT_POSSIBLE
            if claimed
            else NoNextValue.NO_VARIATION
        )
    has_runs = result.profile.has_runs and not pd.isna(some["longest_run_max"])
    return NextValue(
        above=above,
        below=below,
        regions=regions,
        denominator=chart.denominator,
        is_count=is_count,
        reason=reason,
        period=name,
        n_useful=n_useful,
        needed=needed,
        run=_last_run(result) if has_runs else 0,
        run_needed=int(some["longest_run_max"]) + 1 if has_runs else 0,
    )


def _none(reason: NoNextValue, result: SpcResult, period: Words, denominator: float | None) -> NextValue:
    return NextValue(
        above=None,
        below=None,
        regions=(),
        denominator=denominator,
        is_count=False,
        reason=reason,
        period=period,
        n_useful=int(result.phases["n_useful"].iloc[-1]),
        needed=result.profile.minimum_useful,
        run=0,
        run_needed=0,
    )


def _chart(result: SpcResult, denominator: float | None, centre: float | None, non_negative: bool) -> _Chart | None:
    """The current phase as raw figures; None where the points alone do not hold them."""
    record = result.chart
    if record.value is not None or record.aggregate == "sd":
        return None  # a moving range or a standard deviation is not what the next month delivers
    points = result.points
    current = points["phase"].to_numpy() == points["phase"].iloc[-1]
    points = points[current & points["included"].to_numpy()]
    y = points["y"].to_numpy(dtype=np.float64) / result.multiply
    in_baseline = points["in_baseline"].to_numpy()
    freeze = None if in_baseline.all() else int(in_baseline.sum())
    n = points["n"].to_numpy(dtype=np.float64) if result.has_denominator else None
    expected = denominator
    if n is not None:
        if expected is None:
            latest = n[~np.isnan(n)][-DENOMINATOR_OF:]
            if not len(latest):
                return None
            expected = float(np.median(latest))
            if (latest == np.round(latest)).all():
                expected = float(max(1, round(expected)))
        y = y * n
        whole = np.round(y)
        # A ratio times its denominator misses the count by rounding only.
        y = np.where(np.abs(y - whole) <= 1e-9 * np.maximum(1.0, np.abs(y)), whole, y)
        if record.kind is ValueKind.PROPORTION:
            y = np.minimum(y, n)
    else:
        expected = None
    return _Chart(result, record, y, n, freeze, centre, non_negative, expected)


def _is_count(chart: _Chart) -> bool:
    if chart.record.kind not in (ValueKind.PROPORTION, ValueKind.RATE, ValueKind.COUNT):
        return False
    known = chart.y[~np.isnan(chart.y)]
    if chart.record.kind is ValueKind.PROPORTION and chart.denominator != round(chart.divisor):
        return False
    return bool((known == np.round(known)).all())


def _agrees(now: pd.Series, result: SpcResult) -> bool:
    """Whether the chart that was rebuilt is the chart that was given."""
    then = result.phases.iloc[-1]
    for column in ("centre", "lower", "upper"):
        a, b = float(now[column]) * result.multiply, float(then[column])
        if np.isnan(a) != np.isnan(b) or abs(a - b) > 1e-9 * max(1e-300, abs(a), abs(b), abs(then["upper"])):
            return False
    return bool(now["n_useful"] == then["n_useful"])


class _Tried:
    """Candidates that were tried so far, in order, and what each gave. Built once per question and then thrown away."""

    def __init__(self, chart: _Chart, is_count: bool) -> None:
        self.chart, self.is_count = chart, is_count
        self.reason = NoNextValue.NONE
        self.now = pd.Series(dtype=object)
        known = chart.y[~np.isnan(chart.y)]
        if chart.result.phases["reason_code"].iloc[-1] == "no_order":
            self.reason = NoNextValue.NO_ORDER
            return
        if not len(known):
            self.reason = NoNextValue.TOO_FEW
            return
        self.lowest, self.highest = self._range(known)
        self.candidates = self._spread()
        self.rows = pd.DataFrame()
        self._try(self.candidates)

    def _range(self, known: Floats) -> tuple[float, float]:
        """In units of the numerator."""
        chart, result = self.chart, self.chart.result
        values = known if chart.n is None else known / chart.n[~np.isnan(chart.y)]
        row = result.phases.iloc[-1]
        lines = [float(row[name]) / result.multiply for name in ("centre", "lower", "upper")]
        lines = [line for line in lines if np.isfinite(line)]
        low, high = min([*values, *lines]), max([*values, *lines])
        width = max(
            high - low, 1e-9 * max(abs(low), abs(high)), 3.0 * np.sqrt(abs(high) / chart.divisor) * self.is_count
        )
        low, high = (low - _REACH * width) * chart.divisor, (high + _REACH * width) * chart.divisor
        if self.is_count:
            low, high = floor(low), ceil(high) + 1
        if chart.record.is_not_negative or chart.record.kind is ValueKind.TIME:
            low = max(low, 0.0)
        if chart.record.kind is ValueKind.PROPORTION:
            high = min(high, chart.divisor)
        if chart.record.kind is ValueKind.TIME:
            low = max(low, 1e-6 * high)
        return float(low), float(max(low, high))

    def _spread(self) -> Floats:
        if not self.is_count:
            return np.linspace(self.lowest, self.highest, N_CANDIDATES)
        n = int(self.highest - self.lowest) + 1
        if n <= N_CANDIDATES:
            return np.arange(self.lowest, self.highest + 1)
        return np.unique(np.round(np.linspace(self.lowest, self.highest, N_CANDIDATES)))

    def _try(self, candidates: Floats) -> None:
        found = self.chart.analysed(candidates)
        self.now = found.iloc[0]
        found = found.iloc[1:].assign(value=candidates)
        self.rows = pd.concat([self.rows, found]).sort_values("value", ignore_index=True) if len(self.rows) else found
        self.candidates = self.rows["value"].to_numpy(dtype=np.float64)

    def _rules(self) -> list[str]:
        """The rule that makes each candidate a signal; "" for none."""
        had_few = Rule.FEW_CROSSINGS.value in str(self.now["rules"]).split(";")
        few = self.rows["rules"].str.contains(Rule.FEW_CROSSINGS.value, regex=False).to_numpy() & (not had_few)
        at_last = self.rows["last_rule"].to_numpy(dtype=object)
        claimed = self.rows["is_claimed"].to_numpy(dtype=bool)
        return [
            (str(rule) or (Rule.FEW_CROSSINGS.value if by_crossings else "")) if is_claimed else ""
            for rule, by_crossings, is_claimed in zip(at_last, few, claimed, strict=True)
        ]

    def narrow_down(self) -> None:
        """Try more values wherever two neighbours differ, until counts touch or values are as near as needed."""
        while True:
            between = self._between()
            if not len(between):
                return
            self._try(between)

    def _between(self) -> Floats:
        low, high = self.candidates[:-1], self.candidates[1:]
        changes = np.flatnonzero(self._changes())
        if self.is_count:
            if self.highest - self.lowest < _COUNTED_TO:
                every = np.arange(self.lowest, self.highest + 1)
                return np.setdiff1d(every, self.candidates)
            inner = [
                np.round(np.linspace(low[place], high[place], max(3, N_CANDIDATES // max(1, len(changes)))))
                for place in changes.tolist()
                if high[place] - low[place] > 1
            ]
        else:
            wide = high - low > _PRECISION * (self.highest - self.lowest)
            changes = changes[wide[changes]]
            inner = [
                np.linspace(low[place], high[place], max(5, N_CANDIDATES // len(changes)))[1:-1]
                for place in changes.tolist()
            ]
        return np.setdiff1d(np.concatenate(inner), self.candidates) if inner else np.zeros(0)

    def _changes(self) -> Bools:
        is_signal = np.array([bool(rule) for rule in self._rules()])
        return np.asarray(is_signal[1:] != is_signal[:-1])

    def regions(self) -> tuple[Region, ...]:
        rules = self._rules()
        values, chart = self.candidates, self.chart
        scale = chart.result.multiply / chart.divisor
        centre = float(chart.result.phases["centre"].iloc[-1]) / scale
        found = []
        start = None
        for place, rule in enumerate([*rules, ""]):
            if rule and start is None:
                start = place
            if rule or start is None:
                continue
            low, high = float(values[start]), float(values[place - 1])
            nearest = start + int(np.abs(values[start:place] - centre).argmin())
            found.append(
                Region(
                    low=None if start == 0 else low * scale,
                    high=None if place == len(rules) else high * scale,
                    low_numerator=int(low) if self.is_count and start > 0 else None,
                    high_numerator=int(high) if self.is_count and place < len(rules) else None,
                    rule=Rule(rules[nearest]),
                )
            )
            start = None
        return tuple(found)


def _last_run(result: SpcResult) -> int:
    """Length of the run the current phase ends with."""
    points = result.points
    points = points[(points["phase"] == points["phase"].iloc[-1]) & points["included"] & points["y"].notna()]
    distance = (points["y"] - points["centre"]).to_numpy(dtype=np.float64)
    tolerance = result.profile.tie_tolerance * np.abs(distance).max(initial=0.0)
    side = np.sign(distance[np.abs(distance) > tolerance])
    if not len(side):
        return 0
    changes = np.flatnonzero(side[1:] != side[:-1])
    return int(len(side) - (changes[-1] + 1 if len(changes) else 0))


def _next_period(x: pd.Series) -> Words:
    """The name of the next month where the points are months; else "the next point"."""
    if x.dtype.kind != "M" or len(x) < 2:
        return _NEXT
    days = x.diff().dt.days.dropna()
    if not (x.dt.day == 1).all() or not 28 <= float(days.median()) <= 31:
        return _NEXT
    return _MONTHS[(x.iloc[-1] + pd.DateOffset(months=1)).month - 1]
