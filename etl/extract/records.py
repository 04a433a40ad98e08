"""A delivery written as JSON: the same columns of text as a file gives, every number with the digits it was sent with.

```
{"note": "…", "observations": [
    {"indicator": "HAI-BAC", "unit": "NOH", "period": "2026-10", "numerator": 9, "denominator": 10480}]}
```

Rows are the observations, counted from 1; there is no header row, and nothing has to be guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from etl.extract import personal, refusals
from etl.extract.columns import FIELDS
from etl.extract.options import ReadAs
from etl.extract.tables import Sheet, SheetBuilder
from etl.limits import Limits
from etl.report import RefusedError

ENCODING = "json"
READ_AS = ReadAs(decimal="dot", shape="long")
OBSERVATIONS, NOTE = "observations", "note"
# There whether or not an observation has them, so that what is missing is told by the name the sender would use.
FIGURES = ("period", "numerator", "denominator", "value", "sd")
# No count and no measured value is longer; 1e999999999 written out would fill the memory.
MOST_DIGITS = 30

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")
_ROWS_AT_A_TIME = 20_000


class NotJsonError(ValueError):
    """The content is no JSON; it says nothing of what it is instead."""

    def __init__(self, *, is_too_deep: bool = False) -> None:
        super().__init__("too deep" if is_too_deep else "not JSON")
        self.is_too_deep = is_too_deep


class Number:
    """A number as it was written: 72.10 stays 72.10, and 0.1 never becomes a binary fraction.

    It is no text, so that a number where a text belongs can still be told from one.
    """

    __slots__ = ("text",)  # made for every number of a body: a plain class is a third of a frozen one's time

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def plain(self) -> str:
        """Written out without an exponent, as a table holds it; one that would take too many digits stays as it is.

        Examples
        --------
        >>> Number("1.5e3").plain(), Number("72.10").plain(), Number("1e999").plain()
        ('1500', '72.10', '1e999')
        """
        if "e" not in self.text and "E" not in self.text:
            return self.text
        try:
            number = Decimal(self.text)
        except InvalidOperation:
            return self.text
        return self.text if abs(number.adjusted()) > MOST_DIGITS else format(number, "f")


def is_json(content: bytes) -> bool:
    """Whether a delivery is written as JSON. No table begins with a brace, and of other files only RTF does.

    Examples
    --------
    >>> is_json(b' {"observations": []}'), is_json(b"indikator;enhed"), is_json(b"{\\\\rtf1")
    (True, False, False)
    """
    start = content[:100].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(b"{") and not start.startswith(b"{\\rtf")


def parse(content: bytes) -> Any:
    """The content of a JSON text, its numbers as `Number`.

    Stricter than Python's own reading, as RFC 8259 is: UTF-8, no NaN, no name twice in an object, no halves of
    characters.

    Raises
    ------
    NotJsonError
    """
    try:
        return json.loads(
            content.decode("utf-8-sig"),
            parse_float=Number,
            parse_int=Number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except RecursionError as error:
        raise NotJsonError(is_too_deep=True) from error
    except ValueError as error:  # JSONDecodeError and UnicodeDecodeError are both; neither may be quoted
        raise NotJsonError from error


def sheet(content: bytes, *, limits: Limits, read_as: ReadAs | None = None, given: Sequence[str] = ()) -> Sheet:
    """The observations as columns.

    Raises
    ------
    RefusedError
        The content is no JSON, or not of this form; CPR numbers have been looked for first.
    """
    try:
        found = parse(content)
    except NotJsonError as error:
        personal.refuse_text(content.decode("utf-8", "replace"))
        raise RefusedError(refusals.BROKEN_JSON.finding()) from error
    observations = found.get(OBSERVATIONS) if isinstance(found, dict) else None
    if not isinstance(observations, list) or not all(isinstance(one, dict) for one in observations):
        personal.refuse_text(content.decode("utf-8", "replace"))
        raise RefusedError(refusals.WRONG_JSON.finding())
    if not observations:
        raise RefusedError(refusals.HEADER_ONLY.finding())
    if len(observations) > limits.max_rows:
        raise RefusedError(refusals.TOO_MANY_ROWS.finding(limit=limits.max_rows))
    named = {*FIGURES, *set().union(*observations)}
    # Fields in their own order, then whatever else was sent: it is looked through for CPR numbers and named as unused.
    header = [field for field in FIELDS if field in named] + sorted(named.difference(FIELDS))
    builder = SheetBuilder(len(header))
    for start in range(0, len(observations), _ROWS_AT_A_TIME):
        part = observations[start : start + _ROWS_AT_A_TIME]
        rows = [[_text(one.get(name)) for name in header] for one in part]
        builder.add(range(start + 1, start + 1 + len(part)), list(rows))
    note = _text(found.get(NOTE))
    made = builder.sheet(0, header, above=((0, note),) if note else (), encoding=ENCODING)
    personal.refuse(made)
    if any(_CONTROL.search(text) for column in made.columns for text in column.texts) or _CONTROL.search(note):
        raise RefusedError(refusals.BROKEN_JSON.finding())
    return made


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Number):
        return value.plain()
    if isinstance(value, str):
        return value
    # true, a list, an object: not a cell. Written out, so that it is looked through and then refused by its check.
    return json.dumps(value, ensure_ascii=False, default=str)


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name stands twice")
    return made
