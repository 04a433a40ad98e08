"""The batch kernel compiled with numba (`pip install tavle[fast]`): one pass over each series, nothing laid out.

The same arithmetic as `indicators.spc.kernel` in the same order, so the same digits: sums run row by row, lines and
ties are the same expressions, and the rules are counted instead of flagged. Used where the chart's record has a
recipe, the runs method is Anhøj's and there are no phases, freezes or exclusions; the NumPy kernel does everything.

This module is imported on demand only. The web process never imports numba.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numba import njit

from indicators.spc import runs
from indicators.spc.kernel import ROUNDING, Options
from indicators.spc.ragged import Bools, Floats, Ints
from indicators.spc.reasons import Reason
from indicators.spc.result import Summary
from indicators.spc.rules import (
    Alternating,
    Beyond,
    Monotone,
    OneSide,
    Outside,
    Within,
    Without,
)

_KINDS = {
    kind: number for number, kind in enumerate((Outside, OneSide, Monotone, Alternating, Beyond, Within, Without))
}
_RATIO, _MEAN, _MEDIAN = 0, 1, 2
_CENTRES = {"ratio": _RATIO, "mean": _MEAN, "median": _MEDIAN}


def can(options: Options) -> bool:
    """Whether the compiled kernel covers a chart with these options."""
    recipe = options.record.recipe
    return (
        recipe is not None
        and options.method.code == "anhoej"
        and not (options.non_negative and recipe.sigma == "moving_range")
        and all(
            type(rule.pattern) in _KINDS and not getattr(rule.pattern, "flags_window", False)
            for rule in options.profile.rules
        )
    )


def _jit(function: Callable[..., Any]) -> Callable[..., Any]:
    # Division by zero gives NaN or infinity as in NumPy; no fast maths, so that every digit is NumPy's.
    return njit(nogil=True, error_model="numpy")(function)


@_jit
def _first_bad(value: Floats, exposure: Floats, has_exposure: bool, not_negative: bool, within: bool) -> int:
    """The first row that NumPy's checks would refuse, or -1."""
    for row in range(len(value)):
        if np.isinf(value[row]) or (not_negative and value[row] < 0):
            return row
        if has_exposure and (np.isinf(exposure[row]) or exposure[row] <= 0 or (within and value[row] > exposure[row])):
            return row
    return -1


def first_bad(value: Floats, exposure: Floats | None, options: Options) -> int:
    """The first row that has to be refused, or -1; `aggregate.checked` says why."""
    record = options.record
    has_exposure = exposure is not None
    return int(
        _first_bad(
            value,
            exposure if exposure is not None else value,
            has_exposure,
            record.is_not_negative,
            record.kind.value == "proportion",
        )
    )


