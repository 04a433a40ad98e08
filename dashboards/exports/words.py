"""Words that several forms of a sheet share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards.text import _

if TYPE_CHECKING:
    from dashboards.presenters.indicator import NoteRow, PhaseRow
    from dashboards.text.explanation import Explanation


def boxes(said: Explanation) -> list[tuple[str, tuple[str, ...]]]:
    """The three boxes with their headings."""
    return [
        (_("Hvad ser vi?"), said.see),
        (_("Hvad betyder det?"), said.means),
        (_("Hvad kan du gøre nu?"), said.do),
    ]


def note_tail(note: NoteRow) -> str:
    """Kind, whom it concerns, and who wrote it when."""
    return " · ".join(part for part in (note.kind, note.scope, note.written) if part)


def phase_text(phase: PhaseRow) -> str:
    """Level, reason and who decided."""
    parts = (_("databrud") if phase.is_break else "", phase.centre, phase.reason, phase.decided)
    return " · ".join(part for part in parts if part)


def front_note() -> str:
    """How to read the icons of a front page."""
    return _(
        "Formen på ikonet siger, hvad der er fundet, og pilen, hvilken vej tallet går. Ikonet med den stiplede linje "
        "viser måltallet: flueben, når det nås, kryds, når det ikke nås. Tilfældig variation betyder ikke, at det går "
        "godt."
    )
