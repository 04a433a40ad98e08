"""The parts of Effekt as HTML: choices, finding, verdict, each figure with its table, and what stands until then."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from markupsafe import Markup

from dashboards.components.effect_settings import effect_settings
from dashboards.components.evaluation_nav import ANALYSES, EFFECT, carried, evaluation_nav
from dashboards.components.family_choice import family_choice
from dashboards.components.signal_counts import signal_fold
from dashboards.components.states import Action, State
from dashboards.context import parts
from dashboards.figures.evaluation import aligned_curves, event_study, forest, funnel, heat_strip
from dashboards.figures.evaluation.effects import group_mark, signed
from dashboards.figures.icons import ui_icon
from dashboards.presenters import evaluation_effect_words as words
from dashboards.presenters.completeness import Choice
from dashboards.presenters.evaluation_effect import (
    FEWEST_SHOWN,
    KIND_NAMES,
    STRIP,
    WINDOW,
    Answer,
    GroupEffect,
    Question,
    YearOfUnits,
)
from dashboards.presenters.evaluation_effect_words import Measure
from dashboards.presenters.evaluation_report import span_of
from dashboards.selection import Selection
from dashboards.text import N_, _, language, number
from indicators.definition import Direction

NOTHING = Markup("")
SKELETON_ROWS = 11


# ---------------------------------------------------------------------------------------------------------- choices


def choices(question: Question, selection: Selection) -> Markup:
    """The bar of the four pages, the groups as buttons, and how the effect is computed."""
    told = language()
    programmes = [Choice(kind, KIND_NAMES[kind].say(told), kind == question.kind) for kind in question.kinds]
    code = question.definition.code if question.definition is not None else None
    indicators = [
        Choice(one, f"{name.say(told)} ({number(count)})", one == code) for one, name, count in question.indicators
    ]
    bar = evaluation_nav(EFFECT, selection, programmes=programmes, indicators=indicators)
    if question.definition is None:
        return bar
    chosen = {one.code for one in question.groups}
    buttons = Markup("").join(
        Markup('<a class="chip" href="{}"{}>{}{}<span class="visually-hidden">{}</span></a>').format(
            selection.href(EFFECT, cohort=_toggled(question, one.code)),
            Markup(' aria-current="true"') if one.code in chosen else NOTHING,
            _badge(question.number_of(one.code)),
            one.name.say(told),
            _(" er med") if one.code in chosen else _(" er ikke med"),
        )
        for one in question.offered
    )
    groups = Markup('<div class="eff-set__g" role="group" aria-label="{}">{}</div>').format(
        _("Grupper, der indgår"), buttons
    )
    form = effect_settings(EFFECT, selection, has_denominator=question.definition.has_denominator)
    family = family_choice(question.asked, selection) if question.asked is not None else NOTHING
    return bar + Markup('<div class="eff-set no-print">{}{}</div>{}').format(groups, form, family)


def _toggled(question: Question, code: str) -> str | None:
    """The groups with this one in or out, as they stand in the address; all, or none, is no choice."""
    chosen = {one.code for one in question.groups} ^ {code}
    codes = [one.code for one in question.offered if one.code in chosen]
    return None if len(codes) in (0, len(question.offered)) else ".".join(codes)


def _badge(group: int) -> Markup:
    return Markup('<svg class="eff-bd" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">{}</svg>').format(
        Markup(group_mark(group, 7, 7, 5.2))
    )


# ------------------------------------------------------------------------------------------- in place of an answer


def nothing_to_ask(question: Question) -> State:
    if not question.offered:
        return State(
            "users",
            _("Her er ingen grupper at evaluere"),
            _("Du har ikke adgang til hold eller team. Bed en administrator om adgang til dem, du skal evaluere."),
        )
    return State(
        "chart",
        _("Grupperne følger ingen månedlig måling"),
        _("En effekt kan først regnes, når enhederne har valgt en måling, der opgøres pr. måned. Vælg andre grupper."),
        (Action(_("Vis alle grupper"), EFFECT, is_primary=True),),
    )


def skeleton() -> Markup:
    """Grey boxes where the finding, the figure and the table will stand."""
    line = Markup('<span class="skel skel--{}"></span>')
    rows = Markup("").join(
        Markup("<tr><td>{}</td><td>{}</td></tr>").format(line.format("n"), line.format("v"))
        for _row in range(SKELETON_ROWS)
    )
    return Markup(
        '<h1 class="h-big" tabindex="-1">{}</h1><p class="muted">{}</p><div aria-hidden="true" class="eff-sk">'
        '<div class="card eff-sk__a">{}</div><div class="card eff-sk__b"><table class="sktab"><tbody>{}</tbody></table>'
        "</div></div>"
    ).format(
        _("Effekten beregnes"),
        _("Det tager nogle sekunder. Du kan blive her eller komme tilbage; resultatet huskes."),
        line.format("h"),
        rows,
    )


# ---------------------------------------------------------------------------------------------------------- the page


def body(answer: Answer, question: Question, selection: Selection) -> Markup:
    """Everything below the choices."""
    is_told = words.verdict_code(answer) != words.NOT_IDENTIFIED
    pieces = [_top(answer, question)]
    if is_told:
        pieces.append(_two(_events(answer, question), _share(answer), "wide"))
        pieces.append(_two(_sensitivity(answer, question, selection), _groups(answer, question, selection), "table"))
        pieces.append(_checks(answer, question))
    else:
        pieces.append(_two(_sensitivity(answer, question, selection), _share(answer), "table"))
    pieces += [_curves(answer, question), _strip(answer), _funnels(answer, question), _several(answer, question)]
    pieces.append(_method(question))
    return Markup("").join(pieces)


def _two(left: Markup, right: Markup, kind: str) -> Markup:
    return Markup('<div class="eff-two eff-two--{}">{}{}</div>').format(kind, left, right)


def _top(answer: Answer, question: Question) -> Markup:
    head, box = words.headline(answer, question), words.verdict_box(answer, question)
    reasons = Markup("").join(
        Markup("<li>{}<span>{}</span></li>").format(ui_icon(one.icon, size=16), one.text) for one in box.reasons
    )
    covered = Markup("").join(
        Markup("<li>{}<span>{}</span></li>").format(ui_icon("warn", size=16), said) for said in box.not_covered
    )
    if covered:
        reasons += Markup('<li class="verdict__s">{}</li>').format(_("Intervallet dækker ikke:")) + covered
    return Markup(
        '<div class="evtop"><div class="evtop__h"><p class="muted f-13">{}</p>'
        '<h1 class="h-big" tabindex="-1">{} <span class="ci">{}</span></h1><p class="evtop__l">{}</p>'
        '<p class="muted f-13">{} <a href="#metode">{}</a></p></div>'
        '<section class="verdict" aria-labelledby="verdict-name"><p class="muted f-12">{}</p>'
        '<h2 id="verdict-name">{}</h2><ul>{}</ul><p class="verdict__f"><b>{}</b> {}</p></section></div>'
    ).format(
        head.above,
        head.title,
        head.interval,
        head.lead,
        head.about,
        _("Metode"),
        _("Fast regel: konsistent, skrøbelig, ikke påvist eller ikke identificeret"),
        box.name,
        reasons,
        _("Det ville ændre vurderingen:"),
        box.would_change,
    )


def _card(title: str, about: str, inner: Markup, css: str = "", key: str = "") -> Markup:
    return Markup('<section class="card fig{}"{}><h2>{}</h2><p class="muted f-13">{}</p>{}</section>').format(
        f" {css}" if css else "", Markup(' id="{}"').format(key) if key else NOTHING, title, about, inner
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str, n_words: int = 1) -> Markup:
    """The same as a figure, as a table one opens; the first column names the row, the first `n_words` are words."""
    columns = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(Markup(' class="num"') if at >= n_words else NOTHING, one)
        for at, one in enumerate(head)
    )
    lines = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup('<th scope="row">{}</th>').format(cell)
                if at == 0
                else Markup("<td{}>{}</td>").format(Markup(' class="num"') if at >= n_words else NOTHING, cell)
                for at, cell in enumerate(row)
            )
        )
        for row in rows
    )
    return Markup(
        '<details class="twin"><summary>{}{}</summary><div class="tbl-wrap" tabindex="0" role="region" aria-label="{}">'
        '<table class="tbl tbl--compact"><caption class="visually-hidden">{}</caption><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div></details>"
    ).format(ui_icon("table", size=16), _("Vis som tabel"), caption, caption, columns, lines)


def _both(wide: Markup, narrow: Markup) -> Markup:
    """A figure for wide screens and the same for a phone, whose text would else be too small to read."""
    return Markup('<div class="not-phone">{}</div><div class="only-phone">{}</div>').format(wide, narrow)


# ------------------------------------------------------------------------------------------------------ event study


def _months(by_time: object, measure: Measure, window: tuple[int, int] = WINDOW) -> tuple[event_study.Month, ...]:
    rows = by_time.to_dict("records")  # type: ignore[attr-defined]
    return tuple(
        event_study.Month(
            int(row["since"]),
            str(row["phase"]),
            float(row["estimate"]) * measure.factor,
            float(row["band_low"]) * measure.factor,
            float(row["band_high"]) * measure.factor,
            int(row["n_units"]),
        )
        for row in rows
        # A month with one or two units would show what they did by themselves.
        if window[0] <= row["since"] <= window[1] and row["n_units"] >= FEWEST_SHOWN
    )


def _events(answer: Answer, question: Question) -> Markup:
    measure = Measure.of(words.definition_of(question))
    views: list[tuple[str, str, Markup, str, Markup]] = []
    months = _months(answer.main.by_time, measure)
    views.append(
        (
            "all",
            _("Alle"),
            _study(months, measure),
            _("Båndet dækker alle måneder samtidig (95 %)."),
            _month_table(months, measure),
        )
    )
    lines = [
        event_study.Line(one.number, one.name.say(language()), _months(one.by_time, measure)) for one in answer.groups
    ]
    lines = [one for one in lines if one.months]
    if len(lines) > 1:
        drawn = _both(
            event_study.event_lines(lines, unit=measure.unit, decimals=measure.decimals),
            event_study.event_lines(lines, unit=measure.unit, decimals=measure.decimals, width=event_study.NARROW),
        )
        views.append(
            (
                "own",
                _("Pr. gruppe"),
                drawn,
                _("Uden bånd, så linjerne kan ses. Før start vises kun samlet."),
                _line_table(lines, measure),
            )
        )
    same = answer.same_units
    if same is not None:
        few = _months(same.by_time, measure, (same.first, same.last))
        about = _("De samme {count} enheder i alle måneder fra {first} til +{last}.").format(
            count=number(same.n_units), first=number(same.first), last=same.last
        )
        views.append(("same", _("Samme enheder"), _study(few, measure), about, _month_table(few, measure)))
    radios = Markup("").join(
        Markup(
            '<label class="btn btn--sm"><input type="radio" name="ev-view" value="{}" class="visually-hidden"{}>{}'
            "</label>"
        ).format(key, Markup(" checked") if at == 0 else NOTHING, name)
        for at, (key, name, *_rest) in enumerate(views)
    )
    choice = (
        Markup('<div class="btn-group ev-pick no-print" role="radiogroup" aria-label="{}">{}</div>').format(
            _("Hvilke enheder"), radios
        )
        if len(views) > 1
        else NOTHING
    )
    panes = Markup("").join(
        Markup(
            '<div class="ev-pane ev-pane--{}"><p class="muted f-13">{}</p><div class="ev-keys" role="application" '
            'tabindex="0" aria-label="{}" data-steps>{}</div>{}</div>'
        ).format(
            key,
            about,
            _("Effekt måned for måned, {view}. Gå fra punkt til punkt med piletasterne.").format(view=name),
            drawn,
            table,
        )
        for key, name, drawn, about, table in views
    )
    tail = words.lost_sight(answer)
    return Markup(
        '<section class="card fig ev-card"><div class="fig__h"><div><h2>{}</h2><p class="muted f-13">{}</p></div>{}'
        "</div>"
        '{}<p class="ev-said" aria-live="polite"></p><p class="note">{}</p></section>'
    ).format(
        words.event_title(answer, question),
        _("Forskel fra det, der ventes uden programmet, måned for måned fra start."),
        choice,
        panes,
        tail,
    )


def _study(months: Sequence[event_study.Month], measure: Measure) -> Markup:
    return _both(
        event_study.event_study(months, unit=measure.unit, decimals=measure.decimals),
        event_study.event_study(months, unit=measure.unit, decimals=measure.decimals, width=event_study.NARROW),
    )


_PHASES = {"before": N_("før start"), "left_out": N_("udeladt"), "after": N_("efter start")}


def _month_table(months: Sequence[event_study.Month], measure: Measure) -> Markup:
    rows = [
        (
            signed(one.since, 0),
            _(_PHASES[one.phase]),
            signed(one.estimate, measure.decimals) if one.is_told else _("kan ikke bestemmes"),
            _("{low} til {high}").format(low=number(one.low, measure.decimals), high=number(one.high, measure.decimals))
            if one.has_band
            else "",
            number(one.n_units),
        )
        for one in months
    ]
    head = (_("Måned fra start"), _("Del"), measure.unit, _("Bånd"), _("Enheder"))
    return _table(head, rows, _("Effekt måned for måned"), 2)


def _line_table(lines: Sequence[event_study.Line], measure: Measure) -> Markup:
    rows = [
        (line.name, signed(one.since, 0), signed(one.estimate, measure.decimals), number(one.n_units))
        for line in lines
        for one in line.months
        if one.is_told
    ]
    return _table((_("Gruppe"), _("Måned fra start"), measure.unit, _("Enheder")), rows, _("Effekt pr. gruppe"))


# ------------------------------------------------------------------------------------------- share, table, groups


def _share(answer: Answer) -> Markup:
    bars = Markup("").join(_share_bar(one) for one in words.share_bars(answer))
    return _card(
        words.share_title(answer),
        _("Andel med forbedringssignal efter start"),
        Markup('<div class="sbs">{}</div><p class="note">{}</p>{}').format(
            bars,
            words.share_words(answer),
            signal_fold(answer.signals) if answer.signals is not None else NOTHING,
        ),
    )


def _share_bar(one: words.ShareBar) -> Markup:
    drawn = NOTHING
    if math.isfinite(one.share):
        drawn = Markup('<rect class="sb-b" x="0" y="3" width="{:.1f}" height="18"/>').format(300 * one.share)
    if math.isfinite(one.low):
        a, b = 300 * one.low, 300 * one.high
        drawn += Markup('<path class="sb-ci" d="M{0:.1f} 7v10M{0:.1f} 12H{1:.1f}M{1:.1f} 7v10"/>').format(a, b)
    return Markup(
        '<div class="sb sb--{}"><p><b>{}</b> <span class="muted">{}</span></p><div class="sb__r">'
        '<svg class="sb__t" viewBox="0 0 300 24" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
        '<p class="sb__v"><b>{}</b> <small>{}</small></p></div></div>'
    ).format(one.kind, one.name, one.about, drawn, one.said, one.range_said)


def _sensitivity(answer: Answer, question: Question, selection: Selection) -> Markup:
    measure = Measure.of(words.definition_of(question))
    rows = words.sensitivity_rows(answer, question)
    main = next(row for row in rows if row.is_main)
    ends = [end for row in rows for end in (row.low, row.high) if math.isfinite(end)]
    axis = (min([0.0, *ends]), max([0.0, *ends])) if ends else (-1.0, 1.0)
    if math.isfinite(main.low):
        # One row that says next to nothing must not press the others together: its interval runs off the axis.
        reach = 8 * max(main.high - main.low, 1e-9)
        axis = (max(axis[0], min(0.0, main.low - reach)), min(axis[1], max(0.0, main.high + reach)))
    room = (axis[1] - axis[0]) * 0.04 or 1.0
    axis = (axis[0] - room, axis[1] + room)
    lines = NOTHING
    is_said = False
    for row in rows:
        if not row.is_valid and not is_said:
            is_said = True
            lines += Markup(
                '</tbody><tbody class="naive"><tr class="grp"><th colspan="5" scope="colgroup">{}{}</th></tr>'
            ).format(ui_icon("x", size=16), _("Ikke gyldig her. Vises kun, fordi andre regner sådan"))
        lines += _analysis(row, axis, (main.low, main.high), measure)
    about = (
        _("Gråt bånd: hovedanalysens interval. Akse fra {low} til {high} {unit}.").format(
            low=number(axis[0], 0 if measure.is_percent else 1),
            high=number(axis[1], 0 if measure.is_percent else 1),
            unit=measure.unit,
        )
        if math.isfinite(main.low)
        else _("Én række er én analyse.")
    )
    unusual = question.asked.call.months_left_out if question.asked is not None else ()
    if unusual and not any(row.key == "months_left_out" for row in rows):
        about += " " + _("Ingen af månederne {months} er i data, så ingen række går uden dem.").format(
            months=span_of(unusual)
        )
    return Markup(
        '<section class="card fig eff-sens"><div class="fig__h"><div><h2>{}</h2><p class="muted f-13">{}</p></div>'
        '<a class="btn btn--sm btn--quiet no-print" href="{}" download>{}{}</a></div><div class="tbl-wrap">'
        '<table class="tbl tbl--sens"><caption class="visually-hidden">{}</caption><thead><tr><th scope="col">{}</th>'
        '<th scope="col" class="num not-phone">{}</th><th scope="col" class="eff-c not-phone" aria-hidden="true"></th>'
        '<th scope="col" class="num">{}</th><th scope="col" class="num">{}</th></tr></thead><tbody>{}</tbody></table>'
        "</div></section>"
    ).format(
        words.sensitivity_title(answer),
        about,
        f"{EFFECT}/analyser.csv{selection.to_query()}",
        ui_icon("download", size=16),
        _("Hent"),
        _("En række pr. analyse"),
        _("Analyse"),
        _("Enheder"),
        measure.unit,
        _("95 % CI"),
        lines,
    )


def _analysis(
    row: words.SensitivityRow, axis: tuple[float, float], main: tuple[float, float], measure: Measure
) -> Markup:
    css = "is-main" if row.is_main else "is-naive" if not row.is_valid else "is-placebo" if row.is_placebo else ""
    if row.said:
        figures = Markup('<td class="eff-none" colspan="3">{}</td>').format(row.said)
        return Markup(
            '<tr class="{}"><th scope="row">{}<small>{}</small></th><td class="num not-phone">{}</td>{}</tr>'
        ).format(css, row.name, row.about, number(row.n_units) if row.n_units else "–", figures)
    interval = (
        _("{low} til {high}").format(low=number(row.low, measure.decimals), high=number(row.high, measure.decimals))
        if math.isfinite(row.low)
        else "–"
    )
    return Markup(
        '<tr class="{}"><th scope="row">{}<small>{}</small></th><td class="num not-phone">{}</td>'
        '<td class="eff-c not-phone">{}</td><td class="num"><b>{}</b></td><td class="num">{}</td></tr>'
    ).format(
        css,
        row.name,
        row.about,
        number(row.n_units),
        forest.row_bar(row.estimate, row.low, row.high, axis=axis, main=main),
        signed(row.estimate, measure.decimals),
        interval,
    )


def _groups(answer: Answer, question: Question, selection: Selection) -> Markup:
    measure = Measure.of(words.definition_of(question))
    rows = [_forest_row(one, question, measure) for one in answer.groups]
    average = None
    if answer.average is not None and math.isfinite(float(answer.average.overall["estimate"])):
        overall, new = answer.average.overall, answer.average.prediction.loc["hts"]
        average = forest.Average(
            *(float(overall[field]) * measure.factor for field in ("estimate", "ci_low", "ci_high")),
            *(float(new[field]) * measure.factor for field in ("ci_low", "ci_high")),
        )
    drawn = _both(
        forest.forest(rows, average, unit=measure.unit, decimals=measure.decimals),
        forest.forest(rows, average, unit=measure.unit, decimals=measure.decimals, width=forest.NARROW),
    )

    def cells(estimate: float, low: float, high: float, why: str = "") -> tuple[str, str]:
        if not math.isfinite(estimate):
            return why or _("kan ikke bestemmes"), ""
        said = _("{low} til {high}").format(low=number(low, measure.decimals), high=number(high, measure.decimals))
        return signed(estimate, measure.decimals), said if math.isfinite(low) else "–"

    lines = [(row.name, row.about, *cells(row.estimate, row.low, row.high, row.said)) for row in rows]
    if average is not None:
        lines.append((_("Gennemsnit"), "", *cells(average.estimate, average.low, average.high)))
        if math.isfinite(average.new_low):
            said = _("{low} til {high}").format(
                low=number(average.new_low, measure.decimals), high=number(average.new_high, measure.decimals)
            )
            lines.append((_("En ny gruppe"), _("ventes"), "", said))
    table = _table((_("Gruppe"), _("Start"), measure.unit, _("95 % CI")), lines, _("Effekt pr. gruppe"), 2)
    naive = Markup("").join(Markup("<p>{}</p>").format(one) for one in words.naive_words(answer, question))
    why = (
        Markup('<div class="repro"><h3>{}</h3>{}</div>').format(_("Hvorfor afviger de naive tal?"), naive)
        if naive
        else NOTHING
    )
    return _card(
        words.forest_title(answer),
        _("Effekt pr. gruppe mod samme sammenligning"),
        Markup('{}{}<p class="note">{}</p>{}{}').format(
            drawn, table, words.forest_note(answer, question), why, _again(selection)
        ),
    )


def _again(selection: Selection) -> Markup:
    """Where the same is written down, frozen and handed over."""
    if parts().registry.find(ANALYSES) is None:
        return NOTHING
    return Markup('<div class="repro no-print"><h3>{}</h3><p><a href="{}">{}</a></p></div>').format(
        _("Gør det efter"),
        carried(selection).href(ANALYSES),
        _("Skriv analysen ned, frys data, og hent rapport, script og notebook"),
    )


def _forest_row(one: GroupEffect, question: Question, measure: Measure) -> forest.Row:
    def field(name: str) -> float:
        return float(one.overall[name]) * measure.factor if len(one.overall) else math.nan

    return forest.Row(
        one.number,
        one.name.say(language()),
        words.group_about(one, question),
        field("estimate"),
        field("ci_low"),
        field("ci_high"),
        tuple(value * measure.factor for value in one.shrunken),
        _("under {count} enheder").format(count=FEWEST_SHOWN) if one.n_units < FEWEST_SHOWN else "",
    )


# --------------------------------------------------------------------------------------------- checks and curves


def _checks(answer: Answer, question: Question) -> Markup:
    rows = words.check_rows(answer, question)
    if not rows:
        inner = Markup('<p class="note">{}</p>').format(
            _("Der er for få måneder før start til at prøve sammenligningen. Vurderingen hviler på antagelsen alene.")
        )
        return _card(_("Holder sammenligningen før start?"), _("Ingen prøve er mulig her."), inner)
    lines = Markup("").join(
        Markup(
            '<li>{}<div><b>{}</b> <span class="muted">{}</span><p>{}</p><p class="muted f-13">{}</p></div></li>'
        ).format(
            ui_icon("check" if row.is_passed else "warn"),
            row.name,
            row.estimate,
            row.result,
            _("Kunne overse {size} én gang ud af fem.").format(size=row.could_miss),
        )
        for row in rows
    )
    failed = sum(not row.is_passed for row in rows)
    title = (
        _("Før start ligner deltagerne de øvrige, så vidt data kan vise det")
        if not failed
        else _("Før start adskiller deltagerne sig fra de øvrige")
    )
    about = _("En bestået prøve er ikke et bevis: hver prøve siger, hvor stor en afvigelse den kunne overse.")
    return _card(title, about, Markup('<ul class="eff-chk">{}</ul>').format(lines))


def _halves(one: GroupEffect) -> dict[int, float]:
    """Half the width of the band of a group's effect, by month since the start, where enough units stand behind it."""
    told = one.by_time[one.by_time["n_units"] >= FEWEST_SHOWN] if len(one.by_time) else one.by_time
    return {int(row["since"]): float(row["band_high"] - row["estimate"]) for row in told.to_dict("records")}


