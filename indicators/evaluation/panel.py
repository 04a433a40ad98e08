"""The frame an evaluator hands in, read once into dense arrays: one row per unit, one column per period."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.evaluation.errors import EvaluationError, Note
from indicators.evaluation.ordinals import numbers_of, ordinals_of
from indicators.words import Words

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def any_of(cells: Bools, axis: int) -> Bools:
    """Whether any cell along an axis is set; an array, whatever the shape."""
    return np.asarray(cells.any(axis=axis), dtype=bool)


FAMILIES = ("binomial", "linear", "poisson")
MOST_PERIODS = 1200
"""A hundred years of months: one misspelt period would else make columns for two thousand."""
NEVER = 10**9
"""Start index of a unit that never starts: later than any month."""


@dataclass(frozen=True)
class Panel:
    """Units by periods.

    Attributes
    ----------
    units, periods : Index
        Labels, shapes (n_units,) and (n_periods,). The periods are every step from the first to the last, so that a
        distance in columns is a distance in time also where nobody reported.
    value, size : ndarray of shape (n_units, n_periods)
        Outcome in natural units (numerator over denominator where there is one) and denominator (1 without one); both
        0 where nothing is observed.
    observed : ndarray of bool, same shape
    start : ndarray of shape (n_units,)
        Column in which the unit starts; may lie outside the data; `NEVER` for units that do not.
    notes : tuple of Note
        What was left out while reading.
    """

    units: pd.Index
    periods: pd.Index
    value: Floats
    size: Floats
    observed: Bools
    start: Ints
    notes: tuple[Note, ...] = ()

    @property
    def since(self) -> Ints:
        """Periods since the start (0: the month of the start), shape (n_units, n_periods); very negative for never."""
        return np.arange(len(self.periods))[None, :] - self.start[:, None]

    @property
    def is_never(self) -> Bools:
        return self.start == NEVER

    @property
    def cohorts(self) -> Ints:
        """The start columns of the units that start, ascending, each once."""
        return np.unique(self.start[~self.is_never])

    def cohort_label(self, start: int) -> object:
        """The period of a start column: its label in the data, else counted on from them."""
        if 0 <= start < len(self.periods):
            return self.periods[start]
        if isinstance(self.periods, pd.PeriodIndex):
            return self.periods[0] + start
        return int(self.periods[0]) + int(start)

    def keep(self, units: Bools) -> Panel:
        """The same periods with some of the units."""
        return Panel(
            self.units[units],
            self.periods,
            self.value[units],
            self.size[units],
            self.observed[units],
            self.start[units],
            self.notes,
        )

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        *,
        unit: str,
        period: str,
        numerator: str,
        denominator: str | None,
        start: str,
        family: str = "linear",
    ) -> Panel:
        """Read a long frame, one row per unit and period.

        Parameters
        ----------
        frame : DataFrame
            Periods are whole numbers, dates, or pandas periods (dates are taken as months). An empty start (missing,
            "" or 0) means that the unit never starts. Rows without a numerator are months without data.
        family : {"binomial", "linear", "poisson"}
            Binomial and Poisson need a denominator.

        Raises
        ------
        EvaluationError
            A column is missing, a figure is no number, a unit has two rows for a month or two starts, a numerator lies
            above its denominator, or the family asks for a denominator that is not there.

        Examples
        --------
        >>> frame = pd.DataFrame({"unit": ["a", "a", "b"], "period": ["2024-01", "2024-03", "2024-01"],
        ...                       "numerator": [3, 4, 5], "denominator": [10, 10, 10],
        ...                       "start": ["2024-03", "2024-03", ""]})
        >>> panel = Panel.of(frame, unit="unit", period="period", numerator="numerator", denominator="denominator",
        ...                  start="start")
        >>> panel.value.round(1).tolist(), panel.since[0].tolist(), panel.is_never.tolist()
        ([[0.3, 0.0, 0.4], [0.5, 0.0, 0.0]], [-2, -1, 0], [False, True])
        """
        _check_columns(frame, [unit, period, numerator, start, *([denominator] if denominator else [])])
        if family not in FAMILIES:
            said = ", ".join(FAMILIES)
            raise EvaluationError(
                "unknown_family",
                Words(f"Familien »{family}« findes ikke. Vælg en af: {said}.", f"No family '{family}'; choose {said}."),
            )
        if family != "linear" and denominator is None:
            raise EvaluationError(
                "no_denominator",
                Words(
                    "Analysen kræver en nævner: angiv kolonnen, eller vælg den lineære model.",
                    "The analysis needs a denominator: name its column, or choose the linear family.",
                ),
            )
        top = numbers_of(frame, numerator)
        bottom = numbers_of(frame, denominator) if denominator else np.where(np.isnan(top), np.nan, 1.0)
        _check_figures(top, bottom, family, has_denominator=denominator is not None)

        notes = []
        usable = ~np.isnan(top) & ~np.isnan(bottom) & (bottom > 0)
        if denominator is not None:
            without = int((~np.isnan(top) & ~usable).sum())
            if without and not usable.any():
                raise EvaluationError(
                    "no_denominator",
                    Words("Ingen række har en nævner over 0.", "No row has a denominator above 0."),
                )
            if without:
                notes.append(_without_denominator(without))
        codes, labels = pd.factorize(frame[unit], sort=True)
        if (codes < 0).any():
            raise EvaluationError(
                "no_unit", Words("En række mangler sin enhed.", "A row has no unit: fill in the column or remove it.")
            )
        places, periods, first = _places(frame[period])
        starts = _starts(frame[start], codes, len(labels), periods, first)
        if len({*zip(codes.tolist(), places.tolist(), strict=True)}) < len(codes):
            raise EvaluationError(
                "two_rows",
                Words(
                    "En enhed har flere rækker for samme måned. Læg dem sammen, eller fjern den ene.",
                    "A unit has several rows for the same period. Add them up, or remove one.",
                ),
            )
        shape = (len(labels), len(periods))
        value, size, observed = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
        where = codes[usable], places[usable]
        value[where] = top[usable] / bottom[usable]
        size[where] = bottom[usable]
        observed[where] = True
        return cls(pd.Index(labels), periods, value, size, observed, starts, tuple(notes))


def _without_denominator(count: int) -> Note:
    return Note(
        "without_denominator",
        Words.by_count(
            count,
            Words(
                "1 måned har en tæller og ingen nævner over 0. Den er ikke med.",
                "1 month has a numerator and no denominator above 0. It is left out.",
            ),
            Words(
                f"{count} måneder har en tæller og ingen nævner over 0. De er ikke med.",
                f"{count} months have a numerator and no denominator above 0. They are left out.",
            ),
        ),
        count,
    )


def _check_columns(frame: pd.DataFrame, wanted: list[str]) -> None:
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        said = ", ".join(missing)
        raise EvaluationError(
            "no_column",
            Words(f"Kolonner mangler: {said}.", f"The frame has no column {said}: name the one that is meant."),
        )
    if frame.empty:
        raise EvaluationError("no_rows", Words("Der er ingen rækker.", "There are no rows."))


def _check_figures(top: Floats, bottom: Floats, family: str, *, has_denominator: bool) -> None:
    if (bottom < 0).any() or (family != "linear" and (top < 0).any()):
        raise EvaluationError(
            "negative", Words("En tæller eller nævner er negativ.", "A numerator or a denominator is negative.")
        )
    if family == "binomial":
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
    if not has_denominator and np.isnan(top).all():
        raise EvaluationError("no_rows", Words("Der er ingen tal.", "There are no figures."))


def _ordinal(values: pd.Series) -> tuple[Ints, bool]:
    """Periods as whole numbers, `NEVER` where one is missing, and whether they are months."""
    known = values.notna() & (values != "")
    ordinal = np.full(len(values), NEVER, dtype=np.int64)
    if not known.any():
        return ordinal, False
    found, are_months = ordinals_of(values[known])
    ordinal[known.to_numpy()] = found
    return ordinal, are_months


def _places(values: pd.Series) -> tuple[Ints, pd.Index, int]:
    ordinal, are_months = _ordinal(values)
    if (ordinal == NEVER).any():
        raise EvaluationError("no_period", Words("En række mangler sin periode.", "A row has no period."))
    first, last = int(ordinal.min()), int(ordinal.max())
    if last - first >= MOST_PERIODS:
        raise EvaluationError(
            "far_apart",
            Words(
                f"Der er {last - first} perioder fra den første til den sidste, og højst {MOST_PERIODS} kan regnes. "
                "Er en af dem skrevet forkert?",
                f"There are {last - first} periods from the first to the last, and {MOST_PERIODS} at most can be "
                "computed. Is one of them misspelt?",
            ),
        )
    if are_months:
        periods: pd.Index = pd.period_range(
            pd.Period(ordinal=first, freq="M"), pd.Period(ordinal=last, freq="M"), freq="M"
        )
    else:
        periods = pd.RangeIndex(first, last + 1)
    return ordinal - first, periods, first


def _starts(values: pd.Series, codes: Ints, count: int, periods: pd.Index, first: int) -> Ints:
    are_months = isinstance(periods, pd.PeriodIndex)
    empty = values.isna() | values.isin(["", 0, "0"])
    starts: dict[int, Hashable] = {}
    if empty.all():
        return np.full(count, NEVER, dtype=np.int64)
    known, start_months = _ordinal(values[~empty])
    if start_months != are_months:
        raise EvaluationError(
            "bad_start",
            Words(
                "Starten er skrevet på en anden måde end perioderne.",
                "The start is written in another way than the periods: both months, or both whole numbers.",
            ),
        )
    ordinal = np.full(len(values), NEVER, dtype=np.int64)
    ordinal[~empty.to_numpy()] = known - first
    for code, start in {*zip(codes.tolist(), ordinal.tolist(), strict=True)}:
        if code in starts:
            raise EvaluationError(
                "two_starts",
                Words(
                    "En enhed har flere starter. En enhed starter én gang.",
                    "A unit has several starts: it starts once.",
                ),
            )
        starts[code] = start
    return np.array([starts[code] for code in range(count)], dtype=np.int64)
