"""How numbers, values and places on the x axis are written in a sentence; a caller may bring ways of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from indicators.definition import PeriodKind
from indicators.periods import next_start, start_of
from indicators.spc.charts import ValueKind
from indicators.spc.ragged import Floats
from indicators.spc.result import SpcResult
from indicators.words import Words

PERCENT_SIGNS = {"da": "\u00a0%", "en": "%"}
MINUS = "\u2212"

_MONTHS = Words(
    "januar februar marts april maj juni juli august september oktober november december",
    "January February March April May June July August September October November December",
)
_MONTHS_SHORT = Words(
    "jan. feb. mar. apr. maj jun. jul. aug. sep. okt. nov. dec.",
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
)


@dataclass(frozen=True, slots=True)
class Nouns:
    """What a point of the series is called: one, many, a single one, one after another."""

    one: Words
    many: Words
    single: Words
    after_another: Words


PERIODS: dict[str, Nouns] = {
    # One point per case on its day: charts of rare events have no calendar to fill.
    "day": Nouns(
        Words("hændelse", "case"),
        Words("hændelser", "cases"),
        Words("en enkelt hændelse", "a single case"),
        Words("hændelse efter hændelse", "case after case"),
    ),
    PeriodKind.WEEK: Nouns(
        Words("uge", "week"),
        Words("uger", "weeks"),
        Words("en enkelt uge", "a single week"),
        Words("uge efter uge", "week after week"),
    ),
    PeriodKind.MONTH: Nouns(
        Words("måned", "month"),
        Words("måneder", "months"),
        Words("en enkelt måned", "a single month"),
        Words("måned efter måned", "month after month"),
    ),
    PeriodKind.QUARTER: Nouns(
        Words("kvartal", "quarter"),
        Words("kvartaler", "quarters"),
        Words("et enkelt kvartal", "a single quarter"),
        Words("kvartal efter kvartal", "quarter after quarter"),
    ),
    PeriodKind.YEAR: Nouns(
        Words("år", "year"),
        Words("år", "years"),
        Words("et enkelt år", "a single year"),
        Words("år efter år", "year after year"),
    ),
}
POINTS = Nouns(
    Words("punkt", "point"),
    Words("punkter", "points"),
    Words("et enkelt punkt", "a single point"),
    Words("punkt efter punkt", "point after point"),
)

IN_PERIOD = Words("i", "in")
ON_DAY, AT_POINT = Words("den", "on"), Words("ved", "at")
LEVEL, MEDIAN = Words("midterlinjen", "the centre line"), Words("medianen", "the median")


@dataclass(frozen=True, slots=True)
class Formats:
    """How the sentences of one series write their figures.

    Attributes
    ----------
    language : "da" or "en"
    nouns : Nouns
        What a point is called.
    the_centre : Words
        The centre line with its article.
    at : Words
        The preposition before a place on the x axis.
    value, short : callable (value, row) -> str
        A value in a sentence, with and without its unit of measure. `row` is None for lines and targets.
    rough : callable (value) -> str
        The centre line as it stands in a title.
    fraction : callable (row) -> str
        What a value is made of ("82 of 100"), "" where that is not said.
    when : callable (x, "short" or "long") -> str
        A place on the x axis.
    span : callable (first x, last x) -> str
    """

    language: str
    nouns: Nouns
    the_centre: Words
    at: Words
    value: Callable[[float, int | None], str]
    short: Callable[[float, int | None], str]
    rough: Callable[[float], str]
    fraction: Callable[[int], str]
    when: Callable[[Any, str], str]
    span: Callable[[Any, Any], str]


def number(value: float, decimals: int, language: str) -> str:
    """A number with the language's marks and a real minus sign.

    >>> number(-1234.5, 1, "da"), number(1234.5, 1, "en")
    ('−1.234,5', '1,234.5')
    """
    # Rounding first keeps "-0" away.
    text = f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", MINUS)
    return text.translate(str.maketrans(",.", ".,")) if language != "en" else text


def formats_of(
    result: SpcResult,
    language: str,
    *,
    unit_of_measure: Words | str | None = None,
    decimals: int | None = None,
    period: PeriodKind | str | None = None,
) -> Formats:
    """The library's own way of writing the figures of `result`.

    Parameters
    ----------
    result : SpcResult
    language : "da" or "en"
    unit_of_measure : Words or str, optional
        "%" is written as the language has it. Else a proportion that was multiplied by 100 is a percentage, and
        other values stand alone.
    decimals : int, optional
        Else as many as the spread of the values calls for.
    period : PeriodKind, optional
        week, month, quarter or year. Else it is told from the dates; where they are no regular calendar, points are
        called points.

    Examples
    --------
    >>> from indicators import spc
    >>> months = pd.DataFrame({"period": pd.date_range("2026-01-01", periods=3, freq="MS"), "y": [1.5, 2.0, 2.5]})
    >>> formats = formats_of(spc.analyse(months, chart="run", y="y"), "da", unit_of_measure="dage")
    >>> formats.span(months.period[0], months.period[2]), formats.value(2.0, None), formats.nouns.many.da
    ('jan. 2026–mar. 2026', '2,0 dage', 'måneder')
    """
    x, y = result.points.x, result.points.y.to_numpy(dtype=np.float64)
    is_date = x.dtype.kind == "M"
    kind = PeriodKind(period) if period is not None else (_period_of(x.tolist()) if is_date else None)
    if unit_of_measure is None:
        is_percent = result.chart.kind is ValueKind.PROPORTION and result.multiply == 100
        unit = "%" if is_percent else ""
    else:
        unit = unit_of_measure if isinstance(unit_of_measure, str) else unit_of_measure.say(language)
    given = decimals
    places = _decimals(y) if given is None else given
    are_whole = given is None and bool(np.all(np.isnan(y) | (y == np.round(y))))

    def short(value: float, row: int | None = None) -> str:
        digits = 0 if are_whole and value == round(value) else places
        return number(value, digits, language) + (PERCENT_SIGNS[language] if unit == "%" else "")

    def full(value: float, row: int | None = None) -> str:
        return short(value, row) if unit in ("", "%") else f"{short(value, row)} {unit}"

    def when(place: Any, style: str = "short") -> str:
        return _place(place, kind, style, language, is_date)

    def span(first: Any, last: Any) -> str:
        start, stop = when(first), when(last)
        if first == last:
            return start
        if is_date or isinstance(first, str):
            return f"{start}–{stop}"
        return f"{start}–{stop.rpartition(' ')[2]}"

    at = preposition(kind) if is_date else AT_POINT
    return Formats(
        language=language,
        nouns=POINTS if kind is None else PERIODS[kind],
        the_centre=LEVEL if result.chart.has_limits else MEDIAN,
        at=at,
        value=full,
        short=short,
        rough=lambda value: full(value),
        fraction=lambda row: "",
        when=when,
        span=span,
    )


def preposition(kind: str | None) -> Words:
    """What stands before a date: in June, on 3 June."""
    return ON_DAY if kind in (None, "day") else IN_PERIOD


def _decimals(y: Floats) -> int:
    """Two digits of the spread: what differs between points can be seen, and little else."""
    known = y[np.isfinite(y)]
    if not len(known):
        return 0
    spread = float(known.max() - known.min()) or abs(float(known[0]))
    return 1 if spread == 0 else int(min(max(1 - math.floor(math.log10(spread)), 0), 6))


def _period_of(days: Sequence[pd.Timestamp]) -> PeriodKind | None:
    """The calendar the dates are the first days of, where at least two of them are neighbours in it."""
    dates = [day.date() for day in days if day == day.normalize()]
    if len(dates) < len(days):
        return None
    for kind in (PeriodKind.YEAR, PeriodKind.QUARTER, PeriodKind.MONTH, PeriodKind.WEEK):
        if all(start_of(day, kind) == day for day in dates):
            are_neighbours = (next_start(one, kind) == other for one, other in pairwise(dates))
            return kind if any(are_neighbours) else None
    return None


def _place(place: Any, kind: PeriodKind | None, style: str, language: str, is_date: bool) -> str:
    if not is_date:
        if isinstance(place, str):
            return place
        digits = 0 if float(place).is_integer() else 2
        return f"{POINTS.one.say(language)} {number(float(place), digits, language)}"
    day: date = place.date() if hasattr(place, "date") else place
    months = (_MONTHS if style == "long" else _MONTHS_SHORT).say(language).split()
    month = months[day.month - 1]
    if kind in (None, "day"):
        return f"{day.day} {month} {day.year}" if language == "en" else f"{day.day}. {month} {day.year}"
    if kind is PeriodKind.MONTH:
        return f"{month} {day.year}"
    if kind is PeriodKind.QUARTER:
        quarter = (day.month - 1) // 3 + 1
        return f"Q{quarter} {day.year}" if language == "en" else f"{quarter}. kvt. {day.year}"
    if kind is PeriodKind.WEEK:
        year, week, _weekday = day.isocalendar()
        return f"week {week} {year}" if language == "en" else f"uge {week} {year}"
    return str(day.year)
