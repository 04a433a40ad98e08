"""A file as columns of text: every different text of a column once, and for each row the number of its text.

Figures repeat and names repeat even more: a million rows of six columns are a few small arrays instead of six million
strings, and whatever has to be asked of a text is asked once.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from etl.extract.columns import NAMES
from etl.extract.refusals import Refusal
from indicators.words import Words

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class TextColumn:
    """One column: `texts` are its different texts, stripped; `codes` says for each row which of them it has.

    Examples
    --------
    >>> column = TextColumn.of(["NOH", " HGH", "NOH "])
    >>> column.texts, column.codes.tolist(), column[2], list(column)
    (('NOH', 'HGH'), [0, 1, 0], 'NOH', ['NOH', 'HGH', 'NOH'])
    """

    texts: tuple[str, ...]
    codes: Codes

    @classmethod
    def of(cls, texts: Iterable[str]) -> TextColumn:
        """The column of these texts, one per row."""
        numbers = _Numbers()
        codes = array("i", map(numbers.__getitem__, texts))
        return cls.unified(tuple(numbers), np.frombuffer(codes, dtype=np.int32) if codes else np.empty(0, np.int32))

    @classmethod
    def unified(cls, texts: Sequence[str], codes: Codes) -> TextColumn:
        """The column of texts that may repeat once they are stripped."""
        numbers = _Numbers()
        of_text = [numbers[text.strip()] for text in texts]
        if len(numbers) < len(texts):
            codes = np.asarray(of_text, dtype=np.int32)[codes]
        return cls(tuple(numbers), codes)

    @classmethod
    def constant(cls, text: str, n_rows: int) -> TextColumn:
        """A column that says the same on every row."""
        return cls((text,), np.zeros(n_rows, dtype=np.int32))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> str:
        return self.texts[self.codes[row]]

    def __iter__(self) -> Iterator[str]:
        return (self.texts[code] for code in self.codes.tolist())

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written in any row."""
        return not any(self.texts)

    @property
    def written(self) -> npt.NDArray[np.bool_]:
        """For each row whether anything is written."""
        return np.asarray([bool(text) for text in self.texts], dtype=bool)[self.codes]

    def take(self, rows: npt.NDArray[Any]) -> TextColumn:
        """The column of these rows only (positions, or a mask); texts that no row has any more are kept."""
        return TextColumn(self.texts, self.codes[rows])

    def compact(self) -> TextColumn:
        """The column without texts that no row has, as after cells were replaced or rows left out.

        Examples
        --------
        >>> TextColumn.of(["a", "b", "c"]).take(np.array([2, 0])).compact().texts
        ('a', 'c')
        """
        used = np.unique(self.codes)
        if len(used) == len(self.texts):
            return self
        new = np.zeros(len(self.texts), dtype=np.int32)
        new[used] = np.arange(len(used), dtype=np.int32)
        return TextColumn(tuple(self.texts[code] for code in used.tolist()), new[self.codes])

    def mapped(self, new: Mapping[str, str]) -> TextColumn:
        """The column with some of its texts replaced by others."""
        return TextColumn.unified([new.get(text, text) for text in self.texts], self.codes)

    def with_cells(self, cells: Mapping[int, str]) -> TextColumn:
        """The column with other texts in some rows, by position."""
        numbers = _Numbers()
        for text in self.texts:
            numbers[text]
        codes = self.codes.copy()
        for position, text in cells.items():
            codes[position] = numbers[text.strip()]
        return TextColumn(tuple(numbers), codes)


