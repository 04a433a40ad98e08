"""Texts that a spreadsheet must not take for a formula."""

from __future__ import annotations

from etl import numbers

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\u2212")


def safe(text: str) -> str:
    """A text for a cell of CSV: one that a spreadsheet would calculate gets an apostrophe in front; numbers stay.

    Examples
    --------
    >>> safe("=1+1"), safe("-3,5"), safe("-"), safe("@SUM(A1)"), safe("NOH")
    ("'=1+1", '-3,5', '-', "'@SUM(A1)", 'NOH')
    """
    if not text.startswith(_STARTS) or len(text) == 1 or numbers.form(text) is not numbers.Form.NONE:
        return text
    return f"'{text}"
