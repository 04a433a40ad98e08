"""What the chart of an indicator says about its figures, asked of the chart's own record and nowhere else."""

from __future__ import annotations

from indicators.definition import IndicatorDefinition
from indicators.spc.charts import CHARTS


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