def _curves(answer: Answer, question: Question) -> Markup:
    definition = words.definition_of(question)
    measure = Measure.of(definition)
    factor = measure.factor
    curves = [
        aligned_curves.Curve(
            one.number,
            one.name.say(language()),
            tuple(
                aligned_curves.Moment(
                    int(row["since"]),
                    float(row["observed"]) * factor,
                    float(row["expected"]) * factor,
                    int(row["n_units"]),
                    halves.get(int(row["since"]), math.nan) * factor,
                )
                for halves in (_halves(one),)
                for row in one.curve.to_dict("records")
            ),
        )
        for one in answer.groups
        if len(one.curve) and "expected" in one.curve
    ]
    if not curves:
        return NOTHING
    low, high = aligned_curves.bounds(curves, WINDOW)
    figures = Markup("").join(
        Markup('<figure><figcaption>{} <b>{}</b></figcaption>{}<p class="visually-hidden">{}</p></figure>').format(
            _badge(curve.group),
            curve.name,
            aligned_curves.aligned_curve(curve, span=WINDOW, low=low, high=high, is_percent=measure.is_percent),
            aligned_curves.curve_words(curve, measure.level_unit, measure.decimals),
        )
        for curve in curves
    )
    rows = [
        (
            curve.name,
            signed(one.since, 0),
            number(one.observed, measure.decimals) if math.isfinite(one.observed) else "–",
            number(one.expected, measure.decimals) if math.isfinite(one.expected) else "–",
            number(one.n_units),
        )
        for curve in curves
        for one in curve.moments
        if WINDOW[0] <= one.since <= WINDOW[1]
    ]
    head = (_("Gruppe"), _("Måned fra start"), _("Observeret"), _("Ventet"), _("Enheder"))
    return _card(
        _("Hver gruppe mod det ventede, lagt efter start"),
        _(
            "Streg: observeret. Stiplet: ventet uden programmet, med bånd for alle måneder samtidig (95 %). {unit}, "
            "måneder fra start."
        ).format(unit=measure.level_unit),
        Markup('<div class="als">{}</div>{}').format(figures, _table(head, rows, _("Observeret og ventet"))),
    )


