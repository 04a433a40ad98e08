"""The computation itself: limits, ties, runs, rules and claims for all points and phases at once, as flat arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from indicators.spc import ragged, runs
from indicators.spc.aggregate import Axis, Points
from indicators.spc.charts import ChartRecord, Limits, Subgroups, ValueKind
from indicators.spc.errors import InputError
from indicators.spc.phases import Layout
from indicators.spc.profiles import Profile
from indicators.spc.ragged import Bools, Floats, Ints
from indicators.spc.rules import Bits, Rows, Rule
from indicators.words import Words

ROUNDING = 1e-14
"""Numbers this near to one another, relative to their size, differ by rounding only."""

BLOCK_POINTS = 1 << 15
"""Points computed together: the scratch arrays of so many stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a chart is computed; `indicators.spc.analyse` says what each means."""

    record: ChartRecord
    profile: Profile
    method: runs.RunsMethod
    centre: float | None = None
    screen_moving_ranges: bool = True
    non_negative: bool = False
    minimum: float | None = None
    maximum: float | None = None

    @property
    def range(self) -> tuple[float, float]:
        """What the value can be, as far as the caller said."""
        floor = 0.0 if self.non_negative else -np.inf
        return (
            floor if self.minimum is None else max(self.minimum, floor),
            np.inf if self.maximum is None else self.maximum,
        )

    def __post_init__(self) -> None:
        centre = self.centre
        is_proportion = self.record.kind is ValueKind.PROPORTION
        if centre is not None and (
            not np.isfinite(centre) or (self.record.is_not_negative and centre < 0) or (is_proportion and centre > 1)
        ):
            raise InputError(
                "centre_out_of_range",
                Words(f"centre = {centre:g} er ikke en mulig værdi.", f"centre = {centre:g} is not a possible value."),
            )


@dataclass(frozen=True, slots=True)
class Computed:
    """What is known of the points (shape (n_points,)) and the phases (shape (n_segments,)), before multiplication.

    `y` is what is drawn, `distance` how far it lies from the centre (NaN where it takes no part). `flags` holds, for
    each rule of the profile in its order, the points it flags (bits of `rules`). `is_flat`: limits
    without width were taken away. `is_claimed`: the phase has enough useful observations and varies, so that its
    signals are claimed.
    """

    y: Floats
    limits: Limits
    distance: Floats
    tolerance: Floats
    sigma_signal: Bools
    flags: tuple[Bits, ...]
    runs: runs.Runs
    runs_signal: Bools
    n_points: Ints
    n_values: Ints
    n_outside: Ints
    is_constant: Bools
    is_flat: Bools
    has_limits: Bools
    is_claimed: Bools
    takes_part: Bools


def blocks(points: Points) -> Iterator[tuple[int, int]]:
    """First and last-but-one series of stretches of about `BLOCK_POINTS` points; a series is never cut."""
    edges = np.unique(np.searchsorted(points.first, np.arange(0, len(points.y), BLOCK_POINTS)))
    stops = [*edges[1:].tolist(), points.n_series]
    for start, stop in zip(edges.tolist(), stops, strict=True):
        if stop > start:
            yield start, stop


def compute(points: Points, layout: Layout, options: Options) -> Computed:
    """Limits, runs, rules and claims of every phase of every series."""
    record, profile = options.record, options.profile
    segment, n_segments, first = layout.segment, layout.n_segments, layout.first
    subgroups = Subgroups(
        y=points.y,
        numerator=points.numerator,
        denominator=points.denominator,
        size=points.size,
        sd=points.sd,
        segment=segment,
        n_segments=n_segments,
        feeds=layout.in_baseline & layout.included,
        all_feed=layout.all_feed,
        has_order=points.axis is not Axis.CATEGORY,
        centre=options.centre,
        screen_moving_ranges=options.screen_moving_ranges,
        profile=profile,
    )
    if record.value is not None:
        subgroups = replace(subgroups, y=record.value(subgroups))
    y = subgroups.y
    is_missing = np.isnan(y)
    takes_part = layout.included & ~is_missing
    shown = y if takes_part.all() else np.where(takes_part, y, np.nan)
    n_points = np.diff(first, append=len(y))
    n_values = n_points if shown is y else ragged.count(segment[takes_part], n_segments)

    with np.errstate(invalid="ignore", divide="ignore"):
        highest, lowest = ragged.largest(shown, first), ragged.smallest(shown, first)
        magnitude = np.maximum(np.abs(highest), np.abs(lowest))
        is_constant = (n_values > 1) & (highest - lowest <= ROUNDING * magnitude)
        if record.value is not None:  # equal steps are variation too: what came in decides
            came = np.where(layout.included, points.y, np.nan)
            most, least = ragged.largest(came, first), ragged.smallest(came, first)
            is_constant = (n_values > 1) & (most - least <= ROUNDING * np.maximum(np.abs(most), np.abs(least)))
        limits = record.limits(subgroups)
        floor, ceiling = options.range
        if record.has_limits and not record.is_of_spread and (floor > -np.inf or ceiling < np.inf):
            # Whether a value can lie beyond is asked of the whole series, not of a phase that happens to keep inside.
            keeps_above = ragged.smallest(y, points.first) >= floor
            keeps_below = ragged.largest(y, points.first) <= ceiling
            limits = _cut(
                limits,
                np.where(keeps_above, floor, -np.inf)[points.series],
                np.where(keeps_below, ceiling, np.inf)[points.series],
            )

        distance = shown - limits.centre
        spread = np.maximum(ragged.largest(distance, first), -ragged.smallest(distance, first))
        # fmax: where every point is excluded there is no spread, and a point is outside by any amount.
        ties = np.fmax(np.fmax(profile.tie_tolerance * spread, ROUNDING * magnitude), 0.0)
        tolerance = np.repeat(ties, n_points)
        # No width, no limits: they would call every later point a signal.
        is_flat = limits.upper - limits.lower <= tolerance
        is_flat |= np.repeat(is_constant, n_points)
        flat_phases = np.zeros(n_segments, dtype=bool)
        if is_flat.any():
            limits = _without(limits, is_flat)
            flat_phases = ragged.any_of(is_flat, first)
        sigma_signal = (y > limits.upper + tolerance) | (y < limits.lower - tolerance)

    found = runs.analyse_runs(distance, layout, tolerance, options.method)
    has_order = points.axis is not Axis.CATEGORY
    outside = sigma_signal if shown is y else sigma_signal & takes_part
    return Computed(
        y=y,
        limits=limits,
        distance=distance,
        tolerance=tolerance,
        sigma_signal=sigma_signal,
        flags=_flags(y, distance, tolerance, limits, layout, profile, record, has_order),
        runs=found,
        runs_signal=found.is_signal & has_order & record.has_runs & profile.has_runs,
        n_points=n_points,
        n_values=n_values,
        n_outside=ragged.count(segment[outside], n_segments),
        is_constant=is_constant,
        is_flat=flat_phases,
        has_limits=~np.isnan(ragged.largest(limits.upper, first)),
        is_claimed=(found.n_useful >= profile.minimum_useful) & ~is_constant,
        takes_part=takes_part,
    )


def _flags(
    y: Floats,
    distance: Floats,
    tolerance: Floats,
    limits: Limits,
    layout: Layout,
    profile: Profile,
    record: ChartRecord,
    has_order: bool,
) -> tuple[Bits, ...]:
    """Every rule of the profile over the rows that take part, laid back along the points."""
    starts = np.zeros(len(y), dtype=bool)
    starts[layout.first] = True
    included = layout.included
    everything = layout.all_feed or bool(included.all())
    if everything:
        rows = Rows(y, distance, tolerance, starts, _zones(limits, record, None))
    else:
        segment = layout.segment[included]
        starts = np.ones(len(segment), dtype=bool)
        starts[1:] = segment[1:] != segment[:-1]
        rows = Rows(y[included], distance[included], tolerance[included], starts, _zones(limits, record, included))

    def laid_back(bits: Bits) -> Bits:
        if everything:
            return bits
        along = np.zeros(len(y), dtype=np.uint8)
        along[included] = bits
        return along

    nothing = np.zeros(len(y), dtype=np.uint8)
    return tuple(
        laid_back(rule.pattern.find(rows))
        if rule.code is Rule.OUTSIDE_LIMITS or (has_order and record.has_runs)
        else nothing
        for rule in profile.rules
    )


def _zones(limits: Limits, record: ChartRecord, included: Bools | None):  # type: ignore[no-untyped-def]
    """The lines `sigmas` from the centre along the rows; None where the chart type has none."""
    if not record.has_limits:
        return lambda sigmas: None

    def zone(sigmas: float) -> tuple[Floats, Floats]:
        if sigmas == 3.0:
            lines = limits.lower, limits.upper
        elif sigmas == 2.0:
            lines = limits.warning_lower, limits.warning_upper
        elif limits.at is not None:
            lines = limits.at(sigmas)
        else:
            share = sigmas / 3
            lines = (
                limits.centre + share * (limits.lower - limits.centre),
                limits.centre + share * (limits.upper - limits.centre),
            )
        return lines if included is None else (lines[0][included], lines[1][included])

    return zone


def _cut(limits: Limits, floor: Floats, ceiling: Floats) -> Limits:
    """Lines kept inside what the value can be; a line that is not there (NaN) stays away."""

    def lower(values: Floats) -> Floats:
        return np.where(values < floor, floor, values)

    def upper(values: Floats) -> Floats:
        return np.where(values > ceiling, ceiling, values)

    inner = limits.at
    return Limits(
        limits.centre,
        lower(limits.lower),
        upper(limits.upper),
        lower(limits.warning_lower),
        upper(limits.warning_upper),
        None if inner is None else lambda sigmas: (lower(inner(sigmas)[0]), upper(inner(sigmas)[1])),
    )


def _without(limits: Limits, where: Bools) -> Limits:
    def gone(values: Floats) -> Floats:
        return np.where(where, np.nan, values)

    inner = limits.at
    return Limits(
        limits.centre,
        gone(limits.lower),
        gone(limits.upper),
        gone(limits.warning_lower),
        gone(limits.warning_upper),
        None if inner is None else lambda sigmas: (gone(inner(sigmas)[0]), gone(inner(sigmas)[1])),
    )
