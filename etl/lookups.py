"""What indicators and units a file may name, by code, name or other name, and the nearest one to a misspelt name."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from indicators.definition import IndicatorDefinition
from indicators.words import Words

# Below this likeness (difflib's ratio, its own default) a suggestion is a guess and misleads.
_LIKENESS = 0.6


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What the way in needs to know of a unit."""

    code: str
    name: Words
    valid_from: date
    valid_to: date | None
    successor_code: str | None


def fold(text: str) -> str:
    """A code or name without the differences people do not mean: case and stray spaces."""
    return " ".join(text.split()).casefold()


class Lookups:
    """Indicators and units as a file may name them. A code wins over a name; a name that two share is nobody's."""

    def __init__(
        self,
        indicators: Iterable[IndicatorDefinition],
        units: Sequence[UnitFacts],
        find_unit: Callable[[str], str | None] | None = None,
    ) -> None:
        self._indicators = {fold(definition.code): definition for definition in indicators}
        self._names: dict[str, IndicatorDefinition | None] = {}
        for definition in self._indicators.values():
            for name in {fold(definition.name.da), fold(definition.name.en)}:
                self._names[name] = None if name in self._names else definition
        self._units = {unit.code: unit for unit in units}
        self._unit_keys: dict[str, str | None] = {}
        for unit in units:
            for name in {fold(unit.name.da), fold(unit.name.en)}:
                self._unit_keys[name] = None if name in self._unit_keys else unit.code
        self._unit_keys |= {fold(unit.code): unit.code for unit in units}
        self._find_unit = find_unit or (lambda text: self._unit_keys.get(fold(text)))
        # A file names the same few units on every row.
        self.unit = cache(self._unit)
        self.indicator = cache(self._indicator)

    def _indicator(self, text: str) -> IndicatorDefinition | None:
        key = fold(text)
        return self._indicators.get(key) or self._names.get(key)

    def _unit(self, text: str) -> UnitFacts | None:
        code = self._find_unit(text) if text else None
        return self._units.get(code) if code else None

    def unit_by_code(self, code: str | None) -> UnitFacts | None:
        return self._units.get(code) if code else None

    def nearest_indicator(self, text: str) -> Words | None:
        """The indicator whose code or name is most like `text`, as "name (code)"; None if none is."""
        known = {key: d for key, d in self._names.items() if d is not None} | self._indicators
        match = difflib.get_close_matches(fold(text), known, n=1, cutoff=_LIKENESS)
        return _named(known[match[0]].name, known[match[0]].code) if match else None

    def nearest_unit(self, text: str, prefer: Callable[[str], bool]) -> Words | None:
        """The unit most like `text`, first among those with a code that `prefer` accepts; None if none is like it."""
        known = {key: code for key, code in self._unit_keys.items() if code is not None}
        preferred = {key: code for key, code in known.items() if prefer(code)}
        for pool in (preferred, known):
            if match := difflib.get_close_matches(fold(text), pool, n=1, cutoff=_LIKENESS):
                unit = self._units[pool[match[0]]]
                return _named(unit.name, unit.code)
        return None


def _named(name: Words, code: str) -> Words:
    return Words(f"{name.da} ({code})", f"{name.en} ({code})")
