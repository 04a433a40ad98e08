"""The one content that every form of a report is written from: sections, sentences, tables and figures.

What may not leave is left out here, before any form is written: groups of fewer units than `FEWEST_UNITS` and points
with fewer units behind them, for readers without the right to counts. Single units are told in the funnels alone: under
their pseudonyms, from the figures the reader may know of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from dashboards.exports.evaluation import drawings, methods
from dashboards.exports.evaluation.amounts import LEVEL, NONE, Amounts, p_text, people, share
from dashboards.exports.evaluation.analysis import FEWEST_UNITS, SEED, Analysis, Call
from dashboards.exports.evaluation.blocks import (
    Block,
    Chart,
    Code,
    Figure,
    Line,
    Points,
    Report,
    Section,
    Table,
    Text,
)
from dashboards.exports.evaluation.methods import citation, estimand, month_text
from dashboards.exports.evaluation.months_before import asked_for
from dashboards.presenters.evaluation_disclosure import TOO_FEW, is_too_few, require_enough
from dashboards.text import _, language, ngettext, number, percent
from indicators.definition import Direction
from indicators.evaluation import FunnelYear
from indicators.evaluation.placebo_outcome import KEY as PLACEBO
from indicators.evaluation.verdict import NAMES
from indicators.words import Words

MOST_UNITS = 20  # outside the limits, by name
MOST_GROUPS = 8  # with a mark of their own
CURVE = ("observed", "expected", "expected_low", "expected_high")
FIRST_MONTH, LAST_MONTH = -24, 36  # of the event study on paper
TOLD_MONTHS = (-12, 0, 6, 12, 18, 24, 36)
HEADLINES = {
    ("consistent", 1): Words("Programmet løftede »{name}« med {size}", "The programme raised “{name}” by {size}"),
    ("consistent", -1): Words("Programmet sænkede »{name}« med {size}", "The programme lowered “{name}” by {size}"),
    ("fragile", 1): Words(
        "»{name}« steg {size} mere end ventet, men konklusionen er skrøbelig",
        "“{name}” rose by {size} more than expected, but the conclusion is fragile",
    ),
    ("fragile", -1): Words(
        "»{name}« faldt {size} mere end ventet, men konklusionen er skrøbelig",
        "“{name}” fell by {size} more than expected, but the conclusion is fragile",
    ),
    ("not_shown", 0): Words(
        "Det er ikke påvist, at programmet flyttede »{name}«", "It is not shown that the programme moved “{name}”"
    ),
    ("not_identified", 0): Words(
        "Programmets effekt på »{name}« kan ikke regnes ud", "The programme's effect on “{name}” cannot be told"
    ),
}
CHECKS = {
    "dip": Words("Måneder lige før start", "Months just before the start"),
    "trend": Words("En anden tendens før start", "Another trend before the start"),
    "placebo": Words("Opdigtet start 12 måneder før", "A made-up start 12 months early"),
    "placebo_outcome": Words("Placebomåling", "Placebo outcome"),
}


def headline(analysis: Analysis) -> str:
    """The finding in one sentence, by the verdict and never by a p-value alone."""
    if is_too_few(analysis.effect.overall, has_counts=analysis.has_counts):
        return TOO_FEW.say(language(), fewest=number(FEWEST_UNITS))
    analysis = analysis.told
    verdict = analysis.sensitivity.verdict
    return HEADLINES[verdict.code, verdict.direction].say(
        language(),
        name=analysis.definition.name.say(language()),
        size=analysis.amounts.size(analysis.effect.overall["estimate"]),
    )


def report_of(analysis: Analysis) -> Report:
    """The report in the language of the moment."""
    require_enough(analysis.effect.overall, has_counts=analysis.has_counts)
    analysis = analysis.told
    sections = [
        _result(analysis),
        _question(analysis),
        _flow(analysis),
        design_section(analysis.call, methods.declared(analysis)),
        *(
            (_effect(analysis), _over_time(analysis), _groups(analysis), _curves(analysis), _checks(analysis))
            if _is_told(analysis)
            else ()
        ),
        _sensitivity(analysis),
        _verdict(analysis),
        _family(analysis),
        _funnel(analysis),
        _limitations(analysis),
        Section("methods", _("Metodetekst"), tuple(Text(words) for words in methods.methods_text(analysis))),
        _again(analysis),
        Section("sources", _("Kilder til metoden"), (Points(methods.SOURCES),)),
    ]
    origin = analysis.origin
    facts = [(_("Kilde"), _("Tavle")), (_("Udtrukket"), origin.extracted), (_("Version"), origin.version)]
    if analysis.snapshot:
        facts.append((_("Frosset datasæt"), f"{analysis.snapshot}, {analysis.frozen}"))
    link = f"{origin.address}/evaluering/frosne" if analysis.snapshot else f"{origin.address}/evaluering/effekt"
    facts.append((_("Link"), link))
    return Report(
        title=_("Evaluering: {name}").format(name=analysis.definition.name.say(language())),
        headline=headline(analysis),
        subtitle=_scope(analysis),
        stamp="DEMO" if origin.is_demo else "",
        stamp_line=_("DEMO: alle tal er simulerede.") if origin.is_demo else "",
        sections=tuple(section for section in sections if section.blocks),
        facts=tuple(facts),
    )


def _is_told(analysis: Analysis) -> bool:
    return bool(np.isfinite(analysis.effect.overall["estimate"]))


def _scope(analysis: Analysis) -> str:
    frame, spoken = analysis.frame, language()
    count = int(analysis.effect.overall["n_units"])
    words = Words(
        "{programme} · {units} analyserede enheder · {first} til {last}",
        "{programme} · {units} units analysed · {first} to {last}",
    )
    if count == 1:
        words = Words(
            "{programme} · 1 analyseret enhed · {first} til {last}", "{programme} · 1 unit analysed · {first} to {last}"
        )
    return words.say(
        spoken,
        programme=analysis.programme.say(spoken),
        units=number(count),
        first=month_text(str(frame["period"].min())),
        last=month_text(str(frame["period"].max())),
    )


# ---------------------------------------------------------------------------------------------------- result, question


def result_sentences(analysis: Analysis) -> tuple[str, ...]:
    """The effect in natural units, relative and in patients; why there is none where it cannot be told."""
    overall, amounts, spoken = analysis.effect.overall, analysis.amounts, language()
    if not _is_told(analysis):
        return tuple(note.words.say(spoken) for note in analysis.effect.not_identified)
    said = [
        Words("Effekten er {effect}.", "The effect is {effect}.").say(
            spoken, effect=amounts.with_interval(overall["estimate"], overall["ci_low"], overall["ci_high"])
        ),
        Words(
            "Målt: {observed}. Ventet uden programmet: {expected}. Relativt: {relative}.",
            "Measured: {observed}. Expected without the programme: {expected}. Relative: {relative}.",
        ).say(
            spoken,
            observed=amounts.level(overall["observed"]),
            expected=amounts.level(overall["expected"]),
            relative=_relative(overall),
        ),
    ]
    if analysis.call.has_denominator and math.isfinite(overall["patients"]):
        said.append(in_patients(analysis))
    wanted = {Direction.UP: 1, Direction.DOWN: -1}.get(analysis.definition.direction, 0)
    direction = analysis.sensitivity.verdict.direction
    if wanted and direction:
        good = Words("Det er den ønskede vej.", "That is the direction wanted.")
        bad = Words("Det er den modsatte vej af den ønskede.", "That is the opposite of the direction wanted.")
        said.append((good if wanted == direction else bad).say(spoken))
    return tuple(said)


def _relative(row: Any) -> str:
    text = share(row["relative"])
    low, high = share(row["relative_ci_low"]), share(row["relative_ci_high"])
    if NONE in (text, low, high):
        return text
    within = Words("{low} til {high}", "{low} to {high}").say(language(), low=low, high=high)
    return f"{text} ({LEVEL.say(language())} {within})"


def in_patients(analysis: Analysis) -> str:
    """How many more or fewer in the whole period: a sum over denominators, so it is patient-weighted."""
    overall = analysis.effect.overall
    counts = [float(overall[name]) for name in ("patients", "patients_ci_low", "patients_ci_high")]
    many, low, high = counts
    words = {
        True: Words(
            "Det svarer til ca. {many} flere i hele perioden", "That is about {many} more over the whole period"
        ),
        False: Words(
            "Det svarer til ca. {many} færre i hele perioden", "That is about {many} fewer over the whole period"
        ),
    }[many >= 0]
    said = words.say(language(), many=people(abs(many)))
    if not (math.isfinite(low) and math.isfinite(high)):
        return f"{said}."
    within = Words("{low} til {high}", "{low} to {high}").say(language(), low=people(low), high=people(high))
    counted = Words(
        "talt i tælleren, når hver måned vejer efter sin nævner",
        "counted in the numerator, with every month weighing by its denominator",
    ).say(language())
    return f"{said} ({LEVEL.say(language())} {within}), {counted}."


def _result(analysis: Analysis) -> Section:
    verdict = analysis.sensitivity.verdict
    first, *rest = result_sentences(analysis) or ("",)
    blocks: list[Block] = [Text(first, "lead")] if first else []
    blocks += [Text(words) for words in rest]
    blocks.append(
        Text(_("Vurdering efter fast regel: {name}.").format(name=NAMES[verdict.code].say(language()).lower()), "lead")
    )
    return Section("result", _("Resultat"), tuple(blocks))


def _question(analysis: Analysis) -> Section:
    plan = analysis.plan
    blocks: list[Block] = []
    if plan is not None and plan.question:
        blocks.append(Text(plan.question, "lead"))
    blocks.append(Text(estimand(analysis)))
    if plan is not None and plan.locked:
        locked = _("Analyseplanen er låst {day} med koden {code}.").format(day=plan.locked, code=plan.code)
        blocks.append(Text(locked))
        if plan.departures:
            blocks.append(Text(_("Afvigelser fra planen, efter den blev låst:")))
            blocks.append(Points(plan.departures))
        else:
            blocks.append(Text(_("Der er ingen afvigelser fra planen.")))
    else:
        blocks.append(Text(_("Analyseplanen var ikke låst, før data blev set."), "warning"))
    return Section("question", _("Spørgsmål og estimand"), tuple(blocks))


def _flow(analysis: Analysis) -> Section:
    spoken = language()
    blocks: list[Block] = []
    if analysis.flow is not None:
        rows, before = [], None
        for step in analysis.flow.steps:
            why = "; ".join(f"{number(count)}: {reason.say(spoken)}" for reason, count in step.losses)
            lost = "" if before is None else number(before - step.n)
            rows.append((step.name.say(spoken), why, number(step.n), lost))
            before = step.n
        head = (_("Trin"), _("Hvorfor nogle udgår"), _("Enheder"), _("Udgår"))
        blocks.append(Table(_("Fra deltagere til analyserede"), head, tuple(rows), first_number=2))
    names = analysis.cohort_names
    used: list[tuple[str, ...]] = []
    for record in analysis.effect.used.to_dict("records"):
        start = "" if record["cohort"] is None or pd.isna(record["cohort"]) else str(record["cohort"])
        name = names.get(start, start) if start else _("Uden for programmet")
        used.append(
            (
                name,
                month_text(start) if start else NONE,
                number(record["n_units"]),
                number(record["n_units_used"]),
                number(record["n_before"]),
                number(record["n_left_out"]) if start else NONE,
                number(record["n_after_used"]) if start else NONE,
                number(record["n_after"] - record["n_after_used"]) if start else NONE,
            )
        )
    heads = (
        _("Gruppe"), _("Start"), _("Enheder"), _("Indgår"), _("Måneder før"), _("Udeladt før start"),
        _("Måneder efter"), _("Uden sammenligning"),
    )  # fmt: skip
    blocks.append(Table(_("Enheder og enhedsmåneder i analysen"), heads, tuple(used), first_number=2))
    blocks += _missing(analysis)
    return Section("flow", _("Datagrundlag"), tuple(blocks))


def _missing(analysis: Analysis) -> Iterator[Block]:
    """How many months each group lacks, from each unit's first month to the last of the data."""
    frame = analysis.frame
    months = pd.PeriodIndex(frame["period"], freq="M")
    at = pd.Series(months.year * 12 + months.month, index=frame.index)
    of_unit = at.groupby(frame["unit"]).agg(["min", "size"])
    lacking = int(at.max()) - of_unit["min"] + 1 - of_unit["size"]
    start = frame.drop_duplicates("unit").set_index("unit")["start"].astype(str)
    by_group = lacking.groupby(start.reindex(lacking.index)).sum()
    names = analysis.cohort_names
    said = [
        f"{names.get(str(key), month_text(str(key))) if key else _('Uden for programmet')}: {number(int(count))}"
        for key, count in sorted(by_group.items(), key=lambda one: (one[0] == "", one[0]))
        if str(key) not in analysis.withheld
    ]
    if 0 < len(said) <= MOST_GROUPS:
        words = _("Måneder uden tal, fra hver enheds første måned til den sidste i data: {groups}.")
        yield Text(words.format(groups="; ".join(said)), "small")


