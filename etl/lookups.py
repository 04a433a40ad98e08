"""What indicators and units a file may name, by code, name or other name, and the nearest one to a misspelt name."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache, cached_property

from data.access import SYSTEM, Viewer
from data.catalogue.names import fold
from data.queries import catalogue, definitions, units
from data.queries.units import Unit
from data.store import Store
from data.succession import moved_tasks, split_into
from indicators.definition import IndicatorDefinition
from indicators.words import Words

# Below this likeness (difflib's ratio, its own default) a suggestion is a guess and misleads.
_LIKENESS = 0.6


class Lookups:
    """Indicators and units as a file may name them. A code wins over a name; a name that several share is nobody's.

    `meant` gives for each unit text of the file the units it can mean, `moved_tasks` by indicator and unit since when
    another unit does the work, and which; `split_into` by split unit those that took over.
    """

    def __init__(
        self,
        indicators: Iterable[IndicatorDefinition],
        all_units: Iterable[Unit],
        meant: Mapping[str, tuple[Unit, ...]],
        moved_tasks: Mapping[tuple[str, str], tuple[date, str]] | None = None,
        split_into: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.moved_tasks = moved_tasks or {}
        self._split_into = split_into or {}
        self._indicators = {fold(definition.code): definition for definition in indicators}
        self._names: dict[str, IndicatorDefinition | None] = {}
        for definition in self._indicators.values():
            for name in {fold(definition.name.da), fold(definition.name.en)}:
                self._names[name] = None if name in self._names else definition
        self._units = {unit.code: unit for unit in all_units}
        self._meant = meant
        # A file names the same few things on every row.
        self.indicator = cache(self._indicator)
        self.nearest_indicator = cache(self._nearest_indicator)

    def _indicator(self, text: str) -> IndicatorDefinition | None:
        key = fold(text)
        return self._indicators.get(key) or self._names.get(key)

    def unit(self, text: str) -> Unit | None:
        """The unit that `text` names; None for an unknown name and for one that several share."""
        meant = self._meant.get(text, ())
        return meant[0] if len(meant) == 1 else None

    def units_meant(self, text: str) -> tuple[Unit, ...]:
        """All units that `text` can mean."""
        return self._meant.get(text, ())

    def unit_by_code(self, code: str | None) -> Unit | None:
        return self._units.get(code) if code else None

    def successors(self, unit: Unit) -> tuple[Unit, ...]:
        """The units that took over when `unit` closed: one after a merger, several after a split, or none."""
        codes = [unit.successor_code] if unit.successor_code else self._split_into.get(unit.code, ())
        return tuple(self._units[code] for code in codes if code in self._units)

    def _nearest_indicator(self, text: str) -> IndicatorDefinition | None:
        known = {key: d for key, d in self._names.items() if d is not None} | self._indicators
        match = difflib.get_close_matches(fold(text), known, n=1, cutoff=_LIKENESS)
        return known[match[0]] if match else None

    def nearest_unit(self, text: str, prefer: Callable[[str], bool]) -> Unit | None:
        """The unit most like `text`, first among those with a code that `prefer` accepts."""
        known = self._unit_names
        preferred = {key: unit for key, unit in known.items() if prefer(unit.code)}
        for pool in (preferred, known):
            if match := difflib.get_close_matches(fold(text), pool, n=1, cutoff=_LIKENESS):
                return pool[match[0]]
        return None

    @cached_property
    def _unit_names(self) -> Mapping[str, Unit]:
        known: dict[str, Unit] = {}
        for unit in self._units.values():
            known |= {fold(name): unit for name in (unit.name.da, unit.name.en, unit.short_name, unit.code)}
        return known


def named(one: IndicatorDefinition | Unit) -> Words:
    """What a message calls an indicator or unit: "Nordsjællands Hospital (NOH)"."""
    return Words(f"{one.name.da} ({one.code})", f"{one.name.en} ({one.code})")


def from_store(store: Store, viewer: Viewer | None, unit_texts: Iterable[str]) -> Lookups:
    """The lookups of a store for the unit names of one file.

    Which units exist is public, so a name is found for everybody; the right to deliver is a check of its own.
    """
    texts = {text for text in unit_texts if text}
    lines = definitions.timelines(store, SYSTEM)
    return Lookups(
        # A new version's day says from when its words hold, not that nothing could be counted before.
        [
            replace(one, valid_from=lines[one.code].first_day) if one.code in lines else one
            for one in catalogue.indicators(store, SYSTEM)
        ],
        units.visible(store, SYSTEM),
        units.find_many(store, viewer or SYSTEM, texts),
        moved_tasks(store, SYSTEM),
        split_into(store, SYSTEM),
    )
