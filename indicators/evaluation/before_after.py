"""Participants after their start against themselves before it: what everybody does first, and not valid here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from indicators.evaluation.absorption import cluster_factor
from indicators.evaluation.cautions import cautions
from indicators.evaluation.errors import Note
from indicators.evaluation.estimate import estimated
from indicators.evaluation.panel import Floats, Panel
from indicators.words import Words

NOT_VALID = Note(
    "not_valid_here",
    Words(
        "Gælder ikke her: alt, der ændrer sig med tiden for alle, tælles som effekt af programmet.",
        "Not valid here: everything that changes over time for everybody is counted as effect of the programme.",
    ),
)
NO_PARTICIPANT = Note(
    "no_participant",
    Words(
        "Ingen enhed har måneder både før og efter sin start.", "No unit has months both before and after its start."
    ),
)


@dataclass(frozen=True)
class BeforeAfter:
    """`overall` in units of the outcome (normal interval), `used` (units, unit_months), and why it is not valid."""

    overall: pd.Series
    used: pd.Series
    notes: tuple[Note, ...]


def before_after(
    frame: pd.DataFrame,
    *,
    unit: str = "unit",
    period: str = "period",
    numerator: str = "numerator",
    denominator: str | None = None,
    start: str = "start",
    weights: str = "unit",
    level: float = 0.95,
) -> BeforeAfter:
    """Mean over the months after the start of the outcome minus the unit's own mean before it.

    Parameters
    ----------
    weights : {"unit", "patient"}
        Months count the same, or by their denominator (then before and after are pooled proportions or rates).

    Raises
    ------
    EvaluationError
        Malformed input, see `Panel.of`.

    Notes
    -----
    Errors clustered by unit, squared errors times G / (G - 1). Units without months on both sides are left out.

    Examples
    --------
    >>> rows = [(u, t, 10 * u + t, 4) for u in range(3) for t in range(1, 7)]
    >>> frame = pd.DataFrame(rows, columns=["unit", "period", "numerator", "start"])
    >>> float(before_after(frame).overall["estimate"])  # nothing but a trend
    3.0
    """
    panel = Panel.of(frame, unit=unit, period=period, numerator=numerator, denominator=denominator, start=start)
    weight = np.where(panel.observed, panel.size if weights == "patient" else 1.0, 0.0)
    after = weight * (panel.since >= 0)
    before = (weight - after) * ~panel.is_never[:, None]
    estimate, se, n_units = change(panel.value, before, after)
    notes = (NOT_VALID, *panel.notes, *cautions(panel, needs_untreated=False), *([] if n_units else [NO_PARTICIPANT]))
    has_both = (before.sum(axis=1) > 0) & (after.sum(axis=1) > 0)
    used = pd.Series({"units": n_units, "unit_months": int(((before + after) > 0)[has_both].sum())})
    return BeforeAfter(estimated(estimate, se, level=level), used, notes)


def change(value: Floats, before: Floats, after: Floats) -> tuple[float, float, int]:
    """Weighted mean of the units' changes, each by its weight after, with its error, and the units behind it.

    Parameters
    ----------
    value, before, after : ndarray (n_units, n_periods)
        Outcome; weights of the months before and after (0 elsewhere).

    Examples
    --------
    >>> before, after = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 1.0]])
    >>> change(np.array([[1.0, 2.0], [1.0, 4.0]]), before, after)
    (2.0, 1.0, 2)
    """
    size_before, size_after = before.sum(axis=1), after.sum(axis=1)
    used = (size_before > 0) & (size_after > 0)
    if not used.any():
        return np.nan, np.nan, 0
    mean_before = (before * value).sum(axis=1)[used] / size_before[used]
    mean_after = (after * value).sum(axis=1)[used] / size_after[used]
    size, gain = size_after[used], mean_after - mean_before
    estimate = float(size @ gain / size.sum())
    n_units = int(used.sum())
    factor = cluster_factor(n_units + 1, n_units, 1)
    return estimate, float(np.sqrt(factor * ((size * (gain - estimate)) ** 2).sum()) / size.sum()), n_units