def design_section(call: Call, declared: tuple[tuple[str, str], ...] = ()) -> Section:
    """Design, formula and settings: what can be said before any data are seen; `declared` are names and texts."""
    fitted, effect = methods.formula(call)
    shown: tuple[tuple[str, str], ...] = (
        (_("Skala"), methods.SCALES[call.family].say(language())),
        (_("Vægtning"), methods.WEIGHTS[call.weights].say(language())),
        (_("Måneder udeladt før start"), asked_for(call.leave_out)),
        (_("Egne tendenser for hold"), _("ja") if call.cohort_trends else _("nej")),
        (_("Kontrol for sæson og fælles udvikling"), _("en effekt for hver måned, fælles for alle")),
        (_("Autokorrelation"), _("enheder udelades hele, så måneder i samme enhed må gerne hænge sammen")),
        *declared,
    )
    if call.months_left_out:
        months = ", ".join(month_text(month) for month in call.months_left_out)
        shown = (*shown, (_("Usædvanlige måneder, egen følsomhedsanalyse"), months))
    return Section(
        "design",
        _("Design og formel"),
        (
            Text(
                _(
                    "Forskudte starter med imputation: måneder uden programmet viser, hvad der var ventet, og resten "
                    "sammenlignes med det."
                )
            ),
            Code(_("Tilpasses på måneder uden programmet"), fitted),
            Code(_("Effekten i en måned efter start"), effect),
            Table(_("Indstillinger"), (_("Valg"), _("Her")), shown, first_number=2),
        ),
    )


