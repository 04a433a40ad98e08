"""What a check is, what it may look at, and how all of them are run over a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from data.access import Viewer
from etl.extract.columns import FIELDS, NAMES
from etl.extract.tables import RawTable
from etl.history import History
from etl.lookups import Lookups
from etl.report import Finding, Severity
from etl.rows import Bools, Ints, Row, Rows
from indicators.words import Words

MOST_SHOWN = 1_000  # findings of one check; a person mends the first and checks again
_LONGEST_VALUE = 80

MORE = Words("Og {n} mere af samme slags som i række {row}.", "And {n} more of the same kind as in row {row}.")
MORE_MEND = Words(
    "Ret dem, der er vist, eller find fejlen i filens kilde, og kontrollér igen.",
    "Correct those that are shown, or find the mistake where the file was made, and check again.",
)


@dataclass(frozen=True)
class Context:
    """Everything besides the rows that a check may look at.

    `viewer` is None where nobody is named: rights are then not checked. `columns` gives the file's own names of the
    fields it has. `history` is what the store holds of the file's series. `marks` are the decimal marks of the number
    columns. `month_states` maps (indicator code, unit code, first day of the period) to where that month stands, for
    the months of the file that somebody has moved on from "submitted". `confirmed` are warnings, as (row number, code
    of the check), that the person stands by.
    """

    viewer: Viewer | None
    today: date
    lookups: Lookups
    columns: Mapping[str, str]
    n_columns: int
    history: History
    left_out: tuple[str, ...] = ()
    marks: Mapping[str, str | None] = field(default_factory=dict)
    month_states: Mapping[tuple[str, str, date], str] = field(default_factory=dict)
    confirmed: frozenset[tuple[int, str]] = frozenset()
    table: RawTable | None = None

    def may_deliver(self, code: str) -> bool:
        return self.viewer is None or self.viewer.may_deliver(code)

    def written_as(self, value: float, field: str, decimals: int | None = None) -> str:
        """A number as one would write it in the column of `field`, so that it can take the place of what stands there.

        With `decimals`, rounded to that many where it has more.
        """
        text = f"{value:.10g}" if decimals is None else f"{value:.{decimals}f}"
        if decimals and "." in text:
            text = text.rstrip("0").rstrip(".")
        return text if self.marks.get(field) == "dot" else text.replace(".", ",")


@dataclass(frozen=True)
class Hit:
    """One place where a check found something. `words` and `mend` stand in for the check's own where it has variants.

    `column` is a field ("numerator"), translated to the file's own name of it; `row` is None for the whole file.
    `suggestion` maps fields to the texts that would mend the row.
    """

    row: Row | None
    column: str
    values: Mapping[str, object] = field(default_factory=dict)
    words: Words | None = None
    mend: Words | None = None
    value: str | None = None
    suggestion: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Hits:
    """The hits of a mask: `make` says what each row of it is about, and is asked only for those that are shown."""

    rows: Rows
    mask: Bools
    make: Callable[[Row], Hit]

    def __iter__(self) -> Iterator[Hit]:
        return map(self.make, self.rows.where(self.mask))


@dataclass(frozen=True)
class Check:
    """One check of deliveries: a file in `etl/checks` whose name is the code.

    `words` says what is wrong (without the place), `mend` how to put it right. `find(rows, context)` gives hits, one by
    one or as `Hits`: a mask over all rows and what to say of one of them. It does not raise, print or touch the store.
    `explains` are codes of warnings that say less about the same row and are left out where this one is said.
    """

    code: str
    severity: Severity
    words: Words
    mend: Words
    find: Callable[[Rows, Context], Iterable[Hit | Hits]]
    explains: tuple[str, ...] = ()

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


@dataclass(frozen=True)
class Checked:
    """What all checks found, and for every row, shown or not, whether it has an error or a warning."""

    findings: tuple[Finding, ...]
    has_error: Bools
    has_warning: Bools


@dataclass
class _Found:
    """The hits of one check, gathered: on the whole file, and on rows as positions with who says what of them."""

    check: Check
    of_file: list[Hit]
    positions: Ints
    sources: list[tuple[Ints, Callable[[int], Hit]]]

    @classmethod
    def of(cls, check: Check, rows: Rows, context: Context) -> _Found:
        of_file: list[Hit] = []
        single: list[Hit] = []
        sources: list[tuple[Ints, Callable[[int], Hit]]] = []
        for one in check.find(rows, context):
            if isinstance(one, Hits):
                sources.append((np.flatnonzero(one.mask), _asking(one)))
            elif one.row is None:
                of_file.append(one)
            else:
                single.append(one)
        if single:
            sources.append((np.array([hit.row.position for hit in single if hit.row]), _in_turn(single)))
        positions = np.concatenate([np.empty(0, np.int64), *(found for found, _ in sources)])
        return cls(check, of_file, positions, sources)

    def findings(self, keep: Bools, context: Context) -> Iterator[Finding]:
        """The findings on rows that are kept: the first `MOST_SHOWN` by row, and one that counts the rest."""
        for hit in self.of_file:
            yield _finding(self.check, hit, context)
        whose = np.concatenate([np.empty(0, np.int64), *(np.full(len(p), i) for i, (p, _) in enumerate(self.sources))])
        within = np.concatenate([np.empty(0, np.int64), *(np.arange(len(p)) for p, _ in self.sources)])
        kept = np.flatnonzero(keep[self.positions])
        ordered = kept[np.argsort(self.positions[kept], kind="stable")]
        first: Finding | None = None
        for at in ordered[:MOST_SHOWN].tolist():
            finding = _finding(self.check, self.sources[whose[at]][1](int(within[at])), context)
            first = first or finding
            yield finding
        if len(ordered) > MOST_SHOWN and first is not None:
            n = len(ordered) - MOST_SHOWN
            yield Finding(
                code=self.check.code,
                severity=self.check.severity,
                row=None,
                column=first.column,
                value="",
                words=MORE,
                mend=MORE_MEND,
                values={"n": n, "row": first.row},
                stands_for=n,
            )


def _asking(hits: Hits) -> Callable[[int], Hit]:
    positions = np.flatnonzero(hits.mask)
    return lambda at: hits.make(hits.rows[int(positions[at])])


def _in_turn(hits: Sequence[Hit]) -> Callable[[int], Hit]:
    return lambda at: hits[at]


def _finding(check: Check, hit: Hit, context: Context) -> Finding:
    text = hit.value if hit.value is not None else hit.row.written.get(hit.column, "") if hit.row else ""
    number = None if hit.row is None else _row_number(hit.row, hit.column, context)
    return Finding(
        code=check.code,
        severity=check.severity,
        row=number,
        column=_column_name(hit.column, context, hit.row),
        value=_short(text),
        words=hit.words or check.words,
        mend=hit.mend or check.mend,
        values={key: _short(v) if isinstance(v, str) else v for key, v in hit.values.items()},
        suggestion=_suggestion(hit, number, context),
        is_confirmed=not check.is_error and (number, check.code) in context.confirmed,
    )


def _short(text: str) -> str:
    """A cell's text on one line, cut where a message would drown in it."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_VALUE else line[: _LONGEST_VALUE - 1] + "…"


