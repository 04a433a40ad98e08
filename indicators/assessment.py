"""From observations to what a reader is told: the one computation behind chart, matrix, table, mail and API."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from indicators import periods, spc
from indicators.definition import Direction, IndicatorDefinition, PeriodKind, Target
from indicators.drawn import is_of_several
from indicators.spc import Reading, Reason, Rule
from indicators.spc.charts import chart_of
from indicators.spc.judgement import (
    COUNTED_PERIODS,
    ENOUGH_POINTS,
    Assurance,
    Claim,
    Variation,
    assurance,
    claims,
    leading,
    variation_of,
)
from indicators.spc.ragged import Bools, Floats
from indicators.spc.result import SpcResult


@dataclass(frozen=True, slots=True)
class SeriesPhase:
    """A stretch of the series with its own centre and limits. `is_break`: levels before and after do not compare."""

    starts_on: date
    name: str = ""
    freeze_until: date | None = None
    is_break: bool = False
    reason: str = ""
    author: str = ""
    created_on: date | None = None


@dataclass(frozen=True, slots=True)
class Latest:
    """The last closed period with a value. Value is in the indicator's unit of measure (72.0 = 72 %)."""

    period: date
    value: float
    numerator: float | None
    denominator: float | None


@dataclass(frozen=True)
class Assessment:
    """What is said about one series, as data; every view and every sentence reads this and nothing else.

    `points` is `result.points` plus the columns period (date), numerator, denominator, is_open (unfinished period,
    outside signals), is_missing (an expected period without data), is_excluded, mark (a `Variation` value for points
    that carry a signal, else ""). Rows are consecutive calendar periods. All values are in the indicator's unit of
    measure. Open and excluded points are not `included`: they feed no line and carry no signal.

    `variation`, `rule`, `rising`, the runs figures, `n_points`, `n_useful`, `n_outside_limits`, `centre`, `lower` and
    `upper` are those of the current (last) phase; `n_points` counts its closed values, `lower` and `upper` belong to
    its last point with limits. `rising` tells which way the signal points (None when there is none). `signal_points`
    are the rows of `points`, counted from 0, of the signal that leads; `mark` also shows the phase's other signals and
    points outside the limits of earlier phases.

    `target` is the one in force in the latest closed period with a value. `met` of `counted` closed periods within
    the last twelve met the target that held then. `assurance` compares the target with the limits of the current
    phase, or, where the chart has none, counts (`assurance_is_counted`).
    """

    definition: IndicatorDefinition
    result: SpcResult | None
    columns: Mapping[str, np.ndarray]  # those of `points`: a board of states needs no frames
    variation: Variation
    rising: bool | None
    rule: str | None  # code of the leading rule: "long_run", "few_crossings", "outside_limits"
    signal_points: tuple[int, ...]
    assurance: Assurance
    assurance_is_counted: bool
    met: int | None
    counted: int | None
    target: Target | None
    latest: Latest | None
    n_points: int
    n_useful: int
    longest_run: int | None
    longest_run_max: int | None
    n_crossings: int | None
    n_crossings_min: int | None
    n_outside_limits: int
    centre: float | None
    lower: float | None
    upper: float | None
    phases: tuple[SeriesPhase, ...]
    is_constant: bool
    reason: str | None  # code for why nothing can be said: "too_few", "no_variation", "no_data", None

    @cached_property
    def points(self) -> pd.DataFrame:
        """One row per period of the calendar."""
        return pd.DataFrame(dict(self.columns))


