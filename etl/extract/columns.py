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

FIELDS = tuple(ALIASES)
NUMBER_FIELDS = ("numerator", "denominator", "value", "sd")
NAMES = {field: Words(names[0], names[1]) for field, names in ALIASES.items()}

_BY_ALIAS = {alias: field for field, names in ALIASES.items() for alias in names}


def field_of(header: str) -> str | None:
    """The field a header names, in any case and with stray spaces or colons; None for a column Tavle does not use.

    Examples
    --------
    >>> field_of(" TÆLLER:"), field_of("Kommentarer"), field_of("Frys")
    ('numerator', 'note', None)
    """
    return _BY_ALIAS.get(re.sub(r"[\s\ufeff:.*]+", " ", header).strip().casefold())


def listed(fields: Iterable[str]) -> Words:
    """Fields with all their names, for messages: "periode (period, dato, …), tæller (numerator, …)"."""
    da, en = [], []
    for field in fields:
        names = ALIASES[field]
        da.append(f"{names[0]} ({', '.join((names[1], *names[2:]))})")
        en.append(f"{names[1]} ({', '.join((names[0], *names[2:]))})")
    return Words(", ".join(da), ", ".join(en))
