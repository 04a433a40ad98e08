"""The fast way through a large text file without quotes: every line is a row, and every row has the header's cells.

Most large files are such. Anything else (quotes, lines of other lengths, empty lines, old line ends) is left to the
reader that takes one row at a time and can say what is wrong with it; where both can read a file they read the same.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from etl.extract.tables import Ints, TextColumn

FEWEST_CHARACTERS = 100_000  # below, the other reader is as fast
STEP = 1 << 20  # characters that Python looks through without a break, while everybody else waits
_BLOCK = 1 << 22  # bytes that Arrow reads at a time


@dataclass(frozen=True, slots=True)
class Plain:
    """What was read: the rows' numbers as a spreadsheet counts, and the columns in their order."""

    numbers: Ints
    columns: tuple[TextColumn, ...]


def columns(text: str, start: int, *, n_above: int, width: int, delimiter: str, most_rows: int) -> Plain | None:
    """The cells below the first `n_above` lines after `start`, or None where the file is not as plain as that.

    Examples
    --------
    >>> found = columns("a;b\\nx;1\\n ;\\ny;1", 0, n_above=1, width=2, delimiter=";", most_rows=9)
    >>> [list(column) for column in found.columns], found.numbers.tolist()
    ([['x', 'y'], ['1', '1']], [2, 4])
    """
    if width < 2:
        return None
    begins = start
    for _ in range(n_above):
        begins = text.find("\n", begins) + 1
        if not begins:
            return None
    if _count(text, '"', 0) or _count(text, "\r", begins) != _count(text, "\r\n", begins):
        return None
    ends = len(text)
    while ends > begins and text[ends - 1] in "\r\n":
        ends -= 1
    body = text[begins:ends]
    if not body or body.startswith(("\n", "\r\n")) or _count(body, "\n\n", 0) or _count(body, "\n\r\n", 0):
        return None
    names = [str(position) for position in range(width)]
    try:
        table = arrow_csv.read_csv(
            pa.py_buffer(body.encode("utf-8")),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=_BLOCK),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, quote_char=False, ignore_empty_lines=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())),
                null_values=[],
                strings_can_be_null=False,
            ),
        ).unify_dictionaries()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeError):
        return None
    if table.num_rows > most_rows:
        return None
    found = []
    for column in table.columns:
        texts = column.chunk(0).dictionary.to_pylist()
        if max(map(len, texts)) > csv.field_size_limit():
            return None
        found.append(TextColumn.unified(texts, np.concatenate([chunk.indices.to_numpy() for chunk in column.chunks])))
    # Lines of nothing but delimiters count as rows and hold nothing.
    holds = np.zeros(table.num_rows, dtype=bool)
    for one in found:
        holds |= one.written
    numbers = np.arange(n_above + 1, n_above + 1 + table.num_rows, dtype=np.int64)
    return Plain(numbers[holds], tuple(found if holds.all() else (one.take(holds) for one in found)))


def _count(text: str, what: str, start: int) -> int:
    """How often `what` begins at `start` or after it, counted a piece at a time."""
    return sum(text.count(what, at, at + STEP + len(what) - 1) for at in range(start, len(text), STEP))