# ----------------------------------------------------------------------------------------------------------- the effect


def _effect(analysis: Analysis) -> Section:
    overall, amounts = analysis.effect.overall, analysis.amounts
    rows = [
        (
            _("Forskel, {unit}").format(unit=amounts.unit.say(language())),
            amounts.signed(overall["estimate"]),
            amounts.interval(overall["ci_low"], overall["ci_high"]),
        ),
        (_("Relativt"), share(overall["relative"]), _between(overall["relative_ci_low"], overall["relative_ci_high"])),
    ]
    if analysis.call.has_denominator:
        low, high = overall["patients_ci_low"], overall["patients_ci_high"]
        within = Words("{low} til {high}", "{low} to {high}").say(language(), low=people(low), high=people(high))
        rows.append((_("Antal i hele perioden"), people(overall["patients"]), within if math.isfinite(low) else NONE))
    rows += [
        (_("Målt niveau"), amounts.level(overall["observed"]), NONE),
        (_("Ventet niveau uden programmet"), amounts.level(overall["expected"]), NONE),
        (_("p-værdi"), p_text(overall["p_value"]), NONE),
    ]
    head = (_("Mål for effekten"), _("Værdi"), LEVEL.say(language()))
    return Section("effect", _("Effekt"), (Table(_("Effekten samlet"), head, tuple(rows)),))


def _between(low: float, high: float) -> str:
    if not (math.isfinite(low) and math.isfinite(high)):
        return NONE
    return Words("{low} til {high}", "{low} to {high}").say(language(), low=share(low), high=share(high))


def told_months(analysis: Analysis) -> pd.DataFrame:
    """The months since start that may be shown: enough units behind each, unless the reader has the right to counts."""
    table = analysis.effect.by_time
    table = table[(table["since"] >= FIRST_MONTH) & (table["since"] <= LAST_MONTH)]
    return table if analysis.has_counts else table[table["n_units"] >= FEWEST_UNITS]


