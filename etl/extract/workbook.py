"""Workbooks."""

from __future__ import annotations

from collections.abc import Sequence

from etl.extract import refusals
from etl.extract.options import ReadAs
from etl.extract.tables import Sheet
from etl.limits import Limits
from etl.report import RefusedError

STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def sheet(content: bytes, *, limits: Limits, read_as: ReadAs | None = None, given: Sequence[str] = ()) -> Sheet:
    raise RefusedError(refusals.EXCEL_FILE.finding())
