"""Variation and assurance of one series: is the process changing, and can it meet its target?

Both are read from the current (last) phase. The profile says how: profile `anhoej` reads variation from any signal of
the phase and holds the target against the limits of the last twelve points; `mdc` reads the last point alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from indicators.definition import Direction
from indicators.spc.errors import InputError
from indicators.spc.profiles import Reading
from indicators.spc.result import SpcResult
from indicators.spc.rules import Rule
from indicators.words import Words

COUNTED_PERIODS = 12
"""Periods in which meeting the target is counted where a chart has no limits."""

ENOUGH_POINTS = 10
"""With fewer values in the current phase nothing is said about the target, nor that there is no variation."""


class Variation(StrEnum):
    """Is the process changing? The order is the order of every legend."""

    CONCERN = "concern"
    IMPROVEMENT = "improvement"
    CHANGE = "change"  # a signal where neither direction is better, or one without direction
    COMMON = "common"
    FEW = "few"  # too few useful points to tell signal from noise
    MISSING = "missing"  # no data at all


class Assurance(StrEnum):
    """Will the process, as it is, meet its target?"""

    PASS = "pass"
    MIXED = "mixed"
    FAIL = "fail"
    NONE = "none"  # no target, or no direction


@dataclass(frozen=True, slots=True)
class Claim:
    """A signal of the current phase, the rows that show it and their side (None: a rule that knows no side)."""

    rule: Rule
    is_above: bool | None
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is said of a series. `claims` are all signals that speak, `lead` the one that decides; the others are
    reported beside it. `met` of `counted` points met the target of their time; `assurance_is_counted` where the chart
    has no limits to hold it against."""

    variation: Variation
    lead: Claim | None
    claims: tuple[Claim, ...]
    assurance: Assurance
    assurance_is_counted: bool
    met: int | None
    counted: int | None


def judge(
    result: SpcResult,
    direction: Direction | str,
    *,
    target: float | None = None,
    strict: bool | None = None,
    reading: Reading | str | None = None,
) -> Judgement:
    """Variation and assurance of a chart.

    Parameters
    ----------
    result : SpcResult
    direction : Direction or its code
        Which way is better: up, down, neither.
    target : float, optional
        Else the target column of the points, which may change along the series; the last point's holds now.
    strict : bool, optional
        A target that equals a limit is not yet passed. Else as the profile has it (`mdc`: strict).
    reading : Reading, optional
        phase or last_point; else as the profile has it.

    Returns
    -------
    Judgement

    Notes
    -----
    Of signals in both directions the one that reaches furthest towards the present leads; in one direction a long run
    leads a point outside the limits, and that leads few crossings; other rules follow in the order of the profile.
    The target is passed where it lies beyond the limit on its bad side at each of the last points that the profile
    looks at, failed where even the limit on the good side never meets it. A constant series is compared itself, equal
    being met. Where the chart has no limits the last twelve points are counted.

    Examples
    --------
    >>> import pandas as pd
    >>> from indicators import spc
    >>> weeks = pd.DataFrame({"week": range(1, 13), "days": [9, 8, 9, 7, 9, 8, 7, 9, 8, 9, 8, 7]})
    >>> judged = judge(spc.analyse(weeks, chart="i", x="week", y="days", target=14), "down")
    >>> judged.variation.value, judged.assurance.value, judged.met, judged.counted
    ('common', 'pass', 12, 12)
    """
    direction = Direction(_one_of(Direction, direction, "direction"))
    reading = result.profile.reading if reading is None else Reading(_one_of(Reading, reading, "reading"))
    strict = result.profile.is_strict if strict is None else strict
    n_values, was_constant, is_claimed = (
        result.phase_columns[name][-1] for name in ("n_values", "is_constant", "is_claimed")
    )
    found = claims(result, reading)
    lead = leading(found, result)
    is_constant = bool(was_constant) and n_values >= ENOUGH_POINTS
    if n_values == 0:
        variation = Variation.MISSING
    elif lead is not None:
        variation = variation_of(direction, lead.is_above)
    else:
        variation = Variation.COMMON if is_constant or is_claimed else Variation.FEW

    values = result.point_columns["y"]
    targets = result.point_columns["target"] if target is None else np.full(len(values), float(target))
    has_value = np.flatnonzero(~np.isnan(values))
    now = float(targets[has_value[-1]]) if len(has_value) else math.nan

    def meets(value: float, goal: float, is_strict: bool = False) -> bool:
        if math.isclose(value, goal, rel_tol=1e-9):
            return not is_strict
        return (value > goal) == (direction is Direction.UP)

    met = counted = None
    if direction is not Direction.NEITHER:
        latest = [row for row in has_value[-COUNTED_PERIODS:].tolist() if not math.isnan(targets[row])]
        judged = [meets(float(values[row]), float(targets[row])) for row in latest]
        met, counted = (sum(judged), len(judged)) if judged else (None, None)
    has_target = direction is not Direction.NEITHER and not math.isnan(now)
    assured, is_counted = assurance(
        result,
        (lambda value: meets(value, now, strict)) if has_target else None,
        is_high_good=direction is Direction.UP,
        met=met,
        counted=counted,
        is_met_by_constant=lambda value: meets(value, now),
    )
    return Judgement(variation, lead, tuple(found), assured, is_counted, met, counted)