def _over_time(analysis: Analysis) -> Section:
    table, amounts = told_months(analysis), analysis.amounts
    if table.empty:
        return Section("time", "", ())
    unit = amounts.unit.say(language())
    last = table.iloc[-1]
    alt = _(
        "Effekten måned for måned fra {first} til {last} måneder fra start. Ved {month} måneder: {effect}. Båndet "
        "dækker "
        "alle måneder på én gang."
    ).format(
        first=number(int(table["since"].min())),
        last=number(int(last["since"])),
        month=number(int(last["since"])),
        effect=amounts.with_interval(last["estimate"], last["band_low"], last["band_high"]),
    )
    words = (
        _("Forskel fra det ventede, {unit}").format(unit=unit),
        start_word(),
        _("Enheder bag hvert punkt"),
        _("måneder fra start"),
    )
    lines = [
        Line(_("Effekt"), _scaled(table["estimate"], amounts.per), "estimate"),
        Line(_("Båndets øvre ende"), _scaled(table["band_high"], amounts.per), "band"),
        Line(_("Båndets nedre ende"), _scaled(table["band_low"], amounts.per), "band"),
    ]
    title = _("Effekten måned for måned")
    categories = tuple(number(int(since)) for since in table["since"])
    chart = Chart("line", words[0], categories, tuple(lines), amounts.decimals)
    figure = Figure(
        title,
        alt,
        drawings.event_study(table, amounts, words=words, alt=alt),
        (chart,),
        _(
            "Hule punkter er før start og viser, hvor godt det ventede passer; stiplede er udeladt. Hold, der startede "
            "sent, mangler i halen."
        ),
    )
    rows = tuple(
        (
            number(int(row["since"])),
            amounts.signed(row["estimate"]),
            amounts.interval(row["band_low"], row["band_high"]),
            number(row["n_units"]),
        )
        for row in table[table["since"].isin(TOLD_MONTHS)].to_dict("records")
    )
    head = (_("Måneder fra start"), unit, _("Samtidigt bånd, 95 %"), _("Enheder"))
    return Section("time", _("Hvordan effekten udfolder sig"), (figure, Table(_("Udvalgte måneder"), head, rows)))


def start_word() -> str:
    """The word at the line of the start."""
    return Words("Start", "Start").say(language())


def _scaled(values: pd.Series, per: float) -> tuple[float | None, ...]:
    return tuple(float(value) * per if math.isfinite(value) else None for value in values)


def _group_rows(analysis: Analysis) -> Iterator[tuple[str, str, dict[Any, Any]]]:
    """Name, start and row of every group that may be told."""
    names = analysis.cohort_names
    for record in analysis.effect.by_cohort.to_dict("records"):
        start = str(record["cohort"])
        if start not in analysis.withheld:
            yield names.get(start, start), start, record


def _groups(analysis: Analysis) -> Section:
    amounts, overall, spoken = analysis.amounts, analysis.effect.overall, language()
    told = list(_group_rows(analysis))
    blocks: list[Block] = []
    units = Words("{month}, {count} enheder", "{month}, {count} units")
    one = Words("{month}, 1 enhed", "{month}, 1 unit")
    rows, lines = [], []
    for name, start, record in told:
        count = int(record["n_units"])
        about = (one if count == 1 else units).say(spoken, month=month_text(start), count=number(count))
        estimate, low, high = record["estimate"], record["ci_low"], record["ci_high"]
        lines.append(drawings.ForestRow(name, about, estimate, low, high))
        rows.append(
            (name, month_text(start), number(count), amounts.signed(estimate), amounts.interval(low, high),
             share(record.get("relative", np.nan)))
        )  # fmt: skip
    lines.append(
        drawings.ForestRow(
            _("Samlet"),
            units.say(spoken, month=_("alle måneder efter start"), count=number(overall["n_units"])),
            overall["estimate"],
            overall["ci_low"],
            overall["ci_high"],
            "total",
        )
    )
    rows.append(
        (_("Samlet"), NONE, number(overall["n_units"]), amounts.signed(overall["estimate"]),
         amounts.interval(overall["ci_low"], overall["ci_high"]), share(overall["relative"]))
    )  # fmt: skip
    title = _("Effekten i hver gruppe")
    about = f"{amounts.unit.say(spoken)} ({LEVEL.say(spoken)})"
    alt = "; ".join(f"{row.name}: {amounts.with_interval(row.estimate, row.low, row.high)}" for row in lines)
    chart = Chart(
        "interval",
        about,
        tuple(row.name for row in lines),
        (
            Line(_("Øvre ende"), tuple(_one(row.high, amounts.per) for row in lines), "band"),
            Line(_("Effekt"), tuple(_one(row.estimate, amounts.per) for row in lines), "estimate"),
            Line(_("Nedre ende"), tuple(_one(row.low, amounts.per) for row in lines), "band"),
        ),
        amounts.decimals,
    )
    blocks.append(Figure(title, alt, drawings.forest(lines, amounts, about=about, alt=alt), (chart,)))
    head = (_("Gruppe"), _("Start"), _("Enheder"), about.split(" (")[0], LEVEL.say(spoken), _("Relativt"))
    marks = (*("" for _row in told), "main")
    blocks.append(Table(_("Grupperne ved siden af hinanden"), head, tuple(rows), marks, first_number=2))
    if analysis.withheld:
        blocks.append(
            Text(
                _(
                    "Grupper med færre end {fewest} enheder vises ikke, og heller ikke den gruppe, de kunne regnes ud "
                    "fra. De indgår i det samlede tal."
                ).format(fewest=FEWEST_UNITS),
                "small",
            )
        )
    return Section("groups", _("Hvor virkede det?"), (*blocks, *_across(analysis)))


