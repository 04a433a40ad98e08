"""A value that is given beside numerator and denominator is the one they make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.numbers import DOT, said
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if row.indicator is None or not row.indicator.has_denominator or row.value is None:
            continue
        if (computed := row.figures.shown(row.indicator.per)) is None:
            continue
        mark = "." if context.marks.get("value") == DOT else ","
        decimals = len(re.sub(r"\D", "", row.written["value"].partition(mark)[2]))
        if abs(computed - row.value) > 0.5 * 10**-decimals * (1 + 1e-9):
            yield Hit(row, "value", {"text": row.written["value"], "computed": said(computed, row.indicator.decimals)})


CHECK = Check(
    code="value_disagrees",
    severity=Severity.WARNING,
    words=Words(
        "{text} passer ikke med tæller og nævner, som giver {computed}.",
        "{text} does not agree with numerator and denominator, which make {computed}.",
    ),
    mend=Words(
        "Tavle regner med tæller og nævner. Se efter, om de er rigtige.",
        "Tavle uses numerator and denominator. See whether they are right.",
    ),
    find=find,
)
