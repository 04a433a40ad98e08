"""One series of months, read from a frame: what an interrupted time series is fitted to."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from math import gcd
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.evaluation.errors import EvaluationError, Note
from indicators.evaluation.ordinals import numbers_of, ordinals_of
from indicators.words import Words

Array = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Calendar:
    """How periods are numbered: months since January 1970, or whole numbers as they are; `step` of them apart.

    Quarters and years are told by the step (3, 12). `are_months` is False for whole numbers.
    """

    are_months: bool
    first: int
    step: int

    def place(self, ordinal: int) -> float:
        """The position of a period: 0 for the first of the series, 1 for the next. Between two: not whole."""
        return (ordinal - self.first) / self.step

    def label(self, place: int) -> object:
        """The period at a position, as a pandas Period (month) or a whole number."""
        ordinal = self.first + place * self.step
        return pd.Period(ordinal=ordinal, freq="M") if self.are_months else ordinal

    def season(self, places: Places, length: int) -> tuple[Places, int]:
        """Number within the year (from 1) of each place, and how many there are in a year."""
        ordinals = self.first + places * self.step
        if self.are_months:
            return (ordinals % 12) // self.step + 1, max(12 // self.step, 1)
        return (ordinals - 1) % length + 1, length


@dataclass(frozen=True, slots=True)
class OneSeries:
    """Months in order, each once, all with a numerator and (where there is one) a denominator above 0.

    places : shape (n,), position of each month; a missing month is a hole in them.
    numerator, denominator : shape (n,). denominator is 1 where the frame has none.
    value : numerator / denominator, in natural units.
    """

    calendar: Calendar
    places: Places
    numerator: Array
    denominator: Array
    has_denominator: bool
    notes: tuple[Note, ...]

    @property
    def value(self) -> Array:
        return self.numerator / self.denominator


def read_series(
    frame: pd.DataFrame,
    period: str,
    numerator: str,
    denominator: str | None,
    *,
    family: str,
    calendar: Calendar | None = None,
) -> OneSeries:
    """The months of a frame, rows of one month added up.

    Periods are whole numbers, dates, texts like 2024-03 or pandas periods; dates count as their month. A month without
    a numerator, or without a denominator above 0, is missing. With `calendar` (of another series) its numbering is
    used.

    Raises
    ------
    EvaluationError
        A column is missing, is no number or no period, figures that cannot be counts, two rows for a month in a series
        without denominators whose values cannot be added.

    Examples
    --------
    >>> frame = pd.DataFrame({"month": ["2024-01", "2024-02", "2024-04"], "n": [3, 4, 5], "of": [10, 10, 20]})
    >>> series = read_series(frame, "month", "n", "of", family="linear")
    >>> series.places.tolist(), series.value.tolist()
    ([0, 1, 3], [0.3, 0.4, 0.25])
    """
    wanted = [period, numerator, *([denominator] if denominator else [])]
    missing = [str(name) for name in wanted if name not in frame.columns]
    if missing:
        said = ", ".join(missing)
        raise EvaluationError(
            "no_column", Words(f"Kolonnen {said} mangler i data.", f"The frame has no column {said}; name one it has.")
        )
    top = numbers_of(frame, numerator)
    bottom = numbers_of(frame, denominator) if denominator else np.ones(len(frame))
    _check_counts(top, bottom, family)
    ordinals, are_months = ordinals_of(frame[period])
    if calendar is not None and calendar.are_months != are_months:
        raise _mixed("en kontrolserie", "a control series")
    usable = np.isfinite(top) & np.isfinite(bottom) & (bottom > 0)
    notes: list[Note] = []
    lost = int((np.isfinite(top) & ~usable).sum())
    if lost:
        notes.append(
            Note(
                "without_denominator",
                Words(
                    f"{lost} måneder uden en nævner over 0 indgår ikke.",
                    f"{lost} months without a denominator above 0 are left out.",
                ),
                lost,
            )
        )
    if not usable.any():
        raise EvaluationError(
            "no_figures",
            Words(
                "Der er ingen måneder med både tæller og nævner.", "No month has both a numerator and a denominator."
            ),
        )
    months, first_row = np.unique(ordinals[usable], return_inverse=True)
    if len(months) < usable.sum():
        if denominator is None and family == "linear":
            raise EvaluationError(
                "two_rows",
                Words(
                    "En måned har flere rækker. Værdier uden nævner kan ikke lægges sammen: giv én række pr. måned, "
                    "eller angiv nævneren.",
                    "A month has several rows. Values without a denominator cannot be added up: give one row a month, "
                    "or name the denominator.",
                ),
            )
        added = int(usable.sum() - len(months))
        notes.append(
            Note(
                "added_up",
                Words("Rækker for samme måned er lagt sammen.", "Rows of the same month have been added up."),
                added,
            )
        )
    counts = np.bincount(first_row, weights=top[usable])
    sizes = np.bincount(first_row, weights=bottom[usable]) if denominator else np.ones(len(months))
    if calendar is None:
        step = gcd(*np.diff(months).tolist()) if len(months) > 1 else 1
        # Whole numbers keep their own distance; a year has 12 months, so other steps than its divisors are gaps.
        step = max(step, 1) if not are_months or 12 % max(step, 1) == 0 else 1
        calendar = Calendar(are_months, int(months[0]), step)
    places = (months - calendar.first) / calendar.step
    on = places == np.round(places)
    return OneSeries(
        calendar,
        places[on].astype(np.int64),
        counts[on],
        sizes[on],
        denominator is not None,
        tuple(notes),
    )


def start_of(frame: pd.DataFrame, start: object, calendar: Calendar) -> float:
    """The position of the start: `start` names a column with one start in it, or is the period itself.

    May lie outside the series, and between two of its periods (then it is not whole).

    Raises
    ------
    EvaluationError
        No start, several, or one that is written in another way than the periods.
    """
    if isinstance(start, str) and start in frame.columns:
        column = frame[start]
        given = column[column.notna() & ~column.isin(["", 0, "0"])].drop_duplicates()
        values = pd.Series(list(given))
    else:
        values = pd.Series([start])
        if values.isna().all():
            values = values.iloc[:0]
    if values.empty:
        raise EvaluationError(
            "no_start",
            Words(
                "Der er ingen start. Angiv den første måned med indsatsen.",
                "There is no start. Give the first month of the intervention.",
            ),
        )
    try:
        ordinals, are_months = ordinals_of(values)
    except EvaluationError as error:
        raise EvaluationError(
            "bad_start",
            Words(
                f"Starten »{start}« er hverken en kolonne eller en periode.",
                f"The start '{start}' is neither a column nor a period.",
            ),
        ) from error
    if are_months != calendar.are_months:
        raise _mixed("starten", "the start")
    if len(set(ordinals.tolist())) > 1:
        raise EvaluationError(
            "two_starts",
            Words(
                "Serien har flere starter. Del den op, eller angiv den ene.",
                "The series has several starts. Split it, or give one.",
            ),
        )
    return calendar.place(int(ordinals[0]))


def places_of(periods: Iterable[Hashable], calendar: Calendar) -> set[float]:
    """Positions of a list of periods (months to leave out); empty for an empty list."""
    values = pd.Series(list(periods))
    if values.empty:
        return set()
    ordinals, are_months = ordinals_of(values)
    if are_months != calendar.are_months:
        raise _mixed("de udeladte måneder", "the months left out")
    return {calendar.place(int(each)) for each in ordinals}


def _check_counts(top: Array, bottom: Array, family: str) -> None:
    if (bottom < 0).any() or (family != "linear" and (top < 0).any()):
        raise EvaluationError(
            "negative", Words("En tæller eller nævner er negativ.", "A numerator or a denominator is negative.")
        )
    if family.endswith("binomial"):
        above = np.flatnonzero(top > bottom)
        if len(above):
            row = int(above[0]) + 1
            raise EvaluationError(
                "above_denominator",
                Words(
                    f"Række {row}: tælleren er større end nævneren. Ret tallet, eller vælg Poisson for en rate.",
                    f"Row {row}: the numerator is above its denominator. Mend it, or choose Poisson for a rate.",
                ),
            )


def _mixed(da: str, en: str) -> EvaluationError:
    return EvaluationError(
        "mixed_periods",
        Words(
            f"Perioderne og {da} er skrevet på hver sin måde: brug måneder begge steder, eller hele tal begge steder.",
            f"The periods and {en} are written in different ways: use months in both, or whole numbers in both.",
        ),
    )