# ------------------------------------------------------------------------------------------------- single units


def _strip(answer: Answer) -> Markup:
    if not answer.strips.rows:
        inner = Markup('<p class="note">{}</p>').format(_("Ingen projekter har seks måneder før start, der må vises."))
        return _card(_("Projekt for projekt"), _("Måned for måned mod projektets eget niveau før start"), inner)
    strips = [heat_strip.Strip(label, group, steps) for label, group, steps in answer.strips.rows]
    drawn = heat_strip.heat_strip(strips, first=STRIP[0], last=STRIP[1])
    rows = []
    for one in strips:
        after = [step for since, step in one.steps.items() if since >= 0]
        told = [step for step in after if step is not None]
        rows.append(
            (
                one.label,
                number(sum(step > 0 for step in told)),
                number(sum(step == 0 for step in told)),
                number(sum(step < 0 for step in told)),
                number(len(after) - len(told)),
            )
        )
    head = (_("Projekt"), _("Bedre"), _("Som før"), _("Dårligere"), _("Mangler eller skjult"))
    return _card(
        _("Projekt for projekt mod eget niveau før start"),
        _(
            "Et trin er en halv standardafvigelse af projektets måneder før start. "
            "Ordnet efter gruppe, ikke efter resultat."
        ),
        Markup('{}<div class="hs-wrap" tabindex="0" role="region" aria-label="{}">{}</div>{}').format(
            heat_strip.legend(), _("Projekter måned for måned"), drawn, _table(head, rows, _("Måneder efter start"))
        ),
    )


