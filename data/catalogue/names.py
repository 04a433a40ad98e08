"""Names of units as people write them, brought to one form so that they can be compared."""

from __future__ import annotations

import re
import unicodedata

# The letters Danish keyboards have and others spell out. "å" was written "aa" until 1948, and many places still are.
_SPELT_OUT = str.maketrans({"å": "aa", "æ": "ae", "ø": "oe"})
_BETWEEN_WORDS = re.compile(r"[^0-9a-z]+")


def fold(name: str) -> str:
    """A name without what people write differently: case, spaces, hyphens, periods, å or aa, ø or oe, æ or ae.

    Two names that fold alike are the same name. The result is for look-up, never for the eye.

    Examples
    --------
    >>> fold("  Høje-Taastrup ") == fold("HØJE TÅSTRUP")
    True
    >>> fold("Nykøbing F. Sygehus")
    'nykoebing f sygehus'
    """
    composed = unicodedata.normalize("NFKC", name).casefold().translate(_SPELT_OUT)
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", composed) if not unicodedata.combining(letter))
    return _BETWEEN_WORDS.sub(" ", plain).strip()
