"""What a check is, what it may look at, and how all of them are run over a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from data.access import Viewer
from etl.extract.columns import FIELDS, NAMES
from etl.lookups import Lookups
from etl.report import Finding, Severity
from etl.rows import Row
from indicators.words import Words

_LONGEST_VALUE = 80


@dataclass(frozen=True)
class Context:
    """Everything besides the rows that a check may look at.

    `viewer` is None where nobody is named: rights are then not checked. `columns` gives the file's own names of the
    fields. `history` holds each series' stored values as (period, value in the indicator's unit of measure), oldest
    first. `marks` are the decimal marks of the number columns.
    """

    viewer: Viewer | None
    today: date
    lookups: Lookups
    columns: Mapping[str, str]
    n_columns: int
    left_out: tuple[str, ...] = ()
    marks: Mapping[str, str | None] = field(default_factory=dict)
    history: Mapping[tuple[str, str], Sequence[tuple[date, float]]] = field(default_factory=dict)

    def may_deliver(self, code: str) -> bool:
        return self.viewer is None or self.viewer.may_deliver(code)


@dataclass(frozen=True)
class Hit:
    """One place where a check found something. `words` and `mend` stand in for the check's own where it has variants.

    `column` is a field ("numerator"), translated to the file's own name of it; `row` is None for the whole file.
    """

    row: Row | None
    column: str
    values: Mapping[str, object] = field(default_factory=dict)
    words: Words | None = None
    mend: Words | None = None
    value: str | None = None


@dataclass(frozen=True)
class Check:
    """One check of deliveries: a file in `etl/checks` whose name is the code.

    `words` says what is wrong (without the place), `mend` how to put it right; `find(rows, context)` yields hits. It
    does not raise, print or touch the store.
    """

    code: str
    severity: Severity
    words: Words
    mend: Words
    find: Callable[[Sequence[Row], Context], Iterable[Hit]]

    def findings(self, rows: Sequence[Row], context: Context) -> Iterable[Finding]:
        for hit in self.find(rows, context):
            text = hit.value if hit.value is not None else hit.row.written.get(hit.column, "") if hit.row else ""
            yield Finding(
                code=self.code,
                severity=self.severity,
                row=hit.row.number if hit.row else None,
                column=_column_name(hit.column, context),
                value=_short(text),
                words=hit.words or self.words,
                mend=hit.mend or self.mend,
                values={key: _short(v) if isinstance(v, str) else v for key, v in hit.values.items()},
            )


def _short(text: str) -> str:
    """A cell's text on one line, cut where a message would drown in it."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_VALUE else line[: _LONGEST_VALUE - 1] + "…"


def _column_name(column: str, context: Context) -> str:
    if column in FIELDS:
        # A value that was given beside the file has no column; Danish is the first language of the screen.
        return context.columns.get(column, NAMES[column].da)
    return column


def run(checks: Iterable[Check], rows: Sequence[Row], context: Context) -> tuple[Finding, ...]:
    """All findings of all checks, by row, then as the columns stand in a delivery; findings on the whole file first.

    Warnings on a row with an error are left for the next check: what is wrong about it may be the reason for them.
    """
    findings = [finding for check in checks for finding in check.findings(rows, context)]
    wrong = {finding.row for finding in findings if finding.is_error and finding.row is not None}
    findings = [finding for finding in findings if finding.is_error or finding.row not in wrong]
    order = {_column_name(name, context): position for position, name in enumerate(FIELDS)}
    return tuple(sorted(findings, key=lambda f: (f.row or 0, not f.is_error, order.get(f.column, len(order)), f.code)))
