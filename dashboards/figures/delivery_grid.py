"""The checked file as a table: errors first, each explained and mended in the row it concerns."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from dashboards.figures.icons import ui_icon
from dashboards.text import _, language, ngettext, number, percent, period_text
from etl.extract.columns import FIELDS, NAMES
from etl.extract.options import Edits
from etl.report import ROW_STATUS_NAMES, CheckedRow, Figures, Finding, RowStatus
from indicators.definition import PeriodKind

FIRST_ROWS = 200  # drawn at once; each press of »Vis flere« draws as many again
MOST_LISTED = 50
STATUS_ORDER = (RowStatus.ERROR, RowStatus.WARNING, RowStatus.CHANGED, RowStatus.NEW, RowStatus.UNCHANGED)
_ICONS = {
    RowStatus.ERROR: ("x", "err", "is-fejl"),
    RowStatus.WARNING: ("warn", "warn", "is-advarsel"),
    RowStatus.CHANGED: ("edit", "chg", "is-aendret"),
    RowStatus.NEW: ("plus", "new", "is-ny"),
    RowStatus.UNCHANGED: ("check", "same", "is-uaendret"),
}
_FIGURES = ("numerator", "denominator", "value", "sd")
_NO_FINDINGS: Mapping[int, Sequence[Finding]] = {}


@dataclass(frozen=True, slots=True)
class Desk:
    """What a person may do in the table, and has done.

    Parameters
    ----------
    columns : the file's own name of each field that it has; a figure in another column (months as columns) is mended
        under that column's name
    edits : what was mended so far
    is_editable : False where the figures are typed elsewhere: only warnings can be confirmed then
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    edits: Edits = field(default_factory=Edits)
    is_editable: bool = True

    def field_of(self, finding: Finding) -> str:
        """The key of the cell a finding is about: a field, or the file's own column; empty where it has no cell."""
        for name in FIELDS:
            if finding.column in {self.columns.get(name), NAMES[name].da}:
                return name
        return finding.column


def status_word(status: RowStatus) -> Markup:
    """Icon and word; colour only repeats them."""
    icon, tone, _row = _ICONS[status]
    return Markup('<span class="st st--{}">{}{}</span>').format(
        tone, ui_icon(icon, size=16), ROW_STATUS_NAMES[status].say(language())
    )


def chips(counts: Mapping[RowStatus, int], chosen: RowStatus | None) -> Markup:
    """Buttons that filter the rows, each with its count. A status no row has is left out, but not the chosen one."""
    total = sum(counts.values())
    buttons = [_chip("", Markup(escape(_("Alle"))), total, is_pressed=chosen is None)]
    buttons += [
        _chip(str(status), status_word(status), counts.get(status, 0), is_pressed=chosen is status)
        for status in STATUS_ORDER
        if counts.get(status) or chosen is status
    ]
    return Markup('<div class="row row--wrap" role="group" aria-label="{}">{}</div>').format(
        _("Vis rækker"), Markup("").join(buttons)
    )


def _chip(value: str, word: Markup, count: int, *, is_pressed: bool) -> Markup:
    return Markup(
        '<button type="button" class="chip chip--sm" data-do="show" data-value="{}" data-key="chip-{}" '
        'aria-pressed="{}">{} <b>{}</b></button>'
    ).format(value, value, "true" if is_pressed else "false", word, number(count))


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
    if row.per == 100 and row.denominator:
        # A percentage of fewer than fifty says no tenths.
        of = figures.denominator if figures is not None and figures.denominator else row.denominator
        return percent(value, 0 if of < 50 else row.decimals)
    return number(value, row.decimals)


def _name(row: CheckedRow) -> str:
    return row.indicator_name.say(language()) if row.indicator_name else row.indicator


def _field(row: CheckedRow, name: str, text: str, wrong: bool, described: bool) -> Markup:
    """A cell one can write in, named for a screen reader by its row and column."""
    invalid = Markup(' aria-invalid="true"') if wrong else Markup("")
    about = Markup(' aria-describedby="why-{}"').format(row.row) if described else Markup("")
    label = _("Række {row}, {column}").format(row=row.row, column=_column(name))
    return Markup(
        '<input class="mend{}" type="text" autocomplete="off" data-row="{}" data-part="{}" data-key="{}-{}" '
        'value="{}" aria-label="{}"{}{}>'
    ).format(
        "" if name in _FIGURES else " mend--wide", row.row, name, row.row, name, text, label, invalid, about
    )  # fmt: skip


def _column(name: str) -> str:
    return NAMES[name].say(language()) if name in NAMES else name


