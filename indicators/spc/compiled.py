"""The batch kernel compiled with numba (`pip install tavle[fast]`): one pass over each series, nothing laid out.

The same arithmetic as `indicators.spc.kernel` in the same order, so the same digits: sums run row by row, lines and
ties are the same expressions, and the rules are counted instead of flagged. Used where the chart's record has a
recipe, the runs method is Anhøj's and there are no phases, freezes or exclusions; the NumPy kernel does everything.

This module is imported on demand only. The web process never imports numba.
"""

# What numba reads as one kind of whole number mypy reads as two.
# mypy: disable-error-code="assignment"

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numba import njit

from indicators.spc import runs
from indicators.spc.aggregate import LARGEST, SMALLEST
from indicators.spc.charts import ValueKind
from indicators.spc.kernel import ROUNDING, Options
from indicators.spc.ragged import Bools, Floats, Ints
from indicators.spc.reasons import Reason
from indicators.spc.result import Summary, has_neighbours
from indicators.spc.rules import (
    Alternating,
    Beyond,
    Monotone,
    OneSide,
    Outside,
    Rule,
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
        and options.minimum is None
        and options.maximum is None
        and all(
            type(rule.pattern) in _KINDS and not getattr(rule.pattern, "flags_window", False)
            for rule in options.profile.rules
        )
    )


def _jit(function: Callable[..., Any]) -> Callable[..., Any]:
    # Division by zero gives NaN or infinity as in NumPy; no fast maths, so that every digit is NumPy's.
    return njit(nogil=True, error_model="numpy")(function)


