"""Sheets of paper: one series, or a board pack with its front page, as a tagged PDF/UA whose words can be selected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboards.exports import typesetting
from dashboards.exports.pictograms import assurance_picture, variation_picture
from dashboards.exports.picture import chart_svg
from dashboards.exports.words import boxes, front_note, note_tail, phase_text
from dashboards.figures.spc_chart import Frame
from dashboards.text import _, language, pgettext
from dashboards.theme import LIGHT

if TYPE_CHECKING:
    from dashboards.presenters.board_pack import Pack
    from dashboards.presenters.exported import Sheet

TEMPLATE = Path(__file__).with_suffix(".typ")
# 178 mm across, so that 12 pixels are 8.6 points on paper.
ROOM = Frame(width=704, height=372, right=84, most_right=176, top=28, bottom=42, most_ticks=5)


def series_pdf(sheet: Sheet) -> bytes:
    """One series on a sheet."""
    return _pdf([sheet], None, title=sheet.title, about=sheet.subtitle, stamp=sheet.stamp, moment=sheet.origin.now)


def pack_pdf(pack: Pack) -> bytes:
    """The front page, then a sheet per series."""
    return _pdf(
        pack.sheets,
        _front(pack),
        title=pack.title,
        about=pack.subtitle,
        stamp=" · ".join(pack.stamps),
        moment=pack.origin.now,
    )


def _pdf(
    sheets: Sequence[Sheet], front: dict[str, Any] | None, *, title: str, about: str, stamp: str, moment: datetime
) -> bytes:
    data = {
        "language": language(),
        "title": title,
        "description": about,
        "running": " · ".join(part for part in ("Tavle", stamp, title) if part),
        "colours": asdict(LIGHT),
        "front": front,
        "sheets": [_sheet(sheet, at) for at, sheet in enumerate(sheets)],
    }
    return typesetting.pdf_of(TEMPLATE.read_bytes(), data, moment=moment)


def _front(pack: Pack) -> dict[str, Any]:
    labels = {sheet.key: _label(at) for at, sheet in enumerate(pack.sheets)}
    return {
        "title": pack.title,
        "subtitle": pack.subtitle,
        "stamp": " · ".join(pack.stamps),
        "measure": pgettext("a series", "Måling"),
        "signal": _("Signal og seneste værdi"),
        "none": _("–"),
        "columns": pack.columns,
        "groups": [
            {
                "name": group.name,
                "rows": [
                    {
                        "name": row.name,
                        "unit": row.unit_of_measure,
                        "cells": [None if sheet is None else _cell(sheet, labels[sheet.key]) for sheet in row.sheets],
                    }
                    for row in group.rows
                ],
            }
            for group in pack.groups
        ],
        "note": front_note(),
        "stamp_lines": pack.stamp_lines,
        "facts": _facts(pack.facts),
    }


def _cell(sheet: Sheet, label: str) -> dict[str, Any]:
    return {
        "label": label,
        "icons": _icons(sheet),
        "value": sheet.latest_short or _("Ingen data"),
        "words": " · ".join(part for part in (sheet.latest_period, sheet.signal_words) if part),
    }


def _sheet(sheet: Sheet, at: int) -> dict[str, Any]:
    view = sheet.view
    return {
        "label": _label(at),
        "title": sheet.title,
        "subtitle": sheet.subtitle,
        "stamp": sheet.stamp,
        "stamp_lines": sheet.stamp_lines,
        "icons": _icons(sheet),
        "chart": str(chart_svg(sheet, ROOM)),
        "alt": sheet.alt,
        "footnotes": " · ".join(sheet.notes_of_chart),
        "boxes": [{"name": name, "lines": lines} for name, lines in boxes(view.explanation)],
        "why_name": _("Hvorfor siger I det?"),
        "why_heads": [_("Spørgsmål"), _("Svar")],
        "why": [asdict(row) for row in view.explanation.why],
        "notes_name": _("Noter"),
        "no_notes": _("Der er ingen noter på målingen."),
        "notes": [
            {"letter": note.letter, "when": note.when, "text": note.text, "more": note_tail(note)}
            for note in view.notes
        ],
        "phases_name": _("Faser"),
        "phases": [{"name": phase.name, "span": phase.span, "text": phase_text(phase)} for phase in view.phases],
        "facts": _facts(sheet.facts),
    }


def _label(at: int) -> str:
    return f"sheet-{at}"


def _icons(sheet: Sheet) -> list[dict[str, str]]:
    """The signal's icons; a national indicator without a local chart has none."""
    if sheet.view.assessment is None:
        return []
    found = [
        (variation_picture(sheet.variation, sheet.rising), sheet.signal_words),
        (assurance_picture(sheet.assurance, sheet.direction), sheet.target_words),
    ]
    return [{"svg": str(svg), "words": words} for svg, words in found if svg]


def _facts(facts: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    last = len(facts) - 1
    return [{"name": name, "text": text, "link": at == last} for at, (name, text) in enumerate(facts)]
