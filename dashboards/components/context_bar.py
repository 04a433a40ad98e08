"""The context bar: which unit and which stretch of time the page is about.

Native selects in a form, drawn by the server: they are there before any script is, work with every screen reader, and
write to the address, which is the state. assets/tavle_shell.js does so without loading the page anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.selection import ALL_MONTHS, PERIODS, Selection
from dashboards.text import _, language
from data.access import Viewer
from data.queries.units import Unit

UNIT, PERIOD = "enhed", "periode"


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_selected: bool


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """`label` is empty where all options are of one kind."""

    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One select. `key` is its key in the address; a field that is not shown on this page is drawn hidden."""

    key: str
    label: str
    groups: tuple[OptionGroup, ...]
    is_shown: bool

    @property
    def needs_choice(self) -> bool:
        """Nothing offered is chosen: the address names a unit that is not there, or not for this viewer."""
        return not any(option.is_selected for group in self.groups for option in group.options)


def context_fields(
    units: list[Unit], viewer: Viewer, selection: Selection, shown: tuple[str, ...]
) -> tuple[Field, ...]:
    """The selects of the bar for `units` (all the viewer may see, in tree order), with what `selection` chose."""
    return (
        Field(UNIT, _("Enhed"), _unit_groups(units, viewer, selection.unit), UNIT in shown and bool(units)),
        Field(PERIOD, _("Periode"), (OptionGroup("", _periods(selection.months)),), PERIOD in shown),
    )


def _unit_groups(units: list[Unit], viewer: Viewer, chosen: str | None) -> tuple[OptionGroup, ...]:
    def options(some: list[Unit]) -> tuple[Option, ...]:
        return tuple(Option(unit.code, unit.name.say(language()), unit.code == chosen) for unit in some)

    own = [unit for unit in units if viewer.is_own(unit.code)]
    others = [unit for unit in units if not viewer.is_own(unit.code)]
    if not own or not others:
        return (OptionGroup("", options(units)),)
    return (OptionGroup(_("Dine enheder"), options(own)), OptionGroup(_("Andre enheder"), options(others)))


def _periods(chosen: int | None) -> tuple[Option, ...]:
    return tuple(
        Option(
            ALL_MONTHS if months is None else str(months),
            _("Alle måneder") if months is None else _("Seneste {count} måneder").format(count=months),
            months == chosen,
        )
        for months in PERIODS
    )
