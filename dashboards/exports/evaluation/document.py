"""The report as a Word document in the built-in styles, so that people can go on writing in it."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dashboards.exports import typesetting
from dashboards.exports.evaluation.blocks import Block, Code, Figure, Points, Report, Table, Text
from dashboards.exports.minutes import LANGUAGES
from dashboards.text import language
from dashboards.theme import LIGHT
from data.typed import possible

if TYPE_CHECKING:
    from docx.document import Document as Written

SHADES = {"main": LIGHT.phase, "invalid": LIGHT.grid, "head": LIGHT.phase}
PICTURE_SCALE = 2.0
FONT = "Calibri"
MANY = 6  # columns that need smaller letters
LONGEST_FIGURE = 16  # letters that are not cut
TEXT_WIDTH, LETTER, MOST = 16.0, 0.19, 9.0  # centimetres: of the page's text, of a letter, of the widest column


def report_docx(report: Report, *, moment: datetime) -> bytes:
    """The document as bytes; `moment` (UTC without a zone) stands in its properties."""
    from docx import Document  # when first used: nobody waits for it at the start
    from docx.shared import Pt

    document = Document()
    _set_up(document, report, moment)
    pictures = _pictures(report)
    document.add_paragraph(possible(report.title)).runs[0].font.size = Pt(10)
    document.add_heading(possible(report.headline), level=1)
    document.add_paragraph(possible(report.subtitle))
    if report.stamp_line:
        document.add_paragraph().add_run(possible(report.stamp_line)).bold = True
    for section in report.sections:
        document.add_heading(possible(section.heading), level=2)
        for block in section.blocks:
            _write(document, block, pictures)
    facts = document.add_paragraph()
    facts.add_run(possible(" · ".join(f"{name}: {text}" for name, text in report.facts))).font.size = Pt(8)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _pictures(report: Report) -> dict[int, bytes]:
    """The figures as PNG, all set at once."""
    figures = [block for section in report.sections for block in section.blocks if isinstance(block, Figure)]
    drawn = typesetting.pngs_of([str(figure.svg) for figure in figures], scale=PICTURE_SCALE)
    return {id(figure): png for figure, png in zip(figures, drawn, strict=True)}


def _write(document: Written, block: Block, pictures: dict[int, bytes]) -> None:
    from docx.shared import Cm, Pt

    if isinstance(block, Text):
        run = document.add_paragraph().add_run(possible(block.words))
        run.bold = block.tone in ("lead", "warning")
        if block.tone == "small":
            run.font.size = Pt(9)
    elif isinstance(block, Points):
        for item in block.items:
            document.add_paragraph(possible(item), style="List Bullet")
    elif isinstance(block, Code):
        document.add_paragraph(possible(block.name)).runs[0].font.size = Pt(9)
        run = document.add_paragraph().add_run(possible(block.text))
        run.font.name, run.font.size = "Consolas", Pt(9)
    elif isinstance(block, Figure):
        caption = document.add_paragraph(style="Caption")
        caption.add_run(possible(block.title))
        caption.paragraph_format.keep_with_next = True
        picture = document.add_picture(io.BytesIO(pictures[id(block)]), width=Cm(16))
        picture._inline.docPr.set("descr", possible(block.alt))
        if block.note:
            document.add_paragraph().add_run(possible(block.note)).font.size = Pt(9)
    else:
        _table(document, block)


def _table(document: Written, table: Table) -> None:
    from docx.shared import Cm

    caption = document.add_paragraph(style="Caption")
    caption.add_run(possible(table.caption))
    caption.paragraph_format.keep_with_next = True
    made = document.add_table(rows=1, cols=len(table.columns), style="Table Grid")
    made.autofit = False
    widths = [Cm(width) for width in _widths(table)]
    size = 7.5 if len(table.columns) > MANY else 8.5
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    for at, (cell, words) in enumerate(zip(made.rows[0].cells, table.columns, strict=True)):
        _fill(cell, words, "head", is_number=at >= table.first_number, size=size)
        cell.width = widths[at]
    _repeat(made.rows[0])
    for place, row in enumerate(table.rows):
        cells = made.add_row().cells
        for at, (cell, words) in enumerate(zip(cells, row, strict=True)):
            _fill(cell, words, table.mark(place), is_number=at >= table.first_number, size=size)
            cell.width = widths[at]
        _hold_together(made.rows[-1])
    document.add_paragraph().paragraph_format.space_after = 0


def _widths(table: Table) -> list[float]:
    """Centimetres for every column: room for its longest word at least, the rest by how much it has to say."""
    columns = [(head, *(row[at] for row in table.rows)) for at, head in enumerate(table.columns)]

    def is_figure(at: int, text: str) -> bool:
        """Figures stay on one line, unless they are words themselves."""
        return at >= table.first_number and text != table.columns[at] and len(text) <= LONGEST_FIGURE

    least = [
        0.5
        + LETTER
        * max(len(word) for text in texts for word in ([text] if is_figure(at, text) else text.split() or [""]))
        for at, texts in enumerate(columns)
    ]
    wanted = [min(0.5 + LETTER * max(map(len, texts)), MOST) for texts in columns]
    if sum(least) >= TEXT_WIDTH:
        return [TEXT_WIDTH * one / sum(least) for one in least]
    more = [max(want - need, 0.0) for want, need in zip(wanted, least, strict=True)]
    left = TEXT_WIDTH - sum(least)
    if sum(more) <= left:
        widths = [need + want for need, want in zip(least, more, strict=True)]
        widths[0] += left - sum(more)  # the first column takes what nobody needs
        return widths
    return [need + left * want / sum(more) for need, want in zip(least, more, strict=True)]


def _hold_together(row: Any) -> None:
    """A row is not cut by the end of a page."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _fill(cell: Any, words: str, mark: str, *, is_number: bool, size: float) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(possible(words))
    run.font.size = Pt(size)
    run.bold, run.italic = mark in ("main", "head"), mark == "invalid"
    if is_number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if mark:
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "diagStripe" if mark == "invalid" else "clear")
        shade.set(qn("w:color"), "E3E6EA" if mark == "invalid" else "auto")
        shade.set(qn("w:fill"), "FFFFFF" if mark == "invalid" else SHADES[mark].lstrip("#"))
        cell._tc.get_or_add_tcPr().append(shade)


