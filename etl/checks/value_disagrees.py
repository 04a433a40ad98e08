"""A value that is given beside numerator and denominator is the one they make."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from etl.checking import Check, Context, Hit, Hits
from etl.numbers import DOT, said
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    # A value that was rounded agrees; how far it was rounded is seen from its own decimals.
    mark = "." if context.marks.get("value") == DOT else ","
    column = rows.columns["value"]
    decimals = [len(re.sub(r"\D", "", text.partition(mark)[2])) for text in column.texts]
    allowed = (0.5 * 10.0 ** -np.array(decimals) * (1 + 1e-9))[column.codes]

    def say(row: Row) -> Hit:
        assert row.indicator is not None
        computed = said(float(rows.shown[row.position]), row.indicator.decimals)
        return Hit(row, "value", {"text": row.written["value"], "computed": computed})

    # Of a mean of several measurements the value itself is kept; comparisons with NaN are false.
    mask = rows.has_denominator & (np.abs(rows.shown - rows.read["value"]) > allowed)
    yield Hits(rows, mask, say)


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