def _funnels(answer: Answer, question: Question) -> Markup:
    definition = words.definition_of(question)
    if len(answer.years) < 2:
        return NOTHING
    measure = Measure.of(definition)
    values = [float(value) for year in answer.years for value in year.funnel.units["value"].dropna()]
    largest = max(float(year.funnel.units["denominator"].max()) for year in answer.years)
    figures = Markup("").join(
        Markup("<figure><figcaption><b>{}</b> {}</figcaption>{}</figure>").format(
            name,
            _("{first} til {last}").format(first=words.month_of(year.first), last=words.month_of(year.last)),
            _funnel(year, largest, min(values), max(values), measure),
        )
        for name, year in zip((_("Året før de første startede"), _("Seneste år")), answer.years, strict=True)
    )
    rows = [
        (
            str(unit),
            *(cell for year in answer.years for cell in _year_cells(year, str(unit), measure)),
        )
        for unit in sorted({str(unit) for year in answer.years for unit in year.funnel.units["unit"]})
    ]
    head = (_("Enhed"), _("Før"), _("Uden for grænserne"), _("Seneste år"), _("Uden for grænserne"))
    outside = [int(year.funnel.units["is_outlier"].fillna(False).astype(bool).sum()) for year in answer.years]
    better = _("lavest") if definition.direction is Direction.UP else _("højest")
    return _card(
        _("Uden for grænserne: {before} før, {after} i det seneste år").format(
            before=number(outside[0]), after=number(outside[1])
        ),
        _(
            "Hver enhed mod det, tilfældighed tillader en enhed af dens størrelse (95 % og 99,8 %). "
            "Skjulte måneder er ikke talt med."
        ),
        Markup('<div class="fus">{}</div>{}<p class="note">{}</p>').format(
            figures,
            _table(head, rows, _("Enheder før og nu")),
            _(
                "Enheder, der lå {side} før start, ville nærme sig midten af sig selv: en del af et dårligt år er "
                "uheld. At de rykker sig, er derfor ikke bevis for programmet. Brug sammenligningen ovenfor."
            ).format(side=better),
        ),
    )


