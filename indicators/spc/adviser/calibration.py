"""What the adviser's statistic is worth: p-values and false-alarm rates, from tables made by simulation."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

import numpy as np

from indicators.spc.ragged import Floats, Ints

_TABLES = Path(__file__).parent.parent / "tables"

SHORTEST_PHASES = (4, 12)
"""The least and greatest `minimum_segment` that the tables hold."""

LONGEST = 480
"""Values in the longest series simulated; beyond, its figures are used and the advice says so."""


@lru_cache(maxsize=1)
def _evidence() -> tuple[Floats, dict[tuple[str, int], tuple[Floats, Floats]]]:
    """The shares, and by mode and shortest phase the sizes and the values that these shares exceed, one row a size."""
    with (_TABLES / "adviser_evidence.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    shares = np.array(header[3:], dtype=np.float64)
    found: dict[tuple[str, int], list[list[float]]] = {}
    for mode, shortest, *figures in rows:
        found.setdefault((mode, int(shortest)), []).append([float(figure) for figure in figures])
    return shares, {key: (np.array(table)[:, 0], np.array(table)[:, 1:]) for key, table in found.items()}


@lru_cache(maxsize=4096)
def exceeded(n_values: int, minimum_segment: int, mode: str) -> tuple[Floats, Floats]:
    """Values of the statistic, ascending, and the share of series without change that exceeds each."""
    shares, tables = _evidence()
    sizes, values = tables[mode, minimum_segment]
    here = np.array([np.interp(np.log(n_values), np.log(sizes), column) for column in values.T])
    return here, shares


def p_values(statistic: Floats, length: Ints, minimum_segment: int, mode: str) -> Floats:
    """Share of series without change whose statistic is at least as large, after searching every place.

    Read between the simulated sizes and values, straight in log size and in log share. At least 0.0001 (the tables go
    no further) and 1 below the value that nine of ten exceed.

    Examples
    --------
    >>> p_values(np.array([-5.0, 0.8, 90.0]), np.array([24, 24, 24]), 6, "estimated").round(2)
    array([1.  , 0.03, 0.  ])
    """
    p = np.ones(len(statistic))
    for n_values in np.unique(length).tolist():
        rows = length == n_values
        values, shares = exceeded(n_values, minimum_segment, mode)
        p[rows] = np.exp(np.interp(statistic[rows], values, np.log(shares), left=0.0))
    return p


@lru_cache(maxsize=1)
def _false_alarms() -> dict[str, tuple[Floats, Floats, Floats, Floats]]:
    with (_TABLES / "adviser_false_alarms.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    alphas = np.array(header[3:], dtype=np.float64)
    found = {}
    for mode in {row[0] for row in rows}:
        table = np.array([[float(figure) for figure in row[1:]] for row in rows if row[0] == mode])
        sizes, phis = np.unique(table[:, 0]), np.unique(table[:, 1])
        found[mode] = (sizes, phis, alphas, table[:, 2:].reshape(len(sizes), len(phis), len(alphas)))
    return found


@lru_cache(maxsize=4096)
def false_alarm_rate(n_values: int, autocorrelation: float, alpha: float, mode: str) -> float:
    """Share of series without change, but with this autocorrelation, in which a change would be proposed at `alpha`.

    Examples
    --------
    >>> round(false_alarm_rate(48, 0.0, 0.05, "estimated"), 2)
    0.05
    >>> false_alarm_rate(48, 0.5, 0.05, "none") > 4 * false_alarm_rate(48, 0.5, 0.05, "estimated")
    True
    """
    sizes, phis, alphas, shares = _false_alarms()[mode]
    inflation = np.log(shares / alphas)  # smooth in both directions, and 0 without autocorrelation but for noise
    by_alpha = [
        np.interp(
            np.log(n_values), np.log(sizes), [np.interp(autocorrelation, phis, row) for row in inflation[:, :, column]]
        )
        for column in range(len(alphas))
    ]
    order = np.argsort(alphas)
    factor = np.interp(np.log(alpha), np.log(alphas[order]), np.array(by_alpha)[order])
    return float(min(max(alpha * np.exp(factor), alpha), 1.0))
