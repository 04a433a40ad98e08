"""A locked month keeps its figures: a row that would change one is refused."""

from __future__ import annotations

from collections.abc import Iterator

from data.month_states import State
from etl.checking import Check, Context, Hit, Hits
from etl.moved_months import changing
from etl.report import Severity
from etl.rows import Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    mask = changing(rows, context, {State.LOCKED})
    if mask.any():
        yield Hits(rows, mask, lambda row: Hit(row, "period", {"text": row.written["period"]}))


CHECK = Check(
    code="period_locked",
    severity=Severity.ERROR,
    words=Words(
        "»{text}« er låst, og tallene er andre end dem, der er gemt.",
        "“{text}” is locked, and the figures are not those that are stored.",
    ),
    mend=Words(
        "Lås perioden op med en begrundelse på siden Komplethed, eller udelad rækken.",
        "Unlock the period with a reason on the page Completeness, or leave the row out.",
    ),
    find=find,
)