def _text(row: CheckedRow, name: str, desk: Desk) -> str:
    return desk.edits.cells.get((row.row, name), row.written.get(name, ""))


def _cells(row: CheckedRow, findings: Sequence[Finding], desk: Desk, shape: _Shape) -> Markup:
    said = language()
    wrong = {desk.field_of(finding) for finding in findings if finding.is_error}
    touched = {desk.field_of(finding) for finding in findings}
    edited = {name for number, name in desk.edits.cells if number == row.row}
    is_open = desk.is_editable and bool(findings or edited)

    def cell(name: str, text: str, *, always: bool = False) -> str | Markup:
        has_cell = name in desk.columns or name in row.written
        if is_open and has_cell and (always or name in touched | edited):
            return _field(row, name, _text(row, name, desk), name in wrong, bool(findings))
        return text

    unit = f"{row.unit_name.say(said)} · {row.unit}" if row.unit_name else row.unit
    small = Markup("<small>{}</small>").format(cell("unit", unit)) if shape.has_units or "unit" in touched else ""
    period = period_text(row.period, PeriodKind(row.period_kind)) if row.period else row.written.get("period", "")
    markup = Markup(
        '<td class="num rowno" data-label="{}">{}</td><td>{}</td><th scope="row">{}{}</th><td>{}</td>'
    ).format(_("Række"), row.row, status_word(row.status), cell("indicator", _name(row)), small, cell("period", period))
    figures = {"numerator": row.numerator, "denominator": row.denominator, "value": row.value, "sd": row.sd}
    written = {name: _figure(v) if v is not None else row.written.get(name) or "–" for name, v in figures.items()}
    if shape.has_pairs:
        for name, label in (("numerator", _("Tæller")), ("denominator", _("Nævner"))):
            markup += Markup('<td class="num" data-label="{}">{}</td>').format(
                label, cell(name, written[name], always=bool(touched & set(_FIGURES)))
            )
    # What is wrong has no value yet.
    shown = "–" if row.status is RowStatus.ERROR else _shown(row.figures, row)
    markup += Markup('<td class="num val" data-label="{}">{}</td>').format(
        _("Værdi"), cell("value", shown, always=not shape.has_pairs and bool(touched & {*_FIGURES}))
    )
    markup += Markup('<td class="num old" data-label="{}">{}</td>').format(_("Gemt før"), _shown(row.before, row))
    if shape.has_sd:
        markup += Markup('<td class="num" data-label="{}">{}</td>').format(
            _("Standardafvigelse"), cell("sd", written["sd"])
        )
    return markup


def _why(row: CheckedRow, findings: Sequence[Finding], desk: Desk) -> Markup:
    """What is wrong with a row, in words, and what one can press."""
    said = language()
    lines = []
    for position, finding in enumerate(findings):
        here = Markup("<b>{}</b> {}").format(finding.sentence(said), finding.mend_text(said))
        name = desk.field_of(finding)
        if desk.is_editable and finding.is_error and name not in desk.columns and name:
            # Months as columns: the cell has no column of its own in this table.
            here += Markup(" ") + _field(row, name, _text(row, name, desk), True, True)
        lines.append(here + _buttons(row, finding, position, desk))
    edited = {name: text for (number, name), text in desk.edits.cells.items() if number == row.row}
    if desk.is_editable:
        acts = Markup("")
        if any(finding.is_error for finding in findings):
            acts += _button("leave-out", _("Udelad rækken"), row.row, quiet=True)
        if edited:
            changes = ", ".join(f"{_column(name)}: {text or '–'}" for name, text in edited.items())
            acts += Markup(' <span class="muted">{}</span>').format(_("Rettet her: {changes}").format(changes=changes))
            acts += _button("forget", _("Fortryd rettelsen"), row.row, quiet=True)
        lines = [*lines[:-1], lines[-1] + acts] if lines else [acts] if acts else []
    return Markup("").join(Markup("<p>{}</p>").format(line) for line in lines)


def _buttons(row: CheckedRow, finding: Finding, position: int, desk: Desk) -> Markup:
    if finding.suggestion and desk.is_editable:
        texts = {name: text for name, text in finding.suggestion.items() if text is not None}
        label = _("Ret til {changes}").format(
            changes=", ".join(f"{_column(name)} {text}" for name, text in texts.items())
        )
        if set(texts) == {"numerator", "denominator"}:
            label = _("Byt om til {numerator} af {denominator}").format(**texts)
        return Markup(" ") + _button("mend", label, row.row, json.dumps(list(texts.items()), ensure_ascii=False))
    if not finding.is_error:
        checked = finding.is_confirmed or (row.row, finding.code) in desk.edits.confirmed
        return Markup(
            ' <label class="check"><input type="checkbox" data-confirm="{}" data-row="{}" data-key="ok-{}-{}"{}> '
            "<b>{}</b></label>"
        ).format(
            finding.code,
            row.row,
            row.row,
            position,
            Markup(" checked") if checked else Markup(""),
            _("Ja, tallet er rigtigt"),
        )
    return Markup("")