def _one_of(kind: type[StrEnum], value: str, argument: str) -> str:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(kind)
        raise InputError(
            f"unknown_{argument}",
            Words(
                f"{argument} = »{value}« findes ikke. Vælg en af: {known}.",
                f"There is no {argument} {value!r}. Choose one of: {known}.",
            ),
        ) from None


def variation_of(direction: Direction, is_above: bool | None) -> Variation:
    """What a signal on a side means where `direction` is better."""
    if direction is Direction.NEITHER or is_above is None:
        return Variation.CHANGE
    return Variation.IMPROVEMENT if is_above == (direction is Direction.UP) else Variation.CONCERN


# -------------------------------------------------------------------------------------------------------- variation


def claims(result: SpcResult, reading: Reading) -> list[Claim]:
    """The signals of the current phase that the reading looks at.

    Few crossings belong to the whole phase: the level has moved, and the later half tells which way. A long run on that
    side already shows where, so it speaks for both; without one, the longest stretch of the later half on that side is
    what a reader is pointed to.
    """
    current = [signal for signal in result.signals if signal.phase == result.n_phases]
    points = result.point_columns
    if reading is Reading.LAST_POINT:
        takes_part = np.flatnonzero(~np.isnan(points["y"]) & points["included"])
        last = int(takes_part[-1]) if len(takes_part) else -1
        return [Claim(signal.rule, signal.is_above, signal.rows) for signal in current if last in signal.rows]
    found = [
        Claim(signal.rule, signal.is_above, signal.rows) for signal in current if signal.rule is not Rule.FEW_CROSSINGS
    ]
    long_runs = {claim.is_above for claim in found if claim.rule is Rule.LONG_RUN}
    for signal in current:
        if signal.rule is not Rule.FEW_CROSSINGS:
            continue
        later = list(signal.rows[len(signal.rows) // 2 :])
        distance = points["y"] - points["centre"]
        is_above = bool(distance[later].mean() > 0)
        if is_above not in long_runs:
            found.append(Claim(signal.rule, is_above, _longest_stretch(later, (distance > 0) == is_above)))
    return found


def _longest_stretch(rows: Sequence[int], is_member: np.ndarray) -> tuple[int, ...]:
    """The longest run of neighbours among `rows` that are members, the latest of equals."""
    best: list[int] = []
    here: list[int] = []
    for row in rows:
        here = [*here, row] if is_member[row] else []
        best = here if len(here) >= len(best) else best
    return tuple(best)


def leading(found: Sequence[Claim], result: SpcResult) -> Claim | None:
    """The claim that decides: the direction of the newest, and in that direction the first rule of the profile."""
    if not found:
        return None
    profile = result.profile
    runs_rules = (Rule.LONG_RUN,) if profile.has_runs else ()
    order = [*runs_rules, *(rule.code for rule in profile.rules), Rule.FEW_CROSSINGS]
    newest = max(found, key=lambda claim: (claim.rows[-1], -order.index(claim.rule)))
    return min(
        (claim for claim in found if claim.is_above == newest.is_above), key=lambda claim: order.index(claim.rule)
    )


# --------------------------------------------------------------------------------------------------------- assurance


def assurance(
    result: SpcResult,
    meets: Callable[[float], bool] | None,
    *,
    is_high_good: bool,
    met: int | None,
    counted: int | None,
    is_met_by_constant: Callable[[float], bool] | None = None,
) -> tuple[Assurance, bool]:
    """Whether the process of the current phase can meet its target, and whether that was counted.

    `meets` tells whether a limit meets the target (None: there is no target), `is_met_by_constant` whether the value
    of a series without variation does.
    """
    is_counted = not result.chart.has_limits
    n_values, is_constant, centre = (result.phase_columns[name][-1] for name in ("n_values", "is_constant", "centre"))
    if meets is None or n_values < ENOUGH_POINTS:
        return Assurance.NONE, is_counted
    if is_counted:
        if not counted:
            return Assurance.NONE, True
        return (Assurance.PASS if met == counted else Assurance.MIXED if met else Assurance.FAIL), True
    if is_constant:
        return (Assurance.PASS if (is_met_by_constant or meets)(float(centre)) else Assurance.FAIL), False
    y, phase, included, lower, upper = (
        result.point_columns[name] for name in ("y", "phase", "included", "lower", "upper")
    )
    has_limits = (phase == result.n_phases) & included & ~np.isnan(upper)
    rows = np.flatnonzero(has_limits & ~np.isnan(y))[-result.profile.assurance_points :]
    if not len(rows):
        return Assurance.NONE, False
    good, bad = (upper[rows], lower[rows]) if is_high_good else (lower[rows], upper[rows])
    if all(meets(limit) for limit in bad):
        return Assurance.PASS, False
    if not any(meets(limit) for limit in good):
        # A target that equals the good limit is still within reach, also in a strict reading.
        is_within_reach = any((is_met_by_constant or meets)(limit) for limit in good)
        return (Assurance.MIXED if is_within_reach else Assurance.FAIL), False
    return Assurance.MIXED, False
