"""The computation itself: limits, ties, runs and claims for all points and phases at once, as flat arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from indicators.spc import ragged, runs
from indicators.spc.aggregate import Axis, Points
from indicators.spc.charts import ChartRecord, Limits, Subgroups
from indicators.spc.errors import InputError
from indicators.spc.phases import Layout
from indicators.spc.profiles import Profile
from indicators.spc.ragged import Bools, Floats, Ints
from indicators.words import Words

ROUNDING = 1e-14
"""Numbers this near to one another, relative to their size, differ by rounding only."""


@dataclass(frozen=True, slots=True)
class Computed:
    """What is known of the points (shape (n_points,)) and the phases (shape (n_segments,)), before multiplication.

    `y` is what is drawn. `is_claimed`: the phase has enough useful observations and varies, so that its signals are
    claimed.
    """

    y: Floats
    limits: Limits
    sigma_signal: Bools
    runs: runs.Runs
    runs_signal: Bools
    n_points: Ints
    n_values: Ints
    n_outside: Ints
    is_constant: Bools
    has_limits: Bools
    is_claimed: Bools
    takes_part: Bools


def compute(
    points: Points,
    layout: Layout,
    record: ChartRecord,
    profile: Profile,
    method: runs.RunsMethod,
    *,
    centre: float | None,
    screen_moving_ranges: bool,
    non_negative: bool,
) -> Computed:
    """Limits, runs and signals of every phase of every series; `indicators.spc.analyse` says what the options mean."""
    if centre is not None and (not np.isfinite(centre) or (record.is_not_negative and centre < 0)):
        raise InputError(
            "centre_out_of_range",
            Words(f"centre = {centre} er ikke en mulig værdi.", f"centre = {centre} is not a possible value."),
        )
    segment, n_segments = layout.segment, layout.n_segments
    subgroups = Subgroups(
        y=points.y,
        numerator=points.numerator,
        denominator=points.denominator,
        size=points.size,
        sd=points.sd,
        segment=segment,
        n_segments=n_segments,
        feeds=layout.in_baseline & layout.included,
        has_order=points.axis is not Axis.CATEGORY,
        centre=centre,
        screen_moving_ranges=screen_moving_ranges,
        profile=profile,
    )
    if record.value is not None:
        subgroups = replace(subgroups, y=record.value(subgroups))
    y = subgroups.y
    takes_part = layout.included & ~np.isnan(y)
    shown = np.where(takes_part, y, np.nan)
    n_values = ragged.count(segment[takes_part], n_segments)
    highest = ragged.largest(shown, segment, n_segments)
    lowest = ragged.smallest(shown, segment, n_segments)
    magnitude = np.maximum(np.abs(highest), np.abs(lowest))
    with np.errstate(invalid="ignore"):
        is_constant = (n_values > 1) & (highest - lowest <= ROUNDING * magnitude)

    with np.errstate(invalid="ignore", divide="ignore"):
        limits = record.limits(subgroups)
        if non_negative and record.has_limits:
            everything = ragged.smallest(y, segment, n_segments)
            limits = _cut_below_zero(limits, (everything >= 0)[segment])

        distance = shown - limits.centre
        spread = ragged.largest(np.abs(distance), segment, n_segments)
        tolerance = np.maximum(profile.tie_tolerance * spread, ROUNDING * magnitude)[segment]
        # No width, no limits: they would call every later point a signal.
        is_flat = is_constant[segment] | (limits.upper - limits.lower <= tolerance)
        limits = _without(limits, is_flat)
        sigma_signal = (y > limits.upper + tolerance) | (y < limits.lower - tolerance)

    found = runs.analyse_runs(distance, segment, n_segments, tolerance, method)
    has_order = points.axis is not Axis.CATEGORY
    return Computed(
        y=y,
        limits=limits,
        sigma_signal=sigma_signal,
        runs=found,
        runs_signal=found.is_signal & has_order & record.has_runs,
        n_points=ragged.count(segment, n_segments),
        n_values=n_values,
        n_outside=ragged.count(segment[sigma_signal & takes_part], n_segments),
        is_constant=is_constant,
        has_limits=ragged.count(segment[~np.isnan(limits.upper)], n_segments) > 0,
        is_claimed=(found.n_useful >= profile.minimum_useful) & ~is_constant,
        takes_part=takes_part,
    )


def _cut_below_zero(limits: Limits, where: Bools) -> Limits:
    def cut(values: Floats) -> Floats:
        return np.where(where & (values < 0), 0.0, values)

    return Limits(limits.centre, cut(limits.lower), limits.upper, cut(limits.warning_lower), limits.warning_upper)


def _without(limits: Limits, where: Bools) -> Limits:
    def gone(values: Floats) -> Floats:
        return np.where(where, np.nan, values)

    return Limits(
        limits.centre,
        gone(limits.lower),
        gone(limits.upper),
        gone(limits.warning_lower),
        gone(limits.warning_upper),
    )