def _funnel(year: YearOfUnits, largest: float, low: float, high: float, measure: Measure) -> Markup:
    units = [
        funnel.Unit(
            float(row["denominator"]),
            float(row["value"]),
            year.groups.get(str(row["unit"]), 0),
            bool(row["is_outlier"] is True or row["is_outlier"] == 1),
        )
        for row in year.funnel.units.to_dict("records")
        if math.isfinite(float(row["value"]))
    ]
    curve = year.funnel.curve(points=60)
    limits = funnel.Limits(
        tuple(curve["denominator"]), tuple(curve["warning_lower"]), tuple(curve["warning_upper"]),
        tuple(curve["lower"]), tuple(curve["upper"]), float(year.funnel.units["target"].iloc[0]),
    )  # fmt: skip
    return funnel.funnel_figure(units, limits, largest=largest, low=low, high=high, is_percent=measure.is_percent)


def _year_cells(year: YearOfUnits, unit: str, measure: Measure) -> tuple[str, str]:
    row = year.funnel.units[year.funnel.units["unit"].astype(str) == unit]
    if row.empty:
        return "–", ""
    side = {"above": _("over"), "below": _("under")}.get(str(row["side"].iloc[0]), "")
    return number(float(row["value"].iloc[0]), measure.decimals), side


