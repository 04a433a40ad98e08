"""What stands beside a series as HTML: small multiples with their table, and what next month would have to be."""

from __future__ import annotations

from markupsafe import Markup

from dashboards.figures.icons import ui_icon
from dashboards.presenters.series_beside import Outlook, Sister, Sisters, more_words
from dashboards.text import _

FORM = "indicator-sisters-form"
CHARTS = "indicator-sisters-charts"
TABLE = "indicator-sisters-table"
ALL, FREE, SAME = "all", "free", "same"


def sisters_markup(found: Sisters | None) -> Markup:
    """The card of units to compare with; nothing where there is nothing to compare."""
    if found is None:
        return Markup("")
    if found.nothing:
        return Markup('<section class="card mt-4"><h2>{}</h2><p class="muted f-13 mt-2">{}</p></section>').format(
            found.title, found.nothing
        )
    cards = Markup("").join(_card(one) for one in found.rows)
    more = Markup("")
    if found.n_more:
        more = Markup('<p class="mt-2 no-print">{}</p>').format(_press(ALL, more_words(found.n_more)))
    free = _press(
        _step(FREE if not found.is_free else SAME, found.is_all),
        _("Fri akse"),
        pressed=found.is_free,
    )
    swap = Markup(
        '<button type="button" class="btn btn--sm" data-swap="{} {}" aria-pressed="false" aria-controls="{}">'
        "{}{}</button>"
    ).format(CHARTS, TABLE, TABLE, ui_icon("table", size=16), _("Enhederne som tabel"))
    return Markup(
        '<section class="card mt-4 sis" aria-labelledby="h-sis"><div class="sis__h"><h2 id="h-sis">{}</h2>'
        '<p class="f-13 muted">{}</p><span class="row push no-print">{}{}</span></div>'
        '<ul class="sis__g" id="{}">{}</ul><div class="is-away sis__t" id="{}">{}</div>{}</section>'
    ).format(found.title, found.lead, free, swap, CHARTS, cards, TABLE, _table(found), more)


def _step(step: str, is_all: bool) -> str:
    return f"{step} {ALL}" if is_all else step


def _press(step: str, words: str, *, pressed: bool | None = None) -> Markup:
    state = Markup("") if pressed is None else Markup(' aria-pressed="{}"').format("true" if pressed else "false")
    return Markup('<button type="button" class="btn btn--sm" form="{}" data-press="{}"{}>{}</button>').format(
        FORM, step, state, words
    )


def _card(one: Sister) -> Markup:
    name = Markup('<a href="{}">{}</a>').format(one.href, one.name)
    if one.is_own:
        name = Markup('<b class="sis__own">{}</b>').format(one.name)
    return Markup(
        '<li class="sis__c"><div class="sis__n"><h3>{}</h3><span class="sis__i">{}</span></div>'
        '<p class="f-12 muted">{}</p>{}</li>'
    ).format(name, one.icons, one.line, one.chart)


def _table(found: Sisters) -> Markup:
    heads = Markup("").join(Markup('<th scope="col">{}</th>').format(head) for head in found.heads)
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            one.name, Markup("").join(Markup("<td>{}</td>").format(cell) for cell in one.cells)
        )
        for one in found.rows
    )
    return Markup(
        '<div class="tbl-wrap" tabindex="0" role="region" aria-label="{0}"><table class="tbl tbl--compact">'
        '<caption class="visually-hidden">{0}</caption><thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>'
    ).format(_("{title} som tabel").format(title=found.title), heads, rows)


def outlook_markup(told: Outlook | None) -> Markup:
    """Two disclosures under the boxes: what comes next, and how far the chart can be trusted."""
    if told is None:
        return Markup("")
    seen = Markup("").join(Markup("<p>{}</p>").format(text) for text in told.detectability)
    then = Markup("<h3>{}</h3>{}").format(_("Hvor hurtigt ses en ændring?"), seen) if seen else Markup("")
    cautions = Markup("").join(Markup("<li>{}</li>").format(text) for text in told.cautions)
    fits = (
        Markup('<ul class="outl__l">{}</ul>').format(cautions)
        if cautions
        else Markup("<p>{}</p>").format(_("Der er ikke fundet noget, som taler imod diagrammet."))
    )
    count = Markup(' <span class="badge badge--warn">{}</span>').format(len(told.cautions)) if cautions else Markup("")
    return Markup(
        '<details class="disc"><summary>{}</summary><div class="outl"><p>{}</p>{}</div></details>'
        '<details class="disc"><summary>{}{}</summary><div class="outl"><p class="muted">{}</p>{}</div></details>'
    ).format(
        _("Hvad skal der til næste gang?"), told.next_value, then, _("Passer diagrammet til tallene?"), count,
        told.rules, fits,
    )  # fmt: skip
