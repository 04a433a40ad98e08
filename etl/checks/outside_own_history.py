"""A value far from what the unit itself usually has is looked at once more."""

from __future__ import annotations

from collections.abc import Iterator

from etl import slips
from etl.checking import Check, Context, Hit, Hits
from etl.numbers import said
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    usual = context.history.shown

    def say(row: Row) -> Hit:
        assert row.indicator is not None
        low, high = slips.usual_range(rows, context.history, row.position)
        values = {
            "shown": said(float(rows.shown[row.position]), row.indicator.decimals),
            "low": said(low, row.indicator.decimals),
            "high": said(high, row.indicator.decimals),
            "n": int(usual.n[row.position]),
            "unit_of_measure": row.indicator.unit_of_measure,
        }
        return Hit(row, row.field_of_figure, values)

    # With more than half of the months equal there is no spread to measure by.
    outside = (usual.low < usual.high) & ((rows.shown < usual.low) | (rows.shown > usual.high))
    yield Hits(rows, outside & (rows.read["denominator"] != 0), say)


CHECK = Check(
    code="outside_own_history",
    severity=Severity.WARNING,
    words=Words(
        "{shown} ligger uden for det, enheden plejer at have: {low} til {high} {unit_of_measure} "
        "(seneste {n} perioder, median ± 3 × MAD).",
        "{shown} lies outside what the unit usually has: {low} to {high} {unit_of_measure} "
        "(latest {n} periods, median ± 3 × MAD).",
    ),
    mend=Words(
        "Passer tallet, så indsend det, og skriv gerne årsagen i en kommentar. Ellers ret det.",
        "If the figure is right, submit it, preferably with the cause in a note. Otherwise correct it.",
    ),
    find=find,
)