# --------------------------------------------------------------------------------------------------- several, method


def _several(answer: Answer, question: Question) -> Markup:
    """The declared family, every effect in the unit of its measure."""
    if not answer.multiplicity:
        return NOTHING
    lines = []
    for _code, definition, row in answer.multiplicity:
        measure = Measure.of(definition)
        is_primary = row["role"] == "primary"
        estimate, low, high = (float(row[field]) for field in ("estimate", "ci_low", "ci_high"))
        is_told = math.isfinite(estimate)
        lines.append(
            Markup(
                '<tr{}><th scope="row">{}<small>{}</small></th><td class="num">{}</td><td class="num not-phone">{}</td>'
                "{}</tr>"
            ).format(
                Markup(' class="is-main"') if is_primary else NOTHING,
                definition.name.say(language()),
                _("primær, ikke justeret") if is_primary else str(row[f"reason_{language()}"]),
                f"{measure.difference(estimate)} {measure.unit}".strip() if is_told else "–",
                measure.interval(low, high) if math.isfinite(low) and math.isfinite(high) else "–",
                Markup("").join(
                    Markup('<td class="num">{}</td>').format(_p(float(row[field])))
                    for field in ("p_value", "holm", "bh")
                ),
            )
        )
    return Markup(
        '<section class="card fig"><h2 id="eff-several">{}</h2><p class="muted f-13">{}</p><div class="tbl-wrap" '
        'tabindex="0" role="region" aria-labelledby="eff-several"><table class="tbl tbl--compact tbl--sens"><thead><tr>'
        '<th scope="col">{}</th><th scope="col" class="num">{}</th><th scope="col" class="num not-phone">{}</th>'
        '<th scope="col" class="num">p</th><th scope="col" class="num">Holm</th>'
        '<th scope="col" class="num">BH</th></tr></thead><tbody>{}</tbody></table></div><p class="note">{}</p>'
        "</section>"
    ).format(
        _("Flere målinger på én gang"),
        _("Den primære måling står først og beholder sin p-værdi; de øvrige i familien er justeret for hinanden."),
        _("Måling"),
        _("Effekt"),
        _("95 % CI"),
        Markup("").join(lines),
        _(
            "Holm holder risikoen for blot én falsk alarm nede; BH (Benjamini-Hochberg) holder andelen af falske "
            "blandt fundene nede. En primær måling skal være valgt, før nogen så tallene."
        ),
    )


