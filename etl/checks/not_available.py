"""A sign for "no number here" is no number, and never zero: the row is left out, and the sign is named."""

from __future__ import annotations

from collections.abc import Iterator

from etl import numbers
from etl.checking import Check, Context, Hit, Hits
from etl.extract.columns import NUMBER_FIELDS
from etl.numbers import NotAvailable
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words

SUPPRESSED = Words(
    "»{text}« er et lille tal, som kilden har skjult. Rækken udelades.",
    "“{text}” is a small number that the source has hidden. The row is left out.",
)
NOT_APPLICABLE = Words(
    "»{text}« betyder, at tallet ikke kan forekomme. Rækken udelades.",
    "“{text}” means that there can be no such number. The row is left out.",
)
WRITE_THE_COUNT = Words(
    "Skriv det antal, der er talt. Tavle skjuler selv små tal for andre end enheden.",
    "Write the count itself. Tavle hides small numbers from others than the unit.",
)


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    yield Hits(rows, rows.has_sign, _say)


def _say(row: Row) -> Hit:
    for field in NUMBER_FIELDS:
        text = row.written[field]
        sign = numbers.not_available(text)
        if sign is NotAvailable.SUPPRESSED:
            return Hit(row, field, {"text": text}, words=SUPPRESSED, mend=WRITE_THE_COUNT)
        if sign is not None:
            return Hit(
                row, field, {"text": text}, words=NOT_APPLICABLE if sign is NotAvailable.NOT_APPLICABLE else None
            )
    return Hit(row, "")


CHECK = Check(
    code="not_available",
    severity=Severity.WARNING,
    words=Words(
        "»{text}« betyder, at der ikke er noget tal. Rækken udelades; manglende er ikke det samme som 0.",
        "“{text}” means that there is no number. The row is left out; missing is not the same as 0.",
    ),
    mend=Words(
        "Skriv tallet, når det er der. Skriv kun 0, hvis der er talt 0.",
        "Write the number when it is there. Write 0 only if 0 was counted.",
    ),
    find=find,
)
