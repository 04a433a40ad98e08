"""Phases, freeze and exclude: which rows belong together, which feed the lines, which take part.

A mark is a 1-based position within its series, or a date on the x axis. What lies outside the series:

- a position below 1, or something that is neither a position nor a date: refused;
- a freeze before the first point of the one series that is analysed: refused, because no baseline would be left. Of
  many series some may begin later than the mark: there it changes nothing;
- a phase before the first point: changes nothing (the phase began before what is shown);
- any mark beyond the last point: changes nothing (a phase that is planned, a baseline that is still being filled).
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
"""A position from 1 or a date: also NumPy's, a pandas Timestamp or Period (its first moment)."""
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
    is_open: Bools
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
        is_open=~everything,
        all_feed=True,
    )


def _each(marks: Marks) -> list[Mark]:
    if marks is None:
        return []
    if isinstance(marks, str | date | np.datetime64 | np.generic | int | pd.Period) or not isinstance(marks, Iterable):
        return [marks]
    return list(marks)


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
    moment = _moment(mark)
    if moment is None:
        raise InputError(
            "not_a_mark",
            Words(
                f"{argument}: {mark!r} er hverken en position eller en dato. Positioner er hele tal fra 1, datoer "
                "skrives 2024-12-31.",
                f"{argument}: {mark!r} is neither a position nor a date. Positions are whole numbers from 1, dates are "
                "written 2024-12-31.",
            ),
        )
    if points.axis is not Axis.DATE:
        raise InputError(
            "date_without_dates",
            Words(
                f"{argument}: {mark!r} er en dato, men x er ikke datoer. Brug positioner fra 1.",
                f"{argument}: {mark!r} is a date, but x does not hold dates. Use positions from 1.",
            ),
        )
    return points.x, moment


def _moment(mark: object) -> np.datetime64 | None:
    """The moment a mark names, by the clock on the wall as the x axis has it; None where it names none."""
    if isinstance(mark, pd.Period):
        mark = mark.to_timestamp()
    if not isinstance(mark, str | date | np.datetime64) or (isinstance(mark, str) and not mark[:1].isdigit()):
        return None  # "today" is a date too, but another one tomorrow
    try:
        moment = pd.Timestamp(mark)
    except ValueError:
        return None
    return None if pd.isna(moment) else moment.tz_localize(None).to_datetime64()


def layout_of(
    points: Points, *, phases: Marks = (), freeze: Marks = None, exclude: Marks = (), open_periods: int = 0
) -> Layout:
    """Turn marks into masks, for all series at once.

    Parameters
    ----------
    phases : positions or dates
        The first of every phase after the first.
    freeze : positions or dates
        The last of a baseline. It holds inside the phase it stands in: rows of that phase after it do not feed the
        lines. Several phases may each have their own; of several in one phase the first holds.
    exclude : positions or dates
        Points that are drawn but take no part.
    open_periods : int
        The latest points of every series that are still being filled in: drawn, and outside everything.

    Raises
    ------
    InputError
        A position below 1, neither a position nor a date, a date where x holds no dates, a freeze before the first
        point of one series.

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
    if open_periods < 0:
        raise InputError(
            "negative_open_periods",
            Words(
                f"open_periods = {open_periods}: antallet af åbne perioder er mindst 0.",
                f"open_periods = {open_periods}: the number of open periods is at least 0.",
            ),
        )
    if no_marks(phases, freeze, exclude) and not open_periods:
        return Layout(
            position=position,
            segment=series,
            n_segments=points.n_series,
            phase=np.ones(n_points, dtype=np.int64),
            first=first_of_series,
            owner=np.arange(points.n_series),
            in_baseline=everything,
            included=everything,
            is_open=~everything,
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
    n_of_series = np.diff(first_of_series, append=n_points)
    is_open = position > (n_of_series - open_periods)[series]
    included &= ~is_open
    return Layout(
        position=position,
        segment=segment,
        n_segments=len(first),
        phase=phase,
        first=first,
        owner=owner,
        in_baseline=in_baseline,
        included=included,
        is_open=is_open,
        all_feed=bool(in_baseline.all() and included.all()),
    )
