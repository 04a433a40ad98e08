"""Slips of the hand that a series' own past gives away: a factor of 10 or 100, a percentage written as a fraction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from etl.history import History
from etl.rows import Bools, Floats, Row, Rows

if TYPE_CHECKING:
    from etl.checking import Context

FACTORS = (0.01, 0.1, 10.0, 100.0)
# A range that spans more than this factor would take in nearly any figure once it is divided by ten.
_WIDEST = 5.0
_LEAST_WIDTH = 0.25  # of the median, on each side: months that are alike leave no spread to measure by
_SAME_SIZE = 0.5  # a denominator that differs less from its median has not slipped
_PERCENT_AT_LEAST = 20.0  # a series that is usually below may well have a month at 1 %


@dataclass(frozen=True)
class Factors:
    """For each row by which factor it seems wrong (NaN: it does not), and in which of its figures.

    A factor above 1 means too large: the figure that was meant is the one that stands, divided by it.
    """

    rows: Rows
    factor: Floats
    of_numerator: Bools
    of_denominator: Bools
    of_value: Bools

    @property
    def is_any(self) -> Bools:
        return ~np.isnan(self.factor)

    def suggestion(self, row: Row, context: Context) -> Mapping[str, str] | None:
        """The texts that would mend the row, by field; None where nothing seems to have slipped."""
        at = row.position
        if np.isnan(self.factor[at]):
            return None
        slipped = []
        if self.of_value[at]:
            slipped.append(row.field_of_figure)
        slipped += ["numerator"] if self.of_numerator[at] else []
        slipped += ["denominator"] if self.of_denominator[at] else []
        return {
            field: context.written_as(float(self.rows.read[field][at] / self.factor[at]), field) for field in slipped
        }


def factor(rows: Rows, history: History) -> Factors:
    """Which rows seem to be wrong by a factor of 10 or 100, held against what is usual for their series.

    A share is held against the usual share and the usual denominator, so that it can be said which of the two slipped.
    Only a series whose usual range is narrower than the factor can tell.
    """
    return history.remember("factor", lambda: _factor(rows, history))


def _factor(rows: Rows, history: History) -> Factors:
    usual, shown = history.shown, rows.shown
    low = np.minimum(usual.low, usual.middle * (1 - _LEAST_WIDTH))
    high = np.maximum(usual.high, usual.middle * (1 + _LEAST_WIDTH))
    can_tell = (low > 0) & (high < _WIDEST * low)
    is_within = (low <= shown) & (shown <= high)
    is_out = can_tell & ~is_within & (shown > 0)

    numerator, denominator = rows.stored["numerator"], rows.stored["denominator"]
    is_ratio = ~np.isnan(numerator) & ~np.isnan(denominator) & (denominator > 0)
    middle = history.denominator.middle
    is_same_size = np.abs(denominator - middle) <= _SAME_SIZE * middle
    has_size = ~np.isnan(middle)

    found = np.full(len(rows), np.nan)
    of_value, of_numerator, of_denominator = (np.zeros(len(rows), dtype=bool) for _ in range(3))
    for one in FACTORS:
        fits = (low <= shown / one) & (shown / one <= high)
        is_value = is_out & ~is_ratio & fits
        is_numerator = is_out & is_ratio & has_size & is_same_size & fits & _stays_whole(numerator, one)
        would_be = np.abs(denominator / one - middle) <= _SAME_SIZE * middle
        off_size = is_ratio & has_size & ~is_same_size & would_be & _stays_whole(denominator, one)
        is_denominator = is_out & off_size & (low <= shown * one) & (shown * one <= high)
        is_both = can_tell & is_within & off_size & (numerator > 0) & _stays_whole(numerator, one)
        of_value |= is_value
        of_numerator |= is_numerator | is_both
        of_denominator |= is_denominator | is_both
        found[is_value | is_numerator | is_denominator | is_both] = one
    return Factors(rows, found, of_numerator, of_denominator, of_value)


def _stays_whole(figures: Floats, by: float) -> Bools:
    """Whether a whole number is still whole after the division; what is none need not be."""
    divided = figures / by
    return (figures != np.floor(figures)) | (
        np.abs(divided - np.round(divided)) < 1e-9 * np.maximum(1, np.abs(divided))
    )


def is_fraction(rows: Rows, history: History) -> Bools:
    """Rows with a figure up to 1 in per cent whose series usually has it a hundred times as high."""
    usual = history.shown
    is_percent = rows.of_indicator(lambda one: one.unit_of_measure.da.strip().startswith("%"), False)
    # One case in a hundred is 1 %, whatever is usual; only a numerator that is a fraction itself has slipped.
    numerator = rows.stored["numerator"]
    is_written_so = np.isnan(numerator) | ((numerator > 0) & (numerator < 1))
    meant = rows.shown * 100
    low = np.maximum(usual.low, 0.5 * usual.middle)
    high = np.maximum(usual.high, (1 + _LEAST_WIDTH) * usual.middle)
    is_usual = (np.minimum(low, (1 - _LEAST_WIDTH) * usual.middle) <= meant) & (meant <= np.minimum(high, 100))
    is_small = (rows.shown > 0) & (rows.shown <= 1) & (usual.middle >= _PERCENT_AT_LEAST)
    return is_percent & is_written_so & is_small & is_usual


def usual_range(rows: Rows, history: History, position: int) -> tuple[float, float]:
    """What a row's series usually has, cut at what its indicator can be: for messages and for what would fit."""
    usual, indicator = history.shown, rows[position].indicator
    low, high = float(usual.low[position]), float(usual.high[position])
    if indicator is None:
        return low, high
    if indicator.minimum is not None or indicator.has_denominator:
        low = max(low, indicator.minimum or 0.0)
    if indicator.maximum is not None or indicator.is_percent:
        high = min(high, 100.0 if indicator.maximum is None else indicator.maximum)
    return low, high
