"""The numerator of a share is part of its denominator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if (
            row.indicator is not None
            and row.indicator.is_percent
            and row.numerator is not None
            and row.denominator is not None
            and row.numerator > row.denominator > 0
        ):
            yield Hit(
                row, "numerator", {"numerator": row.written["numerator"], "denominator": row.written["denominator"]}
            )


CHECK = Check(
    code="numerator_above_denominator",
    severity=Severity.ERROR,
    words=Words(
        "{numerator} er større end nævner {denominator}.",
        "{numerator} is larger than denominator {denominator}.",
    ),
    mend=Words(
        "Tælleren er en del af nævneren, så den kan højst være {denominator}. Er de byttet om?",
        "The numerator is part of the denominator, so it can be {denominator} at most. Have they been swapped?",
    ),
    find=find,
)
