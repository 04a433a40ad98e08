"""A series of a unit that has changed, read as it was or as it is: the choice, and what a reader must know. No Dash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dashboards.selection import Selection
from dashboards.text import _, day_text, language
from data import succession
from data.access import NotAllowed, Viewer
from data.store import Store
from data.succession import AsIs, History
from indicators.words import Words

AS_IS = "som-det-er"  # `vis` in the address; without it a series is read as it was


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the two readings, as a link."""

    name: str
    href: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class UnitReading:
    """How the series of the page is read.

    `made` is what is shown where it is read as the organisation is, else None. `unit_code` is the unit whose series is
    shown. `choices` is empty where both readings are the same; `sentences` then tell of a change that is still ahead.
    """

    unit_code: str
    choices: tuple[Choice, ...]
    sentences: tuple[str, ...]
    made: AsIs | None

    @property
    def file_note(self) -> Words | None:
        """What a file of the figures says about itself; nothing where the unit has never changed."""
        if not self.choices:
            return None
        if self.made is None:
            return Words("Som det var: enhedens egne tal", "As it was: the unit's own figures")
        said = " ".join(one.say("da") for one in self.made.said), " ".join(one.say("en") for one in self.made.said)
        return Words(f"Som det er: {said[0]}", f"As it is: {said[1]}")


def unit_reading(store: Store, viewer: Viewer, code: str, selection: Selection, *, today: date) -> UnitReading:
    """The reading that was chosen for a unit.

    Raises
    ------
    NotFound, NotAllowed
        There is no such indicator or unit, or the viewer may not see the unit.
    """
    assert selection.unit is not None
    held = succession.history(store, viewer, code, selection.unit, today=today, as_of=selection.as_of)
    ahead = tuple(_ahead(held))
    if not held.has_two_readings:
        return UnitReading(selection.unit, (), ahead, None)
    is_chosen = selection.show == AS_IS
    made: AsIs | None = None
    sentences: tuple[str, ...] = ()
    if is_chosen:
        try:
            made = succession.as_is(store, viewer, code, selection.unit, today=today, as_of=selection.as_of)
            sentences = tuple(one.say(language()) for one in made.said)
        except NotAllowed as refusal:  # the unit that does the work today is not the viewer's to see
            sentences = (refusal.reason(language()),)
    else:
        sentences = tuple(_as_was(held))
    path = f"/indikator/{code}"
    is_shown = made is not None and made.is_possible
    choices = (
        Choice(_("Som det var"), selection.href(path, show=None), not is_chosen),
        Choice(_("Som det er"), selection.href(path, show=AS_IS), is_chosen),
    )
    return UnitReading(
        unit_code=held.today_code if is_shown else selection.unit,
        choices=choices,
        sentences=(*sentences, *ahead),
        made=made if is_shown else None,
    )


def _name(held: History, code: str) -> str:
    return held.names_of([code])[0].say(language())


def _as_was(held: History) -> list[str]:
    """Where the unit's own figures begin and end, and which unit has the others."""
    said = []
    for joint in held.joints:
        if joint.to_code == held.unit_code:
            sources = ", ".join(_name(held, code) for code in joint.from_codes)
            own = next((part.since for part in held.parts if part.unit_code == held.unit_code), None)
            words = (
                _("Kun enhedens egne tal. Den kom {day} efter {units}, som har tallene fra før.")
                if own == joint.on
                else _("Kun enhedens egne tal. {units} kom til {day}.")
            )
            said.append(words.format(day=day_text(joint.on), units=sources))
        if held.unit_code in joint.from_codes:
            words = _("Kun enhedens egne tal. Fra {day} har {unit} tallene.")
            said.append(words.format(day=day_text(joint.on), unit=_name(held, joint.to_code)))
    for joint in held.splits:
        words = _("Kun enhedens egne tal. Til {day} var den en del af {unit}.")
        said.append(words.format(day=day_text(joint.on), unit=_name(held, joint.from_codes[0])))
    return said


def _ahead(held: History) -> list[str]:
    words = _("Fra {day} bliver enheden til {unit}.")
    return [words.format(day=day_text(joint.on), unit=_name(held, joint.to_code)) for joint in held.coming]
