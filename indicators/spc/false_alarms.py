"""How often chance alone would make a chart claim a signal: the honest small print under many charts."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

import numpy as np

from indicators.spc.charts import chart_of
from indicators.spc.constants import MINIMUM_USEFUL


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[list[int], list[float]]]:
    found: dict[str, tuple[list[int], list[float]]] = {}
    with (Path(__file__).parent / "tables" / "false_alarms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            sizes, shares = found.setdefault(row["chart"], ([], []))
            sizes.append(int(row["n_useful"]))
            shares.append(float(row["probability"]))
    return found


def false_alarm_probability(n_useful: int, chart: str) -> float:
    """Chance that stable, independent noise of `n_useful` useful observations claims a signal (profile `anhoej`).

    Parameters
    ----------
    n_useful : int
        Useful observations in the phase that is judged. Below 10 nothing is claimed, so the chance is 0.
    chart : str
        A code in `CHARTS`.

    Returns
    -------
    float
        In [0, 1], read between the simulated numbers of points; beyond 240 the figure of 240, which is then too low for
        charts with limits.

    Notes
    -----
    Simulated by `tables/make_false_alarms.py`, whose head says from which noise. Autocorrelation and coarse counts
    raise the chance. The sum over the series of a board is the number of signals to expect where nothing happens.

    References
    ----------
    Run chart with the Anhøj rules, published for comparison: 12, 24, 36, 60 observations give 1.4, 3.1, 4.2, 4.6 %.

    Examples
    --------
    >>> false_alarm_probability(9, "run")
    0.0
    >>> 0.03 < false_alarm_probability(36, "run") < 0.05 < false_alarm_probability(36, "i")
    True
    """
    sizes, shares = _table()[chart_of(chart).code]
    if n_useful < MINIMUM_USEFUL:
        return 0.0
    return float(np.interp(n_useful, sizes, shares))
