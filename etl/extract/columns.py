"""The columns of a delivery file, and the names people give them in Danish and English."""

from __future__ import annotations

import re
from collections.abc import Iterable

from indicators.words import Words

# The first name of each language is the one Tavle writes itself (templates, exports, messages).
ALIASES: dict[str, tuple[str, ...]] = {
    "indicator": ("indikator", "indicator"),
    "unit": ("enhed", "unit"),
    "period": ("periode", "period", "dato", "date", "måned", "maaned", "month"),
    "numerator": ("tæller", "numerator", "taeller"),
    "denominator": ("nævner", "denominator", "naevner"),
    "value": ("værdi", "value", "vaerdi"),
    "sd": ("standardafvigelse", "sd", "standard deviation", "spredning", "stddev"),
    "note": ("kommentar", "note", "kommentarer", "noter", "comment", "comments"),
}

# Names that often mean the field, but could mean another column beside it: they count only where no column has one of
# the names above.
LESSER_ALIASES: dict[str, tuple[str, ...]] = {
    "indicator": (
        "måling",
        "maaling",
        "indikatornavn",
        "indicator name",
        "indikatorkode",
        "indikator kode",
        "kpi",
        "measure",
        "nøgletal",
    ),
    "unit": (
        *(
            "afdeling",
            "afsnit",
            "sygehus",
            "hospital",
            "kommune",
            "region",
            "organisation",
            "enhedsnavn",
            "unit name",
            "enhedskode",
            "enheds kode",
        ),
        *("praksis", "klinik", "department", "ward", "municipality", "organization", "site"),
    ),
    "period": ("uge", "kvartal", "tid", "årmåned", "week", "quarter", "opgørelsesperiode", "måned og år"),
    "numerator": ("antal", "hændelser", "count", "events", "antal hændelser", "tal i tæller"),
    "denominator": ("total", "i alt", "antal i alt", "population", "n", "grundlag", "opererede i alt"),
    "value": ("resultat", "tal", "score", "result", "gennemsnit", "mean", "median", "målt værdi", "andel"),
    "sd": ("std", "std. dev.", "std afv", "std. afv."),
    "note": ("bemærkning", "bemærkninger", "remark", "remarks", "anmærkning"),
}

# In a wide file: the column that says whether a row is the numerator or the denominator.
KIND_ALIASES = ("felt", "tal", "type", "talt", "tæller/nævner", "field", "figure", "kind", "numerator/denominator")

# Columns of Tavle's own files that repeat a code in words, or say what was found: not used, and nothing to warn of.
REPEATED = {
    "indicator": Words("indikatornavn", "indicator name"),
    "unit": Words("enhedsnavn", "unit name"),
}
_OWN = "tavle "

FIELDS = tuple(ALIASES)
NUMBER_FIELDS = ("numerator", "denominator", "value", "sd")
NAMES = {field: Words(names[0], names[1]) for field, names in ALIASES.items()}

_BY_ALIAS = {alias: field for field, names in ALIASES.items() for alias in names}


def _plain(header: str) -> str:
    return re.sub(r"[\s\ufeff:.*_]+", " ", header).strip().casefold()


_BY_LESSER_ALIAS = {_plain(alias): field for field, names in LESSER_ALIASES.items() for alias in names}
_KIND_ALIASES = frozenset(KIND_ALIASES)


def field_of(header: str) -> str | None:
    """The field a header names, in any case and with stray spaces or colons; None for a column Tavle does not use.

    Examples
    --------
    >>> field_of(" TÆLLER:"), field_of("Kommentarer"), field_of("Frys")
    ('numerator', 'note', None)
    """
    return _BY_ALIAS.get(_plain(header))


def lesser_field_of(header: str) -> str | None:
    """The field a header may name where no other column names it for certain.

    Examples
    --------
    >>> lesser_field_of("Afdeling"), lesser_field_of("I alt"), lesser_field_of("enhed")
    ('unit', 'denominator', None)
    """
    return _BY_LESSER_ALIAS.get(_plain(header))


def is_silent(header: str) -> bool:
    """Whether a column that is not used needs no warning, because Tavle wrote it itself.

    Examples
    --------
    >>> is_silent("Enhedsnavn"), is_silent("Tavle: fejl"), is_silent("Frys")
    (True, True, False)
    """
    return is_own(header) or any(_plain(header) in (words.da, words.en) for words in REPEATED.values())


def is_own(header: str) -> bool:
    """Whether a column says what Tavle found when the file was handed in before."""
    return _plain(header).startswith(_OWN)


def is_kind(header: str) -> bool:
    """Whether a column of a wide file may say which rows are numerators and which denominators."""
    return _plain(header) in _KIND_ALIASES


def listed(fields: Iterable[str]) -> Words:
    """Fields with all their names, for messages: "periode (period, dato, …), tæller (numerator, …)"."""
    da, en = [], []
    for field in fields:
        names = ALIASES[field]
        da.append(f"{names[0]} ({', '.join((names[1], *names[2:]))})")
        en.append(f"{names[1]} ({', '.join((names[0], *names[2:]))})")
    return Words(", ".join(da), ", ".join(en))