def _across(analysis: Analysis) -> Iterator[Block]:
    """The units' effects beside each other, by nobody's name, and how much they differ."""
    found, amounts, spoken = analysis.across, analysis.amounts, language()
    if found is None:
        return
    effects = found.effects.dropna(subset=["shrunken"]).sort_values("shrunken", kind="stable")
    mean, spread, new = found.overall, found.heterogeneity, found.prediction.loc["hts"]
    units = [
        drawings.UnitMark(row["estimate"], row["shrunken"], row["shrunken_low"], row["shrunken_high"])
        for row in effects.to_dict("records")
    ]
    alt = _("Effekten i hver af {count} enheder, ordnet efter størrelse. En ny enhed ventes mellem {interval}.").format(
        count=number(len(units)), interval=amounts.interval(new["ci_low"], new["ci_high"])
    )
    unit = amounts.unit.say(spoken)
    words = (unit, _("enhedens egen effekt"), _("trukket mod gennemsnittet, 95 %"), _("hvor en ny enhed ventes"))
    ends = (float(new["ci_low"]), float(new["ci_high"]))
    places = tuple(float(at) for at in range(1, len(units) + 1))
    lines = [
        Line(_("Trukket mod gennemsnittet"), _scaled(effects["shrunken"], amounts.per), "estimate", places),
        Line(_("Enhedens egen effekt"), _scaled(effects["estimate"], amounts.per), "other", places),
        *(
            Line(name, (end * amounts.per,) * 2, role, (places[0], places[-1]))
            for name, end, role in (
                (_("Gennemsnit"), float(mean["estimate"]), "expected"),
                (_("Ny enhed, øvre"), ends[1], "band"),
                (_("Ny enhed, nedre"), ends[0], "band"),
            )
            if math.isfinite(end)
        ),
    ]
    chart = Chart("points", unit, (), tuple(lines), amounts.decimals, _("enheder efter størrelse"))
    svg = drawings.caterpillar(units, float(mean["estimate"]), ends, amounts, words=words, alt=alt)
    yield Figure(_("Effekten i hver enhed"), alt, svg, (chart,))
    tau = (math.sqrt(max(float(spread[name]), 0.0)) for name in ("tau2", "tau2_low", "tau2_high"))
    middle, low, high = tau
    i2 = [percent(100 * float(spread[name]), 0) for name in ("i2", "i2_low", "i2_high")]
    rows = (
        (_("Gennemsnit over enheder, {unit}").format(unit=unit), amounts.signed(mean["estimate"]),
         amounts.interval(mean["ci_low"], mean["ci_high"])),
        (_("En ny enhed ventes, {unit}").format(unit=unit), NONE, amounts.interval(*ends)),
        (_("Spredning mellem enheder, τ, {unit}").format(unit=unit), amounts.plain(middle),
         amounts.interval(low, high)),
        (_("Andel af variationen, der ikke er tilfældig, I²"), i2[0],
         Words("{low} til {high}", "{low} to {high}").say(spoken, low=i2[1], high=i2[2])),
    )  # fmt: skip
    head = (_("Hvad"), _("Værdi"), _("95 %"))
    yield Table(_("Hvor forskellige er enhederne?"), head, rows)


def _one(value: float, per: float) -> float | None:
    return float(value) * per if math.isfinite(value) else None


def _curves(analysis: Analysis) -> Section:
    amounts, curve = analysis.amounts, analysis.effect.curve
    panels, charts = [], []
    for name, start, _record in _group_rows(analysis):
        rows = curve[curve["cohort"].astype(str) == start]
        if not analysis.has_counts:
            rows = rows.assign(**{column: rows[column].where(rows["n_units"] >= FEWEST_UNITS) for column in CURVE})
        if rows.empty or not rows["observed"].notna().any():
            continue
        months = [str(period) for period in rows["period"]]
        begins = int((rows["since"] < 0).sum())
        observed, expected, low, high = (rows[column].to_numpy(dtype=float) for column in CURVE)
        label = f"{name}, {month_text(start)}" if name != start else month_text(start)
        ends = month_text(months[0]), month_text(months[-1])
        panels.append(drawings.Panel(label, observed, expected, low, high, begins, *ends))
        charts.append(
            Chart(
                "line",
                label,
                tuple(months),
                (
                    Line(_("Målt"), _scaled(rows["observed"], amounts.per), "estimate"),
                    Line(_("Ventet uden programmet"), _scaled(rows["expected"], amounts.per), "expected"),
                    Line(_("Båndets øvre ende"), _scaled(rows["expected_high"], amounts.per), "limit"),
                    Line(_("Båndets nedre ende"), _scaled(rows["expected_low"], amounts.per), "limit"),
                ),
                amounts.decimals,
            )
        )
    if not panels:
        return Section("curves", "", ())
    alt = ngettext(
        "Målt og ventet uden programmet, måned for måned, i {count} gruppe.",
        "Målt og ventet uden programmet, måned for måned, i {count} grupper.",
        len(panels),
    ).format(count=len(panels))
    words = (_("Målt"), _("Ventet uden programmet"), _("bånd, 95 % for alle måneder samtidig"), start_word())
    svg = drawings.counterfactual(panels, amounts, words=words, alt=alt)
    note = _("Måneder uden for båndet skiller sig mere fra det ventede, end tilfældighed giver.")
    figure = Figure(_("Målt og ventet"), alt, svg, tuple(charts), note)
    return Section("curves", _("Hvad var sket uden programmet?"), (figure,))


# --------------------------------------------------------------------------------------- checks, sensitivity, verdict


def _checks(analysis: Analysis) -> Section:
    amounts, spoken = analysis.amounts, language()
    rows = []
    for record in analysis.effect.checks.to_dict("records"):
        own = _amounts_of(str(record["check"]), analysis)
        rows.append(
            (
                CHECKS[record["check"]].say(spoken),
                _("Bestået") if record["is_passed"] else _("Obs"),
                str(record[f"words_{spoken}"]),
                _signed(own, record["estimate"], amounts),
                own.interval(record["ci_low"], record["ci_high"]),
                own.plain(record["could_miss"]),
            )
        )
    if not rows:
        blocks: tuple[Block, ...] = (
            Text(_("Der er for få måneder før start til at prøve sammenligningen."), "warning"),
        )
        return Section("checks", _("Prøver af sammenligningen"), blocks)
    unit = amounts.unit.say(spoken)
    head = (_("Prøve"), _("Udfald"), _("I ord"), unit, LEVEL.say(spoken), _("Kunne overse"))
    said = _(
        "En prøve, der består, er intet bevis. »Kunne overse« er den afvigelse, som prøven ville have overset i 1 af 5 "
        "tilfælde."
    )
    return Section(
        "checks",
        _("Prøver af sammenligningen"),
        (Table(_("Månederne før start"), head, tuple(rows), first_number=3), Text(said, "small")),
    )


