"""A denominator that has changed by more than half is often counted in another way, or for another time.

Below 16 chance alone moves a count by half, so there the change must also be more than two standard deviations of a
count of that size.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from etl.checking import Check, Context, Hit, Hits
from etl.numbers import said
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words

MOST = 0.5  # of the median
MANY_TIMES = 10.0
TIMES = Words(
    "Nævneren {text} er {times} gange så stor, som den plejer at være: {middle} (median af de seneste {n} perioder).",
    "The denominator {text} is {times} times what it usually is: {middle} (median of the latest {n} periods).",
)
ABOVE, BELOW = Words("over", "above"), Words("under", "below")


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    usual, now = context.history.denominator, rows.stored["denominator"]

    def say(row: Row) -> Hit:
        figure, middle = float(now[row.position]), float(usual.middle[row.position])
        values = {
            "text": row.written["denominator"],
            "times": said(figure / middle, 0),
            "share": said(abs(figure / middle - 1) * 100, 0),
            "way": ABOVE if figure > middle else BELOW,
            "middle": said(middle),
            "n": int(usual.n[row.position]),
        }
        return Hit(row, "denominator", values, words=TIMES if figure >= MANY_TIMES * middle else None)

    change = np.abs(now - usual.middle)
    yield Hits(rows, (change > MOST * usual.middle) & (change > 2 * np.sqrt(np.maximum(usual.middle, 0))), say)


CHECK = Check(
    code="denominator_jump",
    severity=Severity.WARNING,
    words=Words(
        "Nævneren {text} ligger {share} % {way} det, den plejer at være: {middle} (median af de seneste {n} perioder).",
        "The denominator {text} is {share} % {way} what it usually is: {middle} (median of the latest {n} periods).",
    ),
    mend=Words(
        "Se efter, om der er talt på samme måde som før, fx for hele perioden og de samme afsnit.",
        "See whether it was counted as before, such as for the whole period and the same wards.",
    ),
    find=find,
)
