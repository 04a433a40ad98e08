"""What the chart of an indicator says about its figures, asked of the chart's own record and nowhere else."""

from __future__ import annotations

from indicators.definition import IndicatorDefinition
from indicators.spc.charts import CHARTS, ValueKind


def is_of_several(definition: IndicatorDefinition) -> bool:
    """Whether a point sums up several measurements: their mean, number (the denominator) and spread.

    A chart that no record describes is of none.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> [is_of_several(SimpleNamespace(chart=chart)) for chart in ("xbar", "p", "line")]
    [True, False, False]
    """
    chart = CHARTS.get(definition.chart)
    return chart is not None and chart.needs_several


def family_of(definition: IndicatorDefinition) -> str:
    """The scale on which units without a programme are taken to move alike: "binomial", "poisson" or "linear".

    A proportion moves on the log odds, a rate on the log; a mean, a count and what has no denominator as it is.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> names = ("chart", "is_percent", "has_denominator")
    >>> kinds = [("p", True, True), ("u", False, True), ("xbar", False, True), ("c", False, False)]
    >>> [family_of(SimpleNamespace(**dict(zip(names, kind)))) for kind in kinds]
    ['binomial', 'poisson', 'linear', 'linear']
    """
    if not definition.has_denominator:
        return "linear"
    if definition.is_percent:
        return "binomial"
    chart = CHARTS.get(definition.chart)
    return "poisson" if chart is not None and chart.kind is ValueKind.RATE else "linear"
