"""The definition of the indicator held in the period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from etl.checking import Check, Context, Hit, Hits
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.definition import IndicatorDefinition
from indicators.words import Words

NOT_YET = Words("{indicator} er først defineret fra {day}.", "{indicator} is defined only from {day}.")


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    begins = rows.of_indicator(lambda one: np.datetime64(one.valid_from or "NaT"), np.datetime64("NaT"))
    ends = rows.of_indicator(lambda one: np.datetime64(one.valid_to or "NaT"), np.datetime64("NaT"))

    def early(row: Row) -> Hit:
        assert row.indicator is not None
        return Hit(row, "period", _values(row.indicator, row.indicator.valid_from), words=NOT_YET)

    def late(row: Row) -> Hit:
        assert row.indicator is not None
        return Hit(row, "period", _values(row.indicator, row.indicator.valid_to))

    is_early = rows.ends < begins
    yield Hits(rows, is_early, early)
    yield Hits(rows, (rows.starts > ends) & ~is_early, late)


def _values(indicator: IndicatorDefinition, day: date | None) -> dict[str, object]:
    return {"indicator": indicator.name, "day": day.strftime("%d-%m-%Y") if day else ""}


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