@lru_cache(maxsize=16)
def _kernel(sigma: Callable[[Any, Any], Any] | None) -> Callable[..., int]:
    """The loop over series, with a chart's sigma compiled into it; None: from moving ranges, or no limits."""
    sigma_of = _jit(sigma) if sigma is not None else _jit(_no_sigma)

    @_jit
    def loop(
        value: Floats,
        exposure: Floats,
        has_exposure: bool,
        offsets: Ints,
        not_negative: bool,
        within: bool,
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
    ) -> int:
        longest_series = 0
        for series in range(len(offsets) - 1):
            longest_series = max(longest_series, offsets[series + 1] - offsets[series])
        y, d, sd = np.empty(longest_series), np.empty(longest_series), np.empty(longest_series)
        upper, lower, scratch = np.empty(longest_series), np.empty(longest_series), np.empty(longest_series)
        state, zone = np.empty(longest_series, dtype=np.int8), np.empty(longest_series, dtype=np.int8)
        for series in range(len(offsets) - 1):
            start, n = offsets[series], offsets[series + 1] - offsets[series]
            # --------------------------------------------------------------------- what came in, and what is refused
            is_bad = False
            if has_exposure:
                for row in range(n):
                    v, e = value[start + row], exposure[start + row]
                    y[row] = v / e
                    is_bad |= (
                        abs(v) > LARGEST
                        or e > LARGEST
                        or e < SMALLEST
                        or (within and v > e)
                        or (not_negative and v < 0)
                    )
            else:
                for row in range(n):
                    v = value[start + row]
                    y[row] = v
                    is_bad |= abs(v) > LARGEST or (not_negative and v < 0)
            if is_bad:
                return series
            # ----------------------------------------------------------------------------------------------- centre
            n_values, last = 0, -1
            highest, lowest = -np.inf, np.inf
            for row in range(n):
                if y[row] == y[row]:
                    n_values += 1
                    last = row
                if y[row] > highest:
                    highest = y[row]
                if y[row] < lowest:
                    lowest = y[row]
            if n_values == 0:
                highest, lowest = np.nan, np.nan
            centre = np.nan
            if centre_kind == _RATIO:
                events, amount = 0.0, 0.0
                if n_values == n:
                    for row in range(n):
                        events += value[start + row]
                        amount += exposure[start + row]
                else:
                    for row in range(n):
                        if y[row] == y[row]:
                            events += value[start + row]
                            amount += exposure[start + row]
                if amount > 0:
                    centre = events / amount
            elif centre_kind == _MEAN:
                total = 0.0
                for row in range(n):
                    if y[row] == y[row]:
                        total += y[row]
                if n_values > 0:
                    centre = total / n_values
            elif n_values > 0:
                found = 0
                for row in range(n):
                    if y[row] == y[row]:
                        scratch[found] = y[row]
                        found += 1
                in_order = np.sort(scratch[:found])
                low, high = in_order[(found - 1) // 2], in_order[found // 2]
                centre = low if low == high else (low + high) / 2
            if given == given:
                centre = given
            for row in range(n):
                d[row] = y[row] - centre
            # Rounding keeps the order, so the largest distance is that of the largest value.
            spread = max(highest - centre, -(lowest - centre))
            magnitude = max(abs(highest), abs(lowest))
            tolerance = max(max(tie * spread, ROUNDING * magnitude), 0.0) if n_values > 0 else 0.0
            is_constant = n_values > 1 and highest - lowest <= ROUNDING * magnitude
            # ----------------------------------------------------------------------------------------------- limits
            n_limited, n_outside, is_flat = -1, 0, False
            if has_limits:
                if is_moving_range:
                    total, ranges = 0.0, 0
                    for row in range(1, n):
                        step = abs(y[row] - y[row - 1])
                        if step == step:
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
                elif has_exposure and n_values < n:
                    for row in range(n):
                        sd[row] = sigma_of(centre, exposure[start + row]) if y[row] == y[row] else np.nan
                else:
                    for row in range(n):
                        sd[row] = sigma_of(centre, exposure[start + row])
                for row in range(n):
                    reach = sigmas * sd[row]
                    low, high = max(centre - reach, minimum), min(centre + reach, maximum)
                    is_wide = high - low > tolerance and not is_constant
                    is_flat |= high - low <= tolerance
                    sd[row] = sd[row] if is_wide else np.nan
                    lower[row] = low if is_wide else np.nan
                    upper[row] = high if is_wide else np.nan
                for row in range(n):
                    n_outside += y[row] > upper[row] + tolerance or y[row] < lower[row] - tolerance
                for row in range(n - 1, -1, -1):
                    if upper[row] == upper[row]:
                        n_limited = row
                        break
            # ------------------------------------------------------------------------------- runs, without branches
            n_useful, longest, run, crossings, side = 0, 0, 0, 0, 0
            for row in range(n):
                here = np.int64(d[row] > tolerance) - np.int64(d[row] < -tolerance)
                state[row] = here
                is_useful = here * here
                same = np.int64(here == side)
                n_useful += is_useful
                crossings += is_useful * (1 - same)
                run = is_useful * (run * same + 1) + (1 - is_useful) * run
                side = is_useful * here + (1 - is_useful) * side
                longest = max(longest, run)
            counts[series, 0] = n_values
            counts[series, 1] = n_useful
            counts[series, 2] = longest if n_useful > 0 else -1
            counts[series, 3] = crossings - 1
            counts[series, 4] = n_outside
            counts[series, 5] = is_constant
            counts[series, 6] = n_limited >= 0
            counts[series, 7] = run if n_useful > 0 else -1
            counts[series, 8] = state[last] if last >= 0 else 0
            counts[series, 9] = is_flat
            figures[series, 0] = centre
            figures[series, 1] = lower[n_limited] if n_limited >= 0 else np.nan
            figures[series, 2] = upper[n_limited] if n_limited >= 0 else np.nan
            # ------------------------------------------------------------------------------------------------ rules
            for rule in range(len(kinds)):
                kind, length, of = kinds[rule], lengths[rule], ofs[rule]
                found_any, found_last = False, 0
                if kind == 0:  # outside
                    found_any = n_outside > 0
                    if found_any and last >= 0:
                        if y[last] > upper[last] + tolerance:
                            found_last = 1
                        elif y[last] < lower[last] - tolerance:
                            found_last = -1
                elif kind == 1:  # one side
                    if n_useful == n:  # nothing lies on the line or is missing: the runs above say it
                        best, row_run = longest, run
                    else:
                        best, row_run, before = 0, 0, 0
                        for row in range(last + 1):
                            here = np.int64(state[row])
                            row_run = here * here * (row_run * np.int64(here == before) + 1)
                            before = here
                            best = max(best, row_run)
                    found_any = best >= length
                    if last >= 0 and row_run >= length:
                        found_last = state[last]
                elif kind == 2:  # monotone
                    best, up, down = 0, 0, 0
                    for row in range(1, last + 1):
                        step = y[row] - y[row - 1]
                        up = (up + 1) * np.int64(step > tolerance)
                        down = (down + 1) * np.int64(step < -tolerance)
                        best = max(best, max(up, down))
                    found_any = best >= length - 1
                    if found_any:
                        found_last = np.int64(up >= length - 1) - np.int64(down >= length - 1)
                elif kind == 3:  # alternating
                    best, turns, before = 0, 0, 0
                    for row in range(1, last + 1):
                        step = y[row] - y[row - 1]
                        now = np.int64(step > tolerance) - np.int64(step < -tolerance)
                        turns = (turns + 1) * np.int64(now * before == -1)
                        before = now
                        best = max(best, turns)
                    found_any = best >= length - 2
                    if turns >= length - 2:
                        found_last = 2
                elif has_limits:
                    # 1 above, -1 below the line that many sigma out; 0 between or unknown.
                    n_above, n_below = 0, 0
                    for row in range(n):
                        reach = reaches[rule] * sd[row]
                        above = np.int64(y[row] > min(centre + reach, maximum) + tolerance)
                        below = np.int64(y[row] < max(centre - reach, minimum) - tolerance)
                        zone[row] = above - below
                        n_above += above
                        n_below += below
                    if kind == 4:  # some of so many beyond
                        for sign in (1, -1):
                            if (n_above if sign == 1 else n_below) < length:
                                continue
                            hits, same = 0, 0
                            for row in range(n):
                                if strict[rule]:
                                    if zone[row] == sign and (
                                        y[row] > upper[row] + tolerance or y[row] < lower[row] - tolerance
                                    ):
                                        zone[row] = 0
                                    same = same + 1 if sign * d[row] > tolerance else 0
                                hits += zone[row] == sign
                                if row >= of:
                                    hits -= zone[row - of] == sign
                                is_whole = row >= of - 1 and (not strict[rule] or same >= of)
                                if is_whole and hits >= length:
                                    found_any = True
                                    if row - of < last <= row and zone[last] == sign:
                                        found_last = sign
                    else:  # all within, or all beyond on both sides
                        near, out, one, before = 0, 0, 0, 0
                        for row in range(last + 1):
                            is_known = y[row] == y[row] and sd[row] == sd[row]
                            here = np.int64(zone[row])
                            near = near + 1 if here == 0 and is_known else 0
                            out = out + 1 if here != 0 else 0
                            one = (one + 1 if here == before else 1) if here != 0 else 0
                            before = here
                            is_found = near >= length if kind == 5 else (out >= length and one < length)
                            found_any |= is_found
                            if is_found and row == last:
                                found_last = 2
                any_flags[series, rule] = found_any
                last_flags[series, rule] = found_last
        return -1

    return loop


def _no_sigma(centre: float, denominator: float) -> float:
    return np.nan


def summarise(
    value: Floats, exposure: Floats | None, offsets: Ints, options: Options, has_order: bool = True
) -> Summary | None:
    """The summary of every series, without phases, freeze or exclusions; figures are those of the NumPy kernel.

    None where a row has to be refused: `aggregate.checked` says which and why.

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
    figures, counts = np.empty((n_series, 3)), np.empty((n_series, 10), dtype=np.int64)
    any_flags, last_flags = np.zeros((n_series, len(rules)), bool), np.zeros((n_series, len(rules)), np.int64)
    bad = _kernel(recipe.sigma if callable(recipe.sigma) else None)(
        value,
        value if exposure is None else exposure,
        exposure is not None,
        offsets,
        record.is_not_negative,
        record.kind is ValueKind.PROPORTION,
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
    if bad >= 0:
        return None
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
    for number, rule in enumerate(profile.rules):
        if rule.code is not Rule.OUTSIDE_LIMITS and not (has_order and record.has_runs):
            continue  # what is "in a row" is not asked where there is no order
        bits |= any_flags[:, number].astype(np.int64) << (number + first_rule)
        leads = (last_rule < 0) & (last_flags[:, number] != 0)
        last_rule[leads] = number + first_rule
        last_side[leads] = np.where(last_flags[leads, number] == 2, 0, last_flags[leads, number])
    bits[~is_claimed] = 0
    reasons = list(Reason)
    lacks_limits, is_flat = ~has_limits & record.has_limits, counts[:, 9] == 1
    if (lacks_limits & ~is_flat).any():
        is_valued = ~np.isnan(value) if exposure is None else ~(np.isnan(value) | np.isnan(exposure))
        is_flat = is_flat | has_neighbours(is_valued, np.repeat(np.arange(n_series), np.diff(offsets)), n_series)
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
            [
                n_values == 0,
                is_constant,
                ~is_claimed,
                lacks_limits & is_flat,
                lacks_limits,
            ],
            [
                reasons.index(each)
                for each in (
                    Reason.NO_DATA,
                    Reason.NO_VARIATION,
                    Reason.TOO_FEW,
                    Reason.NO_SPREAD,
                    Reason.NO_NEIGHBOURS,
                )
            ],
            default=reasons.index(Reason.NONE if has_order else Reason.NO_ORDER),
        ),
        rules=bits,
        last_rule=last_rule,
        last_side=last_side,
    )