def _p(value: float) -> str:
    if not math.isfinite(value):
        return "–"
    return f"< {number(0.001, 3)}" if value < 0.001 else number(value, 3)


def _method(question: Question) -> Markup:
    family = {
        "binomial": _("på log-odds med nævneren (binomial), regnet tilbage til %-point"),
        "poisson": _("på log af raten med nævneren (Poisson), regnet tilbage til raten"),
        "linear": _("lineært, direkte på værdien"),
    }[question.family]
    lines = (
        _(
            "Hvad der ville være sket uden programmet, regnes kun ud fra måneder uden programmet: enheder, der aldrig "
            "var med, og deltagere, før de startede. Hver enhed har sit niveau og hver måned sit, regnet {family}."
        ).format(family=family),
        _(
            "Effekten er det observerede minus det ventede, taget gennemsnit af. Usikkerheden findes ved at udelade én "
            "enhed ad gangen; båndet dækker alle måneder på én gang. Måneder uden sammenligning får intet tal."
        ),
        _(
            "Vurderingen følger en fast regel. Rummer intervallet nul, er effekten ikke påvist. Falder en prøve, eller "
            "er en gyldig række ikke enig, er den skrøbelig. Ellers er den konsistent."
        ),
    )
    inner = Markup("").join(Markup("<p>{}</p>").format(one) for one in lines)
    return Markup('<section class="eff-how" id="metode" tabindex="-1"><h2>{}</h2>{}</section>').format(
        _("Metode"), inner
    )


__all__ = ["body", "choices", "nothing_to_ask", "skeleton"]