@lru_cache(maxsize=16)
def _kernel(sigma: Callable[[Any, Any], Any] | None) -> Callable[..., None]:
    """The loop over series, with a chart's sigma compiled into it; None: from moving ranges, or no limits."""
    sigma_of = _jit(sigma) if sigma is not None else _jit(_no_sigma)

    @_jit
    def loop(
        value: Floats,
        exposure: Floats,
        has_exposure: bool,
        offsets: Ints,
        centre_kind: int,
        is_moving_range: bool,
        has_limits: bool,
        given: float,
        minimum: float,
        maximum: float,
        sigmas: float,
        tie: float,
        divisor: float,
        screening: float,
        screen: bool,
        kinds: Ints,
        lengths: Ints,
        ofs: Ints,
        reaches: Floats,
        strict: Bools,
        figures: Floats,
        counts: Ints,
        any_flags: Bools,
        last_flags: Ints,
    ) -> None:
        longest_series = 0
        for series in range(len(offsets) - 1):
            longest_series = max(longest_series, offsets[series + 1] - offsets[series])
        y, d, sd, upper, lower, scratch = (
            np.empty(longest_series),
            np.empty(longest_series),
            np.empty(longest_series),
            np.empty(longest_series),
            np.empty(longest_series),
            np.empty(longest_series),
        )
        state = np.empty(longest_series, dtype=np.int8)
        for series in range(len(offsets) - 1):
            start, n = offsets[series], offsets[series + 1] - offsets[series]
            # ------------------------------------------------------------------------------- values and centre
            n_values = 0
            events = 0.0
            amount = 0.0
            last = -1
            for row in range(n):
                v = value[start + row]
                if has_exposure:
                    e = exposure[start + row]
                    y[row] = v / e
                    if not np.isnan(y[row]):
                        events += v
                        amount += e
                        n_values += 1
                        last = row
                else:
                    y[row] = v
                    if not np.isnan(v):
                        events += v
                        n_values += 1
                        last = row
            if centre_kind == _RATIO:
                centre = events / amount if amount > 0 else np.nan
            elif centre_kind == _MEAN:
                if has_exposure:
                    events = 0.0
                    for row in range(n):
                        if not np.isnan(y[row]):
                            events += y[row]
                centre = events / n_values if n_values > 0 else np.nan
            else:
                found = 0
                for row in range(n):
                    if not np.isnan(y[row]):
                        scratch[found] = y[row]
                        found += 1
                if found > 0:
                    in_order = np.sort(scratch[:found])
                    low, high = in_order[(found - 1) // 2], in_order[found // 2]
                    centre = low if low == high else (low + high) / 2
                else:
                    centre = np.nan
            if not np.isnan(given):
                centre = given
            highest, lowest = np.nan, np.nan
            far_above, far_below = np.nan, np.nan
            for row in range(n):
                d[row] = y[row] - centre
                if not np.isnan(y[row]):
                    highest = y[row] if np.isnan(highest) or y[row] > highest else highest
                    lowest = y[row] if np.isnan(lowest) or y[row] < lowest else lowest
                if not np.isnan(d[row]):
                    far_above = d[row] if np.isnan(far_above) or d[row] > far_above else far_above
                    far_below = d[row] if np.isnan(far_below) or d[row] < far_below else far_below
            magnitude = max(abs(highest), abs(lowest))
            spread = max(far_above, -far_below)
            tolerance = 0.0 if np.isnan(spread) else max(tie * spread, 0.0)
            tolerance = tolerance if np.isnan(magnitude) else max(tolerance, ROUNDING * magnitude)
            is_constant = n_values > 1 and highest - lowest <= ROUNDING * magnitude
            # ----------------------------------------------------------------------------------------- limits
            if is_moving_range:
                total, ranges = 0.0, 0
                for row in range(1, n):
                    step = abs(y[row] - y[row - 1])
                    if not np.isnan(step):
                        total += step
                        ranges += 1
                average = total / ranges if ranges > 0 else np.nan
                if screen:
                    edge = screening * average
                    total, ranges = 0.0, 0
                    for row in range(1, n):
                        step = abs(y[row] - y[row - 1])
                        if step < edge:
                            total += step
                            ranges += 1
                    average = total / ranges if ranges > 0 else np.nan
                for row in range(n):
                    sd[row] = average / divisor
            elif has_limits:
                for row in range(n):
                    is_missing = has_exposure and np.isnan(y[row])
                    sd[row] = np.nan if is_missing else sigma_of(centre, exposure[start + row])
            n_limited = -1
            n_outside = 0
            if has_limits:
                for row in range(n):
                    reach = sigmas * sd[row]
                    lower[row] = max(centre - reach, minimum)
                    upper[row] = min(centre + reach, maximum)
                    if not (upper[row] - lower[row] > tolerance) or is_constant:
                        sd[row] = np.nan
                        lower[row] = np.nan
                        upper[row] = np.nan
                    if not np.isnan(upper[row]):
                        n_limited = row
                for row in range(n):
                    if y[row] > upper[row] + tolerance or y[row] < lower[row] - tolerance:
                        n_outside += 1
            # ------------------------------------------------------------------------------------------- runs
            n_useful, longest, run, crossings = 0, 0, 0, 0
            side = 0
            for row in range(n):
                here = 1 if d[row] > tolerance else (-1 if d[row] < -tolerance else 0)
                state[row] = here
                if here == 0:
                    continue
                n_useful += 1
                if here == side:
                    run += 1
                else:
                    if side != 0:
                        crossings += 1
                    side, run = here, 1
                if run > longest:
                    longest = run
            counts[series, 0] = n_values
            counts[series, 1] = n_useful
            counts[series, 2] = longest if n_useful > 0 else -1
            counts[series, 3] = crossings if n_useful > 0 else -1
            counts[series, 4] = n_outside
            counts[series, 5] = 1 if is_constant else 0
            counts[series, 6] = 1 if n_limited >= 0 else 0
            counts[series, 7] = run if n_useful > 0 else -1
            counts[series, 8] = state[last] if last >= 0 else 0
            figures[series, 0] = centre
            figures[series, 1] = lower[n_limited] if n_limited >= 0 else np.nan
            figures[series, 2] = upper[n_limited] if n_limited >= 0 else np.nan
            # ------------------------------------------------------------------------------------------ rules
            for rule in range(len(kinds)):
                kind, length, of = kinds[rule], lengths[rule], ofs[rule]
                found_any, found_last = False, 0
                if kind == 0:  # outside
                    if has_limits:
                        for row in range(n):
                            above = y[row] > upper[row] + tolerance
                            below = y[row] < lower[row] - tolerance
                            if above or below:
                                found_any = True
                                if row == last:
                                    found_last = 1 if above else -1
                elif kind == 1:  # one side
                    run = 0
                    for row in range(n):
                        if state[row] == 0:
                            run = 0
                        elif row > 0 and state[row] == state[row - 1]:
                            run += 1
                        else:
                            run = 1
                        if run >= length:
                            found_any = True
                            if row == last:
                                found_last = state[row]
                elif kind == 2 or kind == 3:  # monotone, alternating
                    up, down, turns = 0, 0, 0
                    before = 0
                    for row in range(1, n):
                        step = y[row] - y[row - 1]
                        now = 1 if step > tolerance else (-1 if step < -tolerance else 0)
                        up = up + 1 if now == 1 else 0
                        down = down + 1 if now == -1 else 0
                        turns = turns + 1 if now != 0 and now == -before else 0
                        before = now
                        if kind == 2:
                            if up >= length - 1 or down >= length - 1:
                                found_any = True
                                if row == last:
                                    found_last = now
                        elif turns >= length - 2:
                            found_any = True
                            if row == last:
                                found_last = 2
                elif has_limits:
                    # Zones: 1 above, -1 below the line that many sigma out; 0 between; -2 no value or no line there.
                    for row in range(n):
                        reach = reaches[rule] * sd[row]
                        if np.isnan(y[row]) or np.isnan(reach):
                            state[row] = -2
                        elif y[row] > min(centre + reach, maximum) + tolerance:
                            state[row] = 1
                        elif y[row] < max(centre - reach, minimum) - tolerance:
                            state[row] = -1
                        else:
                            state[row] = 0
                    if kind == 4:
                        for sign in (1, -1):
                            hits, same = 0, 0
                            for row in range(n):
                                counts_here = state[row] == sign
                                if strict[rule]:
                                    if counts_here and (
                                        y[row] > upper[row] + tolerance or y[row] < lower[row] - tolerance
                                    ):
                                        state[row] = 0
                                        counts_here = False
                                    same = same + 1 if sign * d[row] > tolerance else 0
                                hits += 1 if counts_here else 0
                                if row >= of:
                                    hits -= 1 if state[row - of] == sign else 0
                                is_whole = row >= of - 1 and (not strict[rule] or same >= of)
                                if is_whole and hits >= length:
                                    found_any = True
                                    if last >= 0 and row - of < last <= row and state[last] == sign:
                                        found_last = sign
                    else:
                        near, out, one = 0, 0, 0
                        before = 0
                        for row in range(n):
                            near = near + 1 if state[row] == 0 else 0
                            is_out = state[row] == 1 or state[row] == -1
                            out = out + 1 if is_out else 0
                            one = (one + 1 if state[row] == before else 1) if is_out else 0
                            before = state[row]
                            if (kind == 5 and near >= length) or (kind == 6 and out >= length and one < length):
                                found_any = True
                                if row == last:
                                    found_last = 2
                    for row in range(n):
                        state[row] = 1 if d[row] > tolerance else (-1 if d[row] < -tolerance else 0)
                any_flags[series, rule] = found_any
                last_flags[series, rule] = found_last

    return loop


def _no_sigma(centre: float, denominator: float) -> float:
    return np.nan


def summarise(
    value: Floats, exposure: Floats | None, offsets: Ints, options: Options, has_order: bool = True
) -> Summary:
    """The summary of every series, without phases, freeze or exclusions; figures are those of the NumPy kernel.

    Parameters
    ----------
    value, exposure : ndarray of float, shape (n_points,)
        As they came: numerators and denominators, or values alone.
    offsets : ndarray of int, shape (n_series + 1,)
    """
    record, profile, recipe = options.record, options.profile, options.record.recipe
    assert recipe is not None
    n_series = len(offsets) - 1
    rules = [rule.pattern for rule in profile.rules]
    figures, counts = np.empty((n_series, 3)), np.empty((n_series, 9), dtype=np.int64)
    any_flags, last_flags = np.zeros((n_series, len(rules)), bool), np.zeros((n_series, len(rules)), np.int64)
    _kernel(recipe.sigma if callable(recipe.sigma) else None)(
        value,
        value if exposure is None else exposure,
        exposure is not None,
        offsets,
        _CENTRES[recipe.centre],
        recipe.sigma == "moving_range",
        record.has_limits,
        np.nan if options.centre is None else float(options.centre),
        recipe.minimum,
        recipe.maximum,
        profile.sigmas,
        profile.tie_tolerance,
        profile.moving_range_divisor,
        profile.screening_limit,
        options.screen_moving_ranges,
        np.array([_KINDS[type(rule)] for rule in rules], dtype=np.int64),
        np.array([getattr(rule, "length", getattr(rule, "count", 1)) for rule in rules], dtype=np.int64),
        np.array([getattr(rule, "of", 1) for rule in rules], dtype=np.int64),
        np.array([rule.sigmas for rule in rules], dtype=np.float64),
        np.array([getattr(rule, "is_strict", False) for rule in rules], dtype=bool),
        figures,
        counts,
        any_flags,
        last_flags,
    )
    n_values, n_useful, longest, crossings, n_outside = (counts[:, column] for column in range(5))
    is_constant, has_limits = counts[:, 5] == 1, counts[:, 6] == 1
    latest_run, last_state = counts[:, 7], counts[:, 8]
    longest_max, crossings_min = runs.bounds(n_useful)
    few_crossings = crossings < crossings_min
    has_any = n_useful > 0
    is_judged = has_any & has_order & record.has_runs & profile.has_runs
    runs_signal = is_judged & ((longest > longest_max) | few_crossings)
    is_claimed = (n_useful >= profile.minimum_useful) & ~is_constant

    first_rule = 2 if profile.has_runs else 0
    bits = np.zeros(n_series, dtype=np.int64)
    last_rule, last_side = np.full(n_series, -1), np.zeros(n_series, dtype=np.int64)
    if profile.has_runs:
        bits |= (runs_signal & (longest > longest_max)).astype(np.int64)
        bits |= (runs_signal & few_crossings).astype(np.int64) << 1
        in_long_run = runs_signal & (last_state != 0) & (latest_run > longest_max)
        last_rule[in_long_run], last_side[in_long_run] = 0, last_state[in_long_run]
    for number in range(len(rules)):
        bits |= any_flags[:, number].astype(np.int64) << (number + first_rule)
        leads = (last_rule < 0) & (last_flags[:, number] != 0)
        last_rule[leads] = number + first_rule
        last_side[leads] = np.where(last_flags[leads, number] == 2, 0, last_flags[leads, number])
    bits[~is_claimed] = 0
    reasons = list(Reason)
    return Summary(
        phase=np.ones(n_series, dtype=np.int64),
        owner=np.arange(n_series),
        first_row=np.zeros(n_series, dtype=np.int64),
        n_points=np.diff(offsets),
        n_values=n_values,
        n_useful=n_useful,
        longest_run=longest,
        longest_run_max=longest_max,
        n_crossings=crossings,
        n_crossings_min=crossings_min,
        runs_signal=runs_signal,
        centre=figures[:, 0],
        lower=figures[:, 1],
        upper=figures[:, 2],
        n_outside_limits=n_outside,
        is_constant=is_constant,
        is_claimed=is_claimed,
        reason=np.select(
            [n_values == 0, is_constant, ~is_claimed, ~has_limits & record.has_limits],
            [
                reasons.index(each)
                for each in (Reason.NO_DATA, Reason.NO_VARIATION, Reason.TOO_FEW, Reason.NO_NEIGHBOURS)
            ],
            default=reasons.index(Reason.NONE if has_order else Reason.NO_ORDER),
        ),
        rules=bits,
        last_rule=last_rule,
        last_side=last_side,
    )
