"""What a person may say about a file instead of the guess, and what was mended in it on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_NO_CELLS: Mapping[tuple[int, str], str] = MappingProxyType({})

SHAPES = ("long", "wide", "indicators")


@dataclass(frozen=True, slots=True)
class ReadAs:
    """How to read a file; None leaves it to the guess.

    Attributes
    ----------
    delimiter : str, optional
        One character.
    encoding : str, optional
        A key of `etl.extract.delimited.ENCODINGS`.
    decimal : str, optional
        "comma" or "dot".
    sheet : str, optional
        The name of a workbook's sheet.
    shape : str, optional
        "long" (one row per period), "wide" (periods as columns) or "indicators" (indicators as columns).
    columns : mapping, optional
        The file's own column of a field ("unit": "Afdeling"); the empty text: no column.
    epoch : int, optional
        1900 or 1904: the year from which a spreadsheet's day numbers count.

    Examples
    --------
    >>> ReadAs(delimiter=";").encoding is None
    True
    """

    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    sheet: str | None = None
    shape: str | None = None
    columns: Mapping[str, str] | None = None
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Edits:
    """What a person mended on the screen, laid over the file before anything is checked.

    Attributes
    ----------
    cells : mapping
        (row as a spreadsheet counts, field) to the new text. In a wide file the figures have no field of their own:
        there the second part is the name of the sheet's own column ("okt-26"). A row the file does not have is added.
    left_out : frozenset of int
        Rows that are not to be handed in.
    confirmed : frozenset of (int, str)
        Warnings (row, code) that the person has looked at and stands by.

    Examples
    --------
    >>> bool(Edits()), bool(Edits(cells={(14, "numerator"): "41"}))
    (False, True)
    """

    cells: Mapping[tuple[int, str], str] = field(default_factory=lambda: _NO_CELLS)
    left_out: frozenset[int] = frozenset()
    confirmed: frozenset[tuple[int, str]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.cells or self.left_out or self.confirmed)
