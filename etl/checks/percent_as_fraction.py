"""0.72 where the unit writes 72: a percentage handed in as a fraction."""

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
        field = row.field_of_figure
        mended = context.written_as(float(rows.read[field][row.position]) * 100, field)
        values = {
            "text": row.written[field],
            "suggested": mended,
            "middle": said(float(usual.middle[row.position]), row.indicator.decimals),
        }
        return Hit(row, field, values, suggestion={field: mended})

    yield Hits(rows, slips.is_fraction(rows, context.history), say)


CHECK = Check(
    code="percent_as_fraction",
    severity=Severity.WARNING,
    words=Words(
        "{text} ligner en procent skrevet som brøk: enheden plejer at have omkring {middle} %.",
        "{text} looks like a percentage written as a fraction: the unit usually has about {middle} %.",
    ),
    mend=Words(
        "Er det rigtige tal {suggested}? Ellers lad det stå, og skriv gerne årsagen i en kommentar.",
        "Is the right figure {suggested}? If not, leave it, preferably with the cause in a note.",
    ),
    find=find,
    explains=("likely_factor", "outside_own_history"),
)
