"""The checked file as a table: errors first, each explained in the row it concerns."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from dashboards.figures.icons import ui_icon
from dashboards.text import _, language, ngettext, number, percent, period_text
from etl.report import ROW_STATUS_NAMES, CheckedRow, Figures, Finding, RowStatus
from indicators.definition import PeriodKind

# More rows than this help nobody on a page; the rest is counted in words.
MOST_ROWS = 400
MOST_LISTED = 50
STATUS_ORDER = (RowStatus.ERROR, RowStatus.WARNING, RowStatus.CHANGED, RowStatus.NEW, RowStatus.UNCHANGED)
_ICONS = {
    RowStatus.ERROR: ("x", "err", "is-fejl"),
    RowStatus.WARNING: ("warn", "warn", "is-advarsel"),
    RowStatus.CHANGED: ("edit", "chg", "is-aendret"),
    RowStatus.NEW: ("plus", "new", "is-ny"),
    RowStatus.UNCHANGED: ("check", "same", "is-uaendret"),
}


def status_word(status: RowStatus) -> Markup:
    """Icon and word; colour only repeats them."""
    icon, tone, _row = _ICONS[status]
    return Markup('<span class="st st--{}">{}{}</span>').format(
        tone, ui_icon(icon, size=16), ROW_STATUS_NAMES[status].say(language())
    )


def _figure(value: float | None, decimals: int | None = None) -> str:
    if value is None:
        return "–"
    if decimals is None:
        decimals = 0 if float(value).is_integer() else 1
    return number(value, decimals)


def _shown(figures: Figures | None, row: CheckedRow) -> str:
    value = None if figures is None else figures.shown(row.per)
    if value is None:
        return "–"
    return percent(value, row.decimals) if row.per == 100 and row.denominator else number(value, row.decimals)


def _explanation(findings: Sequence[Finding]) -> Markup:
    said = language()
    return Markup("").join(
        Markup("<p><b>{}</b> {}</p>").format(finding.sentence(said), finding.mend_text(said)) for finding in findings
    )


def _row(row: CheckedRow, findings: Sequence[Finding], *, is_valued: bool, has_sd: bool) -> Markup:
    _icon, _tone, css = _ICONS[row.status]
    said = language()
    name = row.indicator_name.say(said) if row.indicator_name else row.indicator
    # Departments share names across hospitals; the code tells them apart.
    unit = f"{row.unit_name.say(said)} · {row.unit}" if row.unit_name else row.unit
    period = period_text(row.period, PeriodKind(row.period_kind)) if row.period else row.written.get("period", "")
    cells = (
        Markup(
            '<td class="num rowno" data-label="{}">{}</td><td>{}</td>'
            '<th scope="row">{}<small>{}</small></th><td>{}</td>'
        ).format(_("Række"), row.row, status_word(row.status), name, unit, period)
        + (
            Markup("")
            if is_valued
            else Markup('<td class="num" data-label="{}">{}</td><td class="num" data-label="{}">{}</td>').format(
                _("Tæller"),
                _figure(row.numerator) if row.numerator is not None else row.written.get("numerator", "–"),
                _("Nævner"),
                _figure(row.denominator) if row.denominator is not None else row.written.get("denominator", "–"),
            )
        )
        + Markup('<td class="num val" data-label="{}">{}</td><td class="num old" data-label="{}">{}</td>').format(
            _("Værdi"), _shown(row.figures, row), _("Gemt før"), _shown(row.before, row)
        )
    )
    if has_sd:
        cells += Markup('<td class="num" data-label="{}">{}</td>').format(_("Standardafvigelse"), _figure(row.sd))
    markup = Markup('<tr class="{}">{}</tr>').format(css, cells)
    if findings:
        tone = "" if row.status is RowStatus.ERROR else " explain--warn"
        markup += Markup('<tr class="explain{}"><td></td><td colspan="{}">{}</td></tr>').format(
            tone, 5 + 2 * (not is_valued) + has_sd, _explanation(findings)
        )
    return markup


def delivery_grid(rows: Sequence[CheckedRow], findings: Sequence[Finding]) -> Markup:
    """Rows with errors first, then warnings, changed, new, unchanged; each finding under its row.

    Columns: row number as in the spreadsheet, status, indicator and unit, period, numerator, denominator, value, and
    the value that is stored today. Every text is escaped: a cell is somebody else's words.
    """
    by_row: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.row is not None:
            by_row.setdefault(finding.row, []).append(finding)
    ordered = sorted(rows, key=lambda row: (STATUS_ORDER.index(row.status), row.row))
    is_valued = bool(rows) and all(row.denominator is None and "denominator" not in row.written for row in rows)
    heads = [(_("Række"), "num"), (_("Status"), ""), (_("Måling"), ""), (_("Periode"), "")]
    if not is_valued:
        heads += [(_("Tæller"), "num"), (_("Nævner"), "num")]
    heads += [(_("Værdi"), "num"), (_("Gemt før"), "num")]
    has_sd = any(row.sd is not None for row in rows)
    if has_sd:
        heads.append((_("Standardafvigelse"), "num"))
    head = Markup("").join(Markup('<th scope="col" class="{}">{}</th>').format(css, word) for word, css in heads)
    body = Markup("").join(
        _row(row, by_row.get(row.row, ()), is_valued=is_valued, has_sd=has_sd) for row in ordered[:MOST_ROWS]
    )
    hidden = len(ordered) - MOST_ROWS
    more = (
        Markup('<p class="note pad">{}</p>').format(
            ngettext(
                "{count} række mere er kontrolleret, men ikke vist.",
                "{count} rækker mere er kontrolleret, men ikke vist.",
                hidden,
            ).format(count=number(hidden))
        )
        if hidden > 0
        else Markup("")
    )
    return Markup(
        '<div class="tbl-wrap gridscroll" tabindex="0" role="region" aria-label="{label}">'
        '<table class="tbl tbl--compact tbl--grid"><caption class="visually-hidden">{caption}</caption>'
        "<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}"
    ).format(
        label=_("Filens rækker"),
        caption=_("Filens rækker, fejl først"),
        head=head,
        body=body,
        more=more,
    )


def finding_list(findings: Sequence[Finding], css: str) -> Markup:
    """Findings that concern no row that could be read, as a list: sentence, then mend. The first fifty are enough."""
    said = language()
    items = Markup("").join(
        Markup("<li><b>{}</b> {}</li>").format(finding.sentence(said), finding.mend_text(said))
        for finding in findings[:MOST_LISTED]
    )
    if len(findings) > MOST_LISTED:
        rest = _("… og {count} fund mere.").format(count=number(len(findings) - MOST_LISTED))
        items += Markup("<li>{}</li>").format(rest)
    return Markup('<ul class="{}">{}</ul>').format(escape(css), items)
