"""Warnings that a chart does not fit its data, each with its evidence and the chart that would fit better.

>>> import numpy as np, pandas as pd
>>> from indicators import spc
>>> frame = pd.DataFrame({"period": range(24), "numerator": [0, 1, 0, 0, 2, 0] * 4, "denominator": 40})
>>> [(caution.code.value, caution.better_chart) for caution in diagnose(spc.analyse(frame, chart="p"))]
[('rare_events', 'g')]
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from indicators.spc.aggregate import Axis, points_of
from indicators.spc.charts import chart_of
from indicators.spc.diagnostics.record import ALPHA, Caution, Check, Code
from indicators.spc.diagnostics.series import Series, series_of
from indicators.spc.errors import InputError
from indicators.spc.phases import Marks, layout_of
from indicators.spc.profiles import Profile
from indicators.spc.result import SpcResult
from indicators.words import Words

__all__ = ["ALPHA", "CHECKS", "Caution", "Check", "Code", "diagnose", "diagnose_many"]


def _walk() -> dict[str, Check]:
    found: dict[str, Check] = {}
    for module in pkgutil.iter_modules(__path__):
        check = getattr(importlib.import_module(f"{__name__}.{module.name}"), "CHECK", None)
        if check is None:
            continue
        if check.code != module.name:
            raise ImportError(
                f"{module.name}.py declares check {check.code!r}: the code and the file's name must agree"
            )
        found[check.code] = check
    return dict(sorted(found.items(), key=lambda item: item[1].order))


CHECKS: dict[str, Check] = _walk()


def diagnose(result: SpcResult, *, denominator: ArrayLike | None = None, alpha: float = ALPHA) -> tuple[Caution, ...]:
    """Where this chart does not fit its data.

    Parameters
    ----------
    result : SpcResult
        Phases and exclusions are respected: what is judged are the residuals within phases. A freeze plays no part.
    denominator : array, shape (n_points,), optional
        The exposure behind the counts of a c chart, which the chart itself does not take, in the order of
        `result.points`. NaN where it is not known.
    alpha : float
        Share of false cautions each test may give.

    Returns
    -------
    tuple of Caution
        What should be mended first stands first. Empty where all is well, and where there is too little to go by:
        below 10 to 12 points (24 months, 12 quarters for season), or without variation.

    Notes
    -----
    Each file of this folder states its test, its source and its thresholds. All are calibrated on noise that fits the
    chart: `python tests/simulation/caution_rates.py` prints how often each speaks there, and how often where it should.

    Examples
    --------
    >>> from indicators import spc
    >>> beds = [900, 950, 870, 400, 1500, 920, 940, 910, 880, 930, 900, 890]
    >>> falls = pd.DataFrame({"period": range(12), "numerator": [9, 8, 11, 4, 16, 10, 9, 7, 12, 8, 9, 10]})
    >>> diagnose(spc.analyse(falls, chart="c"), denominator=beds)[0].better_chart
    'u'
    """
    points = result.points
    included = points["included"].to_numpy(dtype=bool)
    y = points["y"].to_numpy(dtype=np.float64) / result.multiply
    size = points["n"].to_numpy(dtype=np.float64)
    beside = np.full(len(y), np.nan) if denominator is None else np.asarray(denominator, dtype=np.float64)
    if beside.shape != y.shape:
        raise InputError(
            "lengths_differ",
            Words(
                f"denominator har {beside.size} værdier, men der er {len(y)} punkter.",
                f"denominator has {beside.size} values, but there are {len(y)} points.",
            ),
        )
    series = series_of(
        result.chart,
        y,
        np.where(np.isnan(size), y, y * size),
        size,
        points["phase"].to_numpy(dtype=np.int64) - 1,
        included,
        x=points["x"].to_numpy(),
        beside=beside,
        multiply=result.multiply,
        has_order=pd.api.types.is_numeric_dtype(points["x"]) or points["x"].dtype.kind == "M",
        profile=result.profile,
    )
    return _cautions(series, alpha)


def _cautions(series: Series, alpha: float) -> tuple[Caution, ...]:
    asked = (check for check in CHECKS.values() if check.charts is None or series.record.code in check.charts)
    found = (check.find(series, alpha) for check in asked)
    return tuple(caution for caution in found if caution is not None)


def diagnose_many(
    frame: pd.DataFrame,
    by: Sequence[str],
    chart: str = "p",
    x: str = "period",
    y: str = "numerator",
    n: str | None = "denominator",
    *,
    phases: Marks = (),
    exclude: Marks = (),
    multiply: float = 1,
    aggregate: str = "mean",
    profile: str | Profile = "anhoej",
    alpha: float = ALPHA,
) -> pd.DataFrame:
    """The cautions of many series at once.

    The arguments mean what they mean in `indicators.spc.analyse_many`, the cautions are those of `diagnose`. On a c
    chart `n` is the exposure behind the counts, as `denominator` is in `diagnose`.

    Returns
    -------
    DataFrame
        One row per caution: the `by` columns, code, statistic, threshold, p_value, better_chart, da, en. A series
        without cautions has no row.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "unit": ["A"] * 12 + ["B"] * 12, "period": [*range(12)] * 2,
    ...     "numerator": [0, 1, 0, 0, 2, 0] * 2 + [31, 28, 35, 30, 33, 29] * 2, "denominator": 100,
    ... })
    >>> diagnose_many(frame, by=["unit"])[["unit", "code", "better_chart"]].to_dict("records")
    [{'unit': 'A', 'code': 'rare_events', 'better_chart': 'g'}]
    """
    record = chart_of(chart)
    columns = [by] if isinstance(by, str) else list(by)
    if n == "denominator" and n not in frame.columns:
        n = None
    takes = n is not None and record.takes_denominator
    read = points_of(frame, record, x=x, y=y, n=n if takes else None, by=columns, aggregate=aggregate)
    points = read.points
    layout = layout_of(points, phases=phases, exclude=exclude)
    beside = np.full(len(points.y), np.nan)
    if n is not None and not takes:
        # The same rows in the same order, read as amounts: the exposure of each point.
        beside = points_of(frame, _AMOUNTS, x=x, y=n, n=None, by=columns, aggregate="sum").points.y
    ends = np.append(points.first, len(points.y))
    rows: list[dict[str, object]] = []
    for number, (start, stop) in enumerate(zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)):
        here = slice(start, stop)
        series = series_of(
            record,
            points.y[here],
            points.numerator[here],
            points.denominator[here],
            layout.phase[here] - 1,
            layout.included[here],
            x=points.x[here],
            beside=beside[here],
            multiply=multiply,
            has_order=points.axis is not Axis.CATEGORY,
            profile=profile,
        )
        rows.extend(
            {
                "series": number,
                "code": caution.code.value,
                "statistic": caution.statistic,
                "threshold": caution.threshold,
                "p_value": _or_nan(caution.p_value),
                "better_chart": caution.better_chart,
                "da": caution.words.da,
                "en": caution.words.en,
            }
            for caution in _cautions(series, alpha)
        )
    table = pd.DataFrame(rows, columns=["series", *_COLUMNS])
    keys = read.keys.iloc[table["series"].to_numpy(dtype=np.int64)].reset_index(drop=True)
    return pd.concat([keys, table[_COLUMNS]], axis=1)


_COLUMNS = ["code", "statistic", "threshold", "p_value", "better_chart", "da", "en"]
_AMOUNTS = chart_of("run")


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
