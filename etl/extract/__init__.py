"""From bytes to raw rows: every value still the text that was written, with the row number a spreadsheet shows."""

from __future__ import annotations

from etl.extract.options import Edits, ReadAs
from etl.extract.reader import read
from etl.extract.tables import RawTable, TextColumn

__all__ = ["Edits", "RawTable", "ReadAs", "TextColumn", "read"]
