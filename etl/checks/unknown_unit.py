"""The unit is one Tavle knows, by code, name or other name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words

MISSING = Words("Enheden mangler.", "The unit is missing.")
SUGGESTION = Words("Mente I {nearest}?", "Did you mean {nearest}?")


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if row.unit is None:
            text = row.written["unit"]
            if not text:
                yield Hit(row, "unit", words=MISSING)
            elif nearest := context.lookups.nearest_unit(text, context.may_deliver):
                yield Hit(row, "unit", {"text": text, "nearest": nearest}, mend=SUGGESTION)
            else:
                yield Hit(row, "unit", {"text": text})


CHECK = Check(
    code="unknown_unit",
    severity=Severity.ERROR,
    words=Words(
        "»{text}« er ikke en enhed, som Tavle kender.",
        "“{text}” is not a unit that Tavle knows.",
    ),
    mend=Words(
        "Brug enhedens kode eller navn, som det står i Tavle, eller bed en administrator om at oprette enheden.",
        "Use the code or name of the unit as it stands in Tavle, or ask an administrator to add the unit.",
    ),
    find=find,
)
