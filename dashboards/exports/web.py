"""One series or a board pack as one HTML file: no script, nothing fetched, the words and tables of the page.

It opens in any browser without a connection, prints well, and can be read with a screen reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from dashboards.components.term import FirstMention
from dashboards.exports.pictograms import assurance_picture, variation_picture
from dashboards.exports.picture import chart_svg
from dashboards.exports.words import boxes, front_note, note_tail, phase_text
from dashboards.text import _, language, pgettext
from dashboards.theme import LIGHT
from data.catalogue.glossary import term as term_of
from data.typed import possible

if TYPE_CHECKING:
    from dashboards.presenters.board_pack import Pack
    from dashboards.presenters.exported import Sheet

_STYLE = Markup(
    f"""
:root {{ color-scheme: light; --text: {LIGHT.text}; --muted: {LIGHT.muted}; --line: {LIGHT.grid}; --soft: {LIGHT.phase};
  --link: {LIGHT.improvement_text} }}
* {{ box-sizing: border-box }}
body {{ margin: 0; background: #fff; color: var(--text);
  font: 16px/1.45 "Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif }}
main {{ max-width: 1080px; margin: 0 auto; padding: 24px 16px }}
h1 {{ font-size: 1.6rem; line-height: 1.2; margin: 0 }} h2 {{ font-size: 1.05rem; margin: 1.2rem 0 .3rem }}
p {{ margin: .3rem 0 }} a {{ color: var(--link); overflow-wrap: anywhere }}
a:focus-visible, summary:focus-visible {{ outline: 3px solid #B5006D; outline-offset: 2px }}
.head {{ display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center }} .head h1 {{ flex: 1 1 16rem }}
.stamp {{ background: var(--text); color: #fff; font-weight: 600; padding: 2px 10px; border-radius: 4px }}
.muted, .facts {{ color: var(--muted) }} .small, .facts {{ font-size: .85rem }}
.chart {{ overflow-x: auto }} .chart svg {{ display: block; width: 100%; min-width: 560px; height: auto }}
.boxes {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 0 24px }}
.wide {{ overflow-x: auto }}
table {{ border-collapse: collapse; width: 100%; font-size: .9rem }}
th, td {{ text-align: left; vertical-align: top; padding: 5px 8px; border-bottom: 1px solid var(--line) }}
thead th, .goal th {{ background: var(--soft) }} td.n {{ text-align: right; white-space: nowrap }}
caption {{ text-align: left; font-weight: 600; padding: 4px 0 }}
th > a {{ display: inline-block; padding: 8px 0 }}
.hit {{ font-weight: 600 }} .icons svg {{ vertical-align: -6px; margin-right: 4px }}
details {{ margin-top: 1rem }} summary {{ cursor: pointer; font-weight: 600; min-height: 44px; padding: 10px 0 }}
section + section {{ border-top: 2px solid var(--text); margin-top: 40px; padding-top: 24px }}
@media (forced-colors: active) {{ .chart, .icons {{ forced-color-adjust: none; background: #fff }} }}
@media print {{ section {{ break-before: page; border: 0 !important }} section:first-of-type {{ break-before: auto }}
  main {{ max-width: none; padding: 0 }} .chart svg {{ min-width: 0 }} }}
"""
)


def series_html(sheet: Sheet) -> str:
    """One series."""
    first = _explained()
    return _document(sheet.title, sheet.subtitle, _sheet(sheet, first) + _words(first))


def pack_html(pack: Pack) -> str:
    """The front page with links, then a part per series."""
    first = _explained()
    parts = Markup("").join(_sheet(sheet, first, at) for at, sheet in enumerate(pack.sheets)) + _words(first)
    return _document(pack.title, pack.subtitle, _front(pack) + parts)


def _document(title: str, about: str, body: Markup) -> str:
    return possible(
        Markup(
            '<!doctype html>\n<html lang="{}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="generator" content="Tavle"><meta name="description" content="{}"><title>{}</title>'
            "<style>{}</style></head><body><main>{}</main></body></html>\n"
        ).format(language(), about, title, _STYLE, body)
    )


def _front(pack: Pack) -> Markup:
    anchors = {sheet.key: f"#s{at}" for at, sheet in enumerate(pack.sheets)}
    heads = pack.columns or (_("Signal og seneste værdi"),)
    rows = Markup("")
    for group in pack.groups:
        rows += Markup('<tr class="goal"><th colspan="{}" scope="rowgroup">{}</th></tr>').format(
            len(heads) + 1, group.name
        )
        for row in group.rows:
            unit = Markup('<br><span class="muted small">{}</span>').format(row.unit_of_measure)
            cells = Markup("").join(
                Markup("<td>{}</td>").format("–" if sheet is None else _cell(sheet, anchors[sheet.key]))
                for sheet in row.sheets
            )
            rows += Markup('<tr><th scope="row">{}{}</th>{}</tr>').format(
                row.name, unit if row.unit_of_measure else "", cells
            )
    columns = Markup("").join(Markup('<th scope="col">{}</th>').format(head) for head in heads)
    return Markup(
        '<section aria-labelledby="front"><div class="head"><h1 id="front">{}</h1>{}</div><p class="muted">{}</p>'
        '<div class="wide"><table><caption>{}</caption><thead><tr><th scope="col">{}</th>{}</tr></thead>'
        '<tbody>{}</tbody></table></div><p class="small muted">{}</p>{}</section>'
    ).format(
        pack.title,
        _stamp(" · ".join(pack.stamps)),
        pack.subtitle,
        _("Målingerne i pakken"),
        pgettext("a series", "Måling"),
        columns,
        rows,
        front_note(),
        _facts(pack.facts, pack.stamp_lines),
    )


def _cell(sheet: Sheet, anchor: str) -> Markup:
    words = " · ".join(part for part in (sheet.latest_period, sheet.signal_words) if part)
    return Markup(
        '<a href="{}"><span class="icons">{}</span><b>{}</b></a><br><span class="muted small">{}</span>'
    ).format(anchor, _icons(sheet, 22), sheet.latest_short or _("Ingen data"), words)


EXPLAINED = (
    "tilfaeldig-variation", "laengste-serie", "kryds", "kontrolgraenser", "brugbare-datapunkter", "falsk-alarm",
    "regelsaet", "databrud", "aaben-maaned", "median", "maaltal", "landstal", "smaa-tal", "for-faa-data",
)  # fmt: skip


def _explained() -> FirstMention:
    """Words become links to the list of words at the end of the file, where each is mentioned first."""
    return FirstMention(*EXPLAINED, link=Markup('<a href="#ord-{}">{}</a>').format)


def _words(first: FirstMention) -> Markup:
    """The words of the file that are links, with their explanations."""
    rows = Markup("").join(
        Markup('<dt id="ord-{}" tabindex="-1"><b>{}</b></dt><dd>{}</dd>').format(
            one.key, one.name.say(language()), one.text.say(language())
        )
        for one in map(term_of, first.used)
    )
    if not rows:
        return rows
    return Markup('<section aria-labelledby="ord"><h1 id="ord">{}</h1><dl>{}</dl></section>').format(
        _("Ord i filen"), rows
    )


def _sheet(sheet: Sheet, first: FirstMention, at: int = 0) -> Markup:
    view = sheet.view
    chart = Markup("")
    if sheet.has_chart:
        chart = Markup('<figure class="chart" role="group" aria-label="{}">{}</figure>').format(
            _("Diagram"), chart_svg(sheet, label=sheet.alt)
        )
    said = Markup("").join(
        Markup("<div><h2>{}</h2>{}</div>").format(
            name, Markup("").join(Markup("<p>{}</p>").format(first(line)) for line in lines)
        )
        for name, lines in boxes(view.explanation)
    )
    return Markup(
        '<section aria-labelledby="s{0} p{0}"><div class="head"><span class="icons">{1}</span><h1 id="s{0}">{2}</h1>'
        '{3}</div><p class="muted" id="p{0}">{4}</p>{5}<p class="small muted">{6}</p><div class="boxes">{7}</div>'
        "{8}{9}{10}{11}{12}</section>"
    ).format(
        at,
        _icons(sheet, 32),
        sheet.title,
        _stamp(sheet.stamp),
        sheet.subtitle,
        chart,
        first(" · ".join(sheet.notes_of_chart)),
        said,
        _why(sheet, first),
        _notes(sheet),
        _twin(sheet),
        _about(sheet),
        _facts(sheet.facts, sheet.stamp_lines),
    )


def _why(sheet: Sheet, first: FirstMention) -> Markup:
    rows = Markup("").join(
        Markup('<tr{}><th scope="row">{}</th><td>{}</td></tr>').format(
            Markup(' class="hit"') if row.is_hit else "", first(row.label), row.value
        )
        for row in sheet.view.explanation.why
    )
    if not rows:
        return rows
    return Markup('<h2>{}</h2><div class="wide"><table><tbody>{}</tbody></table></div>').format(
        _("Hvorfor siger I det?"), rows
    )


def _notes(sheet: Sheet) -> Markup:
    notes = Markup("").join(
        Markup("<li><b>{}</b> {}: {} <span class='muted small'>{}</span></li>").format(
            note.letter, note.when, note.text, note_tail(note)
        )
        for note in sheet.view.notes
    )
    phases = Markup("").join(
        Markup("<li><b>{}</b> {} <span class='muted small'>{}</span></li>").format(
            phase.name, phase.span, phase_text(phase)
        )
        for phase in sheet.view.phases
    )
    said = Markup("<h2>{}</h2>").format(_("Noter"))
    said += (
        Markup("<ul>{}</ul>").format(notes)
        if notes
        else Markup("<p>{}</p>").format(_("Der er ingen noter på målingen."))
    )
    return said + (Markup("<h2>{}</h2><ul>{}</ul>").format(_("Faser"), phases) if phases else Markup(""))


def _twin(sheet: Sheet) -> Markup:
    table = sheet.view.table
    if not table.rows:
        return Markup("")
    words = len(table.heads) - 2
    heads = Markup("").join(Markup('<th scope="col">{}</th>').format(head) for head in table.heads)
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            row[0],
            Markup("").join(
                Markup("<td{}>{}</td>").format(Markup(' class="n"') if at < words else "", text)
                for at, text in enumerate(row[1:], start=1)
            ),
        )
        for row in table.rows
    )
    return Markup(
        '<details><summary>{}</summary><div class="wide"><table><caption>{}</caption><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div></details>"
    ).format(_("Tallene som tabel"), table.caption, heads, rows)


def _about(sheet: Sheet) -> Markup:
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th><td>{}{}</td></tr>').format(
            row.term, row.text, f" ({row.badge})" if row.badge else ""
        )
        for row in sheet.view.about
    )
    return Markup(
        '<details><summary>{}</summary><div class="wide"><table><tbody>{}</tbody></table></div></details>'
    ).format(_("Om målingen"), rows)


def _facts(facts: Sequence[tuple[str, str]], stamp_lines: Sequence[str]) -> Markup:
    marks = Markup("").join(Markup("<p><b>{}</b></p>").format(line) for line in stamp_lines)
    *others, (name, link) = facts
    shown = Markup('<a href="{0}">{0}</a>').format(link) if link.startswith("http") else link
    said = " · ".join(f"{label}: {text}" for label, text in others)
    return Markup('<footer class="facts">{}<p>{}</p><p>{}: {}</p></footer>').format(marks, said, name, shown)


def _stamp(words: str) -> Markup:
    return Markup('<span class="stamp">{}</span>').format(words) if words else Markup("")


def _icons(sheet: Sheet, size: int) -> Markup:
    if sheet.view.assessment is None:
        return Markup("")
    return variation_picture(sheet.variation, sheet.rising, size=size) + assurance_picture(
        sheet.assurance, sheet.direction, size=size
    )
