"""The calendar of a series: days, weeks from Monday, months, quarters and years, named by their first day."""

from __future__ import annotations

from datetime import date, timedelta

from indicators.definition import PeriodKind
from indicators.words import Words

DAYS_IN = {PeriodKind.DAY: 1, PeriodKind.WEEK: 7}
MONTHS_IN = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


def start_of(day: date, kind: PeriodKind) -> date:
    """First day of the period that `day` lies in.

    Examples
    --------
    >>> start_of(date(2026, 11, 23), PeriodKind.QUARTER)
    datetime.date(2026, 10, 1)
    >>> start_of(date(2026, 11, 25), PeriodKind.WEEK)
    datetime.date(2026, 11, 23)
    """
    if kind is PeriodKind.DAY:
        return day
    if kind is PeriodKind.WEEK:
        return date.fromordinal(day.toordinal() - day.weekday())
    months = MONTHS_IN[kind]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def next_start(start: date, kind: PeriodKind) -> date:
    """First day of the period after the one that starts on `start`.

    Examples
    --------
    >>> next_start(date(2026, 12, 1), PeriodKind.MONTH)
    datetime.date(2027, 1, 1)
    """
    if kind in DAYS_IN:
        return start + timedelta(days=DAYS_IN[kind])
    month = start.month - 1 + MONTHS_IN[kind]
    return date(start.year + month // 12, month % 12 + 1, 1)


def between(first: date, last: date, kind: PeriodKind) -> list[date]:
    """First days of all periods from the one `first` lies in to the one `last` lies in.

    Examples
    --------
    >>> [str(day) for day in between(date(2026, 11, 23), date(2027, 1, 1), PeriodKind.MONTH)]
    ['2026-11-01', '2026-12-01', '2027-01-01']
    """
    start, stop, found = start_of(first, kind), start_of(last, kind), []
    while start <= stop:
        found.append(start)
        start = next_start(start, kind)
    return found


_MONTHS = Words(
    "januar februar marts april maj juni juli august september oktober november december",
    "January February March April May June July August September October November December",
)


def name_of(start: date, kind: PeriodKind) -> Words:
    """The period that begins on `start`, as it stands in a sentence.

    Examples
    --------
    >>> name_of(date(2026, 10, 1), PeriodKind.MONTH)
    Words(da='oktober 2026', en='October 2026')
    >>> name_of(date(2026, 10, 1), PeriodKind.QUARTER).da, name_of(date(2026, 10, 19), PeriodKind.WEEK).da
    ('4. kvartal 2026', 'uge 43 i 2026')
    """
    if kind is PeriodKind.MONTH:
        return Words(*(f"{_MONTHS.say(language).split()[start.month - 1]} {start.year}" for language in ("da", "en")))
    if kind is PeriodKind.QUARTER:
        quarter = (start.month + 2) // 3
        return Words(f"{quarter}. kvartal {start.year}", f"quarter {quarter} of {start.year}")
    if kind is PeriodKind.WEEK:
        year, week, _ = start.isocalendar()
        return Words(f"uge {week} i {year}", f"week {week} of {year}")
    if kind is PeriodKind.YEAR:
        return Words(str(start.year), str(start.year))
    return Words(f"{start:%d-%m-%Y}", f"{start:%Y-%m-%d}")
