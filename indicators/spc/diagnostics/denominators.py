"""Does the exposure behind the counts of a c chart vary?"""

from __future__ import annotations

import numpy as np

from indicators.spc.diagnostics.record import Caution, Check, Code
from indicators.spc.diagnostics.series import Series
from indicators.words import Words

MOST = 0.25
"""Denominators farther than this from their mean are too uneven for a chart that assumes them equal (Montgomery)."""

MINIMUM = 3


def find(series: Series, alpha: float) -> Caution | None:
    """The largest distance of a denominator from its mean, as a share of the mean."""
    beside = np.where(np.isnan(series.beside), series.denominator, series.beside)
    known = beside[series.takes_part & ~np.isnan(beside)]
    if len(known) < MINIMUM:
        return None
    farthest = float(np.max(np.abs(known / known.mean() - 1)))
    if farthest <= MOST:
        return None
    return Caution(
        code=Code.UNEVEN_DENOMINATORS,
        statistic=farthest,
        threshold=MOST,
        p_value=None,
        better_chart="u",
        words=Words(
            f"Grundlaget (fx sengedage) svinger op til {100 * farthest:.0f} % fra gennemsnittet, så antallene kan ikke "
            "sammenlignes direkte. Brug U-diagram med grundlaget som nævner.",
            f"The exposure (bed days, say) varies up to {100 * farthest:.0f}% from its mean, so the counts cannot be "
            "compared directly. Use a U chart with the exposure as denominator.",
        ),
        reference=CHECK.reference,
        figures={"smallest": float(known.min()), "largest": float(known.max()), "mean": float(known.mean())},
    )


CHECK = Check(
    code="denominators",
    name=Words("Ujævne nævnere", "Uneven denominators"),
    reference="Montgomery, Introduction to Statistical Quality Control, variable sample size (within 25 % of the mean)",
    find=find,
    charts=frozenset({"c"}),
    order=10,
)
