"""The report on paper: a tagged PDF/UA whose words can be selected, set by Typst."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from dashboards.exports import typesetting
from dashboards.exports.evaluation.blocks import Block, Code, Figure, Points, Report, Table, Text
from dashboards.text import language
from dashboards.theme import LIGHT

LEAST_LETTERS, MOST_LETTERS = 14, 64  # a narrower column would break inside a word
TEMPLATE = Path(__file__).with_suffix(".typ")


def report_pdf(report: Report, *, moment: datetime) -> bytes:
    """The report as a PDF; `moment` (UTC without a zone) stands in its properties."""
    data = {
        "language": language(),
        "title": report.title,
        "headline": report.headline,
        "subtitle": report.subtitle,
        "stamp": report.stamp,
        "stamp_line": report.stamp_line,
        "running": " · ".join(part for part in ("Tavle", report.stamp, report.title) if part),
        "colours": asdict(LIGHT),
        "sections": [
            {"heading": section.heading, "blocks": [_block(block) for block in section.blocks]}
            for section in report.sections
        ],
        "facts": [
            {"name": name, "text": text, "link": at == len(report.facts) - 1 and text.startswith("http")}
            for at, (name, text) in enumerate(report.facts)
        ],
    }
    return typesetting.pdf_of(TEMPLATE.read_bytes(), data, moment=moment)


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Text):
        return {"kind": "text", "words": block.words, "tone": block.tone}
    if isinstance(block, Points):
        return {"kind": "points", "items": block.items}
    if isinstance(block, Code):
        return {"kind": "code", "name": block.name, "text": block.text}
    if isinstance(block, Figure):
        return {"kind": "figure", "svg": str(block.svg), "alt": block.alt, "title": block.title, "note": block.note}
    return _table(block)


def _need(table: Table, at: int) -> int:
    longest = max(len(words) for words in (table.columns[at], *(row[at] for row in table.rows)))
    return min(max(longest, LEAST_LETTERS), MOST_LETTERS)


def _table(table: Table) -> dict[str, Any]:
    marks = [table.mark(at) for at in range(len(table.rows))]
    # A column of figures is as wide as its longest cell (0); words share the rest by how much they have to say.
    widths = [0 if at >= table.first_number else _need(table, at) for at in range(len(table.columns))]
    return {
        "kind": "table",
        "caption": table.caption,
        "columns": table.columns,
        "rows": table.rows,
        "marks": marks,
        "widths": widths,
        "first": table.first_number,
        "is_wide": len(table.columns) > 6,
    }