def assess(
    definition: IndicatorDefinition,
    observations: pd.DataFrame,
    *,
    phases: Sequence[SeriesPhase] = (),
    exclusions: Sequence[date] = (),
    targets: Sequence[Target] = (),
    expected_from: date | None = None,
    expected_to: date | None = None,
) -> Assessment:
    """Say what one series shows.

    Parameters
    ----------
    definition : IndicatorDefinition
        Decides chart, profile, direction, multiplication, calendar and how many of the latest periods are still open.
    observations : DataFrame
        One row per period: period_start (date), numerator, denominator, value, sd; others are ignored. Without a
        denominator in the definition `value` is read, or the numerator where value is empty. A chart of subgroups
        (xbar, s) reads the mean (value, or numerator over denominator), the number of measurements (denominator) and
        their standard deviation in the unit of measure (sd); a period that lacks one of them is missing.
    phases : sequence of SeriesPhase
        Phases after the first, and a freeze of the first (starts_on = its first period).
    exclusions : sequence of date
        Periods that are drawn but left out of the calculation.
    targets : sequence of Target
        Those that concern the unit, the most specific unit first. On each period the first unit with a target in force
        decides; of several of one unit the one that came into force last.
    expected_from, expected_to : date
        Where data were expected from and to; the calendar covers these and the data. A chart with one point per case
        (g, t) has the cases that were reported and no gaps.

    Returns
    -------
    Assessment

    Raises
    ------
    ValueError
        Two rows of one period, or figures the chart refuses (`spc.InputError`).

    Notes
    -----
    Variation is the state of the current phase (profile `anhoej`): a run longer than its limit, too few crossings, or a
    point outside 3 sigma. Of signals in both directions the one that reaches furthest towards the present leads; in one
    direction a long run leads a point outside the limits, and that leads few crossings. Below 10 useful observations
    nothing is claimed.

    Assurance on a control chart: the target is passed when it is met by the limit on its bad side at each of the last
    twelve points of the phase, failed when even the limit on its good side never meets it. With denominators that
    vary the limits do too; taking the worst of the latest points keeps one month with many cases from promising what
    the usual month cannot hold. On a run chart the closed periods among the last twelve are counted against the
    targets of their time. In a series without variation the value itself is compared, equal being met.

    Examples
    --------
    >>> from indicators.definition import Role, Scope, Verification
    >>> from indicators.words import Words
    >>> on_time = IndicatorDefinition(
    ...     code="on-time", version=1, scope=Scope.LOCAL, name=Words("Til tiden", "On time"), goal=None, decimals=1,
    ...     direction=Direction.UP, role=Role.PROCESS, chart="run", per=100, unit_of_measure=Words("%", "%"),
    ...     has_denominator=True, definition=Words("", ""), numerator=Words("", ""), denominator=Words("", ""),
    ...     verification=Verification.OWN,
    ... )
    >>> observations = pd.DataFrame({
    ...     "period_start": pd.date_range("2025-01-01", periods=24, freq="MS").date,
    ...     "numerator": [31, 29, 33, 30, 28, 32, 31, 29, 30, 33, 28, 31,
    ...                   42, 44, 41, 45, 43, 40, 44, 42, 46, 43, 41, 44],
    ...     "denominator": [50] * 24,
    ... })
    >>> said = assess(on_time, observations)
    >>> said.variation.value, said.rising, said.rule, said.longest_run, said.longest_run_max
    ('improvement', True, 'long_run', 12, 8)
    """
    asked = Asked(definition, observations, phases, exclusions, targets, expected_from, expected_to)
    return assess_many([asked])[0]


@dataclass(frozen=True)
class Asked:
    """One series to be assessed; the fields are the parameters of `assess`."""

    definition: IndicatorDefinition
    observations: pd.DataFrame
    phases: Sequence[SeriesPhase] = ()
    exclusions: Sequence[date] = ()
    targets: Sequence[Target] = ()
    expected_from: date | None = None
    expected_to: date | None = None


def assess_many(asked: Sequence[Asked]) -> list[Assessment]:
    """What each of many series shows: `assess` of each, with the charts of series that are alike computed together.

    Raises
    ------
    ValueError
        As `assess`, for one of the series; which one is not said.
    """
    tables = [_calendar(one.definition, one.observations, one.expected_from, one.expected_to) for one in asked]
    found = _analyse_all(asked, tables)
    return [_concluded(one, table, result) for one, table, result in zip(asked, tables, found, strict=True)]