def _amounts_of(key: str, analysis: Analysis) -> Amounts:
    """How a row's figures are written: those of the placebo measure in its own unit."""
    placebo = analysis.placebo
    return placebo.amounts if key == PLACEBO and placebo is not None else analysis.amounts


def _signed(own: Amounts, value: float, of_table: Amounts) -> str:
    """The figure, with its unit where that is another than the column's."""
    said = own.signed(value)
    return said if said == NONE or own.unit == of_table.unit else f"{said} {own.unit.say(language())}"


def _sensitivity(analysis: Analysis) -> Section:
    amounts, spoken = analysis.amounts, language()
    rows, marks, reasons = [], [], []
    for record in analysis.sensitivity.rows.to_dict("records"):
        key = str(record["key"])
        if key == "other_scale" and analysis.call.family == "linear" and not analysis.definition.is_percent:
            continue  # log odds are of shares; a mean or a rate has none
        own = _amounts_of(key, analysis)
        start = key.removeprefix("without_cohort_")
        name = str(record[f"name_{spoken}"])
        if start != key:
            if start in analysis.withheld:
                continue
            group = analysis.cohort_names.get(start, month_text(start))
            name = Words("Uden {group}", "Without {group}").say(spoken, group=group)
        about = str(record[f"about_{spoken}"])
        has_figure = math.isfinite(record["estimate"])
        if not record["is_valid"]:
            reasons.append(f"{name}: {record[f'reason_{spoken}']}")
        elif not has_figure and record[f"reason_{spoken}"]:
            about = str(record[f"reason_{spoken}"])
        rows.append(
            (
                name,
                about,
                number(record["n_units"]),
                _signed(own, record["estimate"], amounts),
                _within(own, record["ci_low"], record["ci_high"]),
            )
        )
        marks.append("main" if record["is_main"] else "" if record["is_valid"] else "invalid")
    head = (_("Analyse"), _("Hvad er anderledes"), _("Enheder"), amounts.unit.say(spoken), LEVEL.say(spoken))
    table = Table(_("Samme spørgsmål stillet på andre måder"), head, tuple(rows), tuple(marks), first_number=2)
    blocks: list[Block] = [table]
    if reasons:
        blocks.append(
            Text(_("De sidste rækker er ikke gyldige her og vises kun, fordi andre regner sådan:"), "warning")
        )
        blocks.append(Points(tuple(reasons)))
    return Section("sensitivity", _("Følsomhed"), tuple(blocks))


def _within(own: Amounts, low: float, high: float) -> str:
    """An interval; one that has no end on a side says so."""
    if math.isnan(low) or math.isnan(high):
        return NONE
    ends = [own.plain(end) if math.isfinite(end) else ("−∞" if end < 0 else "∞") for end in (low, high)]
    return Words("{low} til {high}", "{low} to {high}").say(language(), low=ends[0], high=ends[1])


def _verdict(analysis: Analysis) -> Section:
    verdict, spoken = analysis.sensitivity.verdict, language()
    blocks: list[Block] = [Text(f"{NAMES[verdict.code].say(spoken)}.", "lead")]
    if verdict.reasons:
        blocks.append(Points(tuple(reason.say(spoken) for reason in verdict.reasons)))
    blocks.append(Text(_("Det ville ændre vurderingen:")))
    blocks.append(Points(tuple(words.say(spoken) for words in verdict.would_change)))
    return Section("verdict", _("Vurdering"), tuple(blocks))


def _family(analysis: Analysis) -> Section:
    """The declared family, the primary measure first; every effect in its own unit."""
    family, spoken = analysis.family, language()
    if family is None:
        return Section("family", "", ())
    rows, why = [], []
    for record in family.to_dict("records"):
        definition = analysis.measure_of(str(record["measure"]))
        own = Amounts.of(definition)
        name = definition.name.say(spoken)
        said = own.signed(record["estimate"])
        rows.append(
            (
                _("{name} (primær)").format(name=name) if record["role"] == "primary" else name,
                said if said == NONE else f"{said} {own.unit.say(spoken)}".strip(),
                own.interval(record["ci_low"], record["ci_high"]),
                p_text(record["p_value"]),
                p_text(record["holm"]),
                p_text(record["bh"]),
            )
        )
        if record[f"reason_{spoken}"]:
            why.append(f"{name}: {record[f'reason_{spoken}']}")
    head = (
        _("Måling"), _("Effekt"), LEVEL.say(spoken), _("p-værdi"), _("Holm"), _("BH"),
    )  # fmt: skip
    marks = tuple("main" if role == "primary" else "" for role in family["role"])
    said = _(
        "Den primære måling beholder sin p-værdi. Holm holder risikoen for blot én falsk alarm blandt de øvrige på 5 "
        "%; "
        "BH (Benjamini-Hochberg) holder andelen af falske fund."
    )
    blocks: list[Block] = [
        Table(_("Flere målinger på én gang"), head, tuple(rows), marks),
        Text(said, "small"),
    ]
    if why:
        blocks += [Text(_("Målinger uden effekt tæller ikke med i justeringen:"), "small"), Points(tuple(why))]
    if any(one.frame is None for one in analysis.others):
        blocks.append(Text(_("De øvrige målingers tal er dem, der blev regnet, da datasættet blev frosset."), "small"))
    return Section("family", _("Flere målinger"), tuple(blocks))


