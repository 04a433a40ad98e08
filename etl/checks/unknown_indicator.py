"""The indicator is one Tavle knows, by code or name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np

from etl.checking import Check, Context, Hit, Hits
from etl.lookups import named
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.definition import IndicatorDefinition
from indicators.words import Words

MISSING = Words("Indikatoren mangler.", "The indicator is missing.")
SUGGESTION = Words("Mente I {nearest}?", "Did you mean {nearest}?")


def find(rows: Rows, context: Context) -> Iterator[Hit | Hits]:
    @cache
    def nearest(text: str) -> IndicatorDefinition | None:
        return context.lookups.nearest_indicator(text)

    def say(row: Row) -> Hit:
        text = row.written["indicator"]
        if not text:
            return Hit(row, "indicator", words=MISSING)
        if one := nearest(text):
            values = {"text": text, "nearest": named(one)}
            return Hit(row, "indicator", values, mend=SUGGESTION, value=text, suggestion={"indicator": one.code})
        return Hit(row, "indicator", {"text": text}, value=text)

    unknown = ~rows.has_indicator
    if "indicator" in context.columns:
        yield Hits(rows, unknown, say)
        return
    # One that was given beside the file is wrong once, not on every row.
    for position in np.flatnonzero(unknown)[:1].tolist():
        yield replace(say(rows[position]), row=None)


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
