"""The unit is one Tavle knows, by code, name or other name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from etl.checking import Check, Context, Hit
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words

MISSING = Words("Enheden mangler.", "The unit is missing.")
SHARED = Words("»{text}« er navnet på flere enheder.", "“{text}” is the name of several units.")
CODE = Words("Skriv enhedens kode: {codes}.", "Write the code of the unit: {codes}.")
SUGGESTION = Words("Mente I {nearest}?", "Did you mean {nearest}?")


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    unknown = (row for row in rows if row.unit is None)
    # One that was given beside the file is wrong once, not on every row.
    is_in_file = "unit" in context.columns
    for row in unknown if is_in_file else islice(unknown, 1):
        place = row if is_in_file else None
        text = row.written["unit"]
        if not text:
            yield Hit(place, "unit", words=MISSING)
        elif len(meant := context.lookups.units_meant(text)) > 1:
            codes = ", ".join(sorted(unit.code for unit in meant))
            yield Hit(place, "unit", {"text": text, "codes": codes}, words=SHARED, mend=CODE, value=text)
        elif nearest := context.lookups.nearest_unit(text, context.may_deliver):
            yield Hit(place, "unit", {"text": text, "nearest": nearest}, mend=SUGGESTION, value=text)
        else:
            yield Hit(place, "unit", {"text": text}, value=text)


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