# ------------------------------------------------------------------------------------------------------- single units


def _funnel(analysis: Analysis) -> Section:
    """Units side by side before the programme and in the last year, as the reader may know them."""
    years, spoken = analysis.funnels, language()
    if not years:
        return Section("funnel", "", ())
    numbered = _told_groups(analysis)
    cohort_of = dict(analysis.frame[["unit", "cohort"]].drop_duplicates("unit").itertuples(index=False))
    number_of = {str(unit): numbered.get(str(code), 0) for unit, code in cohort_of.items()}
    names = {place: analysis.group_names[code].say(spoken) for code, place in numbered.items()}
    titles = (_("Året før de første startede"), _("Seneste år"))
    drawn, charts = [], []
    decimals = analysis.amounts.decimals
    for title, year in zip(titles, years, strict=True):
        units, curve = year.funnel.units, year.funnel.curve(points=60)
        dots = tuple(
            drawings.Dot(
                float(row["denominator"]), float(row["value"]), number_of.get(str(row["unit"]), 0), row["side"] != ""
            )
            for row in units.to_dict("records")
            if math.isfinite(row["value"])
        )
        outer, inner = (
            tuple(zip(*(curve[column].astype(float) for column in ("denominator", low, high)), strict=True))
            for low, high in (("lower", "upper"), ("warning_lower", "warning_upper"))
        )
        drawn.append(drawings.Funnel(f"{title}, {_span(year)}", dots, float(year.funnel.target), outer, inner))
        charts.append(_points(f"{title}, {_span(year)}", dots, names, drawn[-1], decimals))
    outside = [int(year.funnel.units["side"].ne("").sum()) for year in years]
    alt = _(
        "Hver enheds værdi mod dens nævner. Uden for grænserne: {before} af {all_before} enheder i året før de første "
        "startede, {last} af {all_last} i det seneste år."
    ).format(
        before=number(outside[0]), all_before=number(len(years[0].funnel.units)),
        last=number(outside[1]), all_last=number(len(years[1].funnel.units)),
    )  # fmt: skip
    words = (
        _("nævner pr. enhed"), _("uden for programmet"), _("grænser: 99,8 % og 95 % (stiplet)"),
        _("uden for 99,8 %-grænsen"),
    )  # fmt: skip
    svg = drawings.funnels(drawn, sorted((place, name) for place, name in names.items()), words=words, alt=alt)
    figure = Figure(_("Enhederne før programmet og i det seneste år"), alt, svg, tuple(charts), _funnel_note(analysis))
    return Section(
        "funnel",
        _("Enhederne ved siden af hinanden"),
        (figure, _dispersion(analysis), *_outside(analysis), Text(_mean_words(analysis), "warning")),
    )


def _told_groups(analysis: Analysis) -> dict[str, int]:
    """The number of each group that may have a mark of its own; one or two units are nobody's group."""
    members = analysis.frame[analysis.frame["cohort"].astype(str) != ""].drop_duplicates("unit")
    sizes = members["cohort"].astype(str).value_counts()
    if len(analysis.group_names) > MOST_GROUPS:
        return {}
    return {
        code: place
        for place, code in enumerate(analysis.group_names, start=1)
        if int(sizes.get(code, 0)) >= FEWEST_UNITS
    }


def _span(year: FunnelYear) -> str:
    return f"{month_text(year.first, 'short')}–{month_text(year.last, 'short')}"


def _points(
    title: str, dots: tuple[drawings.Dot, ...], names: dict[int, str], drawn: drawings.Funnel, decimals: int
) -> Chart:
    """The same as a chart an office program draws: a series for each group, and the limits."""
    lines = []
    for place, name in (*sorted(names.items()), (0, _("Uden for programmet"))):
        own = [dot for dot in dots if dot.group == place]
        if own:
            role = "estimate" if place else "other"
            lines.append(Line(name, tuple(dot.value for dot in own), role, tuple(dot.size for dot in own)))
    for name, limits in ((_("99,8 %"), drawn.outer), (_("95 %"), drawn.inner)):
        for end, word in ((1, _("nedre")), (2, _("øvre"))):
            told = [point for point in limits if math.isfinite(point[end])]
            lines.append(
                Line(f"{name} {word}", tuple(point[end] for point in told), "band", tuple(point[0] for point in told))
            )
    sizes = (drawn.outer[0][0], drawn.outer[-1][0])
    lines.append(Line(_("Midte"), (drawn.centre, drawn.centre), "expected", sizes))
    return Chart("points", title, (), tuple(lines), decimals, _("nævner pr. enhed"))


def _funnel_note(analysis: Analysis) -> str:
    said = [
        _("Enheder står under pseudonym. Tal er lagt sammen over tolv måneder."),
        _("Grænserne er eksakte og gjort bredere for den spredning, der er mellem enheder i forvejen."),
    ]
    if not analysis.has_counts:
        said.append(_("Måneder med små tal er skjult og ikke talt med."))
    if len(_told_groups(analysis)) < len(analysis.group_names):
        said.append(
            _("Grupper med færre end {fewest} enheder har ikke deres eget mærke.").format(fewest=FEWEST_UNITS)
            if len(analysis.group_names) <= MOST_GROUPS
            else _("Grupperne er for mange til hvert sit mærke.")
        )
    return " ".join(said)


