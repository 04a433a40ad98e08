"""A value far from what the unit itself usually has is looked at once more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from etl.checking import Check, Context, Hit
from etl.numbers import said
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words

WINDOW = 24  # latest periods of the unit itself
FEWEST = 12  # below this, one year, "usual" means little
WIDTH = 3.0
# Makes the median absolute deviation comparable with a standard deviation: 1 / the normal's 75th percentile.
# Median and MAD rather than mean and standard deviation: an outlier does not widen the range that should reveal it.
SCALE = 1.4826


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if row.indicator is None or row.key is None or row.denominator == 0:
            continue
        shown = row.figures.shown(row.indicator.per)
        stored = context.history.get(row.key[:2], ())
        earlier = [value for period, value in stored if period < row.key[2]][-WINDOW:]
        if shown is None or len(earlier) < FEWEST:
            continue
        middle = median(earlier)
        spread = median([abs(value - middle) for value in earlier])
        low, high = middle - WIDTH * SCALE * spread, middle + WIDTH * SCALE * spread
        # With more than half of the months equal there is no spread to measure by.
        if spread == 0 or low <= shown <= high:
            continue
        if row.indicator.minimum is not None or row.indicator.has_denominator:
            low = max(low, row.indicator.minimum or 0.0)
        if row.indicator.maximum is not None or row.indicator.is_percent:
            high = min(high, 100.0 if row.indicator.maximum is None else row.indicator.maximum)
        values = {
            "shown": said(shown, row.indicator.decimals),
            "low": said(low, row.indicator.decimals),
            "high": said(high, row.indicator.decimals),
            "n": len(earlier),
            "unit_of_measure": row.indicator.unit_of_measure,
        }
        yield Hit(row, "value" if row.written["value"] else "numerator", values)


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
