"""What a report is made of. Every form writes the same blocks, so that no form says another figure than the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. `tone` is "", "lead" (what one should read first), "small" or "warning"."""

    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of finished words. `marks` has one entry a row: "", "main" or "invalid" (not valid here).

    `columns` are the headings; from the column `first_number` on, cells are figures and stand to the right.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...] = ()
    first_number: int = 1

    def mark(self, row: int) -> str:
        return self.marks[row] if self.marks else ""


@dataclass(frozen=True, slots=True)
class Line:
    """One series of a native chart; `role` is "estimate", "band" (of an effect), "limit" (of a level),
    "expected" or "other".

    `places` are where its values stand on the horizontal axis of a chart of points; else they follow the categories.
    """

    name: str
    values: tuple[float | None, ...]
    role: str
    places: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """What an office program draws itself: `kind` "line" (over months), "interval" (a category each, high to low)
    or "points" (places and values; `axis` names the places)."""

    kind: str
    title: str
    categories: tuple[str, ...]
    lines: tuple[Line, ...]
    decimals: int
    axis: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with the sentence that stands for it; `charts` are its native twins."""

    title: str
    alt: str
    svg: Markup
    charts: tuple[Chart, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """Lines for a machine."""

    name: str
    text: str


Block = Text | Points | Table | Figure | Code


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it; `key` is the same in both languages."""

    key: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. `facts` are name and text: where the figures come from, the last one a link where there is one.

    `stamp` is a mark that must be on every page ("DEMO"), `stamp_line` its explanation; both empty where none is due.
    """

    title: str
    headline: str
    subtitle: str
    stamp: str
    stamp_line: str
    sections: tuple[Section, ...]
    facts: tuple[tuple[str, str], ...]

    def section(self, key: str) -> Section:
        return next(section for section in self.sections if section.key == key)

    def sentences(self) -> Iterator[str]:
        """Every word of the report in the order it is read: what tests compare the forms by."""
        yield self.title
        yield self.headline
        for section in self.sections:
            yield section.heading
            for block in section.blocks:
                yield from _words_of(block)


def _words_of(block: Block) -> Iterator[str]:
    if isinstance(block, Text):
        yield block.words
    elif isinstance(block, Points):
        yield from block.items
    elif isinstance(block, Table):
        yield block.caption
        yield from block.columns
        for row in block.rows:
            yield from row
    elif isinstance(block, Figure):
        yield block.title
        if block.note:
            yield block.note
    else:
        yield from block.text.splitlines()
