"""What every chart returns: points, phases and signals, as data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from indicators.spc import ragged, runs
from indicators.spc.aggregate import Axis, Points
from indicators.spc.charts import ChartRecord, chart_of
from indicators.spc.errors import InputError
from indicators.spc.kernel import Computed, Options
from indicators.spc.phases import Layout
from indicators.spc.profiles import Profile, profile_of
from indicators.spc.ragged import Bools, Floats, Ints, any_of
from indicators.spc.reasons import WORDS, Reason
from indicators.spc.rules import ABOVE, ANY, BELOW, RULES, Bits, Rule
from indicators.words import Words

KERNEL_VERSION = "2"
"""Stored with every signal; raised whenever a figure may come out differently."""


_PLURAL = re.compile(r"\b(\d+) (\w+)\((\w+)\)")
"""The "3 point(s)" of a rule's arithmetic, made to fit its number."""


@dataclass(frozen=True, slots=True)
class Signal:
    """Evidence of special cause: its rule, its phase (from 1), its points, the side they lie on and the arithmetic.

    `rows` are row numbers of `SpcResult.points`, counted from 0. Each run that is too long is a signal of its own;
    points outside the limits are one signal per side. Too few crossings belong to the whole phase: `rows` are all its
    useful points and `is_above` is None, as it is for rules that know no side. For a trend `is_above` means rising.
    `figures` holds what was counted and what it was held against, under the names in `RULES[rule].arithmetic`.
    """

    rule: Rule
    phase: int
    rows: tuple[int, ...]
    is_above: bool | None
    figures: Mapping[str, float] = field(default_factory=dict)
    label: Words | None = None

    def arithmetic(self, language: str) -> str:
        """The arithmetic in a sentence."""
        said = RULES[self.rule].arithmetic.say(language, **self.figures)
        return _PLURAL.sub(lambda found: f"{found[1]} {found[2]}{'' if found[1] == '1' else found[3]}", said)


