"""Parts of a report on a page of the board: the same blocks as in its files, in the look of the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from dashboards.exports.evaluation.blocks import Block, Code, Figure, Points, Section, Table, Text
from dashboards.exports.evaluation.forms import REPORT_FORMS
from dashboards.figures.icons import ui_icon
from dashboards.text import _

NOTHING = Markup("")


def card(section: Section, *, extra: Markup = NOTHING) -> Markup:
    """A section as a card with its heading."""
    return Markup('<section class="card rp__card" aria-labelledby="{0}"><h2 id="{0}">{1}</h2>{2}{3}</section>').format(
        f"rp-{section.key}", section.heading, blocks(section.blocks), extra
    )


def blocks(some: Iterable[Block]) -> Markup:
    """Several blocks under each other."""
    return Markup("").join(_block(block) for block in some)


def _block(block: Block) -> Markup:
    if isinstance(block, Text):
        css = {"lead": "rp__lead", "small": "muted f-13", "warning": "rp__warn"}.get(block.tone, "")
        return (
            Markup('<p class="{}">{}</p>').format(css, block.words) if css else Markup("<p>{}</p>").format(block.words)
        )
    if isinstance(block, Points):
        items = Markup("").join(Markup("<li>{}</li>").format(item) for item in block.items)
        return Markup('<ul class="rp__list">{}</ul>').format(items)
    if isinstance(block, Code):
        return Markup('<p class="muted f-13">{}</p><pre class="rp__code" tabindex="0">{}</pre>').format(
            block.name, block.text
        )
    if isinstance(block, Figure):
        return NOTHING  # drawings of paper stay on paper; the effect page has those of the screen
    return table(block)


def table(one: Table) -> Markup:
    """A table whose first column names its rows."""
    heads = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(_number(one, at), head) for at, head in enumerate(one.columns)
    )
    rows = Markup("")
    for place, row in enumerate(one.rows):
        mark = one.mark(place)
        cells = Markup("").join(
            Markup("<td{}>{}</td>").format(_number(one, at), cell) for at, cell in enumerate(row[1:], start=1)
        )
        rows += Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(
            Markup(' class="is-{}"').format(mark) if mark else NOTHING, row[0], cells
        )
    return Markup(
        '<div class="tbl-wrap" tabindex="0" role="region" aria-label="{0}"><table class="tbl tbl--compact rp__tbl">'
        "<caption>{0}</caption><thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>"
    ).format(one.caption, heads, rows)


def _number(one: Table, at: int) -> Markup:
    return Markup(' class="num"') if at >= one.first_number else NOTHING


def downloads(hrefs: Sequence[tuple[str, str]], label: str) -> Markup:
    """»Hent« with the forms of a report: (form, address) each."""
    links = Markup("").join(
        Markup('<li><a class="menu__item" href="{}" download><b>{}</b><small>{}</small></a></li>').format(
            href, _(REPORT_FORMS[code].name), _(REPORT_FORMS[code].use)
        )
        for code, href in hrefs
    )
    return Markup(
        '<details class="menu getmenu"><summary class="btn btn--sm">{}{}{}</summary>'
        '<ul class="menu__box pop" aria-label="{}">{}</ul></details>'
    ).format(ui_icon("download", size=16), label, ui_icon("chev-d", size=16), label, links)


def copy_button(text: str, label: str) -> Markup:
    """A button that copies."""
    return Markup('<button type="button" class="btn btn--sm" data-copy="{}" data-copied="{}">{}</button>').format(
        text, _("Kopieret"), label
    )
