"""Periods as Danish sources write them: 2026-10, okt-26, 01-10-2026 (day before month), 1K20, 2026-U05.

A text is first read for what it says (`parse`), then laid against the indicator's kind of period (`fit`). What cannot
be one period comes back as a `PeriodProblem` with the reason in words.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from indicators.definition import PeriodKind
from indicators.periods import next_start, start_of
from indicators.words import Words

# A two-digit year is after 2000: no series on the board is older, and "okt-26" is what a spreadsheet makes of a month.
_CENTURY = 2000
_OLDEST, _NEWEST = 1900, 2199

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar january jan",
            "februar february feb",
            "marts march mar",
            "april apr",
            "maj may",
            "juni june jun",
            "juli july jul",
            "august aug",
            "september sep sept",
            "oktober october okt oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}


@dataclass(frozen=True, slots=True)
class Period:
    """What a text says: `start` is its first day; `kind` is None for a single day. `form` names how it was written."""

    start: date
    kind: PeriodKind | None
    form: Words


@dataclass(frozen=True, slots=True)
class PeriodProblem:
    """Why a text is not one period, and what to write instead."""

    words: Words
    mend: Words


_ISO_MONTH = Words("åååå-mm", "yyyy-mm")
_ISO_DAY = Words("åååå-mm-dd", "yyyy-mm-dd")
_DANISH_DAY = Words("dd-mm-åååå (dag før måned)", "dd-mm-yyyy (day before month)")
_MONTH_YEAR = Words("mm-åååå", "mm-yyyy")
_MONTH_NAME = Words("månedens navn og år", "the month's name and year")
_QUARTER = Words("kvartal", "quarter")
_WEEK = Words("ISO-uge", "ISO week")
_YEAR = Words("år", "year")
_STATISTICS = Words("Danmarks Statistiks form (2020M03)", "Statistics Denmark's form (2020M03)")

WRITE_A_PERIOD = Words(
    "Skriv én periode, fx 2026-10, 01-10-2026 eller okt-26.",
    "Write one period, such as 2026-10, 01-10-2026 or Oct 2026.",
)


def _no(da: str, en: str, mend: Words = WRITE_A_PERIOD) -> PeriodProblem:
    return PeriodProblem(Words(da, en), mend)


UNKNOWN = _no("Teksten er ikke en periode, som Tavle kender.", "The text is not a period that Tavle knows.")
_NO_SUCH_DAY = _no(
    "Datoen findes ikke. Dagen læses før måneden.",
    "There is no such date. The day is read before the month.",
    Words("Skriv datoen som dd-mm-åååå, fx 01-10-2026.", "Write the date as dd-mm-yyyy, such as 01-10-2026."),
)
_NO_SUCH_MONTH = _no("Måneden findes ikke.", "There is no such month.")
_NEEDS_YEAR = _no(
    "Året mangler.",
    "The year is missing.",
    Words("Skriv året med, fx okt-26 eller 2026-U05.", "Add the year, such as Oct 2026 or 2026-W05."),
)
_NEEDS_FOUR_DIGITS = _no(
    "Årstal på to cifre i en dato kan ikke læses sikkert.",
    "A year of two digits in a date cannot be read safely.",
    Words("Skriv året med fire cifre, fx 01-10-2026.", "Write the year with four digits, such as 01-10-2026."),
)
_SPANS_YEARS = _no(
    "Teksten er et vindue over flere år, ikke én periode.",
    "The text is a window across several years, not one period.",
    Words(
        "Indberet hver måned for sig. Flerårige vinduer hører til landstallene.",
        "Report each month by itself. Windows of several years belong with the national figures.",
    ),
)
_CROSSES_YEAR_END = _no(
    "Teksten er 12 måneder hen over et årsskifte, og startmåneden fremgår ikke.",
    "The text is 12 months across a year-end, and the month it starts in is not said.",
    Words("Indberet hver måned for sig, fx 2014-07.", "Report each month by itself, such as 2014-07."),
)
_SERIAL_DATE = _no(
    "Tallet ligner en dato, som regnearket har lavet om til et tal.",
    "The number looks like a date that the spreadsheet has turned into a number.",
    Words("Formatér kolonnen som dato, og gem som CSV igen.", "Format the column as dates and save as CSV again."),
)
_NO_SUCH_WEEK = _no(
    "Ugen findes ikke i det år.",
    "That year has no such week.",
    Words("Skriv ugen som 2026-U05.", "Write the week as 2026-W05."),
)
_NO_SUCH_QUARTER = _no(
    "Kvartalet findes ikke.",
    "There is no such quarter.",
    Words("Skriv kvartalet som 2026K4.", "Write the quarter as 2026Q4."),
)

Outcome = Period | PeriodProblem


def _day(year: int, month: int, day: int, form: Words) -> Outcome:
    if not _OLDEST <= year <= _NEWEST:
        return UNKNOWN
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return _NO_SUCH_DAY
    return Period(date(year, month, day), None, form)


def _month(year: int, month: int, form: Words) -> Outcome:
    if not _OLDEST <= year <= _NEWEST:
        return UNKNOWN
    if not 1 <= month <= 12:
        return _NO_SUCH_MONTH
    return Period(date(year, month, 1), PeriodKind.MONTH, form)


def _quarter(year: int, quarter: int) -> Outcome:
    if not _OLDEST <= year <= _NEWEST:
        return UNKNOWN
    if not 1 <= quarter <= 4:
        return _NO_SUCH_QUARTER
    return Period(date(year, 3 * quarter - 2, 1), PeriodKind.QUARTER, _QUARTER)


def _week(year: int, week: int) -> Outcome:
    if not _OLDEST <= year <= _NEWEST:
        return UNKNOWN
    try:
        return Period(date.fromisocalendar(year, week, 1), PeriodKind.WEEK, _WEEK)
    except ValueError:
        return _NO_SUCH_WEEK


def _full_year(text: str) -> int:
    return _CENTURY + int(text) if len(text) == 2 else int(text)


def _named(name: str, year: str, day: str = "") -> Outcome:
    if day:
        return _day(_full_year(year), _MONTHS[name], int(day), _DANISH_DAY)
    return _month(_full_year(year), _MONTHS[name], _MONTH_NAME)


def _year_and_two_digits(year: str, second: str) -> Outcome:
    # 2013-15 cannot be a month: it is the window 2013 to 2015 of the national figures.
    if int(second) > 12 and _CENTURY + int(second) > int(year):
        return _SPANS_YEARS
    return _month(int(year), int(second), _ISO_MONTH)


def _two_years(first: str, second: str) -> Outcome:
    return _CROSSES_YEAR_END if int(second) == int(first) + 1 else _SPANS_YEARS


_LETTERS = rf"({'|'.join(_MONTHS)})\.?"
_YEAR4 = r"(\d{4})"
# A registration has the time of its day; the day is what counts.
_TIME = r"(?:[01]?\d|2[0-3])[:.][0-5]\d(?:[:.][0-5]\d(?:[.,]\d+)?)?"
_QUARTER_WORD = r"(?:k|q|kv|kvt|kvartal|quarter)\.?"
_WEEK_WORD = r"(?:u|w|uge|week)\.?"

# Each way of writing: the whole text must match, and the function makes a period or says why not. Order matters only
# where two could match. All text is lower case, with single spaces.
_WAYS: tuple[tuple[re.Pattern[str], Callable[..., Outcome]], ...] = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (rf"{_YEAR4}[-/](\d{{2}})", _year_and_two_digits),
        (rf"{_YEAR4}[-/](\d)", lambda y, m: _month(int(y), int(m), _ISO_MONTH)),
        (r"((?:19|20)\d{2})(\d{2})", lambda y, m: _month(int(y), int(m), _ISO_MONTH)),
        (
            rf"{_YEAR4}([-/.])(\d{{1,2}})\2(\d{{1,2}})(?:[t ]00:00(?::00(?:\.0+)?)?z?|[t ]{_TIME})?",
            lambda y, _, m, d: _day(int(y), int(m), int(d), _ISO_DAY),
        ),
        (r"((?:19|20)\d{2})(\d{2})(\d{2})", lambda y, m, d: _day(int(y), int(m), int(d), _ISO_DAY)),
        (
            rf"(\d{{1,2}})[-/. ] ?(\d{{1,2}})[-/. ] ?{_YEAR4}(?: {_TIME})?",
            lambda d, m, y: _day(int(y), int(m), int(d), _DANISH_DAY),
        ),
        (r"\d{1,2}[-/. ] ?\d{1,2}[-/. ] ?\d{2}", lambda: _NEEDS_FOUR_DIGITS),
        (rf"(\d{{1,2}})[-/.]{_YEAR4}", lambda m, y: _month(int(y), int(m), _MONTH_YEAR)),
        (rf"{_LETTERS}[- ,/]*{_YEAR4}", _named),
        (rf"{_LETTERS}[- /](\d{{2}})", _named),
        (rf"{_YEAR4}[- ]{_LETTERS}", lambda y, name: _named(name, y)),
        (rf"(\d{{1,2}})[. -]+{_LETTERS}[- ,]*{_YEAR4}", lambda d, name, y: _named(name, y, d)),
        (_LETTERS, lambda name: _NEEDS_YEAR),
        (rf"{_YEAR4}m(\d{{2}})", lambda y, m: _month(int(y), int(m), _STATISTICS)),
        (rf"{_YEAR4}m(\d{{2}})d(\d{{2}})", lambda y, m, d: _day(int(y), int(m), int(d), _STATISTICS)),
        (rf"(\d)\.? ?{_QUARTER_WORD}[- ]?(\d{{4}}|\d{{2}})", lambda q, y: _quarter(_full_year(y), int(q))),
        (rf"{_YEAR4}[- ]?{_QUARTER_WORD} ?(\d)", lambda y, q: _quarter(int(y), int(q))),
        (rf"{_QUARTER_WORD} ?(\d)[-, ]+{_YEAR4}", lambda q, y: _quarter(int(y), int(q))),
        (rf"{_YEAR4}[- ]?{_WEEK_WORD} ?(\d{{1,2}})", lambda y, w: _week(int(y), int(w))),
        (rf"{_WEEK_WORD} ?(\d{{1,2}})[-, /]+{_YEAR4}", lambda w, y: _week(int(y), int(w))),
        (rf"{_WEEK_WORD} ?\d{{1,2}}", lambda: _NEEDS_YEAR),
        (rf"{_QUARTER_WORD} ?\d|\d\.? ?{_QUARTER_WORD}", lambda: _NEEDS_YEAR),
        (
            _YEAR4,
            lambda y: Period(date(int(y), 1, 1), PeriodKind.YEAR, _YEAR) if _OLDEST <= int(y) <= _NEWEST else UNKNOWN,
        ),
        (rf"{_YEAR4}/{_YEAR4}", _two_years),
        (rf"{_YEAR4} ?[:–-] ?{_YEAR4}", lambda first, second: _SPANS_YEARS),
        # Days since 1900 as spreadsheets count: 30000 is 1982, 60000 is 2064.
        (r"[3-5]\d{4}(?:[.,]0+)?", lambda: _SERIAL_DATE),
    )
)


_TYPED_OTHERWISE = {0x00A0: " ", **dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212), "-")}


def parse(text: str) -> Outcome:
    """What `text` says about time.

    Examples
    --------
    >>> parse("01-02-2022").start, parse("1K20").start, parse("okt-26").start
    (datetime.date(2022, 2, 1), datetime.date(2020, 1, 1), datetime.date(2026, 10, 1))
    >>> parse("uge 33").words.da
    'Året mangler.'
    """
    folded = " ".join(text.translate(_TYPED_OTHERWISE).split()).casefold()
    # \d also means digits of other scripts; they are read too, by int().
    for pattern, make in _WAYS:
        if match := pattern.fullmatch(folded):
            return make(*match.groups())
    return UNKNOWN


_KIND_NAMES = {
    PeriodKind.DAY: Words("dag", "day"),
    PeriodKind.WEEK: Words("uge", "week"),
    PeriodKind.MONTH: Words("måned", "month"),
    PeriodKind.QUARTER: Words("kvartal", "quarter"),
    PeriodKind.YEAR: Words("år", "year"),
}


_WITH_ARTICLE = {
    PeriodKind.DAY: Words("en dag", "a day"),
    PeriodKind.WEEK: Words("en uge", "a week"),
    PeriodKind.MONTH: Words("en måned", "a month"),
    PeriodKind.QUARTER: Words("et kvartal", "a quarter"),
    PeriodKind.YEAR: Words("et år", "a year"),
}


def kind_name(kind: PeriodKind) -> Words:
    """The kind of period as a word: måned, month."""
    return _KIND_NAMES[kind]


def with_article(kind: PeriodKind) -> Words:
    """The kind of period in a sentence: en måned, a month."""
    return _WITH_ARTICLE[kind]


def last_day(start: date, kind: PeriodKind) -> date:
    """The last day of the period that begins on `start`.

    Examples
    --------
    >>> last_day(date(2024, 2, 1), PeriodKind.MONTH)
    datetime.date(2024, 2, 29)
    """
    return next_start(start, kind) - timedelta(days=1)


def fit(period: Period, kind: PeriodKind) -> date | None:
    """The first day of the `kind` of period that `period` names; None where it names another kind.

    A day stands for the period it lies in. A month never stands for its quarter, nor a quarter for its first month.
    """
    if period.kind is None:
        return start_of(period.start, kind)
    return period.start if period.kind is kind else None


def written(start: date, kind: PeriodKind) -> str:
    """The period in the form that Tavle itself writes and always reads back.

    2026-10, 2026K4, 2026-U05, 2026, and a day as 2026-10-14.

    Examples
    --------
    >>> written(date(2026, 10, 1), PeriodKind.QUARTER), written(date(2026, 1, 26), PeriodKind.WEEK)
    ('2026K4', '2026-U05')
    """
    if kind is PeriodKind.DAY:
        return start.isoformat()
    if kind is PeriodKind.WEEK:
        year, week, _ = start.isocalendar()
        return f"{year}-U{week:02d}"
    if kind is PeriodKind.QUARTER:
        return f"{start.year}K{(start.month + 2) // 3}"
    return f"{start.year:04d}-{start.month:02d}" if kind is PeriodKind.MONTH else f"{start.year:04d}"
