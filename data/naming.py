"""What indicators, units and periods are called, for sentences written below the screen: mails and refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from data.schema import indicator, unit
from indicators.definition import PeriodKind
from indicators.periods import name_of
from indicators.words import Words


@dataclass(frozen=True, slots=True)
class Names:
    """Names by code. A code that nobody knows is its own name."""

    indicators: Mapping[str, Words]
    units: Mapping[str, Words]
    kinds: Mapping[str, PeriodKind]

    @classmethod
    def read(cls, connection: Connection, pairs: Iterable[tuple[str, str]]) -> Names:
        wanted = list(pairs)
        about = connection.execute(
            select(indicator.c.code, indicator.c.name_da, indicator.c.name_en, indicator.c.period)
            .where(indicator.c.code.in_({code for code, _ in wanted}))
            .order_by(indicator.c.version)
        ).all()
        units = connection.execute(
            select(unit.c.code, unit.c.name_da, unit.c.name_en).where(unit.c.code.in_({code for _, code in wanted}))
        )
        return cls(
            {row.code: Words(row.name_da, row.name_en) for row in about},
            {row.code: Words(row.name_da, row.name_en) for row in units},
            {row.code: PeriodKind(row.period) for row in about},
        )

    def indicator(self, code: str) -> Words:
        return self.indicators.get(code, Words(code, code))

    def unit(self, code: str) -> Words:
        return self.units.get(code, Words(code, code))

    def period(self, code: str, start: date) -> Words:
        """The period of an indicator that begins on `start`: "oktober 2026"."""
        return name_of(start, self.kinds.get(code, PeriodKind.MONTH))
