"""Are the figures so coarse that points cannot be told from the line, or from one another?"""

from __future__ import annotations

import numpy as np

from indicators.spc.diagnostics.record import Caution, Check, Code
from indicators.spc.diagnostics.series import Series
from indicators.words import Words

MINIMUM = 10

SHARE_ON_CENTRE = 1 / 3
"""With a third of the points on the line the runs analysis has lost a third of its length."""

FEWEST_VALUES = 4
"""Fewer different values than this among 10 points or more."""

TIE = 1e-10


def find(series: Series, alpha: float) -> Caution | None:
    """Points on the median (run) or mean (others) of their phase; different values; the step between values.

    Notes
    -----
    Values are too coarse where the smallest step between two of them is larger than their standard deviation within
    phases (Wheeler), or where there are fewer than four.
    """
    rows = np.flatnonzero(series.takes_part)
    if len(rows) < MINIMUM or series.is_constant:
        return None
    values, phase = series.y[rows], series.phase[rows]
    centre = np.empty(len(values))
    for each in np.unique(phase):
        own = values[phase == each]
        centre[phase == each] = own.mean() if series.record.has_limits else np.median(own)
    on_centre = float(np.mean(np.abs(values - centre) <= TIE * np.ptp(values)))
    different = np.unique(values)
    if on_centre >= SHARE_ON_CENTRE:
        return Caution(
            code=Code.MANY_ON_CENTRE,
            statistic=on_centre,
            threshold=SHARE_ON_CENTRE,
            p_value=None,
            better_chart=None,
            words=Words(
                f"{100 * on_centre:.0f} % af punkterne ligger præcis på midterlinjen og tæller ikke med. Diagrammet "
                "opdager derfor ændringer sent. Brug flere decimaler eller længere perioder; er det sjældne "
                "hændelser, så følg tiden eller antallet mellem dem.",
                f"{100 * on_centre:.0f}% of the points lie exactly on the centre line and do not count. The chart is "
                "therefore slow to see changes. Use more decimals or longer periods; if events are rare, follow the "
                "time or the number between them.",
            ),
            reference=CHECK.reference,
            figures={"n": len(rows), "n_values": len(different)},
        )
    spread = float(np.sqrt(np.sum((values - _means(values, phase)) ** 2) / max(len(rows) - len(np.unique(phase)), 1)))
    step = float(np.diff(different).min())
    is_few = len(different) < FEWEST_VALUES
    if not is_few and step <= spread * (1 + TIE):
        return None
    return Caution(
        code=Code.FEW_VALUES,
        statistic=float(len(different)) if is_few else step / spread if spread > 0 else np.inf,
        threshold=float(FEWEST_VALUES) if is_few else 1.0,
        p_value=None,
        better_chart=None,
        words=Words(
            f"Tallet har kun {len(different)} forskellige værdier i {len(rows)} punkter: det måles for groft til at "
            "vise små ændringer. Brug flere decimaler, længere perioder eller selve antallene.",
            f"The figure has only {len(different)} different values in {len(rows)} points: it is measured too "
            "coarsely to show small changes. Use more decimals, longer periods or the counts themselves.",
        ),
        reference=CHECK.reference,
        figures={"n": len(rows), "n_values": len(different), "step": step * series.multiply},
    )


def _means(values: np.ndarray, phase: np.ndarray) -> np.ndarray:
    found = np.empty(len(values))
    for each in np.unique(phase):
        found[phase == each] = values[phase == each].mean()
    return found


CHECK = Check(
    code="coarseness",
    name=Words("Grove tal", "Coarse figures"),
    reference="Wheeler, Understanding Variation, and Advanced Topics in Statistical Process Control (chunky data)",
    find=find,
    charts=frozenset({"run", "i"}),
    order=50,
)
