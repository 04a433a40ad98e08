"""Indberet: what is missing, what a file would do, and the receipt. No Dash here."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from dashboards.figures.delivery_grid import STATUS_ORDER, delivery_grid, finding_list, status_word
from dashboards.figures.icons import ui_icon
from dashboards.text import _, language, moment_text, month, ngettext, number, period_text
from data.access import Viewer
from data.queries import catalogue, coverage, deliveries, units
from data.store import Store
from etl import pipeline
from etl.extract.options import ReadAs
from etl.limits import Limits
from etl.report import Finding, Receipt, Report, RowStatus
from indicators.definition import Scope
from indicators.words import Words

Option = dict[str, str]
NOTHING = Markup("")


@dataclass(frozen=True, slots=True)
class StartView:
    """What the page says before a file is chosen."""

    lead: str
    indicator_options: list[Option]
    unit_options: list[Option]
    missing: Markup
    recent: Markup
    example: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """What the page says about a file. `state` is "checked", "refused" or "stopped" (personal data)."""

    state: str
    markup: Markup
    can_commit: bool
    why: str
    why_more: str
    button: str
    step_note: str


def start_view(store: Store, viewer: Viewer, *, today: date, deadline_day: int, timezone: str) -> StartView:
    """The oldest missing month in words, the choices for files without their own columns, and the latest deliveries."""
    said = language()
    mine = [unit for unit in units.visible(store, viewer, on=today) if viewer.may_deliver(unit.code)]
    local = sorted(
        (definition for definition in catalogue.indicators(store, viewer, scope=Scope.LOCAL)),
        key=lambda definition: definition.name.say(said),
    )
    missing = coverage.missing(
        store, viewer, frozenset(unit.code for unit in mine), today=today, deadline_day=deadline_day
    )
    return StartView(
        lead=missing_sentence(missing, len(mine)),
        indicator_options=[{"value": d.code, "label": f"{d.name.say(said)} ({d.code})"} for d in local],
        unit_options=[{"value": unit.code, "label": f"{unit.name.say(said)} ({unit.code})"} for unit in mine],
        missing=_missing(
            missing,
            {unit.code: unit.name.say(said) for unit in mine},
            {definition.code: definition.name.say(said) for definition in local},
        ),
        recent=_recent(store, viewer, timezone),
        example=_example(missing, today),
    )


def missing_sentence(missing: list[coverage.Missing], n_units: int) -> str:
    """ "I mangler oktober 2026 for 3 målinger", the oldest missing month first."""
    if not n_units:
        return _("Der er ingen enhed, du kan indberette for.")
    if not missing:
        return _("I mangler ingen måneder. Alle ventede tal er indberettet.")
    oldest = min(period for one in missing for period in one.periods)
    newest = max(period for one in missing for period in one.periods)
    if oldest == newest:
        text = ngettext(
            "I mangler {month} for {count} måling.", "I mangler {month} for {count} målinger.", len(missing)
        )
        return text.format(month=month(oldest, "long"), count=number(len(missing)))
    text = ngettext(
        "{count} måling mangler tal; den ældste måned er {month}.",
        "{count} målinger mangler tal; den ældste måned er {month}.",
        len(missing),
    )
    return text.format(month=month(oldest, "long"), count=number(len(missing)))


def _example(missing: list[coverage.Missing], today: date) -> str:
    """A delivery of two lines, for a series that is waited for where there is one."""
    year, before = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    indicator, unit, period = "TRYKSAAR", "NOH-KIR", f"{year}-{before:02d}"
    if missing:
        indicator, unit, period = missing[0].indicator_code, missing[0].unit_code, f"{missing[0].newest:%Y-%m}"
    head = (
        "indicator;unit;period;numerator;denominator" if language() == "en" else "indikator;enhed;periode;tæller;nævner"
    )
    return f"{head}\n{indicator};{unit};{period};41;48"


# The list is for this Monday; all of it belongs on a page of its own.
MOST_MISSING = 7


def _missing(missing: list[coverage.Missing], units: dict[str, str], indicators: dict[str, str]) -> Markup:
    """The series that wait for figures, the longest overdue first."""
    if not missing:
        return NOTHING
    body = Markup("").join(
        Markup('<tr><th scope="row">{}<small>{}</small></th><td>{}</td></tr>').format(
            indicators.get(one.indicator_code, one.indicator_code),
            f"{units[one.unit_code]} · {one.unit_code}" if one.unit_code in units else one.unit_code,
            _months(one),
        )
        for one in missing[:MOST_MISSING]
    )
    hidden = len(missing) - MOST_MISSING
    more = (
        Markup('<p class="note pad">{}</p>').format(
            ngettext("og {count} måling mere", "og {count} målinger mere", hidden).format(count=number(hidden))
        )
        if hidden > 0
        else NOTHING
    )
    return Markup(
        '<h2>{title}</h2><div class="card card--flush mt-2 tbl-wrap deliver__missing"><table class="tbl tbl--compact">'
        '<caption class="visually-hidden">{title}</caption><thead><tr><th scope="col">{series}</th>'
        '<th scope="col">{months}</th></tr></thead><tbody>{body}</tbody></table>{more}</div>'
    ).format(title=_("Mangler"), series=_("Måling"), months=_("Måneder"), body=body, more=more)


def _months(one: coverage.Missing) -> str:
    if len(one.periods) == 1:
        return period_text(one.oldest, one.kind)
    if len(one.periods) == 2:
        return f"{period_text(one.oldest, one.kind)}, {period_text(one.newest, one.kind)}"
    text = _("{count} fra {first} til {last}")
    return text.format(
        count=number(len(one.periods)),
        first=period_text(one.oldest, one.kind),
        last=period_text(one.newest, one.kind),
    )


def _recent(store: Store, viewer: Viewer, timezone: str) -> Markup:
    rows = deliveries.recent(store, viewer, limit=6)
    if not rows:
        return Markup('<p class="muted f-13">{}</p>').format(_("Her er ingen leveringer endnu."))
    head = Markup("").join(
        Markup('<th scope="col" class="{}">{}</th>').format(css, word)
        for word, css in (
            (_("Kvittering"), ""),
            (_("Modtaget"), ""),
            (_("Nye"), "num"),
            (_("Ændrede"), "num"),
        )
    )
    body = Markup("").join(
        Markup(
            '<tr><th scope="row">{}<small>{}</small></th><td>{}</td><td class="num">{}</td><td class="num">{}</td></tr>'
        ).format(
            row.receipt,
            _("trukket tilbage") if row.is_withdrawn else row.file_name,
            moment_text(row.recorded_at, timezone, style="day"),
            number(row.n_new),
            number(row.n_changed),
        )
        for row in rows
    )
    return Markup(
        '<table class="tbl tbl--compact"><caption class="visually-hidden">{}</caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table>"
    ).format(_("Seneste leveringer"), head, body)


# ------------------------------------------------------------------------------------------------- the file


def defaults_of(indicator: str | None, unit: str | None) -> dict[str, str] | None:
    """The choices for a file of one indicator in one unit; None where nothing was chosen."""
    chosen = {"indicator": indicator or "", "unit": unit or ""}
    given = {key: value for key, value in chosen.items() if value}
    return given or None


def content_of(file: Mapping[str, Any]) -> bytes | None:
    """The bytes the browser sent, or None where it sent none that can be read."""
    try:
        return base64.b64decode(str(file.get("content", "")), validate=True) if "content" in file else None
    except (binascii.Error, ValueError):
        return None


def check_file(
    store: Store,
    viewer: Viewer,
    file: Mapping[str, Any],
    *,
    today: date,
    limits: Limits,
    defaults: dict[str, str] | None,
    decimal: str | None,
) -> CheckView:
    """Check a file the browser holds; nothing is stored."""
    content = content_of(file)
    if content is None:
        return unread_view(file, limits)
    report = pipeline.check(
        store,
        viewer,
        content,
        str(file.get("name", "")),
        today=today,
        limits=limits,
        defaults=defaults,
        read_as=ReadAs(decimal=decimal or None),
    )
    return report_view(report, store, viewer)


def unread_view(file: Mapping[str, Any], limits: Limits) -> CheckView:
    """A file that never left the browser: over the limit, or not readable there."""
    if file.get("problem") == "too_large":
        title = _("Filen er for stor")
        text = _(
            "Den fylder {size} MB, og grænsen er {limit} MB. Del den op i flere filer, eller fjern kolonner og "
            "rækker, der ikke skal med."
        )
        text = text.format(size=number(float(file.get("size", 0)) / 1e6, 1), limit=number(limits.max_bytes / 1e6, 1))
    else:
        title = _("Filen kunne ikke læses")
        text = _("Browseren kunne ikke åbne filen. Luk den i andre programmer, og prøv igen.")
    return CheckView("refused", _stop(title, [text, _("Intet er gemt.")], "warn"), False, title, "", "", _("afvist"))


def report_view(report: Report, store: Store, viewer: Viewer) -> CheckView:
    if report.has_cpr:
        return _stopped(report)
    if not report.rows:
        return _refused(report)
    return _checked(report)


def _stop(title: str, lines: list[str], icon: str, more: Markup = NOTHING) -> Markup:
    text = Markup("").join(Markup("<p>{}</p>").format(line) for line in lines)
    return Markup(
        '<section class="stop" role="alert"><div class="stop__ico">{}</div>'
        '<div class="stop__t"><h2>{}</h2>{}{}</div></section>'
    ).format(ui_icon(icon), title, text, more)


def _stopped(report: Report) -> CheckView:
    """Personal data: the hard stop that cannot be overridden and shows no content of any cell."""
    said = language()
    found = [finding for finding in report.findings if finding.code == "cpr"]
    places = Markup("").join(
        Markup("<li>{}</li>").format(finding.place(said) or _("Filens navn eller indhold")) for finding in found[:50]
    )
    title = _("Filen er afvist: den ser ud til at indeholde CPR-numre")
    lines = [
        _("Tavle må kun modtage optalte tal, ingen oplysninger om enkelte patienter."),
        _("Intet er gemt, og filen er slettet igen. Numrene er ikke vist, logget eller sendt videre."),
    ]
    steps = [
        _("Åbn filen i Excel, og ryd de celler, der står her, eller slet kolonnen."),
        _("Gem filen igen som CSV."),
        _("Vælg den rensede fil her på siden."),
    ]
    after = Markup(
        '<div class="grid12 mt-4"><section class="card c-6"><h3>{where}</h3>'
        '<ul class="cpr__where">{places}</ul></section>'
        '<section class="c-6"><h2>{next}</h2><ol class="todo mt-2">{steps}</ol>'
        '<details class="disc"><summary>{doubt}</summary><p class="f-13">{answer}</p></details></section></div>'
    ).format(
        where=_("Her ligner noget et CPR-nummer"),
        places=places,
        next=_("Sådan kommer I videre"),
        steps=Markup("").join(Markup("<li>{}</li>").format(step) for step in steps),
        doubt=_("Er det ikke CPR-numre?"),
        answer=_(
            "Afvisningen kan ikke slås fra. Er det fx sagsnumre, så fjern dem også: de bruges ikke til beregningen."
        ),
    )
    return CheckView("stopped", _stop(title, lines, "lock") + after, False, title, "", "", _("afvist"))


def _refused(report: Report) -> CheckView:
    title = _("Filen kunne ikke læses som en levering")
    more = finding_list(report.errors or report.findings, "stop__list")
    return CheckView("refused", _stop(title, [_("Intet er gemt.")], "warn", more), False, title, "", "", _("afvist"))


def _checked(report: Report) -> CheckView:
    said = language()
    in_rows = {row.row for row in report.rows}
    loose = [finding for finding in report.findings if finding.row is None or finding.row not in in_rows]
    loose_errors = [finding for finding in loose if finding.is_error]
    loose_warnings = [finding for finding in loose if not finding.is_error]
    counts = Markup("").join(
        Markup("<li>{} <b>{}</b></li>").format(status_word(status), number(report.count(status)))
        for status in STATUS_ORDER
        if report.count(status)
    )
    notes = Markup("").join(Markup('<p class="note pad">{}</p>').format(note.say(said)) for note in report.notes)
    markup = Markup(
        '<section class="card card--flush" aria-label="{label}">'
        '<div class="filestrip"><span class="filestrip__f">{icon}<b>{name}</b></span>'
        '<span class="filestrip__g">{reading}</span></div>'
        '<ul class="chips counts" aria-label="{counts_label}">{counts}</ul>{errors}{warnings}{notes}{grid}</section>'
    ).format(
        label=_("Kontrol af filen"),
        icon=ui_icon("file"),
        name=report.file_name,
        reading=report.reading.sentence(said) if report.reading else "",
        counts_label=_("Rækker efter status"),
        counts=counts,
        errors=_loose(loose_errors, "error"),
        warnings=_loose(loose_warnings, "warn"),
        notes=notes,
        grid=delivery_grid(report.rows, report.findings),
    )
    n_errors = len(report.errors)
    n_changes = sum(row.change in {RowStatus.NEW, RowStatus.CHANGED} for row in report.rows)
    if n_errors:
        why = ngettext("Ret {count} fejl, før I kan indsende.", "Ret {count} fejl, før I kan indsende.", n_errors)
        why, more = why.format(count=number(n_errors)), _("Hele filen gemmes samlet eller slet ikke.")
        note = ngettext("{count} fejl", "{count} fejl", n_errors).format(count=number(n_errors))
    elif not n_changes:
        why, more = _("Der er intet nyt i filen."), _("Alle rækker står allerede i Tavle.")
        note = _("0 ændringer")
    else:
        why, more = _("Klar til at indsende."), _("Intet er gemt endnu.")
        warnings = len(report.warnings)
        note = (
            ngettext("{count} advarsel", "{count} advarsler", warnings).format(count=number(warnings))
            if warnings
            else _("ingen fejl")
        )
    button = ngettext("Indsend {count} række", "Indsend {count} rækker", n_changes).format(count=number(n_changes))
    return CheckView("checked", markup, not n_errors and n_changes > 0, why, more, button, note)


def _loose(findings: list[Finding], tone: str) -> Markup:
    if not findings:
        return Markup("")
    return Markup('<div class="alert alert--{tone} alert--in">{icon}<div>{list}</div></div>').format(
        tone=tone, icon=ui_icon("warn" if tone == "warn" else "x"), list=finding_list(findings, "plain")
    )


# ------------------------------------------------------------------------------------------------- the commit


def deliver_file(
    store: Store,
    viewer: Viewer,
    file: Mapping[str, Any],
    *,
    today: date,
    now: datetime,
    limits: Limits,
    note: str,
    defaults: dict[str, str] | None,
    decimal: str | None,
    timezone: str,
) -> CheckView:
    """Check once more and commit; what the reader gets is the receipt, or what has changed since the check."""
    content = content_of(file)
    if content is None:
        return unread_view(file, limits)
    report, receipt = pipeline.deliver(
        store,
        viewer,
        content,
        str(file.get("name", "")),
        today=today,
        now=now,
        limits=limits,
        origin="file",
        note=note,
        defaults=defaults,
        read_as=ReadAs(decimal=decimal or None),
    )
    return receipt_view(receipt, store, viewer, timezone) if receipt else report_view(report, store, viewer)


def receipt_view(receipt: Receipt, store: Store, viewer: Viewer, timezone: str) -> CheckView:
    said = language()
    names: dict[str, Words] = {
        definition.code: definition.name for definition in catalogue.indicators(store, viewer, scope=None)
    }
    links = Markup("").join(
        Markup('<li><a href="/indikator/{}?v=1&amp;enhed={}">{}</a> <span class="muted">{}</span></li>').format(
            indicator, unit, names[indicator].say(said), f"{units.get(store, viewer, unit).name.say(said)} · {unit}"
        )
        for indicator, unit in receipt.touched[:30]
    )
    title = _("Leveringen er modtaget") if receipt.n_changes else _("Ingen ændringer")
    markup = Markup(
        '<section class="card receipt" aria-label="{title}"><h2>{icon}{title}</h2><p class="receipt__s">{sentence}</p>'
        '<p class="muted f-13">{when} · {name}</p>{touched}</section>'
    ).format(
        title=title,
        icon=ui_icon("check"),
        sentence=receipt.sentence(said),
        when=moment_text(receipt.recorded_at, timezone),
        name=receipt.file_name,
        touched=Markup("<h3>{}</h3><ul>{}</ul>").format(_("Se målingerne"), links) if links else Markup(""),
    )
    return CheckView("delivered", markup, False, title, "", "", _("modtaget"))
