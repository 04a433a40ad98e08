"""Words, numbers and dates of the screen, Danish first.

The Danish sentence in the code is the message; English stands in `text/en/<area>.po`, one file per area of the screen.
A message without a translation is a failing test, not a surprise on somebody's page.
"""

from __future__ import annotations

import gettext as gettext_module
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from indicators.definition import IndicatorDefinition, PeriodKind, Target

FOLDER = Path(__file__).parent
LANGUAGES = {"da": "Dansk", "en": "English"}
DEFAULT = "da"
PERCENT_SIGNS = {"da": "\u202f%", "en": "%"}  # with a narrow no-break space before it in Danish
MINUS = "\u2212"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT)


def language() -> str:
    """The language of the request, "da" or "en"."""
    return _language.get()


def set_language(code: str) -> None:
    """Speak `code` for the rest of this request; unknown codes fall back to Danish."""
    _language.set(code if code in LANGUAGES else DEFAULT)


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Speak `code` inside the block (tests, mails, exports)."""
    token = _language.set(code if code in LANGUAGES else DEFAULT)
    try:
        yield
    finally:
        _language.reset(token)


def catalogue_files(code: str) -> list[Path]:
    return sorted((FOLDER / code).glob("*.po"))


@cache
def _translations(code: str) -> gettext_module.NullTranslations:
    if code == DEFAULT:
        return gettext_module.NullTranslations()
    merged = Catalog(locale=code)
    for path in catalogue_files(code):
        with path.open("rb") as file:
            for message in read_po(file, locale=code):
                if message.id:
                    merged[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return gettext_module.GNUTranslations(compiled)


def _(message: str) -> str:
    """`message` in the language of the request."""
    return _translations(language()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form that fits `count`, with `{count}` left for the caller to fill in."""
    return _translations(language()).ngettext(singular, plural, count)


def pgettext(context: str, message: str) -> str:
    """`message` where the same Danish word needs two English ones; `context` says which."""
    return _translations(language()).pgettext(context, message)


def N_(message: str) -> str:  # noqa: N802 - the name every gettext tool knows
    """Mark a message that is translated later, where it is shown."""
    return message


# ------------------------------------------------------------------------------------------------- numbers and dates


def number(value: float, decimals: int = 0) -> str:
    """A number with the language's marks and a real minus sign: 1.234,5 in Danish, 1,234.5 in English.

    >>> number(-1234.5, 1)
    '−1.234,5'
    """
    # Rounding first keeps "-0" away and rounds as a reader expects from the digits shown.
    return _number(round(value, decimals) + 0.0, decimals, language())


# A board of 480 cells writes two thousand numbers, and the same ones for the next reader.
@lru_cache(maxsize=50_000)
def _number(rounded: float, decimals: int, language: str) -> str:
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(rounded, format=pattern, locale=language).replace("-", MINUS)


def percent(value: float, decimals: int = 1) -> str:
    """`value` is already in per cent: 72.04 gives 72,0 % in Danish, 72.0% in English."""
    return f"{number(value, decimals)}{PERCENT_SIGNS[language()]}"


def shown_decimals(definition: IndicatorDefinition, denominator: float | None = None) -> int:
    """Decimals to show: none for a percentage of fewer than 50 (product rule 11)."""
    if definition.is_percent and denominator is not None and denominator < 50:
        return 0
    return definition.decimals


def value_text(definition: IndicatorDefinition, value: float, *, denominator: float | None = None) -> str:
    """A value as it stands in a cell: with the per cent sign, without other units of measure."""
    decimals = shown_decimals(definition, denominator)
    return percent(value, decimals) if definition.is_percent else number(value, decimals)


def value_with_unit(definition: IndicatorDefinition, value: float, *, denominator: float | None = None) -> str:
    """A value as it stands in a sentence: 72,0 %, 6,3 pr. 1.000 sengedage, 12 dage."""
    text = value_text(definition, value, denominator=denominator)
    if definition.is_percent:
        return text
    unit = definition.unit_of_measure.say(language())
    return f"{text} {unit}" if unit else text


COMPARISON_SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}


def target_text(definition: IndicatorDefinition, target: Target) -> str:
    """The target with its sign: ≥ 90 %."""
    decimals = 0 if float(target.value).is_integer() else max(definition.decimals, 1)
    value = percent(target.value, decimals) if definition.is_percent else number(target.value, decimals)
    return f"{COMPARISON_SIGNS[target.comparison]} {value}"


def month(day: date, style: str = "short") -> str:
    """A month: "name" okt., "short" okt. 2026, "full" oktober, "long" oktober 2026.

    >>> month(date(2026, 10, 1))
    'okt. 2026'
    """
    return _month(day, style, language())


@lru_cache(maxsize=5_000)
def _month(day: date, style: str, language: str) -> str:
    pattern = {"name": "MMM", "short": "MMM y", "long": "MMMM y", "full": "MMMM"}[style]
    return format_date(day, format=pattern, locale=language)


def day_text(day: date, style: str = "long") -> str:
    """A date: "short" 3. nov., "year" 3. nov. 2026, "day" 3. november, "long" 3. november 2026."""
    danish = {"short": "d. MMM", "year": "d. MMM y", "day": "d. MMMM", "long": "d. MMMM y"}
    english = {"short": "d MMM", "year": "d MMM y", "day": "d MMMM", "long": "d MMMM y"}
    return format_date(day, format=(english if language() == "en" else danish)[style], locale=language())


def moment_text(moment: datetime, timezone: str = "Europe/Copenhagen", style: str = "long") -> str:
    """A UTC moment on the reader's clock: "long" 23. november 2026 kl. 06.15, "day" 23. nov. 2026."""
    local = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(timezone))
    if style == "day":
        return format_date(local.date(), format="d MMM y" if language() == "en" else "d. MMM y", locale=language())
    pattern = "d MMMM y, HH:mm" if language() == "en" else "d. MMMM y 'kl.' HH.mm"
    return format_datetime(local, format=pattern, locale=language())


def period_text(day: date, kind: PeriodKind = PeriodKind.MONTH, style: str = "short") -> str:
    """A period by its first day, as its kind is written: okt. 2026, 4. kvt. 2026, uge 41 2026, 2026, 3. okt. 2026."""
    if kind is PeriodKind.DAY:
        return day_text(day, {"name": "short", "short": "year"}.get(style, style))
    if kind is PeriodKind.MONTH:
        return month(day, style)
    if kind is PeriodKind.QUARTER:
        quarter = (day.month - 1) // 3 + 1
        return f"Q{quarter} {day.year}" if language() == "en" else f"{quarter}. kvt. {day.year}"
    if kind is PeriodKind.WEEK:
        year, week, _weekday = day.isocalendar()
        return f"week {week} {year}" if language() == "en" else f"uge {week} {year}"
    return str(day.year)


def span_text(first: date, last: date, kind: PeriodKind = PeriodKind.MONTH) -> str:
    """From and to: jan. 2023-okt. 2026, with an en dash."""
    return f"{period_text(first, kind)}–{period_text(last, kind)}"
