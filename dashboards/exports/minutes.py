"""The minutes of a board meeting as a Word document in the built-in styles, so that people can go on writing in it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from dashboards.presenters.minutes import MinutesView
from dashboards.text import _, language, ngettext
from data.typed import possible

if TYPE_CHECKING:
    from docx.document import Document as Written

LANGUAGES = {"da": "da-DK", "en": "en-GB"}


def minutes_docx(view: MinutesView, *, address: str) -> bytes:
    """The document as bytes; `address` (without a slash at its end) is where the board is reached."""
    from docx import Document  # when first used: nobody waits for it at the start
    from docx.shared import Pt

    document = Document()
    _set_up(document, view)
    title = f"{view.title} (DEMO)" if view.is_demo else view.title
    document.add_heading(title, level=1)
    document.add_paragraph(view.lead)
    document.add_heading(
        ngettext("{count} måling", "{count} målinger", len(view.series)).format(count=len(view.series)), level=2
    )
    for one in view.series:
        document.add_heading(one.name, level=3)
        said = document.add_paragraph(one.finding)
        said.add_run(f" ({one.why})").italic = True
        if one.decision is None:
            document.add_paragraph(_("Ingen aftale."))
            continue
        decided = document.add_paragraph(style="List Bullet")
        decided.add_run(_("Aftalt:")).bold = True
        decided.add_run(possible(f" {one.decision.what}"))
        decided.add_run(possible(f" · {one.decision.told}"))
    if view.settled:
        document.add_heading(_("Fra tidligere møder"), level=2)
        for settled in view.settled:
            said_then = possible(f"{settled.what} · {settled.told} · {settled.series}")
            document.add_paragraph(said_then, style="List Bullet")
    small = document.add_paragraph().add_run(f"{view.as_of_note} {address}{view.page_href}")
    small.font.size = Pt(9)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _set_up(document: Written, view: MinutesView) -> None:
    """A4, the reader's language for spelling, and nothing of the machine in the document's properties."""
    from docx.oxml.ns import qn
    from docx.shared import Cm

    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.5)
    about = document.core_properties
    about.author, about.title, about.comments = "Tavle", view.title, ""
    about.created = about.modified = view.started_at
    about.language = LANGUAGES[language()]
    fonts = document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    if fonts is not None:
        fonts.set(qn("w:val"), LANGUAGES[language()])
