"""Numbers as people write them in Danish and English spreadsheets: strict, and decided per column.

"1.050" is 1050 in a Danish column and 1.05 in an English one. One cell cannot tell; a column with "12,5" in it can.
Where nothing can, the answer is a question (`ASK`), never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import repeat

from indicators.words import Words

COMMA = "comma"
DOT = "dot"

# Spaces that stand between thousands: space, no-break, figure, thin and narrow no-break space; the apostrophe is Swiss.
_SPACES = " \u00a0\u2007\u2009\u202f"
_SIGNED = re.compile(r"([+\-\u2212\u2013]?)\s*(.*?)\s*(%|pct\.?|procent|percent)?", re.DOTALL | re.IGNORECASE)
_WHOLE = re.compile(r"\d+")
_SPACED = re.compile(rf"\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?:[.,]\d+)?")
_ONE_MARK = re.compile(r"(\d+)([.,])(\d+)")
_GROUPS = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_BOTH = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*([.,])\d+")


# Counts, days and kroner of a whole country stay far below; above it a float no longer holds every whole number.
LARGEST = 1e15


class Form(StrEnum):
    """What one cell says about the column's decimal mark."""

    WHOLE = "whole"  # nothing
    COMMA = "comma"  # the comma is decimal (or the dot divides thousands)
    DOT = "dot"
    ASK = "ask"  # 1.050 or 1,050: could be either
    NONE = "none"  # not a number


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was read, and whether a percent sign stood behind it."""

    value: float
    has_percent: bool = False


class NotAvailable(StrEnum):
    """Why a cell says that there is no number. None of them is zero."""

    MISSING = "missing"  # .. - – i.a. n/a na: not counted, not known
    NOT_APPLICABLE = "not_applicable"  # . : cannot be
    SUPPRESSED = "suppressed"  # <5: counted, and kept back because it is small


# Signs of Danmarks Statistik, eSundhed and spreadsheets. Their "-" can mean "none": who counted none writes 0.
_NOT_AVAILABLE = {
    **dict.fromkeys(
        (
            *(
                "..",
                "…",
                "...",
                "-",
                "\u2013",
                "\u2014",
                "\u2212",
                "--",
                "?",
                "i.a.",
                "ia",
                "i/a",
                "i.o.",
                "n/a",
                "n.a.",
                "na",
            ),
            *("#n/a", "#i/t", "nan", "null", "none", "mangler", "ikke oplyst", "ikke opgjort", "uoplyst", "missing"),
        ),
        NotAvailable.MISSING,
    ),
    **dict.fromkeys((".", "x", "ikke relevant", "not applicable"), NotAvailable.NOT_APPLICABLE),
}
_SUPPRESSED = re.compile(r"(?:[<\u2264]\s*=?|under|færre end|less than|fewer than)\s*\d{1,3}", re.IGNORECASE)


def not_available(text: str) -> NotAvailable | None:
    """Which sign for "no number here" a cell holds; None for a number, an empty cell and any other text.

    Examples
    --------
    >>> [str(not_available(text)) for text in ("..", "-", ".", "<5", "0", "", "ca. 5")]
    ['missing', 'missing', 'not_applicable', 'suppressed', 'None', 'None', 'None']
    """
    folded = text.strip().casefold()
    return _NOT_AVAILABLE.get(folded) or (NotAvailable.SUPPRESSED if _SUPPRESSED.fullmatch(folded) else None)


def form(text: str) -> Form:
    """What `text` says about the decimal mark of its column.

    Examples
    --------
    >>> [str(form(text)) for text in ("1050", "12,5", "12.5", "1.050", "1.050,5", "1.050.000", "0.125", "ca. 5")]
    ['whole', 'comma', 'dot', 'ask', 'comma', 'comma', 'dot', 'none']
    """
    match = _SIGNED.fullmatch(text.strip())
    return _form(match[2]) if match else Form.NONE


def _form(body: str) -> Form:
    if _WHOLE.fullmatch(body):
        return Form.WHOLE
    if _SPACED.fullmatch(body):
        return Form.COMMA if "," in body else Form.DOT if "." in body else Form.WHOLE
    if both := _BOTH.fullmatch(body):
        if both[1] != both[2]:
            return Form.COMMA if both[2] == "," else Form.DOT
    elif (one := _ONE_MARK.fullmatch(body)) and not _could_be_thousands(one[1], one[3]):
        return Form.COMMA if one[2] == "," else Form.DOT
    if groups := _GROUPS.fullmatch(body):
        if body.count(groups[1]) == 1:
            # A group of thousands never begins with a zero: 0.125 is a fraction.
            return Form.ASK if not body.startswith("0") else Form.COMMA if groups[1] == "," else Form.DOT
        return Form.NONE if body.startswith("0") else Form.DOT if groups[1] == "," else Form.COMMA
    return Form.NONE


def _could_be_thousands(before: str, after: str) -> bool:
    return len(before) <= 3 and len(after) == 3


def parse(text: str, decimal: str) -> Number | None:
    """The number in `text` where `decimal` ("comma" or "dot") is the column's decimal mark; None if it is none.

    A number from `LARGEST` on is none either: two rows run together, or a code.

    Examples
    --------
    >>> parse("1.050", "comma").value, parse("1.050", "dot").value, parse("\u22121 050,5", "comma").value
    (1050.0, 1.05, -1050.5)
    >>> parse("1.05", "comma") is None
    True
    """
    number = _read(text, decimal)
    return None if number is None or abs(number.value) >= LARGEST else number


def is_too_large(text: str) -> bool:
    """Whether `text` is written as a number and yet none, because it is `LARGEST` or more.

    Examples
    --------
    >>> is_too_large("9" * 16), is_too_large("1.000.000"), is_too_large("ca. 9")
    (True, False, False)
    """
    read = [_read(text, decimal) for decimal in (COMMA, DOT)]
    return any(read) and all(abs(number.value) >= LARGEST for number in read if number)


def _read(text: str, decimal: str) -> Number | None:
    match = _SIGNED.fullmatch(text.strip())
    if not match:
        return None
    sign, body, percent = match.groups()
    written_as = _form(body)
    if written_as is Form.NONE or (written_as in (Form.COMMA, Form.DOT) and written_as != decimal):
        return None
    for space in _SPACES:
        body = body.replace(space, "")
    mark, thousands = (",", ".") if decimal == COMMA else (".", ",")
    # float of plain ASCII digits with a dot; unlike float(text) it never sees "nan", "inf", "1e5" or "1_000".
    value = float(body.replace(thousands, "").replace(mark, "."))
    # "-0" is plain nothing: a zero with a sign would be shown as one.
    return Number(-value if value and sign and sign != "+" else value, bool(percent))


@dataclass(frozen=True, slots=True)
class Decision:
    """The decimal mark of a column: "comma", "dot", "" (whole numbers only) or None (it cannot be told: ask)."""

    decimal: str | None
    is_mixed: bool = False


def decide(texts: Iterable[str], times: Iterable[int] = repeat(1)) -> Decision:
    """The decimal mark of a column from all its cells, or from its different texts and how many times each stands.

    Both marks used as decimals in one column is a fault; the commoner mark is taken, and the others will not parse.

    Examples
    --------
    >>> decide(["1.050", "12,5"]), decide(["1.050"]).decimal is None, decide(["7", "1050"]).decimal
    (Decision(decimal='comma', is_mixed=False), True, '')
    """
    counts = dict.fromkeys(Form, 0)
    for text, n in zip(texts, times, strict=False):
        counts[form(text)] += n
    commas, dots = counts[Form.COMMA], counts[Form.DOT]
    if commas or dots:
        return Decision(COMMA if commas >= dots else DOT, is_mixed=bool(commas and dots))
    return Decision(None if counts[Form.ASK] else "")


def said(value: float, decimals: int | None = None) -> Words:
    """A number for a message, with decimal comma in Danish and point in English; None keeps the digits it has.

    Examples
    --------
    >>> said(1.05), said(1050.0), said(72.123, 1).da
    (Words(da='1,05', en='1.05'), Words(da='1050', en='1050'), '72,1')
    """
    text = f"{value:.10g}" if decimals is None else f"{value:.{decimals}f}"
    text = text.replace("-", "\u2212")
    return Words(text.replace(".", ","), text)