def _row_number(row: Row, column: str, context: Context) -> int:
    return row.number if context.table is None else context.table.row_number(column, row.position)


def _column_name(column: str, context: Context, row: Row | None = None) -> str:
    if column not in FIELDS:
        return column
    if column in context.columns:
        if context.table is not None and row is not None:
            return context.table.column_name(column, row.position)
        return context.columns[column]
    # A value that was given beside the file has no column; Danish is the first language of the screen.
    return NAMES[column].da


def _suggestion(hit: Hit, number: int | None, context: Context) -> Mapping[str, str] | None:
    """The suggestion with the names under which `Edits` takes it: in a wide file a figure's column is the sheet's own.

    A suggestion for cells of several rows of the sheet, or for a column the file does not have, is no single button.
    """
    if hit.suggestion is None or hit.row is None or not set(hit.suggestion) <= set(context.columns):
        return None
    if any(_row_number(hit.row, name, context) != number for name in hit.suggestion):
        return None
    if context.table is None:
        return hit.suggestion
    wide = context.table.columns_of
    return {
        (_column_name(name, context, hit.row) if name in wide else name): text for name, text in hit.suggestion.items()
    }


def run(
    checks: Iterable[Check],
    rows: Rows,
    context: Context,
    progress: Callable[[float], None] | None = None,
) -> Checked:
    """All findings of all checks, by row, then as the columns stand in a delivery; findings on the whole file first.

    Warnings on a row with an error are left for the next check: what is wrong about it may be the reason for them. Of
    two warnings on a row of which one explains the other, only the first is said. Findings of one check beyond
    `MOST_SHOWN` are counted in one.

    `progress` is called before each check with the share of them that is done.
    """
    every = list(checks)
    found = []
    for at, check in enumerate(every):
        if progress is not None:
            progress(at / len(every))
        found.append(_Found.of(check, rows, context))
    has_error, has_warning = (np.zeros(len(rows), dtype=bool) for _ in range(2))
    for one in found:
        if one.check.is_error:
            has_error[one.positions] = True
    explained: dict[str, Bools] = {}
    for one in found:
        for code in one.check.explains:
            explained.setdefault(code, np.zeros(len(rows), dtype=bool))[one.positions] = True
    everywhere = np.ones(len(rows), dtype=bool)
    findings: list[Finding] = []
    for one in found:
        keep = everywhere if one.check.is_error else ~has_error
        if one.check.code in explained:
            keep = keep & ~explained[one.check.code]
        findings += one.findings(keep, context)
        if not one.check.is_error:
            has_warning[one.positions[keep[one.positions]]] = True
    order = {_column_name(name, context): position for position, name in enumerate(FIELDS)}

    def place(finding: Finding) -> tuple[object, ...]:
        at = order.get(finding.column, len(order))
        # What counts the rest of a kind comes last: it means something only after those it is like.
        return finding.words is MORE, finding.row or 0, not finding.is_error, at, finding.code

    return Checked(tuple(sorted(findings, key=place)), has_error, has_warning)