def _repeat(row: Any) -> None:
    """The heads stand again on the next page, and a screen reader knows them as heads."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(head)


def _letters(document: Written) -> None:
    """One family of letters, dark headings, and little air between paragraphs: a report, not a letter."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, size in (("Normal", 10.5), ("Heading 1", 18), ("Heading 2", 13), ("Caption", 9.5)):
        style = document.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        style.font.color.rgb = RGBColor.from_string(LIGHT.text.lstrip("#").upper())
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # a theme's letters win over a name
            fonts.attrib.pop(qn(f"w:{kind}"), None)
        fonts.set(qn("w:hAnsi"), FONT)
    document.styles["Normal"].paragraph_format.space_after = Pt(5)
    document.styles["Normal"].paragraph_format.line_spacing = 1.1


def _set_up(document: Written, report: Report, moment: datetime) -> None:
    """A4, the reader's language for spelling, the mark in the header, nothing of the machine in the properties."""
    from docx.oxml.ns import qn
    from docx.shared import Cm

    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.5)
    if report.stamp:
        page.header.paragraphs[0].add_run(report.stamp).bold = True
    _letters(document)
    about = document.core_properties
    about.author, about.title, about.comments = "Tavle", possible(report.title)[:255], ""
    about.created = about.modified = moment
    about.language = LANGUAGES[language()]
    fonts = document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    if fonts is not None:
        fonts.set(qn("w:val"), LANGUAGES[language()])
