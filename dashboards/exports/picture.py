"""One series as a picture: SVG, and PNG of the same drawing.

The chart is the very figure of the page, under its finding and above what a picture that travels alone must say.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from dashboards.exports.pictograms import SIZE, assurance_drawing, variation_drawing
from dashboards.figures.spc_chart import Frame
from dashboards.figures.svg_chart import svg_chart
from dashboards.text import language
from dashboards.theme import LIGHT
from data.typed import possible

if TYPE_CHECKING:
    from dashboards.presenters.exported import Sheet

WIDTH, MARGIN = 960, 24
ROOM = Frame(width=WIDTH - 2 * MARGIN, height=436, right=96, most_right=200, top=28, bottom=42, most_ticks=6)
# Named first is what PNG and PDF are set in; where it is missing the reader's own letters are as wide or narrower.
LETTERS = "'Source Sans Pro', 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
ICON, GAP = 32, 8
EM = 0.53  # of a letter's height, the width of an average letter, a little on the wide side


def chart_svg(sheet: Sheet, room: Frame = ROOM, *, label: str = "", letters: str = LETTERS) -> Markup:
    """The chart alone; the empty string where the series has nothing to draw."""
    if not sheet.has_chart:
        return Markup("")
    return svg_chart(sheet.drawn(room), label=label, font=letters)


def picture_svg(sheet: Sheet) -> str:
    """The picture as one SVG document that needs nothing beside it."""
    drawing = _Drawing()
    stamp_width = drawing.stamp(sheet.stamp)
    left = float(MARGIN)
    icons = [variation_drawing(sheet.variation, sheet.rising), assurance_drawing(sheet.assurance, sheet.direction)]
    for inside in filter(None, icons):
        drawing.add(f'<g transform="translate({left:g} {MARGIN}) scale({ICON / SIZE:.4f})">{inside}</g>')
        left += ICON + GAP
    room = WIDTH - MARGIN - left - 4
    drawing.y = MARGIN + 4
    drawing.words(sheet.title, x=left + 4, size=22, width=room - stamp_width, weight=600)
    drawing.y = max(drawing.y, MARGIN + ICON) + 4
    drawing.words(sheet.subtitle, size=14, colour=LIGHT.muted)
    drawing.y += 8
    if sheet.has_chart:
        figure = sheet.drawn(ROOM)
        height = int(figure["layout"]["height"])
        chart = str(svg_chart(figure, label=sheet.alt))
        size = f'<svg x="{MARGIN}" y="{drawing.y:g}" width="{ROOM.width}" height="{height}"'
        drawing.add(chart.replace("<svg", size, 1))
        drawing.y += height + 8
    else:
        for sentence in (*sheet.view.explanation.see, *sheet.view.explanation.means):
            drawing.words(sentence, size=16)
        drawing.y += 8
    for note in sheet.notes_shown:
        text = " ".join(note.text.split())
        drawing.words(f"{note.letter}  {note.when}: {text}", size=13)
    if sheet.notes_shown:
        drawing.y += 8
    drawing.words(" · ".join(sheet.notes_of_chart), size=12, colour=LIGHT.muted)
    drawing.rule()
    for line in sheet.stamp_lines:
        drawing.words(line, size=12, weight=600)
    drawing.words(sheet.footer, size=12, colour=LIGHT.muted)
    name, link = sheet.facts[-1]
    drawing.words(f"{name}: {link}", size=12, colour=LIGHT.muted)
    return drawing.document(sheet.title, sheet.alt)


def picture_png(sheet: Sheet) -> bytes:
    """The picture at twice its size in pixels, for slides and screens of any kind."""
    from dashboards.exports import typesetting

    return typesetting.png_of(picture_svg(sheet), scale=2)


class _Drawing:
    """A column of words and drawings; `y` is the top of what comes next."""

    def __init__(self) -> None:
        self.y = float(MARGIN)
        self._parts: list[str] = []

    def add(self, part: str) -> None:
        self._parts.append(part)

    def words(
        self,
        text: str,
        *,
        size: float,
        x: float = MARGIN,
        width: float = WIDTH - 2 * MARGIN,
        weight: int = 400,
        colour: str = LIGHT.text,
    ) -> None:
        """A paragraph, wrapped to its width."""
        for line in wrapped(text, width, size):
            self.y += size
            self._parts.append(
                f'<text x="{x:g}" y="{self.y:g}" font-size="{size:g}" font-weight="{weight}" fill="{colour}">'
                f"{escape(line)}</text>"
            )
            self.y += round(size * 0.4)

    def stamp(self, text: str) -> float:
        """DEMO and UDKAST in the top right corner; answers the room they take."""
        if not text:
            return 0
        width = len(text) * 12 * 0.68 + 20
        left = WIDTH - MARGIN - width
        self.add(
            f'<rect x="{left:g}" y="{MARGIN}" width="{width:g}" height="26" rx="4" fill="{LIGHT.text}"/>'
            f'<text x="{left + width / 2:g}" y="{MARGIN + 18}" font-size="14" font-weight="600" text-anchor="middle"'
            f' fill="{LIGHT.surface}">{escape(text)}</text>'
        )
        return width + 16

    def rule(self) -> None:
        self.y += 4
        self.add(f'<path d="M{MARGIN} {self.y:g}H{WIDTH - MARGIN}" stroke="{LIGHT.grid}" stroke-width="1"/>')
        self.y += 6

    def document(self, title: str, description: str) -> str:
        height = round(self.y + MARGIN - 8)
        return possible(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
            f' viewBox="0 0 {WIDTH} {height}" lang="{language()}" font-family="{LETTERS}">'
            f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
            f'<rect width="{WIDTH}" height="{height}" fill="{LIGHT.surface}"/>{"".join(self._parts)}</svg>'
        )


def wrapped(text: str, width: float, size: float) -> Sequence[str]:
    """Lines of `text` at a letter size that fit a width, both in pixels."""
    return wrap(text, max(int(width / (size * EM)), 12), break_on_hyphens=False)
