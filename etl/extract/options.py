"""What a person says about a file beside its bytes: how to read it, and the mends made in the grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ReadAs:
    """How a file is to be read where a guess would be wrong. None everywhere: guess.

    `delimiter` is one character, `encoding` a key of `etl.extract.csv.ENCODINGS`, `decimal` "comma" or "dot", `sheet`
    the name of a sheet of a workbook, `shape` "long" (one row per figure) or "wide" (periods as columns).
    """

    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    sheet: str | None = None
    shape: str | None = None


@dataclass(frozen=True, slots=True)
class Edits:
    """Mends made after a file was read, laid over it before CPR numbers are looked for and anything is checked.

    `cells` maps (row as a spreadsheet counts, field) to the text that stands there instead; `left_out` are rows that
    are passed over; `confirmed` are warnings, as (row, code of the check), that a person has looked at and accepts.
    """

    cells: Mapping[tuple[int, str], str] = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()
    confirmed: frozenset[tuple[int, str]] = frozenset()