def _concluded(asked: Asked, table: _Table, result: SpcResult | None) -> Assessment:
    definition, phases, exclusions, targets = asked.definition, asked.phases, asked.exclusions, asked.targets
    held = [_in_force(targets, day) for day in table.period] if targets else [None] * len(table.period)
    values = np.full(len(table.period), np.nan) if result is None else result.point_columns["y"]
    closed = np.flatnonzero(~table.is_open & ~np.isnan(values))
    latest_row = int(closed[-1]) if len(closed) else None
    target = held[-1 if latest_row is None else latest_row] if held else None
    found = [] if result is None else claims(result, result.profile.reading)
    columns = _columns(definition.direction, result, found, table, held, exclusions)
    met, counted = _count(values, table.is_open, held)
    common: dict[str, Any] = {
        "definition": definition,
        "result": result,
        "target": target,
        "latest": None if latest_row is None else _latest(table, values, latest_row),
        "met": met,
        "counted": counted,
        "phases": tuple(phases),
    }
    if result is None:
        return Assessment(columns=columns, **_NOTHING, **common)

    current = _current(result)
    n_points = int(current.n_values)
    is_constant = bool(current.is_constant) and n_points >= ENOUGH_POINTS
    lead = leading(found, result)
    assured, is_counted = _assurance(definition, result, target, met, counted)
    return Assessment(
        columns=columns,
        variation=variation_of(definition.direction, lead.is_above)
        if lead is not None
        else (Variation.COMMON if is_constant or current.is_claimed else Variation.FEW),
        rising=None if lead is None else lead.is_above,
        rule=None if lead is None else lead.rule.value,
        signal_points=() if lead is None else tuple(sorted(lead.rows)),
        assurance=assured,
        assurance_is_counted=is_counted,
        n_points=n_points,
        n_useful=int(current.n_useful),
        longest_run=_whole(current.longest_run),
        longest_run_max=_whole(current.longest_run_max),
        n_crossings=_whole(current.n_crossings),
        n_crossings_min=_whole(current.n_crossings_min),
        n_outside_limits=int(current.n_outside_limits),
        centre=_number(current.centre),
        lower=_number(current.lower),
        upper=_number(current.upper),
        is_constant=is_constant,
        reason=_reason(current, is_constant),
        **common,
    )


_NOTHING: dict[str, Any] = {
    "variation": Variation.MISSING,
    "rising": None,
    "rule": None,
    "signal_points": (),
    "assurance": Assurance.NONE,
    "assurance_is_counted": False,
    "n_points": 0,
    "n_useful": 0,
    "longest_run": None,
    "longest_run_max": None,
    "n_crossings": None,
    "n_crossings_min": None,
    "n_outside_limits": 0,
    "centre": None,
    "lower": None,
    "upper": None,
    "is_constant": False,
    "reason": Reason.NO_DATA.value,
}


# ------------------------------------------------------------------------------------------------------ the calendar


@dataclass(frozen=True, slots=True)
class _Table:
    """The series on its calendar, shape (n_periods,): `y`, `n` and `sd` as they go into the chart, None where it does
    without."""

    period: list[date]
    y: Floats
    n: Floats | None
    sd: Floats | None
    numerator: Floats
    denominator: Floats
    is_open: Bools
    is_missing: Bools


def _calendar(
    definition: IndicatorDefinition, observations: pd.DataFrame, first: date | None, last: date | None
) -> _Table:
    kind, chart = definition.period, spc.CHARTS.get(definition.chart)
    days = observations["period_start"].tolist() if len(observations) else []
    starts = [_start_of(_day(day), kind) for day in days]
    if len(set(starts)) < len(starts):
        twice = next(day for day in starts if starts.count(day) > 1)
        raise ValueError(f"two observations of {definition.code} lie in the {kind.value} that starts on {twice}")
    ends = [*starts, *(day for day in (first, last) if day is not None)]
    if chart is not None and chart.is_of_cases:
        calendar = sorted(starts)
    else:
        calendar = _between(min(ends), max(ends), kind) if ends else []
    row_of = {day: row for row, day in enumerate(calendar)}
    rows = [row_of[day] for day in starts]

    def laid_out(name: str) -> np.ndarray:
        column = np.full(len(calendar), np.nan)
        if rows and name in observations.columns:
            column[rows] = observations[name].to_numpy(dtype=np.float64, na_value=np.nan)
        return column

    numerator, denominator, value = laid_out("numerator"), laid_out("denominator"), laid_out("value")
    sd = None
    if is_of_several(definition):  # each period is a subgroup: mean, number of measurements, spread
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = numerator / denominator
        y, n, sd = np.where(np.isnan(value), mean, value / definition.per), denominator, laid_out("sd") / definition.per
        y = np.where(np.isnan(n) | (np.isnan(sd) & (n > 1)), np.nan, y)
    elif not definition.has_denominator:
        y, n = np.where(np.isnan(value), numerator, value), None
    elif _needs_counts(definition) or np.isnan(value[np.isnan(numerator + denominator)]).all():
        y, n = np.where(np.isnan(denominator), np.nan, numerator), denominator
    else:  # some periods came as a finished value, in the unit of measure
        y, n = np.where(np.isnan(numerator + denominator), value / definition.per, numerator / denominator), None
    return _Table(
        period=calendar,
        y=y,
        n=n,
        sd=sd,
        numerator=numerator,
        denominator=denominator,
        is_open=np.arange(len(calendar)) >= len(calendar) - definition.open_periods,
        is_missing=np.isnan(y),
    )


