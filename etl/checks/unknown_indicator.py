"""The indicator is one Tavle knows, by code or name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words

MISSING = Words("Indikatoren mangler.", "The indicator is missing.")
SUGGESTION = Words("Mente I {nearest}?", "Did you mean {nearest}?")


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    unknown = (row for row in rows if row.indicator is None)
    # One that was given beside the file is wrong once, not on every row.
    is_in_file = "indicator" in context.columns
    for row in unknown if is_in_file else islice(unknown, 1):
        place = row if is_in_file else None
        text = row.written["indicator"]
        if not text:
            yield Hit(place, "indicator", words=MISSING)
        elif nearest := context.lookups.nearest_indicator(text):
            yield Hit(place, "indicator", {"text": text, "nearest": nearest}, mend=SUGGESTION, value=text)
        else:
            yield Hit(place, "indicator", {"text": text}, value=text)


CHECK = Check(
    code="unknown_indicator",
    severity=Severity.ERROR,
    words=Words(
        "»{text}« er ikke en indikator, som Tavle kender.",
        "“{text}” is not an indicator that Tavle knows.",
    ),
    mend=Words(
        "Brug indikatorens kode eller navn, som det står på siden om indikatoren.",
        "Use the code or name of the indicator as it stands on its page.",
    ),
    find=find,
)
