"""A figure 10 or 100 times what the unit usually has, or a tenth or hundredth of it: a decimal mark or zero slipped."""

from __future__ import annotations

from collections.abc import Iterator

from etl import slips
from etl.checking import Check, Context, Hit, Hits
from etl.numbers import said
from etl.report import Severity
from etl.rows import Row, Rows
from indicators.words import Words

TOO_LARGE = Words("{factor} gange for stort", "{factor} times too large")
TOO_SMALL = Words("{factor} gange for lille", "{factor} times too small")
BOTH = Words(
    "Tæller og nævner er måske begge {how}: nævneren plejer at være omkring {middle}.",
    "Numerator and denominator may both be {how}: the denominator is usually about {middle}.",
)


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    history = context.history
    slip = slips.factor(rows, history)

    def say(row: Row) -> Hit:
        assert row.indicator is not None
        suggestion = slip.suggestion(row, context) or {}
        low, high = slips.usual_range(rows, history, row.position)
        factor = float(slip.factor[row.position])
        how, times = (TOO_LARGE, factor) if factor > 1 else (TOO_SMALL, 1 / factor)
        field = next(iter(suggestion), row.field_of_figure)
        values: dict[str, object] = {
            "text": row.written[field],
            "suggested": suggestion.get(field, ""),
            "how": Words(how.da.format(factor=round(times)), how.en.format(factor=round(times))),
            "low": said(low, row.indicator.decimals),
            "high": said(high, row.indicator.decimals),
            "unit_of_measure": row.indicator.unit_of_measure,
        }
        if len(suggestion) > 1:
            values["middle"] = said(float(history.denominator.middle[row.position]))
            values["suggested"] = " / ".join(suggestion.values())
            return Hit(row, field, values, words=BOTH, suggestion=suggestion)
        return Hit(row, field, values, suggestion=suggestion)

    yield Hits(rows, slip.is_any & ~slips.is_fraction(rows, history), say)


CHECK = Check(
    code="likely_factor",
    severity=Severity.WARNING,
    words=Words(
        "{text} er måske {how}: med {suggested} ligger enheden, hvor den plejer ({low} til {high} {unit_of_measure}).",
        "{text} may be {how}: with {suggested} the unit lies where it usually does ({low} to {high} "
        "{unit_of_measure}).",
    ),
    mend=Words(
        "Er det rigtige tal {suggested}? Ellers lad det stå, og skriv gerne årsagen i en kommentar.",
        "Is the right figure {suggested}? If not, leave it, preferably with the cause in a note.",
    ),
    find=find,
    explains=("outside_own_history", "denominator_jump"),
)