# A delivery assesses hundreds of series on the same calendar.
_start_of = lru_cache(maxsize=4096)(periods.start_of)


@lru_cache(maxsize=256)
def _days_between(first: date, last: date, kind: PeriodKind) -> tuple[date, ...]:
    return tuple(periods.between(first, last, kind))


def _between(first: date, last: date, kind: PeriodKind) -> list[date]:
    return list(_days_between(first, last, kind))


def _needs_counts(definition: IndicatorDefinition) -> bool:
    return chart_of(definition.chart).needs_denominator


def _day(value: object) -> date:
    return value if type(value) is date else pd.Timestamp(value).date()


def _analyse_all(asked: Sequence[Asked], tables: Sequence[_Table]) -> list[SpcResult | None]:
    """The chart of each series, None for one without any figure.

    Series that are charted alike and have one phase are computed together; a single one costs ten times as much.
    """
    results: list[SpcResult | None] = [None] * len(asked)
    alike: dict[tuple[object, ...], list[int]] = {}
    for at, (one, table) in enumerate(zip(asked, tables, strict=True)):
        if table.is_missing.all():
            continue
        excluded = _excluded(table, one.exclusions)
        definition = one.definition
        key = (definition.chart, definition.profile, definition.per, definition.minimum, definition.maximum)
        # What freezes the first phase stands among the phases as well.
        kind = (at,) if one.phases else (table.n is None, table.sd is None, tuple(excluded))
        alike.setdefault((*key, *kind), []).append(at)
    for places in alike.values():
        some = [tables[at] for at in places]
        first = asked[places[0]]
        arguments = _arguments(first.definition, some[0], _excluded(some[0], first.exclusions))
        if len(places) == 1:
            results[places[0]] = spc.analyse(
                _chart_columns(some[0]),
                phases=[phase.starts_on for phase in first.phases],
                freeze=[
                    phase.freeze_until
                    for phase in first.phases
                    if phase.freeze_until and phase.freeze_until >= some[0].period[0]
                ],
                **arguments,
            )
            continue
        parts = [_chart_columns(table) for table in some]
        columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        columns["series"] = np.repeat(np.arange(len(parts)), [len(table.period) for table in some])
        for at, result in zip(places, spc.analyse_each(columns, by="series", **arguments), strict=True):
            results[at] = result
    return results


def _excluded(table: _Table, exclusions: Sequence[date]) -> list[int]:
    """Positions from 1 of the periods that take no part: open, or left out."""
    left_out = set(exclusions)
    return [
        position
        for position, (day, is_open) in enumerate(zip(table.period, table.is_open.tolist(), strict=True), start=1)
        if is_open or day in left_out
    ]


def _chart_columns(table: _Table) -> dict[str, np.ndarray]:
    columns = {"period": np.array(table.period, dtype="datetime64[s]"), "y": table.y}
    return columns | {name: held for name, held in (("n", table.n), ("sd", table.sd)) if held is not None}


def _arguments(definition: IndicatorDefinition, table: _Table, excluded: list[int]) -> dict[str, Any]:
    return {
        "chart": definition.chart,
        "y": "y",
        "n": None if table.n is None else "n",
        "sd": None if table.sd is None else "sd",
        "profile": definition.profile,
        "exclude": excluded,
        "multiply": definition.per,
        "minimum": None if definition.minimum is None else definition.minimum / definition.per,
        "maximum": None if definition.maximum is None else definition.maximum / definition.per,
    }


def _columns(
    direction: Direction,
    result: SpcResult | None,
    claims: Sequence[Claim],
    table: _Table,
    held: Sequence[Target | None],
    exclusions: Sequence[date],
) -> dict[str, np.ndarray]:
    """The columns of `Assessment.points`."""
    left_out = set(exclusions)
    if result is None:
        columns = {"x": np.array(table.period, dtype="datetime64[s]")}
        columns |= {name: np.full(len(table.period), value) for name, value in _EMPTY_POINT.items()}
        marks = np.full(len(table.period), "", dtype=object)
    else:
        columns = dict(result.point_columns)
        marks = _marks(direction, result, claims)
    return columns | {
        "target": np.array([np.nan if target is None else target.value for target in held], dtype=np.float64),
        "period": np.array(table.period, dtype=object),
        "numerator": table.numerator,
        "denominator": table.denominator,
        "is_open": table.is_open,
        "is_missing": table.is_missing,
        "is_excluded": np.array([day in left_out for day in table.period], dtype=bool),
        "mark": marks,
    }