def _button(what: str, label: str, row: int, value: str = "", *, quiet: bool = False) -> Markup:
    return Markup(
        '<button type="button" class="btn btn--sm{}" data-do="{}" data-row="{}" data-value="{}" data-key="{}-{}">{}'
        "</button>"
    ).format(" btn--quiet" if quiet else "", what, row, value, what, row, label)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which columns the table needs."""

    has_pairs: bool
    has_units: bool
    has_sd: bool


def _row(row: CheckedRow, findings: Sequence[Finding], desk: Desk, shape: _Shape) -> Markup:
    css = _ICONS[row.status][2]
    markup = Markup('<tr class="{}" data-row="{}">{}</tr>').format(css, row.row, _cells(row, findings, desk, shape))
    why = _why(row, findings, desk)
    if why:
        tone = {RowStatus.ERROR: "", RowStatus.WARNING: " explain--warn"}.get(row.status, " explain--done")
        markup += Markup(
            '<tr class="explain{}" data-row="{}"><td></td><td colspan="{}" id="why-{}">{}</td></tr>'
        ).format(tone, row.row, 5 + 2 * shape.has_pairs + shape.has_sd, row.row, why)
    return markup


def by_row(findings: Iterable[Finding]) -> dict[int, list[Finding]]:
    """The findings of each row, in their order."""
    found: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.row is not None:
            found.setdefault(finding.row, []).append(finding)
    return found


def delivery_grid(
    rows: Sequence[CheckedRow],
    findings: Mapping[int, Sequence[Finding]] = _NO_FINDINGS,
    *,
    desk: Desk | None = None,
    n_hidden: int = 0,
) -> Markup:
    """The rows as they are given, each finding under its row; `n_hidden` more can be asked for.

    Columns: row number as in the spreadsheet, status, indicator, period, numerator, denominator, value, and the value
    that is stored today; the unit where there are several. Every text is escaped: a cell is somebody else's words.
    """
    desk = desk or Desk()
    shape = _Shape(
        has_pairs=not rows or any(row.denominator is not None or row.written.get("denominator") for row in rows),
        has_units=len({row.unit for row in rows}) > 1,
        has_sd=any(row.sd is not None for row in rows),
    )
    heads = [(_("Række"), "num"), (_("Status"), ""), (_("Måling"), ""), (_("Periode"), "")]
    if shape.has_pairs:
        heads += [(_("Tæller"), "num"), (_("Nævner"), "num")]
    heads += [(_("Værdi"), "num"), (_("Gemt før"), "num")]
    if shape.has_sd:
        heads.append((_("Standardafvigelse"), "num"))
    head = Markup("").join(Markup('<th scope="col" class="{}">{}</th>').format(css, word) for word, css in heads)
    lines = Counter(row.row for row in rows)
    told: set[int] = set()
    body = []
    for row in rows:
        # A row of a sheet with months as columns gives several lines; what is wrong with it is said once.
        is_place = lines[row.row] == 1 or (row.row not in told and row.status in {RowStatus.ERROR, RowStatus.WARNING})
        mine = findings.get(row.row, ()) if is_place else ()
        told |= {row.row} if mine else set()
        body.append(_row(row, mine, desk, shape))
    more = Markup("")
    if n_hidden > 0:
        text = ngettext("{count} række mere", "{count} rækker mere", n_hidden).format(count=number(n_hidden))
        more = Markup(
            '<p class="more"><span class="muted">{}</span> <button type="button" class="btn btn--sm" data-do="more" '
            'data-value="{}" data-key="more">{}</button></p>'
        ).format(text, len(rows) + FIRST_ROWS, _("Vis flere"))
    return Markup(
        '<div class="tbl-wrap gridscroll" tabindex="0" role="region" aria-label="{label}">'
        '<table class="tbl tbl--compact tbl--grid"><caption class="visually-hidden">{caption}</caption>'
        "<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}</div>"
    ).format(
        label=_("Filens rækker"),
        caption=_("Filens rækker, fejl først"),
        head=head,
        body=Markup("").join(body),
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
