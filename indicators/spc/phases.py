"""Phases, freeze and exclude: which rows belong together, which feed the lines, which take part.

A mark is a 1-based position within its series, or a date on the x axis. A mark beyond the last point changes nothing (a
phase that is planned, a baseline that is still being filled).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
import pandas as pd

from indicators.spc import ragged
from indicators.spc.aggregate import Axis, Points
from indicators.spc.errors import InputError
from indicators.spc.ragged import Bools, Ints
from indicators.words import Words

Mark: TypeAlias = int | date | str
Marks: TypeAlias = Mark | Sequence[Mark] | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each point stands, shape (n_points,). `segment` numbers the phases of all series, `phase` those of its own
    series from 1. `first` and `owner`, shape (n_segments,): first row and series of each segment. `all_feed`: every
    point is included and in its baseline."""

    position: Ints
    segment: Ints
    n_segments: int
    phase: Ints
    first: Ints
    owner: Ints
    in_baseline: Bools
    included: Bools
    all_feed: bool


def one_phase(n_points: int) -> Layout:
    """The layout of one series without phases, freeze or exclusions."""
    everything = np.ones(n_points, dtype=bool)
    zeros = np.zeros(n_points, dtype=np.int64)
    return Layout(
        position=np.arange(1, n_points + 1),
        segment=zeros,
        n_segments=1,
        phase=zeros + 1,
        first=np.zeros(1, dtype=np.int64),
        owner=np.zeros(1, dtype=np.int64),
        in_baseline=everything,
        included=everything,
        all_feed=True,
    )


def _each(marks: Marks) -> list[Mark]:
    if marks is None:
        return []
    if isinstance(marks, str | date | np.datetime64 | int | np.integer):
        return [marks]
    if isinstance(marks, Iterable):
        return list(marks)
    raise TypeError(f"a position, a date or a sequence of them was expected, not {marks!r}")


def no_marks(*marks: Marks) -> bool:
    """Whether nothing is marked."""
    return not any(_each(each) for each in marks)


def _at(mark: Mark, points: Points, position: Ints, argument: str) -> tuple[np.ndarray, object]:
    """The axis a mark is measured on (positions or dates) and its place there."""
    if isinstance(mark, int | np.integer) and not isinstance(mark, bool):
        if mark < 1:
            raise InputError(
                "position_below_one",
                Words(
                    f"{argument}: positionen {mark} findes ikke. Positioner tælles fra 1.",
                    f"{argument}: there is no position {mark}. Positions count from 1.",
                ),
            )
        return position, int(mark)
    if points.axis is not Axis.DATE:
        raise InputError(
            "date_without_dates",
            Words(
                f"{argument}: {mark!r} er en dato, men x er ikke datoer. Brug positioner fra 1.",
                f"{argument}: {mark!r} is a date, but x does not hold dates. Use positions from 1.",
            ),
        )
    try:
        return points.x, pd.Timestamp(mark).to_datetime64()
    except (ValueError, TypeError):
        raise InputError(
            "not_a_date",
            Words(f"{argument}: {mark!r} er ikke en dato.", f"{argument}: {mark!r} is neither a position nor a date."),
        ) from None


def layout_of(points: Points, *, phases: Marks = (), freeze: Marks = None, exclude: Marks = ()) -> Layout:
    """Turn marks into masks, for all series at once.

    Parameters
    ----------
    phases : the first position or date of every phase after the first. freeze : the last position or date of a
    baseline. It holds inside the phase it stands in: rows of that phase after it
        do not feed the lines. Several phases may each have their own.
    exclude : positions or dates that are drawn but take no part.

    Raises
    ------
    InputError
        A position below 1, a date where x holds no dates, a freeze before the first point.

    Examples
    --------
    >>> from indicators import spc
    >>> frame = pd.DataFrame({"week": range(1, 9), "value": [3, 4, 5, 4, 8, 9, 8, 7]})
    >>> result = spc.analyse(frame, chart="run", x="week", y="value", phases=5, freeze=[3, 6], exclude=2)
    >>> result.points.phase.tolist()
    [1, 1, 1, 1, 2, 2, 2, 2]
    >>> result.points.in_baseline.tolist()
    [True, True, True, False, True, True, False, False]
    """
    n_points = len(points.y)
    series, first_of_series = points.series, points.first
    position = np.arange(1, n_points + 1) - first_of_series[series]
    everything = np.ones(n_points, dtype=bool)
    if no_marks(phases, freeze, exclude):
        return Layout(
            position=position,
            segment=series,
            n_segments=points.n_series,
            phase=np.ones(n_points, dtype=np.int64),
            first=first_of_series,
            owner=np.arange(points.n_series),
            in_baseline=everything,
            included=everything,
            all_feed=True,
        )

    starts = np.zeros(n_points, dtype=bool)
    starts[first_of_series] = True
    change = starts.copy()
    for mark in _each(phases):
        axis, place = _at(mark, points, position, "phases")
        begun = axis >= place
        change[1:] |= begun[1:] & ~begun[:-1]
    segment = ragged.cumulative_start(change)
    first = np.flatnonzero(change)
    owner = series[first]
    phase = segment - segment[first_of_series[series]] + 1

    in_baseline = everything.copy()
    for mark in _each(freeze):
        axis, place = _at(mark, points, position, "freeze")
        before = axis <= place
        last = np.bincount(series, weights=before, minlength=points.n_series).astype(np.int64)
        if points.is_one_series and n_points and last[0] == 0:
            raise InputError(
                "freeze_before_data",
                Words(
                    f"freeze: {mark!r} ligger før det første punkt.", f"freeze: {mark!r} stands before the first point."
                ),
            )
        stands = np.flatnonzero(before & (position == last[series]))
        frozen = np.zeros(len(first), dtype=bool)
        frozen[segment[stands]] = True
        in_baseline &= before | ~frozen[segment]

    included = everything.copy()
    for mark in _each(exclude):
        axis, place = _at(mark, points, position, "exclude")
        included &= axis != place
    return Layout(
        position=position,
        segment=segment,
        n_segments=len(first),
        phase=phase,
        first=first,
        owner=owner,
        in_baseline=in_baseline,
        included=included,
        all_feed=bool(in_baseline.all() and included.all()),
    )
