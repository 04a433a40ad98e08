"""Danish personal identity numbers (CPR) are never taken in: where one may be, without ever repeating it.

The rule: ten digits whose first six form a date (ddmmyy), with or without a hyphen, anywhere, the date also as people
write it (01.01.90-1234, 01011990-1234), the digits also taken apart (01 01 90 1234, 1.001.901.234); or nine digits in a
column named cpr or personnummer, where a spreadsheet has eaten the leading zero. Digits inside a longer run are
something else: SOR codes have 15 or more, EAN numbers 13, CVR numbers 8. The check digit clears nothing, because
numbers given out since 2007 need not satisfy it (CPR-kontoret, "Personnumre uden kontrolciffer").

Nothing here returns, raises or logs the digits it found. Callers get counts and positions.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterator

from data.errors import Refused
from indicators.words import Words

IN_TEXT = Words(
    "Teksten indeholder et tal, der ligner et CPR-nummer. Intet er gemt. Fjern tallet, og prøv igen.",
    "The text holds a number that looks like a CPR number. Nothing is saved. Remove the number and try again.",
)

# What may stand between day-month-year and the last four: any hyphen or dash a keyboard, Word or a PDF makes, with
# spaces around it, or spaces alone; a slash, dot or underscore where it touches both. A tab is never it: that is a
# column border.
_SPACE = "[ \u00a0\u2007\u2009\u202f]{0,3}"
_HYPHEN = "[-\u2010-\u2015\u2043\u2212\uff0d]"
_TEN_DIGITS = re.compile(rf"(?<!\d)(\d{{6}})(?:{_SPACE}{_HYPHEN}?{_SPACE}|[/._:])\d{{4}}(?!\d)")
_LOST_ZERO = re.compile(rf"(?<!\d)\d{{5}}{_SPACE}{_HYPHEN}?{_SPACE}\d{{4}}(?!\d)")
# The date as people write dates, 01.01.90 and 01011990. The hyphen before the last four is needed here: without it
# every date with a time of day would be a person.
_LAST_FOUR = rf"(?={_SPACE}{_HYPHEN}{_SPACE}\d{{4}}(?!\d))"
_WRITTEN_DATE = re.compile(rf"(?<!\d)(\d\d)([./-])(\d\d)\2(?:19|20)?(\d\d){_LAST_FOUR}")
# Ten digits taken apart: spaces between day, month and year or between all of them, inside the last four, brackets
# round the date; and what a spreadsheet makes of the number when its column has a thousands separator or is narrow.
# Groups of other lengths are lists of figures ("10 12 11 14 15") and telephone numbers.
_ONE_SPACE = "[ \u00a0\u2007\u2009\u202f]"
_APART = re.compile(
    rf"(?<!\d)(?<!\d[ .,])(?:\d\d{_ONE_SPACE}\d\d{_ONE_SPACE}\d\d{_SPACE}{_HYPHEN}?{_SPACE}\d{{4}}"
    rf"|\d(?:{_ONE_SPACE}\d){{9}}"
    rf"|\d{{6}}{_SPACE}{_HYPHEN}{_SPACE}\d(?:{_ONE_SPACE}?\d){{3}}"
    rf"|\(\d{{6}}\){_SPACE}{_HYPHEN}?{_SPACE}\d{{4}}"
    rf"|\d(?:\.\d{{3}}){{3}}|\d(?:,\d{{3}}){{3}}|\d(?:{_ONE_SPACE}\d{{3}}){{3}}"
    r")(?![ .,]?\d)"
)
_NINE_DIGITS = re.compile(r"\D*+(?:\d\D*+){9}")
_EXPONENT = re.compile(r"(?<![\d.,])(\d)[.,](\d{9})[eE]\+?0?9(?!\d)")
_WHOLE_YEAR = re.compile(rf"(?<!\d)(\d{{4}})(?:19|20)(\d\d){_LAST_FOUR}")
# Characters that are not seen on screen and could stand between the digits: soft hyphens, joiners, variation selectors,
# and the marks of direction that come along when text is copied from Excel or a web page.
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
     *range(0xFE00, 0xFE10)]
)  # fmt: skip
# No number is written with zeros in front, except the one before its decimals.
_DECIMALS = re.compile(r"[+\-\u2212]?(?:0|[1-9]\d*)[.,]\d+\s?%?")


def _is_day_month_year(six: str) -> bool:
    day, month, year = int(six[:2]), int(six[2:4]), int(six[4:])
    if not 1 <= month <= 12:
        return False
    # The century is not in these six digits: 29 February stands for 2000 as well as 1900.
    return 1 <= day <= calendar.monthrange(2000 + year, month)[1]


def _positions(text: str, pattern: re.Pattern[str], *, dated: bool) -> Iterator[int]:
    position = 0
    while match := pattern.search(text, position):
        if not dated or _is_day_month_year(match[1]):
            yield match.start()
            position = match.end()
        else:
            # "320101 0190 1234": a number may begin inside a match that was none.
            position = match.start() + 1


def _clean(text: str) -> str:
    if not text.isascii():
        # NFKC turns full-width and other digits into plain ones; without it "０１０１９０" would pass.
        text = unicodedata.normalize("NFKC", text.translate(_INVISIBLE))
    if not _NINE_DIGITS.match(text):
        return ""  # most texts of a large file: the patterns below are for the few that could hold a number at all
    text = _EXPONENT.sub(r"\1\2", _APART.sub(_together, text))
    return _WHOLE_YEAR.sub(r"\1\2", _WRITTEN_DATE.sub(r"\1\3\4", text))


def _together(match: re.Match[str]) -> str:
    return re.sub(r"\D", "", match[0])


def count(text: str) -> int:
    """How many CPR-like numbers stand in `text`.

    Examples
    --------
    >>> count("Udbrud, se 010190-1234 og 0101901234")
    2
    >>> count("01 01 90 1234"), count("(010190) 1234"), count("1.001.901.234"), count("Ugetal: 10 12 11 14 15")
    (1, 1, 1, 0)
    >>> count("SOR 257721000016006, EAN 5798000000001, CVR 12345678, 320190-1234")
    0
    """
    return sum(1 for _ in _positions(_clean(text), _TEN_DIGITS, dated=True))


def count_in_cpr_column(text: str) -> int:
    """As `count`, for a cell in a column that says it holds CPR numbers: nine digits count too, and any ten do.

    Examples
    --------
    >>> count_in_cpr_column("10190-1234")
    1
    """
    cleaned = _clean(text)
    found = sum(1 for _ in _positions(cleaned, _LOST_ZERO, dated=False))
    return found + sum(1 for _ in _positions(cleaned, _TEN_DIGITS, dated=False))


def count_in_number(text: str) -> int:
    """As `count`, for a cell of a table: where all of it is one decimal number, its decimals are no person.

    Spreadsheets write 11 / 36 as 0,3055555556, and by chance one such fraction in thirty begins like a date.

    Examples
    --------
    >>> count_in_number("17233.0101901234"), count_in_number("0101901234"), count_in_number("0101901234,0")
    (0, 1, 1)
    """
    stripped = text.strip()
    if _DECIMALS.fullmatch(stripped):
        return count(re.split("[.,]", stripped)[0])
    return count(text)


def is_cpr_column(header: str) -> bool:
    """Whether a column's name says it holds CPR numbers.

    Examples
    --------
    >>> is_cpr_column("CPR-nr."), is_cpr_column("Patientens personnummer"), is_cpr_column("enhed")
    (True, True, False)
    """
    folded = re.sub(r"[\s._-]", "", header.casefold())
    return "cpr" in folded or "personnummer" in folded or "personnr" in folded


def lines_with_numbers(text: str) -> Iterator[tuple[int, int]]:
    """(line number from 1, count) for each line of raw text with CPR-like numbers; for files without structure."""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if found := count(line):
            yield number, found


def refuse(*texts: str) -> None:
    """Raise Refused where one of the texts that somebody typed holds a CPR-like number; the number is not repeated.

    A number that runs over the end of a line is one number: the end of a line is no border of a column here.

    Examples
    --------
    >>> refuse("Afsnit lukket uge 37", "")
    """
    if any(count(text) or count(" ".join(text.split())) for text in texts):
        raise Refused(IN_TEXT)


def unsaid(text: str) -> str:
    """What may be said of a text that somebody else's sentence repeats: itself, or a mark where it holds CPR numbers.

    Examples
    --------
    >>> unsaid("NOH"), unsaid("010190-1234")
    ('NOH', '…')
    """
    return "…" if count(text) else text
