"""Do counts vary as counts do, or more, or less?"""

from __future__ import annotations

import numpy as np
import scipy

from indicators.spc.charts import ValueKind
from indicators.spc.diagnostics.record import Caution, Check, Code, decimal
from indicators.spc.diagnostics.series import Series
from indicators.words import Words

MATERIAL = 1.2
"""Limits 20 % too narrow make a false alarm of a point four times as common (1.2 % for 0.27 %); less is let pass."""

FEWEST_EXPECTED = 1.0
"""Below one expected event (or non-event) per point on average the chi-square says nothing; see `rare_events`."""

MINIMUM = 10

PRIME = {"p": "pp", "u": "up", "c": "i"}
"""The chart that measures the spread instead of assuming it. A c chart has no denominator for U prime."""


def find(series: Series, alpha: float) -> Caution | None:
    """Pearson's chi-square within phases, and Laney's sigma z.

    Notes
    -----
    X^2 = sum of squared standardised residuals, on n - phases degrees of freedom; one-sided each way at alpha / 2.
    sigma z = mean moving range of the residuals / 1.128, screened. Over-dispersion is claimed only where both say so:
    a shift in level swells X^2 but hardly sigma z.
    """
    rows = np.flatnonzero(~np.isnan(series.residual))
    df = len(rows) - len(np.unique(series.phase[rows]))
    if len(rows) < MINIMUM or df < MINIMUM - 1 or series.is_constant:
        return None
    size = np.where(np.isnan(series.denominator[rows]), 1.0, series.denominator[rows])
    expected = size * series.level[rows]
    if series.record.kind is ValueKind.PROPORTION:
        expected = np.minimum(expected, size - expected)
    if expected.mean() < FEWEST_EXPECTED:
        return None
    statistic = float(np.sum(series.residual[rows] ** 2))
    sigma_z = float(series.moving_range_sd(series.residual))
    ratio = float(np.sqrt(statistic / df))
    figures = {"df": df, "ratio": ratio, "sigma_z": sigma_z, "material": MATERIAL}
    better = PRIME[series.record.code]
    p_over, p_under = float(scipy.stats.chi2.sf(statistic, df)), float(scipy.stats.chi2.cdf(statistic, df))
    if p_over <= alpha / 2 and sigma_z > MATERIAL:
        return Caution(
            code=Code.OVERDISPERSION,
            statistic=statistic,
            threshold=float(scipy.stats.chi2.isf(alpha / 2, df)),
            p_value=p_over,
            better_chart=better,
            words=Words(
                f"Tallene svinger {decimal(sigma_z, 'da', 1)} gange så meget, som tilfældet alene ville give. "
                "Grænserne er for snævre og giver falske alarmer. " + _INSTEAD[series.record.code].da,
                f"The figures vary {decimal(sigma_z, 'en', 1)} times as much as chance alone would make them. "
                "The limits are too narrow and give false alarms. " + _INSTEAD[series.record.code].en,
            ),
            reference=CHECK.reference,
            figures=figures,
        )
    if p_under <= alpha / 2 and sigma_z < 1 / MATERIAL:
        return Caution(
            code=Code.UNDERDISPERSION,
            statistic=statistic,
            threshold=float(scipy.stats.chi2.isf(1 - alpha / 2, df)),
            p_value=p_under,
            better_chart=better,
            words=Words(
                f"Tallene svinger kun {decimal(sigma_z, 'da', 1)} gange så meget, som tilfældet alene ville give. "
                "Grænserne er for vide og overser ændringer. Undersøg tallene: er de glidende gennemsnit, "
                "genbrugte tal, eller tælles de samme patienter flere gange?",
                f"The figures vary only {decimal(sigma_z, 'en', 1)} times as much as chance alone would make them. "
                "The limits are too wide and miss changes. Look into the figures: are they moving averages, copied "
                "figures, or the same patients counted again?",
            ),
            reference=CHECK.reference,
            figures=figures,
        )
    return None


_INSTEAD = {
    "p": Words("Brug P'-diagram.", "Use a P prime chart."),
    "u": Words("Brug U'-diagram.", "Use a U prime chart."),
    "c": Words(
        "Brug I-diagram, eller U'-diagram, hvis der er en nævner.",
        "Use an I chart, or a U prime chart if there is a denominator.",
    ),
}

CHECK = Check(
    code="dispersion",
    name=Words("For meget eller for lidt variation", "Too much or too little variation"),
    reference=(
        "Pearson chi-square for dispersion: Montgomery, Introduction to Statistical Quality Control; sigma z: Laney, "
        "Improved control charts for attributes, Quality Engineering 2002, 14: 531-537"
    ),
    find=find,
    charts=frozenset(PRIME),
    order=30,
)
