"""The definition of the indicator held in the period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from etl.checking import Check, Context, Hit
from etl.periods import last_day
from etl.report import Severity
from etl.rows import Row
from indicators.words import Words

NOT_YET = Words("{indicator} er først defineret fra {day}.", "{indicator} is defined only from {day}.")


def find(rows: Sequence[Row], context: Context) -> Iterator[Hit]:
    for row in rows:
        if row.indicator is None or row.starts_on is None:
            continue
        begins, ends = row.indicator.valid_from, row.indicator.valid_to
        values: dict[str, object] = {"indicator": row.indicator.name}
        if begins is not None and last_day(row.starts_on, row.indicator.period) < begins:
            yield Hit(row, "period", values | {"day": begins.strftime("%d-%m-%Y")}, words=NOT_YET)
        elif ends is not None and row.starts_on > ends:
            yield Hit(row, "period", values | {"day": ends.strftime("%d-%m-%Y")})


CHECK = Check(
    code="definition_not_valid",
    severity=Severity.ERROR,
    words=Words(
        "{indicator} blev opgjort til og med {day}.",
        "{indicator} was counted until {day}.",
    ),
    mend=Words(
        "Ret perioden, eller brug den indikator, der gælder nu.",
        "Correct the period, or use the indicator that holds now.",
    ),
    find=find,
)
