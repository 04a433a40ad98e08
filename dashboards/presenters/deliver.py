"""Indberet: what a delivery would do, how far its check is, and the receipt. No Dash here.

A delivery comes from a file, from the box for what was copied, or from the typing grid; all three become bytes and go
the same way. `work` is what runs beside the request; `view` says in words and HTML what it has come to.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import chain, islice
from pathlib import PurePath
from typing import Any

from markupsafe import Markup

from dashboards.figures.delivery_grid import (
    FIRST_ROWS,
    STATUS_ORDER,
    Desk,
    by_row,
    chips,
    delivery_grid,
    finding_list,
)
from dashboards.figures.icons import ui_icon
from dashboards.presenters.background_jobs import Job, Jobs
from dashboards.presenters.deliver_complete import complete_form, declare, done_card, opened
from dashboards.presenters.deliver_effect import effect_card, waiting_card
from dashboards.presenters.deliver_start import RECEIPTS
from dashboards.text import _, language, moment_text, ngettext, number
from data import withdrawal
from data.access import Viewer
from data.errors import DataError
from data.queries import catalogue, units
from data.store import Store
from etl import effect, pipeline
from etl.annotate import annotated
from etl.effect import Effect
from etl.extract.options import Edits, ReadAs
from etl.limits import Limits
from etl.report import Finding, Receipt, Report, RowStatus
from etl.safe_cells import safe
from indicators.definition import Scope
from indicators.words import Words

NOTHING = Markup("")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PATIENCE = 0.9  # seconds a check may take before the page shows how far it is
FILE, GRID, PASTE = "fil", "tast", "indsaet"
_ORIGINS = {FILE: "file", GRID: "grid", PASTE: "paste"}
_TYPED_HEAD = ("indikator", "enhed", "periode", "tæller", "nævner", "værdi")
_LONGEST = 500  # characters of a mended cell; what is longer is no figure, name or month


@dataclass(frozen=True, slots=True)
class Source:
    """One delivery as the browser holds it. `of` names it, so that mends to another one are not laid over it.

    `content` is None where the file never left the browser (`problem` says why).
    """

    of: str
    way: str
    name: str
    content: bytes | None
    size: int = 0
    problem: str = ""
    defaults: Mapping[str, str] = field(default_factory=dict)
    read_as: ReadAs = field(default_factory=ReadAs)
    edits: Edits = field(default_factory=Edits)
    typed: tuple[Mapping[str, str], ...] = ()

    @property
    def without_content(self) -> Source:
        return replace(self, content=None)


@dataclass(frozen=True, slots=True)
class CheckView:
    """What the page says about a delivery.

    `state` is "start" (nothing chosen), "running", "checked", "refused", "stopped" (personal data), "delivered" or
    "undone". `effect` stands at the right; `lines` are one line for each of the five steps; `findings` go back into the
    typing grid, by "indicator|unit|period".
    """

    state: str
    markup: Markup
    of: str = ""
    effect: Markup = NOTHING
    can_commit: bool = False
    why: str = ""
    why_more: str = ""
    button: str = ""
    lines: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    job: str = ""
    is_waiting: bool = False

    has_errors: bool = False

    @property
    def at(self) -> str:
        """The step one is at: "file", "check", "commit", or "done"."""
        if self.can_commit:
            return "commit"
        steps = {"running": "check", "checked": "check", "delivered": "done"}
        return steps.get(self.state, "file")


START = CheckView("start", NOTHING)


# ------------------------------------------------------------------------------------------ what the browser holds


def source_of(
    way: str,
    file: Mapping[str, Any] | None,
    pasted: Mapping[str, Any] | None,
    typed: Mapping[str, Any] | None,
    state: Mapping[str, Any] | None,
    of: str | None,
) -> Source | None:
    """The delivery of the chosen way with its mends; None where there is nothing yet. Whatever comes is taken as text.

    `of` is what the typing grid is about now: what was typed into an earlier one has been handed in.
    """
    if way == GRID and (typed or {}).get("of") != of:
        return None
    source = _source(way, file or {}, pasted or {}, typed or {})
    if source is None:
        return None
    state = state if isinstance(state, Mapping) and str(state.get("of", "")) == source.of else {}
    return replace(
        source, edits=_edits(state, is_typed=way == GRID), read_as=_read_as(state), defaults=_defaults(state)
    )


def _source(way: str, file: Mapping[str, Any], pasted: Mapping[str, Any], typed: Mapping[str, Any]) -> Source | None:
    if way == GRID:
        cells = tuple(one for one in typed.get("cells", ()) if isinstance(one, Mapping) and _is_typed(one))
        if not cells:
            return None
        return Source(f"{GRID}-{typed.get('of', '')}", GRID, _("Tastet ind"), _typed_file(cells), typed=cells)
    if way == PASTE:
        text = str(pasted.get("text", ""))
        if not text.strip():
            return None
        return Source(f"{PASTE}-{pasted.get('at', '')}", PASTE, _("Indsat fra Excel"), text.encode("utf-8"))
    if not file:
        return None
    content = content_of(file)
    size = file.get("size", 0)
    return Source(
        of=f"{FILE}-{file.get('at', '')}",
        way=FILE,
        name=str(file.get("name", "")),
        content=content,
        size=size if isinstance(size, int) else 0,
        problem="" if content is not None else str(file.get("problem", "unreadable")),
    )


def _is_typed(cell: Mapping[str, Any]) -> bool:
    return bool(cell.get("indicator") and cell.get("period"))


def _typed_file(cells: Sequence[Mapping[str, Any]]) -> bytes:
    """The typed cells as a delivery file, every text as it was typed. The first cell is row 2, as in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_TYPED_HEAD)
    for cell in cells:
        writer.writerow(
            [str(cell.get(name, "")) for name in ("indicator", "unit", "period", "numerator", "denominator", "value")]
        )
    return text.getvalue().encode("utf-8")