class _Numbers(dict[str, int]):
    """Texts in the order they were first seen, numbered from 0: asking for a new one numbers it."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be read. It matters only if its column is used: then the file is refused for it."""

    row: int
    position: int
    refusal: Refusal
    value: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A file or a workbook's sheet as text, before anything is known of its columns.

    `header_row` and `numbers` count as a spreadsheet does. `columns` stand as in the file, one per cell of `header`.
    `above` are the texts over the header (titles, remarks). `extra` are cells to the right of the header's last one,
    by row number. `name` is the sheet's name, `sheets` all that hold something, `other_sheets` those that hold a table
    too; `sub_header` is the row below a header of two rows. `typed` are the columns of a workbook whose numbers are all
    kept as numbers. `n_hidden` is how many of its rows the workbook hides.
    """

    header_row: int
    header: tuple[str, ...]
    numbers: Ints
    n_cells: Codes
    columns: tuple[TextColumn, ...]
    above: tuple[tuple[int, str], ...] = ()
    extra: tuple[tuple[int, tuple[str, ...]], ...] = ()
    delimiter: str = ""
    encoding: str = ""
    name: str = ""
    sub_header: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    other_sheets: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    typed: frozenset[int] = frozenset()
    n_hidden: int = 0

    @property
    def n_rows(self) -> int:
        return len(self.numbers)

    def trimmed(self) -> Sheet:
        """Without the columns at the end that have neither name nor content."""
        width = len(self.header)
        while width > 1 and not self.header[width - 1].strip() and self.columns[width - 1].is_blank:
            width -= 1
        if width == len(self.header):
            return self
        had = len(self.header)
        n_cells = np.where((self.n_cells > width) & (self.n_cells <= had), width, self.n_cells).astype(np.int32)
        return replace(
            self,
            header=self.header[:width],
            columns=self.columns[:width],
            n_cells=n_cells,
            sub_header=self.sub_header[:width],
        )


class SheetBuilder:
    """Rows in, columns out. Nothing of a row is kept but the numbers of its texts."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._texts = [_Numbers() for _ in range(width)]
        self._codes = [array("i") for _ in range(width)]
        self._numbers = array("q")
        self._n_cells = array("i")
        self._extra: list[tuple[int, tuple[str, ...]]] = []

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, numbers: Sequence[int], rows: list[Sequence[str]]) -> None:
        """Add rows (`numbers` as a spreadsheet counts). Rows may be longer or shorter than the header."""
        width = self._width
        if not rows:
            return
        lengths = list(map(len, rows))
        if lengths.count(width) != len(lengths):
            for position, length in enumerate(lengths):
                if length == width:
                    continue
                cells = rows[position]
                kept = length
                while kept > width and not cells[kept - 1].strip():
                    kept -= 1
                if kept > width:
                    self._extra.append((numbers[position], tuple(cells[width:kept])))
                lengths[position] = kept
                rows[position] = [*cells[:width], *[""] * (width - length)]
        self._numbers.extend(numbers)
        self._n_cells.extend(lengths)
        for texts, codes, cells in zip(self._texts, self._codes, zip(*rows, strict=True), strict=True):
            codes.extend(map(texts.__getitem__, cells))

    def sheet(self, header_row: int, header: Sequence[str], **more: Any) -> Sheet:
        """The sheet of all rows that were added."""
        return Sheet(
            header_row=header_row,
            header=tuple(header),
            numbers=_array(self._numbers, np.int64),
            n_cells=_array(self._n_cells, np.int32),
            columns=tuple(
                TextColumn.unified(tuple(texts), _array(codes, np.int32))
                for texts, codes in zip(self._texts, self._codes, strict=True)
            ),
            extra=tuple(self._extra),
            **more,
        )


def _array(values: array[int], kind: type) -> npt.NDArray[Any]:
    return np.frombuffer(values, dtype=kind) if len(values) else np.empty(0, kind)


_NO_COLUMNS: Mapping[str, TextColumn] = MappingProxyType({})
_NO_ROWS: Mapping[str, Ints] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """A delivery file as text, one row per indicator, unit and period, whatever form it came in.

    Attributes
    ----------
    header : tuple of str
        The file's own header, as wide as `n_cells` is measured against.
    numbers : int64 array
        The row of each figure as a spreadsheet counts. In a wide file one row of the sheet has many figures, so a
        number stands here several times.
    n_cells : int32 array
        How many cells the row has, empty ones past the header's last column aside.
    fields : mapping
        From a field to the position of its column in `header`. In a wide file the figures' fields have the position
        of the first column of figures.
    columns : mapping
        The texts of each field.
    left_out : tuple of str
        Columns that hold something and are not used.
    delimiter, encoding, sheet, shape : str
        How it was read: the first two are empty for a workbook, `sheet` for a text file. `shape` is "long", "wide" or
        "indicators".
    sheets : tuple of str
        The workbook's sheets that hold something.
    columns_of, rows_of : mapping
        In a wide file, for each field of figures the sheet's own column and row of every figure; else empty.
    remarks : tuple of Words
        What else was guessed, as sentences.
    is_typed : bool
        Whether all figures came as numbers, so that no decimal mark had to be guessed.
    """

    header: tuple[str, ...]
    numbers: Ints
    n_cells: Codes
    fields: Mapping[str, int]
    columns: Mapping[str, TextColumn]
    left_out: tuple[str, ...] = ()
    delimiter: str = ""
    encoding: str = ""
    sheet: str = ""
    shape: str = "long"
    header_row: int = 1
    columns_of: Mapping[str, TextColumn] = field(default_factory=lambda: _NO_COLUMNS)
    rows_of: Mapping[str, Ints] = field(default_factory=lambda: _NO_ROWS)
    remarks: tuple[Words, ...] = ()
    is_typed: bool = False
    sheets: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        return len(self.numbers)

    def column(self, field: str) -> TextColumn:
        """The texts of a field; empty ones where the file has no such column."""
        return self.columns.get(field) or TextColumn.constant("", self.n_rows)

    def column_name(self, field: str, row: int | None = None) -> str:
        """The file's own name of a field's column (in a wide file: of row `row`), else Tavle's English name."""
        if row is not None and field in self.columns_of:
            return self.columns_of[field][row]
        position = self.fields.get(field)
        return self.header[position].strip() if position is not None else NAMES[field].en

    def row_number(self, field: str, row: int) -> int:
        """The row, as a spreadsheet counts, in which the text of a field stands."""
        rows = self.rows_of.get(field)
        return int((self.numbers if rows is None else rows)[row])
