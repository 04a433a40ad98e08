"""The unit existed in the period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from data.queries.units import Unit
from etl.checking import Check, Context, Hit, Hits
from etl.lookups import named
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words

NOT_OPEN = Words("{unit} findes først fra {day}.", "{unit} exists only from {day}.")
EARLIER = Words("Ret perioden, eller brug den enhed, der var der før.", "Correct the period, or use the earlier unit.")
SUCCESSOR = Words(
    "Indberet for {successor} ({code}), som har afløst enheden.",
    "Report for {successor} ({code}), which has taken over.",
)
SEVERAL = Words(
    "Enheden blev delt. Indberet for den enhed, tallene hører til: {choices}.",
    "The unit was split. Report for the unit that the figures belong to: {choices}.",
)
OR = Words(" eller ", " or ")


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    begins = rows.of_unit(lambda unit: np.datetime64(unit.valid_from), np.datetime64("NaT"))
    ends = rows.of_unit(lambda unit: np.datetime64(unit.valid_to or "NaT"), np.datetime64("NaT"))

    def closed(row: Row) -> Hit:
        assert row.unit is not None and row.unit.valid_to is not None
        values: dict[str, object] = {"unit": row.unit.name, "day": row.unit.valid_to.strftime("%d-%m-%Y")}
        found = context.lookups.successors(row.unit)
        if not found:
            return Hit(row, "unit", values)
        if len(found) > 1:
            # Which of them a figure belongs to is known by whoever counted it: no button chooses for them.
            return Hit(row, "unit", values | {"choices": _choices(found)}, mend=SEVERAL)
        (successor,) = found
        values |= {"successor": successor.name, "code": successor.code}
        return Hit(row, "unit", values, mend=SUCCESSOR, suggestion={"unit": successor.code})

    is_early = rows.ends < begins
    yield Hits(rows, is_early, _not_open)
    yield Hits(rows, (rows.starts > ends) & ~is_early, closed)


def _choices(found: Sequence[Unit]) -> Words:
    """The units with their codes, as a sentence lists them: "A (1), B (2) or C (3)"."""
    names = [named(unit) for unit in found]
    da, en = ([name.say(language) for name in names] for language in ("da", "en"))
    return Words(OR.da.join([", ".join(da[:-1]), da[-1]]), OR.en.join([", ".join(en[:-1]), en[-1]]))


def _not_open(row: Row) -> Hit:
    assert row.unit is not None
    values = {"unit": row.unit.name, "day": row.unit.valid_from.strftime("%d-%m-%Y")}
    return Hit(row, "unit", values, words=NOT_OPEN, mend=EARLIER)


CHECK = Check(
    code="unit_closed_or_not_open",
    severity=Severity.ERROR,
    words=Words(
        "{unit} lukkede {day}.",
        "{unit} closed on {day}.",
    ),
    mend=Words(
        "Ret perioden, eller brug den enhed, der har overtaget opgaven.",
        "Correct the period, or use the unit that has taken over.",
    ),
    find=find,
)