def _edits(state: Mapping[str, Any], *, is_typed: bool) -> Edits:
    confirmed = frozenset(
        (int(one[0]), str(one[1]))
        for one in state.get("confirmed", ())
        if isinstance(one, Sequence) and len(one) == 2 and _is_row(one[0])
    )
    if is_typed:  # the grid itself is where a typed figure is mended
        return Edits(confirmed=confirmed)
    cells = {
        (int(one[0]), str(one[1])): str(one[2])[:_LONGEST]
        for one in state.get("cells", ())
        if isinstance(one, Sequence) and len(one) == 3 and _is_row(one[0])
    }
    left_out = frozenset(int(row) for row in state.get("left_out", ()) if _is_row(row))
    return Edits(cells=cells, left_out=left_out, confirmed=confirmed)


def _is_row(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _read_as(state: Mapping[str, Any]) -> ReadAs:
    given = state.get("read_as")
    given = given if isinstance(given, Mapping) else {}
    chosen = {name: str(given[name]) for name in READING if given.get(name)}
    delimiter = chosen.get("delimiter")
    return ReadAs(
        delimiter="\t" if delimiter == "tab" else delimiter,
        encoding=chosen.get("encoding"),
        decimal=chosen.get("decimal"),
        sheet=chosen.get("sheet"),
        shape=chosen.get("shape"),
    )


def _defaults(state: Mapping[str, Any]) -> dict[str, str]:
    given = state.get("defaults")
    given = given if isinstance(given, Mapping) else {}
    return {name: str(given[name]) for name in ("indicator", "unit") if given.get(name)}


def content_of(file: Mapping[str, Any]) -> bytes | None:
    """The bytes the browser sent, or None where it sent none that can be read."""
    try:
        return base64.b64decode(str(file.get("content", "")), validate=True) if "content" in file else None
    except (binascii.Error, ValueError):
        return None


def choices(store: Store, viewer: Viewer, *, today: date) -> dict[str, list[dict[str, str]]]:
    """What stands in for a column the file lacks: local indicators, and the units one delivers for."""
    said = language()
    local = sorted((one.name.say(said), one.code) for one in catalogue.indicators(store, viewer, scope=Scope.LOCAL))
    mine = [unit for unit in units.visible(store, viewer, on=today) if viewer.may_deliver(unit.code)]
    return {
        "indicator": [{"value": code, "label": f"{name} ({code})"} for name, code in local],
        "unit": [{"value": unit.code, "label": f"{unit.name.say(said)} ({unit.code})"} for unit in mine],
    }


def undo_hint() -> Markup:
    return Markup("{}{}").format(ui_icon("undo", size=16), _("Kan fortrydes i 24 timer"))


# ------------------------------------------------------------------------------------------------- the work


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check or a commit has come to: the findings first, then what they do to the signals, or the receipt.

    A commit has no receipt where something stood in its way; the report then says what.
    """

    report: Report
    effect: Effect | None = None
    receipt: Receipt | None = None


def start_check(
    jobs: Jobs[Checked], store: Store, viewer: Viewer, source: Source, *, today: date, limits: Limits
) -> Job[Checked] | None:
    """Begin the check, and wait for it a moment; None for a file that never came."""
    if source.content is None:
        return None
    content = source.content
    about = source.without_content

    def work(job: Job[Checked]) -> Checked:
        report = pipeline.check(
            store,
            viewer,
            content,
            source.name,
            today=today,
            limits=limits,
            defaults=source.defaults or None,
            read_as=source.read_as,
            edits=source.edits,
            progress=job.tell,
        )
        job.publish(Checked(report))
        return Checked(report, effect_of(store, viewer, report, today))

    job = jobs.start(viewer.account_id, work, about=about)
    job.wait_for_part(PATIENCE)
    if job.answer is not None:
        job.wait(PATIENCE / 3)
    return job


def effect_of(store: Store, viewer: Viewer, report: Report, today: date) -> Effect | None:
    """What the rows without errors would do to the signals; None where that cannot be said yet."""
    if report.has_cpr or not len(report.rows):
        return None
    wrong = {finding.row for finding in report.errors}
    if None in wrong:
        return None
    tidy = report.tidy
    tidy = tidy[~tidy["row"].isin(wrong) & tidy["unit_code"].map(viewer.may_deliver).astype(bool)]
    try:
        return effect.preview(store, viewer, tidy, today=today)
    except (DataError, ValueError):  # figures no chart takes: the checks say so, and the commit would refuse
        return None


def start_commit(
    jobs: Jobs[Checked],
    store: Store,
    viewer: Viewer,
    source: Source,
    *,
    today: date,
    now: datetime,
    limits: Limits,
    note: str,
) -> Job[Checked] | None:
    """Check once more and commit; the job has a receipt, or a report that says what has changed since the check."""
    if source.content is None:
        return None
    content = source.content

    def work(job: Job[Checked]) -> Checked:
        report, receipt = pipeline.deliver(
            store,
            viewer,
            content,
            source.name,
            today=today,
            now=now,
            limits=limits,
            origin=_ORIGINS[source.way],
            note=note,
            defaults=source.defaults or None,
            read_as=source.read_as,
            edits=source.edits,
            progress=job.tell,
        )
        return Checked(report, receipt=receipt)

    job = jobs.start(viewer.account_id, work, about=source.without_content, must_finish=True)
    job.wait(PATIENCE)
    return job


# ------------------------------------------------------------------------------------------------- what is said


def view_of(
    job: Job[Checked],
    store: Store,
    viewer: Viewer,
    *,
    timezone: str,
    today: date | None = None,
    status: str = "",
    limit: int = 0,
    options: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
) -> CheckView:
    """What a job has come to so far. What broke inside it is raised here, where the page can tell its reference."""
    source: Source = job.about
    if job.fault is not None:
        if isinstance(job.fault, DataError):
            return replace(_said_no(job.fault), of=source.of)
        raise job.fault
    found = job.answer
    if found is None:
        return replace(_running(job), of=source.of, job=job.id, is_waiting=True)
    if found.receipt is not None:
        said = receipt_view(found.receipt, store, viewer, timezone, today)
        return replace(said, of=source.of, lines={**_verdict(found.report, source).lines, **said.lines})
    view = report_view(found.report, source, status=status, limit=limit, options=options)
    if view.state != "checked":
        return replace(view, of=source.of, job=job.id)
    is_waiting = not job.is_over
    card = waiting_card() if is_waiting else effect_card(found.effect, found.report, store, viewer)
    lines = dict(view.lines)
    if found.effect is not None:
        n = found.effect.n_changing
        lines["effect"] = (
            ngettext("{count} signal skifter", "{count} signaler skifter", n).format(count=number(n))
            if n
            else _("intet signal skifter")
        )
    return replace(view, of=source.of, job=job.id, effect=card, lines=lines, is_waiting=is_waiting)


def _said_no(refusal: DataError) -> CheckView:
    title = _("Leveringen blev ikke gemt")
    return CheckView(
        "refused",
        _stop(title, [refusal.reason(language()), _("Intet er gemt.")], "warn"),
        why=title,
        lines={"file": _("afvist")},
    )


def _running(job: Job[Checked]) -> CheckView:
    """How far a long check is; it can be stopped, a commit cannot."""
    title = _("Indsender") if job.must_finish else _("Kontrollerer")
    share = round(job.progress.share * 100)
    stop = (
        NOTHING
        if job.must_finish
        else Markup('<button type="button" class="btn btn--sm" data-do="cancel" data-key="cancel">{}</button>').format(
            _("Stop")
        )
    )
    markup = Markup(
        '<section class="card running"><h2>{title} {name}</h2><p class="row row--wrap mt-2">'
        '<progress max="100" value="{share}" aria-label="{title}"></progress><b class="num">{percent}</b>'
        '<span role="status">{stage}</span>{stop}</p><p class="note">{safe}</p></section>'
    ).format(
        title=title,
        name=job.about.name,
        share=share,
        percent=f"{share} %",
        stage=job.progress.say(language()),
        stop=stop,
        safe=_("Alt gemmes samlet til sidst.") if job.must_finish else _("Intet gemmes, før I indsender."),
    )
    return CheckView("running", markup, lines={"check": f"{share} %"})


def unread_view(source: Source, limits: Limits) -> CheckView:
    """A file that never left the browser: over the limit, or not readable there."""
    if source.problem == "too_large":
        title = _("Filen er for stor")
        text = _(
            "Den fylder {size} MB, og grænsen er {limit} MB. Del den op i flere filer, eller fjern kolonner og "
            "rækker, der ikke skal med."
        )
        text = text.format(size=number(source.size / 1e6, 1), limit=number(limits.max_bytes / 1e6, 1))
    else:
        title = _("Filen kunne ikke læses")
        text = _("Browseren kunne ikke åbne filen. Luk den i andre programmer, og prøv igen.")
    return CheckView(
        "refused", _stop(title, [text, _("Intet er gemt.")], "warn"), of=source.of, lines={"file": _("afvist")}
    )


def report_view(
    report: Report,
    source: Source,
    *,
    status: str = "",
    limit: int = 0,
    options: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
) -> CheckView:
    if report.has_cpr:
        return _stopped(report, source)
    if not len(report.rows):
        return _refused(report, source, options or {})
    return _checked(report, source, status, limit, options or {})


def _stop(title: str, lines: list[str], icon: str, more: Markup = NOTHING) -> Markup:
    text = Markup("").join(Markup("<p>{}</p>").format(line) for line in lines)
    return Markup(
        '<section class="stop" role="alert"><div class="stop__ico">{}</div>'
        '<div class="stop__t"><h2>{}</h2>{}{}</div></section>'
    ).format(ui_icon(icon), title, text, more)


def _stopped(report: Report, source: Source) -> CheckView:
    """Personal data: the hard stop that cannot be overridden and shows no content of any cell."""
    said = language()
    found = [finding for finding in report.findings if finding.code == "cpr"]
    places = Markup("").join(
        Markup("<li>{}{}</li>").format(
            Markup('<span class="st st--err">{}</span> ').format(ui_icon("lock", size=16)),
            finding.place(said) or _("Filens navn eller indhold"),
        )
        for finding in found[:50]
    )
    title = _("Filen er afvist: den ser ud til at indeholde CPR-numre")
    lines = [
        _("Tavle må kun modtage optalte tal, ingen oplysninger om enkelte patienter."),
        _("Intet er gemt, og filen er slettet igen. Numrene er ikke vist, logget eller sendt videre."),
    ]
    steps = [
        _("Åbn filen i Excel, og ryd de celler, der står her, eller slet kolonnen."),
        _("Gem filen igen som CSV eller Excel."),
        _("Vælg den rensede fil her på siden."),
    ]
    after = Markup(
        '<div class="grid12 mt-4"><section class="card c-6"><div class="card__h cpr__h"><h3>{where}</h3>{get}</div>'
        '<ul class="cpr__where">{places}</ul></section>'
        '<section class="c-6"><h2>{next}</h2><ol class="todo mt-2">{steps}</ol>{pick}'
        '<details class="disc"><summary>{doubt}</summary><p class="f-13">{answer}</p></details></section></div>'
    ).format(
        where=_("Her ligner noget et CPR-nummer"),
        get=_act("remarks", _("Hent liste over fund (uden numre)"), "download", css="btn--quiet push"),
        places=places,
        next=_("Sådan kommer I videre"),
        steps=Markup("").join(Markup("<li>{}</li>").format(step) for step in steps),
        pick=_pick(_("Upload renset fil"), "btn--primary") if source.way == FILE else NOTHING,
        doubt=_("Er det ikke CPR-numre?"),
        answer=_(
            "Afvisningen kan ikke slås fra. Er det fx sagsnumre, så fjern dem også: de bruges ikke til beregningen."
        ),
    )
    return CheckView("stopped", _stop(title, lines, "lock") + after, why=title, lines={"file": _("afvist")})


def _refused(report: Report, source: Source, options: Mapping[str, Sequence[Mapping[str, str]]]) -> CheckView:
    title = _("Filen kunne ikke læses som en levering")
    if source.way == PASTE:
        title = _("Det indsatte kunne ikke læses som en levering")
    more = finding_list(report.errors or report.findings, "stop__list")
    markup = _stop(title, [_("Intet er gemt.")], "warn", more)
    markup += Markup('<section class="card mt-4 deliver__reread">{}</section>').format(
        _reading_form(source, report, options, is_open=True)
    )
    return CheckView("refused", markup, why=title, lines={"file": _("afvist")})


def _checked(
    report: Report,
    source: Source,
    status: str,
    limit: int,
    options: Mapping[str, Sequence[Mapping[str, str]]],
) -> CheckView:
    said = language()
    chosen = next((one for one in STATUS_ORDER if one.value == status), None)
    counts = {one: report.count(one) for one in STATUS_ORDER}
    if chosen is not None and not counts[chosen]:
        chosen = None  # the last of them was mended: everything again
    order = (chosen,) if chosen else STATUS_ORDER
    most = max(FIRST_ROWS, limit)
    shown = list(islice(chain.from_iterable(report.rows.with_status(one) for one in order), most))
    n_all = sum(counts[one] for one in order)
    findings = by_row(report.findings)
    loose = _loose_findings(report, {row.row for row in shown} if n_all > most else None)
    desk = Desk(
        columns=report.reading.header_map if report.reading else {},
        edits=source.edits,
        is_editable=source.way != GRID,
    )
    notes = Markup("").join(Markup('<p class="note pad">{}</p>').format(note.say(said)) for note in report.notes)
    markup = Markup(
        '<section class="card card--flush deliver__grid" aria-label="{label}">{strip}'
        '<div class="chips">{chips}{get}</div>{left_out}{errors}{warnings}{notes}{grid}</section>'
    ).format(
        label=_("Kontrol af filen"),
        strip=_strip(report, source, options),
        chips=chips(counts, chosen),
        get=_act("remarks", _("Hent med bemærkninger"), "download", css="btn--quiet push"),
        left_out=_left_out(source.edits),
        errors=_loose([one for one in loose if one.is_error], "error"),
        warnings=_loose([one for one in loose if not one.is_error], "warn"),
        notes=notes,
        grid=delivery_grid(shown, findings, desk=desk, n_hidden=n_all - len(shown)),
    )
    return replace(
        _verdict(report, source),
        markup=markup,
        findings=_cell_findings(report, source.typed),
    )


def _verdict(report: Report, source: Source) -> CheckView:
    """Whether it can be committed, and why not; the lines of the steps."""
    n_errors, n_warnings = report.n_errors, report.n_warnings
    n_changes = report.rows.count_changes(RowStatus.NEW) + report.rows.count_changes(RowStatus.CHANGED)
    said_errors = ngettext("{count} fejl", "{count} fejl", n_errors).format(count=number(n_errors))
    said_warnings = ngettext("{count} advarsel", "{count} advarsler", n_warnings).format(count=number(n_warnings))
    if n_errors:
        why = ngettext("Ret {count} fejl, før I kan indsende.", "Ret {count} fejl, før I kan indsende.", n_errors)
        why, more = why.format(count=number(n_errors)), _("Hele filen gemmes samlet eller slet ikke.")
        note = f"{said_errors}, {said_warnings}" if n_warnings else said_errors
    elif not n_changes:
        why, more = _("Der er intet nyt i filen."), _("Alle rækker står allerede i Tavle.")
        if report.rows.count_changes(RowStatus.UNCHANGED) < len(report.rows):
            more = _("Ingen række har nye tal.")
        note = _("0 ændringer")
    else:
        why, more = _("Klar til at indsende."), _("Intet er gemt endnu.")
        note = said_warnings if n_warnings else _("ingen fejl")
    rows = ngettext("{count} række læst", "{count} rækker læst", len(report.rows)).format(
        count=number(len(report.rows))
    )
    button = ngettext("Indsend {count} række", "Indsend {count} rækker", n_changes).format(count=number(n_changes))
    return CheckView(
        "checked",
        NOTHING,
        can_commit=not n_errors and n_changes > 0,
        has_errors=bool(n_errors),
        why=why,
        why_more=more,
        button=button,
        lines={"file": rows, "check": note},
    )


def _loose_findings(report: Report, shown: set[int] | None) -> list[Finding]:
    """Findings without a row in the table: on the whole file, and on rows that could not be read as any."""
    numbers = {row.row for row in report.rows} if shown is None else None
    return [
        finding
        for finding in report.findings
        if finding.row is None or (numbers is not None and finding.row not in numbers)
    ]


def _loose(findings: list[Finding], tone: str) -> Markup:
    if not findings:
        return NOTHING
    return Markup('<div class="alert alert--{tone} alert--in">{icon}<div>{list}</div></div>').format(
        tone=tone, icon=ui_icon("warn" if tone == "warn" else "x"), list=finding_list(findings, "plain")
    )


def _left_out(edits: Edits) -> Markup:
    if not edits.left_out:
        return NOTHING
    rows = sorted(edits.left_out)
    buttons = Markup(" ").join(
        Markup(
            '<button type="button" class="btn btn--sm btn--quiet" data-do="take-in" data-row="{}" data-key="in-{}">{}'
            "</button>"
        ).format(row, row, _("Tag række {row} med igen").format(row=row))
        for row in rows[:20]
    )
    text = ngettext(
        "{count} række er udeladt og sendes ikke ind.", "{count} rækker er udeladt og sendes ikke ind.", len(rows)
    )
    return Markup('<p class="leftout"><b>{}</b> {}</p>').format(text.format(count=number(len(rows))), buttons)


def _cell_findings(report: Report, typed: Sequence[Mapping[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """The findings of a typed delivery by the cell they belong to: row 2 is the first cell that was typed."""
    if not typed:
        return {}
    desk, said = Desk(columns=report.reading.header_map if report.reading else {}), language()
    found: dict[str, list[dict[str, Any]]] = {}
    for number_, findings in by_row(report.findings).items():
        if 2 <= number_ < len(typed) + 2:
            cell = typed[number_ - 2]
            found["|".join(str(cell.get(name, "")) for name in ("indicator", "unit", "period"))] = [
                {"field": desk.field_of(one), "is_error": one.is_error, "text": one.reason(said)} for one in findings
            ]
    return found


def remarks(source: Source, report: Report, limits: Limits) -> tuple[str, bytes]:
    """Name and content of the file with what was found beside its rows.

    A file that was stopped for CPR numbers gives a list of places, and no cell of it; nor is its name kept.
    """
    said = language()
    if report.has_cpr or source.content is None:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerow([_("Række"), _("Kolonne"), _("Fund")])
        writer.writerows([f.row or "", safe(f.column), safe(f.reason(said))] for f in report.findings)
        return _("fund") + ".csv", text.getvalue().encode("utf-8-sig")
    content = annotated(
        report,
        source.content,
        limits=limits,
        language=said,
        read_as=source.read_as,
        edits=source.edits,
        given=tuple(source.defaults),
    )
    stem = re.sub(r"[^0-9A-Za-zÆØÅæøå._ -]", "_", PurePath(source.name).stem)[:80] or _("levering")
    return "-".join((stem, _("bemærkninger"))) + ".xlsx", content


# ------------------------------------------------------------------------------------------------- file strip


READING: Mapping[str, tuple[Words, tuple[tuple[str, Words], ...]]] = {
    "delimiter": (
        Words("Skilletegn", "Separator"),
        (
            (";", Words("semikolon", "semicolon")),
            (",", Words("komma", "comma")),
            ("tab", Words("tabulator", "tab")),
        ),
    ),
    "encoding": (
        Words("Tegnsæt", "Encoding"),
        (
            ("utf-8", Words("UTF-8", "UTF-8")),
            ("cp1252", Words("Windows-1252", "Windows-1252")),
            ("utf-16", Words("UTF-16", "UTF-16")),
        ),
    ),
    "decimal": (
        Words("Decimaltegn", "Decimal mark"),
        (
            ("comma", Words("komma: 1.050,5", "comma: 1.050,5")),
            ("dot", Words("punktum: 1,050.5", "point: 1,050.5")),
        ),
    ),
    "sheet": (Words("Ark", "Sheet"), ()),
    "shape": (
        Words("Form", "Shape"),
        (
            ("long", Words("én række pr. måned", "one row per month")),
            ("wide", Words("måneder som kolonner", "months as columns")),
            ("indicators", Words("målinger som kolonner", "measures as columns")),
        ),
    ),
}
_TEXT_ONLY = ("delimiter", "encoding")


def _strip(report: Report, source: Source, options: Mapping[str, Sequence[Mapping[str, str]]]) -> Markup:
    if source.way == GRID:
        n = len(source.typed)
        text = ngettext("{count} felt er tastet", "{count} felter er tastet", n).format(count=number(n))
        return Markup('<div class="filestrip"><span class="filestrip__f">{}<b>{}</b></span></div>').format(
            ui_icon("table"), text
        )
    reading = report.reading.sentence(language()) if report.reading else ""
    pick = _pick(_("Vælg en anden fil"), "btn--sm btn--quiet push") if source.way == FILE else NOTHING
    return Markup(
        '<div class="filestrip"><span class="filestrip__f">{icon}<b>{name}</b></span>'
        '<span class="filestrip__g">{reading}</span>{form}{pick}</div>'
    ).format(
        icon=ui_icon("file"),
        name=report.file_name,
        reading=reading,
        pick=pick,
        form=_reading_form(source, report, options, is_open=False),
    )


def _reading_form(
    source: Source, report: Report, options: Mapping[str, Sequence[Mapping[str, str]]], *, is_open: bool
) -> Markup:
    """»Skift«: how the file is read, and what it lacks; each choice checks it again."""
    said = language()
    reading = report.reading
    sheet = reading.sheet if reading else ""
    is_book = bool(sheet) or source.name.lower().endswith((".xlsx", ".xlsm", ".xls", ".ods"))
    fields = []
    for name, (label, choices) in READING.items():
        if is_book and name in _TEXT_ONLY:
            continue
        if name == "sheet":
            choices = tuple((one, Words(one, one)) for one in report.sheets)
            if len(choices) < 2 and not source.read_as.sheet:
                continue
        now = getattr(source.read_as, name) or ""
        now = "tab" if now == "\t" else now
        pairs = [("", _("Tavle finder selv ud af det")), *((value, words.say(said)) for value, words in choices)]
        fields.append(_select("read", name, label.say(said), pairs, now))
    for name, title in (("indicator", _("Indikator")), ("unit", _("Enhed"))):
        pairs = [("", _("Står i filen")), *((one["value"], one["label"]) for one in options.get(name, ()))]
        fields.append(_select("default", name, title, pairs, source.defaults.get(name, "")))
    is_changed = source.read_as != ReadAs() or bool(source.defaults)
    return Markup(
        '<details class="disc reread"{}><summary>{}</summary><div class="deliver__defaults">{}</div></details>'
    ).format(
        Markup(" open") if is_open or is_changed else NOTHING,
        _("Læs filen på en anden måde") if is_open else _("Skift"),
        Markup("").join(fields),
    )


def _select(kind: str, name: str, label: str, choices: Sequence[tuple[str, str]], now: str) -> Markup:
    options = Markup("").join(
        Markup('<option value="{}"{}>{}</option>').format(value, Markup(" selected") if value == now else NOTHING, text)
        for value, text in choices
    )
    return Markup(
        '<label class="field"><span class="label">{}</span><select class="select select--sm" data-{}="{}" '
        'data-key="{}-{}">{}</select></label>'
    ).format(label, kind, name, kind, name, options)


def _pick(label: str, css: str) -> Markup:
    return Markup(
        '<button type="button" class="btn {}" data-do="pick" data-value="deliver-drop-input" data-key="pick">{}{}'
        "</button>"
    ).format(css, ui_icon("upload", size=16), label)


def _act(name: str, label: str, icon: str, value: str = "", css: str = "", size: str = "btn--sm") -> Markup:
    return Markup(
        '<button type="button" class="btn {} {}" data-do="{}" data-value="{}" data-key="{}">{}{}</button>'
    ).format(size, css, name, value, name, ui_icon(icon, size=16), label)


# ------------------------------------------------------------------------------------------------- the receipt


def receipt_view(receipt: Receipt, store: Store, viewer: Viewer, timezone: str, today: date | None = None) -> CheckView:
    """What was received, the way back, and what its unit still lacks (where it is about one, and `today` is known)."""
    said = language()
    names: dict[str, Words] = {
        definition.code: definition.name for definition in catalogue.indicators(store, viewer, scope=None)
    }
    places = {unit.code: unit.name.say(said) for unit in units.visible(store, viewer)}
    links = Markup("").join(
        Markup('<li><a href="/indikator/{}?v=1&amp;enhed={}">{}</a> <span class="muted">{}</span></li>').format(
            indicator, unit, names[indicator].say(said), f"{places[unit]} · {unit}"
        )
        for indicator, unit in receipt.touched[:30]
    )
    is_new = bool(receipt.n_changes)
    touched_units = {unit for _indicator, unit in receipt.touched}
    complete = NOTHING
    if today is not None and len(touched_units) == 1:
        complete = complete_form(store, viewer, *touched_units, today=today)
    title = _("Leveringen er modtaget") if is_new else _("Ingen ændringer")
    acts = NOTHING
    if is_new:
        acts = Markup('<p class="row row--wrap mt-3">{}<a class="btn" href="{}/{}">{}</a><a class="btn btn--quiet" '
                      'href="{}">{}</a></p><p class="note">{}</p>').format(
            _act("undo", _("Fortryd leveringen"), "undo", receipt.number, size=""),
            RECEIPTS,
            receipt.number,
            _("Se kvitteringen"),
            "/indberet",
            _("Indberet mere"),
            _("Den kan fortrydes i 24 timer. En mail med kvitteringen er lagt i udbakken til {email}.").format(
                email=viewer.email
            ),
        )  # fmt: skip
    markup = Markup(
        '<section class="card receipt" aria-label="{title}"><h2 tabindex="-1" data-arrive>{icon}{title}</h2>'
        '<p class="receipt__s" role="status">{sentence}</p><p class="muted f-13">{when} · {name}</p>{acts}{touched}'
        "{complete}</section>"
    ).format(
        title=title,
        icon=ui_icon("check"),
        sentence=receipt.sentence(said),
        when=moment_text(receipt.recorded_at, timezone),
        name=receipt.file_name,
        acts=acts,
        complete=complete,
        touched=Markup("<h3>{}</h3><ul>{}</ul>").format(_("Se målingerne"), links) if links else NOTHING,
    )
    line = _("kvittering {number}").format(number=receipt.number) if receipt.number else _("intet nyt")
    return CheckView("delivered", markup, why=title, lines={"commit": line})


def undo(store: Store, viewer: Viewer, receipt: str, *, today: date, now: datetime) -> CheckView:
    """Take a delivery back within its 24 hours; the page says what that did, or why it cannot be done."""
    try:
        # Without a reason: that is for one's own delivery of the last 24 hours, and for no other.
        states = withdrawal.withdraw(store, viewer, receipt, today=today, now=now)
    except DataError as refusal:
        return CheckView(
            "delivered", _stop(_("Leveringen kunne ikke fortrydes"), [refusal.reason(language())], "warn"),
            lines={"commit": receipt},
        )  # fmt: skip
    text = ngettext(
        "{count} måling viser igen det, der stod før leveringen.",
        "{count} målinger viser igen det, der stod før leveringen.",
        len(states),
    ).format(count=number(len(states)))
    markup = Markup(
        '<section class="card receipt"><h2 tabindex="-1" data-arrive>{}{}</h2>'
        '<p class="receipt__s" role="status">{}</p>'
        '<p class="row row--wrap mt-3"><a class="btn" href="{}/{}">{}</a>'
        '<a class="btn btn--quiet" href="/indberet">{}</a></p></section>'
    ).format(
        ui_icon("undo"),
        _("Leveringen {receipt} er fortrudt").format(receipt=receipt),
        text,
        RECEIPTS,
        receipt,
        _("Se kvitteringen"),
        _("Indberet igen"),
    )
    return CheckView("undone", markup, lines={"commit": _("fortrudt")})


def complete(store: Store, viewer: Viewer, value: object, reason: object, *, today: date, now: datetime) -> CheckView:
    """After a receipt: the unit's month is declared complete; where that cannot be done, why, and the form again."""
    told = declare(store, viewer, value, reason, today=today, now=now)
    if told.is_done:
        return CheckView("delivered", done_card(told), lines={"commit": _("komplet")})
    form = complete_form(store, viewer, told.unit_code, today=today) if told.unit_code else NOTHING
    markup = Markup('<section class="card receipt">{}{}</section>').format(told.markup, opened(form))
    return CheckView("delivered", markup)