# -------------------------------------------------------------------------------------------------------- variation


def _current(result: SpcResult) -> Any:
    """The last row of `result.phases`, its columns as attributes."""
    return SimpleNamespace(**{name: column[-1] for name, column in result.phase_columns.items()})


def _reason(current: Any, is_constant: bool) -> str | None:
    if is_constant:
        return Reason.NO_VARIATION.value
    return None if current.is_claimed else Reason.TOO_FEW.value


def _marks(direction: Direction, result: SpcResult, claims: Sequence[Claim]) -> np.ndarray:
    """The current phase's signal points, and in earlier phases the points outside their own limits.

    Where the profile reads the last point alone, every point carries its own signal.
    """
    marks = np.full(len(result.point_columns["y"]), "", dtype=object)
    if result.profile.reading is Reading.LAST_POINT:
        for signal in reversed(result.signals):
            marks[list(signal.rows)] = variation_of(direction, signal.is_above).value
    current = result.n_phases
    earlier = [
        Claim(signal.rule, signal.is_above, signal.rows)
        for signal in result.signals
        if signal.phase < current and signal.rule is Rule.OUTSIDE_LIMITS
    ]
    # What reaches furthest towards the present is laid on last.
    for claim in [*earlier, *sorted(claims, key=lambda claim: claim.rows[-1])]:
        marks[list(claim.rows)] = variation_of(direction, claim.is_above).value
    return marks


# --------------------------------------------------------------------------------------------------------- assurance


def _in_force(targets: Sequence[Target], day: date) -> Target | None:
    holding = [target for target in targets if target.holds_on(day)]
    if not holding:
        return None
    of_unit = [target for target in holding if target.unit_code == holding[0].unit_code]
    return max(of_unit, key=lambda target: target.valid_from or date.min)


def _meets(target: Target, value: float, is_strict: bool = False) -> bool:
    """0.07 × 100 is 7.000000000000001: what differs by rounding is equal."""
    if math.isclose(value, target.value, rel_tol=1e-9):
        return not is_strict and target.is_met_by(target.value)
    return target.is_met_by(value)


def _count(values: Floats, is_open: Bools, held: Sequence[Target | None]) -> tuple[int | None, int | None]:
    """How many of the last twelve closed periods met their target, of how many that have a value and a target.

    An excluded period counts: leaving it out of the lines does not undo that the target was missed.
    """
    closed = np.flatnonzero(~is_open)[-COUNTED_PERIODS:].tolist()
    judged = [
        _meets(target, values[row]) for row in closed if (target := held[row]) is not None and not np.isnan(values[row])
    ]
    return (sum(judged), len(judged)) if judged else (None, None)


def _assurance(
    definition: IndicatorDefinition, result: SpcResult, target: Target | None, met: int | None, counted: int | None
) -> tuple[Assurance, bool]:
    if target is None or definition.direction is Direction.NEITHER:
        return Assurance.NONE, not result.chart.has_limits
    return assurance(
        result,
        lambda value: _meets(target, value, result.profile.is_strict),
        is_high_good=target.comparison.startswith(">"),
        met=met,
        counted=counted,
        is_met_by_constant=lambda value: _meets(target, value),
    )


def _latest(table: _Table, values: Floats, row: int) -> Latest:
    return Latest(table.period[row], float(values[row]), _number(table.numerator[row]), _number(table.denominator[row]))


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _whole(value: object) -> int | None:
    return None if value is pd.NA else int(value)  # type: ignore[call-overload]


_EMPTY_POINT: dict[str, float | int | bool | str] = {
    **dict.fromkeys(("y", "n", "centre", "lower", "upper", "warning_lower", "warning_upper", "target"), math.nan),
    "phase": 1,
    **dict.fromkeys(("in_baseline", "included", "sigma_signal", "runs_signal"), False),
    "reason": "",
    "rule": "",
    "side": 0,
}
"""A point of a series without data, under the columns of `SpcResult.points`: no figure, the first phase, no signal."""