def _dispersion(analysis: Analysis) -> Table:
    """What each funnel rests on: its units, its middle, and how much wider the limits had to be."""
    rows = []
    for title, year in zip((_("Året før de første startede"), _("Seneste år")), analysis.funnels, strict=True):
        found = year.funnel
        sides = found.units["side"].value_counts()
        rows.append(
            (
                f"{title}, {_span(year)}",
                number(len(found.units)),
                number(found.target, analysis.amounts.decimals),
                number(found.phi, 1) if math.isfinite(found.phi) else NONE,
                number(found.tau2, 4) if math.isfinite(found.tau2) else NONE,
                number(int(sides.get("above", 0))),
                number(int(sides.get("below", 0))),
            )
        )
    head = (_("År"), _("Enheder"), _("Midte"), _("Spredning, φ"), _("Mellem enheder, τ²"), _("Over"), _("Under"))
    return Table(_("Enheder uden for 99,8 %-grænserne"), head, tuple(rows))


def _outside(analysis: Analysis) -> Iterator[Block]:
    """The units outside the limits in either year, those farthest from the middle first."""
    before, last = (year.funnel.units.set_index("unit") for year in analysis.funnels)
    far = pd.concat([one.loc[one["side"] != "", "z_adjusted"].abs() for one in (before, last)])
    if far.empty:
        return
    order = far.groupby(level=0).max().sort_values(ascending=False, kind="stable")
    sides = {"above": _("over"), "below": _("under")}
    rows = []
    for unit in order.index[:MOST_UNITS]:
        cells = [str(unit)]
        for year in (before, last):
            there = unit in year.index
            cells.append(number(float(year.loc[unit, "value"]), analysis.amounts.decimals) if there else NONE)
            cells.append(sides.get(str(year.loc[unit, "side"]), _("indenfor")) if there else NONE)
        rows.append(tuple(cells))
    head = (_("Enhed"), _("Før"), _("Mod grænserne"), _("Seneste år"), _("Mod grænserne"))
    title = _("Enheder uden for grænserne i et af årene")
    if len(order) > MOST_UNITS:
        title = _("De {shown} af {all} enheder uden for grænserne, der ligger længst fra midten").format(
            shown=MOST_UNITS, all=number(len(order))
        )
    yield Table(title, head, tuple(rows))


def _mean_words(analysis: Analysis) -> str:
    if analysis.definition.direction is Direction.NEITHER:
        return _(
            "Enheder, der lå yderst før start, ville nærme sig midten af sig selv, fordi en del af et yderligt år er "
            "tilfældigt. At de rykker sig, er derfor ikke bevis for programmet."
        )
    return _(
        "Enheder, der lå dårligst før start, ville nærme sig midten af sig selv, fordi en del af et dårligt år er "
        "uheld. At de rykker sig, er derfor ikke bevis for programmet."
    )


def limitations(analysis: Analysis) -> tuple[str, ...]:
    """What the answer does not cover: from the result itself, from the design, and what the author wrote."""
    spoken, effect = language(), analysis.effect
    told = [note.words.say(spoken) for note in (*effect.not_identified, *effect.notes)]
    told.append(
        _(
            "Deltagerne har selv valgt at være med. Enheder uden for programmet kan være anderledes på måder, som "
            "tallene ikke viser."
        )
    )
    told.append(
        _("Effekten gælder de enheder og måneder, der kan sammenlignes, og kan ikke uden videre føres over på nye.")
    )
    if analysis.call.leave_out == 0:
        told.append(
            _("Ingen måneder før start er udeladt: meldte enhederne sig i et dyk, ligner tilbagevenden en effekt.")
        )
    if analysis.call.leave_out is None and analysis.effect.left_out == 0:
        told.append(_("Månederne før start er med, fordi de ikke ændrer effekten; et lille dyk kan være overset."))
    if analysis.call.has_denominator and analysis.call.weights == "unit":
        told.append(
            _("Enheder vejer lige. Hvad den gennemsnitlige patient mærkede, står i rækken vægtet efter patienter.")
        )
    if analysis.plan is None or not analysis.plan.locked:
        told.append(_("Analyseplanen var ikke låst på forhånd. Valg kan være påvirket af, hvad data viste."))
    if not analysis.others:
        told.append(_("Rapporten gælder én måling. Er flere prøvet, skal p-værdierne justeres samlet."))
    if analysis.plan is not None and analysis.plan.limitations:
        told.append(analysis.plan.limitations)
    return tuple(dict.fromkeys(told))


def _limitations(analysis: Analysis) -> Section:
    return Section("limitations", _("Begrænsninger"), (Points(limitations(analysis)),))


def _again(analysis: Analysis) -> Section:
    named = ", ".join(f"{name} {version}" for name, version in analysis.versions.items())
    rows = [
        *(((_("Fingeraftryk (SHA-256)"), analysis.told_fingerprint),) if analysis.told_fingerprint else ()),
        (_("Versioner"), named),
        (_("Frø"), str(SEED)),
    ]
    if analysis.snapshot:
        rows.insert(0, (_("Frosset datasæt"), f"{analysis.snapshot}, {analysis.frozen}"))
    blocks: list[Block] = [Table(_("Det, tallene afhænger af"), (_("Hvad"), _("Her")), tuple(rows), first_number=2)]
    if analysis.snapshot:
        blocks.append(Text(_("Henvis til datasættet sådan:")))
        blocks.append(Code(_("Henvisning"), citation(analysis)))
    if analysis.has_counts:
        said = _("Pakken med data, script og notebook giver de samme cifre, når den køres med de samme versioner.")
    else:
        said = _(
            "Pakken indeholder data, som du må se dem: små tal er udeladt, så en ny kørsel giver andre cifre. "
            "Rapportens "
            "tal er regnet på de fulde tal på serveren."
        )
    blocks.append(Text(said))
    if analysis.snapshot:
        blocks.append(Code(_("På serveren, med de samme cifre"), f"tavle evaluate {analysis.snapshot}"))
    return Section("again", _("Gør det efter"), tuple(blocks))
