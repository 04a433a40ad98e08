"""Sentences with places for units, days and counts, said in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from indicators.words import Words

MONTHS_DA = (
    "januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november",
    "december",
)  # fmt: skip
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and what stands in its places: `Words`, days, counts, text, or several of one kind.

    Examples
    --------
    >>> opens = Words("{unit} åbner {day}.", "{unit} opens on {day}.")
    >>> Said(opens, {"unit": Words("Region Øst", "Region East"), "day": date(2027, 1, 1)}).say("da")
    'Region Øst åbner 1. januar 2027.'
    """

    words: Words
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, language: str) -> str:
        return self.words.say(language, **{name: text(value, language) for name, value in self.values.items()})


def text(value: object, language: str) -> str:
    """A value as it stands in a sentence.

    Examples
    --------
    >>> text((Words("A", "A"), Words("B", "B"), Words("C", "C")), "da")
    'A, B og C'
    """
    if isinstance(value, Words):
        return value.say(language)
    if isinstance(value, date):
        return day_text(value, language)
    if isinstance(value, Sequence) and not isinstance(value, str):
        parts = [text(one, language) for one in value]
        if len(parts) < 2:
            return "".join(parts)
        between = " and " if language == "en" else " og "
        # "Fald, 65+ år, Sepsis" would be three.
        mark = "; " if any(", " in part for part in parts) else ", "
        return mark.join(parts[:-1]) + between + parts[-1]
    return str(value)


def day_text(day: date, language: str) -> str:
    """A day in words.

    Examples
    --------
    >>> day_text(date(2027, 1, 1), "da"), day_text(date(2027, 1, 1), "en")
    ('1. januar 2027', '1 January 2027')
    """
    if language == "en":
        return f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}"
    return f"{day.day}. {MONTHS_DA[day.month - 1]} {day.year}"


def counted(n: int, one: Words, many: Words) -> Words:
    """ "1 måling", "3 målinger".

    Examples
    --------
    >>> counted(3, Words("måling", "series"), Words("målinger", "series")).da
    '3 målinger'
    """
    chosen = one if n == 1 else many
    return Words(f"{n} {chosen.da}", f"{n} {chosen.en}")
