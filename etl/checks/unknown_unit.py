"""The unit is one Tavle knows, by code, name or other name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np

from data.queries.units import Unit
from etl.checking import Check, Context, Hit, Hits
from etl.lookups import named
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words

MISSING = Words("Enheden mangler.", "The unit is missing.")
SHARED = Words("»{text}« er navnet på flere enheder.", "“{text}” is the name of several units.")
CODE = Words("Skriv enhedens kode: {codes}.", "Write the code of the unit: {codes}.")
SUGGESTION = Words("Mente I {nearest}?", "Did you mean {nearest}?")


def find(rows: Rows, context: Context) -> Iterator[Hit | Hits]:
    @cache
    def nearest(text: str) -> Unit | None:
        return context.lookups.nearest_unit(text, context.may_deliver)

    def say(row: Row) -> Hit:
        text = row.written["unit"]
        if not text:
            return Hit(row, "unit", words=MISSING)
        if len(meant := context.lookups.units_meant(text)) > 1:
            codes = ", ".join(sorted(unit.code for unit in meant))
            return Hit(row, "unit", {"text": text, "codes": codes}, words=SHARED, mend=CODE, value=text)
        if one := nearest(text):
            values = {"text": text, "nearest": named(one)}
            return Hit(row, "unit", values, mend=SUGGESTION, value=text, suggestion={"unit": one.code})
        return Hit(row, "unit", {"text": text}, value=text)

    unknown = ~rows.has_unit
    if "unit" in context.columns:
        yield Hits(rows, unknown, say)
        return
    # One that was given beside the file is wrong once, not on every row.
    for position in np.flatnonzero(unknown)[:1].tolist():
        yield replace(say(rows[position]), row=None)


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
