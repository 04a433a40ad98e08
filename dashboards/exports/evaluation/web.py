"""The report as one HTML file: no script, nothing fetched, drawings inside."""

from __future__ import annotations

from markupsafe import Markup

from dashboards.exports.evaluation.blocks import Block, Code, Figure, Points, Report, Section, Table, Text
from dashboards.text import _, language
from dashboards.theme import LIGHT
from data.typed import possible

_STYLE = Markup(
    f"""
:root {{ color-scheme: light; --text: {LIGHT.text}; --muted: {LIGHT.muted}; --line: {LIGHT.grid}; --soft: {LIGHT.phase};
  --link: {LIGHT.improvement_text} }}
* {{ box-sizing: border-box }}
body {{ margin: 0; background: #fff; color: var(--text);
  font: 16px/1.5 "Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif }}
main {{ max-width: 860px; margin: 0 auto; padding: 24px 16px }}
h1 {{ font-size: 1.7rem; line-height: 1.2; margin: 0 }} h2 {{ font-size: 1.25rem; margin: 2rem 0 .4rem }}
p, ul {{ margin: .4rem 0 }} a {{ color: var(--link); overflow-wrap: anywhere }}
nav ul {{ columns: 18rem; padding-left: 1.2rem }} nav a {{ display: inline-block; padding: 4px 0 }}
a:focus-visible {{ outline: 3px solid #B5006D; outline-offset: 2px }}
.stamp {{ background: var(--text); color: #fff; font-weight: 600; padding: 2px 10px; border-radius: 4px }}
.head {{ display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: start }} .head h1 {{ flex: 1 1 16rem }}
.muted, .small, figcaption {{ color: var(--muted) }} .small, figcaption {{ font-size: .88rem }}
.lead {{ font-size: 1.08rem; font-weight: 600 }} .warning {{ border-left: 4px solid var(--text); padding-left: 12px }}
figure {{ margin: 1rem 0; overflow-x: auto }}
figure svg {{ width: 100%; height: auto; min-width: 520px; display: block }}
.wide {{ overflow-x: auto; margin: .8rem 0 }}
table {{ border-collapse: collapse; width: 100%; font-size: .9rem }}
caption {{ text-align: left; font-weight: 600; padding: 4px 0 }}
th, td {{ text-align: left; vertical-align: top; padding: 5px 8px; border-bottom: 1px solid var(--line) }}
thead th {{ background: var(--soft) }} .n {{ text-align: right; white-space: nowrap }}
tr.main > * {{ font-weight: 700; background: var(--soft) }}
tr.invalid > * {{ color: var(--muted); font-style: italic;
  background: repeating-linear-gradient(135deg, #fff 0 6px, var(--soft) 6px 9px) }}
pre {{ background: var(--soft); padding: 10px 12px; margin: .3rem 0 .8rem; overflow-x: auto; white-space: pre-wrap;
  overflow-wrap: anywhere; font-size: .88rem }}
footer {{ border-top: 1px solid var(--line); margin-top: 2rem; padding-top: .6rem; font-size: .85rem;
  color: var(--muted) }}
@media print {{ main {{ max-width: none; padding: 0 }} h2 {{ break-after: avoid }} figure, tr {{ break-inside: avoid }}
  nav {{ display: none }} figure svg {{ min-width: 0 }} }}
"""
)


def report_html(report: Report) -> str:
    """The report as a document that needs nothing beside it."""
    stamp = Markup('<span class="stamp">{}</span>').format(report.stamp) if report.stamp else Markup("")
    contents = Markup("").join(
        Markup('<li><a href="#{}">{}</a></li>').format(section.key, section.heading) for section in report.sections
    )
    body = Markup(
        '<header><p class="muted">{}</p><div class="head"><h1>{}</h1>{}</div><p class="muted">{}</p></header>'
        '<nav aria-label="{}"><ul>{}</ul></nav>{}{}'
    ).format(
        report.title,
        report.headline,
        stamp,
        report.subtitle,
        _("Indhold"),
        contents,
        Markup("").join(_section(section) for section in report.sections),
        _footer(report),
    )
    return possible(
        Markup(
            '<!doctype html>\n<html lang="{}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="generator" content="Tavle"><meta name="description" content="{}"><title>{}</title>'
            "<style>{}</style></head><body><main>{}</main></body></html>\n"
        ).format(language(), report.headline, report.title, _STYLE, body)
    )


def _section(section: Section) -> Markup:
    inside = Markup("").join(block_html(block) for block in section.blocks)
    return Markup('<section aria-labelledby="{0}"><h2 id="{0}">{1}</h2>{2}</section>').format(
        section.key, section.heading, inside
    )


def block_html(block: Block) -> Markup:
    """One block; the pages of the board draw theirs by the same function."""
    if isinstance(block, Text):
        return Markup('<p class="{}">{}</p>').format(block.tone, block.words)
    if isinstance(block, Points):
        items = Markup("").join(Markup("<li>{}</li>").format(item) for item in block.items)
        return Markup("<ul>{}</ul>").format(items)
    if isinstance(block, Code):
        return Markup('<p class="small">{}</p><pre>{}</pre>').format(block.name, block.text)
    if isinstance(block, Figure):
        note = Markup("<br>{}").format(block.note) if block.note else Markup("")
        return Markup("<figure>{}<figcaption><b>{}</b>{}</figcaption></figure>").format(block.svg, block.title, note)
    return table_html(block)


def table_html(table: Table) -> Markup:
    """A table whose first column names its rows; rows that are not valid say so in words too."""
    heads = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(_number(table, at), column)
        for at, column in enumerate(table.columns)
    )
    rows = Markup("")
    for place, row in enumerate(table.rows):
        mark = table.mark(place)
        cells = Markup("").join(
            Markup("<td{}>{}</td>").format(_number(table, at), cell) for at, cell in enumerate(row[1:], start=1)
        )
        rows += Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(
            Markup(' class="{}"').format(mark) if mark else Markup(""), row[0], cells
        )
    return Markup(
        '<div class="wide"><table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(table.caption, heads, rows)


def _number(table: Table, at: int) -> Markup:
    return Markup(' class="n"') if at >= table.first_number else Markup("")


def _footer(report: Report) -> Markup:
    *others, (name, link) = report.facts
    shown = Markup('<a href="{0}">{0}</a>').format(link) if link.startswith("http") else link
    mark = Markup("<p><b>{}</b></p>").format(report.stamp_line) if report.stamp_line else Markup("")
    said = " · ".join(f"{label}: {text}" for label, text in others)
    return Markup("<footer>{}<p>{}</p><p>{}: {}</p></footer>").format(mark, said, name, shown)
