"""People of the demo programme: a first name anybody may have and a surname made up for the purpose.

Surnames are joined from a landscape and a place (Lyngfold, Havretoft), so that no leader in the demo is somebody who
holds the post. A likeness would be an accident.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FIRST_NAMES = (
    "Agnes", "Anders", "Anne", "Asger", "Bente", "Birgitte", "Bo", "Camilla", "Carsten", "Dorte", "Ebbe", "Eva", "Finn",
    "Frida", "Gitte", "Gustav", "Hanne", "Henrik", "Ida", "Ingrid", "Jakob", "Jette", "Jonas", "Karen", "Kirsten",
    "Lasse", "Lene", "Lone", "Mads", "Maja", "Malene", "Mikkel", "Morten", "Nanna", "Niels", "Ole", "Pernille", "Peter",
    "Rikke", "Signe", "Stine", "Susanne", "Søren", "Thea", "Tine", "Torben", "Ulla", "Vibeke", "Viggo", "Yrsa",
)  # fmt: skip
LANDSCAPES = (
    "Ager", "Birke", "Blå", "Elle", "Gran", "Havre", "Hede", "Klit", "Lyng", "Mose", "Pile", "Rav", "Siv", "Tjørne",
)  # fmt: skip
PLACES = ("bro", "fold", "glente", "led", "stien", "tange", "tårn", "tofte", "vænge", "ørn")


def surnames() -> list[str]:
    """All made-up surnames, in a fixed order."""
    return [landscape + place for landscape in LANDSCAPES for place in PLACES]


@dataclass(slots=True)
class People:
    """Hands out names, no full name twice."""

    rng: np.random.Generator
    _left: list[str]

    @classmethod
    def of(cls, rng: np.random.Generator) -> People:
        pairs = [f"{first} {last}" for first in FIRST_NAMES for last in surnames()]
        return cls(rng, [pairs[index] for index in rng.permutation(len(pairs))])

    def next(self) -> str:
        """A name nobody in this build has had."""
        return self._left.pop()