@dataclass(frozen=True)
class SpcResult:
    """A chart, computed.

    Attributes
    ----------
    points : DataFrame
        One row per point in the order of x: x, y, n, centre, lower, upper, warning_lower, warning_upper, target,
        phase, in_baseline, included, sigma_signal, runs_signal, reason, rule, side. Values are multiplied;
        `runs_signal` is that of the phase; `reason` says in English why a point takes no part or why its phase has no
        limits or claims nothing ("" otherwise). `rule` is the leading rule of the profile that flags the point ("":
        none) and `side` its direction (1 above or rising, -1 below or falling, 0 neither).
    phases : DataFrame
        One row per phase: phase, first_row, last_row, n_points, n_values, n_useful, longest_run, longest_run_max,
        n_crossings, n_crossings_min, runs_signal, centre, lower, upper, n_outside_limits, is_constant, is_claimed,
        method, reason_code, reason, rules, last_rule, last_side. Rows count from 0. Where a phase has no useful
        observation the four runs figures are missing. lower and upper are those of the last point that has limits.
        `longest_run_max` and `n_crossings_min` are always the Anhøj bounds; `method` is the one that really decided
        `runs_signal`. `rules` are the codes of the rules that claim a signal, the leading one first, with ";" between;
        `last_rule` and `last_side` are those of the phase's last point with a value.
    signals : tuple of Signal
        What is claimed, oldest phase first. `runs_signal`, `sigma_signal` and `rule` are figures and know no minimum; a
        signal is claimed from 10 useful observations in its phase, and never in a series without variation.

    Notes
    -----
    `point_columns` and `phase_columns` hold the same as arrays. Building a frame costs more than computing a chart, so
    the frames are built when they are first asked for.
    """

    chart: ChartRecord
    profile: Profile
    method: str
    multiply: float
    screen_moving_ranges: bool
    has_denominator: bool
    point_columns: Mapping[str, Any]
    phase_columns: Mapping[str, Any]
    signals: tuple[Signal, ...]
    n_rows_without_x: int
    kernel_version: str = KERNEL_VERSION

    @cached_property
    def points(self) -> pd.DataFrame:
        """One row per point."""
        return pd.DataFrame(dict(self.point_columns))

    @cached_property
    def phases(self) -> pd.DataFrame:
        """One row per phase."""
        return pd.DataFrame(dict(self.phase_columns))

    @property
    def n_phases(self) -> int:
        return len(self.phase_columns["phase"])

    def reason(self, language: str = "en", phase: int | None = None) -> str:
        """Why the phase (default: the current one) has no limits or claims no signal; "" when it does."""
        row = (self.n_phases if phase is None else phase) - 1
        code, n_useful = (self.phase_columns[name][row] for name in ("reason_code", "n_useful"))
        return say_reason(Reason(code), int(n_useful), self.profile, language)

    def signals_at(self, row: int) -> tuple[Signal, ...]:
        """The signals a point is part of: which rules, which points, which arithmetic."""
        return tuple(signal for signal in self.signals if row in signal.rows)

    def to_json(self) -> str:
        """The whole result as text that `from_json` reads back to the last digit.

        Examples
        --------
        >>> from indicators import spc
        >>> frame = pd.DataFrame({"week": [1, 2, 3, 4], "days": [4.0, 6.0, 3.0, 7.1]})
        >>> result = spc.analyse(frame, chart="i", x="week", y="days")
        >>> spc.SpcResult.from_json(result.to_json()).points.equals(result.points)
        True
        """
        return json.dumps(
            {
                "chart": self.chart.code,
                "profile": self.profile.code,
                "method": self.method,
                "multiply": self.multiply,
                "screen_moving_ranges": self.screen_moving_ranges,
                "has_denominator": self.has_denominator,
                "n_rows_without_x": self.n_rows_without_x,
                "kernel_version": self.kernel_version,
                "points": _frame_to_plain(self.points),
                "phases": _frame_to_plain(self.phases),
                "signals": [
                    [signal.rule.value, signal.phase, signal.rows, signal.is_above, dict(signal.figures)]
                    for signal in self.signals
                ],
            },
            allow_nan=False,
        )

    @classmethod
    def from_json(cls, text: str) -> SpcResult:
        """A result that `to_json` wrote. Profiles and charts are found by their codes."""
        plain = json.loads(text)
        profile = profile_of(plain["profile"])
        labels = {rule.code: rule.label for rule in profile.rules}
        points, phases = (_frame_of_plain(plain.pop(name)) for name in ("points", "phases"))
        return cls(
            **{
                **plain,
                "chart": chart_of(plain["chart"]),
                "profile": profile,
                "point_columns": {name: column.values for name, column in points.items()},
                "phase_columns": {name: column.values for name, column in phases.items()},
                "signals": tuple(
                    Signal(Rule(rule), phase, tuple(rows), is_above, MappingProxyType(figures), labels.get(Rule(rule)))
                    for rule, phase, rows, is_above, figures in plain["signals"]
                ),
            }
        )


def _frame_to_plain(frame: pd.DataFrame) -> dict[str, Any]:
    return {
        name: {"dtype": str(column.dtype), "values": [_plain(value) for value in column.tolist()]}
        for name, column in frame.items()
    }


