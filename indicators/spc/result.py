"""What every chart returns: points, phases and signals, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from indicators.spc import runs
from indicators.spc.aggregate import Points
from indicators.spc.charts import ChartRecord
from indicators.spc.kernel import Computed
from indicators.spc.phases import Layout
from indicators.spc.profiles import Profile
from indicators.spc.ragged import Bools, Ints
from indicators.spc.reasons import WORDS, Reason


class Rule(StrEnum):
    """The rules of profile `anhoej`; test `signal.rule is Rule.LONG_RUN`, never a label."""

    LONG_RUN = "long_run"
    FEW_CROSSINGS = "few_crossings"
    OUTSIDE_LIMITS = "outside_limits"


@dataclass(frozen=True, slots=True)
class Signal:
    """Evidence of special cause: its rule, its phase (from 1), its points and the side they lie on.

    `rows` are row numbers of `SpcResult.points`, counted from 0. Each run that is too long is a signal of its own;
    points outside the limits are one signal per side. Too few crossings belong to the whole phase: `rows` are all its
    useful points and `is_above` is None.
    """

    rule: Rule
    phase: int
    rows: tuple[int, ...]
    is_above: bool | None


@dataclass(frozen=True)
class SpcResult:
    """A chart, computed.

    Attributes
    ----------
    points : DataFrame
        One row per point in the order of x: x, y, n, centre, lower, upper, warning_lower, warning_upper, target,
        phase, in_baseline, included, sigma_signal, runs_signal, reason. Values are multiplied; `runs_signal` is that
        of the phase; `reason` says in English why a point takes no part or why its phase has no limits or claims
        nothing ("" otherwise).
    phases : DataFrame
        One row per phase: phase, first_row, last_row, n_points, n_values, n_useful, longest_run, longest_run_max,
        n_crossings, n_crossings_min, runs_signal, centre, lower, upper, n_outside_limits, is_constant, is_claimed,
        method, reason_code, reason. Rows count from 0. Where a phase has no useful observation the four runs figures
        are missing. lower and upper are those of the last point that has limits. `longest_run_max` and
        `n_crossings_min` are always the Anhøj bounds; `method` is the one that really decided `runs_signal`.
    signals : tuple of Signal
        What is claimed, oldest phase first. `runs_signal` and `sigma_signal` are figures and know no minimum; a
        signal is claimed from 10 useful observations in its phase, and never in a series without variation.
    """

    chart: ChartRecord
    profile: Profile
    method: str
    multiply: float
    screen_moving_ranges: bool
    has_denominator: bool
    points: pd.DataFrame
    phases: pd.DataFrame
    signals: tuple[Signal, ...]
    n_rows_without_x: int

    @property
    def kernel_version(self) -> str:
        return KERNEL_VERSION

    def reason(self, language: str = "en", phase: int | None = None) -> str:
        """Why the phase (default: the current one) has no limits or claims no signal; "" when it does."""
        row = self.phases.iloc[(len(self.phases) if phase is None else phase) - 1]
        return say_reason(Reason(row.reason_code), int(row.n_useful), self.profile, language)


KERNEL_VERSION = "1"
"""Stored with every signal; raised whenever a figure may come out differently."""


def say_reason(reason: Reason, n_useful: int, profile: Profile, language: str) -> str:
    return WORDS[reason].say(language, n=n_useful, needed=profile.minimum_useful)


def phase_reasons(computed: Computed, record: ChartRecord, has_order: bool) -> list[Reason]:
    """One reason per phase, the strongest first; NONE where nothing hinders."""
    return [
        Reason.NO_DATA
        if n_values == 0
        else Reason.NO_VARIATION
        if is_constant
        else Reason.TOO_FEW
        if not is_claimed
        else Reason.NO_NEIGHBOURS
        if record.has_limits and not has_limits
        else Reason.NONE
        if has_order
        else Reason.NO_ORDER
        for n_values, is_constant, is_claimed, has_limits in zip(
            computed.n_values.tolist(),
            computed.is_constant.tolist(),
            computed.is_claimed.tolist(),
            computed.has_limits.tolist(),
            strict=True,
        )
    ]


def _counts(values: Ints) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(values.astype(np.int64), mask=values < 0)


def phases_frame(
    points: Points,
    layout: Layout,
    computed: Computed,
    record: ChartRecord,
    profile: Profile,
    method: runs.RunsMethod,
    multiply: float,
    has_order: bool,
) -> pd.DataFrame:
    """One row per segment; the columns of `SpcResult.phases`."""
    n_points = len(points.y)
    last = np.append(layout.first[1:], n_points) - 1
    found = computed.runs
    limits = computed.limits
    # The last row of each segment that has limits: later rows overwrite earlier ones.
    rows = np.flatnonzero(~np.isnan(limits.upper))
    lower, upper = np.full((2, layout.n_segments), np.nan)
    lower[layout.segment[rows]], upper[layout.segment[rows]] = limits.lower[rows], limits.upper[rows]
    reasons = phase_reasons(computed, record, has_order)
    useful = found.n_useful.tolist()
    return pd.DataFrame(
        {
            "phase": layout.phase[layout.first],
            "first_row": layout.first,
            "last_row": last,
            "n_points": computed.n_points,
            "n_values": computed.n_values,
            "n_useful": found.n_useful,
            "longest_run": _counts(found.longest_run),
            "longest_run_max": _counts(found.longest_run_max),
            "n_crossings": _counts(found.n_crossings),
            "n_crossings_min": _counts(found.n_crossings_min),
            "runs_signal": computed.runs_signal,
            "centre": limits.centre[layout.first] * multiply,
            "lower": lower * multiply,
            "upper": upper * multiply,
            "n_outside_limits": computed.n_outside,
            "is_constant": computed.is_constant,
            "is_claimed": computed.is_claimed,
            "method": [runs.method_used(method.code, n) for n in useful],
            "reason_code": [reason.value for reason in reasons],
            "reason": [say_reason(reason, n, profile, "en") for reason, n in zip(reasons, useful, strict=True)],
        }
    )


def points_frame(
    points: Points,
    layout: Layout,
    computed: Computed,
    reasons: list[str],
    multiply: float,
    target: float | None,
) -> pd.DataFrame:
    """One row per point; the columns of `SpcResult.points`."""
    limits = computed.limits
    of_phase = np.array(reasons, dtype=object)[layout.segment]
    reason = np.where(
        np.isnan(computed.y),
        WORDS[Reason.NO_DATA].en,
        np.where(layout.included, of_phase, WORDS[Reason.EXCLUDED].en),
    )
    return pd.DataFrame(
        {
            "x": points.x,
            "y": computed.y * multiply,
            "n": points.denominator,
            "centre": limits.centre * multiply,
            "lower": limits.lower * multiply,
            "upper": limits.upper * multiply,
            "warning_lower": limits.warning_lower * multiply,
            "warning_upper": limits.warning_upper * multiply,
            "target": np.full(len(points.y), np.nan if target is None else float(target)),
            "phase": layout.phase,
            "in_baseline": layout.in_baseline,
            "included": layout.included,
            "sigma_signal": computed.sigma_signal,
            "runs_signal": computed.runs_signal[layout.segment],
            "reason": reason,
        }
    )


def signals_of(layout: Layout, computed: Computed, has_order: bool) -> tuple[Signal, ...]:
    """The signals that are claimed: see `SpcResult.signals`."""
    return tuple(
        signal
        for segment in np.flatnonzero(computed.is_claimed & (computed.runs_signal | (computed.n_outside > 0))).tolist()
        for signal in _signals_of_phase(layout, computed, segment, has_order)
    )


def _signals_of_phase(layout: Layout, computed: Computed, segment: int, has_order: bool) -> list[Signal]:
    found, phase = computed.runs, int(layout.phase[layout.first[segment]])
    here = layout.segment == segment
    signals: list[Signal] = []

    def add(rule: Rule, where: Bools, is_above: bool | None) -> None:
        signals.append(Signal(rule, phase, tuple(np.flatnonzero(where).tolist()), is_above))

    if computed.runs_signal[segment]:
        allowed = found.allowed_run[segment]
        is_useful = here & (found.run >= 0)
        # A box that allows no run at all at this number of crossings has been left by its crossings.
        run_limit = allowed if allowed > 0 else found.longest_run_max[segment]
        for run in np.unique(found.run[is_useful & (found.run_length > run_limit)]).tolist():
            members = found.run == run
            add(Rule.LONG_RUN, members, bool(found.is_above[members][0]))
        if allowed == 0:
            add(Rule.FEW_CROSSINGS, is_useful, None)
    if computed.n_outside[segment]:
        outside = here & computed.sigma_signal & computed.takes_part
        is_above = found.is_above
        for side in (True, False):
            if (outside & (is_above == side)).any():
                add(Rule.OUTSIDE_LIMITS, outside & (is_above == side), side)
    return signals
