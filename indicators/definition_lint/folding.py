"""Words brought to one form, so that »Udskrevne patienter« and »udskrevet« are seen to speak of the same thing."""

from __future__ import annotations

import re
import unicodedata

_SPELT_OUT = str.maketrans({"å": "aa", "æ": "ae", "ø": "oe"})
_SMALL = frozenset(
    (
        "af", "alle", "antal", "at", "blev", "bliver", "de", "dem", "den", "der", "det", "deres", "eller", "en", "er",
        "et", "for", "fra", "fik", "har", "hver", "i", "inden", "med", "maaned", "maaneden", "og", "om", "over", "paa",
        "pr", "som", "til", "under", "ved", "aar", "andel", "efter", "hos", "ikke", "mindst", "senest",
    )
)  # fmt: skip
_STEM = 5
"""Danish endings are short (-er, -ne, -ede): the first five letters of a word say which word it is."""


def fold(text: str) -> str:
    """A text without case, accents, signs and doubled spaces; å, æ and ø are spelt out.

    >>> fold("  Ærø-Test, 1.  ")
    'aeroe test 1'
    """
    composed = unicodedata.normalize("NFKC", text).casefold().translate(_SPELT_OUT)
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", composed) if not unicodedata.combining(letter))
    return re.sub(r"[^0-9a-z]+", " ", plain).strip()


def stems(text: str) -> frozenset[str]:
    """The beginnings of the words that carry meaning.

    >>> sorted(stems("Udskrevne med afstemt medicin") & stems("Alle udskrevet i måneden"))
    ['udskr']
    """
    return frozenset(word[:_STEM] for word in fold(text).split() if word not in _SMALL and len(word) > 2)