def _plain(value: Any) -> Any:
    if value is pd.NaT or value is pd.NA or value is None:
        return None
    if isinstance(value, float):  # repr keeps every digit; JSON has no word for infinity or not-a-number
        return value if np.isfinite(value) else repr(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _frame_of_plain(plain: Mapping[str, Any]) -> pd.DataFrame:
    columns = {}
    for name, column in plain.items():
        values = column["values"]
        if column["dtype"].startswith("float"):
            values = [float(value) for value in values]
        columns[name] = pd.Series(values, dtype=column["dtype"])
    return pd.DataFrame(columns)


def say_reason(reason: Reason, n_useful: int, profile: Profile, language: str) -> str:
    return WORDS[reason].say(language, n=n_useful, needed=profile.minimum_useful)


_REASONS = list(Reason)


def phase_reasons(points: Points, layout: Layout, computed: Computed, record: ChartRecord) -> Ints:
    """One reason per phase as its number among `Reason`, the strongest first; NONE where nothing hinders."""
    otherwise = Reason.NO_ORDER if points.axis is Axis.CATEGORY else Reason.NONE
    # Where the spread comes from several rows of one x, single ones are data without limits.
    are_single = record.needs_several & ~computed.has_limits & any_of(points.size == 1, layout.first)
    lacks_limits, is_flat = ~computed.has_limits & record.has_limits, computed.is_flat
    if (lacks_limits & ~is_flat).any():  # moving ranges there are, but all of them 0
        feeds = layout.in_baseline & layout.included
        is_flat = is_flat | has_neighbours(~np.isnan(computed.y[feeds]), layout.segment[feeds], layout.n_segments)
    choices = (
        (are_single, Reason.ONE_MEASUREMENT),
        (computed.n_values == 0, Reason.NO_DATA),
        (computed.is_constant, Reason.NO_VARIATION),
        (~computed.is_claimed, Reason.TOO_FEW),
        (lacks_limits & is_flat, Reason.NO_SPREAD),
        (lacks_limits, Reason.NO_NEIGHBOURS),
    )
    return np.select(
        [condition for condition, _ in choices],
        [_REASONS.index(reason) for _, reason in choices],
        default=_REASONS.index(otherwise),
    )


def has_neighbours(is_valued: Bools, segment: Ints, n_segments: int) -> Bools:
    """Whether two neighbouring rows of a segment both hold a value, so that there is a moving range."""
    pairs = is_valued[1:] & is_valued[:-1] & (segment[1:] == segment[:-1])
    return ragged.count(segment[1:][pairs], n_segments) > 0


def _counts(values: Ints) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(values.astype(np.int64), mask=values < 0)


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures per phase, shape (n_segments,), before multiplication: what is kept of a block of series.

    `rules` holds a bit per claimed rule (see `rule_codes`), `last_rule` its number or -1.
    """

    phase: Ints
    owner: Ints
    first_row: Ints
    n_points: Ints
    n_values: Ints
    n_useful: Ints
    longest_run: Ints
    longest_run_max: Ints
    n_crossings: Ints
    n_crossings_min: Ints
    runs_signal: Bools
    centre: Floats
    lower: Floats
    upper: Floats
    n_outside_limits: Ints
    is_constant: Bools
    is_claimed: Bools
    reason: Ints
    rules: Ints
    last_rule: Ints
    last_side: Ints


def rule_codes(profile: Profile) -> list[Rule]:
    """The rules of a profile, the leading one first; their places are the numbers and bits of `Summary`."""
    return [*((Rule.LONG_RUN, Rule.FEW_CROSSINGS) if profile.has_runs else ()), *(rule.code for rule in profile.rules)]


def summary_of(points: Points, layout: Layout, computed: Computed, options: Options) -> Summary:
    """One number per phase of everything that `SpcResult.phases` shows."""
    first, found, limits, profile = layout.first, computed.runs, computed.limits, options.profile
    n_points = len(computed.y)
    stop = np.append(first[1:], n_points)
    numbers = np.arange(n_points)
    takes_all = bool(computed.takes_part.all())
    last = stop - 1 if takes_all else np.maximum.reduceat(np.where(computed.takes_part, numbers, -1), first)
    has_last = last >= 0
    has_upper = ~np.isnan(limits.upper)
    limited = stop - 1 if has_upper.all() else np.maximum.reduceat(np.where(has_upper, numbers, -1), first)
    n_runs_rules = 2 if profile.has_runs else 0

    rules = np.zeros(layout.n_segments, dtype=np.int64)
    if profile.has_runs:
        runs_signal = computed.runs_signal
        allowed = found.allowed_run
        run_limit = np.where(allowed > 0, allowed, found.longest_run_max)
        rules |= (runs_signal & (found.longest_run > run_limit)).astype(np.int64)
        rules |= (runs_signal & (allowed == 0)).astype(np.int64) << 1
    last_rule = np.full(layout.n_segments, -1)
    last_side = np.zeros(layout.n_segments, dtype=np.int64)
    if profile.has_runs:
        # The last point is on one side, and the run it stands in is too long.
        on_a_side = np.abs(computed.distance[last]) > computed.tolerance[last]
        in_long_run = has_last & on_a_side & runs_signal & (found.latest_run > run_limit)
        last_rule[in_long_run] = 0
        last_side[in_long_run] = np.where(found.is_above[last[in_long_run]], 1, -1)
    for number, bits in enumerate(computed.flags, start=n_runs_rules):
        taken = bits if takes_all else np.where(computed.takes_part, bits, np.uint8(0))
        rules |= any_of(taken != 0, first).astype(np.int64) << number
        at_last = taken[last]
        leads = has_last & (last_rule < 0) & (at_last != 0)
        last_rule[leads] = number
        last_side[leads] = side_of(bits, last[leads])
    rules[~computed.is_claimed] = 0
    return Summary(
        phase=layout.phase[first],
        owner=layout.owner,
        first_row=layout.position[first] - 1,
        n_points=computed.n_points,
        n_values=computed.n_values,
        n_useful=found.n_useful,
        longest_run=found.longest_run,
        longest_run_max=found.longest_run_max,
        n_crossings=found.n_crossings,
        n_crossings_min=found.n_crossings_min,
        runs_signal=computed.runs_signal,
        centre=limits.centre[first],
        lower=np.where(limited >= 0, limits.lower[limited], np.nan),
        upper=np.where(limited >= 0, limits.upper[limited], np.nan),
        n_outside_limits=computed.n_outside,
        is_constant=computed.is_constant,
        is_claimed=computed.is_claimed,
        reason=phase_reasons(points, layout, computed, options.record),
        rules=rules,
        last_rule=last_rule,
        last_side=last_side,
    )


def side_of(bits: Bits, rows: Ints) -> Ints:
    """1 above or rising, -1 below or falling, 0 neither. A turning point of two trends belongs to the earlier one."""
    at = bits[rows]
    side = np.where(at & ABOVE, 1, np.where(at & BELOW, -1, 0))
    both = (at & (ABOVE | BELOW)) == (ABOVE | BELOW)
    if both.any():
        # The flagged row before it; excluded rows between them are no part of the trend.
        flagged = np.flatnonzero(bits)
        before = bits[flagged[np.searchsorted(flagged, rows[both]) - 1]]
        side[both] = np.where(before & ABOVE, 1, -1)
    return side


def long_run_flags(layout: Layout, computed: Computed) -> Bits:
    """The points of runs that are too long, in phases whose runs are a signal."""
    found = computed.runs
    flags = np.zeros(len(computed.y), dtype=np.uint8)
    if not computed.runs_signal.any():
        return flags
    n_useful = len(computed.y) if found.rows is None else len(found.rows)
    lengths = np.diff(found.starts, append=n_useful)
    at = found.starts if found.rows is None else found.rows[found.starts]
    segment = layout.segment[at]
    allowed = found.allowed_run[segment]
    run_limit = np.where(allowed > 0, allowed, found.longest_run_max[segment])
    is_long = computed.runs_signal[segment] & (lengths > run_limit)
    members = np.repeat(is_long, lengths)
    rows = np.flatnonzero(members) if found.rows is None else found.rows[members]
    flags[rows] = np.where(found.is_above[rows], ABOVE, BELOW)
    return flags


def joined(parts: list[Summary]) -> Summary:
    """The summaries of blocks as one; owners are already those of the whole batch."""
    if len(parts) == 1:
        return parts[0]
    return Summary(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in Summary.__dataclass_fields__}
    )


def phases_frame(
    summary: Summary, options: Options, multiply: float, keys: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """One row per phase; the columns of `SpcResult.phases`, after those of `keys`."""
    columns = phase_columns(summary, options, multiply, _column_of_texts)
    for name in keys or {}:
        if name in columns:
            raise InputError(
                "reserved_column",
                Words(
                    f"Kolonnen »{name}« i by hedder som en kolonne i svaret. Giv den et andet navn.",
                    f"Column {name!r} in by has the name of a column of the answer. Give it another name.",
                ),
            )
    return pd.DataFrame({**(keys or {}), **columns}, copy=False)


def phase_columns(
    summary: Summary, options: Options, multiply: float, texts: Callable[[np.ndarray, Ints], Any] = np.take
) -> dict[str, Any]:
    """The columns of `SpcResult.phases`. `texts` lays few different texts out by their places (-1 is the last)."""
    profile, method = options.profile, options.method
    useful = summary.n_useful
    few = _REASONS.index(Reason.TOO_FEW)
    # The words of a reason depend on the number of useful points only where these are too few.
    told = summary.reason * np.int64(1 << 32) + np.where(summary.reason == few, useful, 0)
    spoken, place = np.unique(told, return_inverse=True)
    sentences = [say_reason(_REASONS[each >> 32], each & 0xFFFFFFFF, profile, "en") for each in spoken.tolist()]
    in_box = (useful >= runs.BOXES_FROM) & (useful <= runs.BOXES_TO)
    names = [name.value for name in rule_codes(profile)]
    rule_sets, rule_place = np.unique(summary.rules, return_inverse=True)
    claimed = [";".join(name for bit, name in enumerate(names) if rules >> bit & 1) for rules in rule_sets.tolist()]
    return {
        "phase": summary.phase,
        "first_row": summary.first_row,
        "last_row": summary.first_row + summary.n_points - 1,
        "n_points": summary.n_points,
        "n_values": summary.n_values,
        "n_useful": useful,
        "longest_run": _counts(summary.longest_run),
        "longest_run_max": _counts(summary.longest_run_max),
        "n_crossings": _counts(summary.n_crossings),
        "n_crossings_min": _counts(summary.n_crossings_min),
        "runs_signal": summary.runs_signal,
        "centre": summary.centre * multiply,
        "lower": summary.lower * multiply,
        "upper": summary.upper * multiply,
        "n_outside_limits": summary.n_outside_limits,
        "is_constant": summary.is_constant,
        "is_claimed": summary.is_claimed,
        "method": texts(_few(runs.METHODS["anhoej"].code, method.code), in_box.astype(int)),
        "reason_code": texts(_REASON_CODES, summary.reason),
        "reason": texts(_few(*sentences), place),
        "rules": texts(_few(*claimed), rule_place),
        "last_rule": texts(_few(*names, ""), summary.last_rule),
        "last_side": summary.last_side,
    }


def _few(*texts: str) -> np.ndarray:
    return np.array(texts, dtype=object)


_REASON_CODES = _few(*(reason.value for reason in _REASONS))


def _column_of_texts(texts: np.ndarray, place: Ints) -> pd.api.extensions.ExtensionArray:
    """A column of few different texts, laid out by their places; place -1 is the last text."""
    if place.min(initial=0) < 0:
        place = np.where(place < 0, len(texts) - 1, place)
    return pd.array(texts, dtype="str").take(place)


_REASONS_OF_POINTS = (Reason.ONE_MEASUREMENT, Reason.NO_NEIGHBOURS, Reason.NO_DATA, Reason.OPEN, Reason.EXCLUDED)


def point_columns(
    points: Points,
    layout: Layout,
    computed: Computed,
    reasons: np.ndarray,
    options: Options,
    target: Floats,
    multiply: float,
) -> dict[str, np.ndarray]:
    """The columns of `SpcResult.points`, one row per point. `reasons` are those of the phases."""
    limits = computed.limits
    of_phase = reasons[layout.segment]
    is_single = (points.size == 1) & options.record.needs_several
    reason = np.select(
        [
            is_single & np.isnan(limits.upper),
            np.isnan(computed.y) & ~np.isnan(points.y),  # a moving range without a neighbour
            np.isnan(computed.y),
            layout.is_open,
            ~layout.included,
        ],
        [WORDS[each].en for each in _REASONS_OF_POINTS],
        default=of_phase,
    )
    names = np.array([*(rule.value for rule in rule_codes(options.profile)), ""], dtype=object)
    leading, side = leading_flags(layout, computed, options)
    return {
        "x": points.x,
        "y": computed.y * multiply,
        "n": points.denominator,
        "centre": limits.centre * multiply,
        "lower": limits.lower * multiply,
        "upper": limits.upper * multiply,
        "warning_lower": limits.warning_lower * multiply,
        "warning_upper": limits.warning_upper * multiply,
        "target": target,
        "phase": layout.phase,
        "in_baseline": layout.in_baseline,
        "included": layout.included,
        "sigma_signal": computed.sigma_signal,
        "runs_signal": computed.runs_signal[layout.segment],
        "reason": reason,
        "rule": names[leading],
        "side": side,
    }


def leading_flags(layout: Layout, computed: Computed, options: Options) -> tuple[Ints, Ints]:
    """For every point the number of the leading rule that flags it (-1: none) and its side."""
    leading, side = np.full(len(computed.y), -1), np.zeros(len(computed.y), dtype=np.int64)
    flags = list(computed.flags)
    if options.profile.has_runs:
        flags = [long_run_flags(layout, computed), np.zeros(len(leading), dtype=np.uint8), *flags]
    for number, bits in enumerate(flags):
        rows = np.flatnonzero((leading < 0) & (bits != 0) & computed.takes_part)
        leading[rows] = number
        side[rows] = side_of(bits, rows)
    return leading, side


def signals_of(layout: Layout, computed: Computed, options: Options) -> tuple[Signal, ...]:
    """The signals that are claimed: see `SpcResult.signals`."""
    found: list[Signal] = []
    stops = np.append(layout.first[1:], len(computed.y))
    for segment in np.flatnonzero(computed.is_claimed).tolist():
        start, stop = int(layout.first[segment]), int(stops[segment])
        phase = int(layout.phase[start])
        if computed.runs_signal[segment]:
            found += _runs_signals(computed, segment, phase, start, stop)
        for rule, bits in zip(options.profile.rules, computed.flags, strict=True):
            here = np.where(computed.takes_part[start:stop], bits[start:stop], np.uint8(0))
            if not here.any():
                continue
            for bit, is_above in ((ABOVE, True), (BELOW, False), (ANY, None)):
                flagged = np.flatnonzero(here & bit) + start
                for rows in _groups(flagged, rule, computed, start, stop):
                    figures = rule.pattern.figures() | {"points": float(len(rows))}
                    found.append(Signal(rule.code, phase, tuple(rows), is_above, MappingProxyType(figures), rule.label))
    return tuple(found)


def _groups(flagged: Ints, rule: Any, computed: Computed, start: int, stop: int) -> list[list[int]]:
    """Flagged rows that belong together: one signal each. Points outside the limits are one signal per side."""
    if not len(flagged):
        return []
    if rule.code is Rule.OUTSIDE_LIMITS:
        return [flagged.tolist()]
    taking_part = np.flatnonzero(computed.takes_part[start:stop]) + start
    place = np.searchsorted(taking_part, flagged)
    apart = np.diff(place) > rule.pattern.reach
    if rule.code is Rule.TREND:
        # Two trends of one direction may touch: the step between them goes the other way.
        steps = np.diff(computed.y[flagged])
        turns = (steps > 0) != (np.median(steps) > 0)
        apart |= turns
    return [group.tolist() for group in np.split(flagged, np.flatnonzero(apart) + 1)]


def _runs_signals(computed: Computed, segment: int, phase: int, start: int, stop: int) -> list[Signal]:
    found = computed.runs
    n_useful, longest_max = int(found.n_useful[segment]), int(found.longest_run_max[segment])
    allowed = int(found.allowed_run[segment])
    # A box that allows no run at all at this number of crossings has been left by its crossings.
    run_limit = allowed if allowed > 0 else longest_max
    runs_here = found.of_rows(start, stop)
    signals = [
        Signal(
            Rule.LONG_RUN,
            phase,
            tuple(rows.tolist()),
            bool(found.is_above[rows[0]]),
            MappingProxyType(
                {"length": float(len(rows)), "longest_run_max": float(run_limit), "n_useful": float(n_useful)}
            ),
        )
        for rows in runs_here
        if len(rows) > run_limit
    ]
    if allowed == 0:
        figures = {
            "n_crossings": float(found.n_crossings[segment]),
            "n_crossings_min": float(found.n_crossings_min[segment]),
            "n_useful": float(n_useful),
        }
        rows = tuple(np.concatenate(runs_here).tolist())
        signals.append(Signal(Rule.FEW_CROSSINGS, phase, rows, None, MappingProxyType(figures)))
    return signals
