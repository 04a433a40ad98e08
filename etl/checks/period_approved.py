"""A changed figure takes the approval of its month away."""

from __future__ import annotations

from collections.abc import Iterator

from data.month_states import State
from etl.checking import Check, Context, Hit, Hits
from etl.moved_months import changing
from etl.report import Severity
from etl.rows import Rows
from indicators.words import Words


def find(rows: Rows, context: Context) -> Iterator[Hits]:
    mask = changing(rows, context, {State.APPROVED})
    if mask.any():
        yield Hits(rows, mask, lambda row: Hit(row, "period", {"text": row.written["period"]}))


CHECK = Check(
    code="period_approved",
    severity=Severity.WARNING,
    words=Words(
        "»{text}« er godkendt med andre tal. Med de nye tal skal perioden godkendes igen.",
        "“{text}” is approved with other figures. With the new ones the period must be approved again.",
    ),
    mend=Words(
        "Indsend, hvis rettelsen er rigtig, og sig det til den, der godkendte.",
        "Submit if the correction is right, and tell whoever approved it.",
    ),
    find=find,
)
